"""Why a rule fires, may fire or does not: its lines, how each stands, in words a lawyer can check.

Theory: a reason repeats what was read, it does not interpret. So a designation is always "declared by",
with the day that armed it, and a line that is not known says what would settle it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from compliance.engine.changes import may_ever_hold
from compliance.engine.reading import Atom, Reading, with_binding
from compliance.engine.worlds import judge, kleene
from compliance.model.decision import Ground, Instance, NotApplied, NoticeStatus, Reason
from compliance.model.designation import Entry, Milestone, Register
from compliance.model.facts import FACTS, Facts, Kind, Members, OneOf
from compliance.model.period import Period
from compliance.model.rule import AnyOf, Block, Line, Rule
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.territory import LocationSet
from compliance.model.truth import FALSE, TRUE, UNKNOWN, Truth

MOST_REASONS = 20
"""A decision explains this many of the rules that ask for one notice; `rules` names them all."""


def reasons(instance: Instance, ruleset: Ruleset, facts: Facts, days: LawDays) -> tuple[Reason, ...]:
    """Why the notice is asked for, by the first of its rules; worked out only when somebody wants to know."""
    place = {"reader.location": LocationSet.unknown()} if instance.by_reach else {}
    reading = Reading(ruleset, {**facts, **place}, days, instance.entity)
    rules = [with_binding(ruleset.rules[rule], instance.entity) for rule in instance.rules[:MOST_REASONS]]
    return tuple(_reason(rule, reading) for rule in rules)


def rests_on(rule: Rule) -> frozenset[str]:
    """The facts that reasons of a rule can follow from; for a bound entity, all else follows from the rule set."""
    named = {line.fact for line in rule.each_line()} | ({rule.for_each} if rule.for_each is not None else set())
    derived = {"publisher"} if any(each.startswith("publisher.") for each in named) else set()
    return frozenset(named | derived)


def _reason(rule: Rule, reading: Reading) -> Reason:
    """Why a rule that fires in some world asks for its notice, and whether it fires in all."""
    alone = judge([rule], reading)
    is_required = alone is not None and alone.status is NoticeStatus.REQUIRED
    status = NoticeStatus.REQUIRED if is_required else NoticeStatus.POSSIBLE
    grounds = (_ground(line, rule, reading) for line in rule.when.each_line())
    doubts = (
        _ground(line, rule, reading)
        for block in rule.unless
        for line in block.each_line()
        if _truth(line, rule, reading) is UNKNOWN
    )
    return Reason(rule.id, status, (*(g for g in grounds if g.truth is not FALSE), *doubts))


def stale_registers(rule: Rule, reading: Reading) -> Iterator[str]:
    """The registers that would settle a line of the rule if their copies were not too old to say no."""
    for line in rule.each_line():
        is_derived = FACTS[line.fact].kind is Kind.STATUS and line.fact not in reading.facts
        if is_derived and _truth(line, rule, reading) is UNKNOWN:
            yield from (name for name in sorted(line.values) if lacks_freshness(name, rule.zone, line.fact, reading))


def lacks_freshness(register: str, zone: str, fact: str, reading: Reading) -> bool:
    """Whether only the age of a copy keeps it from saying, to a rule of that zone, who stands in it."""
    ruleset, day = reading.ruleset, reading.register_day(register, zone)
    return ruleset.registers[register].is_stale(day) and any(
        ruleset.designated(entity, register, day) is UNKNOWN
        and ruleset.designated(entity, register, day, as_if_fresh=True) is not UNKNOWN
        for entity in reading.spoken_of(fact)
        if entity in ruleset.entities
    )


def not_live(rule: Rule, reading: Reading) -> NotApplied:
    """Why a rule asks for nothing: not in effect, an exception, or the first condition that fails."""
    return NotApplied(rule.id, rule.notice.id, _obstacle(rule, reading))


def _obstacle(rule: Rule, reading: Reading) -> str:
    """The nearest obstacle: a condition that fails on all days, an exception, the day, a condition that fails now."""
    failing = list(_failing(rule.when, rule, reading))
    for line in failing:
        if not may_ever_hold(line, rule.zone, reading):
            return f"`{line.fact}` is not {_asks_for(line)}"
    for block in rule.unless:
        if all(_line_truth(line, rule, reading) is TRUE for line in block.lines):
            lines = " and ".join(f"`{line.fact}` is {_asks_for(line)}" for line in block.each_line())
            return f"an exception holds: {lines}"
    day, first = reading.days[rule.zone], rule.effective.first_day
    if (gap := rule.effective.gap_on(day)) is not None:
        return suspended(gap)
    if day not in rule.effective:
        return f"in effect from {first} only" if first and day < first else f"in effect until {rule.effective.last_day}"
    for line in failing:
        return f"`{line.fact}` is not {_asks_for(line)}{_behind(_not_now(line, rule, reading))}"
    if rule.for_each is not None:
        return f"nothing in `{rule.for_each}` meets its conditions{_behind(_bound_not_now(rule, reading))}"
    if judge([replace(rule, if_unknown={})], reading) is None:
        return "in no world do its conditions hold and its exceptions not"
    return "it fires only where a fact that it skips when unknown is known"


def _failing(block: Block, rule: Rule, reading: Reading) -> Iterator[Line]:
    """The lines that hold in no world, outermost first."""
    for line in block.lines:
        if _line_truth(line, rule, reading) is FALSE:
            if isinstance(line, Line):
                yield line
            else:
                yield from (inner for each in line.blocks for inner in _failing(each, rule, reading))


def _line_truth(line: Line | AnyOf, rule: Rule, reading: Reading) -> Truth:
    if isinstance(line, Line):
        return _truth(line, rule, reading)
    single = Block((line,))
    bare = Rule(rule.id, rule.title, rule.status, rule.effective, single, rule.notice, rule.zone)
    return kleene(bare, lambda each: _truth(each, rule, reading))


def _truth(line: Line, rule: Rule, reading: Reading) -> Truth:
    return reading.truth(Atom.of(line, rule.zone))


def _ground(line: Line, rule: Rule, reading: Reading) -> Ground:
    truth = _truth(line, rule, reading)
    return Ground(line.fact, tuple(sorted(line.values)), truth, _detail(line, rule, reading, truth))


def _asks_for(line: Line) -> str:
    if line.period is not None:
        first, last = line.period.first_day or "ever", line.period.last_day or "ever"
        return f"a day from {first} to {last}"
    return " or ".join(f"`{value}`" for value in sorted(line.values))


def _detail(line: Line, rule: Rule, reading: Reading, truth: Truth) -> str:
    kind = FACTS[line.fact].kind
    if kind is Kind.STATUS and line.fact not in reading.facts:
        return "; ".join(_designation(line.fact, register, rule, reading) for register in sorted(line.values))
    if kind is Kind.PLACE:
        location = reading.value(line.fact)
        if isinstance(location, LocationSet):
            where = "anywhere" if location.anywhere else " or ".join(sorted(location.codes))
            return f"the reader may be {where}" if truth is UNKNOWN else f"the reader is in {where}"
    return ""


def _designation(fact: str, register: str, rule: Rule, reading: Reading) -> str:
    """What a register says of everyone whom the fact may speak of."""
    spoken_of = reading.spoken_of(fact)
    said = [_said(entity, register, rule, reading) for entity in spoken_of if entity in reading.ruleset.entities]
    publisher = reading.value("publisher")
    is_open = isinstance(publisher, OneOf) and publisher.other if not FACTS[fact].bound else False
    if not said and FACTS[fact].bound and rule.for_each and not spoken_of:
        said.append(f"nobody said who that is: give `{rule.for_each}`, empty where it is nobody")
    elif is_open or len(said) < len(spoken_of) or not said:
        said.append("nobody declared who this is: add an entity file once, and absence from a register is known")
    return "; ".join(said)


def _said(entity: str, register: str, rule: Rule, reading: Reading) -> str:
    """What a register says of one declared entity, or of a parent whose designation reaches it."""
    ruleset, copy = reading.ruleset, reading.ruleset.registers[register]
    day = reading.register_day(register, rule.zone)
    for member in ruleset.lineage(entity):
        for entry in ruleset.entries(register, member):
            if day in copy.period(entry):
                return f"`{member}` is declared in `{copy.declared_id}` ({copy.authority}): {_since(entry, copy)}"
    days = _suspended(entity, register, rule, reading)
    if not days and (other := "; ".join(_other_days(entity, register, rule, reading))):
        days = f"{other}, as the copy of {copy.retrieved_on} says"
    said = days or f"`{entity}` is not in the copy of {copy.retrieved_on}"
    if copy.is_stale(day):
        return f"{said}, which is too old to say {'whether that still holds' if days else 'no'}"
    return f"{said}, which is not complete" if ruleset.designated(entity, register, day) is UNKNOWN else said


def _since(entry: Entry, copy: Register) -> str:
    """The day that armed an entry, the act that did if it was a later one, and whether it may have ended."""
    arms = f"{copy.arms.value.replace('_', ' ')} {copy.period(entry).first_day}"
    act = entry.activated_by if copy.arms is Milestone.EFFECTIVE else None
    by = f" by `{act.title}`{f', {act.article}' if act.article else ''}" if act else ""
    return f"{arms}{by}{'; nobody knows whether that has ended' if entry.last_day_unknown else ''}"


def _behind(said: Iterable[str]) -> str:
    """What is said behind a sentence, each thing once."""
    found = list(dict.fromkeys(said))[:MOST_REASONS]
    return f": {'; '.join(found)}" if found else ""


def _bound_not_now(rule: Rule, reading: Reading) -> Iterator[str]:
    """Of the entities that a rule may bind: who is listed on other days, or suspended, and until when."""
    value = reading.value(rule.for_each or "")
    for entity in sorted(value.certain | value.perhaps) if isinstance(value, Members) else ():
        bound = Reading(reading.ruleset, reading.facts, reading.days, entity)
        for line in rule.when.each_line():
            yield from _not_now(line, rule, bound)


def _not_now(line: Line, rule: Rule, reading: Reading) -> Iterator[str]:
    """Of a condition that fails: whose designation is suspended, and who is listed on other days, and until when."""
    if FACTS[line.fact].kind is Kind.STATUS and line.fact not in reading.facts:
        for entity in reading.spoken_of(line.fact):
            for register in sorted(line.values):
                if gap := _suspended(entity, register, rule, reading):
                    yield gap
                else:
                    yield from _other_days(entity, register, rule, reading)


def _other_days(entity: str, register: str, rule: Rule, reading: Reading) -> Iterator[str]:
    """Until when an entity, or a parent whose designation reaches it, stood in a register, and from when it will."""
    ruleset, copy = reading.ruleset, reading.ruleset.registers[register]
    day = reading.register_day(register, rule.zone)
    members = ruleset.lineage(entity)
    listed = [(copy.period(entry), member) for member in members for entry in ruleset.entries(register, member)]
    listed = [(period, member) for period, member in listed if not period.is_empty]
    past = [(period.last_day, member) for period, member in listed if period.last_day and period.last_day < day]
    ahead = [(period.first_day, member) for period, member in listed if period.first_day and day < period.first_day]
    if past:
        until, member = max(past)
        yield f"`{member}` was in `{copy.declared_id}` until {until}"
    if ahead:
        since, member = min(ahead)
        yield f"`{member}` is in `{copy.declared_id}` from {since} only"


def _suspended(entity: str, register: str, rule: Rule, reading: Reading) -> str:
    """That an entity, or a parent whose designation reaches it, stands in a register and is suspended; or nothing."""
    ruleset, copy = reading.ruleset, reading.ruleset.registers[register]
    day = reading.register_day(register, rule.zone)
    for member in ruleset.lineage(entity):
        for entry in ruleset.entries(register, member):
            if (gap := copy.period(entry).gap_on(day)) is not None:
                where = f"`{copy.declared_id}` ({copy.authority})"
                return f"`{member}` is in {where}, {suspended(gap)}, as the copy of {copy.retrieved_on} says"
    return ""


def suspended(gap: Period) -> str:
    """That something is out of effect for a while, which is not the same as never or no longer."""
    return f"suspended from {gap.first_day or 'the beginning'}" + (f" to {gap.last_day}" if gap.last_day else "")
