"""One of the two rule sets of a comparison, and what a question to one notice gets from it.

Theory: a notice is asked of its own rules and of those that can take its place, and of no others: the rest of
a rule set cannot change what it says. So a notice out of a thousand is compared at the cost of its own rules.
Facts are kept as somebody would write them and read by each side for itself, since one and the same domain
may mean somebody else before and after.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Final, Self

from compliance.content.facts import Written, resolved
from compliance.content.publisher import Directory
from compliance.engine.decide import Found, bound_entities, gather, instance
from compliance.engine.memo import Memo
from compliance.engine.reading import Reading, with_binding
from compliance.language.given import given
from compliance.model.decision import Instance
from compliance.model.facts import Facts, FactValue, OneOf
from compliance.model.rule import Notice, Rule, Status
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.suite import RESULTS
from compliance.review.impact.words import Said, say
from compliance.review.results import result_of

MOST_REMEMBERED: Final = 65_536
NONE, REVIEW, POSSIBLE, REQUIRED = RESULTS


@dataclass(frozen=True, slots=True)
class Result:
    """What a question gets from a notice: one of the four words, and what the page then says."""

    word: str = NONE
    said: Said | None = None
    unknowns: tuple[str, ...] = ()


ABSENT = Result()


@dataclass(frozen=True)
class Side:
    """A rule set, who is who in it, and which notices take the place of which."""

    ruleset: Ruleset
    directory: Directory
    _read: dict[tuple[str, Written], FactValue] = field(default_factory=dict, compare=False)
    _days: dict[date, LawDays] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, ruleset: Ruleset) -> Self:
        """The side that a rule set makes up."""
        return cls(ruleset, Directory.of(ruleset.entities.values(), ruleset.registers, ruleset.words))

    def with_drafts(self) -> Side:
        """The same, as if every draft were active."""
        rules = self.ruleset.rules.items()
        active = {
            name: replace(rule, status=Status.ACTIVE) if rule.status is Status.DRAFT else rule for name, rule in rules
        }
        return Side(self.ruleset.with_rules(active), self.directory)

    @cached_property
    def stronger(self) -> Mapping[str, tuple[str, ...]]:
        """For each notice those that take its place where they are required, and that some rule asks for."""
        found: dict[str, list[str]] = defaultdict(list)
        for name in self.ruleset.rules_of_notice:
            for weaker in self.ruleset.notices[name].supersedes:
                found[weaker].append(name)
        return {name: tuple(each) for name, each in found.items()}

    @cached_property
    def _rules_by_notice(self) -> Mapping[str, tuple[Rule, ...]]:
        found: dict[str, list[Rule]] = defaultdict(list)
        for rule in self.ruleset.rules.values():
            found[rule.notice.id].append(rule)
        return {name: tuple(rules) for name, rules in found.items()}

    def asked(self, notice: str) -> Asked:
        """The notice, with the rules that have a say in it."""
        own = self.ruleset.rules_of_notice.get(notice, ())
        stronger = self.stronger.get(notice, ())
        others = [rule for name in stronger for rule in self.ruleset.rules_of_notice[name]]
        voices = {rule.id: rule for rule in (*own, *others)}
        silent = {rule.id: rule for rule in self._below(notice) if rule.id not in voices} if others else {}
        alone = self.ruleset.with_rules({**silent, **voices})
        below = {rule.notice.id: rule.notice.supersedes for rule in silent.values()}
        return Asked(self, notice, own, tuple(voices.values()), alone, tuple(sorted(below.items())))

    def _below(self, notice: str) -> Iterator[Rule]:
        """A rule that asks for nothing, for each notice below this one: circles are looked for among them."""
        todo, seen = [notice], {notice}
        while todo:
            for rule in self._rules_by_notice.get(todo.pop(), ())[:1]:
                yield replace(rule, status=Status.RETIRED)
                new = set(rule.notice.supersedes) - seen
                seen |= new
                todo.extend(sorted(new))

    def read(self, written: Mapping[str, Written]) -> dict[str, FactValue]:
        """Facts as this side reads them."""
        found = {}
        for name, value in written.items():
            key = name, value if isinstance(value, str) else tuple(value)
            known = self._read.get(key)
            if known is None:
                known = self._read[key] = self._read_one(name, value)
            found[name] = known
        return found

    def _read_one(self, name: str, value: Written) -> FactValue:
        items = [value] if isinstance(value, str) else list(value)
        return resolved({name: given(name, items, is_list=not isinstance(value, str))}, self.directory)[name]

    def law_days(self, day: date) -> LawDays:
        """The civil day in every zone."""
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = dict.fromkeys(self.ruleset.zones, day)
        return found


@dataclass(frozen=True)
class Asked:
    """A notice of one side: its own rules, all that have a say in it, and a rule set of nothing else."""

    side: Side
    notice: str
    own: tuple[Rule, ...]
    rules: tuple[Rule, ...]
    alone: Ruleset
    below: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Which notices supersede which, below it: a circle there keeps others from taking its place."""
    _said: dict[tuple[date, bool, str | None, str | None], Said] = field(default_factory=dict, compare=False)
    _results: Memo[dict[str, Result]] = field(default_factory=lambda: Memo(MOST_REMEMBERED), compare=False)

    @cached_property
    def words(self) -> Notice | None:
        """The notice itself; None where no rule asks for it."""
        return self.own[0].notice if self.own else None

    def reading(self, facts: Facts, day: date) -> Reading:
        """A question to these rules."""
        return Reading(self.alone, facts, self.side.law_days(day))

    def results(self, facts: Facts, day: date) -> dict[str, Result]:
        """What a question gets: by entity, or under an empty name for the page."""
        key = day, *(facts.get(fact) for fact in self._minded)
        found = self._results.get(key)
        return self._results.put(key, self._decide(facts, day)) if found is None else found

    @cached_property
    def _minded(self) -> tuple[str, ...]:
        """The facts that have a say: those that rules name, and the publisher, from whom others follow."""
        named = {line.fact for rule in self.rules for line in rule.each_line()}
        return tuple(sorted({*named, *(rule.for_each for rule in self.rules if rule.for_each), "publisher"}))

    def _decide(self, facts: Facts, day: date) -> dict[str, Result]:
        found: dict[str, Result] = {}
        reading = self.reading(facts, day)
        decision = gather(self.alone, list(_found(self.alone, reading)), ())
        for each in decision.instances:
            if each.notice.id == self.notice:
                result = Result(result_of(each), self._say(each, facts, day), each.unknowns)
                found[each.entity or ""] = max(
                    found.get(each.entity or "", ABSENT), result, key=lambda one: RESULTS.index(one.word)
                )
        return found

    def _say(self, instance: Instance, facts: Facts, day: date) -> Said:
        publisher = facts.get("publisher")
        who = next(iter(publisher.values)) if isinstance(publisher, OneOf) and publisher.is_known else None
        key = day, result_of(instance) == REQUIRED, who, instance.entity
        found = self._said.get(key)
        if found is None:
            found = self._said[key] = say(self.side.ruleset, self.side.law_days(day), instance, who)
        return found


def _found(ruleset: Ruleset, reading: Reading) -> Iterator[Found]:
    """The instances of all notices of a rule set, before any takes the place of another."""
    for name, rules in ruleset.rules_of_notice.items():
        for bound in bound_entities(rules, reading):
            mine = [with_binding(rule, bound) for rule in rules if bound in bound_entities([rule], reading)]
            one = instance(ruleset.notices[name], mine, replace(reading, bound=bound or None), bound)
            if one is not None:
                yield one


def differing(old: Mapping[str, Result], new: Mapping[str, Result]) -> Iterable[tuple[str, Result, Result]]:
    """Whoever gets another result, or other words: the entity, before and after."""
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name, ABSENT), new.get(name, ABSENT)
        if before.word != after.word or before.said != after.said:
            yield name, before, after
