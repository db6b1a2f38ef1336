"""A part of a page as one text: put together from pieces of the source, or from parts of pages within it.

Theory: what is written in several places is looked through as one text. Between two of them is a paragraph, for which
nothing stands in the source.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, chain

from compliance.mentions.gaps import Joint
from compliance.mentions.markup import PARAGRAPH
from compliance.mentions.source import Source

Pieces = tuple[Sequence[str], Sequence[str], int]
"""A text as it is read and as it is written, in pieces, and where it begins."""


@dataclass(frozen=True)
class Field:
    """A part of a page: its text, and where that stands."""

    name: str
    text: str
    source: Source | None
    """None if nobody knows."""
    joints: tuple[Joint, ...] = ()
    """Where nothing but tags stands between two letters of it."""

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """From where to where in the source some characters stand; None if nobody knows."""
        return None if self.source is None else self.source.span(start, end)


def joined(name: str, values: Iterable[Pieces]) -> Field:
    """Several texts as one field, each once."""
    kept: dict[str, Pieces] = {}
    for each in values:
        kept.setdefault("".join(each[0]), each)
    kept.pop("", None)
    several = list(kept.values())
    shown = [*chain.from_iterable((PARAGRAPH, *each[0]) for each in several)][1:]
    return Field(name, "".join(shown), Source(shown, partial(_placed, several)))


def _placed(several: Sequence[Pieces]) -> tuple[list[str], list[int]]:
    """What stands in the source for some texts and what divides them, for which nothing does, and where."""
    written: list[str] = []
    places: list[int] = []
    for _, pieces, place in several:
        written += ("", *pieces)
        places += (place, *accumulate(map(len, pieces[:-1]), initial=place))
    return written[1:], places[1:]


def moved(name: str, fields: Iterable[tuple[Field, int]]) -> Field:
    """Fields of pages within a page as one, each with where its page begins in the source."""
    shown: list[str] = []
    joints: list[Joint] = []
    placed: list[tuple[Source, int]] = []
    size = 0
    for each, place in fields:
        if each.source is None:
            continue
        if shown:
            shown.append(PARAGRAPH)
            size += len(PARAGRAPH)
        joints += (one._replace(start=one.start + size, end=one.end + size) for one in each.joints)
        shown += each.source.shown
        size += len(each.text)
        placed.append((each.source, place))
    return Field(name, "".join(shown), Source(shown, partial(_moved, placed)), tuple(joints))


def _moved(placed: Sequence[tuple[Source, int]]) -> tuple[list[str], list[int]]:
    """What stands in the source for the fields of pages within it, and where."""
    written: list[str] = []
    places: list[int] = []
    for source, place in placed:
        written += ("", *source.written)
        places += (place, *(place + each for each in source.places))
    return written[1:], places[1:]
