"""A text in pieces, and where each of them stands in the source that it was read from.

Theory: most of a text stands in its source as it is; between lie tags that stand for nothing, references and escapes
that stand for a character, spaces that are one to a reader. So the text is kept as pieces, each beside what is written
for it, and a place is found among them by halves. What is shorter than it is written is taken whole.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Final

_ESCAPE: Final = len("\\u0410")


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text, and the piece of the source that stands for it."""

    start: int
    end: int
    source_start: int
    source_end: int
    is_verbatim: bool
    """Whether both are the same characters."""


@dataclass(frozen=True)
class Source:
    """Where the characters of a text stand in the source."""

    shown: Sequence[str]
    """The text, in pieces."""
    located: Callable[[], tuple[Sequence[str], Sequence[int]]]
    """For each piece what stands in the source, and where; asked when somebody wants to know."""

    @cached_property
    def written(self) -> Sequence[str]:
        """For each piece what stands in the source."""
        return self._located[0]

    @cached_property
    def places(self) -> Sequence[int]:
        """Where each piece stands in the source."""
        return self._located[1]

    @cached_property
    def _located(self) -> tuple[Sequence[str], Sequence[int]]:
        return self.located()

    @cached_property
    def starts(self) -> list[int]:
        """Where each piece begins in the text, and where the last one ends."""
        return list(accumulate(map(len, self.shown), initial=0))

    def piece(self, offset: int) -> int:
        """The number of the piece with a character of the text."""
        return min(bisect_right(self.starts, offset), len(self.shown)) - 1

    def span(self, start: int, end: int) -> tuple[int, int]:
        """From where to where in the source some characters of the text stand.

        Args:
            start: the first one.
            end: the first one behind them. A character that a reference or an escape stands for is taken whole.
        """
        return self._place(start)[0], self._place(max(end - 1, start))[1]

    def _place(self, offset: int) -> tuple[int, int]:
        """From where to where one character stands."""
        number = self.piece(offset)
        shown, written, place = self.shown[number], self.written[number], self.places[number]
        inside = offset - self.starts[number]
        if shown == written:
            return place + inside, place + inside + 1
        if _is_row_of_escapes(shown, written):
            return place + _ESCAPE * inside, place + _ESCAPE * (inside + 1)
        return place, place + len(written)

    def segments(self) -> Iterator[Segment]:
        """The pieces that are not empty, in the order of the text."""
        for number, (shown, written, place) in enumerate(zip(self.shown, self.written, self.places, strict=True)):
            if shown:
                start = self.starts[number]
                yield Segment(start, start + len(shown), place, place + len(written), shown == written)


def _is_row_of_escapes(shown: str, written: str) -> bool:
    """Whether each character is written as one escape of JSON, so that every place inside is known."""
    return written.startswith("\\u") and len(written) == _ESCAPE * len(shown)
