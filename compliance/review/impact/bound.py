"""The classes of whom `for_each` binds, each with an entity that is of that class on some day of a stretch.

Theory: a caller cannot say which registers a mentioned entity stands in; that follows. So to ask a rule about
"somebody who is listed" there has to be somebody who is. What no entity is, on any day of the stretch, no page
can ask.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from datetime import date

from compliance.model.designation import declared_id
from compliance.model.truth import FALSE, TRUE
from compliance.review.impact.classes import BOUND, HAS_NOT, PERHAPS, UNKNOWN, Choice, Dimension
from compliance.review.impact.days import Stretch, cut
from compliance.review.impact.who import Onlookers, Seen

UNDECLARED = "an-undeclared-organization"
"""Stands for everybody of whom no file speaks."""


def bound_choices(onlookers: Onlookers, stretches: Sequence[Stretch], near: date) -> Dimension:
    """The classes of whom a relation binds on some days: nobody, somebody of each kind, and who knows whom.

    Those of whom the sides see something else have questions of their own.

    Args:
        onlookers: how the rules see whom the relation binds.
        stretches: days on which the rules mean the same; of a class that there is on several, the first one counts.
        near: of the days of a stretch, the nearest to this one is asked.
    """
    found: dict[Hashable, Choice] = {}
    for name in _somebody(onlookers):
        edges = onlookers.edges(name)
        for each in (part for stretch in stretches for part in _within(stretch, edges)):
            day = each.day(near)
            seen = onlookers.seen(name, day)
            if seen.alike and seen.key not in found:
                found[seen.key] = Choice(_in_words(onlookers, name, seen), (name,), day=day)
    perhaps = [
        Choice(f"{PERHAPS} {each.key}", (f"{PERHAPS} {each.items[0]}",), known=False, day=each.day)
        for each in found.values()
    ]
    nobody = Choice(HAS_NOT, ())
    return Dimension(
        onlookers.fact, (*found.values(), nobody, *perhaps, Choice(UNKNOWN, (UNKNOWN,), known=False)), BOUND
    )


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


def _in_words(onlookers: Onlookers, name: str, seen: Seen) -> str:
    """Who somebody is, to the rules: by name where it matters, else by what follows."""
    if name in onlookers.lines.named(onlookers.fact):
        return f"`{name}`"
    truths = dict((*seen.old.truths, *seen.new.truths))
    found = {
        word: sorted({f"`{declared_id(value)}`" for (_, value, _), truth in truths.items() if truth is wanted})
        for word, wanted in (("in", TRUE), ("not in", FALSE))
    }
    said = [f"{word} {' and '.join(values)}" for word, values in found.items() if values]
    perhaps = sorted({f"`{declared_id(value)}`" for (_, value, _), t in truths.items() if t not in {TRUE, FALSE}})
    said += [f"perhaps in {' and '.join(perhaps)}"] if perhaps else []
    return f"somebody {', '.join(said)}" if said else "somebody"
