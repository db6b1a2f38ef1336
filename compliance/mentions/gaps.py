"""Places where nothing but tags stands between two letters: whether a reader sees one word there or two.

Theory: `Bel<b>ling</b>cat` is one word, `<span>Bellingcat</span><span>news</span>` may be one or two: style sheets say
it, and those are not read. So each such place is told, and whoever looks for names looks at both readings. A single
tag or mere formatting leaves the word in one piece to the eye; another element that ends and begins there, a picture,
a reading aid (`rt`) or an element of the page's own making may as well show a gap.

Source: HTML Living Standard, 15.3 (how elements are shown) and 4.13 (custom elements).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from compliance.mentions.markup import RAISED, SPACES, Markup, in_turns, name_of, stands_for
from compliance.mentions.normalize import HIDDEN

_TAG: Final = "\0"
"""Stands for a tag; no text has it."""
_LETTER: Final = rf"(?:[^\W_]|[{''.join(sorted(HIDDEN))}])"
_RUN: Final = re.compile(rf"\0(?<={_LETTER}\0)\0*+(?={_LETTER})")
_REPLACED: Final = frozenset(
    {"audio", "canvas", "embed", "iframe", "img", "input", "math", "object", "picture", "svg", "video"}
)
"""What may take room in a line, or none at all."""
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


class Joint(NamedTuple):
    """Where in a text nothing but tags stands between two letters."""

    start: int
    end: int
    """Between them stands what the text has for the tags."""
    is_likely: bool = True
    """Whether a reader may well see a gap."""

    def touches(self, start: int, end: int) -> bool:
        """Whether something stands over it or beside it."""
        return start <= self.end and self.start <= end


def gaps(markup: Markup) -> list[Gap]:
    """All such places of a page, in its order."""
    is_gap = {name: _may_be_a_gap(name) for name in set(markup.names)}
    means = [
        _TAG if is_gap[name] and token[-1] not in SPACES else meaning
        for name, token, meaning in zip(markup.names, markup.tokens, markup.means, strict=True)
    ]
    for number in markup.passed:
        means[number] = means[number] or _TAG
    pieces = in_turns(markup.texts, means)
    for first, last in markup.templates:
        pieces[2 * first + 1 : 2 * last + 1] = [""] * (2 * (last - first))
    runs = [each.span() for each in _RUN.finditer("".join(pieces))]
    ends = list(accumulate(map(len, pieces))) if runs else []
    return [_gap(markup, bisect_right(ends, start), bisect_right(ends, end - 1)) for start, end in runs]


def _gap(markup: Markup, first: int, last: int) -> Gap:
    return Gap(first, last, _is_likely([name for name in markup.names[first // 2 : last // 2 + 1] if name]))


def _may_be_a_gap(name: str) -> bool:
    """Whether a tag may stand inside a word, and between two."""
    return bool(name) and name != RAISED and (name_of(name) in _REPLACED or stands_for(name) == "")


def _is_likely(names: Sequence[str]) -> bool:
    """Whether some tags between two letters are more than formatting of a word."""
    owns = {name_of(name) for name in names}
    if not _REPLACED.isdisjoint(owns) or not _RUBY.isdisjoint(owns) or any("-" in name for name in owns):
        return True
    end = next((number for number, name in enumerate(names) if name[0] == "/"), len(names))
    return not owns <= _FORMATTING and any(name[0] != "/" for name in names[end:])
