"""A file with a list, to rows: CSV, JSON lines, and which of the formats it is.

Theory: a list that cannot be read is refused whole, with what to do about it; a line that cannot be read costs
that line, and says so. Columns that are not used are named, so that nobody believes they were.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from typing import Any, Final

from compliance.errors import Problem, RequestError, Span, nearest
from compliance.review.importing import ftm
from compliance.review.importing.rows import FIELDS, How, LeftOut, Listing, Row, column_for, in_order, row_of

FORMATS: Final = ("csv", "jsonl", "ftm")
_SEVERAL: Final = frozenset({"names", "former_names", "weak_names", "acronyms", "domains"})
"""Fields of which a cell holds several, with `|` between them."""
_DELIMITERS: Final = ",;\t"
_RUSSIAN_WORD: Final = re.compile("[А-Яа-яЁё]{4}")
_UNUSED: Final = frozenset({"this column is not imported", "this key is not imported"})


def read_list(data: bytes, path: str, how: How, form: str | None = None) -> Listing:
    """The rows of a list, the same ones once, and everything that is left out.

    Raises:
        RequestError: it cannot be read as a list at all.
    """
    text = _text(data, path)
    form = form or _form(text)
    if form == "csv":
        found = list(_csv(text, path, how))
    elif form == "ftm":
        found = list(ftm.read(_objects(text), how))
    else:
        found = list(_json_lines(text, how))
    listing = _once(found)
    if not listing.rows and all(each.is_fault or each.reason in _UNUSED for each in listing.left_out):
        faults = tuple(each for each in listing.left_out if each.is_fault)
        help_ = None if form == "csv" and faults else "is it another format? give it with `--format`"
        raise _refusal(path, "no row could be read", help_, faults)
    return listing


def _once(found: list[Row | LeftOut]) -> Listing:
    """The rows without those that only say again what an earlier one said."""
    rows: dict[tuple[object, ...], Row] = {}
    left_out = [each for each in found if isinstance(each, LeftOut)]
    for row in (each for each in found if isinstance(each, Row)):
        first = rows.setdefault(in_order(row), row)
        if first is not row:
            left_out.append(LeftOut(row.line, row.name, f"line {first.line} says the same"))
        elif row.doubt is not None:
            left_out.append(LeftOut(row.line, row.name, row.doubt))
    return Listing(tuple(rows.values()), tuple(left_out))


def _text(data: bytes, path: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refusal(path, "the list is not UTF-8", f"convert it: iconv -f utf-16 -t utf-8 {path} > utf-8.txt")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        is_russian = _RUSSIAN_WORD.search(data.decode("cp1251", "replace"))
        how = f"it looks like CP1251: iconv -f cp1251 -t utf-8 {path} > utf-8.txt" if is_russian else "save it as UTF-8"
    raise _refusal(path, "the list is not UTF-8", how)


def _refusal(
    path: str, message: str, help_: str | None, faults: tuple[LeftOut, ...] = (), line: int = 1
) -> RequestError:
    problems = [Problem(f"{each.what or 'the row'}: {each.reason}", Span(path, each.line or 1, 1)) for each in faults]
    return RequestError([*problems, Problem(message, Span(path, line, 1), help_)])


def _form(text: str) -> str:
    """Which format a text is in, by its first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first.lstrip().startswith("{"):
        return "csv"
    try:
        found = json.loads(first)
    except (ValueError, RecursionError):
        return "jsonl"
    return "ftm" if {"schema", "properties"} <= found.keys() else "jsonl"


def _field(column: str, how: How) -> str | None:
    """The field that a column is: by the mapping, which also takes a name away from its own column."""
    for name, mapped in how.columns.items():
        if mapped == column:
            return name
    found = column_for(column)
    return found if found not in how.columns else None


