"""The classes of facts that two sets of rules can tell apart, each with something that stands for it.

Theory: a rule sees of a fact only which of its lines hold. So all values of a fact that meet the same lines
of the old rules, and the same lines of the new ones, are one class, and so are members of a set that stand in
the same lines. *Not known* is a class of its own. Of a set each group of members is there, not there, or
perhaps there, independently of the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Final

from compliance.content.facts import ANOTHER_PAGE, Written
from compliance.engine.reading import PLACE, Atom, TooManyClassesError
from compliance.model.designation import declared_id
from compliance.model.facts import FACTS, NOTHING, Kind, OneOf
from compliance.model.territory import LocationSet
from compliance.review.impact.days import Stretch, cut
from compliance.review.impact.places import Places
from compliance.review.impact.sides import Asked

UNKNOWN: Final = "unknown"
PERHAPS: Final = "perhaps"
HAS, HAS_NOT = "has", "has not"
BOUND: Final = "FOR EACH"
WHO: Final = "WHO"
"""Whom several relations may bind; in a relation it stands for whoever that is."""
DERIVED: Final = ("publisher.designated_as", "publisher.answers_to", "publisher.complies_with")
"""Facts that follow from the publisher where nobody gives them."""
_LANGUAGES: Final = ("en", "fr", "de", "es", "ja", "fi")
"""Of these one is a language that no rule names."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A class: its key, the items that are written for it, and what is known if it is true."""

    key: str
    items: tuple[str, ...]
    known: bool = True
    members: frozenset[str] = frozenset()
    """The values that it stands for; for a place, codes."""
    other: bool = False
    """Whether values that no rule names are among them."""
    days: tuple[Stretch, ...] = ()
    """For a fact that is a day, the days that it stands for."""
    day: date | None = None
    """A day of the stretch on which it can be had, where that is not every day."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One thing that a question says: a fact, or whether some members belong to a set."""

    fact: str
    choices: tuple[Choice, ...]
    about: str = ""
    """Of a set, the members; `BOUND` for whom `for_each` binds, `WHO` for who that is where several relations do."""

    @property
    def name(self) -> str:
        """What tells it from the other dimensions of a question."""
        return f"{self.fact} {self.about}"


@dataclass(frozen=True, slots=True)
class Lines:
    """Everything that the rules of both sides ask of facts, by fact and side."""

    atoms: Mapping[str, tuple[tuple[Atom, ...], tuple[Atom, ...]]]
    relations: tuple[str, ...]
    """What `for_each` binds."""

    @classmethod
    def of(cls, old: Asked, new: Asked) -> Lines:
        """The lines of the rules of a notice."""
        found: dict[str, tuple[dict[Atom, None], dict[Atom, None]]] = defaultdict(lambda: ({}, {}))
        for number, side in enumerate((old, new)):
            for rule in side.rules:
                for line in rule.each_line():
                    found[line.fact][number][Atom.of(line, rule.zone)] = None
        relations = {rule.for_each for rule in (*old.rules, *new.rules) if rule.for_each is not None}
        return cls({fact: (tuple(a), tuple(b)) for fact, (a, b) in sorted(found.items())}, tuple(sorted(relations)))

    def both(self, fact: str) -> tuple[Atom, ...]:
        """The lines of both sides on a fact."""
        return tuple(chain.from_iterable(self.atoms.get(fact, ())))

    def named(self, fact: str) -> frozenset[str]:
        """Every value that a line on the fact asks for."""
        return frozenset(value for atom in self.both(fact) for value in atom.values)


def dimensions(old: Asked, new: Asked, lines: Lines, days: Sequence[date], places: Places | None) -> list[Dimension]:
    """What the rules of a notice ask, but for whom `for_each` binds.

    Args:
        old: the notice before.
        new: the notice after.
        lines: what their rules ask.
        days: the days for which places are told apart.
        places: the places that they name; None where they name none.
    """
    found: list[Dimension] = []
    for fact in lines.atoms:
        spec = FACTS[fact]
        if spec.bound:
            continue
        if spec.kind is Kind.PLACE:
            found += [_places(old, new, lines, days, places)] if places is not None else []
        elif spec.many:
            found.extend(_members(fact, lines))
        else:
            found.append(_single(fact, old, new, lines, days[0]))
    return [each for each in found if len(each.choices) > 1]


def _signature(fact: str, value: OneOf | LocationSet, old: Asked, new: Asked, lines: Lines, day: date) -> Hashable:
    """What the lines of both sides see of a value: equal for values that no rule can tell apart."""
    found: list[Hashable] = []
    for side, atoms in zip((old, new), lines.atoms[fact], strict=True):
        try:
            found.append(frozenset(side.reading({fact: value}, day).classes(atoms)) if atoms else None)
        except TooManyClassesError:
            found.append(value)
    return tuple(found)


def _single(fact: str, old: Asked, new: Asked, lines: Lines, day: date) -> Dimension:
    """The classes of a fact with one value."""
    groups: dict[Hashable, list[tuple[str, bool, tuple[Stretch, ...]]]] = defaultdict(list)
    for value, is_other, span in _candidates(fact, old, new, lines):
        signature = _signature(fact, OneOf(frozenset({value})), old, new, lines, day)
        groups[signature].append((value, is_other, span))
    choices = [
        Choice(
            key=" ".join(sorted(value for value, _, _ in alike)),
            items=(next((value for value, is_other, _ in alike if not is_other), alike[0][0]),),
            members=frozenset(value for value, is_other, _ in alike if not is_other),
            other=any(is_other for _, is_other, _ in alike),
            days=tuple(chain.from_iterable(span for _, _, span in alike)),
        )
        for alike in groups.values()
    ]
    return Dimension(fact, (*choices, Choice(UNKNOWN, (UNKNOWN,), known=False)))


