"""Reports as lines of text, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compliance.audit.report import Cell, Report, Section, more_rows
from compliance.audit.report_csv import basis_of
from compliance.errors import visible

_MOST_WIDE: Final = 72


def as_text(report: Report) -> Iterator[str]:
    """The lines of a report."""
    yield report.title
    for note in report.notes:
        yield f"note: {visible(note)}"
    for section in report.sections:
        yield ""
        yield from _section(section)
    yield ""
    for name, value in basis_of(report):
        if said := _cell(value):
            yield f"{name}: {said}"


def _section(section: Section) -> Iterator[str]:
    yield f"{section.title}:"
    if not section.rows:
        yield "  nothing"
    else:
        rows = [[each.title for each in section.columns], *([_cell(cell) for cell in row] for row in section.rows)]
        widths = [min(_MOST_WIDE, max(len(row[at]) for row in rows)) for at in range(len(section.columns))]
        is_number = [any(isinstance(row[at], int) for row in section.rows) for at in range(len(section.columns))]
        for row in rows:
            cells = [
                text.rjust(width) if right else text.ljust(width)
                for text, width, right in zip(row, widths, is_number, strict=True)
            ]
            yield f"  {'  '.join(cells)}".rstrip()
    if section.left_out:
        yield f"  {more_rows(section.left_out)} not shown"
    if section.note:
        yield f"  note: {section.note}"


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    return visible("; ".join(cell) if isinstance(cell, tuple) else str(cell))
