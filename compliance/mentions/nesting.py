"""Which tags of blocks a browser passes over: an end of what is not open, a cell where no table is.

Theory: such a tag begins and ends nothing, so the text runs on through it, and a name with it. Which these are follows
from the elements that are open at a place: those in scope can be closed, a table and its cells hide what is open around
them. Elements of a line play no part in it. Every tag takes its turn once and every element is closed once; of each
name it is known where it is open, so that nothing is searched for.

Source: HTML Living Standard, 13.2.4.2 (the stack of open elements) and 13.2.6.4 (tree construction).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

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
_EMPTY: Final = frozenset({"col", "embed", "hr", "iframe", "input", "textarea", "title", "xmp"})
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
_TABLE_ITSELF: Final = _ROWS | {"table", "tr"}
_SCOPES: Final = _CELLS | {"table", "object"}
"""What is open around these cannot be closed from within."""
_HEADINGS: Final = {f"h{level}": "h" for level in "123456"}
"""The end of any of them closes any other."""
_LISTS: Final = frozenset({"ol", "ul"})
_GONE: Final = ""
"""In place of a form that ended while others were open in it: they stay."""
_THROUGH: Final = frozenset({"address", "div", "p", _GONE})
"""An item ends through these where the next one begins."""
_ENDED_BY_NEXT: Final = {"li": {"li"}, "dd": {"dd", "dt"}, "dt": {"dd", "dt"}}
_IN_PARAGRAPHS: Final = frozenset(
    {"audio", "button", "embed", "iframe", "input", "legend", "object", "optgroup", "option"}
    | {"select", "textarea", "title", "video"}
)
"""Blocks that end no paragraph."""
_ENDING: Final = frozenset({"table", "button", "option", "optgroup", *_HEADINGS, *_ENDED_BY_NEXT})
"""What may end others where it begins, besides a paragraph."""
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
        self._names = ["body"]
        self._open: defaultdict[str, list[int]] = defaultdict(list)
        """Where among the names those of a kind are."""
        self._scopes = [0]
        """Where among the names each scope begins."""
        self._has_form = False

    def enter(self, name: str) -> bool:
        """Open an element; whether its tag does anything."""
        if name in _PARTS:
            if not self._open["table"]:
                return False
            self._put_into_table(name)
        elif name == "form" and self._has_form:
            return False
        else:
            if name in _ENDING:
                self._make_room(name)
            if self._names[-1] == "p" and name not in _IN_PARAGRAPHS:
                self._pop()
        if name not in _EMPTY:
            self._push(name)
        return True

    def leave(self, name: str) -> bool:
        """Close an element; whether its tag does anything."""
        if name == "form":
            return self._leave_form()
        if self._names[-1] == name:
            self._pop()
            return True
        key = _HEADINGS.get(name, name)
        is_there = self._is_open(key) and (name != "li" or self._has_item())
        if is_there:
            self._pop_to(key)
        return is_there or name == "p"  # without a paragraph that is open, it makes one

    def _make_room(self, name: str) -> None:
        """Close what ends where an element begins, but for a paragraph."""
        if name == "table":
            if self._names[-1] in _TABLE_ITSELF:
                self._pop_to("table")
        elif name in _ENDED_BY_NEXT:
            self._end_item(_ENDED_BY_NEXT[name])
        elif name == "button":
            if self._is_open(name):
                self._pop_to(name)
        elif self._names[-1] in _HEADINGS if name in _HEADINGS else self._names[-1] == name:
            self._pop()

    def _end_item(self, names: set[str]) -> None:
        for each in self._names[: -_FARTHEST - 1 : -1]:
            if each in names:
                self._pop_to(each)
                return
            if each not in _THROUGH:
                return

    def _has_item(self) -> bool:
        """Whether the item that is open is one of the innermost list."""
        return next(
            (each == "li" for each in self._names[: -_FARTHEST - 1 : -1] if each == "li" or each in _LISTS), True
        )

    def _leave_form(self) -> bool:
        is_there = self._has_form and self._is_open("form")
        self._has_form = False
        if not is_there:
            return False
        ends = self._names[-1] in _IMPLIED or self._names[-1] == "form"
        while self._names[-1] in _IMPLIED:
            self._pop()
        if self._names[-1] == "form":
            self._pop()
        else:
            self._names[self._open["form"].pop()] = _GONE
        return ends

    def _put_into_table(self, name: str) -> None:
        """Close what a part of a table does not stand in, and open what is implied around it."""
        while self._names[-1] not in _LEFT_FOR[name]:
            self._pop()
        if name in {"td", "th", "tr"} and self._names[-1] == "table":
            self._push("tbody")
        if name in {"td", "th"} and self._names[-1] in _ROWS:
            self._push("tr")

    def _is_open(self, key: str) -> bool:
        """Whether such an element is open where it can be closed: in scope, or in the innermost table."""
        places = self._open[key]
        if not places or key == "table":
            return bool(places)
        return places[-1] >= (self._open["table"][-1] if key in _PARTS else self._scopes[-1])

    def _push(self, name: str) -> None:
        place = len(self._names)
        self._names.append(name)
        self._open[_HEADINGS.get(name, name)].append(place)
        if name in _SCOPES:
            self._scopes.append(place + (name != "object"))
        elif name == "form":
            self._has_form = True

    def _pop_to(self, key: str) -> None:
        """Close everything down to the last element of a kind, and that."""
        place = self._open[key][-1]
        while len(self._names) > place:
            self._pop()

    def _pop(self) -> None:
        name = self._names.pop()
        self._open[_HEADINGS.get(name, name)].pop()
        if name in _SCOPES:
            self._scopes.pop()
        while self._names[-1] == _GONE:
            self._names.pop()
