"""A rule set: everything that was loaded together, linked, immutable, with its two digests.

Theory: `meaning` names what the rules say (whatever can change a decision or its words), `source` names
the bytes they were read from. Two sets with one meaning decide alike on every question, so a comment or a
scenario may change without any answer, cache or proof changing with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from compliance.model.designation import Entity, Entry, Register
from compliance.model.facts import FACTS, Kind
from compliance.model.period import ONE_DAY
from compliance.model.rule import Notice, Rule, Status
from compliance.model.territory import Territory
from compliance.model.truth import FALSE, TRUE, Truth

LANGUAGE_VERSION = 1
LawDays = Mapping[str, date]
"""The law day in each zone: `{"Europe/Moscow": date(2024, 2, 21), ...}`."""


@dataclass(frozen=True)
class Ruleset:
    """Rules, entities, registers and territories by id."""

    rules: Mapping[str, Rule] = field(default_factory=dict)
    entities: Mapping[str, Entity] = field(default_factory=dict)
    registers: Mapping[str, Register] = field(default_factory=dict)
    territories: Mapping[str, Territory] = field(default_factory=dict)
    meaning: str = ""
    source: str = ""
    signed_on: date | None = None
    """The day (UTC) on which a bundle was signed that grows old; None where the rules do not ..."""
    fresh_until: date | None = None
    """... and the last day on which what they do not say still counts as a no; see `language.freshness`."""

    @cached_property
    def declared_registers(self) -> Mapping[str, Register]:
        """The registers that files declare, without the variants that rules ask for."""
        return {name: register for name, register in self.registers.items() if not register.is_variant}

    @cached_property
    def active_rules(self) -> tuple[Rule, ...]:
        """The rules that may fire, in the order of their ids."""
        return tuple(self.rules[id_] for id_ in sorted(self.rules) if self.rules[id_].status is Status.ACTIVE)

    @cached_property
    def notices(self) -> Mapping[str, Notice]:
        """Every notice that a rule asks for."""
        return {rule.notice.id: rule.notice for rule in self.rules.values()}

    @cached_property
    def rules_of_notice(self) -> Mapping[str, tuple[Rule, ...]]:
        """The active rules that ask for each notice, in the order of their ids."""
        found: dict[str, list[Rule]] = defaultdict(list)
        for rule in self.active_rules:
            found[rule.notice.id].append(rule)
        return {notice: tuple(rules) for notice, rules in sorted(found.items())}

    @cached_property
    def words(self) -> Mapping[str, frozenset[str]]:
        """For each fact whose words are open, the words that an active rule uses; so for the addresses of pages."""
        kinds = {Kind.WORD, Kind.URL}
        found: dict[str, set[str]] = {
            name: set() for name, spec in FACTS.items() if spec.kind in kinds and spec.domain is None
        }
        for rule in self.active_rules:
            for line in rule.each_line():
                if line.fact in found:
                    found[line.fact] |= line.values
        return {name: frozenset(used) for name, used in found.items()}

    @cached_property
    def zones(self) -> frozenset[str]:
        """Every zone whose day a decision may ask for."""
        named = [
            *(rule.zone for rule in self.rules.values()),
            *(register.zone for register in self.registers.values()),
            *(territory.zone for territory in self.territories.values()),
        ]
        return frozenset(zone for zone in named if zone)

    @cached_property
    def _entries(self) -> Mapping[tuple[str, str], tuple[Entry, ...]]:
        found: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for register in self.registers.values():
            for entry in register.entries:
                found[register.id, entry.entity].append(entry)
        return {key: tuple(entries) for key, entries in found.items()}

    def entries(self, register: str, entity: str) -> tuple[Entry, ...]:
        """What the register says of the entity itself."""
        return self._entries.get((register, entity), ())

    def with_rules(self, rules: Mapping[str, Rule]) -> Ruleset:
        """The same entities, registers and territories with other rules; what these made is not made again."""
        other = replace(self, rules=rules)
        other.__dict__["_entries"] = self._entries
        return other

    def lineage(self, entity: str) -> tuple[str, ...]:
        """The entity and those whose designation reaches it: its parents, up to one that excludes it."""
        chain = [entity]
        while (here := self.entities.get(chain[-1])) is not None and here.parent is not None:
            parent = self.entities.get(here.parent)
            if parent is None or parent.id in chain or set(chain) & set(parent.excludes):
                break
            chain.append(parent.id)
        return tuple(chain)

    def value_on(self, entity: str, name: str, day: date) -> str | None:
        """What the data called `name` is on `day`, of the entity or of the nearest parent that has such data.

        Whoever has it for other days only has none on `day`: the parent's would be somebody else's.
        """
        here, known = self.entities.get(entity), set[str]()
        while here is not None and name not in here.values and here.parent is not None and here.id not in known:
            known.add(here.id)
            here = self.entities.get(here.parent)
        dated = here.values.get(name, ()) if here is not None else ()
        return next((each.value for each in dated if day in each.period), None)

    def designated(self, entity: str, register: str, day: date, *, as_if_fresh: bool = False) -> Truth:
        """Whether the entity stands in the register on `day`, itself or through a parent.

        An entity that nobody declared is UNKNOWN, unless the register names it. With `as_if_fresh` the copy is
        taken as one of that day.
        """
        copy = self.registers[register]
        truth = FALSE
        for member in self.lineage(entity):
            entries = self.entries(register, member)
            if not entries and member not in self.entities:
                return Truth.UNKNOWN
            truth |= copy.lists(entries, day, as_if_fresh=as_if_fresh)
            if truth is TRUE:
                break
        return truth

    def designation_changes(self, entity: str, register: str, day: date) -> date | None:
        """The first day after `day` on which `designated` answers otherwise, or for another reason, or None."""
        copy = self.registers[register]
        turns = {
            turn
            for member in self.lineage(entity)
            for entry in self.entries(register, member)
            for turn in copy.period(entry).edges()
        }
        if copy.fresh_until < date.max:
            turns.add(copy.fresh_until + ONE_DAY)
        later = sorted(turn for turn in turns if turn > day)

        def said(on: date) -> tuple[Truth, Truth]:
            """What is said, and what a fresh copy would say: two answers, since age is a reason of its own."""
            fresh = self.designated(entity, register, on, as_if_fresh=True)
            return self.designated(entity, register, on), fresh

        now = said(day)
        return next((turn for turn in later if said(turn) != now), None)
