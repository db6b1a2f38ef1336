"""Names at places of a text, judged by their letters and by what stands around them.

Theory: at most places the letters tell enough: a name in small letters is a word, a strong one with its capital letter
is the name. So these are looked at first, and what stands around the place only where they leave it open.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from compliance.mentions.anchors import Here
from compliance.mentions.evidence import Evidence, Surroundings, told_by_itself, told_by_place
from compliance.mentions.names import Name
from compliance.mentions.normalize import MARKS, Folded
from compliance.model.designation import Strength


class Judged(msgspec.Struct, frozen=True, gc=False):
    """A name at a place, and what speaks for it."""

    name: Name
    first: int
    """Where it begins in the folded text ..."""
    last: int
    """... and ends."""
    start: int
    """Where it begins in the original ..."""
    end: int
    """... and ends."""
    found: Evidence

    @property
    def rank(self) -> int:
        """Of several names of an entity at one place the greatest counts; that it never means it outweighs all."""
        if self.name.strength is Strength.NEVER:
            return 3
        return 0 if self.found.rules_out else 1 if self.found.lacks else 2

    def holds(self, other: Judged) -> bool:
        """Whether the other one lies inside, and is shorter."""
        return (
            self.first <= other.first and other.last <= self.last and other.last - other.first < self.last - self.first
        )


def best(text: str, folded: Folded, candidates: Iterable[Here], linked: frozenset[str]) -> list[Judged]:
    """For each place and entity the name that speaks best for it, in the order of the text, longer ones first.

    Args:
        text: as it was given.
        folded: the text as it is compared.
        candidates: the names that stand in it.
        linked: entities whose sites the content links to.
    """
    found: dict[tuple[str, int, int], Judged] = {}
    is_moved = bool(folded.moves)
    for name, first, last in candidates:
        start, end = (folded.original(first), _end(text, folded, last)) if is_moved else (first, last)
        surface = text[start:end]
        if name.exact and surface.islower():
            continue  # a word, of which texts are full
        evidence = told_by_itself(name, surface)
        if evidence is None:
            evidence = told_by_place(name, Surroundings(text, folded, first, last, start, end), linked)
        judged = Judged(name, first, last, start, end, evidence)
        key = name.entity, first, last
        known = found.get(key)
        if known is None or judged.rank > known.rank:
            found[key] = judged
    return sorted(found.values(), key=_place)


def _end(text: str, folded: Folded, end: int) -> int:
    """Where something ends in the original, with the marks of its last letter."""
    there = folded.end(end)
    while there < len(text) and text[there] in MARKS:
        there += 1
    return there


def _place(one: Judged) -> tuple[int, int, str]:
    return one.first, -one.last, one.name.entity
