"""What is seen of a question on days that are all alike: a view of each fact that some rule asks for.

Theory: a view costs as many steps as rules have keys for its fact, so what will be met again is kept: the
view of a place, of a publisher, of a bound entity. To a register all entities are alike that it does not
name, so there is one view of those that no register names, and that of any other entity differs from it in
the keys of the few registers that do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from typing import Final

from compliance.engine.memo import Memo
from compliance.engine.places import Places
from compliance.engine.postings import Prepared
from compliance.engine.reading import PLACE, Reading
from compliance.engine.views import (
    NONE,
    Keys,
    View,
    given_status_view,
    order_view,
    status_view,
    word_view,
    zone_of,
)
from compliance.model.facts import FACTS, Facts, Kind, Members, OneOf, unknown
from compliance.model.ruleset import LawDays
from compliance.model.territory import LocationSet

MOST_KEPT: Final = 32_768
"""So many views are kept, and partial results of each sort; what was not asked for lately goes first."""
STATUS: Final = "publisher.designated_as"
_ORDERS: Final = ("publisher.answers_to", "publisher.complies_with")
"""Sets of legal orders that follow from the publisher's entity file."""
_WORDS: Final = frozenset(
    fact
    for fact, spec in FACTS.items()
    if spec.kind in {Kind.WORD, Kind.ENTITY, Kind.ORDER, Kind.URL} and not spec.many
)


class Sight:
    """Makes the views of one stretch of days, and keeps some of them."""

    def __init__(self, prepared: Prepared, days: LawDays) -> None:
        self._ruleset = prepared.ruleset
        self._asked = prepared.asked
        self._listed_in = prepared.listed_in
        self._unlisted = prepared.unlisted
        self._days = days
        self._orders = tuple(fact for fact in _ORDERS if fact in self._asked)
        self._kept: Memo[View] = Memo(MOST_KEPT)
        self.places = Places(self._ruleset, days, self._asked.get(PLACE, NONE))
        self._keys_of_register: dict[str, set[str]] = defaultdict(set)
        derived = [fact for fact in self._asked if FACTS[fact].kind is Kind.STATUS]
        for key in (key for fact in derived for key in self._asked[fact]):
            self._keys_of_register[zone_of(key)[0]].add(key)
        self._nowhere = {fact: self._of_unlisted(fact) for fact in derived}
        reading = Reading(self._ruleset, {}, days)
        self.unknown: Mapping[str, View] = {fact: _kept(self._view(fact, reading)) for fact in self._asked}
        """The view of each fact of which nothing is known."""

    def views(self, facts: Facts) -> dict[str, View]:
        """What the lines of rules can meet of each fact that some rule asks for."""
        unknown = self.unknown
        views = dict(unknown)
        for fact, value in facts.items():
            if fact not in unknown:
                continue
            if type(value) is OneOf and fact in _WORDS and value.is_known:
                views[fact] = View(value.values)
            elif type(value) is LocationSet:
                views[fact] = self._place(value)
            else:
                views[fact] = self._view(fact, Reading(self._ruleset, facts, self._days))
        if "publisher" in facts:
            if STATUS in unknown and STATUS not in facts:
                views[STATUS] = self._status_of_publisher(facts)
            for fact in self._orders:
                if fact not in facts:
                    views[fact] = self._view(fact, Reading(self._ruleset, facts, self._days))
        return views

    def about(self, bound: str, facts: Facts, views: Mapping[str, View]) -> Mapping[str, View]:
        """The views of a question as it concerns one bound entity."""
        status = "mention.designated_as"
        if status not in views:
            return views
        return {**views, status: self._view(status, Reading(self._ruleset, facts, self._days, bound or None))}

    def _place(self, where: LocationSet) -> View:
        """The view of a place."""
        if where.anywhere:
            return self.unknown[PLACE]
        found = self._kept.get(where.places)
        if found is None:
            found = self._kept.put(where.places, _kept(self.places.view(where)))
        return found

    def _view(self, fact: str, reading: Reading) -> View:
        """The view of a fact of any kind."""
        kind, value, keys = FACTS[fact].kind, reading.facts.get(fact), self._asked[fact]
        if kind is Kind.PLACE:
            return self.places.view(LocationSet.unknown())
        if kind is Kind.STATUS:
            return given_status_view(value, keys) if isinstance(value, Members) else self._status(fact, reading)
        if fact in _ORDERS and value is None:
            return self._once((fact, reading.value("publisher")), lambda: order_view(fact, keys, reading))
        return word_view(fact, unknown(fact) if value is None else value, keys)

    # -- registers ----------------------------------------------------------------------------------

    def _status_of_publisher(self, facts: Facts) -> View:
        """The view of the registers that the publisher stands in; most publishers stand in none."""
        publisher, nowhere = facts["publisher"], self._nowhere[STATUS]
        if nowhere and type(publisher) is OneOf and publisher.is_known and publisher.values <= self._unlisted:
            return nowhere
        return self._status(STATUS, Reading(self._ruleset, facts, self._days))

    def _status(self, fact: str, reading: Reading) -> View:
        """The view of the registers that those whom a derived fact speaks of stand in."""
        nowhere, keys = self._nowhere[fact], self._asked[fact]
        entity = _only(fact, reading)
        if entity in self._unlisted and nowhere:
            return nowhere
        if entity is None or entity not in self._listed_in or not nowhere:
            whom: Hashable = reading.bound if FACTS[fact].bound else reading.value("publisher")
            return self._once((fact, whom), lambda: status_view(fact, keys, reading))
        found = self._kept.get((fact, entity))
        if found is None:
            found = self._kept.put((fact, entity), self._of_listed(fact, entity, reading, nowhere))
        return found

    def _of_listed(self, fact: str, entity: str, reading: Reading, nowhere: View) -> View:
        """The view of an entity that registers name: one for all of whom they say the same."""
        named = [self._keys_of_register[register] for register in self._listed_in[entity]]
        mine = self._asked[fact].intersection(set[str]().union(*named))
        part = status_view(fact, mine, reading)
        said = (fact, part.sure, part.maybe, part.ever, part.stale, tuple(sorted(part.changes.items())))
        return self._once(said, lambda: _changed(nowhere, mine, part))

    def _of_unlisted(self, fact: str) -> View | None:
        """The view of a declared entity that no register names; None if there is none."""
        name = min(self._unlisted, default=None)
        if name is None:
            return None
        known = {} if FACTS[fact].bound else {"publisher": OneOf(frozenset({name}))}
        return _kept(status_view(fact, self._asked[fact], Reading(self._ruleset, known, self._days, name)))

    def _once(self, key: Hashable, make: Callable[[], View]) -> View:
        found = self._kept.get(key)
        return self._kept.put(key, _kept(make())) if found is None else found


def _kept(view: View) -> View:
    """The view, marked as one that will be met again."""
    view.is_kept = True
    return view


def _only(fact: str, reading: Reading) -> str | None:
    """The entity that a derived fact speaks of, if it is known which."""
    if FACTS[fact].bound:
        return reading.bound
    publisher = reading.value("publisher")
    return next(iter(publisher.values)) if isinstance(publisher, OneOf) and publisher.is_known else None


def _changed(base: View, keys: Keys, part: View) -> View:
    """The view of whom no register names, of which nothing is sure, with what another one says of some keys."""
    moves = {key: changes for key, changes in base.changes.items() if key not in keys}
    return replace(
        base,
        sure=part.sure,
        maybe=base.maybe - keys | part.maybe,
        ever=base.ever - keys | part.ever,
        stale=base.stale - keys | part.stale,
        changes={**moves, **part.changes},
    )
