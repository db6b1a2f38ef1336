"""The three laws of the house: imports point down, the core is pure, only `web` knows Flask. And its size."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "compliance"
COMMANDS = Path(sys.executable).parent
CORE = ("model", "language", "mentions", "engine", "notices", "content", "review", "edge")
PURE_MODULES = (
    "audit/bundle_reading.py",
    "audit/canonical.py",
    "audit/checkpoint.py",
    "audit/compressed.py",
    "audit/facts.py",
    "audit/finding.py",
    "audit/leaf.py",
    "audit/ledger.py",
    "audit/listing.py",
    "audit/merkle.py",
    "audit/note.py",
    "audit/receipt.py",
    "audit/record.py",
    "audit/reference.py",
    "audit/sealed_state.py",
    "audit/sealing.py",
    "audit/table.py",
    "audit/tiles.py",
    "audit/verifying.py",
    "audit/verifying_records.py",
    "audit/verifying_rest.py",
    "audit/verifying_segments.py",
    "audit/verifying_tiles.py",
    "geo/address.py",
    "geo/client_address.py",
    "geo/embedded.py",
    "geo/locate.py",
    "keys/key.py",
    "signed/signature.py",
    "answer.py",
    "assemble.py",
    "setting_values.py",
    "outcomes.py",
    "tabulated.py",
    "config.py",
    "errors.py",
)
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 400, 40
LONGER_FUNCTIONS = {"language/rules.py:rule"}
"""Functions that are longer on purpose; nothing is added here without a reason in a review."""
HARMLESS = {
    *("__future__", "array", "bisect", "collections", "collections.abc", "csv", "dataclasses", "datetime", "difflib"),
    *(
        "enum",
        "functools",
        "hashlib",
        "html",
        "ipaddress",
        "itertools",
        "json",
        "math",
        "msgspec",
        "re",
        "struct",
        "sys",
        "types",
    ),
    *("typing", "unicodedata", "urllib.parse", "yaml", "zlib"),
    *("base64", "binascii", "html.entities", "operator", "shlex"),
    *("daachorse", "selectolax.lexbor"),  # an automaton and a parser: texts in, places and trees out
    *("cryptography.exceptions", "cryptography.hazmat.primitives.asymmetric.ed25519"),  # keys come as arguments
}
"""What the core may import besides itself: nothing that reads a file, a clock, chance or the network."""
FORBIDDEN_CALLS = {"open", "print", "eval", "exec", "__import__", "compile", "input", "breakpoint", "globals"}
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "base", "core", "tools", "lib", "shared", "stuff"}
LAYERS = "layers: imports point down only"
PURE = "the core is pure: no files, network, clock, chance, logging or threads"
FLASK = "only web knows Flask"


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def core_modules() -> list[Path]:
    rooms = [path for room in CORE for path in (PACKAGE / room).rglob("*.py")]
    return sorted([*rooms, *(PACKAGE / name for name in PURE_MODULES)])


def shown(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@dataclass(frozen=True, slots=True)
class Parsed:
    """What the laws ask of a module, read and walked through once."""

    doc: str | None
    nodes: tuple[ast.AST, ...]
    """Its imports, calls, attributes and functions, also those inside of functions and of `if`."""


@cache
def parsed(path: Path) -> Parsed:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    asked = (ast.Import, ast.ImportFrom, ast.Call, ast.Attribute, ast.FunctionDef, ast.AsyncFunctionDef)
    return Parsed(ast.get_docstring(tree), tuple(node for node in ast.walk(tree) if isinstance(node, asked)))


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports."""
    for node in parsed(path).nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "compliance":
            yield from (f"compliance.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


PLANTED = "def _planted() -> None:"
ROOMS = (
    *(
        "model/truth.py",
        "language/load.py",
        "mentions/scan.py",
        "engine/decide.py",
        "notices/render.py",
        "content/facts.py",
    ),
    *("review/lint/dates.py", "edge/formats.py", *PURE_MODULES),
)
"""A module of every core room."""
IMPURE = (
    "import time",
    "from random import choice",
    "import logging",
    "import socket",
    "from urllib.request import urlopen",
    "import uuid",
    "from builtins import open",
    "import tomllib",
)
WITHOUT_FLASK = ("check.py", "cli/desk.py", "store.py", "geo/databases.py", "assemble.py", "answer.py")
UPWARDS = (
    ("model/rule.py", "from compliance.engine.decide import decide"),
    ("engine/decide.py", "from compliance.store import Store"),
    ("language/load.py", "import compliance.content.facts"),
    ("errors.py", "from compliance.model.truth import TRUE"),
    ("store.py", "from compliance.check import Checker"),
    ("check.py", "from compliance.web.app import create_app"),
    ("web/app.py", "import compliance.cli"),
    ("engine/decide.py", "from compliance.notices.render import render"),
    ("content/facts.py", "from compliance.engine.decide import decide"),
    ("store.py", "from compliance.geo import locate"),
)
"""Imports upwards or between neighbours."""


def lint_imports(directory: Path) -> tuple[int, dict[str, bool], str]:
    """The exit status of import-linter, for each contract whether it was kept, and its report."""
    command = [str(COMMANDS / "lint-imports"), "--no-logo", "--no-cache", "--config", str(directory / "pyproject.toml")]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False, timeout=60)
    ends = {" KEPT": True, " BROKEN": False}
    lines = [re.sub(r" \(\d+ ignored imports?\)$", "", line) for line in done.stdout.splitlines()]
    found = {line.removesuffix(end).strip(): kept for line in lines for end, kept in ends.items() if line.endswith(end)}
    assert found, done.stdout + done.stderr
    return done.returncode, found, done.stdout


