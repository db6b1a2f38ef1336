"""Why each notice is asked for, why each other one is not, and from when that may be different.

Theory: an explanation is worked out by the plain evaluator, never by the index that served the answer, so
that it can be held against it. For what is absent it names the nearest obstacle: a condition that fails on
all days before an exception, that before the rule's days, and last a condition that fails on this day. And
for everything it follows the law's calendar, with the facts held still, to the first day on which this one
rule or notice says something else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from compliance.engine.decide import SUPERSEDED, decide
from compliance.engine.reasons import reasons
from compliance.model.decision import Decision, Display, Ground, Instance, NotApplied, NoticeStatus, Reason
from compliance.model.facts import Facts
from compliance.model.rule import Rule
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.truth import TRUE

MOST_STEPS: Final = 64
"""So many turns of the law's calendar are followed before nobody promises anything."""
_Said = tuple[str, str | None, NoticeStatus, Display]


@dataclass(frozen=True, slots=True)
class Due:
    """A notice that is asked for: by which rules, on which grounds, and until when."""

    instance: Instance
    reasons: tuple[Reason, ...]
    changes_on: date | None
    """The first later day on which the rules of the notice, by themselves, say otherwise; None if none is foreseen."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision and, for everything in it and everything left out of it, why."""

    decision: Decision
    due: tuple[Due, ...]

    @property
    def absent(self) -> tuple[NotApplied, ...]:
        """Every other rule, with the nearest obstacle and the day on which it is gone."""
        return self.decision.not_applied

    def sentences(self) -> Iterator[str]:
        """The explanation in words, one sentence a line: what is due, then what is not."""
        for due in self.due:
            yield from _due_sentences(due)
        for absent in self.absent:
            from_then = f"; that changes on {absent.changes_on}" if absent.changes_on else ""
            by = "" if absent.rule == absent.notice else f" by `{absent.rule}`"
            yield f"`{absent.notice}` is not asked for{by}: {absent.because}{from_then}"


def explain(ruleset: Ruleset, facts: Facts, days: LawDays) -> Explanation:
    """Why everything in the decision on `facts` is there, and why every other active rule is silent.

    Args:
        ruleset: what was loaded.
        facts: what is known of each fact; one that is missing is unknown.
        days: the law day in every zone of `ruleset.zones`.
    """
    decision = decide(ruleset, facts, days, explain=True)
    due = tuple(
        Due(each, reasons(each, ruleset, facts, days), _instance_changes_on(ruleset, each, facts, days))
        for each in decision.instances
    )
    absent = tuple(
        each
        if each.because.startswith(SUPERSEDED)
        else replace(each, changes_on=_changes_on(ruleset, [ruleset.rules[each.rule]], facts, days, _said))
        for each in decision.not_applied
    )
    return Explanation(replace(decision, not_applied=absent), due)


def _instance_changes_on(ruleset: Ruleset, instance: Instance, facts: Facts, days: LawDays) -> date | None:
    """The first later day on which the rules of a notice together say something else of it and its entity."""
    rules = ruleset.rules_of_notice[instance.notice.id]
    return _changes_on(
        ruleset, rules, facts, days, lambda decision: [said for said in _said(decision) if said[1] == instance.entity]
    )


def _changes_on(
    ruleset: Ruleset, rules: Iterable[Rule], facts: Facts, days: LawDays, said: Callable[[Decision], list[_Said]]
) -> date | None:
    """The first later day on which some rules by themselves say something else of the same facts."""
    alone = ruleset.with_rules({rule.id: rule for rule in rules})
    before = decide(alone, facts, days)
    here, today = before, days
    for _ in range(MOST_STEPS):
        turn = min((day for _, day in here.changes), default=None)
        if turn is None:
            return None
        today = {zone: max(day, turn) for zone, day in today.items()}
        here = decide(alone, facts, today)
        if said(here) != said(before):
            return turn
    return None


def _said(decision: Decision) -> list[_Said]:
    return [(each.notice.id, each.entity, each.status, each.display) for each in decision.instances]


def _due_sentences(due: Due) -> Iterator[str]:
    instance = due.instance
    about = f" about `{instance.entity}`" if instance.entity else ""
    held = ", held until a person has looked" if instance.display is Display.HOLD else ""
    everywhere = ", because it goes to readers everywhere" if instance.by_reach else ""
    yield f"`{instance.notice.id}`{about} is {instance.status.value}{held}{everywhere}"
    for reason in due.reasons:
        yield f"  rule `{reason.rule}` asks for it{'' if reason.status is NoticeStatus.REQUIRED else ', perhaps'}:"
        for ground in reason.grounds:
            yield f"    {_ground_sentence(ground)}"
    hidden = len(instance.rules) - len(due.reasons)
    if hidden > 0:
        yield f"  and {hidden} more rule(s)"
    if instance.unknowns:
        yield f"  it hangs on what is not known: {', '.join(f'`{fact}`' for fact in instance.unknowns)}"
    if due.changes_on:
        yield f"  that changes on {due.changes_on}"


def _ground_sentence(ground: Ground) -> str:
    asked = " or ".join(f"`{value}`" for value in ground.asks_for)
    wanted = f" (asks for {asked})" if asked else ""
    stands = "holds" if ground.truth is TRUE else "is not known"
    return f"`{ground.fact}` {stands}{wanted}" + (f": {ground.detail}" if ground.detail else "")
