"""Rules made ready to be found: for every key of every fact, the rules that ask for it.

Theory: a rule can fire only if each of its lines holds, so it is enough to find it by one of them. Rules
that ask the same facts form a *shape*. A shape is entered by the fact that leaves the
fewest rules on average, a publisher say, and what is left is entered by the next one, a country; a fact that nobody
knows leaves all. The rules found are a *bucket*; what is left to do depends on its size, not on the size of
the rule set. By which keys the rules of a bucket can be told apart is worked out when it is first asked.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, count, product
from typing import Any, Final, Self

from compliance.engine.decide import Found
from compliance.engine.memo import Memo
from compliance.engine.reading import PLACE
from compliance.engine.views import Keys, View, line_keys
from compliance.model.decision import Display, Instance, NoticeStatus
from compliance.model.facts import FACTS, Kind, OneOf
from compliance.model.period import Period
from compliance.model.rule import Line, Reach, Rule
from compliance.model.ruleset import Ruleset

_TRIED: Final = {PLACE: 0, "publisher": 2}
"""Lines on the place are tried first, since they fail most often; a publisher has mostly been found by already."""
FEW: Final = 8
"""So many rules are looked at one by one; what comes of more is worked out once and kept."""
TINY: Final = 2
"""So few rules are not worth to be told apart by another fact."""
MOST_MERGED: Final = 256
MOST_PAIRS: Final = 16
"""So many pairs of keys are kept for a rule, on average, and looked up for a question."""
_numbers = count()


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """A rule with the keys of its lines, so laid out that answering a question touches little memory."""

    facts: tuple[str, ...]
    """The facts of the lines that must all hold and have keys; one tuple for all rules of a shape."""
    keys: tuple[Keys, ...]
    """What each of these lines asks for."""
    zone: str
    first_day: date
    last_day: date
    begins: date | None
    """The first day, if there is a day before it on which the rule is not in effect."""
    ends: date | None
    """The day after the last."""
    gapped: Period | None
    """The days on which it is in effect, where there are gaps in them."""
    moves: tuple[tuple[str, str], ...]
    """The facts and keys of territories and registers, which change with the days."""
    is_plain: bool
    """Whether its keyed lines are all there is to it."""
    everywhere: bool
    notice: str
    required: Found
    """The instance of the page where this rule alone asks for its notice, and fires."""
    rule: Rule
    asked: tuple[tuple[str, Keys | None], ...]
    """Everything it asks for, its exceptions included; None where a period is asked for."""


@dataclass(slots=True)
class Bucket:
    """Some rules of one shape. Its number is never used again."""

    rules: tuple[Ready, ...]
    number: int = field(default_factory=lambda: next(_numbers))
    _asked: tuple[tuple[str, Keys | None], ...] | None = None
    _facts: tuple[str, ...] = ()
    _by: dict[str, Postings] | None = None
    is_merged: bool = False
    """Whether it was put together for a question of several keys; then it is told apart no further."""
    _was_asked: bool = False
    _turns: dict[str, list[str]] | None = None

    def is_small(self) -> bool:
        """Whether its rules are not worth to be told apart: a few not until they are asked for again."""
        was_asked, self._was_asked = self._was_asked, True
        return self.is_merged or len(self.rules) <= (TINY if was_asked else FEW)

    @property
    def asked(self) -> tuple[tuple[str, Keys | None], ...]:
        """For each fact that its rules ask, all keys that they ask for, worked out once."""
        if self._asked is None:
            found: dict[str, set[str] | None] = {}
            for fact, keys in chain.from_iterable(ready.asked for ready in self.rules):
                if keys is None:
                    found[fact] = None
                elif (so_far := found.setdefault(fact, set())) is not None:
                    so_far |= keys
            self._asked = tuple((fact, None if keys is None else frozenset(keys)) for fact, keys in found.items())
        return self._asked

    def by(self, fact: str) -> Postings:
        """Its rules by the keys that they ask for, worked out once."""
        if self._by is None:
            self._by = {}
        found = self._by.get(fact)
        if found is None:
            found = self._by[fact] = Postings(fact, self.rules)
        return found

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that its rules ask for."""
        return self._facts or self._with_facts()

    def _with_facts(self) -> tuple[str, ...]:
        self._facts = tuple(fact for fact, _ in self.asked)
        return self._facts

    def signature(self, views: Mapping[str, View]) -> tuple[Hashable, ...]:
        """What its rules can see of a question."""
        return (self.number, *[self._seen(fact, keys, views[fact]) for fact, keys in self.asked])

    def likeness(self, views: Mapping[str, View]) -> tuple[Hashable, ...]:
        """Equal for questions of which its rules see the same; sooner said: a view that is kept stands for itself."""
        return tuple(
            [
                view if view.is_kept else self._seen(fact, keys, view)
                for (fact, keys), view in zip(self.asked, map(views.__getitem__, self.facts), strict=True)
            ]
        )

    def _seen(self, fact: str, keys: Keys | None, view: View) -> Hashable:
        """What its rules can see of one fact, of which they ask for these keys."""
        return self._stretch(fact, view.value) if keys is None else view.signature(keys)

    def _stretch(self, fact: str, value: Hashable) -> Hashable:
        """Between which turns of the periods that its rules ask for some days lie: no rule can see more of them."""
        if not isinstance(value, OneOf):
            return value
        if self._turns is None:
            self._turns = {}
        turns = self._turns.get(fact)
        if turns is None:
            periods = (line.period for ready in self.rules for line in ready.rule.each_line() if line.fact == fact)
            edges = {edge.isoformat() for period in periods if period is not None for edge in period.edges()}
            turns = self._turns[fact] = sorted(edges)  # as they are written, days are in the order of the calendar
        return frozenset(bisect_right(turns, day) for day in value.values), value.other


