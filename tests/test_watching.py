"""Files are read again when they changed and have come to rest, and nothing that goes wrong ends the watch."""

from __future__ import annotations

import threading

import pytest

from compliance.watching import watch
from tests.web.process import SECONDS, eventually


class Files:
    """Files of which every look gives the next state; the last one stays."""

    def __init__(self, *states: object) -> None:
        self.wake = threading.Event()
        self.states = list(states)
        self.read: object = states[0]
        self.reloads = 0

    def look(self) -> object:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if isinstance(state, Exception):
            raise state
        return state

    def seen(self) -> object:
        return self.read

    def reload(self) -> bool:
        self.reloads += 1
        self.read = self.states[0]
        return True


def test_a_change_counts_once_two_looks_agree() -> None:
    files = Files("a", "b", "c", "d", "d", "d")
    stop = watch(files, 0.01, "files")
    assert eventually(lambda: files.reloads == 1)
    stop()
    assert (files.read, files.reloads) == ("d", 1)


def test_what_does_not_change_is_read_on_request_only() -> None:
    files = Files("a")
    stop = watch(files, 0, "files")
    files.wake.set()
    assert eventually(lambda: files.reloads == 1)
    stop()
    assert files.reloads == 1


class AskedInTheMeantime(threading.Event):
    """Somebody asks right after the time between two looks was over, and before that is noticed."""

    has_asked = False

    def wait(self, timeout: float | None = None) -> bool:
        is_asked = super().wait(timeout)
        if not is_asked and not self.has_asked:
            self.has_asked = True
            self.set()
        return is_asked


def test_whoever_asks_while_the_time_to_look_comes_is_heard() -> None:
    files = Files("a")
    files.wake = AskedInTheMeantime()
    stop = watch(files, 0.01, "files")
    assert eventually(lambda: files.reloads == 1, seconds=5)
    stop()


@pytest.mark.filterwarnings("error")
def test_a_look_that_fails_is_logged_and_the_next_one_comes(caplog: pytest.LogCaptureFixture) -> None:
    files = Files("a", RuntimeError("no disk"), "b", "b", "b")
    stop = watch(files, 0.01, "files")
    assert eventually(lambda: files.reloads == 1)
    stop()
    assert files.read == "b"
    assert "looking at the files failed; the next look comes" in caplog.text


def test_what_is_done_each_time_may_fail_from_the_start() -> None:
    def done() -> None:
        tried.append(None)
        if len(tried) == 1:
            raise ValueError

    files, tried = Files("a", "b", "b"), list[None]()
    stop = watch(files, 0.01, "files", done)
    assert eventually(lambda: files.reloads == 1)
    stop()
    assert len(tried) > 1


def test_a_look_that_never_ends_does_not_keep_a_service_from_stopping(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("compliance.watching._MOST_SECONDS", 0.05)
    begun, let_go = threading.Event(), threading.Event()

    class Stuck(Files):
        def reload(self) -> bool:
            begun.set()
            return let_go.wait(SECONDS)

    files = Stuck("a")
    stop = watch(files, 0, "files")
    files.wake.set()
    assert begun.wait(SECONDS)
    ended = threading.Thread(target=stop, daemon=True)
    ended.start()
    ended.join(SECONDS)
    is_waiting = ended.is_alive()
    let_go.set()
    assert not is_waiting
    assert "looking at the files has not ended: it is left behind" in caplog.text
