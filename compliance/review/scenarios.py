"""Scenarios: each rule's own examples, asked again at every load.

Theory: a scenario asks its rule alone, as if it were active, so that a draft can be tried out and a change
elsewhere cannot make it pass. A rule set with a scenario that fails is not served: either the rule or the
lawyer's idea of it is wrong, and only a person can say which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from compliance.content.facts import resolved
from compliance.content.publisher import Directory
from compliance.engine.decide import decide
from compliance.engine.reasons import reasons
from compliance.errors import Problem, Span, nearest
from compliance.model.decision import Decision
from compliance.model.facts import Facts, OneOf
from compliance.model.rule import Rule, Scenario, Status
from compliance.model.ruleset import LawDays, Ruleset
from compliance.review.coverage import Coverage
from compliance.review.results import strongest

_LIKELY_SLIP: Final = 0.75
"""How near a declared publisher has to be for another one to be a likely slip, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one scenario; `problem` is None where it is as expected."""

    rule: str
    scenario: str
    expected: str
    found: str
    problem: Problem | None = None
    span: Span | None = None


def run(
    ruleset: Ruleset, coverage: Coverage | None = None, wanted: Callable[[Rule, Scenario], bool] | None = None
) -> Iterator[Outcome]:
    """The outcome of every scenario of every rule, or of those that are `wanted`; `coverage` notes what each tried."""
    directory = Directory.of(ruleset.entities.values(), ruleset.registers)
    for rule in ruleset.rules.values():
        # what a rule supersedes is not in this set: the scenario asks whether the rule fires, nothing else
        alone = ruleset.with_rules({rule.id: replace(rule, status=Status.ACTIVE)})
        for scenario in rule.scenarios:
            if wanted is None or wanted(rule, scenario):
                facts = resolved(scenario.given, directory)
                if coverage is not None:
                    coverage.note(rule.id, alone, facts, dict.fromkeys(alone.zones, scenario.date))
                yield _outcome(alone, rule, scenario, facts, directory)


def _outcome(alone: Ruleset, rule: Rule, scenario: Scenario, facts: Facts, directory: Directory) -> Outcome:
    days = dict.fromkeys(alone.zones, scenario.date)
    decision = decide(alone, facts, days)
    found = found_in(decision)
    message = help_ = None
    if found != scenario.expect:
        message = f"scenario `{scenario.name}` expects {scenario.expect}, and the rule says {found}"
        explained = decide(alone, facts, days, explain=True)  # nearly all are as expected and need no reason
        strangers = _strangers(scenario.given, directory, alone)
        help_ = "; ".join(filter(None, (why(alone, facts, days, explained), *strangers))) or None
    elif scenario.because is not None and scenario.because not in decision.unknowns:
        message = f"scenario `{scenario.name}` rests on `{scenario.because}` unknown, and it is not what decides"
        help_ = hangs_on(decision.unknowns)
    problem = Problem(message, scenario.span, help_) if message else None
    return Outcome(rule.id, scenario.name, scenario.expect, found, problem, scenario.span)


def _strangers(given: Facts, directory: Directory, ruleset: Ruleset) -> Iterator[str]:
    """That nobody declared the publisher that a scenario names, where a slip is likely."""
    publisher = given.get("publisher")
    known = {*ruleset.entities, *(host for each in ruleset.entities.values() for host in each.domains)}
    for clue in sorted(publisher.values) if isinstance(publisher, OneOf) else ():
        near = None if directory.identify(clue) else nearest(clue, known, _LIKELY_SLIP)
        if near is not None:
            yield f"nobody declared `{clue}`: {near}"


def found_in(decision: Decision) -> str:
    """The strongest of required, possible (shown), review (held) and none that a decision holds."""
    return strongest(decision.instances)


def hangs_on(unknowns: Iterable[str]) -> str:
    """In words, what a result hangs on."""
    return f"the result hangs on {' and '.join(f'`{fact}`' for fact in unknowns) or 'no fact'}"


def why(alone: Ruleset, facts: Facts, days: LawDays, decision: Decision) -> str | None:
    """The nearest reason for what came out."""
    for instance in decision.instances:
        if instance.unknowns:
            return f"not known: {', '.join(f'`{fact}`' for fact in instance.unknowns)}"
        if instance.by_reach:
            return "`reach: everywhere` gives it to readers in all other places too, as possible"
        grounds = (ground for reason in reasons(instance, alone, facts, days) for ground in reason.grounds)
        return next((ground.detail for ground in grounds if ground.detail), "each of its conditions holds")
    return decision.not_applied[0].because if decision.not_applied else None
