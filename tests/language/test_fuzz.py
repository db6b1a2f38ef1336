"""Whatever is in rule files, the loader loads it or says what is wrong, where; and other readers agree with it.

`make prove` looks for `FUZZ_SECONDS` (600 in all), from a number that pytest-randomly draws or `FUZZ_SEED` says.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from compliance.errors import Problem, RulesError, Span
from compliance.language import load as loading
from compliance.language import source
from tests.examples import step
from tests.language.hunt import ROOT, complaint_of, hunt
from tests.language.prey import Files, small
from tests.language.reading import ZONES
from tests.language.strands import STRANDS
from tests.language.taking import take_rules, told

SECONDS: Final = float(os.environ.get("FUZZ_SECONDS", "600"))
PATIENCE: Final = 120.0
"""So many seconds after its time a hunt is taken for stuck, in code that cannot be interrupted."""


@pytest.mark.parametrize("name", STRANDS)
def test_a_few_damaged_inputs_are_taken_well(name: str) -> None:
    """So that nobody has to wait for `make prove` to see the plainest mistakes."""
    strand = STRANDS[name]
    assert str(hunt(strand.make, strand.check, iter(range(0, strand.quick, step(2))))) == "None"


@pytest.mark.prove
@pytest.mark.parametrize("name", STRANDS)
def test_no_damaged_input_crashes_hangs_or_is_refused_without_a_place(
    name: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """In a process of its own, so that a crash or a hang of the parser itself is told with its number, too."""
    seed = os.environ.get("FUZZ_SEED") or str(pytestconfig.getoption("randomly_seed", 0))
    seconds, note = SECONDS * STRANDS[name].share, tmp_path / "number"
    python = [sys.executable, "-W", "error", "-X", "faulthandler"]
    hunting = ["-m", "tests.language.strands", name, seed, str(seconds), str(note)]
    try:
        ran = subprocess.run(
            [*python, *hunting], cwd=ROOT, capture_output=True, text=True, check=False, timeout=seconds + PATIENCE
        )
    except subprocess.TimeoutExpired:
        pytest.fail(f"an input never comes to an end: FUZZ_SEED={note.read_text(encoding='utf-8')}", pytrace=False)
    if ran.returncode:
        last = note.read_text(encoding="utf-8") if note.exists() else "none"
        pytest.fail(f"the last input was FUZZ_SEED={last}\n{ran.stdout}\n{ran.stderr}", pytrace=False)


# -- the hunt itself --------------------------------------------------------------------------------------


def test_a_crash_is_found_told_with_its_number_and_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    def crashing(path: str, data: bytes) -> Any:
        if b"\0" in data:
            raise KeyError(path)
        return source.read(path, data)

    monkeypatch.setattr(loading, "read", crashing)
    strand = STRANDS["bytes"]
    found = hunt(strand.make, take_rules, iter(range(2_000)))
    assert found is not None
    assert b"".join(found.files.values()) == b"\0"
    assert "KeyError" in str(found)
    assert "compliance/language/load.py" in str(found)
    assert f"FUZZ_SEED={found.number};" in str(found)
    assert complaint_of(take_rules, strand.make(found.number)) is not None


def test_a_hang_is_found() -> None:
    def hanging(files: Files) -> None:
        while files:
            pass

    complaint = complaint_of(hanging, {"a.yaml": b"x"}, seconds=0.05)
    assert complaint is not None
    assert complaint.kind == "slow"
    assert complaint_of(hanging, {}, seconds=0.05) is None


GOOD: Final = Problem("unknown key `x` in a rule", Span("a.yaml", 1, 1, 1, "x: y"), "a rule has: y")


def test_a_problem_with_a_place_and_help_is_well_told() -> None:
    told([GOOD], {"a.yaml": b"x: y"}, "")


@pytest.mark.parametrize(
    "problems",
    [
        [],
        [GOOD, GOOD],
        [Problem("unknown key `x` in a rule", None, "help")],
        [Problem("unknown key `x` in a rule", Span("a.yaml", 1, 1, 1, "x: y"))],
        [Problem("unknown key `x` in a rule", Span("b.yaml", 1, 1, 1, "x: y"), "help")],
        [Problem("unknown key `x` in a rule", Span("a.yaml", 2, 1, 1, ""), "help")],
        [Problem("unknown key `x` in a rule", Span("a.yaml", 1, 6, 1, "x: y"), "help")],
        [Problem("unknown key `x` in a rule", Span("a.yaml", 1, 1, 1, "z: y"), "help")],
        [Problem("<class 'str'> is no key", Span("a.yaml", 1, 1, 1, "x: y"), "help")],
        [Problem("", Span("a.yaml", 1, 1, 1, "x: y"), "help")],
    ],
)
def test_a_problem_that_helps_nobody_is_a_complaint(problems: list[Problem]) -> None:
    assert complaint_of(lambda files: told(problems, files, ""), {"a.yaml": b"x: y"}) is not None


def test_what_is_damaged_loads_now_and_then_and_mostly_is_refused() -> None:
    """If nearly nothing loaded, nothing behind the loader would be tried, and the other way round."""
    strand = STRANDS["structure"]
    loads = sum(_loads(strand.make(number)) for number in range(100))
    assert 5 <= loads <= 60
    assert all(_loads(dict(files)) for files in small())


def _loads(files: Files) -> bool:
    try:
        loading.load(files, ZONES)
    except RulesError:
        return False
    return True
