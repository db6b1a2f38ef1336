"""What is in a log, as far as deciding again needs it: where tables and outcomes are, and of which rule sets.

Theory: a log may be larger than memory, so of each table its number is kept and no more, and of each outcome a number
and the beginning of its key. A key is a digest: two outcomes whose first 64 bits are the same do not come by chance.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import msgspec

from compliance.audit.log_files import LogFiles
from compliance.audit.record import OtherRecord, RulesetRecord, decode, key_of
from compliance.audit.table import Days, Stretch
from compliance.audit.tiles import WIDTH
from compliance.errors import EvidenceError, visible

_TABLE, _OUTCOME, _RULESET = "table", "outcome", "ruleset"
_ONE_DAY: Final = timedelta(days=1)
_PREFIX: Final = 16
"""So many hexadecimal digits of a key are kept."""


@dataclass(frozen=True, slots=True)
class Span:
    """Law days from a first to a last, both included; None is an open end."""

    since: date | None = None
    until: date | None = None

    def has(self, recorded: date, stretch: Stretch) -> bool:
        """Whether answers on one of these days may rest on a table.

        Args:
            recorded: the day (UTC) on which it was recorded; in some zones the law day is still the one before.
            stretch: the law days for which it holds.
        """
        if self.until is not None and self.until < date.max and recorded > self.until + _ONE_DAY:
            return False
        return any(self._meets(days) for days in (stretch.zones.values() if stretch.zones else (stretch,)))

    def _meets(self, days: Days) -> bool:
        begins = self.until is None or days.first_day is None or days.first_day <= self.until
        return begins and (self.since is None or days.last_day is None or days.last_day >= self.since)


class Keys:
    """Numbers of leaves by the keys of what is in them."""

    def __init__(self) -> None:
        self._prefixes, self._numbers = array("Q"), array("Q")

    def add(self, key: str, number: int) -> None:
        """Take a leaf in; `sort` has to follow."""
        self._prefixes.append(int(key[:_PREFIX], 16))
        self._numbers.append(number)

    def sort(self) -> None:
        """Get ready to be asked."""
        order = sorted(range(len(self._numbers)), key=lambda place: (self._prefixes[place], self._numbers[place]))
        self._prefixes = array("Q", (self._prefixes[place] for place in order))
        self._numbers = array("Q", (self._numbers[place] for place in order))

    def find(self, key: str) -> int | None:
        """The number of the first leaf that has the key; None if none has."""
        wanted = int(key[:_PREFIX], 16)
        place = bisect_left(self._prefixes, wanted)
        is_there = place < len(self._prefixes) and self._prefixes[place] == wanted
        return self._numbers[place] if is_there else None


@dataclass(slots=True)
class Inventory:
    """What was found in a log."""

    size: int = 0
    tables: dict[str, array[int]] = field(default_factory=dict)
    """For each rule set, by what it means, the numbers of its tables."""
    rulesets: dict[str, list[RulesetRecord]] = field(default_factory=dict)
    """By what they mean, the rule sets that were in use."""
    outcomes: Keys = field(default_factory=Keys)
    left_out: int = 0
    """Tables that are of other days."""
    erased: int = 0
    unknown: dict[str, tuple[int, int]] = field(default_factory=dict)
    """For each kind that this version does not know the number of the first leaf, and how many there are."""
    unreadable: list[tuple[int, int, str]] = field(default_factory=list)
    """Leaves from a first to before an end, and why nobody can say what they are."""

    @property
    def table_count(self) -> int:
        """How many tables are to be decided again."""
        return sum(map(len, self.tables.values()))


class _Outline(msgspec.Struct):
    """As much of a leaf as says what to do with it."""

    kind: str
    day: date
    ruleset: str = ""
    stretch: Stretch | None = None


_OUTLINE: Final = msgspec.json.Decoder(_Outline)


def taken(log: LogFiles, span: Span, step: Callable[[int], None] = lambda _: None) -> Inventory:
    """What is in a log.

    Args:
        log: its files.
        span: the days of the tables.
        step: told how many leaves were looked at more.

    Raises:
        EvidenceError: nobody can say how many leaves it has.
    """
    found = Inventory(log.size())
    for first in range(0, found.size, WIDTH):
        end = min(first + WIDTH, found.size)
        try:
            for number, entry in log.entries(first, end):
                _take(log, number, entry, span, found)
        except EvidenceError as error:
            found.unreadable.append((first, end, str(error)))
        step(end - first)
    found.outcomes.sort()
    return found


def _take(log: LogFiles, number: int, entry: bytes, span: Span, found: Inventory) -> None:
    if not entry:
        found.erased += 1
        return
    try:
        data = log.record(entry)
        outline = _outline(data)
        if outline is None:
            if isinstance(other := decode(data), OtherRecord):
                first, count = found.unknown.get(visible(other.kind), (number, 0))
                found.unknown[visible(other.kind)] = first, count + 1
        elif outline.kind == _TABLE:
            _take_table(number, outline, span, found)
        elif outline.kind == _OUTCOME:
            found.outcomes.add(key_of(data), number)
        elif isinstance(record := decode(data), RulesetRecord):
            found.rulesets.setdefault(record.ruleset, []).append(record)
    except EvidenceError as error:
        found.unreadable.append((number, number + 1, str(error)))


def _outline(data: bytes) -> _Outline | None:
    """The outline of a leaf of a kind that matters here; None for others."""
    try:
        found = _OUTLINE.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found if found.kind in {_TABLE, _OUTCOME, _RULESET} else None


def _take_table(number: int, outline: _Outline, span: Span, found: Inventory) -> None:
    if span.has(outline.day, outline.stretch or Stretch()):
        found.tables.setdefault(outline.ruleset, array("Q")).append(number)
    else:
        found.left_out += 1


def leaves(log: LogFiles, numbers: array[int]) -> Iterator[tuple[int, bytes | EvidenceError]]:
    """Some leaves by their numbers, in order: the record of each, or why it cannot be read."""
    wanted = set(numbers)
    for index in sorted({number // WIDTH for number in wanted}):
        mine = sorted(number for number in range(index * WIDTH, (index + 1) * WIDTH) if number in wanted)
        try:
            entries = dict(log.entries(mine[0], mine[-1] + 1))
        except EvidenceError as error:
            yield from ((number, error) for number in mine)
            continue
        for number in mine:
            try:
                yield number, log.record(entries[number])
            except EvidenceError as error:
                yield number, error
