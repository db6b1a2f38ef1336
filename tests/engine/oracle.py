"""A second opinion: every concrete world, one by one, with nothing shared with the engine.

A world gives every fact that the rules of a notice name one concrete value (see `concrete`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any, NamedTuple

from compliance.model.facts import FactValue
from compliance.model.rule import AnyOf, Block, IfUnknown, Line, Reach, Rule, Status
from compliance.model.ruleset import Ruleset
from compliance.model.territory import LocationSet
from tests.engine.concrete import Known, World

VISIBLE = ["skip", "review", "show"]


class Outcome(NamedTuple):
    status: str
    display: str
    unknowns: tuple[str, ...]
    rules: tuple[str, ...]


class Key(NamedTuple):
    """None binds no entity; the empty name is a bound entity that nobody named."""

    notice: str
    bound: str | None


def oracle(ruleset: Ruleset, facts: Mapping[str, FactValue], days: Mapping[str, date]) -> dict[Key, Outcome]:
    """What is due for which entity."""
    known = Known(ruleset, facts, days)
    everywhere = Known(ruleset, {**facts, "reader.location": LocationSet.unknown()}, days)
    active = [rule for _, rule in sorted(ruleset.rules.items()) if rule.status is Status.ACTIVE]
    found = {}
    for notice, bound in product({rule.notice.id for rule in active}, [None, *known.related()]):
        asking = [r for r in active if r.notice.id == notice and known.binds(r.for_each, bound)]
        rules = [binding(rule, bound) for rule in asking if days[rule.zone] in rule.effective]
        outcome = judge(rules, known._replace(bound=bound))
        if rules and rules[0].notice.reach is Reach.EVERYWHERE and (outcome is None or outcome.display == "hold"):
            showing = [replace(r, if_unknown={**r.if_unknown, "reader.location": IfUnknown.SHOW}) for r in rules]
            second = judge(showing, everywhere._replace(bound=bound))
            if second is not None and (outcome is None or second.display == "show"):
                others = tuple(fact for fact in second.unknowns if fact != "reader.location")
                outcome = second._replace(status="possible", unknowns=others)
        if outcome is not None:
            found[Key(notice, bound)] = outcome
    return without_superseded(found, ruleset)


def binding(rule: Rule, bound: str | None) -> Rule:
    if rule.for_each is None or bound is None:
        return rule
    return replace(rule, when=Block((Line(rule.for_each, frozenset({bound})), *rule.when.lines)))


def judge(rules: list[Rule], known: Known) -> Outcome | None:
    facts = sorted({line.fact for rule in rules for line in rule.each_line()})
    values = [known.values(fact, rules) for fact in facts]
    worlds = [dict(zip(facts, world, strict=True)) for world in product(*values)]
    table = [(rule, [fires(rule, world, known) for world in worlds]) for rule in rules]
    live = [rule for rule, row in table if any(row)]
    due = [any(column) for column in zip(*(row for _, row in table), strict=True)]
    answers: dict[str, list[str]] = defaultdict(list)
    for rule in live:
        for line in rule.each_line():
            answers[line.fact].append(rule.policy(line.fact))
    policy = {fact: max(said, key=VISIBLE.index) for fact, said in answers.items()}

    def outcomes(kept: Iterable[str]) -> list[set[bool]]:
        """For every choice of the facts in `kept`: whether the notice is due, whatever the others are."""
        found: dict[Any, set[bool]] = defaultdict(set)
        names = tuple(kept)
        for world, is_due in zip(worlds, due, strict=True):
            found[tuple(world[name] for name in names)].add(is_due)
        return list(found.values())

    ids = tuple(rule.id for rule in live)
    if live and all(due):
        return Outcome("required", "show", (), ids)
    if not live or {True} not in outcomes(fact for fact in policy if policy[fact] != "skip"):
        return None
    is_shown = {True} in outcomes(fact for fact in policy if policy[fact] == "show")
    unknowns = [fact for fact in sorted(policy) if {True, False} in outcomes(f for f in facts if f != fact)]
    return Outcome("possible", "show" if is_shown else "hold", tuple(unknowns), ids)


def fires(rule: Rule, world: World, known: Known) -> bool:
    def holds(block: Block) -> bool:
        return all(
            any(map(holds, line.blocks)) if isinstance(line, AnyOf) else known.meets(world[line.fact], line, rule.zone)
            for line in block.lines
        )

    return holds(rule.when) and not any(map(holds, rule.unless))


def without_superseded(found: dict[Key, Outcome], ruleset: Ruleset) -> dict[Key, Outcome]:
    required = [key for key, outcome in found.items() if outcome.status == "required"]
    reach = {(high, low) for high, notice in ruleset.notices.items() for low in notice.supersedes}
    for _ in ruleset.notices:
        reach |= {(a, d) for a, b in reach for c, d in reach if b == c}

    def is_gone(low: Key) -> bool:
        return any(
            low.notice in ruleset.notices[high.notice].supersedes
            and high.bound in {None, low.bound}
            and (low.notice, high.notice) not in reach
            for high in required
        )

    return {key: outcome for key, outcome in found.items() if not is_gone(key)}
