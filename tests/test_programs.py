"""Programs of operators: what they are told, and that none keeps whoever runs it."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from compliance import programs


def shell(script: str, given: bytes = b"", seconds: float = 10.0, **environment: str) -> str | None:
    return programs.run(["sh", "-c", script], given, environment, seconds)


def test_a_program_has_what_it_is_given_and_the_environment_without_what_is_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPLIANCE_AUDIT_TOKEN", "sixteen-characters-at-least")
    monkeypatch.setenv("COMPLIANCE_RULES_URL", "https://rules.example/signed.bundle?token=sixteen")
    monkeypatch.setenv("CDN_TOKEN", "for-the-program")
    out = tmp_path / "out"
    assert shell(f"cat > {out}; env >> {out}", b"first\nsecond\n", MORE="told") is None
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["first", "second"]
    assert {"CDN_TOKEN=for-the-program", "MORE=told"} <= set(lines)
    assert "sixteen" not in out.read_text(encoding="utf-8")


def test_there_is_no_shell_that_would_take_words_apart(tmp_path: Path) -> None:
    told = f"import sys; open({str(tmp_path / 'out')!r}, 'w').write('|'.join(sys.argv[1:]))"
    assert programs.run([sys.executable, "-ISc", told, "a b", "$HOME", "*", "; rm x"]) is None
    assert (tmp_path / "out").read_text(encoding="utf-8") == "a b|$HOME|*|; rm x"


def test_one_that_reads_nothing_does_not_keep_whoever_has_much_to_tell() -> None:
    assert shell("exit 0", b"x" * 1_000_000) is None


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("exit 3", "it ended with status 3: nothing was said"),
        ("echo once >&2; echo 'no such  zone' >&2; echo >&2; exit 1", "it ended with status 1: no such  zone"),
        ("printf 'red \\033[31m' >&2; exit 1", "it ended with status 1: red �[31m"),
        ("echo 'not from 192.0.2.7' >&2; exit 1", "it ended with status 1: not from (withheld)"),
        ("head -c 300000 /dev/zero | tr '\\0' x >&2; exit 1", f"it ended with status 1: {'x' * 200}"),
        ("head -c 300000 /dev/zero; echo much was said >&2", None),
        ("kill -9 $$", "it ended with status -9: nothing was said"),
    ],
)
def test_of_one_that_fails_the_last_words_are_told_and_of_others_nothing(script: str, why: str | None) -> None:
    assert shell(script) == why


def test_one_that_is_not_there_or_may_not_be_run_is_told(tmp_path: Path) -> None:
    assert programs.run([str(tmp_path / "none")]) == f"`{tmp_path / 'none'}` cannot be run: no such file or directory"
    assert "cannot be run: permission denied" in str(programs.run([str(tmp_path)]))


def test_one_that_hangs_is_ended_with_all_that_it_has_started(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    begin = time.monotonic()
    assert shell(f"sleep 60 & echo $! > {pid}; wait", seconds=0.2) == "it took more than 0.2 seconds"
    assert time.monotonic() - begin < 10
    number = int(pid.read_text(encoding="utf-8"))
    assert not is_running(number)


def is_running(number: int) -> bool:
    """Whether a process goes on; one that has ended and that nobody has asked about yet does not."""
    try:
        return " Z " not in Path(f"/proc/{number}/stat").read_text(encoding="utf-8")
    except OSError:
        return False


def test_one_that_leaves_others_behind_has_ended_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_LAST_WORDS", 0.05)
    begin = time.monotonic()
    assert shell("setsid sleep 2 & exit 0") is None
    assert time.monotonic() - begin < 1.5


def test_whoever_stops_does_not_wait_for_it() -> None:
    stopped = threading.Event()
    threading.Timer(0.05, stopped.set).start()
    found = programs.run(["sleep", "60"], stopped=stopped)
    assert found == "it was ended together with the service"


def test_no_file_stays_open() -> None:
    def count() -> int:
        return len(os.listdir("/proc/self/fd"))

    before = count()
    for _ in range(5):
        shell("exit 1", b"x")
    assert count() <= before
