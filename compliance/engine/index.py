"""The engine that serves: the same decisions as the plain one, at a cost that follows what matches.

Theory: `postings` finds the few rules that concern a question. If all of their lines are answered by their
keys alone, the decision is read off. Otherwise the plain evaluator is asked about the rules that were
found, once for all questions that look alike to them (`Bucket.signature`). What depends on the day is kept
by *segment*: a stretch of days in which no rule, territory or register turns anywhere in the rule set, so
that nothing in it needs a date. Whatever is kept is bounded, and can be dropped at any time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from typing import Final

from compliance.engine.decide import decide
from compliance.engine.memo import Memo
from compliance.engine.postings import Prepared
from compliance.engine.segment import Segment
from compliance.model.decision import Decision
from compliance.model.facts import Facts
from compliance.model.period import Period, between
from compliance.model.ruleset import LawDays, Ruleset

MOST_SEGMENTS: Final = 32
MOST_DAYS: Final = 32


class Index:
    """A rule set made ready to be asked. Threads may share one."""

    def __init__(self, ruleset: Ruleset) -> None:
        """Work out everything that does not depend on a question."""
        self.ruleset = ruleset
        self.prepared = Prepared.of(ruleset)
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
        return self._segments.put(key, Segment(self.prepared, days))

    def stretch(self, days: LawDays) -> dict[str, Period]:
        """The days of that stretch in each zone: those around the law day on which nothing turns for the zone.

        A zone for which nothing ever turns is left out.
        """
        return {zone: between(edges, days[zone]) for zone, edges in self._edges}

    def on(self, day: date) -> Segment:
        """The stretch of days that this civil day, in every zone, falls in."""
        found = self._days.get(day)
        return self._days.put(day, self.segment(dict.fromkeys(self.ruleset.zones, day))) if found is None else found


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
