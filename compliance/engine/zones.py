"""Zones: the places of the world as far as a rule set can tell them apart on a day.

Theory: a rule sees of a place only which of its keys hold there. So a place is no more than its worlds: for
itself and for each finer code that a rule names, the keys that hold for sure, and the keys that hold
together or not because the place lies partly in a territory. Equal worlds, and an equal calendar, make one
zone. Some five thousand codes become a handful, and what is true of one place of a zone is true of all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from compliance.engine.places import Places
from compliance.model.territory import PLACES, lineage


@dataclass(frozen=True)
class Zones:
    """The zones of a segment: a number for each place, and a place for each number."""

    of_place: Mapping[str, int]
    places: tuple[tuple[str, ...], ...]
    """For each zone its places, sorted; the first stands for all."""

    @classmethod
    def of(cls, places: Places) -> Self:
        """The zones of every code of ISO 3166, numbered in the order of their first places."""
        groups: dict[Hashable, list[str]] = defaultdict(list)
        signatures: dict[Hashable, Hashable] = {}
        for place in sorted(PLACES):
            near = places.named_near(place)
            if near not in signatures:
                signatures[near] = places.signature(place)
            groups[signatures[near]].append(place)
        alike = tuple(tuple(each) for each in groups.values())
        return cls({place: number for number, each in enumerate(alike) for place in each}, alike)

    @cached_property
    def borders(self) -> tuple[tuple[str, int, int | None], ...]:
        """Every country, and every other place that is in another zone than the place around it, sorted.

        Each with its zone and that of the place around it; a country has none.
        """
        around = ((place, next(iter(lineage(place)[1:]), None)) for place in sorted(PLACES))
        zones = (
            (place, self.of_place[place], None if above is None else self.of_place[above]) for place, above in around
        )
        return tuple((place, zone, above) for place, zone, above in zones if zone != above)
