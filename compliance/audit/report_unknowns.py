"""Which unknown facts leave notices possible that might be required, or not due at all, and what to do about them.

Theory: what to do follows from why a fact is unknown. Of a publisher that is declared a register leaves something
open, of another one nobody has looked. Where the reader is every table leaves open, for it answers for readers
everywhere: that is no finding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from compliance.audit.report import Asked, Section, columns, section
from compliance.audit.report_patterns import Pattern
from compliance.audit.report_rows import CALLED, DECLARED, PUBLISHERS

_NOTE: Final = (
    "only facts on which a notice hangs; a table counts once for each fact, and what readers in unknown places get is "
    "counted if `place` is `unknown`"
)
_OF_READERS: Final = (
    "; `reader.location` is left out: tables answer for readers everywhere, and leave open where they are"
)
_READER: Final = "reader."
_GENERAL: Final = "say it when the page is checked: a fact that is known decides the notice"


class Advice(NamedTuple):
    """What to do about a fact that is unknown."""

    usual: str
    called: str | None = None
    """If the publisher was called something that nobody declared; None if that changes nothing."""
    declared: str | None = None
    """If the publisher is declared."""

    def of(self, publisher: str) -> str:
        """What to do about a publisher that is known in one of the ways of `PUBLISHERS`."""
        return {CALLED: self.called, DECLARED: self.declared}.get(publisher) or self.usual


@dataclass(slots=True)
class _Unknown:
    tables: Counter[str] = field(default_factory=Counter)
    """By how the publisher is known."""
    notices: set[str] = field(default_factory=set)

    def advice(self, advice: Advice) -> str:
        """What to do: with how many tables each part concerns, if there are several."""
        parts: Counter[str] = Counter()
        for publisher in PUBLISHERS:
            if publisher in self.tables:
                parts[advice.of(publisher)] += self.tables[publisher]
        return "; ".join(text if len(parts) == 1 else f"of {number}: {text}" for text, number in parts.items())


def unknowns_section(
    counted: Iterable[tuple[str, int, int]], patterns: Mapping[int, Pattern], asked: Asked, advice: Mapping[str, Advice]
) -> Section:
    """The table of unknown facts, those of most tables first.

    Args:
        counted: how the publisher of some tables is known, their pattern, and how many there are.
        patterns: the patterns by their numbers.
        asked: what the report is asked for.
        advice: what to do about a fact, by its name; about others something general is said.
    """
    found: dict[str, _Unknown] = {}
    for publisher, number, count in counted:
        notices: dict[str, set[str]] = {}
        for due in patterns[number].due(asked.place, asked.wanted):
            for fact in due.unknowns:
                notices.setdefault(fact, set()).add(due.notice)
        for fact, names in notices.items():
            each = found.setdefault(fact, _Unknown())
            each.tables[publisher] += count
            each.notices |= names
    told = {fact: each for fact, each in found.items() if not fact.startswith(_READER)}
    rows = [
        (fact, each.tables.total(), tuple(sorted(each.notices)), each.advice(advice.get(fact, Advice(_GENERAL))))
        for fact, each in sorted(told.items(), key=lambda item: (-item[1].tables.total(), item[0]))
    ]
    heads = columns("fact", "tables", "notices", "advice", notices="notices that hang on it", advice="what to do")
    note = _NOTE + (_OF_READERS if len(told) < len(found) else "")
    return section("unknowns", "Unknown facts", heads, rows, limit=asked.limit, note=note)
