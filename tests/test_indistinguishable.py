"""Who reads leaves no trace: two sets of readers of the same pages leave the same log, views, files and totals.

Theory: the pages are published to the log, it is sealed, and then they are read: by few in Russia in one run, by many
elsewhere in the other, in other languages, orders and ways. Whatever is left is compared, but for what is chance
(nonces and what is signed over them) and for counts, which are told from ten on.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from compliance.audit.log import LEAST_TOLD, Log
from compliance.audit.log_files import LogFiles
from compliance.audit.note import PrivateKey
from compliance.audit.record import CountersRecord, OtherRecord, decode, encode
from compliance.audit.report import REPORTS, as_data, asked_of
from compliance.audit.reports import Reporter
from compliance.audit.sealed_views import SealedViews
from compliance.audit.sealer import Sealer
from compliance.audit.views import VIEWS
from compliance.check import Checker
from compliance.recording import Recorder
from compliance.web.app import create_app
from tests.tiny import TINY, written
from tests.web.asking import Asker

NONCE = "00" * 16
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGES = [f"https://radio.example/{number}" for number in range(6)]
ORIGIN = "test.example/evidence"
KEY = PrivateKey(ORIGIN, bytes(32))
Question = Mapping[str, Any]
FEW_IN_RUSSIA: Sequence[Question] = (
    {"reader": {"location": {"country": "RU"}}, "languages": ["ru"]},
    {"reader": {"location": {"subdivision": "RU-MOW"}}, "languages": ["ru", "tt"]},
)
MANY_ELSEWHERE: Sequence[Question] = (
    {"reader": {"location": {"country": "US"}}, "languages": ["en"]},
    {"reader": {"location": {"country": "DE"}}, "languages": ["de", "en"], "explain": True},
    {"reader": {"address": "8.8.8.8"}},
    {"reader": {"from": "request"}},
    {},
)
TOLD_ANYWAY = re.compile(r"^compliance_(requests|slow_requests|readers)_total\{")
"""Totals of requests by route and by slowness, and of readers by how they were looked for: nothing of answers."""


@dataclass
class Left:
    """What a run leaves."""

    leaves: list[bytes]
    counters: list[CountersRecord]
    views: dict[str, list[str]]
    reports: dict[str, Any]
    metrics: str
    ready: Any
    files: list[tuple[str, int]]


class Run:
    """A service whose pages are published and read."""

    def __init__(self, directory: Path) -> None:
        self.now, self.directory = NOON, directory / "evidence"
        self.log = Log(self.directory, "table", self.today)
        self.recorder = Recorder(self.log, "table")
        self.app = create_app(Checker.open(written(directory / "rules", TINY), recorder=self.recorder))
        self.asker = Asker(self.app)
        self.sealer = Sealer(self.directory, KEY, ORIGIN, views=SealedViews(LogFiles(self.directory)))
        self.sealer.shuffle = _as_they_came  # the same chance in each run: reports name leaves by their numbers

    def today(self) -> date:
        return self.now.date()

    def publish(self, page: str) -> None:
        body = json.dumps({"content": content(page)}).encode()
        assert self.asker.send(body, path="/v1/table").json["evidence"]["state"] == "recorded"  # type: ignore[index]

    def read(self, page: str, question: Question) -> None:
        answer = self.asker.check({"content": content(page), **question}).json
        assert answer is not None
        assert answer["evidence"]["state"] == "recorded"

    def seal(self) -> None:
        while not self.sealer.seal().is_all:
            pass

    def stat(self) -> list[tuple[str, int, int]]:
        """Every file with its size and time, but for what opening the views makes."""
        files = [each for each in self.directory.rglob("*") if each.is_file() and not each.name.startswith(VIEWS)]
        return sorted((str(each), each.stat().st_size, each.stat().st_mtime_ns) for each in files)

    def left(self) -> Left:
        metrics, ready = self.asker.send(None, "GET", "/metrics").text, self.asker.send(None, "GET", "/readyz").json
        self.recorder.close()
        self.seal()
        records = [decode(entry) for _, entry in LogFiles(self.directory).entries()]
        counters = [each for each in records if isinstance(each, CountersRecord)]
        with closing(Reporter(self.directory)) as reporter:
            asked = asked_of({})
            reports = {name: as_data(reporter.report(name, asked, self.today())) for name in REPORTS}
        return Left(
            sorted(_without_chance(each) for each in records if not isinstance(each, CountersRecord)),
            counters,
            _dump(self.directory / VIEWS),
            reports,
            "\n".join(line for line in metrics.splitlines() if not TOLD_ANYWAY.match(line)),
            ready,
            sorted(_named(self.directory, each) for each in self.directory.rglob("*") if each.is_file()),
        )


def _as_they_came(x: object) -> None:
    """Another order of leaves."""


def content(page: str) -> dict[str, Any]:
    return {"url": page, "publisher": "radio.example", "headline": "A headline", "text": "Words of a page."}


def _without_chance(record: Any) -> bytes:
    assert not isinstance(record, OtherRecord)
    return encode(msgspec.structs.replace(record, nonce=NONCE))


def _dump(path: Path) -> dict[str, list[str]]:
    """The rows of every table of the views, as a multiset; numbers of leaves are chance, since their order is."""
    with closing(sqlite3.connect(path)) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {name: [row[1] for row in database.execute(f"PRAGMA table_info({name})")] for name in names}
        return {
            name: sorted(
                str({column: value for column, value in zip(columns[name], row, strict=True) if not _is_chance(column)})
                for row in database.execute(f"SELECT * FROM {name}")  # noqa: S608 - its own tables
            )
            for name in names
            if not name.startswith(("sqlite_", "meta"))
        }


def _is_chance(column: str) -> bool:
    return column in {"leaf", "id", "first_leaf", "last_leaf"} or column.endswith("_leaf")


def _named(directory: Path, path: Path) -> tuple[str, int]:
    """A file by its name and size; a checkpoint has the same length, and views are compared by their rows."""
    name = str(path.relative_to(directory))
    return (name, 0 if name.startswith(VIEWS) else path.stat().st_size)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compliance.check._now", lambda: NOON)


def left_by(directory: Path, readers: Sequence[Question], times: int, seed: int) -> Left:
    run, chance = Run(directory), Random(seed)  # noqa: S311 - which pages are read, not a secret
    for page in PAGES:
        run.publish(page)
    run.seal()
    before = run.stat()
    for _ in range(times):
        run.read(chance.choice(PAGES), chance.choice(readers))
    run.seal()
    assert run.stat() == before, "reading changed a file, or its time"
    return run.left()


@pytest.mark.usefixtures("clock")
def test_other_readers_leave_the_same_log_views_reports_metrics_and_files(tmp_path: Path) -> None:
    few = left_by(tmp_path / "few", FEW_IN_RUSSIA, LEAST_TOLD - 1, seed=1)
    many = left_by(tmp_path / "many", MANY_ELSEWHERE, LEAST_TOLD - 2, seed=2)
    assert few.leaves == many.leaves
    assert few.views == many.views
    assert _without_root(few.reports) == _without_root(many.reports)
    assert few.metrics == many.metrics
    assert few.ready == many.ready
    assert few.files == many.files
    assert few.counters == many.counters == []


@pytest.mark.usefixtures("clock")
def test_counts_are_all_that_differs_where_readers_are_ten_or_more(tmp_path: Path) -> None:
    few = left_by(tmp_path / "few", FEW_IN_RUSSIA, LEAST_TOLD, seed=1)
    many = left_by(tmp_path / "many", MANY_ELSEWHERE, 7 * LEAST_TOLD, seed=2)
    assert few.leaves == many.leaves
    counts = [{each.count for one in left.counters for each in one.counts} for left in (few, many)]
    assert all(number >= LEAST_TOLD for found in counts for number in found)
    assert counts[0] == {LEAST_TOLD}


@pytest.mark.usefixtures("clock")
def test_a_day_on_which_few_read_leaves_no_leaf_that_says_so(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.publish(PAGES[0])
    run.read(PAGES[0], FEW_IN_RUSSIA[0])
    run.now += timedelta(days=1)
    run.recorder.flush(run.today())
    left = run.left()
    assert left.counters == []


def _without_root(reports: Any) -> str:
    """Reports without what is signed over nonces."""
    return re.sub(r"'root': '[^']*'", "", str(reports))
