"""Console examples: commands to run in a shell, and what they print.

A line that begins with `$ ` is a command; it goes on while a quote is open or a line ends in a backslash.
What follows is what it prints, on both outputs. There, a line `...` stands for any number of lines, and
`...` inside a line for any characters of that line; nothing else may differ.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from tests.docs.service import DOCUMENTED, environment

PROMPT = "$ "
ELLIPSIS = "..."
SECONDS = 120


@dataclass(frozen=True)
class Step:
    """One command, and what the documentation says that it prints."""

    command: str
    printed: str


def steps(block: str) -> list[Step]:
    """The commands of a console block, each with what it prints."""
    lines = block.splitlines()
    if not lines or not lines[0].startswith(PROMPT):
        raise ValueError(f"a console block begins with `{PROMPT}` and a command")
    found = []
    while lines:
        command = lines.pop(0).removeprefix(PROMPT)
        while lines and _goes_on(command):
            command += "\n" + lines.pop(0)
        printed = []
        while lines and not lines[0].startswith(PROMPT):
            printed.append(lines.pop(0))
        found.append(Step(command, "\n".join(printed)))
    return found


def difference(expected: str, found: str) -> str | None:
    """How what was printed differs from what the documentation says, or None if it does not."""
    printed = _lines(found)
    if re.fullmatch(_pattern(expected), "".join(f"{line}\n" for line in printed)):
        return None
    return "\n".join(unified_diff(_lines(expected), printed, "documented", "printed", n=1, lineterm=""))


def run(command: str, directory: Path, service: str) -> str:
    """What a command prints in a directory, with the service where the documentation says that it is."""
    done = subprocess.run(
        ["/bin/sh", "-c", command.replace(DOCUMENTED, service)],
        cwd=directory,
        env=environment(HOME=str(directory)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    return done.stdout.replace(service, DOCUMENTED)


def _goes_on(command: str) -> bool:
    if command.endswith("\\"):
        return True
    try:
        shlex.split(command)
    except ValueError:
        return True
    return False


def _pattern(expected: str) -> str:
    pattern = ""
    for line in _lines(expected):
        if line.strip() == ELLIPSIS:
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += r"[^\n]*".join(re.escape(part) for part in line.split(ELLIPSIS)) + r"\n"
    return pattern


def _lines(text: str) -> list[str]:
    """The lines of `text` without blanks at their ends and without blank lines at its end."""
    return [line.rstrip() for line in text.rstrip().splitlines()]
