"""Tables that an operator writes, as CSV or as a YAML list, to one kind of row that knows where it stands.

Theory: a table in a spreadsheet and a list in YAML say the same, so both become the maps that rule files are
made of, and are checked by the same getters. In CSV nothing means anything but itself, too: a row is one line,
an empty cell is a key that is not there, a line that begins with `#` is a comment.

Source: RFC 4180 (CSV), without line breaks inside of cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from compliance.errors import Problem, Span, nearest
from compliance.language.source import Broken, File, List, Map, Node, Text, read
from compliance.language.syntax import LINE_BREAK

MOST_BYTES: Final = 32_000_000
_YAML: Final = (".yaml", ".yml")
_DELIMITERS: Final = ",;\t"
_QUOTED: Final = {each: re.compile(rf'("(?:[^"]|"")*") *(?={each}|$)') for each in _DELIMITERS}


@dataclass(frozen=True, slots=True)
class Columns:
    """What the rows of a table may hold: `known` keys, of which each row needs those in `needed`."""

    what: str
    known: tuple[str, ...]
    needed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Mark:
    """A place in a text, counted from 0."""

    line: int
    column: int


def read_table(path: str, data: bytes, columns: Columns) -> tuple[tuple[Map, ...], list[Problem]]:
    """The rows of a table, and every problem of its form; what a row holds is for the caller to check.

    Args:
        path: the name of the file; if it ends in .yaml or .yml the table is a YAML list, else CSV with a header.
        data: its bytes, in UTF-8.
        columns: the keys that rows have.
    """
    if len(data) > MOST_BYTES:
        return (), [Problem(f"the file is larger than {MOST_BYTES} bytes", Span(path, 1, 1), "split it")]
    if not data.strip():
        return (), [Problem("the file is empty", Span(path, 1, 1), "leave it out if nothing is to be said")]
    return _yaml(path, data, columns) if path.lower().endswith(_YAML) else _csv(path, data, columns)


def _yaml(path: str, data: bytes, columns: Columns) -> tuple[tuple[Map, ...], list[Problem]]:
    root, problems = read(path, data)
    if root is None:
        return (), problems
    if not isinstance(root, List):
        help_ = f"begin each row with `- `, for example `- {{{columns.known[0]}: ...}}`"
        return (), [*problems, Problem(f"{columns.what} stands in a list", root.span, help_)]
    wrong = [each for each in root.items if not isinstance(each, Map | Broken)]
    problems += [Problem(f"{columns.what} is a map", each.span, "write it as `key: value`") for each in wrong]
    return tuple(each for each in root.items if isinstance(each, Map)), problems


# -- CSV ------------------------------------------------------------------------------------------------


def _csv(path: str, data: bytes, columns: Columns) -> tuple[tuple[Map, ...], list[Problem]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return (), [Problem("the file is not UTF-8", Span(path, line, 1), "save it as UTF-8")]
    reading = File(path, LINE_BREAK.split(text))
    lines = [number for number, line in enumerate(reading.lines) if line.strip() and line.lstrip()[0] != "#"]
    if not lines:
        return (), [Problem("the table has no header", Span(path, 1, 1), f"it begins: {','.join(columns.known)}")]
    head = reading.lines[lines[0]]
    delimiter = max(_DELIMITERS, key=lambda each: (head.count(each), -_DELIMITERS.index(each)))
    names = _header(list(_cells(reading, lines[0], delimiter)), reading, lines[0], columns)
    rows = [_row(list(_cells(reading, number, delimiter)), names, reading, number, columns) for number in lines[1:]]
    return tuple(row for row in rows if row is not None), reading.problems


def _cells(reading: File, number: int, delimiter: str) -> Iterator[Text]:
    """The cells of a line, without the spaces around them."""
    line, at = reading.lines[number], 0
    while at <= len(line):
        begin = at
        while begin < len(line) and line[begin] == " ":
            begin += 1
        quoted = _QUOTED[delimiter].match(line, begin)
        end = quoted.end(1) if quoted else line.find(delimiter, begin)
        end = len(line) if end < 0 else end
        start, stop = _Mark(number, begin), _Mark(number, max(begin, len(line[:end].rstrip())))
        cell = line[begin:end].strip()
        if cell.startswith('"') and not quoted:
            help_ = 'a cell is in quotation marks as a whole and on one line; inside of it write `""` for one'
            reading.fail(reading.span(start, stop), "a quotation mark is not closed", help_)
        yield Text(cell[1:-1].replace('""', '"').strip() if quoted else cell, reading, start, stop)
        at = (quoted.end() if quoted else end) + 1


def _header(cells: Sequence[Text], reading: File, number: int, columns: Columns) -> list[str | None]:
    """The key of each column, None for one that is a problem; notes the keys that have no column."""
    names: list[str | None] = []
    for cell in cells:
        if cell.text not in columns.known:
            help_ = nearest(cell.text, columns.known) or f"{columns.what} has: {', '.join(columns.known)}"
            reading.fail(cell.span, f"unknown column `{cell.text}`", help_)
        elif cell.text in names:
            reading.fail(cell.span, f"there are two columns `{cell.text}`", "keep one")
        names.append(cell.text if cell.text in columns.known and cell.text not in names else None)
    slips = [cell.text for cell, name in zip(cells, names, strict=True) if name is None]
    for missing in (each for each in columns.needed if each not in names and not nearest(each, slips)):
        reading.fail(reading.span(_Mark(number, 0)), f"there is no column `{missing}`", "add it to the first line")
    return names


def _row(
    cells: Sequence[Text], names: Sequence[str | None], reading: File, number: int, columns: Columns
) -> Map | None:
    """A line as a map; None if it is a problem or empty. A key without a column is broken: it is missed only once."""
    start = _Mark(number, 0)
    if not any(cell.text for cell in cells):
        return None
    if len(cells) != len(names):
        help_ = "put a text with commas in it into quotation marks" if len(cells) > len(names) else None
        reading.fail(reading.span(start), f"the row has {len(cells)} cells, the header has {len(names)}", help_)
        return None
    found: dict[str, tuple[Text, Node]] = {}
    for name, cell in zip(names, cells, strict=True):
        if name is not None and cell.text:
            found[name] = (cell.saying(name), cell)
    for name in columns.needed:
        if name not in names:
            found[name] = (Text(name, reading, start, start), Broken(reading, start))
    return Map(found, reading, start, is_whole=None not in names)
