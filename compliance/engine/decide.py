"""The plain meaning of a rule set: which notices are due, for whom, and what that rests on.

Theory: an *instance* is a notice and the entity it speaks of. Its status is taken over all rules that ask
for it. A rule is *live* on a day if it is in effect and Kleene logic does not rule it out; only live rules
are looked at in worlds (`worlds`). Then superseding acts, and only a required notice supersedes. Nothing
here is indexed or remembered: this module is what the fast paths are compared with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from compliance.engine.changes import next_changes
from compliance.engine.reading import PLACE, UNNAMED, Atom, Reading, with_binding
from compliance.engine.reasons import not_live, stale_registers
from compliance.engine.worlds import Verdict, judge, kleene
from compliance.model.decision import Decision, Display, Instance, NotApplied, NoticeStatus
from compliance.model.facts import Facts, Members
from compliance.model.rule import IfUnknown, Notice, Reach, Rule
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.territory import LocationSet
from compliance.model.truth import FALSE

SEMANTICS: Final = 1
"""Which meaning of rules this is; records name it, so that it is known by which one a page was decided.

Raise it with every change after which some question is decided otherwise on the same rules, facts and days, or a
notice has other words: whatever stands in the changelog with `(*)` and is no change of how rules or pages are read.
"""
SUPERSEDED = "superseded by"
"""How the reason begins why a notice is not asked for that another one took the place of."""


def decide(ruleset: Ruleset, facts: Facts, days: LawDays, *, explain: bool = False) -> Decision:
    """The decision on one page for one reader.

    Args:
        ruleset: what was loaded.
        facts: what is known of each fact; one that is missing is unknown.
        days: the law day in every zone of `ruleset.zones`.
        explain: also say why each rule that asks for nothing does not.
    """
    found: list[Found] = []
    absent: list[NotApplied] = []
    for notice_id, rules in ruleset.rules_of_notice.items():
        instances = list(_instances(ruleset.notices[notice_id], rules, Reading(ruleset, facts, days)))
        found.extend(instances)
        firing = {rule for each in instances for rule in each.instance.rules}
        if explain:
            absent.extend(not_live(rule, Reading(ruleset, facts, days)) for rule in rules if rule.id not in firing)
    return gather(ruleset, found, next_changes(ruleset, facts, days), absent)


def gather(
    ruleset: Ruleset, found: Sequence[Found], changes: tuple[tuple[str, date], ...], absent: Sequence[NotApplied] = ()
) -> Decision:
    """The decision that some instances make up, once required ones took the place of what they supersede."""
    if len(found) == 1 and not absent and not found[0].stale:
        (alone,) = found
        return Decision((alone.instance,), alone.instance.unknowns, (), changes)
    kept, superseded = _supersede(found, ruleset)
    return Decision(
        instances=tuple(each.instance for each in kept),
        unknowns=tuple(sorted({fact for each in kept for fact in each.instance.unknowns})),
        stale=tuple(sorted({register for each in kept for register in each.stale})),
        changes=changes,
        not_applied=tuple(sorted([*absent, *superseded], key=lambda each: (each.rule, each.notice))),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """An instance, and the registers whose age makes it uncertain."""

    instance: Instance
    stale: frozenset[str] = frozenset()
    bound: str | None = None
    """The bound entity; `UNNAMED` is one that nobody named."""


def _instances(notice: Notice, rules: Sequence[Rule], reading: Reading) -> Iterator[Found]:
    """The instances of one notice: for each entity that a rule of it may bind."""
    for bound in bound_entities(rules, reading):
        mine = [with_binding(rule, bound) for rule in rules if bound in bound_entities([rule], reading)]
        found = instance(notice, mine, replace(reading, bound=bound or None), bound)
        if found is not None:
            yield found


def bound_entities(rules: Sequence[Rule], reading: Reading) -> list[str | None]:
    """None for rules that bind nothing, then every entity that the others may speak of."""
    bound: list[str | None] = [None] if any(rule.for_each is None for rule in rules) else []
    named: set[str] = set()
    for fact in sorted({rule.for_each for rule in rules if rule.for_each is not None}):
        value = reading.value(fact)
        if isinstance(value, Members):
            named |= value.named(UNNAMED)
    return bound + sorted(named)


def instance(notice: Notice, rules: Sequence[Rule], reading: Reading, bound: str | None) -> Found | None:
    """The instance of a notice for a bound entity, as the rules (all of that notice) ask for it."""
    verdict, by_reach = _verdict(rules, reading), False
    if notice.reach is Reach.EVERYWHERE and (verdict is None or verdict.display is Display.HOLD):
        anywhere = replace(reading, facts={**reading.facts, PLACE: LocationSet.unknown()})
        second = _verdict([_showing_place(rule) for rule in rules], anywhere)
        if second is not None and (verdict is None or second.display is Display.SHOW):
            verdict, by_reach, reading = second, True, anywhere
    if verdict is None:
        return None
    found = Instance(
        notice=notice,
        entity=bound or None,
        status=NoticeStatus.POSSIBLE if by_reach else verdict.status,
        display=verdict.display,
        rules=verdict.rules,
        unknowns=tuple(fact for fact in verdict.unknowns if not (by_reach and fact == PLACE)),
        approximated=verdict.approximated,
        by_reach=by_reach,
    )
    firing = [rule for rule in rules if rule.id in verdict.rules]
    stale = frozenset(register for rule in firing for register in stale_registers(rule, reading))
    return Found(found, stale, bound)


def _showing_place(rule: Rule) -> Rule:
    """The rule for readers anywhere: that nobody knows the place is what the notice goes out for."""
    return replace(rule, if_unknown={**rule.if_unknown, PLACE: IfUnknown.SHOW})


def _verdict(rules: Sequence[Rule], reading: Reading) -> Verdict | None:
    live = [rule for rule in rules if is_live(rule, reading)]
    return judge(live, reading) if live else None


def is_live(rule: Rule, reading: Reading) -> bool:
    """Whether the rule is in effect on its law day and may fire, as far as Kleene logic sees."""
    if reading.days[rule.zone] not in rule.effective:
        return False
    return kleene(rule, lambda line: reading.truth(Atom.of(line, rule.zone))) is not FALSE


def _supersede(found: Sequence[Found], ruleset: Ruleset) -> tuple[list[Found], list[NotApplied]]:
    """What is left once required notices took the place of those that they supersede, and what went."""
    required = [each.instance for each in found if each.instance.status is NoticeStatus.REQUIRED]
    stronger = [each for each in required if each.notice.supersedes]
    kept: list[Found] = []
    gone: list[NotApplied] = []
    for each in found:
        by = next((other.notice.id for other in stronger if _takes_the_place(other, each.instance, ruleset)), None)
        if by is None:
            kept.append(each)
            continue
        because = f"{SUPERSEDED} the required notice `{by}`"
        gone.extend(NotApplied(rule, each.instance.notice.id, because) for rule in each.instance.rules)
    return kept, gone


def _takes_the_place(stronger: Instance, weaker: Instance, ruleset: Ruleset) -> bool:
    """Whether one supersedes the other, of the same entity unless it speaks of the whole page.

    Notices that supersede one another in a circle, whether they are due or not, never drive each other out:
    else a notice could go because less is known of another one.
    """
    return (
        weaker.notice.id in stronger.notice.supersedes
        and stronger.entity in {None, weaker.entity}
        and stronger.notice.id not in _all_below(weaker.notice.id, ruleset)
    )


def _all_below(notice: str, ruleset: Ruleset) -> set[str]:
    """Every notice that it supersedes, itself or through others."""
    found: set[str] = set()
    todo = [notice]
    while todo:
        name = todo.pop()
        new = set(ruleset.notices[name].supersedes if name in ruleset.notices else ()) - found
        found |= new
        todo.extend(new)
    return found
