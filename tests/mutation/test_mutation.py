"""The mutation tester itself: its mistakes are mistakes, it tells the noticed from the others, its list is true."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.mutation.__main__ import KINDS, MODULES, SURVIVORS, explained
from tests.mutation.mutators import mutations_of, planted
from tests.mutation.patch import codes, functions

ROOT = Path(__file__).resolve().parents[2]
WORTH_IT = 24  # characters; a shorter reason says nothing

SMALL = '''
"""A module."""
from __future__ import annotations
LIMIT: int = 1

def grade(points: int | None = None, *, names: tuple[str, ...] = ()) -> list[object]:
    """What somebody gets."""
    found: list[object] = []
    if points is None or not names:
        return [LIMIT, points]
    for name in names:
        if name == "skip":
            continue
        found.append(name)
    total = sum(1 for name in names if name != "never")
    total += 1
    best = min(points, total) if points < 5 else points - total
    return [best, any(name == "a" for name in names), {"x"} & set(names), frozenset(), *found]
'''
QUESTIONS: list[dict[str, Any]] = [
    {},
    {"points": 3},
    {"names": ("a",)},
    {"points": 3, "names": ("a", "skip", "never")},
    {"points": 4, "names": ("a", "skip", "never")},
    {"points": 5, "names": ("x", "b")},
    {"points": 9, "names": ("a", "a")},
    {"points": 4, "names": ("a",)},
]


def answers(code: Any) -> list[object]:
    module: dict[str, Any] = {}
    exec(code, module)  # noqa: S102 - it is written above
    found: list[object] = []
    for question in QUESTIONS:
        try:
            found.append(module["grade"](**question))
        except Exception as error:  # noqa: BLE001 - whatever a mutant does is an answer
            found.append(type(error))
    return found


def test_every_mistake_changes_what_a_module_does_and_goes_away_again() -> None:
    tree, found = mutations_of("small", SMALL)
    right = answers(compile(SMALL, "small", "exec"))
    changed = set()
    for mutation in found:
        with planted(tree, mutation, "small") as code:
            changed.add((mutation.what, answers(code) != right))
        assert answers(compile(tree, "small", "exec")) == right
    assert {what for what, is_other in changed if not is_other} == set()


@pytest.mark.parametrize(
    "what",
    [
        "1 -> 2",
        "returns at once",
        "points is None -> points is not None",
        "or is swapped in points is None or not names",
        "without operand points is None",
        "not names -> names",
        "without continue",
        "without found.append(name)",
        "without if name != 'never'",
        "total += 1 -> total -= 1",
        "without total += 1",
        "points < 5 -> points <= 5",
        "the branches of if points < 5 are swapped",
        "min -> max in min(points, total)",
        "points - total -> points + total",
        "points - total -> points",
        "any -> all in any((name == 'a' for name in names))",
        "{'x'} & set(names) -> {'x'} | set(names)",
        "frozenset() -> frozenset(['mutant'])",
        "[LIMIT, points] without LIMIT",
    ],
)
def test_a_mistake_of_each_kind_is_made(what: str) -> None:
    assert what in {mutation.what for mutation in mutations_of("small", SMALL)[1]}


def test_annotations_docstrings_names_of_types_and_defaults_are_left_alone() -> None:
    assert [mutation.what for mutation in mutations_of("small", SMALL)[1] if mutation.line <= 5] == ["1 -> 2"]
    quiet = 'Pair = tuple[int, str] | None\ndef ask(a: int | None = 1) -> "str | int":\n    """Say."""\n'
    assert mutations_of("quiet", quiet)[1] == []


def test_the_code_of_every_kind_of_function_can_be_exchanged() -> None:
    for name in MODULES:
        module = importlib.import_module(name)
        source = Path(module.__file__ or "").read_text(encoding="utf-8")
        written = codes(compile(source, name, "exec", dont_inherit=True))
        is_lambda = {each for each in written if "<" in each}
        assert set(written) - is_lambda <= set(functions(module)), name


TOY = """
def clamp(number: int) -> int:
    if number < 0:
        return 0
    return number

def is_late(hour: int) -> bool:
    return hour > 22
"""
TESTS_OF_TOY = """
import toy

def test_a_number_below_zero_is_zero():
    assert [toy.clamp(number) for number in (-1, 0, 1)] == [0, 0, 1]

def test_midnight_is_late_and_noon_is_not():
    assert toy.is_late(24)
    assert not toy.is_late(12)
"""


def test_a_mistake_that_no_test_notices_is_found_and_fails_the_run(tmp_path: Path) -> None:
    (tmp_path / "toy.py").write_text(TOY, encoding="utf-8")
    (tmp_path / "test_toy.py").write_text(TESTS_OF_TOY, encoding="utf-8")
    command = [sys.executable, "-m", "tests.mutation", "toy", "--json", "--tests", str(tmp_path / "test_toy.py")]
    done = subprocess.run(
        command, cwd=ROOT, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    answer = json.loads(done.stdout)
    found = {(each["line"], each["mutation"]): each["killed_by"] for each in answer["mutants"]}
    assert {each for each, killed_by in found.items() if killed_by is None} == {
        ("if number < 0:", "number < 0 -> number <= 0"),  # which is the same, as is the next
        ("if number < 0:", "0 -> 1"),
        ("return hour > 22", "hour > 22 -> hour >= 22"),
        ("return hour > 22", "22 -> 23"),
    }
    assert found["return 0", "0 -> 1"].endswith("test_a_number_below_zero_is_zero")
    assert answer["modules"][0]["killed"] == len(found) - 4


# -- the list of survivors --------------------------------------------------------------------------


def test_every_survivor_that_is_explained_is_still_a_mutant() -> None:
    listed = explained()
    modules = {module for module, _, _ in listed}
    assert modules <= set(MODULES)
    there = set()
    for name in modules:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        source = Path(spec.origin or "").read_text(encoding="utf-8")
        there |= {mutation.key for mutation in mutations_of(name, source)[1]}
    assert [key for key in listed if key not in there] == []


def test_every_survivor_has_a_reason_of_a_known_kind_and_is_listed_once() -> None:
    entries = tomllib.loads(SURVIVORS.read_text(encoding="utf-8")).get("survivor", [])
    assert len(explained()) == len(entries)
    for each in entries:
        assert each.keys() == {"module", "line", "mutation", "kind", "reason"}
        assert each["kind"] in KINDS
        assert len(each["reason"]) >= WORTH_IT, each["reason"]
