"""Places where nothing but tags stands between two letters: whether a reader sees one word there or two.

Theory: `Bel<b>ling</b>cat` is one word, `<span>Bellingcat</span><span>news</span>` may be one or two: style sheets say
it, and those are not read. So each such place is told, and whoever looks for names looks at both readings. A single
tag or mere formatting leaves the word in one piece to the eye; another element that ends and begins there, a picture,
a reading aid (`rt`) or an element of the page's own making may as well show a gap. An element that stands between two
letters with all its text, and that is hidden or a list to choose from, is one such place: a word may go on behind it.

Source: HTML Living Standard, 15.3 (how elements are shown) and 4.13 (custom elements).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from compliance.mentions.article import is_hidden
from compliance.mentions.markup import APART, SPACES, Markup, in_turns, name_of
from compliance.mentions.normalize import HIDDEN

_TAG: Final = "\0"
"""Stands for a tag; no text has it."""
_LETTER: Final = rf"(?:[^\W_]|[{''.join(sorted(HIDDEN))}])"
_RUN: Final = re.compile(rf"\0(?<={_LETTER}\0)\0*+(?={_LETTER})")
_REPLACED: Final = frozenset(
    {"audio", "canvas", "embed", "iframe", "img", "input", "math", "object", "picture", "svg", "textarea", "video"}
)
"""What may take room in a line, or none at all."""
_IN_ROOM: Final = _REPLACED | {f"/{name}" for name in _REPLACED}
_HOLDING: Final = frozenset({"audio", "button", "canvas", "datalist", "object", "select", "video"})
"""What stands in a line as one thing, whatever it holds."""
_HIDING: Final = (b"hidden", b"none")
_RUBY: Final = frozenset({"rb", "rp", "rt", "rtc", "ruby"})
_FORMATTING: Final = frozenset(
    {"abbr", "acronym", "b", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "mark", "nobr", "q", "s"}
    | {"small", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr"}
)
"""Elements that show no gap, whatever they hold."""


class Gap(NamedTuple):
    """A place between two letters where nothing but tags stands."""

    first: int
    """Its first piece, of those that the markup has written in turns ..."""
    last: int
    """... and its last one."""
    is_likely: bool
    """Whether a reader may well see a gap."""
    is_firm: bool = False
    """Whether a link or another thing of its own ends there and the next one begins."""
    holds_others: bool = False
    """Whether other such places are lost in it."""


class Joint(NamedTuple):
    """Where in a text nothing but tags stands between two letters."""

    start: int
    end: int
    """Between them stands what the text has for the tags."""
    is_likely: bool = True
    """Whether a reader may well see a gap."""
    is_firm: bool = False
    """Whether a link or another thing of its own ends there and the next one begins."""
    holds_others: bool = False
    """Whether other such places are lost in it, so that not all is read."""

    @property
    def is_open(self) -> bool:
        """Whether nothing tells if it shows a gap."""
        return self.is_likely and not self.is_firm

    def touches(self, start: int, end: int) -> bool:
        """Whether something stands over it or beside it."""
        return start <= self.end and self.start <= end


def gaps(markup: Markup) -> list[Gap]:
    """All such places of a page, in its order."""
    sign = {name: _TAG if name and shown == "" else "" for name, shown in markup.by_name.items()}
    means = [meaning or sign[name] for name, meaning in zip(markup.names, markup.means, strict=True)]
    for number in [*markup.apart, *markup.where(_IN_ROOM)]:
        if markup.tokens[number][-1] not in SPACES:
            means[number] = _TAG
    for number in markup.passed:
        means[number] = means[number] or _TAG
    pieces = in_turns(markup.texts, means)
    for first, last in markup.templates:
        pieces[2 * first + 1 : 2 * last + 1] = [""] * (2 * (last - first))
    found = [_gap(markup, *each) for each in _runs(pieces)]
    holes = list(_holes(markup))
    return _with_holes(found, pieces, holes) if holes else found


def _runs(pieces: Sequence[str]) -> Iterator[tuple[int, int]]:
    """From which piece to which nothing but tags stands between two letters, the last one included."""
    runs = [each.span() for each in _RUN.finditer("".join(pieces))]
    ends = list(accumulate(map(len, pieces))) if runs else []
    return ((bisect_right(ends, start), bisect_right(ends, end - 1)) for start, end in runs)


def _gap(markup: Markup, first: int, last: int) -> Gap:
    names = [name for name in markup.names[first // 2 : last // 2 + 1] if name]
    is_firm = any(name in APART and f"/{name}" in names for name in dict.fromkeys(names))
    return Gap(first, last, _is_likely(names), is_firm)


def _is_likely(names: Sequence[str]) -> bool:
    """Whether some tags between two letters are more than formatting of a word."""
    owns = {name_of(name) for name in names}
    if not _REPLACED.isdisjoint(owns) or not _RUBY.isdisjoint(owns) or any("-" in name for name in owns):
        return True
    end = next((number for number, name in enumerate(names) if name[0] == "/"), len(names))
    return not owns <= _FORMATTING and any(name[0] != "/" for name in names[end:])


# -- elements inside a word -------------------------------------------------------------------------


def _holes(markup: Markup) -> Iterator[tuple[int, int]]:
    """From which tag to which an element is hidden or one thing in a line; none within another."""
    done, never = 0, set[str]()
    for number in sorted({*markup.where(_HOLDING), *_hidden(markup)}):
        name = markup.names[number]
        if number >= done and name not in never:
            if (last := _end_of(markup, number)) is None:
                never.add(name)
            else:
                yield number, last
                done = last


def _hidden(markup: Markup) -> Iterator[int]:
    """The numbers of the tags of a line that say that nobody is to see their element."""
    found = (number for word in _HIDING for number in markup.with_word(word))
    return (
        each
        for each in found
        if markup.by_name[name := markup.names[each]] == ""
        and name[:1] not in {"", "/"}
        and is_hidden(markup.tokens[each], name)
    )


def _end_of(markup: Markup, number: int) -> int | None:
    """The last tag of an element; None if there is none."""
    name, depth = markup.names[number], 0
    end = f"/{name}"
    for each in range(number, len(markup.names)):
        if markup.names[each] == name:
            depth += 1
        elif markup.names[each] == end:
            depth -= 1
            if not depth:
                return each
    return None


def _with_holes(found: Sequence[Gap], pieces: list[str], holes: Sequence[tuple[int, int]]) -> list[Gap]:
    """The gaps of a page, and each element that stands inside a word, in place of those in it and beside it."""
    for first, last in holes:
        pieces[2 * first + 1 : 2 * last + 2] = [_TAG, *[""] * (2 * (last - first) - 1), _TAG]
    firsts = [2 * first + 1 for first, _ in holes]
    wide = [
        Gap(first, last, is_likely=True)
        for first, last in _runs(pieces)
        if bisect_right(firsts, last) > bisect_left(firsts, first)
    ]
    starts = [each.first for each in wide]
    kept = []
    for each in found:
        place = bisect_right(starts, each.last) - 1
        if place < 0 or wide[place].last < each.first:
            kept.append(each)
        elif wide[place].first < each.first and each.last < wide[place].last:
            wide[place] = wide[place]._replace(holds_others=True)
    return sorted([*kept, *wide])
