"""What the facts say about one line of a rule, and in which ways they may turn out.

Theory: a rule never sees a fact, only whether its lines hold. So all the worlds that fit what is known of
a fact fall into a few *classes*: the rows of yes and no that its lines can get together. A reader in
"Ukraine, region not known" has two classes for the line `[RU, ua-russia-controlled]`, not twenty-seven.
An `Atom` is a line freed of its rule: what is asked of the fact, and on whose law day.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import product

from compliance.model.designation import Stance
from compliance.model.facts import FACTS, Facts, FactValue, Kind, Members, OneOf, unknown
from compliance.model.period import Period
from compliance.model.rule import Block, Line, Rule
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.territory import LocationSet, Member, code_of, handed_down, lineage, within
from compliance.model.truth import FALSE, TRUE, UNKNOWN, Truth, any_of

Row = tuple[bool, ...]
PLACE = "reader.location"
UNNAMED = ""
"""Stands for a bound entity that nobody named, where the set of mentions is not known."""
MOST_FREE_KEYS = 12
"""How many independent unknown memberships of one fact are enumerated: 4,096 classes."""


class TooManyClassesError(Exception):
    """A fact has more classes than are worth enumerating; the engine falls back on Kleene logic."""


@dataclass(frozen=True, slots=True)
class Atom:
    """What is asked of a fact: any of `values`, or a day in `period`; on the law day of `zone`."""

    fact: str
    values: frozenset[str]
    period: Period | None
    zone: str

    @classmethod
    def of(cls, line: Line, zone: str) -> Atom:
        """The atom of a line in a rule of that zone."""
        return cls(line.fact, line.values, line.period, zone)


@dataclass(frozen=True)
class Reading:
    """One question put to a rule set: facts, law days, and the entity that `for_each` bound, if any."""

    ruleset: Ruleset
    facts: Facts
    days: LawDays
    bound: str | None = None

    def value(self, fact: str) -> FactValue:
        """What is known of a fact that is given, not derived."""
        known = self.facts.get(fact)
        return unknown(fact) if known is None else known

    def truth(self, atom: Atom) -> Truth:
        """Whether the atom holds in all, in no, or in some worlds."""
        found = self._truths.get(atom)
        if found is None:
            found = self._truths[atom] = self._truth(atom)
        return found

    @cached_property
    def _truths(self) -> dict[Atom, Truth]:
        """What was asked already: rules of one question repeat each other's lines."""
        return {}

    def _truth(self, atom: Atom) -> Truth:
        if FACTS[atom.fact].many:  # cheaper than its classes
            return any_of(self._member_state(atom, value) for value in atom.values)
        rows = self.classes((atom,))
        return TRUE if rows == ((True,),) else FALSE if rows == ((False,),) else UNKNOWN

    def classes(self, atoms: Sequence[Atom]) -> tuple[Row, ...]:
        """The rows of yes and no that the atoms (all of one fact) can get together, sorted.

        Raises:
            TooManyClassesError: more than 4,096 would have to be looked at.
        """
        spec = FACTS[atoms[0].fact]
        if spec.kind is Kind.PLACE:
            rows = set(self._place_rows(atoms))
        elif spec.many:
            rows = set(self._member_rows(atoms))
        else:
            rows = set(self._single_rows(atoms))
        return tuple(sorted(rows))

    # -- single-valued facts ------------------------------------------------------------------------

    def _single_rows(self, atoms: Sequence[Atom]) -> Iterator[Row]:
        value = self.value(atoms[0].fact)
        if not isinstance(value, OneOf):
            msg = f"{atoms[0].fact} is single-valued"
            raise TypeError(msg)
        holds = _matcher(FACTS[atoms[0].fact].kind)
        candidates = set(value.values)
        if FACTS[atoms[0].fact].kind is Kind.LANGUAGE:  # a coarse tag stands for every finer one
            finer = {each for atom in atoms for each in atom.values}
            candidates |= {each for each in finer if any(each.startswith(f"{tag}-") for tag in value.values)}
        if value.other and FACTS[atoms[0].fact].kind is Kind.DAY:
            candidates |= _days(atoms)  # there is no *other* day: each is in a period or not
        elif value.other:
            candidates |= {each for atom in atoms for each in atom.values}
            yield (False,) * len(atoms)
        for candidate in candidates:
            yield tuple(holds(candidate, atom) for atom in atoms)

    # -- set-valued facts ---------------------------------------------------------------------------

    def _member_rows(self, atoms: Sequence[Atom]) -> Iterator[Row]:
        keys = [{(value, self._day_key(atom, value)): value for value in atom.values} for atom in atoms]
        states = {
            key: self._member_state(atom, value)
            for atom, mine in zip(atoms, keys, strict=True)
            for key, value in mine.items()
        }
        sure = [any(states[key] is TRUE for key in mine) for mine in keys]
        yield from _combined(sure, [{key for key in mine if states[key] is UNKNOWN} for mine in keys])

    def _member_state(self, atom: Atom, value: str) -> Truth:
        """Whether `value` is a member of the set-valued fact."""
        if atom.fact in self.facts:
            return _membership(self.value(atom.fact), value)
        if atom.fact == "publisher.designated_as":
            return self._shared(self._designated(entity, value, atom.zone) for entity in self._publishers)
        if atom.fact == "publisher.answers_to":
            return self._shared(self._answers_to(entity, value) for entity in self._publishers)
        if atom.fact == "publisher.complies_with":
            return self._shared(self._complies_with(entity, value) for entity in self._publishers)
        if atom.fact == "mention.designated_as" and self.bound is not None:
            return self._designated(self.bound, value, atom.zone)
        return _membership(unknown(atom.fact), value)

    def _day_key(self, atom: Atom, value: str) -> str | None:
        """Designations on the law days of different zones are different unknowns; other memberships have no day.

        Also where the days are the same: else midnight in one zone would change what is said in another.
        """
        is_status = FACTS[atom.fact].kind is Kind.STATUS and atom.fact not in self.facts
        return self.ruleset.registers[value].zone or atom.zone if is_status else None

    @cached_property
    def _publishers(self) -> tuple[str | None, ...]:
        """The entities that the publisher may be; None stands for one that nobody declared."""
        value = self.value("publisher")
        if not isinstance(value, OneOf):
            return (None,)
        named = tuple(sorted(value.values))
        return (*named, None) if value.other or not named else named

    def spoken_of(self, fact: str) -> tuple[str, ...]:
        """The named entities that a derived fact speaks of: the bound one, or whoever may be the publisher."""
        if FACTS[fact].bound:
            return (self.bound,) if self.bound else ()
        return tuple(entity for entity in self._publishers if entity is not None)

    def _designated(self, entity: str | None, register: str, zone: str) -> Truth:
        if entity is None:
            return UNKNOWN
        return self.ruleset.designated(entity, register, self.register_day(register, zone))

    def _answers_to(self, entity: str | None, order: str) -> Truth:
        declared = self.ruleset.entities.get(entity or "")
        if declared is None or declared.answers_to is None:
            return UNKNOWN
        return TRUE if order in declared.answers_to else FALSE

    def _complies_with(self, entity: str | None, order: str) -> Truth:
        """Only a stance on record complies: nobody is made to label others by silence."""
        declared = self.ruleset.entities.get(entity or "")
        if declared is None:
            return UNKNOWN
        return TRUE if declared.stance.get(order) is Stance.COMPLY else FALSE

    def register_day(self, register: str, zone: str) -> date:
        """The law day on which a rule of that zone asks a register."""
        return self.days[self.ruleset.registers[register].zone or zone]

    @staticmethod
    def _shared(truths: Iterable[Truth]) -> Truth:
        """What holds whichever of several entities it is: UNKNOWN where they differ."""
        found = set(truths)
        return found.pop() if len(found) == 1 else UNKNOWN

    # -- the place ----------------------------------------------------------------------------------

    def _place_rows(self, atoms: Sequence[Atom]) -> Iterator[Row]:
        """Every possible place, as fine as the atoms tell places apart, with its doubtful memberships."""
        location = self.value(atoms[0].fact)
        if not isinstance(location, LocationSet):
            msg = f"{atoms[0].fact} is a place"
            raise TypeError(msg)
        targets = [self.targets(atom) for atom in atoms]
        codes = {code for target in targets for code, _ in target}
        if location.anywhere:
            yield (False,) * len(atoms)
        for here in _places(location, codes):
            yield from _rows_at(here, targets)

    def targets(self, atom: Atom) -> dict[tuple[str, str], tuple[Member, ...]]:
        """The codes an atom asks for, each with the territory it came by and what it is there; itself if by none."""
        found: dict[tuple[str, str], tuple[Member, ...]] = {}
        for value in atom.values:
            territory = self.ruleset.territories.get(value)
            if territory is None:
                found[value, ""] = ()
                continue
            for member in territory.members_on(self.days[territory.zone or atom.zone]):
                key = (member.code, value)
                found[key] = (*found.get(key, ()), member)
        return found