def _candidates(fact: str, old: Asked, new: Asked, lines: Lines) -> Iterator[tuple[str, bool, tuple[Stretch, ...]]]:
    """Values of which each class has one: the value, whether no rule names it, and for a day its stretch."""
    spec, named = FACTS[fact], sorted(lines.named(fact))
    if spec.kind is Kind.DAY:
        edges = [edge for atom in lines.both(fact) if atom.period is not None for edge in atom.period.edges()]
        for stretch in cut(edges):
            day = stretch.day(edges[0]) if edges else date(2000, 1, 1)
            yield day.isoformat(), False, (stretch,)
        return
    if spec.domain is not None:
        yield from ((word, word not in named, ()) for word in spec.domain)
        return
    if spec.kind is Kind.LANGUAGE:
        coarse = {"-".join(parts[:end]) for tag in named if (parts := tag.split("-")) for end in range(1, len(parts))}
        yield from ((tag, False, ()) for tag in sorted({*named, *coarse}))
        primary = {tag.partition("-")[0] for tag in named}
        yield next((tag for tag in _LANGUAGES if tag not in primary), "und"), True, ()
        return
    yield from ((value, False, ()) for value in named)
    if spec.kind is Kind.URL:
        yield ANOTHER_PAGE, True, ()
    elif spec.kind is Kind.ENTITY:
        # one that nobody declared would be anybody: whoever is known and not named is declared
        declared = old.side.ruleset.entities.keys() & new.side.ruleset.entities.keys()
        another = next((name for name in sorted(declared) if name not in named), None)
        yield from () if another is None else ((another, True, ()),)


def _members(fact: str, lines: Lines) -> Iterator[Dimension]:
    """A dimension for each group of members that stand in the same lines."""
    is_status = FACTS[fact].kind is Kind.STATUS
    groups: dict[tuple[bool, ...], set[str]] = defaultdict(set)
    asked = [{declared_id(each) if is_status else each for each in atom.values} for atom in lines.both(fact)]
    for value in set().union(*asked):
        groups[tuple(value in values for values in asked)].add(value)
    for alike in sorted(groups.values(), key=sorted):
        one = min(alike)
        members = frozenset(alike)
        choices = (
            Choice(HAS, (one,), members=members),
            Choice(HAS_NOT, (), members=members),
            Choice(UNKNOWN, (f"{PERHAPS} {one}",), known=False, members=members),
        )
        yield Dimension(fact, choices, " ".join(sorted(alike)))


def _places(old: Asked, new: Asked, lines: Lines, days: Sequence[date], places: Places) -> Dimension:
    """The classes of places, as fine as they are on any of the days."""
    seen: dict[Hashable, date] = {}
    for day in days:
        seen.setdefault(targets_of(old, new, lines, day), day)
    groups: dict[Hashable, list[str]] = defaultdict(list)
    for code in places.codes:
        where = LocationSet.of([code])
        groups[tuple(_signature(PLACE, where, old, new, lines, day) for day in seen.values())].append(code)
    choices = [
        Choice(key=" ".join(codes), items=(places.best(codes),), members=frozenset(codes)) for codes in groups.values()
    ]
    return Dimension(PLACE, (*choices, Choice(UNKNOWN, (UNKNOWN,), known=False)))


def targets_of(old: Asked, new: Asked, lines: Lines, day: date) -> Hashable:
    """What the lines of both sides ask of places on a day: for each side the codes of each line."""
    found = []
    for side, atoms in zip((old, new), lines.atoms.get(PLACE, ((), ())), strict=True):
        reading = side.reading({}, day)
        found.append(frozenset((atom, frozenset(reading.targets(atom).items())) for atom in atoms))
    return tuple(found)


def written(chosen: Collection[tuple[Dimension, Choice]]) -> dict[str, Written] | None:
    """The facts of a question as a scenario's `given` has them; None where they contradict one another."""
    items: dict[str, list[str]] = defaultdict(list)
    open_: dict[str, bool] = defaultdict(lambda: True)
    who = {
        said: said.replace(WHO, name)
        for dimension, choice in chosen
        if dimension.about == WHO
        for name in choice.items
        for said in (WHO, f"{PERHAPS} {WHO}")
    }
    for dimension, choice in chosen:
        if dimension.about == WHO:
            continue
        items[dimension.fact].extend(who.get(each, each) for each in choice.items)
        open_[dimension.fact] &= choice.key == UNKNOWN
    found: dict[str, Written] = {}
    for fact, values in items.items():
        if FACTS[fact].many and open_[fact]:
            if fact not in DERIVED or "publisher" in items:
                found[fact] = UNKNOWN  # else it is left out: unknown because nobody knows who it is, as most often
        elif FACTS[fact].many and UNKNOWN in values and _denies(fact, chosen):
            return None
        else:
            found[fact] = values if len(values) > 1 else values[0] if values else NOTHING
    return found


def _denies(fact: str, chosen: Collection[tuple[Dimension, Choice]]) -> bool:
    """Whether it is said that something is no member of a set of which not every member is known."""
    return any(dimension.fact == fact and choice.key == HAS_NOT for dimension, choice in chosen)
