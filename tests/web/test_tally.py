"""The counters of several processes are told as one, whoever is asked and whoever was ended meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.web.metrics import Metrics, Samples, shown
from compliance.web.tally import Tally

ASKED = ("compliance_requests_total", (("route", "/v1/check"),))
TOLD = ("compliance_notices_total", (("status", "required"),))
RELOADS = ("compliance_rule_reloads_total", (("result", "good"),))
RECORDING = ("compliance_evidence_recording", ())
RULES = ("compliance_rules", (("status", "active"),))


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def tally(directory: Path, number: int, clock: Clock | None = None) -> Tally:
    return Tally(directory, number, 30.0, clock or Clock())


def test_whoever_is_asked_tells_the_sum_of_all(tmp_path: Path) -> None:
    one, two = tally(tmp_path, 1), tally(tmp_path, 2)
    one.publish({ASKED: 3}, "a")
    two.publish({ASKED: 4}, "a")
    assert one.joined({ASKED: 5})[ASKED] == 9
    assert two.joined({ASKED: 4})[ASKED] == 9


def test_what_each_does_is_told_once_and_what_is_in_use_is_not_added(tmp_path: Path) -> None:
    one, two = tally(tmp_path, 1), tally(tmp_path, 2)
    two.publish({RELOADS: 2, RECORDING: 0, RULES: 9}, "a")
    found = one.joined({RELOADS: 1, RECORDING: 1, RULES: 7})
    assert found == {RELOADS: 2, RECORDING: 0, RULES: 7}


def test_totals_in_tens_are_rounded_after_they_are_added(tmp_path: Path) -> None:
    one, two = tally(tmp_path, 1), tally(tmp_path, 2)
    two.publish({TOLD: 7}, "a")
    metrics = Metrics()
    metrics.add(TOLD[0], 6, status="required")
    assert "compliance_notices_total{" not in metrics.text()
    metrics.joined = one.joined
    assert 'compliance_notices_total{status="required"} 10\n' in metrics.text()
    assert 'compliance_notices_total{status="required"} 10\n' in shown({TOLD: 19})


def test_one_that_comes_in_the_place_of_another_goes_on_and_leaves_no_file_behind(tmp_path: Path) -> None:
    one, two = tally(tmp_path, 1), tally(tmp_path, 2)
    one.publish({ASKED: 3, RELOADS: 5}, "a")
    two.publish({ASKED: 4}, "a")
    for _ in range(3):
        two = tally(tmp_path, 2)
        two.publish({ASKED: 10}, "a")
    assert one.joined({ASKED: 3})[ASKED] == 37
    assert sorted(each.name for each in tmp_path.iterdir()) == ["1", "2"]


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["ask", "count", "publish", "end"])), max_size=40))
def test_no_total_ever_gets_smaller_whoever_is_asked(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, str]]
) -> None:
    """A monitoring system takes a smaller total for a start of the service, and counts everything once more."""
    directory = tmp_path_factory.mktemp("tally")
    all_of, counted, told = [tally(directory, each + 1) for each in range(3)], [0, 0, 0], 0
    for who, what in steps:
        own: Samples = {ASKED: counted[who]}
        if what == "count":
            counted[who] += 1
        elif what == "publish":
            all_of[who].publish(own, "a")
        elif what == "end":
            all_of[who], counted[who] = tally(directory, who + 1), 0
        else:
            now = all_of[who].joined(own).get(ASKED, 0)
            assert now >= told
            told = now


def test_rule_sets_that_differ_for_longer_than_a_reload_takes_are_told(tmp_path: Path) -> None:
    clock = Clock()
    one, two = tally(tmp_path, 1, clock), tally(tmp_path, 2, clock)
    one.publish({}, "a")
    two.publish({}, "a")
    assert one.difference() is None
    two.publish({}, "b")
    clock.now += 29
    assert one.difference() is None
    clock.now += 2
    assert one.difference() == "for 31 seconds not all workers have had these rules"
    one.publish({}, "b")
    assert one.difference() is None


def test_a_file_that_is_damaged_or_gone_counts_for_nothing(tmp_path: Path) -> None:
    one = tally(tmp_path / "gone", 1)
    one.publish({ASKED: 1}, "a")
    assert one.joined({ASKED: 2}) == {ASKED: 2}
    (tmp_path / "2").write_bytes(b"[")
    assert tally(tmp_path, 1).joined({ASKED: 2}) == {ASKED: 2}
