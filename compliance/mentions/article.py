"""Where in a page its article stands, and what of it nobody sees.

Theory: elements are followed as they are opened and closed, with the ends that may be left out. Text in `main` or
`article` is the article's, and in a page that has neither, all of it; navigation, asides, footers and headers are not
within either. It is a rank among places and never a reason to leave a name out: where it errs, a mark stands later or
earlier, or is asked for by hand.

Source: HTML Living Standard, 13.1.2.4 (optional tags) and 4.3 (sections).
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final

from compliance.mentions.markup import Markup, attributes, name_of, start_tag
from compliance.mentions.nesting import BLOCKS

_VOID: Final = frozenset({"area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param"})
_WHOLE: Final = frozenset({"title", "textarea", "xmp", "iframe", "script", "style", "noscript", "noembed", "noframes"})
_PASSED: Final = _VOID | _WHOLE | {"", "source", "track", "wbr", "svg", "math"}
"""Tags that open nothing: their elements have no end, or are one token with all that is in them."""
_ARTICLE: Final = frozenset({"main", "article"})
_BESIDE: Final = frozenset({"nav", "aside", "footer"})
_FOLLOWED: Final = BLOCKS | {"template"}
_ENDED_BY: Final = {
    **dict.fromkeys(("dt", "dd"), frozenset({"dt", "dd"})),
    **dict.fromkeys(("td", "th"), frozenset({"td", "th", "tr"})),
    **{each: frozenset({each}) for each in ("li", "tr", "option", "optgroup", "tbody")},
}
"""Elements whose end may be left out, and which tags stand for it."""
_UNSEEN: Final = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)


class Zone(IntEnum):
    """What a place is to the article; the less, the rather a mention counts there."""

    ARTICLE = 0
    ELSEWHERE = 1
    HIDDEN = 2
    """Nobody sees it before a script shows it."""


class _Open:
    """The elements that are open at a place."""

    def __init__(self, *, has_article: bool) -> None:
        self._has_article = has_article
        self._names: list[str] = []
        self._hidden: list[bool] = []
        self._counts: dict[str, int] = {}
        self._beside = self._unseen = 0

    def enter(self, name: str, *, is_hidden: bool) -> None:
        if name in BLOCKS and self._names[-1:] == ["p"]:
            self._pop()
        while self._names and name in _ENDED_BY.get(self._names[-1], ()):
            self._pop()
        self._names.append(name)
        self._hidden.append(is_hidden)
        self._count(name, is_hidden=is_hidden, by=1)

    def leave(self, name: str) -> None:
        if self._counts.get(name):
            while self._names[-1] != name:
                self._pop()
            self._pop()

    def _pop(self) -> None:
        self._count(self._names.pop(), is_hidden=self._hidden.pop(), by=-1)

    def _count(self, name: str, *, is_hidden: bool, by: int) -> None:
        self._counts[name] = self._counts.get(name, 0) + by
        self._beside += by * (name in _BESIDE)
        self._unseen += by * is_hidden

    def zone(self) -> Zone:
        if self._unseen:
            return Zone.HIDDEN
        is_inside = any(self._counts.get(each) for each in _ARTICLE)
        is_title = bool(self._counts.get("h1"))
        is_headed = bool(self._counts.get("header"))
        if self._beside or not (is_inside or is_title or not (self._has_article or is_headed)):
            return Zone.ELSEWHERE
        return Zone.ELSEWHERE if is_headed and self._has_article and not is_inside else Zone.ARTICLE


def zones(markup: Markup) -> list[Zone]:
    """The zone of each text and token of a page.

    Args:
        markup: the page.
    """
    names = markup.names
    opened = _Open(has_article=not _ARTICLE.isdisjoint(names))
    zone = opened.zone()
    found = [zone]
    for number, name in enumerate(names):
        own = name_of(name)
        if own not in _PASSED and not (own in {"sup", "aside", "span"} and markup.is_ours(number)):
            if name != own:
                opened.leave(own)
            elif (is_unseen := is_hidden(markup.tokens[number], name)) or name in _FOLLOWED:
                opened.enter(name, is_hidden=is_unseen)
            zone = opened.zone()
        found += (zone, zone)
    return found


def is_hidden(token: str, name: str) -> bool:
    """Whether a tag says that nobody is to see its element."""
    low = token.lower()
    if "hidden" not in low and "none" not in low:
        return False
    of = attributes(start_tag(token), name)
    return "hidden" in of or ("style" in of and _UNSEEN.search(of["style"][0]) is not None)