class Postings:
    """Some rules by the keys that their lines on one fact ask for."""

    __slots__ = ("_by_key", "_merged")

    def __init__(self, fact: str, rules: Iterable[Ready]) -> None:
        found: dict[str, list[Ready]] = defaultdict(list)
        for ready in rules:
            for key in ready.keys[ready.facts.index(fact)]:
                found[key].append(ready)
        self._by_key = {key: Bucket(tuple(each)) for key, each in found.items()}
        self._merged: Memo[Bucket] | None = None

    @property
    def mean_length(self) -> float:
        """How many rules a key finds, on average."""
        return sum(len(bucket.rules) for bucket in self._by_key.values()) / max(1, len(self._by_key))

    def find(self, keys: Keys) -> Bucket | None:
        """The rules that ask for any of some keys; None where none does."""
        if len(keys) == 1:
            (key,) = keys
            return self._by_key.get(key)
        present = keys.intersection(self._by_key)
        if len(present) < 2:
            return self._by_key[next(iter(present))] if present else None
        if self._merged is None:
            self._merged = Memo(MOST_MERGED)
        found = self._merged.get(present)
        if found is None:
            rules = {id(ready): ready for key in present for ready in self._by_key[key].rules}
            found = Bucket(tuple(sorted(rules.values(), key=lambda ready: ready.rule.id)), is_merged=True)
            self._merged.put(present, found)
        return found


class Shape:
    """Rules that ask the same facts; `facts` are those, the one that leaves the fewest rules first."""

    def __init__(self, facts: Sequence[str], rules: Sequence[Ready]) -> None:
        self.all = Bucket(tuple(rules))
        self.facts = tuple(sorted(facts, key=lambda fact: self.all.by(fact).mean_length))
        self._two = tuple(fact for fact in self.facts if FACTS[fact].kind is not Kind.STATUS)[:2]
        self._pairs = _pairs(*self._two, rules) if len(self._two) == 2 else None

    def few(self, views: Mapping[str, View]) -> Collection[Ready] | None:
        """The rules that two facts, those that leave the fewest, find together; None if that is no help.

        This is the way of a question of which the most telling is known: one look for a publisher and a country.
        """
        if self._pairs is None:
            return None
        one, other = self._two
        first, second = views[one].keys, views[other].keys
        if first is None or second is None:
            return None
        if len(first) == 1 == len(second):
            return self._pairs.get((*first, *second), ())
        if len(first) * len(second) > MOST_PAIRS:
            return None
        found = [self._pairs[pair] for pair in product(first, second) if pair in self._pairs]
        if len(found) < 2:
            return found[0] if found else ()
        rules = {ready.rule.id: ready for each in found for ready in each}
        return [rules[name] for name in sorted(rules)] if len(rules) <= FEW else None

    def find(self, views: Mapping[str, View]) -> Bucket | None:
        """A few rules among which are all that concern a question; None where none does.

        Fact by fact those go that ask for something else, until too few are left to be worth it.
        """
        best = self.all
        for fact in self.facts:
            keys = views[fact].keys
            if keys is None:
                continue
            found = best.by(fact).find(keys)
            if found is None:
                return None
            best = found
            if best.is_small():
                break
        return best


def _pairs(first: str, second: str, rules: Sequence[Ready]) -> Mapping[tuple[str, ...], tuple[Ready, ...]] | None:
    """A few rules for each key of one fact with a key of another; None if that would take too much memory."""
    each = [(ready, ready.keys[ready.facts.index(first)], ready.keys[ready.facts.index(second)]) for ready in rules]
    if sum(len(one) * len(other) for _, one, other in each) > MOST_PAIRS * len(rules):
        return None
    found: dict[tuple[str, ...], tuple[Ready, ...]] = {}
    for ready, one, other in each:
        for pair in product(one, other):
            found[pair] = (*found.get(pair, ()), ready)
    return found if max(map(len, found.values())) <= FEW else None


