"""Asks small rule sets: what is due, on which grounds, and whether an index says what the plain evaluator says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import permutations

from compliance.engine.decide import decide
from compliance.engine.index import Index
from compliance.engine.reasons import reasons
from compliance.model.decision import Decision, Ground, Reason
from compliance.model.rule import Rule
from compliance.model.ruleset import Ruleset
from tests.engine.building import rules_of
from tests.engine.days import DAYS
from tests.engine.words import Facts

Outcome = Mapping[tuple[str, str | None], str]

STATED = "`radio` is declared in `ru/listed` (the ministry): listed on 2024-02-20"
"""What is told of the radio, which `rules_of` lists."""


def outcome(decision: Decision) -> Outcome:
    """For each notice and entity the status and, where it is held, that."""
    return {
        (each.notice.id, each.entity): each.status.value if each.display.value == "show" else f"{each.status} hold"
        for each in decision.instances
    }


def said(rules: Ruleset | Rule, facts: Facts, days: Mapping[str, date] = DAYS) -> Outcome:
    """What is due on the page; a single rule stands for a rule set."""
    return outcome(decide(alone(rules), facts, days))


def due(status: str, entity: str | None = None, name: str = "n") -> Outcome:
    return {(name, entity): status}


def whole_page(status: str | None) -> Outcome:
    return {} if status is None else due(status)


def why(rules: Ruleset | Rule, known: Facts) -> tuple[Reason, ...]:
    """The reasons of the only instance."""
    rules = alone(rules)
    (instance,) = decide(rules, known, DAYS).instances
    return reasons(instance, rules, known, DAYS)


def grounds(rules: Ruleset | Rule, known: Facts) -> tuple[Ground, ...]:
    (only,) = why(rules, known)
    return only.grounds


def agree(ruleset: Ruleset, *questions: Facts) -> None:
    """An index says what the plain evaluator says, in whichever order it is asked, and again."""
    wanted = [decide(ruleset, known, DAYS) for known in questions]
    for order in permutations(range(len(questions))):
        index = Index(ruleset)
        for number in (*order, *order):
            assert index.decide(questions[number], DAYS) == wanted[number]


def alone(rules: Ruleset | Rule) -> Ruleset:
    """A rule set; a single rule becomes one."""
    return rules if isinstance(rules, Ruleset) else rules_of(rules)
