"""Decisions with some facts left open: a finite table instead of an answer.

Theory: an open fact has as many *classes* as rules can tell values apart. The classes of the place are
called zones: two places are in one zone if every line on the place can have the same answers in both, and
has them for as long (see `zones`). So a page and a day give one decision for each zone, and to look the
reader's zone up in that table is the same as to decide with the reader's place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Final

from compliance.engine.changes import Change, earliest
from compliance.engine.reading import PLACE
from compliance.engine.segment import Segment
from compliance.engine.views import Keys
from compliance.engine.zones import Zones
from compliance.model.decision import Decision
from compliance.model.facts import FACTS, Facts, FactValue, Kind, OneOf, unknown
from compliance.model.territory import LocationSet

MOST_ROWS: Final = 65_536
UNKNOWN_CLASS: Final = "unknown"
"""The class of a fact that nobody knows; for the place, of a reader who may be anywhere."""
OTHER_CLASS: Final = "other"
"""The class of the values that no rule names."""


class NotTabulatedError(ValueError):
    """A fact has no finite classes, or a table would be too large; the message says which."""


@dataclass(frozen=True)
class Table:
    """The decisions on some facts, for every class of the facts that were left open."""

    open_facts: tuple[str, ...]
    zones: Zones
    named: Mapping[str, Keys]
    """For each open fact other than the place, the values that are classes of their own."""
    rows: Mapping[tuple[str, ...], Decision]
    """By the class of each open fact: `zone 7`, `value article`, `other`, `unknown`."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """For each zone of time the first day on which some row may differ."""
        return earliest(change for decision in self.rows.values() for change in decision.changes)

    def find(self, facts: Facts) -> Decision:
        """The decision on these values of the open facts; one that is left out is unknown.

        Raises:
            NotTabulatedError: a fact has one of several values, or the place is a piece of a code; the table
                has rows for single ones.
        """
        return self.rows[tuple(self._class_of(fact, facts.get(fact)) for fact in self.open_facts)]

    def _class_of(self, fact: str, value: FactValue | None) -> str:
        if value is None or value == unknown(fact):
            return UNKNOWN_CLASS
        if isinstance(value, LocationSet) and (value.anywhere or len(value.places) == 1):
            if value.anywhere:
                return UNKNOWN_CLASS
            number = self.zones.of_place.get(next(iter(value.places)))
            if number is None:
                raise NotTabulatedError("a table has a row for each code of ISO 3166, not for pieces of them")
            return f"zone {number}"
        if isinstance(value, OneOf) and value.is_known:
            word = next(iter(value.values))
            return f"value {word}" if word in self.named[fact] else OTHER_CLASS
        if isinstance(value, OneOf) and value.other and not value.values:
            return UNKNOWN_CLASS
        raise NotTabulatedError(f"`{fact}` has one of several values, and a table has a row for each single one")


def tabulate(segment: Segment, facts: Facts, open_facts: Sequence[str] = (PLACE,)) -> Table:
    """The table of decisions on `facts`, with a row for every class of the open facts.

    Raises:
        NotTabulatedError: an open fact is a set, a day or a language, or there are more than 65,536 rows.
    """
    given = {name: value for name, value in facts.items() if name not in open_facts}
    zones = segment.zones
    named = {fact: _named(segment, fact) for fact in open_facts if fact != PLACE}
    classes = [list(_classes(fact, zones, named)) for fact in open_facts]
    if prod(map(len, classes)) > MOST_ROWS:
        raise NotTabulatedError(f"the table would have more than {MOST_ROWS} rows: leave fewer facts open")
    rows = {
        tuple(name for name, _ in row): segment.decide(
            {**given, **{fact: value for fact, (_, value) in zip(open_facts, row, strict=True)}}
        )
        for row in product(*classes)
    }
    return Table(tuple(open_facts), zones, named, rows)


def _named(segment: Segment, fact: str) -> Keys:
    """The values of an open fact that rules can tell from all others."""
    spec = FACTS[fact]
    if spec.many or spec.kind in {Kind.DAY, Kind.LANGUAGE}:
        raise NotTabulatedError(f"`{fact}` has no finite classes: give it, or leave it out")
    entities = segment.ruleset.entities.keys() if fact == "publisher" else ()
    return segment.asked.get(fact, frozenset()).union(spec.domain or (), entities)


def _classes(fact: str, zones: Zones, named: Mapping[str, Keys]) -> Iterator[tuple[str, FactValue]]:
    """The name of each class, and a value that stands for it."""
    yield UNKNOWN_CLASS, unknown(fact)
    if fact == PLACE:
        for number, places in enumerate(zones.places):
            yield f"zone {number}", LocationSet.of(places[:1])
        return
    for word in sorted(named[fact]):
        yield f"value {word}", OneOf(frozenset({word}))
    if FACTS[fact].domain is None:
        other = next(name for name in ("other", "other-than-any", "unnamed-other") if name not in named[fact])
        yield OTHER_CLASS, OneOf(frozenset({other}))
