"""When an answer may next differ although nobody edits a rule: the law's own calendar.

Theory: between two answers to one question only the day moves. So the next change is the nearest later
day on which a rule, a text, a designation, a territory or the freshness of a register turns. All of them
are known in advance; taking a few too many only makes an answer expire early, taking one too few would
keep a stale one, so whatever a live question could touch is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from compliance.model.facts import FACTS, Facts, Kind, Members, OneOf
from compliance.model.rule import Line, Rule
from compliance.model.ruleset import LawDays, Ruleset


def next_changes(ruleset: Ruleset, facts: Facts, days: LawDays) -> tuple[tuple[str, date], ...]:
    """For each zone the first day after its law day on which the decision may differ, sorted by zone."""
    first: dict[str, date] = {}
    for rule in ruleset.active_rules:
        for zone, day in _changes_of_rule(ruleset, rule, facts, days):
            first[zone] = min(first.get(zone, day), day)
    return tuple(sorted(first.items()))


def _changes_of_rule(ruleset: Ruleset, rule: Rule, facts: Facts, days: LawDays) -> Iterator[tuple[str, date]]:
    today = days[rule.zone]
    change = rule.effective.next_change(today)
    if change is not None:
        yield rule.zone, change
    if today not in rule.effective:
        return  # nothing else of it matters before it begins
    for line in rule.each_line():
        yield from _changes_of_line(ruleset, line, rule.zone, facts, days)


def _changes_of_line(
    ruleset: Ruleset, line: Line, zone: str, facts: Facts, days: LawDays
) -> Iterator[tuple[str, date]]:
    kind = FACTS[line.fact].kind
    for value in line.values:
        if kind is Kind.PLACE and value in ruleset.territories:
            territory = ruleset.territories[value]
            where = territory.zone or zone
            for member in territory.members:
                if (change := member.period.next_change(days[where])) is not None:
                    yield where, change
        elif kind is Kind.STATUS and line.fact not in facts:
            register = ruleset.registers[value]
            where = register.zone or zone
            for entity in _entities(ruleset, facts):
                for change in register.changes(ruleset.entries(value, entity), days[where]):
                    yield where, change


def _entities(ruleset: Ruleset, facts: Facts) -> set[str]:
    """Every declared entity that the facts name, with those whose designation reaches it."""
    named: set[str] = set()
    for value in facts.values():
        if isinstance(value, OneOf):
            named |= value.values & ruleset.entities.keys()
        elif isinstance(value, Members):
            named |= (value.certain | value.perhaps) & ruleset.entities.keys()
    return {member for entity in named for member in ruleset.lineage(entity)}
