"""What an earlier marking left in a page, and the page without it.

Theory: a class is no proof: anybody may write it, and whatever is taken for ours is neither looked through nor kept.
So a mark is ours if it holds bare signs, and a footnote if its words are a notice of the rule set, or what is to be
written now. Everything else in such elements is the page's: it is read, it stays, and it is told. What is taken out
leaves the tree as it is, else it stays. The page is then marked as if nobody had marked it before; so
marking twice is marking once.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from itertools import accumulate
from typing import Final

from compliance.mentions.markup import MARK, NOTES, SIGNS, Markup, attribute, start_tag
from compliance.mentions.tree import is_affordable, serialised

Span = tuple[int, int]
"""From where to where in a source."""
_NOTE: Final = r"<(p|bdi)\b[^<>]*+>([^<]*+)</\1>"
_BLOCK: Final = re.compile(
    rf'<(aside|span) class="{NOTES}"[^<>]*+>(?:\s*+<(?:p|bdi)\b[^<>]*+>[^<]*+</(?:p|bdi)>)++\s*+</\1>'
)
_TAG: Final = re.compile("<[^>]*>")
_EACH_NOTE: Final = re.compile(_NOTE)
_OPENING: Final = re.compile(r"<[a-z]+")
_SIGN: Final = re.compile(rf"\s*+([{SIGNS.strip()}]*+)\s*+")
_WORD: Final = re.compile(r"[^\W_]")
_SHOWN: Final = 200
"""So many characters of a footnote that is not known are told."""
_MOST_TOLD: Final = 100


@dataclass(frozen=True)
class Former:
    """A page without what an earlier marking left in it."""

    html: str
    removed: tuple[Span, ...] = ()
    """What was taken out of the page as it was given, in its order."""
    strangers: tuple[str, ...] = ()
    """The words of elements that are called as ours and are nobody knows whose: they stay."""

    def was(self, span: Span) -> Span:
        """Where something that stands in this page stood in the page as it was given."""
        start, end = span
        return self._was(start), self._was(end - 1) + 1 if end > start else self._was(start)

    def _was(self, place: int) -> int:
        return place + self._lengths[bisect_right(self._places, place)]

    @cached_property
    def _lengths(self) -> list[int]:
        return [0, *accumulate(end - start for start, end in self.removed)]

    @cached_property
    def _places(self) -> list[int]:
        """Where in this page each piece is missing."""
        return [start - gone for (start, _), gone in zip(self.removed, self._lengths, strict=False)]


def without_former(markup: Markup, notices: Sequence[Span], words: Collection[str] = ()) -> Former:
    """A page without the marks and footnotes that an earlier marking left in it.

    Args:
        markup: the page.
        notices: where notices stand in it of which every word is the rule set's.
        words: of footnotes that are to be written now.
    """
    known = _Known(markup.source, sorted(notices), {_spaced(each) for each in words})
    marks: list[Span] = []
    notes: list[Span] = []
    strangers: list[str] = []
    for number, place in _called_so(markup):
        if markup.is_ours(number):
            marks.append((place, place + len(markup.tokens[number].rstrip())))
        else:
            spans, left = known.of_block(place)
            notes += spans
            strangers += [_beginning(markup, number)] if left is None else left
    if not is_affordable(markup):
        return Former(markup.source, strangers=tuple(strangers[:_MOST_TOLD]))
    for found in (sorted([*marks, *notes]), marks):
        html = _without(markup.source, found)
        if not found or _is_the_same(markup.source, found, html):
            break
    else:
        html, found = markup.source, []
    stay = [_short(unescape(_TAG.sub(" ", markup.source[slice(*each)]))) for each in notes if len(found) == len(marks)]
    return Former(html, tuple(found), tuple([*strangers, *stay][:_MOST_TOLD]))


def _called_so(markup: Markup) -> Iterator[tuple[int, int]]:
    """The tags of elements that are called as ours, and their places."""
    if MARK not in markup.source and NOTES not in markup.source:
        return
    places = markup.places
    hidden = {number for first, last in markup.templates for number in range(first, last)}
    for number, (name, token) in enumerate(zip(markup.names, markup.tokens, strict=True)):
        if number not in hidden and name and name[0] != "/" and (NOTES in token or MARK in token):
            classes = attribute(start_tag(token), "class")[0].split()
            if NOTES in classes or MARK in classes:
                yield number, places[2 * number + 1]


class _Known:
    """Tells which footnotes of a page are ours."""

    def __init__(self, source: str, notices: Sequence[Span], words: Collection[str]) -> None:
        self._source, self._notices, self._words = source, notices, words
        self._starts = [start for start, _ in notices]

    def of_block(self, place: int) -> tuple[list[Span], list[str] | None]:
        """What of an element that begins at a place is ours, and the other footnotes in it; None if it is no block."""
        block = _BLOCK.match(self._source, place)
        if block is None:
            return [], None
        ours, left = [], []
        for note in _EACH_NOTE.finditer(self._source, block.start() + 1, block.end()):
            if self._is_ours(*note.span(2)):
                ours.append(note.span())
            else:
                left.append(_short(unescape(note[2])))
        return (ours, left) if left else ([block.span()], [])

    def _is_ours(self, start: int, end: int) -> bool:
        """Whether what stands in a footnote is a notice, and nothing else but its sign."""
        text = self._source[start:end]
        if _spaced(_SIGN.sub("", unescape(text), count=1)) in self._words:
            return True
        number = bisect_right(self._starts, end) - 1
        if number < 0 or not start <= self._notices[number][0] < self._notices[number][1] <= end:
            return False
        first, last = self._notices[number]
        before = _SIGN.sub("", unescape(self._source[start:first]), count=1)
        return not _WORD.search(before) and not _WORD.search(unescape(self._source[last:end]))


def _beginning(markup: Markup, number: int) -> str:
    """The words with which an element begins, as they are read."""
    return _short("".join(markup.shown[2 * number + 1 : 2 * number + 40]))


def _short(text: str) -> str:
    line = _spaced(text)
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _without(source: str, spans: Sequence[Span]) -> str:
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(source)]
    return "".join(source[end:start] for end, start in zip(ends, starts, strict=True))


def _is_the_same(source: str, spans: Sequence[Span], without: str) -> bool:
    """Whether a page without some of its elements is the same but for these."""
    name = free_class(source)
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        behind = next(each.end() for each in _OPENING.finditer(source, start, end))
        pieces += (source[done:behind], f' class="{name}"')  # of two attributes of a name the first one counts
        done = behind
    return serialised("".join((*pieces, source[done:])), name) == (serialised(without)[0], len(spans))


def free_class(source: str) -> str:
    """A class that no element of a page has."""
    name, low = "tried", source.lower()
    while name in low:
        name += "x"
    return name
