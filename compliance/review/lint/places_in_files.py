"""Where in the files a thing stands: the trees of rule files, read again only where a finding needs a place.

Theory: the model is what rules mean, so most of it does not know where it was written. A finding is about a
line, and a comment about a finding stands beside that line. The files are an argument: nothing is opened here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from compliance.errors import Span
from compliance.language.source import List, Map, Node, Text, read
from compliance.model.rule import Line

KINDS: Final = ("rule", "entity", "register", "territory")
_DECLARATION: Final = re.compile(rf"^({'|'.join(KINDS)}):[ \t]+([A-Za-z0-9/-]+)[ \t]*(?:#.*)?$", re.MULTILINE)
Path = tuple[str | int, ...]
"""Keys and numbers of items that lead from the top of a file to a thing in it."""


class Files:
    """The bytes of the rule files, by the paths that spans name, and where what is declared in them stands."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.texts = {path: data.decode("utf-8-sig", "replace") for path, data in files.items()}
        self._bytes = files
        self._trees: dict[str, Node | None] = {}
        self._paths: dict[tuple[str, str], str] = {}
        for path, text in self.texts.items():
            if (found := _DECLARATION.search(text)) is not None:
                self._paths.setdefault((found[1], found[2]), path)
            else:  # a file that is laid out in another way
                self._paths.update(dict.fromkeys(self._declared(path), path))

    def _declared(self, path: str) -> Iterator[tuple[str, str]]:
        tree = self.tree_of(path)
        for kind in KINDS if isinstance(tree, Map) else ():
            if isinstance(tree, Map) and isinstance(name := tree.get(kind), Text):
                yield kind, name.text

    def tree_of(self, path: str) -> Node | None:
        """The tree of a file; None if there is no such file."""
        if path not in self._trees and path in self._bytes:
            self._trees[path] = read(path, self._bytes[path])[0]
        return self._trees.get(path)

    def text(self, kind: str, name: str) -> str:
        """The text of the file that declares something; empty if nobody gave it."""
        return self.texts.get(self._paths.get((kind, name), ""), "")

    def node(self, kind: str, name: str, *path: str | int) -> Node | None:
        """What stands at the end of a path in the file that declares something, or None."""
        here: Node | None = self.tree_of(self._paths.get((kind, name), ""))
        for step in path:
            here = _step(here, step)
        return here

    def word(self, kind: str, name: str, *path: str | int) -> str | None:
        """The text at the end of a path, or None."""
        found = self.node(kind, name, *path)
        return found.text if isinstance(found, Text) else None

    def span(self, kind: str, name: str, *path: str | int) -> Span | None:
        """Where that stands, a map or list by its key; what is not there, where the last thing on the way does."""
        here: Node | None = self.tree_of(self._paths.get((kind, name), ""))
        found = _declaration(here, kind)
        for step in path:
            above, here = here, _step(here, step)
            if here is None:
                break
            key = above.key(step) if isinstance(above, Map) and isinstance(step, str) else None
            found = here.span if isinstance(here, Text) or key is None else key.span
        return found

    def span_of_key(self, kind: str, name: str, key: str, *path: str | int) -> Span | None:
        """Where a key first stands below the end of a path, however deep; None if it does not."""
        found = self.node(kind, name, *path)
        entries = iter(()) if found is None else _entries(found)
        return next((each.span for each, _ in entries if each.text == key), None)

    def spans_of_texts(self, kind: str, name: str, *path: str | int) -> dict[str, Span]:
        """Where each text of a list, or the one text, stands."""
        found = self.node(kind, name, *path)
        items = found.items if isinstance(found, List) else (found,)
        return {item.text: item.span for item in items if isinstance(item, Text)}

    def span_of_value(self, line: Line, value: str) -> Span | None:
        """Where a value of a line of a rule stands; the line itself if that cannot be told."""
        if line.span is None or (tree := self.tree_of(line.span.path)) is None:
            return line.span
        for key, written in _entries(tree):
            if key.text == line.fact and (key.start.line + 1, key.start.column + 1) == (
                line.span.line,
                line.span.column,
            ):
                items = written.items if isinstance(written, List) else (written,)
                return next((each.span for each in items if isinstance(each, Text) and each.text == value), line.span)
        return line.span


def _declaration(tree: Node | None, kind: str) -> Span | None:
    found = tree.get(kind) if isinstance(tree, Map) else None
    return None if found is None else found.span


def _step(here: Node | None, step: str | int) -> Node | None:
    if isinstance(here, Map) and isinstance(step, str):
        return here.get(step)
    if isinstance(here, List) and isinstance(step, int) and step < len(here.items):
        return here.items[step]
    return None


def _entries(tree: Node) -> Iterator[tuple[Text, Node]]:
    """Every key of a tree with its value, however deep."""
    if isinstance(tree, Map):
        for key, value in tree.entries:
            yield key, value
            yield from _entries(value)
    elif isinstance(tree, List):
        for item in tree.items:
            yield from _entries(item)
