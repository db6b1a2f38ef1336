"""What an author of a suite reads about each mistake, word for word; the mistakes are files in tests/golden/suites."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

import pytest

from compliance.errors import RulesError
from compliance.language.suite import load_suites
from compliance.model.ruleset import Ruleset
from tests.tiny import ruleset

GOLDEN: Final = Path(__file__).resolve().parents[1] / "golden" / "suites"
MISTAKES: Final = sorted(GOLDEN.glob("*.yaml"))
each_mistake = pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def rules() -> Ruleset:
    return ruleset()


def report(path: Path, rules: Ruleset) -> str:
    with pytest.raises(RulesError) as raised:
        load_suites({path.name: path.read_bytes()}, rules, root="rules/tests")
    return f"{raised.value}\n"


@each_mistake
def test_the_message_is_the_pinned_one(path: Path, rules: Ruleset) -> None:
    shown, pinned = report(path, rules), path.with_suffix(".txt")
    if os.environ.get("GOLDEN") == "write":
        pinned.write_text(shown, encoding="utf-8")
    assert pinned.read_text(encoding="utf-8") == shown, "if this is meant, run `make golden` and read the diff"


def test_every_pinned_message_belongs_to_a_mistake() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == {path.stem for path in MISTAKES}
    assert len(MISTAKES) > 25


@each_mistake
def test_a_message_keeps_to_the_style_and_names_a_place(path: Path, rules: Ruleset) -> None:
    *problems, consequence = report(path, rules).rstrip("\n").split("\n\n")
    assert consequence == f"{len(problems)} problem(s); nothing was loaded"
    lines = path.read_text(encoding="utf-8").splitlines()
    for problem in problems:
        head, place, *rest = problem.split("\n")
        message = head.removeprefix("error: ")
        assert message[0] in "`{}[]" or message[0].islower()
        assert not message.endswith(".")
        found = re.fullmatch(rf"  --> rules/tests/{re.escape(path.name)}:(\d+):(\d+)", place)
        assert found
        assert 1 <= int(found[2]) <= len(lines[int(found[1]) - 1]) + 1
        assert rest[-1].startswith("  help: ")
        assert not rest[-1].endswith(".")
        assert not re.search(r"\b(str|dict|None|NoneType|Mapping|scalar|Text|Broken)\b", message)


@each_mistake
def test_no_problem_is_reported_twice(path: Path, rules: Ruleset) -> None:
    problems = report(path, rules).split("\n\n")
    assert len(set(problems)) == len(problems)
