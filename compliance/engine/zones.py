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
from typing import Self

from compliance.engine.reading import Reading
from compliance.engine.views import Keys, place_view, zone_of
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.territory import PLACES, Extent, LocationSet, lineage


@dataclass(frozen=True)
class Zones:
    """The zones of a segment: a number for each place, and a place for each number."""

    of_place: Mapping[str, int]
    places: tuple[tuple[str, ...], ...]
    """For each zone its places, sorted; the first stands for all."""

    @classmethod
    def of(cls, ruleset: Ruleset, days: LawDays, asked: Keys) -> Self:
        """The zones of every code of ISO 3166, numbered in the order of their first places.

        Args:
            ruleset: where territories are declared.
            days: the law day in every zone of time.
            asked: the keys of all places and territories that rules ask for.
        """
        facts = _Places(ruleset, days, asked)
        groups: dict[Hashable, list[str]] = defaultdict(list)
        for place in sorted(PLACES):
            groups[facts.signature(place)].append(place)
        places = tuple(tuple(each) for each in groups.values())
        return cls({place: number for number, each in enumerate(places) for place in each}, places)


class _Places:
    """What all rules of a segment can see of a place."""

    def __init__(self, ruleset: Ruleset, days: LawDays, asked: Keys) -> None:
        self._asked = asked
        self._reading = Reading(ruleset, {}, days)
        self._members: dict[str, list[tuple[str, str, bool]]] = defaultdict(list)
        codes = set()
        for key in self._asked:
            name, zone = zone_of(key)
            territory = ruleset.territories.get(name)
            if territory is None:
                codes.add(name)
                continue
            for member in territory.members_on(days[territory.zone or zone]):
                self._members[member.code].append((key, name, member.extent is Extent.WHOLE))
            codes |= {member.code for member in territory.members}
        self._below: dict[str, set[str]] = defaultdict(set)
        for code in codes:
            for above in lineage(code):
                self._below[above].add(code)

    def signature(self, place: str) -> Hashable:
        """Equal for two places exactly if no rule can tell them apart, now or by when the answer changes."""
        view = place_view(LocationSet.of([place]), self._near(place), self._reading)
        finer = {place, *self._below[place]}
        moves = tuple(sorted((key, view.changes[key]) for key in view.changes))
        return frozenset(map(self._world, finer)), view.ever & self._asked, moves

    def _near(self, place: str) -> Keys:
        """The keys asked for that may have to do with a place: its codes, and every territory."""
        return frozenset(key for key in self._asked if key not in PLACES) | self._asked.intersection(
            self._below[place], lineage(place)
        )

    def _world(self, code: str) -> Hashable:
        """The keys that hold in a code, and those that hold together or not where a member is partly in."""
        sure = set(self._asked.intersection(lineage(code)))
        free: dict[tuple[str, str], set[str]] = defaultdict(set)
        for above in lineage(code):
            for key, name, is_whole in self._members[above]:
                if is_whole:
                    sure.add(key)
                else:
                    free[name, above].add(key)
        return frozenset(sure), frozenset(frozenset(keys - sure) for keys in free.values() if keys - sure)
