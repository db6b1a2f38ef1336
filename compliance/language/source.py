"""Rule files as text: a subset of YAML in which nothing means anything but itself.

Theory: YAML turns `NO` into false, `12:30` into 750 and the second of two equal keys into the only one. So
nothing is *constructed* here. The parser's events become a tree of maps, lists and texts that know their
line and column; what the subset leaves out (anchors, aliases, tags, several documents, duplicate keys) is
a problem, and reading goes on to find the others.

Source: YAML 1.1 as libyaml reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import msgspec
import yaml

from compliance.errors import Problem, Span
from compliance.language.syntax import (
    DIRECTIVE,
    DIRECTIVE_HELP,
    LINE_BREAK,
    MOST_DEPTH,
    ONE_DOCUMENT,
    ONE_DOCUMENT_HELP,
    UNREADABLE,
    closes_nothing,
    syntax_problem,
)

MOST_BYTES = 4_000_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Event = Any
_Mark = Any
_Events = Callable[[], Any]
"""An event of the parser and a place in the file: every event has both, which their published types leave open."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_TAG_HELP = "write the value out: a reader should not have to look elsewhere"


class File:
    """One file being read: its lines, for the pictures, and its problems so far."""

    __slots__ = ("lines", "path", "problems")

    def __init__(self, path: str, lines: list[str]) -> None:
        self.path = path
        self.lines = lines
        self.problems: list[Problem] = []

    def span(self, start: _Mark, end: _Mark = None) -> Span:
        """What stands from `start` to `end`, as far as the first line goes; without an end, one letter."""
        line, column = start.line, start.column
        if line >= len(self.lines):  # the parser may count an end of file as a line
            line = len(self.lines) - 1
            column = len(self.lines[line])
        text = self.lines[line]
        column = min(column, len(text))
        if end is None:
            return Span(self.path, line + 1, column + 1, 1, text)
        width = (end.column if end.line == start.line else len(text)) - column
        return Span(self.path, line + 1, column + 1, max(1, width), text)

    def fail(self, span: Span, message: str, help_: str | None = None) -> None:
        """Note a problem of form."""
        self.problems.append(Problem(message, span, help_))


class Text(msgspec.Struct, frozen=True):
    """A scalar: always text, whatever YAML would have made of it."""

    text: str
    file: File
    start: _Mark
    end: _Mark

    @property
    def span(self) -> Span:
        """Where it stands; worked out when asked for, since most of what is read is no problem."""
        return self.file.span(self.start, self.end)

    @property
    def below(self) -> list[str]:
        """The further lines of the file that it stands on."""
        start, end = self.start, self.end
        return self.file.lines[start.line + 1 : end.line + (end.column > 0)] if end.line > start.line else []

    def saying(self, text: str) -> Text:
        """Other text that stands here."""
        return Text(text, self.file, self.start, self.end)

    def part(self, text: str) -> Span:
        """Where `text` stands in it; the whole of it if that cannot be told."""
        span = self.span
        begin = span.text.find(text, span.column - 1)
        if begin >= 0:
            return Span(span.path, span.line, begin + 1, len(text), span.text)
        for number, line in enumerate(self.below, span.line + 1):
            if text in line:
                return Span(span.path, number, line.index(text) + 1, len(text), line)
        return span


class Broken(msgspec.Struct, frozen=True):
    """Stands where something was written that is already a problem, so that it is not missed as well."""

    file: File
    start: _Mark
    end: _Mark = None

    @property
    def span(self) -> Span:
        """Where that stands."""
        return self.file.span(self.start, self.end)


class List(msgspec.Struct, frozen=True):
    """A sequence."""

    items: tuple[Node, ...]
    file: File
    start: _Mark

    @property
    def span(self) -> Span:
        """Where it begins."""
        return self.file.span(self.start)


class Map(msgspec.Struct, frozen=True):
    """A mapping whose keys are unique texts, in file order; `is_whole` unless a key could not be read."""

    by_key: dict[str, tuple[Text, Node]]
    file: File
    start: _Mark
    is_whole: bool = True

    @property
    def span(self) -> Span:
        """Where it begins."""
        return self.file.span(self.start)

    @property
    def entries(self) -> Collection[tuple[Text, Node]]:
        """Each key with its value."""
        return self.by_key.values()

    def get(self, key: str) -> Node | None:
        """The value of `key`, or None."""
        found = self.by_key.get(key)
        return None if found is None else found[1]

    def key(self, key: str) -> Text | None:
        """The key itself, with its place, or None."""
        found = self.by_key.get(key)
        return None if found is None else found[0]


Node = Text | List | Map | Broken


def is_whole(node: Node) -> bool:
    """Whether everything in it could be read."""
    if isinstance(node, Map):
        return node.is_whole and all(is_whole(value) for _, value in node.entries)
    if isinstance(node, List):
        return all(is_whole(item) for item in node.items)
    return isinstance(node, Text)


