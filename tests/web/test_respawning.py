"""A worker that ended is started again, later and later while its lives are short; others keep the service up."""

from __future__ import annotations

import logging
import math
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("granian")

from compliance.config import Settings
from compliance.web import workers
from compliance.web.respawning import LONG_LIFE, LONGEST_PAUSE, PATIENCE, STARTED, Respawning

LIVES = st.floats(0.0, 200.0)


def ended(respawning: Respawning, lived: float, now: float, worker: int = 0, *, is_another_well: bool = True) -> float:
    return respawning.ended(worker, lived, now, is_another_well=is_another_well)


def test_the_pause_doubles_while_lives_are_short_and_is_bounded() -> None:
    respawning = Respawning(0.0)
    assert [ended(respawning, 4.0, float(now)) for now in range(8)] == [1, 2, 4, 8, 16, 30, 30, 30]
    assert ended(respawning, 4.0, 9.0, worker=1) == 1, "another worker has a count of its own"


def test_a_worker_that_lived_long_is_started_again_at_once_and_its_past_is_forgotten() -> None:
    respawning = Respawning(0.0)
    for now in (1.0, 2.0, 3.0):
        ended(respawning, 0.5, now)
    respawning.due(100.0)
    assert ended(respawning, LONG_LIFE, 100.0) == 0
    assert respawning.due(100.0) == [0]
    assert ended(respawning, 0.5, 101.0) == 1


@given(st.lists(st.tuples(st.integers(0, 3), LIVES), min_size=1, max_size=30))
def test_whoever_ended_is_started_once_and_never_later_than_the_longest_pause(lives: list[tuple[int, float]]) -> None:
    respawning, now = Respawning(0.0), 0.0
    for worker, lived in lives:
        now += lived
        pause = ended(respawning, lived, now, worker)
        assert 0 <= pause <= LONGEST_PAUSE
        wait = respawning.wait(now)
        assert wait is not None
        assert wait <= pause
    assert sorted(respawning.due(now + LONGEST_PAUSE)) == sorted({worker for worker, _ in lives})
    assert respawning.due(now + LONGEST_PAUSE) == []
    assert respawning.wait(now) is None


def test_while_one_worker_is_well_another_may_end_for_ever() -> None:
    respawning = Respawning(0.0)
    for now in range(0, 10_000, 100):
        ended(respawning, 0.1, float(now))
        assert not respawning.is_hopeless(float(now))


@pytest.mark.parametrize("lived", [STARTED, STARTED - 1])
def test_there_is_no_hope_once_for_long_nobody_was_started_well(lived: float) -> None:
    respawning = Respawning(0.0)
    ended(respawning, lived, PATIENCE, is_another_well=False)
    assert not respawning.is_hopeless(PATIENCE)
    ended(respawning, STARTED - 1, PATIENCE + 1, is_another_well=False)
    assert respawning.is_hopeless(PATIENCE + 1) == (lived < STARTED)


class Clock:
    """Time that passes when somebody waits."""

    now = 1_000.0

    def monotonic(self) -> float:
        return self.now


class Waiting:
    """What the server waits with: it passes time, and has workers end."""

    def __init__(self, server: workers._Server, clock: Clock, lives: dict[int, list[float]]) -> None:
        self._server, self._clock, self._lives = server, clock, lives

    def wait(self, seconds: float | None) -> None:
        until = math.inf if seconds is None else self._clock.now + seconds
        deaths = [
            (each.birth + self._lives[index][0], index)
            for index, each in enumerate(self._server.wrks)
            if each.inner.is_alive() and self._lives[index]
        ]
        when, worker = min(deaths, default=(math.inf, 0))
        if min(when, until) == math.inf:
            self._server.interrupt_signal = True
        elif when <= until:
            self._clock.now = when
            self._lives[worker].pop(0)
            self._server.wrks[worker].inner.is_alive = lambda: False
            self._server.interrupt_children.append(worker)
        else:
            self._clock.now = until

    def clear(self) -> None:
        pass


@pytest.fixture
def server() -> workers._Server:
    return workers._server(Settings(server="granian", workers=2), "127.0.0.1", 0)


def looked_after(
    server: workers._Server, monkeypatch: pytest.MonkeyPatch, lives: dict[int, list[float]]
) -> list[tuple[float, int]]:
    """Which of two workers are started again, and after how many seconds, if their lives are so long, and then long."""
    clock, begun, started = Clock(), Clock.now, list[tuple[float, int]]()

    def worker() -> Any:
        return SimpleNamespace(birth=clock.now, inner=SimpleNamespace(is_alive=lambda: True, pid=None))

    def respawn(_: object, indexes: list[int], *_targets: object) -> None:
        for index in indexes:
            started.append((clock.now - begun, index))
            server.wrks[index] = worker()

    monkeypatch.setattr(workers._Server, "_respawn_workers", respawn)
    monkeypatch.setattr(workers, "time", clock)
    server.wrks = [worker(), worker()]
    monkeypatch.setattr(server, "main_loop_interrupt", Waiting(server, clock, lives))
    server._serve_loop(print, print)
    return started


def test_a_worker_that_is_killed_twice_comes_back_twice_and_the_other_goes_on(
    server: workers._Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    started = looked_after(server, monkeypatch, {0: [100.0, 4.0], 1: []})
    assert started == [(100.0, 0), (105.0, 0)]
    assert server.interrupt_children == [], "else the service would end as one that failed"
    assert server.wrks[1].birth == Clock.now
    told = [(record.event, record.facts) for record in caplog.records]  # type: ignore[attr-defined]
    assert told == [("worker-ended", {"worker": 1, "pause": pause}) for pause in (0, 1)]


def test_the_service_ends_as_one_that_failed_once_for_long_no_worker_could_be_started(
    server: workers._Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = looked_after(server, monkeypatch, {0: [1.0] * 20, 1: [1.0] * 20})
    assert server.interrupt_children != []
    assert PATIENCE - LONGEST_PAUSE < started[-1][0] <= PATIENCE + LONGEST_PAUSE


def test_the_server_leaves_the_log_of_the_service_open(caplog: pytest.LogCaptureFixture) -> None:
    """What told of workers that ended was closed, as all handlers are by `logging.config`."""

    class Kept(logging.Handler):
        is_closed = False

        def close(self) -> None:
            self.is_closed = True
            super().close()

    kept = Kept()
    workers._server(Settings(server="granian"), "127.0.0.1", 0)
    assert not kept.is_closed
    assert not logging.getLogger("_granian").isEnabledFor(logging.CRITICAL)