def _csv(text: str, path: str, how: How) -> Iterator[Row | LeftOut]:
    # only \r and \n end a line here: a line separator (U+2028) in a name would make two rows of one
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)
    head = next((line for line in lines if line.strip()), "")
    delimiter = max(_DELIMITERS, key=lambda each: (head.count(each), -_DELIMITERS.index(each)))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    columns: list[str] = []
    fields: list[str | None] = []
    line = 1
    try:
        for cells in reader:
            if columns and cells:
                yield _row_of_cells(cells, columns, fields, line, how)
            elif any(cell.strip() for cell in cells):
                columns = [cell.strip() for cell in cells]
                fields = _header(columns, path, how, line)
                unused = [column for column, name in zip(columns, fields, strict=True) if name is None]
                yield from (LeftOut(line, column, "this column is not imported") for column in unused)
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"the CSV cannot be read: {error}"
        raise _refusal(path, message, "is a quotation mark open?", line=reader.line_num) from None
    if not columns:
        raise _refusal(path, "the list is empty", "it begins with a line of column names")


def _header(columns: list[str], path: str, how: How, line: int) -> list[str | None]:
    """The field of each column; refuses a header that leaves a needed one open."""
    fields = [_field(column, how) for column in columns]
    for name, column in how.columns.items():
        if column not in columns:
            help_ = nearest(column, columns) or f"the columns are: {', '.join(columns)}"
            raise _refusal(path, f"there is no column `{column}` for `{name}`", help_, line=line)
    for needed in ("name", how.arms.value):
        if fields.count(needed) != 1:
            what = "no column" if needed not in fields else "more than one column"
            columns_ = f"the columns are: {', '.join(columns)}"
            raise _refusal(
                path, f"{what} is `{needed}`", f"give it with `--map {needed}=COLUMN`; {columns_}", line=line
            )
    return fields


def _row_of_cells(cells: list[str], columns: list[str], fields: list[str | None], line: int, how: How) -> Row | LeftOut:
    if len(cells) != len(columns):
        hint = ": quotation marks around a text keep it in one cell" if len(cells) > len(columns) else ""
        reason = f"it has {len(cells)} cells, the header has {len(columns)}{hint}"
        return LeftOut(line, cells[0].strip(), reason, is_fault=True)
    given: dict[str, list[str]] = {}
    for name, cell in zip(fields, cells, strict=True):
        if name is not None:
            given.setdefault(name, []).extend(cell.split("|") if name in _SEVERAL else [cell])
    return row_of(given, line, how)


def _objects(text: str) -> Iterator[tuple[int, dict[str, Any] | LeftOut]]:
    """Each line that holds something, as an object or as the fault that it is."""
    for line, written in enumerate(text.split("\n"), 1):
        if not written.strip():
            continue
        try:
            found = json.loads(written)
        except (ValueError, RecursionError) as error:
            yield line, LeftOut(line, written.strip()[:80], f"it is not JSON: {str(error).lower()}", is_fault=True)
            continue
        if isinstance(found, dict):
            yield line, found
        else:
            yield line, LeftOut(line, written.strip()[:80], "it is not an object", is_fault=True)


def _json_lines(text: str, how: How) -> Iterator[Row | LeftOut]:
    unused: set[str] = set()
    for line, found in _objects(text):
        if isinstance(found, LeftOut):
            yield found
            continue
        given: dict[str, list[str]] = {}
        for key, value in found.items():
            name = _field(key, how)
            if name is not None:
                given.setdefault(name, []).extend(_values(value))
            elif key not in unused:
                unused.add(key)
                yield LeftOut(line, key, "this key is not imported")
        yield row_of(given, line, how)


def _values(value: object) -> list[str]:
    """A value of JSON as texts, in lists however deep; null is none."""
    found, todo = [], [value]
    while todo:
        each = todo.pop()
        if isinstance(each, list):
            todo += reversed(each)
        elif each is not None and not isinstance(each, dict):
            found.append(str(each).lower() if isinstance(each, bool) else str(each))
    return found


def known_fields() -> tuple[str, ...]:
    """The fields that a column may be mapped to."""
    return tuple(name for name in FIELDS if name != "kind")
