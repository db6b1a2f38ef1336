"""Additions to a file that somebody else wrote, at the place where they belong.

Theory: the text is never laid out anew, so that comments, order and style stay the author's. An edit replaces a
stretch of the text; edits of one file are made from the end to the beginning. What stands in a form in which
nothing can be added safely yields None, and a person is told what to add.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from compliance.language.source import List, Map, Node, Text
from compliance.language.syntax import LINE_BREAK
from compliance.language.texts import on_line
from compliance.language.written import Scalar

_CLOSERS: Final = {"[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Edit:
    """Text from `start` to `end` gives way to `text`."""

    start: int
    end: int
    text: str


class Page:
    """A file's text with the places of its tree as offsets into it."""

    def __init__(self, data: bytes) -> None:
        self.text = data.decode("utf-8-sig")
        self._has_mark = data.startswith(b"\xef\xbb\xbf")
        self._lines = [0, *(found.end() for found in LINE_BREAK.finditer(self.text))]

    def at(self, mark: Any) -> int:
        """The offset of a place in the file."""
        line, column = int(mark.line), int(mark.column)
        return min(self._lines[min(line, len(self._lines) - 1)] + column, len(self.text))

    def edited(self, edits: list[Edit]) -> bytes:
        """The file with every edit made; what is put at one place stands there in the order of the edits."""
        text = self.text
        for _, edit in sorted(enumerate(edits), key=lambda pair: (pair[1].start, pair[1].end, pair[0]), reverse=True):
            text = text[: edit.start] + edit.text + text[edit.end :]
        return text.encode("utf-8-sig" if self._has_mark else "utf-8")

    def is_flow(self, node: Node) -> bool:
        """Whether a list or map is written in brackets."""
        return self.text[self.at(node.start) : self.at(node.start) + 1] in _CLOSERS

    def closing(self, node: Node) -> int:
        """The offset of the bracket that closes a list or map in brackets."""
        at, open_ = self.at(node.start), 0
        while at < len(self.text):
            letter = self.text[at]
            if letter in "\"'" and self.text[at - 1] in " [{,:\n":
                at = self._quoted_end(at, letter)
            elif letter == "#" and self.text[at - 1].isspace():
                at = self.text.find("\n", at)
            elif letter in "[{":
                open_ += 1
            elif letter in "]}":
                open_ -= 1
                if open_ == 0:
                    return at
            at += 1
        return at

    def _quoted_end(self, at: int, mark: str) -> int:
        """The offset of the mark that ends the quoted text beginning at `at`."""
        at += 1
        while at < len(self.text) and self.text[at] != mark:
            at += 2 if self.text[at] == "\\" and mark == '"' else 1
        return at

    def replaced(self, node: Text, text: str) -> Edit:
        """Other text in the place of a scalar on one line."""
        return Edit(self.at(node.start), self.at(node.end), text)

    def added(self, node: Node, items: list[str]) -> Edit | None:
        """Items behind the last one of a list, or behind the one text that stands for a list."""
        if isinstance(node, Text) and node.start.line == node.end.line:
            old = self.text[self.at(node.start) : self.at(node.end)]
            return Edit(self.at(node.start), self.at(node.end), f"[{', '.join([old, *items])}]")
        if not isinstance(node, List):
            return None
        if self.is_flow(node):
            at = self.closing(node)
            comma = ", " if node.items and not self.text[:at].rstrip().endswith(",") else ""
            return Edit(at, at, comma + ", ".join(items))
        end = self.end_of(node)
        dash = " " * node.start.column + "- "
        return Edit(end, end, "".join(f"\n{dash}{item}" for item in items))

    def end_of(self, node: Node) -> int:
        """The offset behind a node and what stands behind it on its line, before the line break."""
        if isinstance(node, Text) and node.end.line > node.start.line and node.end.column == 0:
            return self.at(node.end) - 1  # a text in block style ends with its line break
        if isinstance(node, List | Map) and not self.is_flow(node):
            return self.end_of(node.items[-1] if isinstance(node, List) else list(node.entries)[-1][1])
        end = self.closing(node) + 1 if isinstance(node, List | Map) else self.at(node.end or node.start)
        line_break = self.text.find("\n", end)
        return len(self.text) if line_break < 0 else line_break

    def new_key(self, tree: Map, key: str, value: str, *, behind: str | None = None) -> Edit:
        """A key behind another one of a map, or behind all of them."""
        name, last = tree.by_key[behind] if behind else list(tree.entries)[-1]
        if self.is_flow(tree):
            at = self.at(last.end) if behind and isinstance(last, Text) else self.closing(tree)
            return Edit(at, at, f", {key}: {value}")
        end = self.end_of(last)
        return Edit(end, end, f"\n{' ' * name.start.column}{key}: {value}")


def scalar(text: str, *, in_brackets: bool = False) -> str:
    """A text as it is written in a rule file, on one line."""
    return on_line(Scalar(text, "", 0, 0), in_brackets=in_brackets)
