"""The service as a command, on a free port, for as long as the documentation is tested."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import PIPE
from tempfile import TemporaryDirectory
from typing import IO

from tests.warm import PROGRAM, Popen, commands

DOCUMENTED = "http://127.0.0.1:8000"
"""Where the documentation says that the service is; `make run` takes this port."""


def environment(**more: str) -> dict[str, str]:
    """The environment of a reader who follows the documentation: our commands, and nobody's settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COMPLIANCE_")}
    path = f"{commands()}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {**inherited, "PATH": path, "NO_PROXY": "127.0.0.1", "PYTHONWARNINGS": "error", **more}


@contextmanager
def serving(*options: str, **settings: str) -> Iterator[str]:
    """The URL of a service that answers, with settings of the environment."""
    command = [PROGRAM, "serve", "--port", "0", "--json", *options]
    with (
        TemporaryDirectory() as data,  # not that of whoever runs the tests
        Popen(command, stdout=PIPE, env=environment(COMPLIANCE_DATA_DIR=data, **settings), text=True) as process,
    ):
        try:
            assert process.stdout is not None
            yield _announced(process.stdout)
        finally:
            process.terminate()


def _announced(output: IO[str]) -> str:
    """The URL that the command prints, as JSON over several lines, once it answers."""
    lines: list[str] = []
    for line in output:
        lines.append(line)
        if line.rstrip() == "}":
            return str(json.loads("".join(lines))["url"])
    raise AssertionError("the service did not start: its log is above")
