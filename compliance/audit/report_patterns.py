"""What is due where, by the pattern of an outcome: the part of reports that is worked out once for many tables.

Theory: most tables share few patterns, so a report works out for each pattern which of its groups it counts in, and
then only adds numbers. A place counts as the row of an outcome that names it, or names what it lies in, else as the
row of all others. So in every group a table counts once at most, also where several of its notices belong to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

from compliance.audit.canonical import parsed
from compliance.model.territory import lineage

REQUIRED, POSSIBLE, HELD = "required", "possible", "held"
STATES: Final = (REQUIRED, POSSIBLE, HELD)
"""How a notice is due: certainly, perhaps, or held until a person has decided."""
ELSEWHERE: Final = "elsewhere"
"""All places that nothing in a report names."""
UNKNOWN: Final = "unknown"
"""Readers of whom nobody knows the place."""
_HOLD: Final = "hold"
_MOST_CELLS: Final = 16_384
Group = tuple[str | None, ...]
Cells = tuple[tuple[Group, frozenset[str]], ...]
"""For each group the ways in which a notice of it is due."""


def state_of(status: str, display: str) -> str:
    """How a notice with this status and display is due."""
    return HELD if display == _HOLD else status


@dataclass(frozen=True, slots=True)
class Due:
    """A notice of an outcome, without its words."""

    notice: str
    entity: str | None
    state: str
    rules: tuple[str, ...]
    unknowns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which notices a report is about; None is all of them."""

    rule: str | None = None
    notice: str | None = None
    entity: str | None = None
    status: str | None = None

    def __contains__(self, due: Due) -> bool:
        """Whether it is about a notice."""
        return (
            (self.notice is None or due.notice == self.notice)
            and (self.entity is None or due.entity == self.entity)
            and (self.status is None or due.state == self.status)
            and (self.rule is None or self.rule in due.rules)
        )


@dataclass(frozen=True, eq=False)
class Pattern:
    """Which notices are due where; see `views_rows.pattern_of`. What is worked out of one is kept as long as it is."""

    notices: tuple[Due, ...]
    rows: tuple[tuple[int, ...], ...]
    """The numbers of the notices of each row."""
    places: tuple[tuple[str, ...], ...]
    """The places that each row names."""
    elsewhere: int
    unknown: int

    @classmethod
    def read(cls, said: str) -> Pattern:
        """The pattern as the views keep it."""
        members: Any = parsed(said.encode())
        notices = tuple(
            Due(id_, entity, state_of(status, display), tuple(rules), tuple(unknowns))
            for id_, entity, status, display, rules, unknowns in members["notices"]
        )
        rows = members["rows"]
        return cls(
            notices=notices,
            rows=tuple(tuple(numbers) for _, numbers in rows),
            places=tuple(tuple(places) for places, _ in rows),
            elsewhere=members["elsewhere"],
            unknown=members["unknown"],
        )

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """The row of each place that is named."""
        return {place: number for number, places in enumerate(self.places) for place in places}

    def row(self, place: str) -> int:
        """The number of the row of a place, of `ELSEWHERE` or of `UNKNOWN`."""
        if place == UNKNOWN:
            return self.unknown
        if place == ELSEWHERE:
            return self.elsewhere
        return next((self.row_of[code] for code in lineage(place) if code in self.row_of), self.elsewhere)

    def due(self, place: str | None, wanted: Wanted) -> list[Due]:
        """The notices that are wanted, in a place, or anywhere where readers are known to be."""
        if place is not None:
            numbers: Iterable[int] = self.rows[self.row(place)]
        else:
            known = {self.elsewhere, *(number for number, places in enumerate(self.places) if places)}
            numbers = sorted({each for number in known for each in self.rows[number]})
        return [self.notices[number] for number in numbers if self.notices[number] in wanted]


@dataclass(frozen=True, slots=True)
class Grouping:
    """By what notices are counted; of the groups of a report those that a pattern alone tells."""

    names: tuple[str, ...]

    def cells(self, notices: Iterable[Due]) -> Cells:
        """For each group that some notices belong to, how those are due."""
        found: dict[Group, set[str]] = {}
        for due in notices:
            for group in self._groups(due):
                found.setdefault(group, set()).add(due.state)
        return tuple(sorted(((group, frozenset(states)) for group, states in found.items()), key=repr))

    def _groups(self, due: Due) -> Iterator[Group]:
        parts = {"notice": due.notice, "entity": due.entity}
        for rule in due.rules if "rule" in self.names else (None,):
            yield tuple(rule if name == "rule" else parts[name] for name in self.names)


@lru_cache(maxsize=_MOST_CELLS)
def cells_of_row(pattern: Pattern, number: int, names: tuple[str, ...], wanted: Wanted) -> Cells:
    """The cells of the notices that are wanted in a row."""
    due = [pattern.notices[each] for each in pattern.rows[number]]
    return Grouping(names).cells(each for each in due if each in wanted)


def places_of(patterns: Collection[Pattern]) -> tuple[str, ...]:
    """Every place that one of the patterns names, and the two groups of all others."""
    named = sorted({place for pattern in patterns for places in pattern.places for place in places})
    return (*named, ELSEWHERE, UNKNOWN)


class Layouts:
    """In which row of a pattern each of some places counts; patterns that name the same places share it."""

    def __init__(self, places: tuple[str, ...]) -> None:
        self.places = places
        self._known: dict[object, tuple[tuple[str, ...], ...]] = {}

    def of(self, pattern: Pattern) -> tuple[tuple[str, ...], ...]:
        """For each row the places that count there."""
        key = (pattern.places, pattern.elsewhere, pattern.unknown)
        if key not in self._known:
            found: list[list[str]] = [[] for _ in pattern.rows]
            for place in self.places:
                found[pattern.row(place)].append(place)
            self._known[key] = tuple(map(tuple, found))
        return self._known[key]