def copied(to: Path) -> Path:
    """A copy of the package and of its contracts, to plant something in."""
    shutil.copytree(PACKAGE, to / "compliance", ignore=shutil.ignore_patterns("__pycache__", "*.bin"))
    shutil.copy(ROOT / "pyproject.toml", to)
    return to


def plant(copy: Path, module: str, *statements: str) -> None:
    """Add a function that imports something when it is called."""
    path = copy / "compliance" / module
    lines = "".join(f"    {statement}\n" for statement in statements)
    path.write_text(f"{path.read_text(encoding='utf-8')}\n\n{PLANTED}\n{lines}", encoding="utf-8")


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, str], set[str]]:
    """The contracts that each planted import breaks, by its file and its statement.

    All are planted into one copy, for each run of import-linter takes as long as a hundred other tests; its report
    names the line of each import that breaks a contract. One that was not planted is found nowhere, and is an error.
    """
    copy = copied(tmp_path_factory.mktemp("planted"))
    planted = defaultdict[str, list[str]](list)
    for room in ROOMS:
        planted[room].append("import os")
    planted["engine/worlds.py"] += IMPURE
    for module in WITHOUT_FLASK:
        planted[module].append("from flask import request")
    for module, statement in UPWARDS:
        planted[module].append(statement)
    for module, statements in planted.items():
        plant(copy, module, *statements)
    status, contracts, report = lint_imports(copy)
    assert (status, contracts) == (1, {LAYERS: False, PURE: False, FLASK: False})
    lines = {module: (copy / "compliance" / module).read_text(encoding="utf-8").splitlines() for module in planted}
    found: dict[tuple[str, str], set[str]] = {
        (module, statement): set() for module, statements in planted.items() for statement in statements
    }
    contract = ""
    for line in report.splitlines():
        contract = line if line in contracts else contract
        if (named := re.fullmatch(r"-\s+compliance\.([\w.]+) -> [\w.]+ \(l\.(\d+)\)", line)) is not None:
            module = f"{named[1].replace('.', '/')}.py"
            statement = lines[module][int(named[2]) - 1].strip()
            found[module, statement].add(contract)
    return found


def test_the_contracts_are_kept() -> None:
    assert lint_imports(ROOT)[:2] == (0, {LAYERS: True, PURE: True, FLASK: True})


