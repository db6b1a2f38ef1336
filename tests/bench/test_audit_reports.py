"""The benchmark of reports asks a log that is what it says, and writes its own part of a page."""

from __future__ import annotations

from pathlib import Path

from compliance.audit.log_files import LogFiles
from compliance.audit.record import CountersRecord, OutcomeRecord, TableRecord, decode
from compliance.audit.views import differences
from tests.bench import audit_reports
from tests.bench.parts import report
from tests.bench.parts.audit_reports import Found, Size, figures, measured

SMALL = Size(tables=300, answers=30_000, days=9, outcomes=20)


def test_the_log_holds_as_many_tables_and_counted_decisions_as_is_said(tmp_path: Path) -> None:
    found = measured(tmp_path / "evidence", SMALL, lambda _: None)
    log = LogFiles(tmp_path / "evidence")
    records = [decode(entry) for _, entry in log.entries()]
    assert sum(isinstance(each, TableRecord) for each in records) == SMALL.tables
    assert sum(isinstance(each, OutcomeRecord) for each in records) == SMALL.outcomes
    counted = sum(cell.count for each in records if isinstance(each, CountersRecord) for cell in each.counts)
    assert 0.8 * SMALL.answers <= counted <= 1.3 * SMALL.answers
    assert differences(log) == []
    assert all(rows for _, rows in found.reports.values())


def test_figures_are_judged_by_their_limits_and_only_in_full() -> None:
    times = {"rule x place x day": (101.0, 5), "one content": (4.9, 1)}
    found = Found(SMALL, entries=100, tiles=33, views=80, take=1, leaf_of=10, reports=times)
    assert [each.is_kept for each in figures(found, is_full=True)] == [False, True, True, True]
    assert {each.is_kept for each in figures(found, is_full=False)} == {None}
    assert found.bytes == 213


def test_it_writes_its_own_part_of_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Benchmarks\n\n<!-- audit-reports -->\nformer\n<!-- end of audit-reports -->\nrest\n")
    parts = {name: f"new {name}" for name in ("contents", "figures", "reports", "times", "take", "machine")}
    report.put(page, audit_reports.TEMPLATE, "audit-reports", parts)
    text = page.read_text()
    assert "new figures" in text
    assert "former" not in text
    assert text.endswith("<!-- end of audit-reports -->\nrest\n")
