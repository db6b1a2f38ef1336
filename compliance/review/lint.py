"""What a careful colleague would ask about a rule set that loads: findings, never a refusal.

Theory: an error makes a file unusable; a finding says that a person should look. Findings depend on the
day (a review date passes, a register goes stale), so the day is an argument and a service never refuses a
rule set because of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from compliance.errors import Span
from compliance.model.facts import FACTS, Kind
from compliance.model.iso3166 import PARTS
from compliance.model.rule import IfUnknown, Rule, Status
from compliance.model.ruleset import Ruleset

_WEAK = frozenset({None, "C", "D"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at: which check found it, where, what, and what could be done."""

    check: str
    message: str
    help: str
    span: Span | None = None

    def __str__(self) -> str:
        """The finding as a person reads it."""
        place = f"\n  --> {self.span.path}:{self.span.line}:{self.span.column}" if self.span else ""
        return f"{self.check}: {self.message}{place}\n  help: {self.help}"


def lint(ruleset: Ruleset, day: date) -> tuple[Finding, ...]:
    """Every finding, as of `day`, in the order of rules and registers."""
    found = [finding for rule in ruleset.rules.values() for check in _RULE_CHECKS for finding in check(rule, day)]
    found.extend(_stale_registers(ruleset, day))
    found.extend(_carved_out(ruleset))
    return tuple(found)


def _review_is_due(rule: Rule, day: date) -> Iterator[Finding]:
    if rule.status is not Status.RETIRED and rule.review_by is not None and rule.review_by < day:
        message = f"`{rule.id}` was to be reviewed by {rule.review_by}"
        yield Finding("review-is-due", message, "read the law again and set a new `review_by`", rule.span)


def _weak_source(rule: Rule, _: date) -> Iterator[Finding]:
    if rule.status is Status.ACTIVE and all(basis.confidence in _WEAK for basis in rule.legal_basis):
        message = f"`{rule.id}` is active and every source of it is graded C, D or not at all"
        yield Finding("weak-source", message, "find a better source, or set `status: draft`", rule.span)


def _skips(rule: Rule, _: date) -> Iterator[Finding]:
    for fact, answer in rule.if_unknown.items():
        if answer is IfUnknown.SKIP:
            message = f"`{rule.id}` says nothing when `{fact}` is not known: {rule.skip_reasons.get(fact)}"
            yield Finding("skips-unknown", message, "make sure that the reason still holds", rule.span)


def _parts_left_out(rule: Rule, _: date) -> Iterator[Finding]:
    for line in rule.each_line():
        if FACTS[line.fact].kind is not Kind.PLACE:
            continue
        for country in sorted(line.values & PARTS.keys()):
            missing = [part for part in PARTS[country].split() if part not in line.values]
            if missing:
                message = f"`{rule.id}` names `{country}`, which does not include {', '.join(missing)}"
                help_ = "they have country codes of their own: add those that the law reaches"
                yield Finding("parts-left-out", message, help_, line.span)


def _untried(rule: Rule, _: date) -> Iterator[Finding]:
    expected = {scenario.expect for scenario in rule.scenarios}
    for word, meaning in (("required", "in which it fires"), ("none", "in which it stays silent")):
        if word not in expected:
            message = f"`{rule.id}` has no scenario {meaning}"
            yield Finding("untried", message, f"add one with `expect: {word}`", rule.span)
    if not expected & {"possible", "review"}:
        message = f"`{rule.id}` has no scenario in which a fact is not known"
        yield Finding("untried", message, "add one with a fact that is `unknown`", rule.span)


def _ended(rule: Rule, day: date) -> Iterator[Finding]:
    last = rule.effective.last_day
    if rule.status is Status.ACTIVE and last is not None and last < day:
        message = f"`{rule.id}` is active and its last day was {last}"
        yield Finding("ended", message, "set `status: retired`, or a later `last_day`", rule.span)


def _stale_registers(ruleset: Ruleset, day: date) -> Iterator[Finding]:
    for register in ruleset.registers.values():
        if register.is_stale(day) and not register.is_variant:
            message = f"the copy of `{register.id}` was fresh until {register.fresh_until}"
            help_ = "until it is retrieved again, absence from it is unknown and notices are held"
            yield Finding("stale-register", message, help_)


def _carved_out(ruleset: Ruleset) -> Iterator[Finding]:
    for entity in ruleset.entities.values():
        for other in entity.excludes:
            if other not in ruleset.entities:
                message = f"`{entity.id}` excludes `{other}`, which nobody declared"
                yield Finding("undeclared-exclusion", message, f"add an entity file for `{other}`, with its parent")


_RULE_CHECKS: tuple[Callable[[Rule, date], Iterator[Finding]], ...] = (
    _review_is_due,
    _ended,
    _weak_source,
    _parts_left_out,
    _untried,
    _skips,
)
