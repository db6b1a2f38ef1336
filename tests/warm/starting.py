"""The warm process of this test worker: when it can be used, how it is started, and asked for a command."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import marshal
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_PR_SET_CHILD_SUBREAPER = 36
_READ_AT_THE_START = ("PYTHON", "LC_", "LANG")
_TAKEN_OVER = frozenset({"PYTHONWARNINGS", "PYTHONPATH"})
_FORKING = threading.Lock()
_LAUNCHER = """\
#!{python} -IS
import sys
sys.path.insert(0, {here!r})
import _launcher
_launcher.run({socket!r}, sys.argv, {python!r})
"""


def is_possible(environment: Mapping[str, str]) -> bool:
    """Whether a command in this environment can be one that is forked."""
    return sys.platform == "linux" and _of_interpreters(environment) == server().read_at_the_start


def _of_interpreters(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in environment.items()
        if name.startswith(_READ_AT_THE_START) and name not in _TAKEN_OVER
    }


class Server:
    """The process, and where it listens."""

    def __init__(self) -> None:
        """Start it; it ends with this process."""
        self._directory = tempfile.TemporaryDirectory(prefix="warm-")
        self.socket = f"{self._directory.name}/socket"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self.socket)
        listener.listen(64)
        ours, theirs = os.pipe()  # it ends where the other end is closed, however this process ends
        number = listener.fileno()
        self.commands = self._commands()
        code = f"from tests.warm.serving import run; run({number}, {ours}, {str(self.commands)!r})"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COMPLIANCE_")}
        self.read_at_the_start = _of_interpreters(environment)
        environment["PYTHONPATH"] = str(ROOT)
        environment.pop("PYTHONWARNINGS", None)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", code],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            pass_fds=(number, ours),
        )
        listener.close()
        os.close(ours)
        self._end = theirs
        atexit.register(self.stop)

    def start(self, words: Sequence[str], cwd: str, environment: Mapping[str, str], files: Sequence[int]) -> int:
        """The process that runs a command, a child of this one.

        Args:
            words: what follows the name of the program.
            cwd: the directory that it begins in.
            environment: all of its variables.
            files: its standard input, output and error.
        """
        told = marshal.dumps((list(words), cwd, dict(environment), False))
        with socket.socket(socket.AF_UNIX) as asking:
            asking.connect(self.socket)
            socket.send_fds(asking, [len(told).to_bytes(8, "big")], list(files))
            asking.sendall(told)
            said = asking.recv(8)
        if len(said) < 8:
            raise RuntimeError("the process that forks for commands has ended")
        return int.from_bytes(said, "big")

    def _commands(self) -> Path:
        """A directory with programs `compliance` and `python` that ask here, and what is installed beside them."""
        directory = Path(self._directory.name) / "bin"
        directory.mkdir()
        text = _LAUNCHER.format(python=sys.executable, here=str(Path(__file__).parent), socket=self.socket)
        for each in Path(sys.executable).parent.iterdir():
            program = directory / each.name
            if each.name in {"compliance", "python", "python3"}:
                program.write_text(text, encoding="utf-8")
                program.chmod(0o755)
            else:
                program.symlink_to(each)
        return directory

    def stop(self) -> None:
        """End it."""
        with contextlib.suppress(OSError):
            os.close(self._end)
        self._process.wait()
        self._directory.cleanup()


@cache
def server() -> Server:
    """The one of this test worker."""
    return Server()


@contextlib.contextmanager
def parent_of_orphans() -> Iterator[None]:
    """Meanwhile this process gets the children of its descendants that end."""
    with _FORKING:
        _adopts(1)
        try:
            yield
        finally:
            _adopts(0)


def _adopts(yes: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, yes, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
