"""What a report says of itself: that its index was damaged or compared with nothing, and what the log does not know."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.audit.record import encode
from compliance.audit.report import REPORTS, Asked
from compliance.audit.report_fit import NOT_COMPARED
from compliance.audit.views import VIEWS
from compliance.errors import EvidenceError
from tests.audit.logs import log_of, written
from tests.audit.reporting import Made
from tests.audit.test_reports import DAY, counters, data, everything, report, some, table

# -- views ------------------------------------------------------------------------------------------------


def test_views_of_another_log_of_the_same_size_make_no_report(tmp_path: Path) -> None:
    made = everything()
    with closing(made.reporter(tmp_path)) as reporter:
        written(tmp_path, log_of([encode(each) for each in (*made.records[:-1], counters(63, "RU", 99))]))
        with pytest.raises(EvidenceError, match=r"made of other leaves.*compliance verify"):
            reporter.report("decisions", Asked(), DAY)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE classes SET tables = tables + 1",
        "UPDATE daily SET tables = tables - 1",
        "DELETE FROM tables WHERE content IN (SELECT MIN(content) FROM tables)",
        "DELETE FROM meta WHERE name = 'mark'",
        "UPDATE meta SET value = 'seven' WHERE name = 'size'",
        "UPDATE meta SET value = 4000 WHERE name = 'size'",
        "UPDATE meta SET value = 99 WHERE name = 'mark'",
        "UPDATE patterns SET said = '{'",
        "UPDATE patterns SET said = '[]'",
        "UPDATE events SET day = -5",
        "DROP TABLE counts",
    ],
)
def test_views_that_contradict_themselves_make_no_report(tmp_path: Path, change: str) -> None:
    with closing(everything().reporter(tmp_path)) as reporter:
        reporter.report("decisions", Asked(), DAY)  # whose views were sound is looked at again
        with closing(sqlite3.connect(tmp_path / VIEWS)) as database:
            database.execute(change)
            database.commit()
        for _ in range(2):
            with pytest.raises(EvidenceError, match="compliance audit rebuild"):
                reporter.report("decisions", Asked(), DAY)


@some
@given(st.data())
def test_random_bytes_in_the_views_make_a_report_or_say_so(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    directory = tmp_path_factory.mktemp("log")
    with closing(everything().reporter(directory)) as reporter:
        whole = bytearray((directory / VIEWS).read_bytes())
        at = data.draw(st.integers(0, len(whole) - 1))
        noise = data.draw(st.binary(min_size=1, max_size=4096))
        (directory / VIEWS).write_bytes(bytes(whole[:at] + noise + whole[at + len(noise) :]))
        for each in directory.glob(f"{VIEWS}-*"):
            each.unlink()
        for name in REPORTS:
            with suppress(EvidenceError):
                reporter.report(name, Asked(by=("content", "place")), DAY)


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_says_that_nobody_compared_the_views_with_the_log(tmp_path: Path, name: str) -> None:
    assert any("`compliance verify`" in note for note in report(everything(), tmp_path, name).notes)


# -- questions --------------------------------------------------------------------------------------------


def notes(made: Made, directory: Path, name: str = "decisions", **given: str) -> list[str]:
    """What is said of a question, without what every report says."""
    return [note for note in report(made, directory, name, **given).notes if note != NOT_COMPARED]


KNOWN = {
    "rule": "r1", "notice": "agent", "entity": "radio", "publisher": "daily", "content": "https://a.example/1",
    "on": "2026-03-01", "until": "2026-03-01", "since": "2026-09-09",
}  # fmt: skip
NOT_KNOWN = [
    ({"rule": "rule-1"}, "the log has no rule `rule-1`; it has `r1`"),
    ({"notice": "agnet"}, "the log has no notice `agnet`; the nearest is `agent`"),
    ({"entity": "paper"}, "the log has no entity `paper`; it has `radio`"),
    (
        {"publisher": "daily.example"},
        "the log has no publisher `daily.example`; it has `daily`; one that is declared goes by the id",
    ),
    ({"content": "https://a.example/never.html"}, "the log has no table of this page: `https://a.example/never.html`"),
    ({"content": "a.example/q.html"}, "the log has no table of this page: `https://a.example/q.html`"),
    ({"content": "a.example/1"}, "`a.example/1` is taken for `https://a.example/1`"),
    ({"on": "2030-01-01"}, "`2030-01-01` is in the future"),
    ({"until": "2026-09-10"}, "`2026-09-10` is in the future"),
    ({"on": "2026-02-27"}, "the log begins on `2026-03-01`"),
]


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize(("given", "said"), NOT_KNOWN)
def test_what_the_log_does_not_know_is_said_and_looks_like_no_all_clear(
    tmp_path: Path, given: dict[str, str], said: str, name: str
) -> None:
    [note] = notes(everything(), tmp_path, name, **given)
    assert note.startswith(said)


@pytest.mark.parametrize("given", [{name: value} for name, value in KNOWN.items()])
def test_of_what_the_log_knows_nothing_is_said(tmp_path: Path, given: dict[str, str]) -> None:
    assert notes(everything(), tmp_path, **given) == []


def test_filters_that_leave_no_table_together_are_said(tmp_path: Path) -> None:
    made = everything()
    made.records.append(table(9, facts={"publisher": "weekly"}))
    assert notes(made, tmp_path, publisher="weekly", content="https://a.example/9") == []
    [note] = notes(made, tmp_path, publisher="weekly", content="https://a.example/1")
    assert note.startswith("no table is left by these filters")


def test_a_publisher_that_nobody_declared_is_found_by_what_it_was_called(tmp_path: Path) -> None:
    made = everything()
    made.records.append(table(9, facts={"publisher": {"unknown": True}}, called="stranger.example"))
    assert data(made, tmp_path, publisher="stranger.example")["totals"]["rows"][0]["number"] == 1
    assert notes(made, tmp_path, publisher="stranger.example") == []
    rows = data(made, tmp_path, by="publisher")["due"]["rows"]
    assert {row["publisher"]: row["tables"] for row in rows} == {"daily": 4, "stranger.example": 1}


def test_a_page_without_its_scheme_is_found(tmp_path: Path) -> None:
    assert data(everything(), tmp_path, content="a.example/1")["totals"]["rows"][0]["number"] == 1
