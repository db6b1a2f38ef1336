"""The benchmark of HTTP reads what wrk says, judges it, and asks what it claims to ask."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from tests import components
from tests.bench.engine import DOCS
from tests.bench.http import BARE, ECHO, FLASK, LANE, MANY, NEW, ONE, TEMPLATE, Run, figures, missing, rates, run
from tests.bench.parts import report
from tests.bench.parts.http_load import Asked, new_pages, pages, parsed

SAID = """\
Running 3s test @ http://127.0.0.1:1
  1 threads and 16 connections
  Latency Distribution
     50%  812.00us
     75%    1.00ms
     90%    2.00ms
     99%    1.28s{space}
  60000 requests in 3.00s, 1.00GB read
  Socket errors: connect 0, read 2, write 0, timeout 1
  Non-2xx or 3xx responses: 4
Requests/sec:  19999.50
Transfer/sec:    100.00MB
"""
RATES = {ECHO: 20_000.0, BARE: 15_000.0, LANE: 13_000.0, FLASK: 2_000.0, ONE: 14_000.0, MANY: 400.0, NEW: 300.0}


def measured(found: dict[str, float], p99: float = 2.0) -> Run:
    return Run({name: [Asked(rate, 0.5, p99, 0)] * 3 for name, rate in found.items()}, 5_000, is_quick=False)


def test_what_wrk_says_is_read() -> None:
    assert parsed(SAID.format(space=" ")) == Asked(19_999.5, 0.812, 1280.0, 7)
    with pytest.raises(ValueError, match="how many"):
        parsed("nothing")


def test_each_promise_is_judged_by_what_was_measured_and_a_quick_run_judges_nothing() -> None:
    good = measured(RATES)
    assert [each.is_kept for each in figures(good)] == [True] * 5
    assert [each.measured for each in figures(good)] == ["0.65x", "6.50x", "4.0x", "0.87x", "28.57x"]
    worse = measured({**RATES, LANE: 8_000.0, MANY: 270.0}, p99=2.6)
    assert [each.is_kept for each in figures(worse)] == [False] * 5
    assert {each.is_kept for each in figures(replace(good, is_quick=True))} == {None}


def test_the_page_tells_rates_of_questions_and_has_a_place_for_them(tmp_path: Path) -> None:
    assert "| short questions, 1,000 at once | 400,000 | 20.00x | 0.50 | 2.00 |" in rates(measured(RATES))
    page = tmp_path / "page.md"
    page.write_text((DOCS / "benchmarks.md").read_text(encoding="utf-8"), encoding="utf-8")
    report.put(page, TEMPLATE, "http", {"figures": "here"})
    assert "here" in report.part(page.read_text(encoding="utf-8"), "http")


def test_questions_have_the_size_that_is_claimed_and_new_ones_are_new() -> None:
    chance = random.Random(1)  # noqa: S311 - drawn again the same
    usual = pages(200, 50, 1_500, chance)
    assert {len(each) for each in usual} == {1_500}
    assert len({msgspec.json.decode(each)["content"]["url"] for each in usual}) == 50
    texts = [msgspec.json.decode(each)["content"]["text"] for each in new_pages(200, 5_000, chance)]
    assert len(set(texts)) == 200


@pytest.mark.prove
def test_a_quick_run_measures_all_of_it(tmp_path: Path) -> None:
    if (lacking := missing()) is not None:
        components.missing(f"{lacking} is not installed")
    found = run(tmp_path, is_quick=True)
    assert all(found.rate(name) > 0 for name in RATES)
