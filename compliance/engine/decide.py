"""The plain meaning of a rule set: which notices are due, for whom, and what that rests on.

Theory: an *instance* is a notice and the entity it speaks of. Its status is taken over all rules that ask
for it. A rule is *live* on a day if it is in effect and Kleene logic does not rule it out; only live rules
are looked at in worlds (`worlds`). Then superseding acts, and only a required notice supersedes. Nothing
here is indexed or remembered: this module is what the fast paths are compared with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from compliance.engine.changes import next_changes
from compliance.engine.reading import Atom, Reading
from compliance.engine.reasons import MOST_REASONS, not_live, reason, stale_registers
from compliance.engine.worlds import Verdict, judge, kleene
from compliance.model.decision import Decision, Instance, NotApplied, NoticeStatus
from compliance.model.facts import Facts, Members
from compliance.model.rule import Block, Line, Notice, Reach, Rule
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.territory import LocationSet
from compliance.model.truth import FALSE

UNNAMED = ""
"""Stands for a bound entity that nobody named, where the set of mentions is not known."""


def decide(ruleset: Ruleset, facts: Facts, days: LawDays, *, explain: bool = False) -> Decision:
    """The decision on one page for one reader.

    Args:
        ruleset: what was loaded.
        facts: what is known of each fact; one that is missing is unknown.
        days: the law day in every zone of `ruleset.zones`.
        explain: also say why each rule that asks for nothing does not.
    """
    found: list[_Found] = []
    absent: list[NotApplied] = []
    for notice_id, rules in ruleset.rules_of_notice.items():
        instances = list(_instances(ruleset.notices[notice_id], rules, Reading(ruleset, facts, days)))
        found.extend(instances)
        firing = {rule for each in instances for rule in each.instance.rules}
        if explain:
            absent.extend(not_live(rule, Reading(ruleset, facts, days)) for rule in rules if rule.id not in firing)
    kept, superseded = _supersede(found)
    return Decision(
        instances=tuple(each.instance for each in kept),
        unknowns=tuple(sorted({fact for each in kept for fact in each.instance.unknowns})),
        stale=tuple(sorted({register for each in kept for register in each.stale})),
        changes=next_changes(ruleset, facts, days),
        not_applied=tuple(sorted([*absent, *superseded], key=lambda each: (each.rule, each.notice))),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    instance: Instance
    stale: frozenset[str]


def _instances(notice: Notice, rules: Sequence[Rule], reading: Reading) -> Iterator[_Found]:
    """The instances of one notice: for each entity that a rule of it may bind."""
    for bound in _bound_entities(rules, reading):
        mine = [_with_binding(rule, bound) for rule in rules if (rule.for_each is None) == (bound is None)]
        yield from _instance(notice, mine, replace(reading, bound=bound or None), bound)


def _bound_entities(rules: Sequence[Rule], reading: Reading) -> list[str | None]:
    """None for rules that bind nothing, then every entity that the others may speak of."""
    bound: list[str | None] = [None] if any(rule.for_each is None for rule in rules) else []
    named: set[str] = set()
    for fact in sorted({rule.for_each for rule in rules if rule.for_each is not None}):
        value = reading.value(fact)
        if isinstance(value, Members):
            named |= value.certain | value.perhaps | ({UNNAMED} if value.other else set())
    return bound + sorted(named)


def _with_binding(rule: Rule, bound: str | None) -> Rule:
    """The rule with the line that `for_each` stands for: the bound entity is one of the set."""
    if rule.for_each is None or bound is None:
        return rule
    line = Line(rule.for_each, frozenset({bound}), span=rule.span)
    return replace(rule, when=Block((line, *rule.when.lines)))


def _instance(notice: Notice, rules: Sequence[Rule], reading: Reading, bound: str | None) -> Iterator[_Found]:
    live = [rule for rule in rules if is_live(rule, reading)]
    verdict = judge(live, reading) if live else None
    by_reach = False
    if verdict is None and notice.reach is Reach.EVERYWHERE:
        reading = replace(reading, facts={**reading.facts, "reader.location": LocationSet.unknown()})
        live = [rule for rule in rules if is_live(rule, reading)]
        verdict = judge(live, reading) if live else None
        by_reach = verdict is not None
        if verdict is not None:
            verdict = replace(verdict, status=NoticeStatus.POSSIBLE)
    if verdict is not None:
        yield _found(notice, live, reading, bound, verdict, by_reach=by_reach)


def _found(
    notice: Notice,
    live: Sequence[Rule],
    reading: Reading,
    bound: str | None,
    verdict: Verdict,
    *,
    by_reach: bool,
) -> _Found:
    stale = frozenset(register for rule in live for register in stale_registers(rule, reading))
    instance = Instance(
        notice=notice,
        entity=bound or None,
        status=verdict.status,
        display=verdict.display,
        reasons=tuple(reason(rule, reading) for rule in live[:MOST_REASONS]),
        rules=tuple(rule.id for rule in live),
        unknowns=verdict.unknowns,
        approximated=verdict.approximated,
        by_reach=by_reach,
    )
    return _Found(instance, stale)


def is_live(rule: Rule, reading: Reading) -> bool:
    """Whether the rule is in effect on its law day and may fire, as far as Kleene logic sees."""
    if reading.days[rule.zone] not in rule.effective:
        return False
    return kleene(rule, lambda line: reading.truth(Atom.of(line, rule.zone))) is not FALSE


def _supersede(found: Sequence[_Found]) -> tuple[list[_Found], list[NotApplied]]:
    """What is left once required notices took the place of those that they supersede, and what went."""
    taken: dict[str, str] = {}
    for each in found:
        if each.instance.status is NoticeStatus.REQUIRED:
            taken.update(dict.fromkeys(each.instance.notice.supersedes, each.instance.notice.id))
    kept = [each for each in found if each.instance.notice.id not in taken]
    gone = [
        NotApplied(rule, notice, f"superseded by the required notice `{taken[notice]}`")
        for each in found
        if (notice := each.instance.notice.id) in taken
        for rule in each.instance.rules
    ]
    return kept, gone
