"""The engine that serves: the same decisions as the plain one, at a cost that follows what matches.

Theory: `postings` finds the few rules that concern a question. If all of their lines are answered by their
keys alone, the decision is read off. Otherwise the plain evaluator is asked about the rules that were
found, once for all questions that look alike to them (`Bucket.signature`). What depends on the day is kept
by *segment*: a stretch of days in which no rule, territory or register turns anywhere in the rule set, so
that nothing in it needs a date. Whatever is kept is bounded, and can be dropped at any time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from compliance.engine.decide import decide
from compliance.engine.memo import Memo
from compliance.engine.postings import Shape, shapes
from compliance.engine.segment import Segment
from compliance.engine.views import Keys
from compliance.model.decision import Decision
from compliance.model.facts import Facts
from compliance.model.ruleset import LawDays, Ruleset

MOST_SEGMENTS: Final = 32
MOST_DAYS: Final = 32


class Index:
    """A rule set made ready to be asked. Threads may share one."""

    def __init__(self, ruleset: Ruleset) -> None:
        """Work out everything that does not depend on a question."""
        self.ruleset = ruleset
        rules = ruleset.active_rules
        self.page_shapes = shapes((rule for rule in rules if rule.for_each is None), ruleset)
        self.bound_shapes: dict[str, tuple[Shape, ...]] = {
            fact: shapes((rule for rule in rules if rule.for_each == fact), ruleset)
            for fact in sorted({rule.for_each for rule in rules if rule.for_each is not None})
        }
        every = [shape.all for each in (self.page_shapes, *self.bound_shapes.values()) for shape in each]
        asked: dict[str, set[str]] = defaultdict(set)
        for fact, keys in (pair for bucket in every for pair in bucket.asked):
            asked[fact] |= keys or set()
        self.asked: Mapping[str, Keys] = {fact: frozenset(keys) for fact, keys in asked.items()}
        self.unlisted = _unlisted(ruleset)
        self._edges = _edges(ruleset)
        self._segments: Memo[Segment] = Memo(MOST_SEGMENTS)
        self._days: Memo[Segment] = Memo(MOST_DAYS)

    def decide(self, facts: Facts, days: LawDays, *, explain: bool = False) -> Decision:
        """The decision of the plain evaluator; with `explain`, by the plain evaluator itself."""
        if explain:
            return decide(self.ruleset, facts, days, explain=True)
        return self.segment(days).decide(facts)

    def segment(self, days: LawDays) -> Segment:
        """The stretch of days that these days fall in."""
        key = tuple([bisect_right(edges, days[zone]) for zone, edges in self._edges])
        found = self._segments.get(key)
        if found is not None:
            return found
        fresh = Segment(self.ruleset, days, self.page_shapes, self.bound_shapes, self.asked, self.unlisted)
        return self._segments.put(key, fresh)

    def on(self, day: date) -> Segment:
        """The stretch of days that this civil day, in every zone, falls in."""
        found = self._days.get(day)
        return self._days.put(day, self.segment(dict.fromkeys(self.ruleset.zones, day))) if found is None else found


def _unlisted(ruleset: Ruleset) -> frozenset[str]:
    """The declared entities of which no register says anything, nor of their parents: all alike to a register."""
    listed = {entry.entity for register in ruleset.registers.values() for entry in register.entries}
    return frozenset(name for name in ruleset.entities if listed.isdisjoint(ruleset.lineage(name)))


def _edges(ruleset: Ruleset) -> tuple[tuple[str, list[date]], ...]:
    """For each zone the days on which something in the rule set begins to differ from the day before."""
    found: dict[str, set[date]] = {zone: set() for zone in ruleset.zones}

    def note(zones: Iterable[str], changes: Iterable[date | None]) -> None:
        days = {day for day in changes if day is not None}
        for zone in zones:
            found[zone] |= days

    for rule in ruleset.active_rules:
        note([rule.zone], rule.effective.edges())
    for register in ruleset.registers.values():
        zones = [register.zone] if register.zone else ruleset.zones
        note(zones, register.edges())
    for territory in ruleset.territories.values():
        zones = [territory.zone] if territory.zone else ruleset.zones
        for member in territory.members:
            note(zones, member.period.edges())
    return tuple((zone, sorted(days)) for zone, days in sorted(found.items()) if days)