def read(path: str, data: bytes) -> tuple[Node | None, list[Problem]]:
    """The tree of one file, or None if it has none, and every problem of its form."""
    if (shown := in_utf_8(path)) != path:
        return None, [Problem("the name of the file is not UTF-8", Span(shown, 1, 1), "rename the file")]
    if len(data) > MOST_BYTES:
        return None, [Problem(f"the file is larger than {MOST_BYTES} bytes", Span(path, 1, 1), "split it")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return None, [_not_utf_8(path, data, error.start)]
    reading = File(path, LINE_BREAK.split(text))
    try:
        return _document(_LOADER(text).get_event, reading), reading.problems
    except yaml.YAMLError as error:
        problem = syntax_problem(error, reading)
        lines = {each.span.line for each in reading.problems if each.span}
        if not (problem.message.startswith(UNREADABLE) and problem.span and problem.span.line in lines):
            reading.problems.append(problem)
        return None, reading.problems


def in_utf_8(path: str) -> str:
    """A path that can be written anywhere: a name of a file may be any bytes, and Python keeps them as surrogates."""
    return path if path.isascii() else path.encode("utf-8", "replace").decode()


def _not_utf_8(path: str, data: bytes, start: int) -> Problem:
    data = data.removeprefix(_BYTE_ORDER_MARK)  # the decoder counts from behind it
    before = LINE_BREAK.split(data[:start].decode())
    line = LINE_BREAK.split(data.decode("utf-8", "replace"))[len(before) - 1]
    return Problem("the file is not UTF-8", Span(path, len(before), len(before[-1]) + 1, 1, line), "save it as UTF-8")


def _document(next_event: _Events, reading: File) -> Node | None:
    root: Node | None = None
    documents = 0
    while not isinstance(event := next_event(), yaml.StreamEndEvent):
        start: _Mark = event.start_mark
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if event.version is not None or event.tags:
                reading.fail(reading.span(start), DIRECTIVE, DIRECTIVE_HELP)
            if documents > 1:
                reading.fail(reading.span(start), ONE_DOCUMENT, ONE_DOCUMENT_HELP)
                return root
        elif isinstance(event, yaml.NodeEvent):
            root = _node(event, next_event, reading, 0)
    if root is None and not reading.problems:
        reading.fail(Span(reading.path, 1, 1), "the file is empty", "begin it with `language: 1`")
    return root


def _node(event: _Event, next_event: _Events, reading: File, depth: int) -> Node:
    """The tree that starts with `event`."""
    kind, start = type(event), event.start_mark
    if kind is yaml.ScalarEvent and event.tag is None and event.anchor is None and depth <= MOST_DEPTH:
        if not event.style and closes_nothing(event.value):
            end = reading.span(event.end_mark)
            here = Span(end.path, end.line, end.column - 1, 1, end.text)
            help_ = "add the bracket that it closes, or put the whole text in quotation marks"
            reading.fail(here, f"`{event.value[-1]}` closes nothing", help_)
        return Text(event.value, reading, start, event.end_mark)  # nearly all there is
    if depth > MOST_DEPTH:
        raise yaml.MarkedYAMLError(problem=f"nested deeper than {MOST_DEPTH} levels", problem_mark=start)
    is_written_out = kind is not yaml.AliasEvent and event.tag is None
    if not is_written_out or event.anchor is not None:
        message = "anchors, aliases and tags are not part of the rule language"
        reading.fail(reading.span(start), message, _TAG_HELP)
    if kind is yaml.ScalarEvent:
        text = Text(event.value, reading, start, event.end_mark)
        return text if is_written_out else Broken(reading, start, event.end_mark)
    if kind is yaml.SequenceStartEvent:
        items: list[Node] = []
        while type(inner := next_event()) is not yaml.SequenceEndEvent:
            items.append(_node(inner, next_event, reading, depth + 1))
        return List(tuple(items), reading, start)
    if kind is yaml.MappingStartEvent:
        return _map(start, next_event, reading, depth)
    return Broken(reading, start)


def _map(start: _Mark, next_event: _Events, reading: File, depth: int) -> Map:
    entries: dict[str, tuple[Text, Node]] = {}
    is_whole = True
    while type(event := next_event()) is not yaml.MappingEndEvent:
        key = _node(event, next_event, reading, depth + 1)
        value = _node(next_event(), next_event, reading, depth + 1)
        if not isinstance(key, Text):
            if not isinstance(key, Broken):
                reading.fail(key.span, "a key is a word", "write it as `key: value`")
            is_whole = False
            continue
        if key.text == "<<" and isinstance(value, Broken):
            is_whole = False  # a merge: the alias is the problem, and what it would bring is missing
            continue
        if key.text in entries:
            first = entries[key.text][0].span.line
            help_ = f"the first one is on line {first}; keep one"
            reading.fail(key.span, f"`{key.text}` is written twice", help_)
        else:
            entries[key.text] = (key, value)
    return Map(entries, reading, start, is_whole)
