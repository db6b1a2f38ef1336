"""How each kind of code block in the documentation is tried out.

Each block stands alone, with the files that the document showed before it: blocks may run in any order, in
any process. That is why Python blocks are sessions which run as a whole.
"""

from __future__ import annotations

import doctest
import re
import tempfile
from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path

from sybil import Example
from sybil.parsers.markdown import CodeBlockParser

from compliance import RulesError
from compliance.store import open_snapshot
from tests.components import program
from tests.docs.console import SECONDS, difference, run, steps
from tests.warm import commands

_FILE = re.compile(r"`(?P<path>[\w./-]+\.yaml)`[^`]*\n\n```yaml\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


def shown_files(document: str) -> Iterator[tuple[str, str]]:
    """The path and text of each YAML block; the path is the last one named in the paragraph above it."""
    for found in _FILE.finditer(document):
        yield found["path"], found["text"]


def evaluate_console(example: Example) -> str | None:
    """Run the commands of a block and compare what they print."""
    if "curl " in example.parsed:
        program("curl")
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / ".venv").mkdir()
        (directory / ".venv" / "bin").symlink_to(commands())  # where `make` puts the commands
        _write_files(example.document.text[: example.start], directory)
        for step in steps(example.parsed):
            found = difference(step.printed, run(step.command, directory, example.namespace["documented_service"]))
            if found is not None:
                return f"$ {step.command}\n{found}"
    return None


def evaluate_session(example: Example) -> str | None:
    """Run a Python session as one doctest."""
    session = doctest.DocTestParser().get_doctest(example.parsed, {}, "session", example.path, example.line)
    if not session.examples:
        return "a Python block is a session: lines that begin with `>>> `, each with what it prints"
    told: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)
    runner.run(session, out=told.append)
    return "".join(told) or None


def evaluate_rule_file(example: Example) -> str | None:
    """Load a rule file and ask its scenarios."""
    shown = dict(shown_files(example.document.text[: example.end + len("```")]))
    path = next((path for path, text in shown.items() if text == example.parsed), None)
    if path is None:
        return "the paragraph above a rule file names its path, like `my-rules/no/one.yaml`"
    with tempfile.TemporaryDirectory() as name:
        _write_files(f"`{path}`\n\n```yaml\n{example.parsed}```\n", Path(name))
        try:
            open_snapshot(Path(name))
        except RulesError as error:
            return str(error)
    return None


def evaluate_request(example: Example) -> str | None:
    """Post a JSON block; the service has to understand it."""
    connection = HTTPConnection(example.namespace["documented_service"].removeprefix("http://"), timeout=SECONDS)
    with closing(connection):
        connection.request("POST", "/v1/check", example.parsed.encode())
        response = connection.getresponse()
        body = response.read().decode()
    return None if response.status == HTTPStatus.OK else body


def _write_files(document: str, directory: Path) -> None:
    for path, text in shown_files(document):
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


PARSERS = (
    CodeBlockParser("console", evaluate_console),
    CodeBlockParser("python", evaluate_session),
    CodeBlockParser("yaml", evaluate_rule_file),
    CodeBlockParser("json", evaluate_request),
)
