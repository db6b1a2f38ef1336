"""What a shell starts as `compliance`, and a service for itself: the warm process runs it, and this one waits for it.

It imports next to nothing, and knows the modules of Python's that are always there.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import _socket
import marshal
import posix
import sys
from typing import Any

_FORWARDED = (_signal.SIGHUP, _signal.SIGINT, _signal.SIGTERM)


def run(path: str, words: list[str], python: str) -> None:
    """Run a command with the files, directory and environment of this process, and end as it ends.

    Args:
        path: the socket of the warm process.
        words: the program and its arguments.
        python: the interpreter, for what is no command of ours.
    """
    begin = 1
    if not words[0].endswith("compliance"):
        begin = 3
        if words[1:begin] != ["-m", "compliance.cli"]:
            posix.execv(python, [python, *words[1:]])
    environment = {_text(name): _text(value) for name, value in posix.environ.items()}
    told = marshal.dumps((words[begin:], posix.getcwd(), environment, True))
    asking: Any = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    asking.connect(path)
    files = b"".join(number.to_bytes(4, sys.byteorder) for number in range(3))
    asking.sendmsg([len(told).to_bytes(8, "big")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, files)])
    asking.sendall(told)
    pid = int.from_bytes(asking.recv(8), "big")
    for number in _FORWARDED:
        _signal.signal(number, lambda signum, _: posix.kill(pid, signum))
    posix._exit(int.from_bytes(asking.recv(1), "big"))


def _text(value: bytes) -> str:
    return value.decode(sys.getfilesystemencoding(), "surrogateescape")
