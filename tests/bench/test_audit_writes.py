"""The measurement of recording: it counts what it says, and its figures are what their names say."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest

from compliance.audit.disk import Disk
from compliance.audit.segment_file import read_directory
from tests.bench.parts.audit_writes import RECORD, Recorded, bare, in_process, line


def test_the_records_that_are_counted_are_those_that_were_recorded(tmp_path: Path) -> None:
    waits = in_process(tmp_path / "segments", "w0", 3, begin=monotonic(), seconds=0.2)
    records = [*read_directory(Disk(), tmp_path / "segments").records]
    assert records == [RECORD] * sum(map(len, waits))
    assert len(records) >= len(waits) == 3


def test_the_bare_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    assert bare(tmp_path, 0.01) > 0
    assert [*tmp_path.iterdir()] == []


def test_figures_are_taken_over_all_threads() -> None:
    found = Recorded(2.0, [[0.001] * 98, [0.5, 0.25]])
    assert (found.a_second, found.wait(0.5), found.wait(0.99), found.wait(1)) == (50.0, 0.001, 0.5, 0.5)
    assert found.fairness == pytest.approx(100**2 / (2 * (98**2 + 2**2)))
    assert Recorded(1.0, [[0.1], [0.1]]).fairness == 1.0
    assert line("two", [(found, 10.0)]) == (
        "two: 50 records/s, 5.0 x the 10 syncs/s of the disk; p50 1.0 ms, p99 500.0 ms, 5.0 syncs; fairness 0.520"
    )
