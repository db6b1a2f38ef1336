"""The concrete values that a fact may have: the other half of the oracle.

A place is a code and the partly members that the reader is in; a set of registers holds (register, zone).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from itertools import chain, combinations
from typing import Any, NamedTuple

from compliance.model.facts import FACTS, FactValue, Kind, unknown
from compliance.model.iso3166 import NESTED
from compliance.model.rule import Line, Rule
from compliance.model.ruleset import Ruleset
from compliance.model.territory import Extent

OTHER = ""  # an unnamed other: an entity, a word, a language
ELSEWHERE = "ZZ"
RELATIONS = ("content.mentions", "content.quotes")
World = Mapping[str, Any]


class Known(NamedTuple):
    """What is known, and of which bound entity a rule speaks."""

    ruleset: Ruleset
    facts: Mapping[str, FactValue]
    days: Mapping[str, date]
    bound: str | None = None

    def of(self, fact: str) -> Any:
        return self.facts.get(fact, unknown(fact))

    def related(self) -> set[str]:
        """Every entity that a rule may speak of."""
        return {name for relation in RELATIONS for name in self.named(relation)}

    def named(self, relation: str) -> set[str]:
        value = self.of(relation)
        return set(value.certain | value.perhaps | ({OTHER} if value.other else set()))

    def binds(self, relation: str | None, bound: str | None) -> bool:
        """Whether a rule with that `for_each` speaks of the entity; None binds none."""
        return relation is bound if relation is None or bound is None else bound in self.named(relation)

    def values(self, fact: str, rules: list[Rule]) -> Collection[Any]:
        """Every value that the fact may have, among those that the rules can tell apart."""
        lines = [(line, rule.zone) for rule in rules for line in rule.each_line() if line.fact == fact]
        asked = {(value, zone) for line, zone in lines for value in line.values}
        spec, known = FACTS[fact], self.of(fact)
        if spec.kind is Kind.PLACE:
            return self.places({value for value, _ in asked})
        if spec.many:
            items = {self.item(fact, *each) for each in asked}
            sure = frozenset(item for item in items if self.holds(fact, item) is True)
            return [sure | free for free in subsets(item for item in items if self.holds(fact, item) is None)]
        if spec.kind is Kind.DAY:
            ends = [day for line, _ in lines if line.period for day in (line.period.first_day, line.period.last_day)]
            near = [day for day in ends if day is not None] or [date(2000, 1, 1)]
            span = range(min(near).toordinal() - 1, max(near).toordinal() + 2)
            return [date.fromordinal(n) for n in span] if known.other else list(map(date.fromisoformat, known.values))
        finer = {value for value, _ in asked if spec.kind is Kind.LANGUAGE and value.startswith(coarse(known.values))}
        return {*known.values, *finer, *({OTHER, *(value for value, _ in asked)} if known.other else ())}

    def places(self, asked: set[str]) -> list[tuple[str, frozenset[tuple[str, str]]]]:
        """Concrete places: a code and its marks (`UA-14/+held`), and the partly members that the reader is in."""
        location = self.of("reader.location")
        members = [
            (name, m) for name in asked & set(self.ruleset.territories) for m in self.ruleset.territories[name].members
        ]
        codes = {*asked, *(member.code for _, member in members)} - set(self.ruleset.territories)
        finer = set(chain.from_iterable(map(above, codes)))
        here = set(location.places) | (finer if location.anywhere else set())
        for place in () if location.anywhere else location.places:
            code, *marks = place.split("/")
            here |= {"/".join([each, *marks]) for each in finer if code in above(each)}
        partly = [(name, member.code) for name, member in members if member.extent is Extent.PARTLY]
        return [
            (code, bits)
            for code in here | ({ELSEWHERE} if location.anywhere else set())
            for bits in subsets(bit for bit in partly if bit[1] in above(code))
        ]

    def meets(self, value: Any, line: Line, zone: str) -> bool:
        """Whether a concrete value meets a line of a rule of that zone."""
        spec = FACTS[line.fact]
        if spec.kind is Kind.PLACE:
            return any(self.inside(wanted, zone, *value) for wanted in line.values)
        if spec.many:
            return any(self.item(line.fact, wanted, zone) in value for wanted in line.values)
        if spec.kind is Kind.DAY:
            return line.period is not None and value in line.period
        longer = tuple(f"{wanted}-" for wanted in line.values if spec.kind is Kind.LANGUAGE)
        return value in line.values or value.startswith(longer)

    def inside(self, wanted: str, zone: str, code: str, bits: Collection[tuple[str, str]]) -> bool:
        territory = self.ruleset.territories.get(wanted)
        if territory is None:
            return wanted in above(code)
        day = self.days[territory.zone or zone]
        here = [member for member in territory.members if member.code in above(code) and day in member.period]
        marks = code.split("/")[1:]
        for member in here:
            free = member.extent is Extent.WHOLE or (wanted, member.code) in bits
            names = [wanted] if member.area is None else [member.area, wanted]
            said = [f"+{name}" in marks for name in names if {f"+{name}", f"-{name}"} & {*marks}]
            if (said or [free])[0]:
                return True
        return False

    def item(self, fact: str, value: str, zone: str) -> Any:
        """What stands in the set: a word, or a register on the law day of a zone."""
        if FACTS[fact].kind is not Kind.STATUS or fact in self.facts:
            return value
        return value, self.ruleset.registers[value].zone or zone

    def holds(self, fact: str, item: Any) -> bool | None:
        """Whether `item` is in the set; None if that is open."""
        if fact in self.facts or not fact.startswith(("publisher.", "mention.")):
            known = self.of(fact)
            return True if item in known.certain else None if known.other or item in known.perhaps else False
        publisher = self.of("publisher")
        names = [*publisher.values, *([OTHER] if publisher.other else [])] if fact[0] == "p" else [self.bound or OTHER]
        knows = {"publisher.answers_to": self.answers, "publisher.complies_with": self.complies}.get(fact, self.stands)
        found = {knows(name, item) for name in names}
        return found.pop() if len(found) == 1 else None

    def answers(self, name: str, order: str) -> bool | None:
        orders = self.ruleset.entities[name].answers_to if name in self.ruleset.entities else None
        return None if orders is None else order in orders

    def complies(self, name: str, order: str) -> bool | None:
        return self.ruleset.entities[name].stance.get(order) == "comply" if name in self.ruleset.entities else None

    def stands(self, name: str, item: tuple[str, str], below: frozenset[str] = frozenset()) -> bool | None:
        """Whether a register lists an entity, or a parent that does not exclude one of those below it."""
        if name not in self.ruleset.entities:
            return None
        (register, zone), entity = item, self.ruleset.entities[name]
        copy, day = self.ruleset.registers[register], self.days[zone]
        entries = [(entry.claims[copy.arms][0].day, entry) for entry in copy.entries if entry.entity == name]
        begun = [
            entry for first, entry in entries if first <= day and (entry.last_day is None or day <= entry.last_day)
        ]
        now = [entry for entry in begun if not any(day in gap for gap in entry.suspended)]
        is_fresh = day <= copy.retrieved_on + timedelta(days=copy.fresh_for.days)
        here = True if any(not entry.last_day_unknown for entry in now) else None
        if not now and is_fresh and (entries or copy.complete):
            here = False
        parent = self.ruleset.entities.get(entity.parent or "")
        if here is True or parent is None or {name, *below} & set(parent.excludes):
            return here
        above_it = self.stands(parent.id, item, below | {name})
        return True if above_it is True else None if None in {here, above_it} else False


def coarse(tags: Iterable[str]) -> tuple[str, ...]:
    """What every finer tag begins with."""
    return tuple(f"{tag}-" for tag in tags)


@cache
def above(code: str) -> frozenset[str]:
    """The codes that contain `code`, itself among them."""
    code = code.split("/", maxsplit=1)[0]
    country, _, part = code.partition("-")
    nested = {outer for outer, parts in NESTED.items() if outer.startswith(country) and part in parts.split()}
    return frozenset({code, country}.union(*map(above, nested)))


def subsets(items: Iterable[Any]) -> Iterable[frozenset[Any]]:
    found = sorted(set(items), key=repr)
    return [frozenset(each) for size in range(len(found) + 1) for each in combinations(found, size)]
