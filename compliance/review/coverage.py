"""What no example tried: for each line of a rule whether it was ever true, false and not known.

Theory: an example tries a line only while its rule is in effect, since otherwise nothing asks the line. Lines
that ask the same are one. What a rule as a whole may come out as follows from its `if_unknown`: one that
never holds anything for review need not show that it does. What is missing is said, not only counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from compliance.engine.decide import bound_entities, instance
from compliance.engine.reading import Atom, Reading, with_binding
from compliance.model.facts import Facts
from compliance.model.rule import IfUnknown, Line, Reach, Rule
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.suite import RESULTS
from compliance.model.truth import FALSE, TRUE, UNKNOWN, Truth
from compliance.review.results import strongest

TRUTHS = (TRUE, FALSE, UNKNOWN)


@dataclass(frozen=True, slots=True)
class LineCoverage:
    """One condition or exception: what it asks, and which truth values it had."""

    fact: str
    asks_for: str
    seen: frozenset[Truth]

    @property
    def missing(self) -> tuple[str, ...]:
        """The truth values that it never had: true, false, unknown."""
        return tuple(truth.name.lower() for truth in TRUTHS if truth not in self.seen)


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """One rule: its lines, what it may come out as, and what it did come out as, in how many cases."""

    rule: str
    cases: int
    lines: tuple[LineCoverage, ...]
    results: tuple[str, ...]
    seen: frozenset[str]

    @property
    def total(self) -> int:
        """How much there is to try."""
        return len(TRUTHS) * len(self.lines) + len(self.results)

    @property
    def tried(self) -> int:
        """How much of it was tried."""
        return sum(len(line.seen) for line in self.lines) + len(self.seen.intersection(self.results))

    @property
    def percent(self) -> int:
        """How much of it was tried, in percent, rounded down: 100 is all."""
        return percent([self])

    @property
    def missing(self) -> tuple[str, ...]:
        """What was not tried, a sentence for each line and one for the rule."""
        said = [f"{self._named(line)} was never {_listed(line.missing)}" for line in self.lines if line.missing]
        results = [f"`{result}`" for result in self.results if result not in self.seen]
        return (*said, *([f"it never came out {_listed(results)}"] if results else ()))

    def _named(self, line: LineCoverage) -> str:
        """A line by its fact; by what it asks for too, where several ask the same fact."""
        is_alone = [each.fact for each in self.lines].count(line.fact) == 1
        return f"`{line.fact}`" if is_alone else f"`{line.fact}` ({line.asks_for})"


def percent(rules: Iterable[RuleCoverage]) -> int:
    """How much of some rules was tried, in percent, rounded down; 100 where there is nothing to try."""
    tried, total = totals(rules)
    return 100 * tried // total if total else 100


def totals(rules: Iterable[RuleCoverage]) -> tuple[int, int]:
    """How much of some rules was tried, and how much there is to try."""
    every = list(rules)
    return sum(rule.tried for rule in every), sum(rule.total for rule in every)


@dataclass(slots=True)
class _Seen:
    cases: int = 0
    truths: dict[Atom, set[Truth]] = field(default_factory=dict)
    results: set[str] = field(default_factory=set)


class Coverage:
    """What was tried so far of each rule of a rule set; it is told of each case."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._rules = ruleset.rules
        self._seen = {
            rule.id: _Seen(truths={Atom.of(line, rule.zone): set() for line in rule.each_line()})
            for rule in ruleset.rules.values()
        }

    def note(self, rule_id: str, ruleset: Ruleset, facts: Facts, days: LawDays) -> None:
        """Note a case for a rule, as it stands in `ruleset`: what it says by itself, and how each line stands."""
        rule, seen = ruleset.rules[rule_id], self._seen[rule_id]
        seen.cases += 1
        reading = Reading(ruleset, facts, days)
        is_in_effect = days[rule.zone] in rule.effective
        instances = []
        for bound in bound_entities([rule], reading) if is_in_effect else ():
            mine = replace(reading, bound=bound or None)
            found = instance(rule.notice, [with_binding(rule, bound)], mine, bound)
            instances += [] if found is None else [found.instance]
            for atom, truths in seen.truths.items():
                if len(truths) < len(TRUTHS):
                    truths.add(mine.truth(atom))
        seen.results.add(strongest(instances))

    def rules(self) -> tuple[RuleCoverage, ...]:
        """The coverage of every rule, the worst first."""
        found = [self._of(rule) for rule in self._rules.values()]
        return tuple(sorted(found, key=lambda each: (each.tried / each.total, each.rule)))

    def _of(self, rule: Rule) -> RuleCoverage:
        seen = self._seen[rule.id]
        texts = {Atom.of(line, rule.zone): _asks_for(line) for line in rule.each_line()}
        lines = [LineCoverage(atom.fact, texts[atom], frozenset(truths)) for atom, truths in seen.truths.items()]
        return RuleCoverage(rule.id, seen.cases, tuple(lines), _results(rule), frozenset(seen.results))


def _results(rule: Rule) -> tuple[str, ...]:
    """What a rule may come out as, the strongest first: without a fact that it shows, it is never possible."""
    asked = {line.fact for line in rule.each_line()} | ({rule.for_each} if rule.for_each else set())
    answers = {rule.policy(fact) for fact in asked}
    goes_everywhere = rule.notice.reach is Reach.EVERYWHERE
    may_not = set()
    if IfUnknown.SHOW not in answers and not goes_everywhere:
        may_not.add("possible")
    if IfUnknown.REVIEW not in answers:
        may_not.add("review")
    return tuple(result for result in reversed(RESULTS) if result not in may_not)


def _asks_for(line: Line) -> str:
    if line.period is not None:
        return f"a day from {line.period.first_day or 'ever'} to {line.period.last_day or 'ever'}"
    return " or ".join(f"`{value}`" for value in sorted(line.values))


def _listed(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
