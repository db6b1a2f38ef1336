"""Which notices were due, counted by groups: from tables how many of them, from counters how many answers.

Theory: tables with the same groups are added up before places are told apart, and places that no pattern tells apart
are added up together, so that the work follows the variety of what was decided and not the number of pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from struct import Struct
from typing import Any, Final

import msgspec

from compliance.audit.report import SUPPRESSED, Asked, Cell, Section, columns, section
from compliance.audit.report_patterns import (
    STATES,
    Cells,
    Grouping,
    Layouts,
    Pattern,
    Wanted,
    cells_of_row,
    places_of,
)

OF_CLASSES: Final = ("day", "ruleset", "publisher", "content", "decision")
"""What is the same for a whole table."""
_MANY: Final = ("content", "decision")
_FEW: Final = ("day", "ruleset", "publisher")
OF_NOTICES: Final = ("rule", "notice", "entity")
OF_COUNTS: Final = ("notice", "place", "day", "ruleset")
"""What counts of answers tell apart."""
_UNTOLD: Final = ("rule", "entity", "content", "publisher")
"""What they do not."""
Numbers = tuple[Any, ...]
Spread = tuple[tuple[Numbers, int], ...]
"""For each group that a table counts in, what it adds there."""
_BITS: Final = 64
_FOUR: Final = Struct("<4Q")
_LANES: Final = 4
_LANE_OF: Final = {state: 1 << (at * _BITS) for at, state in enumerate(("", *STATES))}
Named = Callable[[str, Collection[Any]], Mapping[Any, Cell]]
"""Gives names for the numbers of days, rule sets, publishers and pages."""


def due_section(
    counted: Iterable[tuple[Numbers, int, int]], patterns: Mapping[int, Pattern], asked: Asked, named: Named
) -> Section:
    """The table of what was due.

    Args:
        counted: for each group of tables, by what is the same for whole tables, the pattern and how many there are.
        patterns: the patterns by their numbers.
        asked: what the report is asked for.
        named: gives names for numbers.
    """
    told = _sorted(_rows(_by_outer(counted, asked.by, named), _Spreads(patterns, asked), _order(asked.by)))
    rows = _late(told[: asked.limit], asked.by, named)
    heads = columns(*asked.by, "tables", *STATES, tables="tables with one")
    found = section("due", "Notices due, by tables", heads, rows, limit=asked.limit, note=_OF_TABLES)
    return msgspec.structs.replace(found, left_out=len(told) - len(found.rows))


_OF_TABLES: Final = (
    "a table is a version of a page under one rule set; in each group it counts once, and under `required`, `possible` "
    "and `held` if a notice of the group is due in this way"
)
_OF_ANSWERS: Final = (
    "how often notices were due in answers to readers, without pages; places are counted under the first place of "
    "their zone"
)


class _Spreads:
    """In which groups and places tables count, by their patterns.

    What a table adds to a group is one number that has four *lanes* for each place: how many tables there are, and how
    many by each way of being due. So a table is added in all places at once, and numbers are taken apart in the end.
    """

    def __init__(self, patterns: Mapping[int, Pattern], asked: Asked) -> None:
        self._patterns, self._wanted, self._place = patterns, asked.wanted, asked.place
        self._grouping = Grouping(tuple(name for name in asked.by if name in OF_NOTICES))
        self._layouts: Layouts | None = None
        self.places: tuple[str, ...] = (asked.place or "",)
        if "place" in asked.by and asked.place is None:
            self.places = places_of(patterns.values())
            self._layouts = Layouts(self.places)
        self._lanes = {place: 1 << (at * _LANES * _BITS) for at, place in enumerate(self.places)}
        self._numbers: dict[Spread, int] = {}
        self._of: dict[int, int] = {}
        self.found: list[Spread] = []

    def of(self, number: int) -> int:
        """The number of what a table of a pattern adds; patterns that agree share it."""
        known = self._of.get(number)
        if known is None:
            spread = self._spread(self._patterns[number])
            known = self._of[number] = self._numbers.setdefault(spread, len(self.found))
            if known == len(self.found):
                self.found.append(spread)
        return known

    def taken_apart(self, sum_: int) -> Iterator[tuple[str, tuple[int, ...]]]:
        """The four numbers of each place that has any."""
        data = sum_.to_bytes(len(self.places) * _LANES * _BITS // 8, "little")
        for place, numbers in zip(self.places, _FOUR.iter_unpack(data), strict=True):
            if numbers[0]:
                yield place, numbers

    def _spread(self, pattern: Pattern) -> Spread:
        found: dict[Numbers, int] = {}
        for places, cells in self._cells(pattern):
            lanes = sum(self._lanes[place] for place in places)
            for group, states in cells:
                found[group] = found.get(group, 0) + lanes * sum(_LANE_OF[each] for each in ("", *states))
        return tuple(found.items())

    def _cells(self, pattern: Pattern) -> Iterator[tuple[tuple[str, ...], Cells]]:
        """For some places what is due there, in groups."""
        if self._layouts is None:
            yield self.places, self._grouping.cells(pattern.due(self._place, self._wanted))
            return
        for number, places in enumerate(self._layouts.of(pattern)):
            yield places, cells_of_row(pattern, number, self._grouping.names, self._wanted)


def _by_outer(
    counted: Iterable[tuple[Numbers, int, int]], by: Sequence[str], named: Named
) -> dict[Numbers, dict[int, int]]:
    """For each group of whole tables, with names in place of those numbers that are few, how many of each pattern."""
    raw: dict[Numbers, list[tuple[int, int]]] = {}
    for outer, pattern, number in counted:
        raw.setdefault(outer, []).append((pattern, number))
    names = {at: named(name, {outer[at] for outer in raw}) for at, name in enumerate(outer_of(by)) if name in _FEW}
    found: dict[Numbers, dict[int, int]] = {}
    for outer, patterns in raw.items():
        of = found.setdefault(_renamed(outer, names), {})
        for pattern, number in patterns:
            of[pattern] = of.get(pattern, 0) + number
    return found


def _rows(of_outer: Mapping[Numbers, Mapping[int, int]], spreads: _Spreads, order: Sequence[int]) -> list[Numbers]:
    """For each group how many tables there are, and how many of them by each way of being due."""
    rows: list[Numbers] = []
    pick = itemgetter(*[_LANES + at for at in order], *range(_LANES))
    for outer, patterns in of_outer.items():
        of_spreads: dict[int, int] = {}
        for pattern, number in patterns.items():
            spread = spreads.of(pattern)
            of_spreads[spread] = of_spreads.get(spread, 0) + number
        sums: dict[Numbers, int] = {}
        for spread, number in of_spreads.items():
            for group, added in spreads.found[spread]:
                sums[group] = sums.get(group, 0) + number * added
        for group, sum_ in sums.items():
            rows += [pick((*numbers, *outer, *group, place)) for place, numbers in spreads.taken_apart(sum_)]
    return rows


def _order(by: Sequence[str]) -> list[int]:
    """Where what a report is grouped by stands among the numbers of a group."""
    outer, inner = outer_of(by), [name for name in by if name in OF_NOTICES]
    places = [*outer, *inner, "place"]
    return [places.index(name) for name in by]


def outer_of(by: Sequence[str]) -> list[str]:
    """Those groups that are the same for a whole table."""
    return [name for name in by if name in OF_CLASSES]


def answers_section(
    counts: Callable[[Sequence[str], int], tuple[Sequence[Numbers], int]], asked: Asked, suppressed: int | None
) -> Section:
    """The table of counts of answers; what they do not tell apart is not in it.

    Args:
        counts: gives for so many groups of `counts_by` how often a notice was due, by each of `STATES`, and how many
            more groups there are.
        asked: what the report is asked for.
        suppressed: how many counts were too small to be told, if any record says it.
    """
    by = counts_by(asked)
    lacking = [name for name in _UNTOLD if getattr(asked, name) is not None]
    if lacking:
        rows: Sequence[Numbers] = ()
        more = 0
        note = f"counts of answers do not tell by {' or '.join(lacking)}: there are none here"
    else:
        rows, more = counts(by, asked.limit)
        note = f"{_OF_ANSWERS}; how many counts were too small to be told: {suppressed or SUPPRESSED}"
        if asked.place is not None and not rows:
            note += f"; none is named `{asked.place}`: leave `place` out, and count by `place`"
    heads = columns(*by, *STATES)
    found = section("answers", "Notices due, by answers", heads, rows, limit=asked.limit, note=note)
    return msgspec.structs.replace(found, left_out=more)


def counts_by(asked: Asked) -> tuple[str, ...]:
    """What counts of answers are grouped by: rules ask for notices, so for a rule stands its notice."""
    wanted = ["notice" if name == "rule" else name for name in asked.by]
    return tuple(dict.fromkeys(name for name in wanted if name in OF_COUNTS))


def totals_section(counted: Iterable[tuple[Numbers, int, int]], patterns: Mapping[int, Pattern]) -> Section:
    """How many tables a report is about, and how many of them have a notice anywhere."""
    of_patterns: Counter[int] = Counter()
    for _, pattern, number in counted:
        of_patterns[pattern] += number
    tables = of_patterns.total()
    due = sum(number for pattern, number in of_patterns.items() if patterns[pattern].due(None, Wanted()))
    rows = [("tables", tables), ("tables with a notice anywhere", due)]
    return section("totals", "In all", columns("what", "number"), rows, limit=len(rows))


# -- names and order --------------------------------------------------------------------------------------


def _renamed(group: Numbers, names: Mapping[int, Mapping[Any, Cell]]) -> Numbers:
    return tuple([names[at][each] if at in names else each for at, each in enumerate(group)])


def _late(rows: Sequence[Numbers], by: Sequence[str], named: Named) -> list[Numbers]:
    """The rows that are told, with names in place of numbers of pages, of which there are many."""
    names = {at: named(name, {row[at] for row in rows}) for at, name in enumerate(by) if name in _MANY}
    if not names:
        return list(rows)
    return _sorted(
        [tuple([names[at].get(each) if at in names else each for at, each in enumerate(row)]) for row in rows]
    )


def _sorted(rows: list[Numbers]) -> list[Numbers]:
    """The rows in their order; what has no name comes first."""
    try:
        return sorted(rows)
    except TypeError:
        return sorted(rows, key=lambda row: [(each is not None, each) for each in row])