def with_binding(rule: Rule, bound: str | None) -> Rule:
    """The rule with the line that `for_each` stands for: the bound entity is one of the set."""
    if rule.for_each is None or bound is None:
        return rule
    line = Line(rule.for_each, frozenset({bound}), span=rule.span)
    return replace(rule, when=Block((line, *rule.when.lines)))


def _places(location: LocationSet, codes: Iterable[str]) -> set[str]:
    """The possible places, told apart as finely as `codes` do; a code stands for the rest of itself."""
    finer = {step for code in codes for step in lineage(code)}
    if location.anywhere:
        return finer | set(location.places)
    found = set(location.places)
    for place in location.places:
        home = code_of(place)
        found |= {handed_down(code, place) for code in finer if within(code, home) is TRUE}
    return found


def _rows_at(here: str, targets: Sequence[Mapping[tuple[str, str], Sequence[Member]]]) -> Iterator[Row]:
    """The rows that a reader in `here` can have: one, or more where a membership is open."""
    above = lineage(here)
    states = [
        {key: _state(here, key[1], members) for key, members in target.items() if key[0] in above} for target in targets
    ]
    certain = [TRUE in state.values() for state in states]
    yield from _combined(certain, [{key for key, truth in state.items() if truth is UNKNOWN} for state in states])


