"""Scenarios: each rule's own examples, asked again at every load.

Theory: a scenario asks its rule alone, as if it were active, so that a draft can be tried out and a change
elsewhere cannot make it pass. A rule set with a scenario that fails is not served: either the rule or the
lawyer's idea of it is wrong, and only a person can say which.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from compliance.content.facts import resolved
from compliance.content.publisher import Directory
from compliance.engine.decide import decide
from compliance.engine.reasons import reasons
from compliance.errors import Problem
from compliance.model.decision import Decision, Display, NoticeStatus
from compliance.model.facts import Facts
from compliance.model.rule import Rule, Scenario, Status
from compliance.model.ruleset import LawDays, Ruleset

_RANK = ("none", "review", "possible", "required")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one scenario; `problem` is None where it is as expected."""

    rule: str
    scenario: str
    expected: str
    found: str
    problem: Problem | None = None


def run(ruleset: Ruleset) -> Iterator[Outcome]:
    """The outcome of every scenario of every rule."""
    directory = Directory.of(ruleset.entities.values(), ruleset.registers)
    for rule in ruleset.rules.values():
        # what a rule supersedes is not in this set: the scenario asks whether the rule fires, nothing else
        alone = ruleset.with_rules({rule.id: replace(rule, status=Status.ACTIVE)})
        for scenario in rule.scenarios:
            yield _outcome(alone, rule, scenario, directory)


def _outcome(alone: Ruleset, rule: Rule, scenario: Scenario, directory: Directory) -> Outcome:
    facts = resolved(scenario.given, directory)
    days = dict.fromkeys(alone.zones, scenario.date)
    decision = decide(alone, facts, days, explain=True)
    found = found_in(decision)
    message = help_ = None
    if found != scenario.expect:
        message = f"scenario `{scenario.name}` expects {scenario.expect}, and the rule says {found}"
        help_ = _why(alone, facts, days, decision)
    elif scenario.because is not None and scenario.because not in decision.unknowns:
        pivotal = " and ".join(f"`{fact}`" for fact in decision.unknowns) or "no fact"
        message = f"scenario `{scenario.name}` rests on `{scenario.because}` unknown, and it is not what decides"
        help_ = f"the result hangs on {pivotal}"
    problem = Problem(message, scenario.span, help_) if message else None
    return Outcome(rule.id, scenario.name, scenario.expect, found, problem)


def found_in(decision: Decision) -> str:
    """The strongest of required, possible (shown), review (held) and none that a decision holds."""
    words = ["none"]
    for instance in decision.instances:
        if instance.status is NoticeStatus.REQUIRED:
            words.append("required")
        else:
            words.append("review" if instance.display is Display.HOLD else "possible")
    return max(words, key=_RANK.index)


def _why(alone: Ruleset, facts: Facts, days: LawDays, decision: Decision) -> str | None:
    """The nearest reason for what came out."""
    for instance in decision.instances:
        if instance.unknowns:
            return f"not known: {', '.join(f'`{fact}`' for fact in instance.unknowns)}"
        grounds = (ground for reason in reasons(instance, alone, facts, days) for ground in reason.grounds)
        return next((ground.detail for ground in grounds if ground.detail), None)
    return decision.not_applied[0].because if decision.not_applied else None
