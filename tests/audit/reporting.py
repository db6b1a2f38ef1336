"""Small logs of random decisions, and what a report of them has to count, by the records alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from hypothesis import strategies as st

from compliance.audit.log_files import LogFiles
from compliance.audit.record import AnyRecord, OutcomeRecord, RulesetRecord, TableRecord, encode
from compliance.audit.report import Asked
from compliance.audit.report_patterns import ELSEWHERE, STATES, UNKNOWN
from compliance.audit.reports import Reporter
from compliance.audit.table import Row, Shown, Stretch, Words
from compliance.audit.views import catch_up
from tests.audit.logs import log_of, nonce, written

FIRST = date(2026, 3, 1)
RULESETS = tuple(f"sha256:{digit * 64}" for digit in "ab")
PLACES = ("RU", "RU-MOW", "DE", "GB", "GB-ENG", "GB-LND", "US")
HEX = "0" * 64


@dataclass
class Made:
    """The records of a log, and its tables with their outcomes."""

    records: list[AnyRecord] = field(default_factory=list)
    tables: list[tuple[TableRecord, OutcomeRecord]] = field(default_factory=list)

    def reporter(self, directory: Path) -> Reporter:
        """Reports from the log, in a directory of its own."""
        catch_up(LogFiles(written(directory, log_of([encode(each) for each in self.records]))))
        return Reporter(directory)


def ruleset(number: int, day: date, leaf: int) -> RulesetRecord:
    return RulesetRecord(
        nonce=nonce(leaf), day=day, ruleset=RULESETS[number], source=RULESETS[number], bundle=HEX, size=1, semantics=1,
        product="0.0",
    )  # fmt: skip


@st.composite
def notices(draw: st.DrawFn) -> Shown:
    return Shown(
        id=draw(st.sampled_from(["agent", "ad"])),
        entity=draw(st.sampled_from([None, "radio", "paper"])),
        status=draw(st.sampled_from(["required", "possible"])),
        display=draw(st.sampled_from(["show", "show", "hold"])),
        placements=("top",),
        words=0,
        rules=tuple(draw(st.lists(st.sampled_from(["r1", "r2", "r3"]), min_size=1, max_size=2, unique=True))),
        unknowns=tuple(draw(st.lists(st.sampled_from(["publisher", "content.kind"]), max_size=1))),
    )


@st.composite
def outcomes(draw: st.DrawFn) -> OutcomeRecord:
    """Outcomes that name places on several levels, each in one row."""
    shown = draw(st.lists(notices(), min_size=1, max_size=3))
    count = draw(st.integers(1, 4))
    of_place = {place: draw(st.integers(-1, count - 1)) for place in PLACES}
    rows = tuple(
        Row(
            notices=tuple(draw(st.lists(st.integers(0, len(shown) - 1), max_size=3, unique=True))),
            places=tuple(place for place in PLACES if of_place[place] == number),
        )
        for number in range(count)
    )
    words = (Words(default="en", text={"en": HEX}),)
    elsewhere, unknown = draw(st.integers(0, count - 1)), draw(st.integers(0, count - 1))
    return OutcomeRecord(
        nonce=nonce(1), day=FIRST, words=words, notices=tuple(shown), rows=rows, elsewhere=elsewhere, unknown=unknown
    )


@st.composite
def logs(draw: st.DrawFn) -> Made:
    """Logs of some tables under two rule sets, the second of which comes later."""
    made = Made([ruleset(0, FIRST, 1), ruleset(1, FIRST + timedelta(days=3), 2)])
    for each in draw(st.lists(outcomes(), min_size=1, max_size=3, unique_by=lambda outcome: outcome.key)):
        made.records.append(each)
        for _ in range(draw(st.integers(1, 4))):
            number = len(made.tables)
            late = draw(st.booleans())
            table = TableRecord(
                nonce=nonce(number),
                day=FIRST + timedelta(days=draw(st.integers(3, 5) if late else st.integers(0, 2))),
                content=draw(st.sampled_from([None, "https://a.example/1", "https://a.example/2"])),
                facts={"publisher": draw(st.sampled_from(["daily", "weekly"])), "content.kind": f"kind-{number}"},
                ruleset=RULESETS[late],
                source=RULESETS[late],
                semantics=1,
                stretch=Stretch(first_day=draw(st.sampled_from([None, FIRST, FIRST + timedelta(days=2)]))),
                outcome=each.key,
            )
            made.tables.append((table, each))
            made.records.append(table)
    return made


def counted(made: Made, asked: Asked) -> dict[tuple[object, ...], list[int]]:
    """For each group the tables that have a notice of it, and those by each way of being due: one by one."""
    labels = [*sorted({place for _, each in _asked(made, asked) for row in each.rows for place in row.places})]
    found: dict[tuple[object, ...], list[int]] = {}
    for table, outcome in _asked(made, asked):
        groups: dict[tuple[object, ...], set[str]] = {}
        by_place = "place" in asked.by and asked.place is None
        for place in [*labels, ELSEWHERE, UNKNOWN] if by_place else [asked.place]:
            for shown in _due(outcome, place):
                for group in _groups(table, shown, place, asked):
                    groups.setdefault(group, set()).add("held" if shown.display == "hold" else shown.status)
        for group, states in groups.items():
            numbers = found.setdefault(group, [0] * 4)
            for at, is_one in enumerate((True, *(state in states for state in STATES))):
                numbers[at] += is_one
    return found


def _asked(made: Made, asked: Asked) -> Iterable[tuple[TableRecord, OutcomeRecord]]:
    """Tables that nothing leaves out."""
    for table, outcome in made.tables:
        is_first = table.ruleset == RULESETS[0]
        in_use = (FIRST, FIRST + timedelta(days=3)) if is_first else (FIRST + timedelta(days=3), date.max)
        if (
            (asked.content in {None, table.content})
            and asked.publisher in {None, table.facts["publisher"]}
            and asked.ruleset in {None, table.ruleset}
            and (asked.until is None or in_use[0] <= asked.until)
            and (asked.since is None or in_use[1] >= asked.since)
            and (asked.until is None or table.day <= asked.until + timedelta(days=1))
            and (asked.until is None or table.stretch.first_day is None or table.stretch.first_day <= asked.until)
        ):
            yield table, outcome


def _due(outcome: OutcomeRecord, place: str | None) -> Sequence[Shown]:
    if place is None:
        rows = [row for row in outcome.rows if row.places] + [outcome.rows[outcome.elsewhere]]
        return [outcome.notices[number] for number in {number for row in rows for number in row.notices}]
    if place == ELSEWHERE:
        return outcome.shown(outcome.rows[outcome.elsewhere])
    return outcome.shown(outcome.row(None if place == UNKNOWN else place))


def _groups(table: TableRecord, shown: Shown, place: str | None, asked: Asked) -> Iterable[tuple[object, ...]]:
    state = "held" if shown.display == "hold" else shown.status
    if (
        asked.notice not in {None, shown.id}
        or asked.entity not in {None, shown.entity}
        or asked.status not in {None, state}
        or (asked.rule is not None and asked.rule not in shown.rules)
    ):
        return
    parts = {
        "notice": shown.id,
        "entity": shown.entity,
        "place": place,
        "day": table.day.isoformat(),
        "content": table.content,
        "decision": table.key,
        "publisher": table.facts["publisher"],
        "ruleset": table.ruleset,
    }
    for rule in shown.rules if "rule" in asked.by else (None,):
        yield tuple(rule if name == "rule" else parts[name] for name in asked.by)
