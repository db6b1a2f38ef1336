"""Checks of things that follow one another: rules with one notice, entries of one entity, members of a territory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Generic, TypeVar

from compliance.model.designation import Register
from compliance.model.period import ONE_DAY, Period
from compliance.model.rule import AnyOf, Block, Line, Rule
from compliance.model.territory import Territory, lineage
from compliance.review.lint.findings import Check, Found, Level
from compliance.review.lint.logic import holds, implies, wider
from compliance.review.lint.look import Look, meet

T = TypeVar("T")
Key = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class _Step(Generic[T]):
    """Two things that follow each other, and the days on which both hold (`overlaps`) or none does."""

    earlier: T
    later: T
    days: Period
    overlaps: bool


def _steps(dated: Iterable[tuple[T, Period]]) -> Iterator[_Step[T]]:
    """Where the days of things do not meet end to end, in the order in which they begin."""
    last: T | None = None
    until = date.min
    for thing, period in sorted(dated, key=lambda each: each[1].first_day or date.min):
        begins, ends = period.first_day or date.min, period.last_day or date.max
        if last is not None and begins <= until:
            common = min(until, ends)
            yield _Step(last, thing, Period(period.first_day, None if common == date.max else common), overlaps=True)
        elif last is not None and until + ONE_DAY < begins:
            yield _Step(last, thing, Period(until + ONE_DAY, begins - ONE_DAY), overlaps=False)
        if last is None or ends > until:
            last, until = thing, ends


def _days(period: Period) -> str:
    """Days in words."""
    begins = f"from {period.first_day}" if period.first_day else "from the beginning"
    return f"{begins} to {period.last_day}" if period.last_day else f"{begins} on"


# -- rules with one notice ------------------------------------------------------------------------------


def _conditions(block: Block) -> Hashable:
    """The same for blocks that differ in the order of their lines only."""
    return frozenset(
        part if isinstance(part, Line) else frozenset(_conditions(each) for each in part.blocks) for part in block.lines
    )


def _whole(rule: Rule) -> Key:
    """The same for rules that ask for one notice under the same conditions, on whatever days."""
    exceptions = frozenset(_conditions(block) for block in rule.unless)
    return (rule.notice.id, rule.status, rule.zone, rule.for_each, _conditions(rule.when), exceptions)


def _facts(rule: Rule) -> Key:
    """The same for rules that may be versions of each other: they ask for one notice by the same facts."""
    asked = frozenset(line.fact for line in rule.when.each_line())
    return (rule.notice.id, rule.status, rule.zone, rule.for_each, asked)


def _grouped(things: Iterable[T], key: Callable[[T], Hashable]) -> Iterator[list[T]]:
    groups: dict[Hashable, list[T]] = defaultdict(list)
    for thing in things:
        groups[key(thing)].append(thing)
    return (group for group in groups.values() if len(group) > 1)


def _duplicate_rule(look: Look) -> Iterator[Found]:
    for group in _grouped(look.rules, lambda rule: (_whole(rule), rule.effective)):
        for rule in group[1:]:
            message = (
                f"`{rule.id}` asks for `{rule.notice.id}` under the same conditions on the same days as `{group[0].id}`"
            )
            yield Found(message, "keep one of them, with the sources of both", rule.span)


def _are_versions(one: Rule, other: Rule) -> bool:
    """Whether two rules on the same facts have a value in common for each of them."""
    values: dict[str, set[str]] = defaultdict(set)
    for line in one.when.each_line():
        values[line.fact] |= line.values
    return all(line.period is not None or values[line.fact] & line.values for line in other.when.each_line())


# -- what follows each other ----------------------------------------------------------------------------


def _overlapping_periods(look: Look) -> Iterator[Found]:
    for group in _grouped(look.rules, _whole):
        distinct = {rule.effective: rule for rule in reversed(group)}
        for step in _steps((rule, period) for period, rule in distinct.items()):
            if step.overlaps:
                message = f"`{step.later.id}` and `{step.earlier.id}` say the same {_days(step.days)}"
                yield Found(message, _END, look.rule_span(step.later, "effective"))
    for name, register in look.ruleset.declared_registers.items():
        for entity, entry_step in _entry_steps(register):
            if entry_step.overlaps:
                message = f"`{entity}` stands in `{name}` twice {_days(entry_step.days)}"
                level = Level.NOTE if _are_told_apart(look, name, entry_step) else None
                span = look.files.span("register", name, "entries", entry_step.later)
                yield Found(message, f"{_END}; if they are several bodies, say which in a `note`", span, level)
    for name, territory in look.ruleset.territories.items():
        for number, inner, outer in _nested_members(territory):
            message = f"`{inner}` is a member of `{name}`, and so is `{outer}`, in which it lies, on the same days"
            yield Found(message, "keep the one that is meant", look.member_span(name, number))


def _gapped_periods(look: Look) -> Iterator[Found]:
    for group in _grouped(look.rules, _facts):
        for step in _steps((rule, rule.effective) for rule in group):
            if not step.overlaps and _are_versions(step.earlier, step.later):
                message = f"between `{step.earlier.id}` and `{step.later.id}` no rule holds {_days(step.days)}"
                yield Found(message, _FILL, look.rule_span(step.later, "effective"), Level.WARNING)
    yield from _gaps_in_lists(look)


def _gaps_in_lists(look: Look) -> Iterator[Found]:
    for name, register in look.ruleset.declared_registers.items():
        for entity, entry_step in _entry_steps(register):
            if not entry_step.overlaps:
                message = f"`{entity}` does not stand in `{name}` {_days(entry_step.days)}, and does before and after"
                yield Found(message, _FILL, look.files.span("register", name, "entries", entry_step.later))
    for name, territory in look.ruleset.territories.items():
        members = enumerate(territory.members)
        for group in _grouped(members, lambda each: each[1].code):
            for member_step in _steps((number, member.period) for number, member in group):
                if not member_step.overlaps:
                    code = territory.members[member_step.later].code
                    message = f"`{code}` is no member of `{name}` {_days(member_step.days)}, and is before and after"
                    yield Found(message, _FILL, look.member_span(name, member_step.later))


_END: Final = "end the earlier one on the day before the later one begins, or keep one"
_FILL: Final = "see whether the law has this gap; if not, move one of the days"


def _are_told_apart(look: Look, register: str, step: _Step[int]) -> bool:
    """Whether the later of two entries has a note that says which body it is about."""
    earlier, later = (look.files.word("register", register, "entries", at, "note") for at in (step.earlier, step.later))
    return later is not None and later != earlier


def _entry_steps(register: Register) -> Iterator[tuple[str, _Step[int]]]:
    """Entries of one entity that do not meet end to end, by number; those whose end nobody knows left out."""
    numbered = ((number, entry) for number, entry in enumerate(register.entries) if not entry.last_day_unknown)
    for group in _grouped(numbered, lambda each: each[1].entity):
        for step in _steps((number, register.period(entry)) for number, entry in group):
            yield group[0][1].entity, step


def _nested_members(territory: Territory) -> Iterator[tuple[int, str, str]]:
    """Members that lie in another member on a day on which both belong to the territory."""
    by_code: dict[str, list[Period]] = defaultdict(list)
    for member in territory.members:
        by_code[member.code].append(member.period)
    for number, member in enumerate(territory.members):
        for outer in lineage(member.code)[1:]:
            if any(meet(period, member.period) for period in by_code.get(outer, ())):
                yield number, member.code, outer
                break


# -- rules that another one makes needless --------------------------------------------------------------


def _shadowed_rule(look: Look) -> Iterator[Found]:
    for group in _grouped(look.rules, lambda rule: (rule.notice.id, rule.status, rule.zone, rule.for_each)):
        wide = _Wide(group)
        for rule in group:
            for other in wide.candidates(rule):
                if other is not rule and _shadows(other, rule):
                    message = f"`{rule.id}` adds nothing: `{other.id}` asks for `{rule.notice.id}` whenever it does"
                    help_ = "retire it, or narrow the other one; if only the sources differ, put them into one rule"
                    yield Found(message, help_, rule.span)
                    break


class _Wide:
    """The rules of one notice, found by the value of theirs that fewest rules name: no rule looks at all others."""

    def __init__(self, rules: list[Rule]) -> None:
        count = Counter(key for rule in rules for line in _top(rule) for key in _keys(line))
        self._by_key: dict[tuple[str, str], list[Rule]] = defaultdict(list)
        self._rest: list[Rule] = []
        for rule in rules:
            lines = [line for line in _top(rule) if line.values]
            if not lines:
                self._rest.append(rule)
                continue
            rarest = min(lines, key=lambda line: (sum(count[key] for key in _keys(line)), line.fact))
            for key in _keys(rarest):
                self._by_key[key].append(rule)

    def candidates(self, rule: Rule) -> Iterator[Rule]:
        """The rules that may hold wherever this one does."""
        yield from self._rest
        for line in rule.when.each_line():
            for value in sorted(line.values)[:1]:
                for each in wider(line.fact, value):
                    yield from self._by_key.get((line.fact, each), ())


def _top(rule: Rule) -> list[Line]:
    return [line for line in rule.when.lines if not isinstance(line, AnyOf)]


def _keys(line: Line) -> list[tuple[str, str]]:
    return [(line.fact, value) for value in line.values]


def _shadows(wide: Rule, narrow: Rule) -> bool:
    """Whether `wide` asks for the notice on every page and day on which `narrow` does."""
    if _whole(wide) == _whole(narrow) or not holds(wide.effective, narrow.effective):
        return False  # the same conditions are a matter of `duplicate-rule` and `overlapping-periods`
    asked = {line.fact for line in narrow.each_line()} | {line.fact for line in wide.each_line()}
    return (
        implies(narrow.when, wide.when)
        and all(any(implies(exception, own) for own in narrow.unless) for exception in wide.unless)
        and all(wide.policy(fact) is narrow.policy(fact) for fact in asked)
    )


CHECKS: Final = (
    Check(
        "overlapping-periods",
        Level.WARNING,
        "two things that say the same hold on the same days",
        "One of them was meant to end when the other began. Whoever changes one later forgets the other.",
        _overlapping_periods,
    ),
    Check(
        "gapped-periods",
        Level.ADVICE,
        "between two things that follow each other nothing holds",
        "A day between an old and a new law on which nobody is warned is more often a slip than the law.",
        _gapped_periods,
    ),
    Check(
        "duplicate-rule",
        Level.WARNING,
        "two rules ask for one notice under the same conditions on the same days",
        "A change in one of them changes nothing, and its author will not know why.",
        _duplicate_rule,
    ),
    Check(
        "shadowed-rule",
        Level.WARNING,
        "a rule adds nothing to another one",
        "Wherever it fires, the other one does. It may be left over, or the other one may be wider than meant.",
        _shadowed_rule,
    ),
)
