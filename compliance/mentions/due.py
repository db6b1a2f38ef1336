"""Which marks stand at which mentions of a text.

Theory: a mark stands at each mention, or at the first one only; one entity may have marks of both kinds. The first
mention is the first certain one, in the article where that has one. A possible one is the first only where no other
is certain: a notice that is due has its mark, and a name that may be a common word does not take it from the name
that is meant. What nobody sees is no first mention. Signs at one place stand there together, each once, whoever they
are about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final

from compliance.mentions.article import Zone
from compliance.mentions.scan import Mention, Verdict

_CLOSING: Final = frozenset('»”“"›')
_PAIRS: Final = frozenset({"»«", "›‹", "‚‘", "‘’", "''"})
"""Quotation marks that close only what such a one has opened."""
NOWHERE: Final = -1
"""The place of a mention behind which nothing can stand."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a reader is told about an entity."""

    sign: str
    """Behind the name and before the footnote: `*`."""
    text: str
    """The words of the footnote."""
    language: str | None = None
    registers: frozenset[str] = field(default=frozenset(), compare=False)
    """A name beside which the text says that it stands in all of these needs no such mark; if there are any."""

    notice: str = field(default="", compare=False)
    """The id of the notice that says it."""
    every: bool = field(default=False, compare=False)
    """It stands at each mention, not only at the first."""

    def is_carried(self, mention: Mention) -> bool:
        """Whether the text itself has such a mark beside a mention."""
        return bool(self.registers) and self.registers <= mention.marked_by


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a mark behind a mention would stand."""

    place: int
    mention: Mention
    zone: Zone = Zone.ARTICLE


@dataclass(frozen=True, slots=True)
class Signed:
    """A place, and what is written there: about whom, and which marks, each once."""

    place: int
    mentions: tuple[Mention, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be written, and what the text has already."""

    left: list[Signed]
    """In the order of their places."""
    lost: tuple[Mention, ...]
    """Mentions that have to be marked by hand."""
    carried: tuple[tuple[Mention, Mark], ...]
    lines: list[Mark]
    """The footnotes of the marks that are written or have to be."""


def due_of(spots: Iterable[Spot], marks: Mapping[str, Sequence[Mark]], *, every: bool = False) -> Due:
    """The marks that some mentions lack, each entity once at a place.

    Args:
        spots: the mentions, each of an entity that has marks, in any order.
        marks: for each entity what readers are told about it.
        every: put every mark at every mention; without it, only those marks that ask for it.
    """
    there: dict[int, tuple[dict[Mention, None], dict[Mark, None]]] = {}
    lost: list[Mention] = []
    carried: list[tuple[Mention, Mark]] = []
    lacked: set[tuple[str, Mark]] = set()
    for spot, several in _chosen(list(spots), marks, every=every):
        each = spot.mention
        carried += [(each, mark) for mark in several if mark.is_carried(each)]
        lacking = [mark for mark in several if not mark.is_carried(each)]
        lacked |= {(each.entity, mark) for mark in lacking}
        if lacking and spot.place == NOWHERE:
            lost.append(each)
        elif lacking:
            mentions, signs = there.setdefault(spot.place, ({}, {}))
            mentions[each] = None
            signs.update(dict.fromkeys(lacking))
    left = [Signed(place, tuple(mentions), tuple(signs)) for place, (mentions, signs) in sorted(there.items())]
    order = lines_of(marks, marks)
    said = {mark for _, mark in lacked}
    return Due(left, tuple(lost), tuple(carried), [mark for mark in order if mark in said])


def numbered(due: Due, taken: Mapping[str, str] | None = None) -> Due:
    """The same with numbers in the order of the places, for those of its signs that are numbers.

    Args:
        due: what is to be written.
        taken: by the words of footnotes that the text has already, the number of each: it keeps that.
    """
    taken = taken or {}
    ordered = dict.fromkeys((*(mark for each in due.left for mark in each.marks), *due.lines))
    free = (str(number) for number in count(1) if str(number) not in taken.values())
    signs = {mark: taken.get(mark.text) or next(free) for mark in ordered if mark.sign.isdecimal()}

    def again(marks: Iterable[Mark]) -> list[Mark]:
        new = [replace(mark, sign=signs.get(mark, mark.sign)) for mark in marks]
        return sorted(new, key=lambda mark: (not mark.sign.isdecimal(), int(mark.sign) if mark.sign.isdecimal() else 0))

    left = [Signed(each.place, each.mentions, tuple(again(each.marks))) for each in due.left]
    return replace(due, left=left, lines=again(due.lines))


def behind_quotation(text: str, start: int, end: int) -> int:
    """Where a sign stands behind a name: behind the quotation marks that end directly behind it, if there are any."""
    before = text[max(start - 1, 0) : start]
    while (sign := text[end : end + 1]) and (sign in _CLOSING or before + sign in _PAIRS):
        if text[end + 1 : end + 2].isalnum():
            break  # an apostrophe, or the beginning of another quotation
        end += 1
    return end


def lines_of(entities: Collection[str], marks: Mapping[str, Sequence[Mark]]) -> list[Mark]:
    """The footnotes about some entities, each once, in the order in which `marks` has them."""
    return list(dict.fromkeys(mark for entity, several in marks.items() if entity in entities for mark in several))


def _chosen(
    spots: Sequence[Spot], marks: Mapping[str, Sequence[Mark]], *, every: bool
) -> Iterable[tuple[Spot, list[Mark]]]:
    """Each mention that is marked or has to be, with its marks; of several of an entity at a place, one."""
    ordered = sorted(spots, key=lambda each: (each.place == NOWHERE, each.place, each.mention.entity))
    firsts = _firsts(spots)
    known: set[tuple[int, str]] = set()
    for spot in ordered:
        entity = spot.mention.entity
        is_first = firsts[entity] is spot
        is_again = spot.place != NOWHERE and (spot.place, entity) in known
        several = [] if is_again else [mark for mark in marks[entity] if every or mark.every]
        if is_first:
            once = [mark for mark in marks[entity] if not (every or mark.every)]
            if spot.zone is Zone.HIDDEN and once:
                yield Spot(NOWHERE, spot.mention), once
            else:
                several = [mark for mark in marks[entity] if mark in several or mark in once]
        if several:
            known.add((spot.place, entity))
            yield spot, several


def _firsts(spots: Iterable[Spot]) -> dict[str, Spot]:
    """The first mention of each entity: of those that can be marked, if there are any."""
    found: dict[str, Spot] = {}
    for spot in sorted(spots, key=_rank):
        found.setdefault(spot.mention.entity, spot)
    return found


def _rank(spot: Spot) -> tuple[bool, bool, bool, Zone, int]:
    is_unsure = spot.mention.verdict is not Verdict.CERTAIN
    return spot.place == NOWHERE, spot.zone is Zone.HIDDEN, is_unsure, spot.zone, spot.place
