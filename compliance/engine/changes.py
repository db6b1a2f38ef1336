"""When an answer may next differ although nobody edits a rule: the law's own calendar.

Theory: between two answers to one question only the day moves. So the next change is the nearest later
day on which a rule, a territory or a register turns, of those that could matter to this question. A rule
*concerns* a question unless a line of it is false for certain and on all days. Counting one rule too many
only makes an answer expire early; one too few would keep a stale answer, so doubt always counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from compliance.engine.reading import PLACE, UNNAMED, Atom, Reading
from compliance.model.facts import FACTS, Facts, Kind, Members
from compliance.model.rule import Line, Reach, Rule
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.territory import LocationSet, Territory, within
from compliance.model.truth import FALSE

Change = tuple[str, date]
"""A zone, and the first day there on which something differs."""


def next_changes(ruleset: Ruleset, facts: Facts, days: LawDays) -> tuple[Change, ...]:
    """For each zone the first day after its law day on which the decision may differ, sorted by zone."""
    return earliest(
        change for rule in ruleset.active_rules for change in _changes_of_rule(rule, Reading(ruleset, facts, days))
    )


def earliest(changes: Iterable[Change]) -> tuple[Change, ...]:
    """For each zone the first of some changes, sorted by zone."""
    first: dict[str, date] = {}
    for zone, day in changes:
        if zone not in first or day < first[zone]:
            first[zone] = day
    return tuple(first.items()) if len(first) < 2 else tuple(sorted(first.items()))


def _changes_of_rule(rule: Rule, reading: Reading) -> Iterator[Change]:
    if rule.notice.reach is Reach.EVERYWHERE:
        reading = replace(reading, facts={**reading.facts, PLACE: LocationSet.unknown()})
    for bound in _bound(rule, reading):
        mine = replace(reading, bound=bound or None)
        if not concerns(rule, mine):
            continue
        today = mine.days[rule.zone]
        if (change := rule.effective.next_change(today)) is not None:
            yield rule.zone, change
        if today in rule.effective:
            for line in rule.each_line():
                yield from _changes_of_line(line, rule.zone, mine)


def _bound(rule: Rule, reading: Reading) -> Iterable[str | None]:
    """Whom the rule speaks of: nobody in particular, or each entity that is or may be in the set."""
    if rule.for_each is None:
        return (None,)
    value = reading.value(rule.for_each)
    return value.named(UNNAMED) if isinstance(value, Members) else ()


def concerns(rule: Rule, reading: Reading) -> bool:
    """Whether no line of `when`, outside `any_of`, is false for certain and on all days."""
    return all(may_ever_hold(line, rule.zone, reading) for line in rule.when.lines if isinstance(line, Line))


def may_ever_hold(line: Line, zone: str, reading: Reading) -> bool:
    """Whether a line is not false for certain and on all days."""
    kind = FACTS[line.fact].kind
    if kind is Kind.STATUS and line.fact not in reading.facts:
        return True  # who is listed in no entry becomes unknown when the copy grows old
    if kind is not Kind.PLACE:
        return reading.truth(Atom.of(line, zone)) is not FALSE
    where = reading.value(line.fact)
    if not isinstance(where, LocationSet) or where.anywhere:
        return True
    return any(may_reach(where, code) for value in line.values for code in _codes(value, reading.ruleset))


def _codes(value: str, ruleset: Ruleset) -> Iterable[str]:
    territory = ruleset.territories.get(value)
    return (value,) if territory is None else (member.code for member in territory.members)


def may_reach(where: LocationSet, code: str) -> bool:
    """Whether the reader may be in `code`."""
    return where.anywhere or any(within(place, code) is not FALSE for place in where.places)


def _changes_of_line(line: Line, zone: str, reading: Reading) -> Iterator[Change]:
    kind = FACTS[line.fact].kind
    if kind is Kind.PLACE:
        where = reading.value(line.fact)
        for territory in (reading.ruleset.territories.get(value) for value in line.values):
            if territory is not None and isinstance(where, LocationSet):
                yield from territory_changes(territory, territory.zone or zone, where, reading.days)
    elif kind is Kind.STATUS and line.fact not in reading.facts:
        for register in line.values:
            yield from register_changes(register, zone, reading.spoken_of(line.fact), reading)


def territory_changes(territory: Territory, zone: str, where: LocationSet, days: LawDays) -> Iterator[Change]:
    """When a member in which the reader may be begins or ends to belong to the territory."""
    for member in territory.members:
        change = member.period.next_change(days[zone])
        if change is not None and may_reach(where, member.code):
            yield zone, change


def register_changes(register: str, zone: str, entities: Iterable[str], reading: Reading) -> Iterator[Change]:
    """When a register may say something else of any of the entities, to a rule of that zone."""
    ruleset, day = reading.ruleset, reading.register_day(register, zone)
    for entity in entities:
        change = ruleset.designation_changes(entity, register, day) if entity in ruleset.entities else None
        if change is not None:
            yield ruleset.registers[register].zone or zone, change