@pytest.mark.parametrize("room", ROOMS)
def test_a_file_read_in_a_function_of_any_core_room_breaks_the_contract(
    broken: Mapping[tuple[str, str], set[str]], room: str
) -> None:
    assert broken[room, "import os"] == {PURE}


@pytest.mark.parametrize("statement", IMPURE)
def test_a_clock_chance_a_log_or_the_network_in_the_core_breaks_the_contract(
    broken: Mapping[tuple[str, str], set[str]], statement: str
) -> None:
    assert broken["engine/worlds.py", statement] == {PURE}


@pytest.mark.parametrize("module", WITHOUT_FLASK)
def test_flask_outside_of_web_breaks_the_contract(broken: Mapping[tuple[str, str], set[str]], module: str) -> None:
    is_pure = module in PURE_MODULES  # which forbids every framework, too
    assert broken[module, "from flask import request"] == ({PURE, FLASK} if is_pure else {FLASK})


@pytest.mark.parametrize(("module", "statement"), UPWARDS)
def test_an_import_upwards_or_between_neighbours_breaks_the_contract(
    broken: Mapping[tuple[str, str], set[str]], module: str, statement: str
) -> None:
    assert broken[module, statement] == {LAYERS}


def test_the_core_imports_nothing_but_what_is_known_to_be_harmless() -> None:
    used = {(shown(path), name) for path in core_modules() for name in imported(path)}
    assert not {(path, name) for path, name in used if name not in HARMLESS and not name.startswith("compliance.")}


def test_the_core_calls_nothing_that_reads_writes_or_runs() -> None:
    calls = {
        (shown(path), node.func.id)
        for path in core_modules()
        for node in parsed(path).nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not {(path, name) for path, name in calls if name in FORBIDDEN_CALLS}


def test_flask_and_its_server_are_imported_in_web_only() -> None:
    for path in modules():
        if not shown(path).startswith("web/"):
            assert not {name for name in imported(path) if name.split(".")[0] in {"flask", "werkzeug", "waitress"}}


def test_a_command_starts_without_the_framework() -> None:
    asked = "import sys; import compliance.cli.command; sys.exit('flask' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


def test_imports_say_in_full_what_they_import() -> None:
    """A relative import would escape the contracts of nobody, but it hides the room that it reaches into."""
    assert not {shown(path) for path in modules() for name in imported(path) if name.startswith(".")}


def test_nobody_but_the_corridor_asks_the_clock() -> None:
    clocks = {
        shown(path)
        for path in modules()
        for node in parsed(path).nodes
        if isinstance(node, ast.Attribute) and node.attr in {"now", "today", "utcnow"}
        if not (isinstance(node.value, ast.Name) and node.value.id in {"self", "moment"})
    }
    assert clocks == {"check.py"}


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import date\n\nDAY = date.today()\n",
        "import datetime\n\nDAY = datetime.date.today()\n",
        "from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n",
        "from datetime import datetime as clock\n\nNOW = clock.utcnow()\n",
        "import datetime as d\n\nNOW = d.datetime.today()\n",
    ],
)
def test_asking_the_clock_anywhere_is_a_lint_error(code: str) -> None:
    command = [str(COMMANDS / "ruff"), "check", "--no-cache", "--output-format=concise", "--stdin-filename"]
    done = subprocess.run(
        [*command, "compliance/engine/planted.py", "-"],
        cwd=ROOT,
        input=code,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "TID251" in done.stdout


def test_every_module_says_what_it_is_for() -> None:
    assert not [shown(path) for path in modules() if not parsed(path).doc]


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not [shown(path) for path in modules() if {path.stem.strip("_"), path.parent.name} & VAGUE]


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    lengths = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {path: length for path, length in lengths.items() if length > MOST_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    longer = {
        f"{shown(path)}:{node.name}"
        for path in modules()
        for node in parsed(path).nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (node.end_lineno or node.lineno) - node.lineno + 1 > MOST_LINES_OF_A_FUNCTION
    }
    assert longer == LONGER_FUNCTIONS
