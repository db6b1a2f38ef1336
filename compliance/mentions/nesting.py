"""Which tags of blocks a browser passes over: an end of what is not open, a cell where no table is.

Theory: such a tag begins and ends nothing, so the text runs on through it, and a name with it. Which these are follows
from the elements that are open at a place: those in scope can be closed, a table and its cells hide what is open around
them. Elements of a line play no part in it. Every tag takes its turn once and every element is closed once; what is
open is counted, so that nothing is searched for that is not there.

Source: HTML Living Standard, 13.2.4.2 (the stack of open elements) and 13.2.6.4 (tree construction).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_NEVER: Final = frozenset({"html", "head", "body", "frameset", "frame"})
"""Tags of these stand between no two texts: the first one is implied, later ones and the ends are passed over."""
BLOCKS: Final = frozenset(
    {
        "address", "article", "aside", "audio", "blockquote", "button", "caption", "center", "col", "colgroup",
        "dd", "details", "dialog", "dir", "div", "dl", "dt", "embed", "fieldset", "figcaption", "figure", "footer",
        "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "iframe", "input", "legend", "li",
        "listing", "main", "menu", "nav", "object", "ol", "optgroup", "option", "p", "plaintext", "pre", "search",
        "section", "select", "summary", "table", "tbody", "td", "textarea", "tfoot", "th", "thead", "title", "tr",
        "ul", "video", "xmp"
    }
)  # fmt: skip
"""Elements that no name runs across; all others stand in a line."""
_EMPTY: Final = frozenset({"hr", "input", "embed", "iframe", "textarea", "title", "xmp"})
"""Elements with no tags inside."""
_CELLS: Final = frozenset({"td", "th", "caption"})
_ROWS: Final = frozenset({"tbody", "thead", "tfoot"})
_PARTS: Final = _CELLS | _ROWS | {"tr", "colgroup", "col"}
_LEFT_FOR: Final = {
    **dict.fromkeys(("td", "th"), _ROWS | {"tr", "table"}),
    "tr": _ROWS | {"table"},
    **dict.fromkeys((*_ROWS, "caption", "colgroup", "col"), frozenset({"table"})),
}
"""What a part of a table is put into: whatever else is open there ends."""
_SCOPES: Final = _CELLS | {"table", "object"}
"""What is open around these cannot be closed from within."""
_HEADINGS: Final = {f"h{level}": "h" for level in "123456"}
"""The end of any of them closes any other."""
_LISTS: Final = frozenset({"ol", "ul"})
_THROUGH: Final = frozenset({"address", "div", "p"})
"""An item ends through these where the next one begins."""
_ENDED_BY_NEXT: Final = {"li": {"li"}, "dd": {"dd", "dt"}, "dt": {"dd", "dt"}}
_IN_PARAGRAPHS: Final = frozenset(
    {"audio", "button", "embed", "iframe", "input", "legend", "object", "optgroup", "option"}
    | {"select", "textarea", "title", "video"}
)
"""Blocks that end no paragraph."""
_IMPLIED: Final = frozenset({"dd", "dt", "li", "optgroup", "option", "p"})
"""Their ends may be left out."""
_FARTHEST: Final = 100
"""So many elements are looked through for an item; beyond them it counts as open."""


def passed_over_tags(names: Sequence[str], numbers: Sequence[int]) -> list[int]:
    """The numbers of the tags that a browser passes over.

    Args:
        names: of all tokens of a page, in small letters; of a last tag behind a slash.
        numbers: of the tags of blocks among them, in their order.
    """
    opened = _Opened()
    return [
        number
        for number in numbers
        if not (opened.leave(name[1:]) if (name := names[number])[0] == "/" else opened.enter(name))
    ]


class _Opened:
    """The blocks that are open at a place."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._scopes: list[dict[str, int]] = [{}]
        """How often each is open, by scope."""
        self._tables: list[dict[str, int]] = []
        """The same of the parts of each open table."""
        self._has_form = False

    def enter(self, name: str) -> bool:
        """Open an element; whether its tag does anything."""
        if name in _NEVER or (name in _PARTS and not self._tables) or (name == "form" and self._has_form):
            return False
        if name in _PARTS:
            self._put_into_table(name)
        else:
            self._make_room(name)
        if name not in _EMPTY and name != "col":
            self._push(name)
        return True

    def leave(self, name: str) -> bool:
        """Close an element; whether its tag does anything."""
        if name == "p":
            if self._scopes[-1].get("p"):
                self._pop_to("p")
            return True  # without a paragraph that is open, it makes one
        if name == "form":
            return self._leave_form()
        if name == "li" and not self._has_item():
            return False
        key = _HEADINGS.get(name, name)
        is_there = bool(self._tables) if name == "table" else bool(self._counts(name).get(key))
        if is_there:
            self._pop_to(key)
        return is_there

    def _make_room(self, name: str) -> None:
        """Close what ends where an element begins."""
        if name == "table":
            if self._names and self._names[-1] in _ROWS | {"table", "tr"}:
                self._pop_to("table")
        elif name in _ENDED_BY_NEXT:
            self._end_item(_ENDED_BY_NEXT[name])
        elif name == "button" and self._scopes[-1].get("button"):
            self._pop_to("button")
        last = self._names[-1] if self._names else ""
        ends = last in _HEADINGS if name in _HEADINGS else last == name and name in {"option", "optgroup"}
        if ends or (last == "p" and name not in _IN_PARAGRAPHS):
            self._pop()

    def _end_item(self, names: set[str]) -> None:
        scope = self._scopes[-1]
        if any(scope.get(each) for each in names):
            for each in self._names[: -_FARTHEST - 1 : -1]:
                if each in names:
                    self._pop_to(each)
                    return
                if each not in _THROUGH:
                    return

    def _has_item(self) -> bool:
        """Whether an item is open in the innermost list."""
        if not self._scopes[-1].get("li"):
            return False
        return next(
            (each == "li" for each in self._names[: -_FARTHEST - 1 : -1] if each == "li" or each in _LISTS), True
        )

    def _leave_form(self) -> bool:
        is_there = self._has_form and bool(self._scopes[-1].get("form"))
        self._has_form = False
        if not is_there:
            return False
        ends = self._names[-1] in _IMPLIED or self._names[-1] == "form"
        while self._names[-1] in _IMPLIED:
            self._pop()
        # what else was opened in it stays open
        place = len(self._names) - 1
        while self._names[place] != "form":
            place -= 1
        del self._names[place]
        self._scopes[-1]["form"] -= 1
        return ends

    def _put_into_table(self, name: str) -> None:
        """Close what a part of a table does not stand in, and open what is implied around it."""
        while self._names[-1] not in _LEFT_FOR[name]:
            self._pop()
        if name in {"td", "th", "tr"} and self._names[-1] == "table":
            self._push("tbody")
        if name in {"td", "th"} and self._names[-1] in _ROWS:
            self._push("tr")

    def _push(self, name: str) -> None:
        self._names.append(name)
        if name == "form":
            self._has_form = True
        self._count(name, 1)
        if name in _SCOPES:
            self._scopes.append({name: 1} if name == "object" else {})
            if name == "table":
                self._tables.append({})

    def _pop_to(self, key: str) -> None:
        """Close everything down to an element, and that."""
        while _HEADINGS.get(name := self._names[-1], name) != key:
            self._pop()
        self._pop()

    def _pop(self) -> None:
        name = self._names.pop()
        if name in _SCOPES:
            self._scopes.pop()
            if name == "table":
                self._tables.pop()
        self._count(name, -1)

    def _counts(self, name: str) -> dict[str, int]:
        return self._tables[-1] if name in _PARTS and self._tables else self._scopes[-1]

    def _count(self, name: str, by: int) -> None:
        counts, key = self._counts(name), _HEADINGS.get(name, name)
        counts[key] = counts.get(key, 0) + by
