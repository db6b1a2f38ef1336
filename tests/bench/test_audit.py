"""The benchmark of evidence: it judges what it measured, and a quick run judges no disk."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from tests.bench.audit import TEMPLATE, Run, figures, tables
from tests.bench.engine import DOCS
from tests.bench.parts import report
from tests.bench.parts.audit_check import Beside, Proofs, alone, beside, proofs, sealed
from tests.bench.parts.audit_replay import Replayed, replayed
from tests.bench.parts.audit_writes import Recorded

GOOD = Run(
    threads=[(Recorded(1.0, [[0.001] * 600]), 100.0)],
    processes=[(Recorded(1.0, [[0.004] * 200, [0.004] * 200]), 100.0)],
    beside=Beside([300.0, 310.0, 305.0], [303.0, 314.0, 307.0]),
    alone=2.5,
    proofs=Proofs(1.0, 300.0, 400.0, 20.0),
    sealing=2.0,
    leaves=70_000,
    provable=[0.2, 0.9],
    different=Replayed(2000, 2000, 13, 1.0),
    alike=Replayed(2000, 40, 13, 1.0),
    is_quick=False,
)


def test_each_promise_is_judged_by_what_was_measured() -> None:
    assert [each.is_kept for each in figures(GOOD)] == [True] * 9
    worse = replace(
        GOOD,
        threads=[(Recorded(1.0, [[0.001] * 400]), 100.0)],
        processes=[(Recorded(1.0, [[0.02] * 200, [0.02] * 20]), 100.0)],
        alone=5.1,
        proofs=Proofs(3.1, 300.0, 1001.0, 20.0),
        provable=[0.2, 2.1],
        different=Replayed(1000, 1000, 13, 1.0),
        alike=Replayed(1000, 40, 13, 1.0),
    )
    assert [each.is_kept for each in figures(worse)] == [False] * 9


def test_a_quick_run_judges_nothing() -> None:
    assert {each.is_kept for each in figures(replace(GOOD, is_quick=True))} == {None}


def test_the_page_tells_what_was_measured() -> None:
    shown = tables(GOOD)
    assert "2.5 µs (as a difference of checks: 3.0)" in shown["figures"]
    assert "| 1 process, 64 threads | 600 | 100 | 6.0x |" in shown["writes"]


def test_the_page_has_a_place_for_each_benchmark_and_the_engine_keeps_them_all(tmp_path: Path) -> None:
    page = (DOCS / "benchmarks.md").read_text(encoding="utf-8")
    template = report.PAGE.read_text(encoding="utf-8")
    for name in re.findall(r"<!-- end of (\S+) -->", page):
        assert name in report.OTHERS
        assert f"{{{name}}}" in template
    copy = tmp_path / "page.md"
    copy.write_text(page, encoding="utf-8")
    report.put(copy, TEMPLATE, "audit", tables(GOOD))
    written = copy.read_text(encoding="utf-8")
    assert "2.5 \u00b5s (as a difference" in report.part(written, "audit")
    assert report.part(written, "audit-reports") == report.part(page, "audit-reports")


def test_each_part_measures_something(tmp_path: Path) -> None:
    log, spent, size = sealed(tmp_path / "sealed", 300)
    assert (log.size(), spent > 0, size > 300 * 32) == (300, True, True)
    found = proofs(log, 10)
    assert min(found.leaf, found.inclusion, found.consistency, found.check) > 0
    again = replayed(tmp_path / "replayed", 12, are_alike=True)
    assert (again.tables, again.decided, again.seconds > 0) == (12, 12, True)
    assert alone(tmp_path / "alone", 1, 10) > 0
    measured = beside(tmp_path / "beside", 1, 20)
    assert min(*measured.without, *measured.recorded) > 0
