"""Counts of answers: all that records say, in order, and as much of it as is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.audit.record import AnyRecord, Counted, CountersRecord
from compliance.audit.report import Asked, as_data
from compliance.audit.report_patterns import HELD, POSSIBLE, REQUIRED, UNKNOWN
from compliance.audit.report_rows import Rows
from compliance.audit.views import VIEWS
from tests.audit.logs import nonce
from tests.audit.reporting import FIRST, RULESETS, Made, ruleset

NOTICES, PLACES = ("agent", "list", "risk"), ("BY", "RU", "UA-43", UNKNOWN)
STATES = {REQUIRED: ("required", "show"), POSSIBLE: ("possible", "show"), HELD: ("possible", "hold")}
DAYS = tuple(FIRST + timedelta(days=step) for step in range(5))
few = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
Cell = tuple[date, str, str, str, str, int]
"""A day, rule set, notice, place and way of being due, and how often."""
NAMES = ("day", "ruleset", "notice", "place")


def cells() -> st.SearchStrategy[list[Cell]]:
    choices = map(st.sampled_from, (DAYS, RULESETS, NOTICES, PLACES, tuple(STATES)))
    return st.lists(st.tuples(*choices, st.integers(10, 99)), min_size=1, max_size=30)


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    since, until = sorted((draw(st.sampled_from(DAYS)), draw(st.sampled_from(DAYS))))
    return Asked(
        by=tuple(draw(st.lists(st.sampled_from(NAMES), unique=True))),
        since=draw(st.sampled_from((None, since))),
        until=draw(st.sampled_from((None, until))),
        notice=draw(st.sampled_from((None, *NOTICES))),
        place=draw(st.sampled_from((None, *PLACES))),
        status=draw(st.sampled_from((None, *STATES))),
        limit=draw(st.sampled_from((1, 2, 5, 10_000))),
    )


def records(counted: Iterable[Cell]) -> list[AnyRecord]:
    """A record of each, and of the rule sets from before all of them."""
    found: list[AnyRecord] = [ruleset(number, FIRST, number) for number in range(2)]
    for number, (day, meaning, notice, place, state, count) in enumerate(counted, 10):
        status, display = STATES[state]
        told = None if place == UNKNOWN else place
        each = Counted(notice=notice, status=status, display=display, count=count, place=told)
        found.append(
            CountersRecord(nonce=nonce(number), day=day, counted_on=day, ruleset=meaning, least=10, counts=(each,))
        )
    return found


def expected(counted: Iterable[Cell], asked: Asked) -> list[tuple[object, ...]]:
    """What there is to be told, worked out from the records themselves."""
    sums: dict[tuple[str, ...], list[int]] = {}
    for day, meaning, notice, place, state, count in counted:
        if (asked.since is not None and day < asked.since) or (asked.until is not None and day > asked.until):
            continue
        wanted = ((asked.notice, notice), (asked.place, place), (asked.status, state))
        if all(one in {None, other} for one, other in wanted):
            names = {"day": day.isoformat(), "ruleset": meaning, "notice": notice, "place": place}
            sums.setdefault(tuple(names[each] for each in asked.by), [0, 0, 0])[list(STATES).index(state)] += count
    return [(*group, *numbers) for group, numbers in sorted(sums.items())]


@few
@given(cells(), questions())
def test_answers_are_all_that_records_count_in_order_and_as_many_rows_as_are_asked_for(
    counted: list[Cell], asked: Asked
) -> None:
    with TemporaryDirectory() as name, closing(Made(records(counted)).reporter(Path(name))) as reporter:
        found = reporter.report("decisions", asked, FIRST).sections[1]
    rows = expected(counted, asked)
    assert found.rows == tuple(rows[: asked.limit])
    assert found.left_out == max(0, len(rows) - asked.limit)


def test_as_many_rows_as_there_are_leave_none_out(tmp_path: Path) -> None:
    counted = [(DAYS[0], RULESETS[0], notice, "RU", REQUIRED, 10) for notice in NOTICES]
    with closing(Made(records(counted)).reporter(tmp_path)) as reporter:
        found: Any = as_data(reporter.report("decisions", Asked(by=("notice",), limit=len(NOTICES)), FIRST))
    assert (len(found["answers"]["rows"]), found["answers"]["left_out"]) == (len(NOTICES), 0)


@pytest.mark.parametrize(
    ("asked", "is_sorted"),
    [
        (Asked(by=("notice", "place", "day")), False),
        (Asked(by=("notice", "place")), False),
        (Asked(by=("notice", "place", "day"), since=DAYS[1]), True),
        (Asked(by=("notice",), until=DAYS[1]), True),
    ],
)
def test_without_days_nothing_is_sorted_and_of_some_days_no_others_are_read(
    tmp_path: Path, asked: Asked, is_sorted: bool
) -> None:
    counted = [(DAYS[0], RULESETS[0], "agent", "RU", REQUIRED, 10)]
    with closing(Made(records(counted)).reporter(tmp_path)) as reporter, reporter.views.connection() as database:
        assert database is not None
        said: list[str] = []
        database.set_trace_callback(said.append)
        Rows(database, asked).answers(asked.by, asked.limit)
        database.set_trace_callback(None)
        [query] = [each for each in said if "FROM counts" in each]
        plan = " ".join(row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {query}"))
    assert (tmp_path / VIEWS).exists()
    assert ("TEMP B-TREE" in plan) is is_sorted
    assert ("PRIMARY KEY (day" in plan) is is_sorted