def shapes(rules: Iterable[Rule], ruleset: Ruleset) -> tuple[Shape, ...]:
    """The shapes of some rules, the order of rules in them that of their ids."""
    found: dict[tuple[str, ...], list[Ready]] = defaultdict(list)
    share = _Shared()
    for rule in rules:
        ready = make_ready(rule, ruleset, share)
        found[tuple(sorted(set(ready.facts)))].append(ready)
    return tuple(Shape(facts, found[facts]) for facts in sorted(found))


class _Shared(dict[Any, Any]):
    """Equal values as one object: a hundred thousand rules know few days and few combinations of facts."""

    def __missing__(self, key: Any) -> Any:
        self[key] = key
        return key


def make_ready(rule: Rule, ruleset: Ruleset, share: Mapping[Any, Any]) -> Ready:
    """The rule with its keys; what equals something in `share` is taken from there."""
    period, everywhere = rule.effective, rule.notice.reach is Reach.EVERYWHERE
    asked = tuple((line.fact, line_keys(line, rule.zone, ruleset)) for line in rule.each_line())
    top = [
        (line.fact, keys)
        for line in rule.when.lines
        if isinstance(line, Line)
        and (keys := line_keys(line, rule.zone, ruleset)) is not None
        and not (everywhere and line.fact == PLACE)
    ]
    top.sort(key=lambda each: _TRIED.get(each[0], 1))
    moves = {(fact, key): None for fact, keys in asked for key in sorted(keys or ()) if _moves(fact, key, ruleset)}
    alone = Instance(rule.notice, None, NoticeStatus.REQUIRED, Display.SHOW, (rule.id,))
    return Ready(
        facts=share[tuple(fact for fact, _ in top)],
        keys=tuple(share[keys] for _, keys in top),
        zone=share[rule.zone],
        first_day=share[period.first_day or date.min],
        last_day=share[period.last_day or date.max],
        begins=None if period.is_empty else share[period.first_day],
        ends=share[period.next_change(period.last_day)] if period.last_day else None,
        gapped=period if period.gaps else None,
        moves=share[tuple(moves)],
        is_plain=len(top) == len(rule.when.lines) and not rule.unless and not everywhere,
        everywhere=everywhere,
        notice=rule.notice.id,
        required=Found(alone),
        rule=rule,
        asked=asked,
    )


def _moves(fact: str, key: str, ruleset: Ruleset) -> bool:
    kind = FACTS[fact].kind
    return kind is Kind.STATUS or (kind is Kind.PLACE and key.partition("@")[0] in ruleset.territories)


@dataclass(frozen=True)
class Prepared:
    """A rule set made ready to be asked: whatever depends neither on a question nor on a day."""

    ruleset: Ruleset
    page_shapes: tuple[Shape, ...]
    bound_shapes: Mapping[str, tuple[Shape, ...]]
    """The rules that bind an entity, by the fact that they take it from."""
    page_rules: Bucket
    """All rules that bind no entity ..."""
    bound_rules: Mapping[str, Bucket]
    """... and those that do, by the fact that they take it from."""
    asked: Mapping[str, Keys]
    """For each fact that rules ask for, their keys."""
    listed_in: Mapping[str, Keys]
    """For each declared entity that registers name, itself or a parent, those registers."""
    unlisted: Keys
    """The other declared entities: all alike to every register."""

    @classmethod
    def of(cls, ruleset: Ruleset) -> Self:
        """The rule set made ready."""
        rules = ruleset.active_rules
        page = shapes((rule for rule in rules if rule.for_each is None), ruleset)
        bound = {
            fact: shapes((rule for rule in rules if rule.for_each == fact), ruleset)
            for fact in sorted({rule.for_each for rule in rules if rule.for_each is not None})
        }
        asked: dict[str, set[str]] = defaultdict(set)
        for shape in chain(page, *bound.values()):
            for fact, keys in shape.all.asked:
                asked[fact] |= keys or set()
        listed_in = _listed_in(ruleset)
        return cls(
            ruleset=ruleset,
            page_shapes=page,
            bound_shapes=bound,
            page_rules=_together(page),
            bound_rules={fact: _together(each) for fact, each in bound.items()},
            asked={fact: frozenset(keys) for fact, keys in asked.items()},
            listed_in=listed_in,
            unlisted=frozenset(name for name in ruleset.entities if name not in listed_in),
        )


def _together(shapes: Iterable[Shape]) -> Bucket:
    """The rules of several shapes."""
    return Bucket(tuple(chain.from_iterable(shape.all.rules for shape in shapes)))


def _listed_in(ruleset: Ruleset) -> Mapping[str, Keys]:
    named: dict[str, set[str]] = defaultdict(set)
    for register in ruleset.registers.values():
        for entry in register.entries:
            named[entry.entity].add(register.id)
    lineages = {name: ruleset.lineage(name) for name in ruleset.entities}
    found = {name: frozenset[str]().union(*(named.get(each, ()) for each in lineages[name])) for name in lineages}
    return {name: registers for name, registers in found.items() if registers}
