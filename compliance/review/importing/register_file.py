"""The register file: entries that are new, gone, ended or dated differently.

Theory: an entry is never taken out, because old decisions rest on it. What is gone from the copy may be free or
may be a gap of the copy, so from then on nobody knows (`last_day: unknown`). A day that the list gives otherwise
is a further claim behind those that people have sourced: the first one still counts, and they are told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from compliance.language.source import List, Map, Text
from compliance.model.designation import Milestone
from compliance.review.importing.edits import Edit, Page, scalar
from compliance.review.importing.known import KnownEntry, KnownRegister
from compliance.review.importing.rows import Row

_BEST: Final = 4
GONE: Final = "not in the copy of"
BACK: Final = "again in the copy of"


@dataclass(frozen=True, slots=True)
class Copy:
    """What holds for all claims of one import: the day of the copy, and how sure the days are."""

    retrieved_on: date | None
    confidence: str | None


@dataclass(frozen=True, slots=True)
class Pair:
    """A listing of an entity: the row, the entry, or both; `differs` if they have the day otherwise."""

    entity: str
    row: Row | None
    entry: KnownEntry | None
    differs: bool = False


def pairs(entity: str, rows: tuple[Row, ...], entries: tuple[KnownEntry, ...], arms: Milestone) -> Iterator[Pair]:
    """Each row of an entity with its entry: those of the same day first, then in order; and what is left of both."""
    waiting, free = list(rows), list(entries)
    for fit in range(_BEST, 0, -1):
        for row in list(waiting):
            entry = next((each for each in free if _fit(row, each, arms) == fit), None)
            if entry is not None:
                waiting.remove(row)
                free.remove(entry)
                yield Pair(entity, row, entry)
    open_ = [entry for entry in free if entry.last_day in {"none", "unknown", ""}]
    for row, entry in zip(waiting, open_, strict=False):
        free.remove(entry)
        yield Pair(entity, row, entry, differs=True)
    for row in waiting[len(open_) :]:
        yield Pair(entity, row, None)
    for entry in free:
        yield Pair(entity, None, entry)


def _fit(row: Row, entry: KnownEntry, arms: Milestone) -> int:
    """How well an entry fits a row: not at all without the day, better with the same end and the same line."""
    if row.days[arms] not in entry.days:
        return 0
    return 1 + 2 * (_end(row) == entry.last_day) + (entry.note == row.name)


def _end(row: Row) -> str:
    """The last day of a row, as an entry writes it."""
    return str(row.last_day or ("unknown" if row.has_ended else "none"))


class RegisterFile:
    """The register being edited."""

    def __init__(self, data: bytes, register: KnownRegister, copy: Copy) -> None:
        self._page = Page(data)
        self._register = register
        self._copy = copy
        self._edits: list[Edit] = []
        self._new: list[tuple[date, str, list[str]]] = []

    def gone(self, entry: KnownEntry) -> bool:
        """Doubt an entry that is not in the copy; False if it has ended or is doubted already."""
        if entry.last_day != "none":
            return False
        self._set_last_day(entry, "unknown")
        self._remark(entry, f"{GONE} {self._day}")
        return True

    def back(self, entry: KnownEntry) -> bool:
        """Take back the doubt that an earlier import had; False if there is none of that kind."""
        if entry.last_day != "unknown" or GONE not in entry.note or entry.note.rfind(BACK) > entry.note.rfind(GONE):
            return False
        self._set_last_day(entry, "none")
        self._remark(entry, f"{BACK} {self._day}")
        return True

    def ended(self, entry: KnownEntry, row: Row) -> bool:
        """Note that an entry has ended, on a day or on one that nobody gives; False if the file says so already."""
        word = _end(row)
        if word in {"none", entry.last_day} or entry.last_day not in {"none", "unknown"}:
            return False
        self._set_last_day(entry, word)
        return True

    def claim(self, entry: KnownEntry, row: Row) -> bool:
        """Put a further claim behind those of an entry; False if they stand in a form that takes none."""
        arms = self._register.arms
        node, new = entry.tree.get(arms), self._claim(row, arms)
        if isinstance(node, List):
            edit = self._page.added(node, [new])
        elif isinstance(node, Map) and self._page.is_flow(node):
            start, end = self._page.at(node.start), self._page.closing(node) + 1
            old = self._page.text[start:end]
            name = entry.tree.key(arms)
            indent = "\n" + " " * (name.start.column + 2 if name else 4)
            text = f"[{old}, {new}]" if self._page.is_flow(entry.tree) else f"{indent}- {old}{indent}- {new}"
            edit = Edit(start if text.startswith("[") else start - 1, end, text)
        else:
            edit = None
        if edit is not None:
            self._edits.append(edit)
        return edit is not None

    def add(self, entity: str, row: Row) -> None:
        """Add an entry."""
        lines = [f"- entity: {entity}"]
        lines += [f"  {step}: {self._claim(row, step)}" for step in Milestone if step in row.days]
        lines.append(f"  last_day: {_end(row)}")
        if self._copy.retrieved_on is not None:
            lines.append(f"  known_since: {self._copy.retrieved_on}")
        lines.append(f"  note: {scalar(row.name)}")
        self._new.append((row.days[self._register.arms], row.name, lines))

    def text(self) -> bytes:
        """The file as it is now to be."""
        for key, value in (("retrieved_on", self._copy.retrieved_on), ("count", self._count())):
            node = self._register.tree.get(key)
            if value is not None and isinstance(node, Text) and node.text != str(value):
                self._edits.append(self._page.replaced(node, str(value)))
        if self._new:
            self._edits.append(self._appended())
        return self._page.edited(self._edits)

    def _count(self) -> int:
        return len(self._register.entries) + len(self._new)

    def _appended(self) -> Edit:
        node = self._register.tree.get("entries")
        if isinstance(node, List) and node.items:
            if self._page.is_flow(node):
                start, end = self._page.at(node.start) - 1, self._page.closing(node) + 1
                items = [
                    self._page.text[self._page.at(each.start) : self._page.closing(each) + 1] for each in node.items
                ]
                return Edit(start, end, "".join(f"\n  - {item}" for item in items) + self._lines(2))
            return Edit(end := self._page.end_of(node), end, self._lines(node.start.column))
        if node is not None:
            start = self._page.at(node.start)
            end = self._page.closing(node) + 1 if isinstance(node, List | Map) else self._page.at(node.start)
            start -= self._page.text[:start].endswith(" ")
            return Edit(start, end, self._lines(2))
        edit = self._page.new_key(self._register.tree, "entries", "")
        return Edit(edit.start, edit.end, edit.text.rstrip() + self._lines(2))

    def _lines(self, indent: int) -> str:
        return "".join(f"\n{' ' * indent}{line}" for _, _, lines in sorted(self._new) for line in lines)

    def _claim(self, row: Row, step: Milestone) -> str:
        parts = [f"day: {row.days[step]}"]
        if row.source:
            parts.append(f"source: {scalar(row.source, in_brackets=True)}")
        if self._copy.confidence:
            parts.append(f"confidence: {self._copy.confidence}")
        return f"{{{', '.join(parts)}}}"

    @property
    def _day(self) -> str:
        node = self._register.tree.get("retrieved_on")
        return str(self._copy.retrieved_on or (node.text if isinstance(node, Text) else "the list"))

    def _set_last_day(self, entry: KnownEntry, word: str) -> None:
        node = entry.tree.get("last_day")
        if isinstance(node, Text):
            self._edits.append(self._page.replaced(node, word))

    def _remark(self, entry: KnownEntry, remark: str) -> None:
        """Add to the note of an entry, or give it one."""
        node = entry.tree.get("note")
        in_brackets = self._page.is_flow(entry.tree)
        if isinstance(node, Text) and node.text:
            text = scalar(f"{node.text.strip()}; {remark}", in_brackets=in_brackets)
            start, end = self._page.at(node.start), self._page.at(node.end)
            is_block = node.end.line > node.start.line and node.end.column == 0
            self._edits.append(Edit(start, end, text + "\n" * is_block))
        else:
            self._edits.append(
                self._page.new_key(entry.tree, "note", scalar(remark, in_brackets=in_brackets), behind="last_day")
            )
