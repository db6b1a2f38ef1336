"""What an author reads about each mistake, word for word; the mistakes are files in tests/golden/errors."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

import pytest

from compliance.errors import RulesError
from compliance.language.load import load
from compliance.store import known_zones
from tests.tiny import TINY

GOLDEN: Final = Path(__file__).resolve().parents[1] / "golden" / "errors"
MISTAKES: Final = sorted(path for path in GOLDEN.iterdir() if path.suffix != ".txt")
AROUND: Final = {name: TINY[name].encode() for name in ("radio.yaml", "list.yaml")}
"""What a file with a mistake may refer to; a directory of files stands alone."""


def files(path: Path) -> dict[str, bytes]:
    """The rule set that a mistake stands in."""
    if path.is_dir():
        return {each.relative_to(path).as_posix(): each.read_bytes() for each in path.rglob("*.yaml")}
    return {**AROUND, path.name: path.read_bytes()}


def report(path: Path) -> str:
    with pytest.raises(RulesError) as raised:
        load(files(path), known_zones(), root="rules")
    return f"{raised.value}\n"


@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)
def test_the_message_is_the_pinned_one(path: Path) -> None:
    shown, pinned = report(path), path.with_suffix(".txt")
    if os.environ.get("GOLDEN") == "write":
        pinned.write_text(shown, encoding="utf-8")
    assert pinned.read_text(encoding="utf-8") == shown, "if this is meant, run `make golden` and read the diff"


def test_every_pinned_message_belongs_to_a_mistake() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == {path.stem for path in MISTAKES}
    assert len(MISTAKES) > 60


@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)
def test_a_message_keeps_to_the_style(path: Path) -> None:
    *problems, consequence = report(path).rstrip("\n").split("\n\n")
    assert consequence == f"{len(problems)} problem(s); nothing was loaded"
    for problem in problems:
        head, place, *rest = problem.split("\n")
        message = head.removeprefix("error: ")
        assert head.startswith("error: ")
        assert message[0] in "`{}[]" or message[0].islower()
        assert not message.endswith(".")
        assert re.fullmatch(r"  --> rules/[\w./-]+\.yaml:\d+:\d+", place)
        assert rest[-1].startswith("  help: ")
        assert not rest[-1].endswith(".")
        assert not re.search(r"\b(str|dict|None|NoneType|Mapping|scalar|Text|Broken|ScalarNode)\b", message)


def test_no_terminal_obeys_what_a_file_or_its_name_holds() -> None:
    files = {"a\x1b[2J\n\u202e.yaml": b"language: 1\nrule: \x22\\e[2J\x22\n", **AROUND}
    with pytest.raises(RulesError) as raised:
        load(files, known_zones())
    assert "  --> a\ufffd[2J \ufffd.yaml:2:7\n" in str(raised.value)
    assert all(each.isprintable() or each == "\n" for each in str(raised.value))


@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)
def test_a_caret_stands_under_the_column_that_is_named(path: Path) -> None:
    around = files(path)
    for problem in report(path).split("\n\n")[:-1]:
        where, *picture = problem.split("\n")[1:-1]
        name, line, column = where.removeprefix("  --> rules/").split(":")
        source = around[name].decode("utf-8-sig", "replace").splitlines()[int(line) - 1]
        assert 1 <= int(column) <= len(source) + 1
        assert picture or not source.partition("#")[0]
        if picture and source.isascii() and source.isprintable():
            assert picture[0] == f"{int(line):4d} | {source}"
            assert picture[1].index("^") == len(f"{int(line):4d} | ") + int(column) - 1
            assert set(picture[1].strip()) == {"^"}
