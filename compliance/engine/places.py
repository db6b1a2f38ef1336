"""What rules can see of places on days that are all alike, turned round: for each code what it lies in.

Theory: codes nest, so all that a rule can ask of a place stands at the codes above it, which it lies in for
sure, and at the codes below it, in one of which it may be. A rule set names few codes, and each place has
few above and below. So a view of a place costs as many steps as have to do with it, however many
territories there are and however large they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping

from compliance.engine.changes import Change, earliest
from compliance.engine.views import Keys, View, zone_of
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.territory import MARK, Extent, LocationSet, Member, Territory, code_of, lineage
from compliance.model.truth import FALSE, TRUE


class Places:
    """The keys of places and territories that rules ask for, by code."""

    def __init__(self, ruleset: Ruleset, days: LawDays, asked: Keys) -> None:
        self._below: dict[str, set[str]] = defaultdict(set)
        """For each code those that are named and lie in it, itself among them."""
        self._wholly: dict[str, set[str]] = defaultdict(set)
        """For each code the keys that hold in all of it, today ..."""
        self._partly: dict[str, list[tuple[str, str]]] = defaultdict(list)
        """... and those that hold in a part of it, each with the name of its territory."""
        self._ever: dict[str, set[str]] = defaultdict(set)
        """For each code the keys of territories that it belongs to on some day."""
        self._members: dict[str, list[tuple[str, Member, str]]] = defaultdict(list)
        """For each code its memberships of today: key, member, territory."""
        self._moves: dict[str, list[tuple[str, Change]]] = defaultdict(list)
        for key in asked:
            name, zone = zone_of(key)
            territory = ruleset.territories.get(name)
            if territory is None:
                self._wholly[name].add(key)
                self._note(name)
            else:
                self._add(key, territory, territory.zone or zone, days)

    def _add(self, key: str, territory: Territory, zone: str, days: LawDays) -> None:
        """Note what is asked of a territory on the law day of a zone."""
        day = days[zone]
        for member in territory.members:
            code = member.code
            self._note(code)
            self._ever[code].add(key)
            if day in member.period:
                self._members[code].append((key, member, territory.id))
                if member.extent is Extent.WHOLE:
                    self._wholly[code].add(key)
                else:
                    self._partly[code].append((key, territory.id))
            if (change := member.period.next_change(day)) is not None:
                self._moves[code].append((key, (zone, change)))

    def _note(self, code: str) -> None:
        for above in lineage(code):
            self._below[above].add(code)

    def view(self, where: LocationSet) -> View:
        """The view of the places that a reader may be in."""
        if where.anywhere:
            return View(rest=True, changes=self._changes(self._moves))
        each = [self._one(place) for place in where.places]
        sure = frozenset.intersection(*(view.sure for view in each))
        some = frozenset[str]().union(*(view.sure | view.maybe for view in each))
        ever = frozenset[str]().union(*(view.ever for view in each)) - some
        near = {code for place in where.places for code in (*lineage(place), *self._below.get(code_of(place), ()))}
        return View(sure, some - sure, ever=ever, changes=self._changes(near), value=where.places)

    def _one(self, place: str) -> View:
        """What holds, may hold and holds on some day in one place; what holds may be among the rest once more."""
        if MARK in place:
            return self._piece(place)
        above, below = lineage(place), self._below.get(place, ())
        near = (*above, *below)
        partly = {key for code in near for key, _ in self._partly.get(code, ())}
        return View(
            frozenset(_joined(self._wholly, above)),
            frozenset(_joined(self._wholly, below) | partly),
            ever=frozenset(_joined(self._ever, near)),
        )

    def _piece(self, place: str) -> View:
        """The same of a piece of a code, whose marks settle some memberships."""
        above, below = lineage(place), self._below.get(code_of(place), ())
        held = [(key, member.holds(place, name)) for code in above for key, member, name in self._members.get(code, ())]
        lower = [
            (key, member.holds(place, name)) for code in below for key, member, name in self._members.get(code, ())
        ]
        sure = self._named(above) | {key for key, truth in held if truth is TRUE}
        maybe = self._named(below) | {key for key, truth in held + lower if truth is not FALSE}
        return View(frozenset(sure), frozenset(maybe), ever=frozenset(_joined(self._ever, (*above, *below))))

    def _named(self, codes: Iterable[str]) -> set[str]:
        """Those of some codes that rules name themselves."""
        return {code for code in codes if code in self._wholly.get(code, ())}

    def _changes(self, codes: Iterable[str]) -> Mapping[str, tuple[Change, ...]]:
        """For each key when something turns in any of some codes."""
        found: dict[str, list[Change]] = defaultdict(list)
        for code in codes:
            for key, change in self._moves.get(code, ()):
                found[key].append(change)
        return {key: earliest(changes) for key, changes in found.items()}

    def named_near(self, place: str) -> Hashable:
        """The codes above and below a place that rules name; those of equal ones are alike, and it is soon asked."""
        below = self._below
        above = tuple(code for code in lineage(place) if code in below.get(code, ()))
        return above, frozenset(below.get(place, ()))

    def signature(self, place: str) -> Hashable:
        """Equal for two places exactly if no rule can tell them apart, now or by when the answer changes."""
        view = self.view(LocationSet.of([place]))
        finer = {place, *self._below.get(place, ())}
        return frozenset(map(self._world, finer)), view.ever, tuple(sorted(view.changes.items()))

    def _world(self, code: str) -> Hashable:
        """The keys that hold in a code, and those that hold together or not where a member is partly in."""
        above = lineage(code)
        sure = _joined(self._wholly, above)
        free: dict[tuple[str, str], set[str]] = defaultdict(set)
        for member in above:
            for key, name in self._partly.get(member, ()):
                free[name, member].add(key)
        return frozenset(sure), frozenset(frozenset(keys - sure) for keys in free.values() if keys - sure)


def _joined(keys: Mapping[str, set[str]], codes: Iterable[str]) -> set[str]:
    """The keys that are kept for any of some codes."""
    return set().union(*(keys.get(code, ()) for code in codes))
