"""The warm process itself: it imports what commands import, and forks for each one."""

from __future__ import annotations

import contextlib
import gc
import io
import marshal
import os
import select
import signal
import socket
import sys
import time
import traceback
import warnings
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, NoReturn

LATER = ("compliance.web.app", "compliance.web.server", "compliance.web.service", "compliance.check", "pymorphy3")
"""What commands import when they run."""


def run(listener: int, end: int, commands: str) -> None:
    """Run commands that are asked for, each in a process of its own, until there is nobody to ask.

    Args:
        listener: a socket that listens.
        end: a pipe that is closed when no command will be asked for any more.
        commands: the directory of what commands start for themselves.
    """
    main = _imported()
    asked = _until_forked(socket.socket(fileno=listener), end)
    if asked is not None:
        sys.argv = ["compliance", *asked]
        sys.executable = f"{commands}/python"
        sys.exit(main())


def _imported() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        commands = import_module("tests.commands")
        commands.every_command()
        for name in LATER:
            import_module(name)
        with contextlib.suppress(ImportError):  # what it is for need not be installed
            import_module("compliance.web.workers")
        main = import_module("compliance.cli").main
    if len(os.listdir("/proc/self/task")) != 1:
        raise RuntimeError("something that was imported has started a thread: what is forked would be without it")
    gc.collect()
    gc.freeze()
    return main


def _until_forked(listener: socket.socket, end: int) -> list[str] | None:
    """The words of a command, in the process that is to run it; None in this one, at the end."""
    while True:
        ready = _which_can_be_read(listener.fileno(), end)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if end in ready:
            return None
        asking, _ = listener.accept()
        if os.fork():
            asking.close()
            continue
        listener.close()
        os.close(end)
        try:
            return _begun(asking)
        except BaseException:  # noqa: BLE001 - whatever it is, nobody else would tell it
            traceback.print_exc()
            os._exit(70)


def _begun(asking: socket.socket) -> list[str]:
    """The words, in a process that is as one that was just started."""
    head, files, _, _ = socket.recv_fds(asking, 8, 3)
    size, told = int.from_bytes(head, "big"), b""
    while len(told) < size:
        told += asking.recv(size - len(told))
    words, cwd, environment, is_waited_for = marshal.loads(told)  # noqa: S302 - a test has written it
    forefather = os.getpid()
    child = os.fork()
    if child:
        _stand_by(asking, child, files) if is_waited_for else os._exit(0)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=os.isatty(1))
    _warn(environment)
    while not is_waited_for and os.getppid() == forefather:
        time.sleep(0.0002)
    asking.sendall(os.getpid().to_bytes(8, "big"))
    asking.close()
    return list(words)


def _stand_by(asking: socket.socket, child: int, files: Sequence[int]) -> NoReturn:
    """Wait for a command, and tell how it has ended; end it if whoever asked is gone."""
    for each in (0, 1, 2, *files):
        os.close(each)
    if asking.fileno() in _which_can_be_read(asking.fileno(), os.pidfd_open(child)):
        os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with contextlib.suppress(OSError):
        asking.sendall(bytes([code if code >= 0 else 128 - code]))
    os._exit(0)


def _which_can_be_read(*files: int) -> list[int]:
    return select.select(files, [], [])[0]


def _warn(environment: Mapping[str, str]) -> None:
    """Have warnings handled as `PYTHONWARNINGS` says: actions, each perhaps for one category."""
    for option in filter(None, environment.get("PYTHONWARNINGS", "").split(",")):
        action, _, category = option.partition("::")
        kind: Any = __builtins__[category] if category else Warning  # type: ignore[index]
        warnings.simplefilter(action, kind)  # type: ignore[arg-type]
