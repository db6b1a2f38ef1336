"""Decisions with some facts left open: a finite table instead of an answer.

Theory: an open fact has as many *classes* as rules can tell values apart. The classes of the place are
called zones: two places are in one zone if every line on the place can have the same answers in both, and
has them for as long (see `zones`). So a page and a day give one decision for each zone, and to look the
reader's zone up in that table is the same as to decide with the reader's place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Final

from compliance.engine.reading import PLACE
from compliance.engine.segment import Segment
from compliance.engine.table import OTHER_CLASS, UNKNOWN_CLASS, NotTabulatedError, Table, zone_class
from compliance.engine.views import Keys
from compliance.engine.zones import Zones
from compliance.model.facts import FACTS, Facts, FactValue, Kind, OneOf, unknown
from compliance.model.territory import LocationSet

MOST_ROWS: Final = 65_536


def tabulate(segment: Segment, facts: Facts, open_facts: Sequence[str] = (PLACE,)) -> Table:
    """The table of decisions on `facts`, with a row for every class of the open facts.

    Raises:
        NotTabulatedError: an open fact is a set, a day or a language, or there are more than 65,536 rows.
    """
    given = {name: value for name, value in facts.items() if name not in open_facts}
    if tuple(open_facts) == (PLACE,):
        return segment.table(given)
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
            yield zone_class(number), LocationSet.of(places[:1])
        return
    for word in sorted(named[fact]):
        yield f"value {word}", OneOf(frozenset({word}))
    if FACTS[fact].domain is None:
        other = next(name for name in ("other", "other-than-any", "unnamed-other") if name not in named[fact])
        yield OTHER_CLASS, OneOf(frozenset({other}))
