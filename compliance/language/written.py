"""A rule file as it was written: its tree with styles, blank lines, and each comment beside what it speaks of.

Theory: the parser throws comments away, but it says where every text begins and ends. Outside of texts a `#`
can only begin a comment, so all of them are found without reading YAML a second time. A comment behind
something on its line belongs to that. One on a line of its own belongs to what follows, unless it is indented
deeper than what follows: then it stands at the end of the block above.

Source: YAML 1.1 as libyaml reads it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from compliance.language.syntax import LINE_BREAK

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Event = Any
"""An event of the parser: each has its marks, which their published types leave open."""
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
_COMMENT = re.compile("#[^\r\n\x85\u2028\u2029]*")
_HEADER = re.compile("[|>][-+0-9]*[ \t]+(#[^\r\n\x85\u2028\u2029]*)")
"""The first line of a text in block style, where a comment may stand; the parser counts it as part of the text."""


@dataclass(slots=True)
class Comment:
    """A comment on a line of its own, from its `#` to the end of the line."""

    text: str
    after_blank: bool = False


@dataclass(slots=True)
class Scalar:
    """A text; `style` is one of `'`, `"`, `|`, `>` or empty, `lines` how it stood in block style."""

    text: str
    style: str
    start: int
    end: int
    lines: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Entry:
    """A key with its value, or an item of a list, with what was written about it."""

    key: Scalar | None
    start: int
    inside: Collection
    before: list[Comment] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)
    after_blank: bool = False
    value: Scalar | Collection = field(init=False)


@dataclass(slots=True, eq=False)
class Collection:
    """A map or a list; `foot` is what was written below its last entry."""

    is_map: bool
    is_flow: bool
    start: int
    column: int
    owner: Entry | None
    end: int = 0
    entries: list[Entry] = field(default_factory=list)
    foot: list[Comment] = field(default_factory=list)

    def holds(self, entry: Entry | None) -> bool:
        """Whether `entry` stands in it, however deep."""
        while entry is not None:
            if entry.inside is self:
                return True
            entry = entry.inside.owner
        return False


def written(text: str) -> Collection:
    """The file as it was written; `text` is one document of the subset whose root is a map."""
    return _Reading(text).root


def comments(text: str) -> list[str]:
    """Every comment of a document of the subset."""
    reading = _Reading(text)
    return [match[0] for match in reading.found] + [match[1] for match, _ in reading.in_headers]


class _Reading:
    """One pass over the events of the parser, and then one over the comments."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.line_starts = [0, *(match.end() for match in LINE_BREAK.finditer(text))]
        self.entries: list[Entry] = []
        self.flows: list[Collection] = []
        self.scalars: list[Scalar] = []
        self.in_headers: list[tuple[re.Match[str], Entry]] = []
        self.touched: list[tuple[int, Entry | None]] = []
        """Where something ends behind which a comment may stand, and the entry that it belongs to."""
        events: Iterator[_Event] = iter(yaml.parse(text, Loader=_LOADER))
        root = next(event for event in events if isinstance(event, yaml.NodeEvent))
        node = self._node(root, events, None)
        if not isinstance(node, Collection) or not node.is_map:
            msg = "the root is no map"
            raise TypeError(msg)
        self.root = node
        self.found = list(self._comments())
        for match, entry in self.in_headers:
            entry.behind.append(match[1])
        for match in self.found:
            self._place(match)
        for entry in self.entries:
            entry.after_blank = self._follows_blank(entry.start)

    def _node(self, event: _Event, events: Iterator[_Event], owner: Entry | None) -> Scalar | Collection:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, owner)
        start, is_map = event.start_mark, isinstance(event, yaml.MappingStartEvent)
        whole = Collection(is_map, bool(event.flow_style), start.index, start.column, owner)
        if whole.is_flow:
            self.touched.append((start.index, owner))
            self.flows.append(whole)
        while type(event := next(events)) not in _ENDS:
            entry = Entry(None, event.start_mark.index, whole)
            self.entries.append(entry)
            whole.entries.append(entry)
            if is_map:
                entry.key = self._scalar(event, entry)
                event = next(events)
            entry.value = self._node(event, events, entry)
        whole.end = event.end_mark.index
        if whole.is_flow:
            self.touched.append((whole.end - 1, owner))
        return whole

    def _scalar(self, event: _Event, entry: Entry | None) -> Scalar:
        found = Scalar(event.value, event.style or "", event.start_mark.index, event.end_mark.index)
        self.scalars.append(found)
        if found.style in {"|", ">"}:
            first, *rest = LINE_BREAK.split(self.text[found.start : found.end])
            header = _HEADER.match(first)
            if header and entry is not None:
                self.in_headers.append((header, entry))
            found.lines = tuple(rest)
        else:
            self.touched.append((max(found.start, found.end - 1), entry))
        return found

    def _comments(self) -> Iterator[re.Match[str]]:
        """The comments between texts; those in the first line of a block style are found with it."""
        end = 0
        for scalar in self.scalars:
            yield from _COMMENT.finditer(self.text, end, scalar.start)
            end = scalar.end
        yield from _COMMENT.finditer(self.text, end)

    def _line(self, index: int) -> int:
        return bisect_right(self.line_starts, index) - 1

    def _place(self, match: re.Match[str]) -> None:
        """Put a comment beside what it speaks of."""
        start = match.start()
        last = bisect_left(self.touched, start, key=lambda each: each[0]) - 1
        if last >= 0 and self._line(self.touched[last][0]) == self._line(start):
            owner = self.touched[last][1]
            if owner is not None:
                owner.behind.append(match[0])
                return
        number = bisect_right(self.entries, start, key=lambda each: each.start)
        following = self.entries[number] if number < len(self.entries) else None
        block = self._ended_block(start, number, following)
        comment = Comment(match[0], self._follows_blank(start))
        if block is None and following is not None:
            following.before.append(comment)
        elif block is None:
            self.root.foot.append(comment)
        elif not block.entries and block.owner is not None:
            block.owner.before.append(comment)  # nothing could stand above it in there
        else:
            block.foot.append(comment)

    def _ended_block(self, start: int, number: int, following: Entry | None) -> Collection | None:
        """The block or the brackets at whose end a comment stands, or None where it belongs to what follows."""
        around = [each for each in self.flows if each.start < start < each.end]
        if around:
            return None if around[-1].holds(following) else around[-1]
        column = start - self.line_starts[self._line(start)]
        if following is not None and (column <= following.inside.column or number == 0):
            return None
        block = self.entries[number - 1].inside if number else self.root
        while block.is_flow or block.column > column:
            if block.owner is None:
                return None
            block = block.owner.inside
        return None if block.holds(following) else block

    def _follows_blank(self, index: int) -> bool:
        """Whether something is the first on its line, and the line above is blank."""
        line = self._line(index)
        begin = self.line_starts[line]
        if line == 0 or self.text[begin:index].strip(" \t-?"):
            return False
        return not self.text[self.line_starts[line - 1] : begin].strip()
