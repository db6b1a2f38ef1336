"""Rule files as text: a subset of YAML in which nothing means anything but itself.

Theory: YAML turns `NO` into false, `12:30` into 750 and the second of two equal keys into the only one. So
nothing is *constructed* here. The parser's events become a tree of maps, lists and texts that know their
line and column; what the subset leaves out (anchors, aliases, tags, several documents, duplicate keys) is
a problem, and reading goes on to find the others.

Source: YAML 1.1 as libyaml reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from compliance.errors import Problem, Span

MOST_BYTES = 4_000_000
MOST_DEPTH = 32
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG_HELP = "write the value out: a reader should not have to look elsewhere"


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar: always text, whatever YAML would have made of it."""

    text: str
    span: Span
    is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """Stands where something was written that is already a problem, so that it is not missed as well."""

    span: Span


@dataclass(frozen=True, slots=True)
class List:
    """A sequence."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Map:
    """A mapping whose keys are unique texts, in file order."""

    entries: tuple[tuple[Text, Node], ...]
    span: Span

    def get(self, key: str) -> Node | None:
        """The value of `key`, or None."""
        return next((value for name, value in self.entries if name.text == key), None)

    def key(self, key: str) -> Text | None:
        """The key itself, with its place, or None."""
        return next((name for name, _ in self.entries if name.text == key), None)


Node = Text | List | Map | Broken


@dataclass
class _Reading:
    """One file being read: its lines, for the pictures, and its problems so far."""

    path: str
    lines: list[str]
    problems: list[Problem] = field(default_factory=list)

    def span(self, start: yaml.Mark, end: yaml.Mark | None = None) -> Span:
        text = self.lines[start.line] if start.line < len(self.lines) else ""
        width = 1
        if end is not None:
            stop = end.column if end.line == start.line else len(text)
            width = max(1, stop - start.column)
        return Span(self.path, start.line + 1, start.column + 1, width, text)

    def fail(self, span: Span, message: str, help_: str | None = None) -> None:
        self.problems.append(Problem(message, span, help_))


def read(path: str, data: bytes) -> tuple[Node | None, list[Problem]]:
    """The tree of one file, or None if it has none, and every problem of its form."""
    if len(data) > MOST_BYTES:
        return None, [Problem(f"the file is larger than {MOST_BYTES} bytes", Span(path, 1, 1), "split it")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [Problem("the file is not UTF-8", Span(path, line, 1), "save it as UTF-8")]
    reading = _Reading(path, re.split("\r\n|\r|\n", text))
    try:
        return _document(yaml.parse(text, Loader=_LOADER), reading), reading.problems
    except yaml.YAMLError as error:
        reading.problems.append(_syntax_problem(error, reading))
        return None, reading.problems


def _document(events: Iterator[yaml.Event], reading: _Reading) -> Node | None:
    root: Node | None = None
    documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                help_ = "put each rule, entity, register or territory into a file of its own"
                reading.fail(reading.span(event.start_mark), "a file holds one document", help_)
                return root
        elif isinstance(event, yaml.NodeEvent):
            root = _node(event, events, reading, 0)
    if root is None and not reading.problems:
        reading.fail(Span(reading.path, 1, 1), "the file is empty", "begin it with `language: 1`")
    return root


def _node(event: yaml.Event, events: Iterator[yaml.Event], reading: _Reading, depth: int) -> Node:
    """The tree that starts with `event`."""
    start = event.start_mark
    if depth > MOST_DEPTH:
        raise yaml.MarkedYAMLError(problem=f"nested deeper than {MOST_DEPTH} levels", problem_mark=start)
    is_plain = not isinstance(event, yaml.AliasEvent) and event.anchor is None and event.tag is None
    if not is_plain:
        message = "anchors, aliases and tags are not part of the rule language"
        reading.fail(reading.span(start), message, _TAG_HELP)
    if isinstance(event, yaml.ScalarEvent):
        span = reading.span(start, event.end_mark)
        return Text(event.value, span, is_quoted=event.style in {"'", '"'}) if is_plain else Broken(span)
    if isinstance(event, yaml.SequenceStartEvent):
        inner = _until(yaml.SequenceEndEvent, events)
        return List(tuple(_node(each, events, reading, depth + 1) for each in inner), reading.span(start))
    if isinstance(event, yaml.MappingStartEvent):
        return _map(reading.span(start), events, reading, depth)
    return Broken(reading.span(start))


def _map(span: Span, events: Iterator[yaml.Event], reading: _Reading, depth: int) -> Map:
    entries: dict[str, tuple[Text, Node]] = {}
    for event in _until(yaml.MappingEndEvent, events):
        key = _node(event, events, reading, depth + 1)
        value = _node(next(events), events, reading, depth + 1)
        if not isinstance(key, Text):
            if not isinstance(key, Broken):
                reading.fail(key.span, "a key is a word", "write it as `key: value`")
            continue
        if key.text in entries:
            first = entries[key.text][0].span.line
            help_ = f"the first one is on line {first}; keep one"
            reading.fail(key.span, f"`{key.text}` is written twice", help_)
        else:
            entries[key.text] = (key, value)
    return Map(tuple(entries.values()), span)


def _until(end: type[yaml.Event], events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
    for event in events:
        if isinstance(event, end):
            return
        yield event


def _syntax_problem(error: yaml.YAMLError, reading: _Reading) -> Problem:
    """What the parser could not read, at the place where a person would mend it."""
    context = getattr(error, "context", None) or ""
    mark = getattr(error, "problem_mark", None)
    opened = getattr(error, "context_mark", None)
    if opened is not None and "flow" in context:
        span = reading.span(opened)
        bracket = "{" if "mapping" in context else "["
        return Problem(f"`{bracket}` is not closed", span, f"add `{'}' if bracket == '{' else ']'}`")
    if opened is not None and "quoted scalar" in context:
        return Problem("the quotation mark is not closed", reading.span(opened), "close it on the same line")
    if mark is None:
        return Problem("the file holds a character that YAML does not allow", Span(reading.path, 1, 1))
    span = reading.span(mark)
    if "\t" in span.text:
        column = span.text.index("\t") + 1
        return Problem("a tab", Span(reading.path, span.line, column, 1, span.text), "indent with spaces")
    what = getattr(error, "problem", None) or "this cannot be read"
    return Problem(f"{what}", span, "check the indentation and the colons around this line")
