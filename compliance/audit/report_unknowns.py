"""Which unknown facts leave notices possible that might be required, or not due at all, and what to do about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from compliance.audit.report import Asked, Section, columns, section
from compliance.audit.report_patterns import Pattern

_NOTE: Final = (
    "only facts on which a notice hangs; a table counts once for each fact, and what readers in unknown places get is "
    "counted if `place` is `unknown`"
)
_GENERAL: Final = "say it when the page is checked: a fact that is known decides the notice"


def unknowns_section(
    counted: Iterable[tuple[Any, int, int]], patterns: Mapping[int, Pattern], asked: Asked, advice: Mapping[str, str]
) -> Section:
    """The table of unknown facts, those of most tables first.

    Args:
        counted: for groups of tables the pattern and how many there are.
        patterns: the patterns by their numbers.
        asked: what the report is asked for.
        advice: what to do about a fact, by its name; about others something general is said.
    """
    tables: dict[str, int] = {}
    notices: dict[str, set[str]] = {}
    for _, number, count in counted:
        found: dict[str, set[str]] = {}
        for due in patterns[number].due(asked.place, asked.wanted):
            for fact in due.unknowns:
                found.setdefault(fact, set()).add(due.notice)
        for fact, names in found.items():
            tables[fact] = tables.get(fact, 0) + count
            notices.setdefault(fact, set()).update(names)
    order = sorted(tables, key=lambda fact: (-tables[fact], fact))
    rows = [(fact, tables[fact], tuple(sorted(notices[fact])), advice.get(fact, _GENERAL)) for fact in order]
    heads = columns("fact", "tables", "notices", "advice", notices="notices that hang on it", advice="what to do")
    return section("unknowns", "Unknown facts", heads, rows, limit=asked.limit, note=_NOTE)
