"""Commands of the product as processes of their own, without the second that an interpreter takes to import it all.

Theory: one process of each test worker has imported the product and done nothing else; it has one thread. For each
command it forks, and what it forks runs `compliance` as a process that was started does: with arguments, a directory,
an environment, files, signals and an end of its own. Its parent is who asked for it: Linux hands a child whose parent
has ended to the nearest forefather that takes such in. Elsewhere, and for what an interpreter reads as it starts, a
command is started as ever; so are those of the tests in `test_warm`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.warm.starting import is_possible, parent_of_orphans, server

PROGRAM = str(Path(sys.executable).parent / "compliance")
"""The command as it is installed."""
_MODULE = [sys.executable, "-m", "compliance.cli"]


class Popen(subprocess.Popen[Any]):
    """As of `subprocess`, but `compliance ...` and `python -m compliance.cli ...` need not be imported anew."""

    def _execute_child(self, *given: Any) -> None:
        """It is the library's, without types: the program, ..., the directory, the environment, ..., ends of pipes."""
        words = _words_after_the_program(given[0])
        env = dict(os.environ if given[6] is None else given[6])
        if words is None or not is_possible(env):
            super()._execute_child(*given)  # type: ignore[misc]
            return
        pipes = given[10:16]
        files = [ours if ours >= 0 else number for number, ours in enumerate((pipes[0], pipes[3], pipes[5]))]
        with parent_of_orphans():
            self.pid = server().start(words, os.fspath(given[5] or os.getcwd()), env, files)
        self._child_created = True
        self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]


def run(
    words: list[str], *, cwd: Path, env: Mapping[str, str] | None = None, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """What came of a command that reads nothing, and what it printed."""
    with Popen(
        words, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def commands() -> Path:
    """The directory with the commands, for shells."""
    return server().commands if is_possible(os.environ) else Path(PROGRAM).parent


def _words_after_the_program(command: Any) -> list[str] | None:
    """What follows `compliance`; None for any other program."""
    words = [str(word) for word in ([command] if isinstance(command, (str, Path)) else command)]
    if words[0] == PROGRAM:
        return words[1:]
    return words[len(_MODULE) :] if words[: len(_MODULE)] == _MODULE else None
