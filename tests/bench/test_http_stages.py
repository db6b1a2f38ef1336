"""The benchmark of stages takes off what timing costs, and walks a check as the fast lane does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from compliance.web.fast_lane import FastLane
from tests.bench.engine import DOCS
from tests.bench.http import TEMPLATE
from tests.bench.parts import http_stages, report
from tests.bench.parts.http_stages import KNOWN, NEW, Times, measured, told_of
from tests.tiny import written

NUMBER = 6


def ticking(*lasts: int) -> Iterator[int]:
    """A clock for some timings, each of so many nanoseconds."""
    now = 0
    for last in lasts:
        yield now
        now += last
        yield now


def test_what_the_clock_and_an_empty_call_take_is_taken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = ticking(*[100] * 1_000, 2_100, 50, 25_700)
    monkeypatch.setattr(http_stages, "perf_counter_ns", lambda: next(clock))
    times = Times()
    assert times.take("one", lambda: "found") == "found"
    times.take("one", lambda: None)
    times.take("many", lambda: None, 256)
    assert times.of == {"one": pytest.approx([2.0, 0.0]), "many": pytest.approx([0.1])}


def test_what_another_stage_took_of_one_is_taken_off_and_never_more(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = ticking(*[0] * 1_000, 3_000, 1_000, 1_000, 3_000)
    monkeypatch.setattr(http_stages, "perf_counter_ns", lambda: next(clock))
    times = Times()
    for stage in ("whole", "part", "whole", "part"):
        times.take(stage, lambda: None)
        if stage == "part":
            times.less("whole", "part")
    assert times.of["whole"] == [2.0, 0.0]


def test_medians_and_one_of_a_hundred_are_told() -> None:
    times = Times()
    times.of["stage"] = [float(each) for each in range(200)]
    assert told_of(times, ["stage"]).splitlines()[-1] == "| stage | 99.50 | 198.00 |"


def test_every_stage_is_timed_for_each_check_and_the_fast_lane_answers_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []
    settle = FastLane.settle

    def settled(lane: FastLane) -> None:
        counted.append(len(lane._given))
        settle(lane)

    monkeypatch.setattr(FastLane, "settle", settled)
    times = measured(tmp_path, NUMBER, written(tmp_path / "rules"))
    assert {stage: len(times.of[stage]) for stage in KNOWN} == dict.fromkeys(KNOWN, NUMBER)
    assert {len(times.of[stage]) for stage in NEW} == {NUMBER, NUMBER - 1}  # one of them is asked first
    assert set(times.of) == {*KNOWN, *NEW}
    assert counted.count(256) == NUMBER
    assert list((tmp_path / "packaged").rglob("*"))  # the evidence


def test_the_page_has_a_place_for_every_table(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text((DOCS / "benchmarks.md").read_text(encoding="utf-8"), encoding="utf-8")
    names = ("figures", "rates", "edge", "known", "new", "size", "rounds", "machine", "pages")
    report.put(page, TEMPLATE, "http", {name: f"told: {name}" for name in names})
    made = report.part(page.read_text(encoding="utf-8"), "http")
    assert [name for name in names if f"told: {name}" not in made] == []
    assert "{" not in made