def _state(here: str, territory: str, members: Sequence[Member]) -> Truth:
    return any_of(member.holds(here, territory) for member in members) if members else TRUE


def _combined(sure: Sequence[bool], open_: Sequence[Collection[object]]) -> Iterator[Row]:
    """The rows of atoms that hold for sure, or if any of their open keys does, each key freely.

    Keys that stand in the same atoms are one: only whether any of them holds can be seen.

    Raises:
        TooManyClassesError: more than 4,096 would have to be looked at.
    """
    patterns = sorted({tuple(key in keys for keys in open_) for key in set().union(*open_)})
    if len(patterns) > MOST_FREE_KEYS:
        raise TooManyClassesError
    for bits in product((False, True), repeat=len(patterns)):
        chosen = [pattern for pattern, bit in zip(patterns, bits, strict=True) if bit]
        yield tuple(is_sure or any(pattern[place] for pattern in chosen) for place, is_sure in enumerate(sure))


def _membership(value: FactValue, member: str) -> Truth:
    if not isinstance(value, Members):
        return UNKNOWN
    if member in value.certain:
        return TRUE
    return UNKNOWN if value.other or member in value.perhaps else FALSE


def _matcher(kind: Kind) -> Callable[[str, Atom], bool]:
    """How one value of a single-valued fact meets an atom."""
    if kind is Kind.DAY:
        return lambda value, atom: atom.period is not None and date.fromisoformat(value) in atom.period
    if kind is Kind.LANGUAGE:
        return lambda value, atom: any(value == v or value.startswith(f"{v}-") for v in atom.values)
    return lambda value, atom: value in atom.values


def _days(atoms: Sequence[Atom]) -> set[str]:
    """Days that stand for all days, as far as the periods of the atoms tell them apart."""
    found = {date.min.isoformat()}
    for period in (atom.period for atom in atoms if atom.period is not None):
        edges = [day.toordinal() for day in (period.first_day, period.last_day) if day is not None]
        near = {edge + step for edge in edges for step in (-1, 0, 1)}
        last = date.max.toordinal()
        found |= {date.fromordinal(number).isoformat() for number in near if 1 <= number <= last}
    return found
