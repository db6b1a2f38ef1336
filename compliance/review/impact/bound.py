"""The classes of whom `for_each` binds, each with an entity that is of that class on some day of a stretch.

Theory: a caller cannot say which registers a mentioned entity stands in; that follows. So to ask a rule about
"somebody who is listed" there has to be somebody who is. What no entity is, on any day of the stretch, no page
can ask.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from compliance.model.designation import declared_id
from compliance.model.truth import FALSE, TRUE
from compliance.review.impact.classes import BOUND, HAS, HAS_NOT, PERHAPS, UNKNOWN, WHO, Choice, Dimension
from compliance.review.impact.days import Stretch, cut
from compliance.review.impact.who import OF_MENTION, Onlookers, Seen

UNDECLARED = "an-undeclared-organization"
"""Stands for everybody of whom no file speaks."""


def bound_dimensions(relations: Sequence[Onlookers], stretches: Sequence[Stretch], near: date) -> list[Dimension]:
    """What a page may say of whom `for_each` binds on some days: nobody, somebody of each kind, or who knows whom.

    Rules of one notice may bind by several relations. Entities do not matter to one another, so it is enough to
    look at one, of each kind, and at where it stands in each of the relations.

    Args:
        relations: how the rules see whom each relation binds.
        stretches: days on which the rules mean the same; of a class that there is on several, the first one counts.
        near: of the days of a stretch, the nearest to this one is asked.
    """
    if not relations:
        return []
    classes = _classes(relations, stretches, near)
    if len(relations) > 1:
        who = Dimension(OF_MENTION, classes, WHO)
        return [who, *(Dimension(each.fact, standing(WHO), BOUND) for each in relations)]
    perhaps = [replace(each, key=f"{PERHAPS} {each.key}", items=_perhaps(each.items), known=False) for each in classes]
    open_ = Choice(UNKNOWN, (UNKNOWN,), known=False)
    return [Dimension(relations[0].fact, (*classes, Choice(HAS_NOT, ()), *perhaps, open_), BOUND)]


def standing(name: str) -> tuple[Choice, ...]:
    """How somebody may stand in a relation."""
    return (
        Choice(HAS, (name,)),
        Choice(HAS_NOT, ()),
        Choice(PERHAPS, _perhaps((name,)), known=False),
        Choice(UNKNOWN, (UNKNOWN,), known=False),
    )


def _perhaps(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{PERHAPS} {each}" for each in items)


def _classes(relations: Sequence[Onlookers], stretches: Sequence[Stretch], near: date) -> tuple[Choice, ...]:
    """Somebody of each kind, but for those of whom the sides see something else: these have questions of their own."""
    found: dict[Hashable, Choice] = {}
    for name in dict.fromkeys(name for each in relations for name in _somebody(each)):
        edges = set[date]().union(*(each.edges(name) for each in relations))
        for part in (part for stretch in stretches for part in _within(stretch, edges)):
            day = part.day(near)
            seen = [each.seen(name, day) for each in relations]
            key = tuple(each.key for each in seen)
            if key not in found and all(each.alike for each in seen):
                found[key] = Choice(_in_words(relations, name, seen[0]), (name,), day=day)
    return tuple(found.values())


def _somebody(onlookers: Onlookers) -> Iterator[str]:
    """Enough entities for every kind to be among them."""
    people = onlookers.people
    listed = people.listed(onlookers.keys)
    named = onlookers.lines.named(onlookers.fact)
    yield from sorted(named)
    yield from people.plain(listed) - named
    yield from sorted((people.with_heirs(listed) | people.changed) - named)
    yield UNDECLARED


def _within(stretch: Stretch, edges: set[date]) -> Iterator[Stretch]:
    """A stretch, cut at some days."""
    for each in cut(edges):
        first = max((day for day in (each.first, stretch.first) if day is not None), default=None)
        last = min((day for day in (each.last, stretch.last) if day is not None), default=None)
        if first is None or last is None or first <= last:
            yield Stretch(first, last)


def _in_words(relations: Iterable[Onlookers], name: str, seen: Seen) -> str:
    """Who somebody is, to the rules: by name where it matters, else by what follows."""
    if any(name in each.lines.named(each.fact) for each in relations):
        return f"`{name}`"
    if name == UNDECLARED:
        return "somebody whom no file declares"
    truths = dict((*seen.old.truths, *seen.new.truths))
    found = {
        word: sorted({f"`{declared_id(value)}`" for (_, value, _), truth in truths.items() if truth is wanted})
        for word, wanted in (("in", TRUE), ("not in", FALSE))
    }
    said = [f"{word} {' and '.join(values)}" for word, values in found.items() if values]
    perhaps = sorted({f"`{declared_id(value)}`" for (_, value, _), t in truths.items() if t not in {TRUE, FALSE}})
    said += [f"perhaps in {' and '.join(perhaps)}"] if perhaps else []
    return f"somebody {', '.join(said)}" if said else "somebody"
