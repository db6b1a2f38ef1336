"""Runs the command with standard error on a terminal: for what is shown there and nowhere else."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

from tests.warm import PROGRAM, Popen


def on_a_terminal(directory: Path, *arguments: str, status: int = 0) -> tuple[str, str]:
    """What the command prints on standard output, and what it shows on a terminal meanwhile."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm"}
    command = [PROGRAM, *arguments]
    with Popen(command, cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=theirs) as child:
        os.close(theirs)
        seen = b""
        while True:
            try:
                more = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            if not more:
                break
            seen += more
        assert child.stdout is not None
        out = child.stdout.read().decode()
        assert child.wait(60) == status
    os.close(ours)
    return out, seen.decode()
