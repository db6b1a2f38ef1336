"""Which required notices the publishing pipeline confirmed as shown, and on which pages it did not.

Theory: a notice is shown if the pipeline that made the page says so, in words that the table has for it, in whichever
language. What is confirmed in other words is not what was required. Of a table that is confirmed more than once the
last time counts. A confirmation that names another page than its table does is of no table: it is listed, and counts
for nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from compliance.audit.report import Asked, Cell, Section, columns, section
from compliance.audit.report_patterns import REQUIRED, Pattern, Wanted
from compliance.audit.table import OutcomeRecord

NOTHING: Final = -1
"""The number of what is confirmed where nothing is."""
SHOWN, OTHER_WORDS, MISSING, UNCONFIRMED = "shown", "shown in other words", "missing", "not confirmed"
WAYS: Final = (SHOWN, OTHER_WORDS, MISSING, UNCONFIRMED)
Confirmed = tuple[str, str | None, str, str]
"""Notice, entity, language, and the digest of the words."""
Who = tuple[str, str | None]
"""A notice and the entity that it is about."""


@dataclass(frozen=True, slots=True)
class Stood:
    """How each required notice of a table stands."""

    ways: Mapping[Who, str]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is lacking."""
        return all(way == SHOWN for way in self.ways.values())

    @property
    def is_confirmed(self) -> bool:
        """Whether anything at all was confirmed of the page."""
        return UNCONFIRMED not in self.ways.values()

    def told(self, way: str) -> tuple[str, ...]:
        """The notices that stand so."""
        return named(who for who, each in self.ways.items() if each == way)


def named(notices: Iterable[Who]) -> tuple[str, ...]:
    """Notices with the entities that they are about, as a report writes them."""
    found = sorted({(notice, entity or "") for notice, entity in notices})
    return tuple(f"{notice} ({entity})" if entity else notice for notice, entity in found)


def required(pattern: Pattern, asked: Asked) -> frozenset[Who]:
    """The notices that a table requires, in the place that is asked for or anywhere."""
    wanted = Wanted(rule=asked.rule, notice=asked.notice, entity=asked.entity, status=REQUIRED)
    return frozenset((due.notice, due.entity) for due in pattern.due(asked.place, wanted))


def stood(due: Collection[Who], confirmed: Iterable[Confirmed] | None, outcome: OutcomeRecord | None) -> Stood:
    """How required notices stand.

    Args:
        due: the notices.
        confirmed: what the pipeline confirmed; None if it never did.
        outcome: the words that there are for them; None if they were erased, then any words will do.
    """
    if confirmed is None:
        return Stood(dict.fromkeys(due, UNCONFIRMED))
    said: dict[Who, set[str]] = {}
    for notice, entity, _, text in confirmed:
        said.setdefault((notice, entity), set()).add(text)
    words = None if outcome is None else _digests(outcome)
    return Stood({who: _way(said.get(who), None if words is None else words.get(who, set())) for who in due})


def _way(said: set[str] | None, words: set[str] | None) -> str:
    if said is None:
        return MISSING
    return SHOWN if words is None or said & words else OTHER_WORDS


def _digests(outcome: OutcomeRecord) -> dict[Who, set[str]]:
    """The digests of all words that may stand for a notice, alone or with others in a footnote."""
    found: dict[Who, set[str]] = {}
    for shown in outcome.notices:
        words = outcome.words[shown.words]
        found.setdefault((shown.id, shown.entity), set()).update(words.text.values(), words.short.values())
    for note in outcome.footnotes:
        words = outcome.words[note.words]
        for entity in note.entities:
            found.setdefault((note.id, entity), set()).update(words.text.values(), words.short.values())
    return found


def strangers(confirmed: Iterable[Confirmed], outcome: OutcomeRecord | None) -> tuple[str, ...]:
    """The notices that were confirmed and that the table does not have; none if its outcome was erased."""
    if outcome is None:
        return ()
    words = _digests(outcome)
    return named((notice, entity) for notice, entity, *_ in confirmed if (notice, entity) not in words)


def coverage_sections(counted: Iterable[tuple[Stood, int]]) -> tuple[Section, Section]:
    """How many tables stand how, and the same of each notice.

    Args:
        counted: how the notices of some tables stand, and how many tables these are; only with required notices.
    """
    tables: Counter[str] = Counter()
    notices: dict[str, Counter[str]] = {}
    for found, number in counted:
        state = "complete" if found.is_complete else "lacking" if found.is_confirmed else UNCONFIRMED
        tables[state] += number
        for notice in {notice for notice, _ in found.ways}:
            ways = {way for (each, _), way in found.ways.items() if each == notice}
            counts = notices.setdefault(notice, Counter())
            counts["tables"] += number
            for way in ways:
                counts[way] += number
    rows: list[tuple[Cell, ...]] = [(state, tables[state]) for state in ("complete", "lacking", UNCONFIRMED)]
    heads = columns("state", "tables", state="required notices are")
    totals = section("totals", "Tables with required notices", heads, rows, limit=len(rows))
    heads = columns("notice", "tables", "shown", "other_words", "missing", "unconfirmed", other_words=OTHER_WORDS)
    of_notices: list[tuple[Cell, ...]] = [
        (notice, found["tables"], *(found[way] for way in WAYS)) for notice, found in sorted(notices.items())
    ]
    return totals, section("notices", "By notice", heads, of_notices, limit=len(of_notices), note=_EACH)


_EACH: Final = "a table with a notice for several entities counts under each way in which one of them stands"


def lacking_section(rows: Iterable[tuple[str | None, str, int, str, Stood]], total: int, asked: Asked) -> Section:
    """The pages that lack something.

    Args:
        rows: page, day of its record, leaf, key of the table, and how its notices stand.
        total: how many there are, with those that are not listed.
        asked: what the report is asked for.
    """
    heads = columns("content", "day", "leaf", "table", "missing", "other_words", "unconfirmed", other_words=OTHER_WORDS)
    found: list[tuple[Any, ...]] = [
        (content, day, leaf, table, *(each.told(way) for way in (MISSING, OTHER_WORDS, UNCONFIRMED)))
        for content, day, leaf, table, each in rows
    ]
    told = section("lacking", "Pages that lack a confirmation", heads, found, limit=asked.limit)
    return Section(
        name=told.name, title=told.title, columns=told.columns, rows=told.rows, left_out=total - len(told.rows)
    )


@dataclass(frozen=True, slots=True)
class Misfit:
    """A confirmation that does not fit what the log has, or not all of it."""

    content: str | None
    day: str | None
    leaf: int
    """That of the confirmation; of notices that a table does not have, that of the table."""
    table: str
    notices: tuple[str, ...]
    why: str


OTHER_PAGE: Final = "the table is of another page: this counts for nothing"
NO_TABLE: Final = "the log has no such table (yet): this counts for nothing until it has"
NO_NOTICE: Final = "the table has no such notices: the others of the confirmation count"


def misfits_section(found: Sequence[Misfit], total: int, asked: Asked) -> Section:
    """The confirmations that do not fit.

    Args:
        found: those that are listed.
        total: how many there are, with those that are not.
        asked: what the report is asked for.
    """
    heads = columns("content", "day", "leaf", "table", "notices", "why", content="page as confirmed")
    rows = tuple((each.content, each.day, each.leaf, each.table, each.notices, each.why) for each in found)
    told = section("misfits", "Confirmations that do not fit", heads, rows, limit=asked.limit)
    return msgspec.structs.replace(told, left_out=total - len(told.rows))
