"""A command that is forked is as one that is started: what it prints, its end, its signals, its parent."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import warm
from tests.tiny import TINY, changed, written
from tests.warm.starting import is_possible, server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere commands are started as ever")

BROKEN = changed("warn.yaml", ("severity: alert", "severity: alrt"))
Shown = tuple[int, str, str]


def started(words: list[str], cwd: Path, env: dict[str, str]) -> Shown:
    done = subprocess.run([warm.PROGRAM, *words], cwd=cwd, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def forked(words: list[str], cwd: Path, env: dict[str, str]) -> Shown:
    done = warm.run([warm.PROGRAM, *words], cwd=cwd, env=env)
    return done.returncode, done.stdout, done.stderr


def in_a_shell(words: list[str], cwd: Path, env: dict[str, str]) -> Shown:
    command = f"{server().commands}/compliance {shlex.join(words)}"
    done = subprocess.run(["/bin/sh", "-c", command], cwd=cwd, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_it_prints_and_ends_as_one_that_is_started(clean: Path) -> None:
    written(clean / "good", TINY)
    written(clean / "bad", BROKEN)
    env = {**os.environ, "COMPLIANCE_RULES_DIR": "good", "PYTHONWARNINGS": "error"}
    for words in (["check", "--publisher", "radio", "--as-of", "2026-01-01"], ["lint", "bad"]):
        shown = started(words, clean, env)
        assert forked(words, clean, env) == shown
        assert in_a_shell(words, clean, env) == shown


def test_it_is_a_child_of_whoever_asked_and_a_signal_ends_it(clean: Path) -> None:
    written(clean / "rules")
    words = [warm.PROGRAM, "serve", "--rules", "rules", "--port", "0", "--json"]
    with warm.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"{\n"
        assert int(Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[1]) == os.getpid()
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


def test_a_signal_to_what_a_shell_has_started_reaches_the_command_and_none_outlives_it(clean: Path) -> None:
    written(clean / "rules")
    words = [
        f"{server().commands}/python",
        "-m",
        "compliance.cli",
        "serve",
        "--rules",
        "rules",
        "--port",
        "0",
        "--json",
    ]
    for signum, status in ((signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)):
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"{\n"
            process.send_signal(signum)
            rest = process.stdout.read()  # until nobody has the other end open
            assert rest.endswith(b"}\n")
        assert process.returncode == status


@pytest.mark.parametrize(("name", "is_forked"), [("COMPLIANCE_PORT", True), ("PYTHONUTF8", False), ("LC_ALL", False)])
def test_what_an_interpreter_reads_as_it_starts_has_it_started(name: str, is_forked: bool) -> None:
    assert is_possible({**os.environ, name: "0"}) is is_forked


def test_any_other_program_is_started(clean: Path) -> None:
    words = [f"{server().commands}/python", "-c", "import sys; print(sys.argv[1:])", "a b"]
    assert warm.run(words, cwd=clean).stdout == "['a b']\n"
