"""Reports of a node's evidence: asked of its views, with names of pages from the log itself.

Theory: all that one report says is read from one moment of the views. Views that are behind the log make a report that
is behind, and says so; views that do not fit make none.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final

from compliance.audit.checkpoint import Checkpoint, checkpoint_in
from compliance.audit.log_files import SEGMENTS, LogFiles, text_of
from compliance.audit.record import OutcomeRecord, RenderedRecord, TableRecord, decode
from compliance.audit.reference import reference_of
from compliance.audit.report import REPORTS, Asked, Basis, Cell, Report, Section, columns, section
from compliance.audit.report_coverage import (
    NO_NOTICE,
    NO_TABLE,
    NOTHING,
    OTHER_PAGE,
    Misfit,
    Stood,
    coverage_sections,
    lacking_section,
    misfits_section,
    named,
    required,
    stood,
    strangers,
)
from compliance.audit.report_decisions import (
    answers_section,
    due_section,
    outer_of,
    totals_section,
)
from compliance.audit.report_fit import NO_VIEWS, NOT_COMPARED, reading_views, require_fit, state_of
from compliance.audit.report_known import notes_on
from compliance.audit.report_rows import Rows, publisher_in, publishers_in
from compliance.audit.report_unknowns import Advice, unknowns_section
from compliance.audit.seal_status import is_waiting
from compliance.audit.sealed_state import SEALED
from compliance.audit.tiles import WIDTH
from compliance.audit.views import VIEWS, ViewsReader
from compliance.errors import EvidenceError

LEAST_TOLD: Final = 10
"""The least count of answers that is told where no record says which it was."""
_Pair = tuple[int, int]
"""The leaf of an outcome, and the number of what was confirmed."""


class Reporter:
    """Makes reports. Threads may share it."""

    def __init__(
        self,
        directory: Path,
        *,
        parameters: Collection[str] = (),
        advice: Mapping[str, Advice] | None = None,
        unsealed: Callable[[], bool | None] | None = None,
    ) -> None:
        """Report from a directory of evidence. Nothing is opened yet.

        Args:
            directory: that of the node.
            parameters: those in the queries of pages that tell them apart.
            advice: what to do about facts that are unknown, by their names.
            unsealed: says whether there are records that are not in the log yet; without it, the files say so.
        """
        self.log, self.views = LogFiles(directory), ViewsReader(directory / VIEWS)
        self._parameters, self._advice = tuple(parameters), dict(advice or {})
        self._unsealed = unsealed or (lambda: unsealed_in(directory))
        self._sound: object = None
        """The state of views whose sums agreed."""

    def report(self, name: str, asked: Asked, generated: date) -> Report:
        """One of `REPORTS`.

        Raises:
            EvidenceError: there are no views to report from, or the log cannot be read.
            RequestError: something is asked for that the log does not know.
        """
        with self._rows(asked) as rows:
            makers = {
                "decisions": self._decisions,
                "rulesets": self._rulesets,
                "coverage": self._coverage,
                "unknowns": self._unknowns,
            }
            sections = makers[name](rows, asked)
            basis = self._basis(rows, generated)
            notes = (*notes_on(rows, asked, generated, self._reference(asked.content)), NOT_COMPARED)
        return Report(name=name, title=REPORTS[name], asked=asked, basis=basis, sections=sections, notes=notes)

    def close(self) -> None:
        """Let go of the views."""
        self.views.close()

    @contextmanager
    def _rows(self, asked: Asked) -> Iterator[Rows]:
        state = state_of(self.views.path)  # as it was before: who writes meanwhile has it looked at again
        with reading_views(), self.views.connection() as database:
            if database is None:
                raise EvidenceError(NO_VIEWS)
            database.execute("BEGIN")
            try:
                require_fit(database, self.log, are_sums_sound=state == self._sound)
                self._sound = state
                yield Rows(database, asked, self._reference(asked.content))
            finally:
                with suppress(sqlite3.Error):
                    database.execute("ROLLBACK")

    def _reference(self, content: str | None) -> str | None:
        """A page as records name it; an address without its scheme, which they never name, is taken for one with it."""
        if content is None:
            return None
        found = reference_of(content, self._parameters) or reference_of(f"https://{content}", self._parameters)
        return found or content

    def _basis(self, rows: Rows, generated: date) -> Basis:
        note = self.log.checkpoint()
        head: Checkpoint | None = None if note is None else checkpoint_in(text_of(note))
        return Basis(
            generated=generated,
            origin=None if head is None else head.origin,
            size=0 if head is None else head.size,
            root=None if head is None or note is None else text_of(note).split("\n")[2],
            counted=rows.size(),
            unsealed=self._unsealed(),
            rulesets=tuple(sorted(rows.rulesets[each] for each in rows.concerned)),
            least=rows.least() or LEAST_TOLD,
            suppressed=rows.suppressed,
            outages=rows.outages(),
        )

    # -- the reports ------------------------------------------------------------------------------------

    def _decisions(self, rows: Rows, asked: Asked) -> tuple[Section, ...]:
        counted = rows.counted(outer_of(asked.by))
        patterns = rows.patterns({pattern for _, pattern, _ in counted})

        def named(what: str, numbers: Collection[Any]) -> Mapping[Any, Cell]:
            return self._named(rows, what, numbers)

        return (
            due_section(counted, patterns, asked, named),
            answers_section(rows.answers, asked, rows.suppressed),
            totals_section(counted, patterns),
        )

    def _rulesets(self, rows: Rows, asked: Asked) -> tuple[Section, ...]:
        answered, taken_up = rows.answered(), {row[1]: row for row in rows.announced}
        found: list[tuple[Cell, ...]] = []
        for number in rows.concerned:
            known, decided = taken_up.get(number), rows.decided.get(number)
            tables, answers = decided[2] if decided else 0, answered.get(number, 0)
            told: tuple[Cell, ...] = known[2:] if known else (None, None, None, None)
            for span in rows.in_use[number]:
                last = None if span.last is None else _day(span.last)
                found.append((_day(span.first), last, rows.rulesets[number], tables, answers, *told))
        heads = columns(
            "first", "last", "ruleset", "tables", "answers", "source", "bundle", "semantics", "product",
            ruleset="rule set", first="from", last="to", answers="notices in answers",
        )  # fmt: skip
        stops: list[tuple[Cell, ...]] = [
            (each.day.isoformat(), each.stopped_on.isoformat() if each.stopped_on else None, each.reason, each.missed)
            for each in rows.outages()
        ]
        heads_of_stops = columns("day", "stopped_on", "reason", "missed", day="went on", missed="records missed")
        return (
            section(
                "rulesets", "Rule sets in use", heads, sorted(found, key=lambda row: str(row[0])), limit=asked.limit
            ),
            section("outages", "Times in which evidence may be lacking", heads_of_stops, stops, limit=asked.limit),
        )

    def _coverage(self, rows: Rows, asked: Asked) -> tuple[Section, ...]:
        counted = rows.confirmed()
        patterns = rows.patterns({pattern for _, pattern, _, _ in counted})
        said = rows.confirmations({number for _, _, number, _ in counted})
        found: dict[_Pair, tuple[Stood, int]] = {}
        strange: dict[_Pair, tuple[tuple[str, ...], int]] = {}
        for outcome, pattern, number, tables in counted:
            confirmed = None if number == NOTHING else said[number]
            words = None if confirmed is None else self._outcome(outcome)
            if due := required(patterns[pattern], asked):
                found[outcome, number] = stood(due, confirmed, words), tables
            if others := strangers(confirmed or (), words):
                strange[outcome, number] = others, tables
        lacks = {key: each for key, (each, _) in found.items() if not each.is_complete}
        told = [
            (None if record is None else record.content, day, leaf, "" if record is None else record.key, lacks[key])
            for leaf, day, key, record in self._listed(rows, lacks, asked.limit)
        ]
        lacking = lacking_section(told, sum(found[key][1] for key in lacks), asked)
        return (*coverage_sections(found.values()), lacking, self._misfits(rows, asked, strange))

    def _misfits(self, rows: Rows, asked: Asked, strange: Mapping[_Pair, tuple[tuple[str, ...], int]]) -> Section:
        """The confirmations that do not fit, with those of notices that a table does not have."""
        whys = dict.fromkeys(rows.unplaced(), NO_TABLE) | dict.fromkeys(rows.misplaced(), OTHER_PAGE)
        listed = dict(self._records(sorted(whys)[-asked.limit :]))
        found = [
            Misfit(
                each.content,
                each.day.isoformat(),
                leaf,
                each.table,
                named((n.id, n.entity) for n in each.notices),
                whys[leaf],
            )
            for leaf, each in sorted(listed.items(), reverse=True)
            if isinstance(each, RenderedRecord)
        ]
        for leaf, day, key, record in self._listed(rows, strange, asked.limit):
            page, table = (None, "") if record is None else (record.content, record.key)
            found.append(Misfit(page, day, leaf, table, strange[key][0], NO_NOTICE))
        return misfits_section(found, len(whys) + sum(tables for _, tables in strange.values()), asked)

    def _listed(
        self, rows: Rows, wanted: Collection[_Pair], limit: int
    ) -> list[tuple[int, str, _Pair, TableRecord | None]]:
        """Leaf, day and record of tables with some outcomes and confirmations, the latest first."""
        found = ((leaf, _day(day), (outcome, number)) for leaf, outcome, day, number in rows.pages())
        listed = list(islice((each for each in found if each[2] in wanted), limit)) if wanted else []
        pages = self._tables([leaf for leaf, _, _ in listed])
        return [(leaf, day, key, pages.get(leaf)) for leaf, day, key in listed]

    def _unknowns(self, rows: Rows, asked: Asked) -> tuple[Section, ...]:
        counted = rows.counted(("publisher",))
        patterns = rows.patterns({pattern for _, pattern, _ in counted})
        known = [(publisher_in(rows.publishers[publisher]), number, tables) for (publisher,), number, tables in counted]
        return (unknowns_section(known, patterns, asked, self._advice), totals_section(counted, patterns))

    # -- names ------------------------------------------------------------------------------------------

    def _named(self, rows: Rows, what: str, numbers: Collection[Any]) -> Mapping[Any, Cell]:
        """Names for the numbers of days, rule sets, publishers and pages."""
        if what == "day":
            return {each: _day(each) for each in numbers}
        if what == "ruleset":
            return {each: rows.rulesets.get(each) for each in numbers}
        if what == "publisher":
            return {each: " or ".join(publishers_in(rows.publishers[each])) or None for each in numbers}
        if what == "decision":
            return {leaf: table.key for leaf, table in self._tables(numbers).items()}
        leaves = {leaf: number for number in numbers for leaf in rows.leaves_of(number)[-1:]}
        return {leaves[leaf]: table.content for leaf, table in self._tables(sorted(leaves)).items()}

    def _tables(self, leaves: Iterable[int]) -> dict[int, TableRecord]:
        """The tables in some leaves, as far as they can be read."""
        return {leaf: record for leaf, record in self._records(leaves) if isinstance(record, TableRecord)}

    def _outcome(self, leaf: int) -> OutcomeRecord | None:
        return next((record for _, record in self._records([leaf]) if isinstance(record, OutcomeRecord)), None)

    def _records(self, leaves: Iterable[int]) -> Iterator[tuple[int, Any]]:
        """The records of some leaves, each bundle read once; those that were erased are left out."""
        wanted = set(leaves)
        for first in sorted({leaf - leaf % WIDTH for leaf in wanted}):
            for leaf, entry in self.log.entries(first, min(first + WIDTH, self.log.size())):
                if leaf in wanted and entry:
                    with suppress(EvidenceError):  # that it cannot be read is for `verify` to find
                        yield leaf, decode(self.log.record(entry))


def unsealed_in(directory: Path) -> bool | None:
    """Whether records are there that are not in the log yet; a copy of the log alone does not tell."""
    return is_waiting(directory) if (directory / SEGMENTS).is_dir() and (directory / SEALED).is_dir() else None


def _day(number: int) -> str:
    return date.fromordinal(number).isoformat()
