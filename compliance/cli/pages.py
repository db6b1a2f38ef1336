"""Questions about pages from a file: one, a JSON array of them, or one on each line.

Theory: which of the three it is follows from the text, and for lines from the name as well: a list that begins with a
line that cannot be read is a list all the same. Whatever is wrong is said of all pages at once, with the number of the
page in an array, or of its line.
"""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from compliance.errors import ConfigError, Problem, RequestError
from compliance.web.json_body import MALFORMED, not_json
from compliance.web.wire import NotJsonError, Request, read_check

_LINES: Final = frozenset({".jsonl", ".ndjson"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and where it stands; a question that stands alone is nowhere in particular."""

    request: Request
    where: str = ""


def asked(file: Path) -> tuple[list[Asked], list[Problem]]:
    """The questions of a file (`-` is standard input) that can be read, and everything about the others that cannot.

    Raises:
        ConfigError: the file cannot be read.
        NotJsonError: it is not JSON.
        RequestError: there is one question alone, and it cannot be read.
    """
    try:
        with closing(sys.stdin.buffer if str(file) == "-" else file.open("rb")) as source:
            data = source.read()
    except OSError as error:
        raise ConfigError(f"`{file}` cannot be read: {(error.strerror or 'no reason given').lower()}") from None
    text = data.removeprefix(codecs.BOM_UTF8)
    if file.suffix.lower() in _LINES or _is_lines(text):
        parts = [(line, f"{file}:{number}") for number, line in enumerate(data.splitlines(), 1) if line.strip()]
    elif text.lstrip()[:1] == b"[":
        parts = list(_items(text, file))
    else:
        return [Asked(read_check(data, None))], []
    found: list[Asked] = []
    problems: list[Problem] = []
    for part, where in parts:
        try:
            found.append(Asked(read_check(part, None), where))
        except RequestError as error:
            problems += [at(where, each) for each in error.problems]
        except NotJsonError as error:
            problems.append(Problem(str(error), where=where))
    return found, problems


def at(where: str, problem: Problem) -> Problem:
    """A problem of the question that stands somewhere."""
    places = " ".join(each for each in (where, problem.where) if each)
    return Problem(problem.message, problem.span, problem.help, places or None)


def _items(text: bytes, file: Path) -> Iterator[tuple[bytes, str]]:
    """The items of a JSON array as they are written, counted from 1."""
    try:
        items = msgspec.json.decode(text, type=list[msgspec.Raw])
    except MALFORMED as error:
        raise not_json(error, text) from None
    yield from ((bytes(item), f"{file} item {number}") for number, item in enumerate(items, 1))


def _is_lines(text: bytes) -> bool:
    """Whether a text is no JSON, and its first line is an object: then there is one on each."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or not lines[0].lstrip().startswith(b"{"):
        return False
    return not _is_json(text) and _is_json(lines[0])


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except MALFORMED:
        return False
    return True
