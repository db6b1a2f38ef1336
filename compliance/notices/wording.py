"""Which words of a notice hold: those of the day, or of whose turn it is.

Theory: words follow from the notice, the law day and, for a rotation by item, what names the item; the same
question always gets the same words. A notice is never dropped because its wordings leave a day out: then the
nearest earlier one speaks, or else the nearest later one, and the answer says so.

Source: SHA-256, FIPS 180-4, to spread items over the turns.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date

from compliance.model.notice import Fixity, Notice, Rotation, Wording, Words
from compliance.model.period import ALWAYS, ONE_DAY, Period


@dataclass(frozen=True, slots=True)
class Chosen:
    """The words that hold: for the days of `period`, and in which turn of how many."""

    text: Words
    short: Words
    fixity: Fixity = Fixity.EQUIVALENT
    period: Period = ALWAYS
    gap: bool = False
    """Whether no wording is written for the day, and a neighbour speaks."""
    turn: int | None = None
    """Which text of a rotation it is, beginning with 1; None where nothing rotates."""
    changes_on: date | None = None
    """The first later day on which other words may hold."""

    @classmethod
    def of(cls, wording: Wording, *, certain: bool) -> Chosen:
        """The words of a wording: the conditional ones where it is not certain that the notice is due."""
        words = wording.text if certain or not wording.text_if_possible else wording.text_if_possible
        return cls(words, wording.short if certain else {}, wording.fixity, wording.period)


def choose(notice: Notice, day: date, item: str, *, certain: bool, turn: int | None = None) -> Chosen:
    """The words that hold on a day.

    Args:
        notice: whose words.
        day: the law day in the zone of the rule that asks.
        item: what names the page, for a rotation by item.
        certain: whether the unconditional words may be used.
        turn: whose turn it is in a rotation by item, beginning with 1, where that is known without the item.
    """
    certain = certain or notice.conditional
    if notice.wordings:
        return _of_day(notice.wordings, day, certain=certain)
    first = notice.all_wordings[0]
    if notice.rotation is None or not (certain or not notice.text_if_possible):
        return Chosen.of(first, certain=certain)
    by_item = _spread(item, len(notice.rotation.texts)) if turn is None else turn - 1
    return _in_turn(notice.rotation, replace(first, period=ALWAYS), day, by_item, certain=certain)


def _of_day(wordings: tuple[Wording, ...], day: date, *, certain: bool) -> Chosen:
    """The wording of the day, or its nearest neighbour in time."""
    holding = next((each for each in wordings if day in each.period), None)
    before = [each for each in wordings if each.period.last_day is not None and each.period.last_day < day]
    nearest = holding or (before[-1] if before else wordings[0])
    turns = [each.period.next_change(day) for each in wordings]
    changes_on = min((turn for turn in turns if turn is not None), default=None)
    return replace(Chosen.of(nearest, certain=certain), gap=holding is None, changes_on=changes_on)


def _in_turn(rotation: Rotation, first: Wording, day: date, by_item: int, *, certain: bool) -> Chosen:
    if rotation.start is None:
        turn, period = by_item, ALWAYS
    else:
        turn = rotation.turn(day)
        period = rotation.period(turn)
    number = turn % len(rotation.texts)
    ends = period.last_day
    return replace(
        Chosen.of(replace(first, text=rotation.texts[number]), certain=certain),
        period=period,
        turn=number + 1,
        changes_on=None if ends is None else ends + ONE_DAY,
    )


def _spread(item: str, among: int) -> int:
    """A number below `among`, the same for an item at all times and evenly spread over items."""
    return int.from_bytes(hashlib.sha256(item.encode()).digest()) % among
