"""Reports as comma-separated values, for spreadsheets.

Theory: one table for the whole report, so that every line has the same columns: the first says which section it is
of, and the last lines are what the report rests on. A spreadsheet runs text that begins like a formula, and some of
these texts come from pages and from callers: they get an apostrophe in front, which spreadsheets take for "this is
text". Numbers are never text.

Source: RFC 4180; OWASP, CSV Injection.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from compliance.audit.report import SUPPRESSED, Cell, Report

MEDIA_TYPE: Final = "text/csv; charset=utf-8; header=present"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How formulas begin; also in the wide forms of the signs."""


def as_csv(report: Report) -> bytes:
    """The report in UTF-8."""
    names = list(dict.fromkeys(each.name for section in report.sections for each in section.columns))
    heads = ["section", *names, "basis", "value"]
    lines = [_line(heads)]
    for section in report.sections:
        own = [each.name for each in section.columns]
        for row in section.rows:
            cells = dict(zip(own, row, strict=True))
            lines.append(_line([section.name, *(cells.get(name) for name in names), None, None]))
        if section.left_out:
            lines.append(_line([section.name, *[None] * len(names), "rows left out", section.left_out]))
        if section.note:
            lines.append(_line([section.name, *[None] * len(names), "note", section.note]))
    lines.extend(_line(["report", *[None] * len(names), "note", note]) for note in report.notes)
    lines.extend(_line(["basis", *[None] * len(names), name, value]) for name, value in basis_of(report))
    return "".join(lines).encode("utf-8", "replace")


def basis_of(report: Report) -> Iterator[tuple[str, Cell]]:
    """What a report rests on, by name."""
    yield "report", report.name
    for name, value in report.asked.filters.items():
        yield f"only {name}", value
    yield "by", report.asked.by
    for name, value in msgspec.to_builtins(report.basis).items():
        if name == "outages":
            yield name, tuple(f"{each['day']} {each['reason']}" for each in value)
        elif name == "suppressed" and value is None:
            yield name, SUPPRESSED
        else:
            yield name, tuple(value) if isinstance(value, list) else _word(value)


def _word(value: Cell | bool) -> Cell:  # noqa: FBT001 - a cell
    return {True: "yes", False: "no", None: "not known"}[value] if value is None or isinstance(value, bool) else value


def _line(cells: Sequence[Cell]) -> str:
    return ",".join(map(_cell, cells)) + "\r\n"


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, int):
        return str(cell)
    text = "; ".join(cell) if isinstance(cell, tuple) else cell
    if text.lstrip(" ").startswith(_FORMULA):
        text = f"'{text}"
    quoted = text.replace('"', '""')
    return f'"{quoted}"' if quoted != text or any(sign in text for sign in ',\r\n"') else text
