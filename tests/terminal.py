"""Runs the command with standard error on a terminal: for what is shown there and nowhere else."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def on_a_terminal(directory: Path, *arguments: str, status: int = 0) -> tuple[str, str]:
    """What the command prints on standard output, and what it shows on a terminal meanwhile."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    command = [sys.executable, "-m", "compliance.cli", *arguments]
    with subprocess.Popen(command, cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=theirs) as child:
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
