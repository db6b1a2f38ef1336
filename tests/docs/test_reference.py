"""docs/api.md has an entry for everything that there is, and for nothing else."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import click
import msgspec
import pytest

import compliance
from compliance.answer import Answer
from compliance.audit.seal_status import SealStatus
from compliance.check import Checker, Reader
from compliance.web import metrics
from compliance.web.app import create_app
from compliance.web.problems import ProblemDetails
from compliance.web.wire import CheckIn
from tests.commands import every_command

ROOT = Path(__file__).parents[2]
API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")

COMMANDS = every_command()


def section(heading: str) -> str:
    """What stands under a heading, up to the next one that is not deeper."""
    found = re.search(rf"^(#+) {re.escape(heading)}$\n(.*?)(?=^\1 |^#{{2}} |\Z)", API, re.DOTALL | re.MULTILINE)
    assert found, f"docs/api.md has no heading `{heading}`"
    return found[2]


def entries(text: str) -> list[str]:
    """What the tables of a text have in their first columns."""
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def paths(struct: Any, before: str = "") -> Iterator[str]:
    """The dotted path of every field of a struct and of the structs in it; `[]` marks a list."""
    hints = get_type_hints(struct)
    for field in msgspec.structs.fields(struct):
        wanted = [each for each in get_args(hints[field.name]) if each not in {type(None), Ellipsis}]
        holder = get_origin(hints[field.name])
        path = f"{before}{field.encode_name}"
        if holder is tuple:
            path += "[]"
        yield path
        for inner in [hints[field.name], *wanted]:
            if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
                yield from paths(inner, f"{path}.")


def kinds_of_problems() -> set[str]:
    """The kind of every problem that the service can send, from its source.

    They are written where they are sent, as the second argument of `problem`, or in a table of kinds by status.
    """
    nodes: list[ast.AST] = []
    for path in sorted((ROOT / "compliance" / "web").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "problem":
                nodes.append(node.args[1])
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
                if any("kinds" in ast.unparse(target).lower() for target in node.targets):
                    nodes += node.value.values
            elif isinstance(node, ast.Call) and "_KINDS.get" in ast.unparse(node.func):
                nodes.append(node)
    words = [inner.value for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Constant)]
    return {word for word in words if isinstance(word, str) and re.fullmatch(r"[a-z]+(-[a-z]+)*", word)}


def test_every_field_of_an_answer_has_an_entry() -> None:
    assert sorted(entries(section("The answer").replace("###", ""))) == sorted(paths(Answer))


def test_every_field_of_a_request_has_an_entry() -> None:
    text = section("`POST /v1/check`").split("#### Facts")[0]
    assert sorted(entries(text)) == sorted(paths(CheckIn))


def test_every_field_of_an_error_has_an_entry() -> None:
    fields = [entry for entry in entries(section("Errors")) if not entry.startswith("urn:")]
    assert sorted(fields) == sorted(paths(ProblemDetails))


def test_every_kind_of_problem_has_an_entry() -> None:
    prefix = "urn:compliance:problem:"
    documented = [entry.removeprefix(prefix) for entry in entries(section("Errors")) if entry.startswith(prefix)]
    assert "invalid-request" in kinds_of_problems()
    assert sorted(documented) == sorted(kinds_of_problems())


def test_every_endpoint_has_a_heading(checker: Checker) -> None:
    rules = create_app(checker).url_map.iter_rules()
    served = {f"{method} {rule.rule}" for rule in rules for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    assert set(re.findall(r"^### `((?:GET|POST) /\S*)`$", API, re.MULTILINE)) == served


def test_every_command_has_a_heading() -> None:
    assert set(re.findall(r"^### `compliance (\w+(?: \w+)?)`$", API, re.MULTILINE)) == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_of_a_command_has_an_entry(name: str) -> None:
    options = [each for each in COMMANDS[name].params if isinstance(each, click.Option)]
    longest = {max(option.opts, key=len) for option in options} - {"--help"}
    assert set(entries(section(f"`compliance {name}`"))) == longest


@pytest.mark.parametrize("name", compliance.__all__)
def test_every_public_name_is_in_the_section_on_python(name: str) -> None:
    assert re.search(rf"`{name}\b", section("Python"))


def test_every_place_of_the_table_is_read_as_it_says(checker: Checker) -> None:
    rows = re.findall(r"^\| ((?:`\{[^|]*\}`(?:, )?)+) \| ([^|]*) \|$", section("Places"), re.MULTILINE)
    assert len(rows) == 5
    for written, places in rows:
        for location in re.findall(r"`(\{.*?\})`", written):
            found = checker.locate(Reader(**json.loads(location)))
            assert (found.anywhere, found.places) == (places == "anywhere", frozenset(re.findall(r"`([^`]+)`", places)))


def test_each_part_of_a_page_is_listed_once() -> None:
    (row,) = re.findall(r"^\| `mentions\[\]\.field` \|(.*)", API, re.MULTILINE)
    parts = re.findall(r"`([^`]+)`", row)
    assert len(parts) > 10
    assert sorted(parts) == sorted({*parts})


def test_every_number_and_every_member_about_sealing_has_an_entry() -> None:
    told = re.findall(r"^- `sealed\.(\w+)`:", section("`GET /readyz`"), re.MULTILINE)
    assert told == [each.name for each in dataclasses.fields(SealStatus)]
    assert [name for name in metrics.NAMES if name not in section("`GET /metrics`")] == []
