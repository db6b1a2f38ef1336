"""The guards of the tests themselves: no network, and components that may not be missing in a full run."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sybil.document import Document

from tests.docs.blocks import PARSERS
from tests.examples import EACH, are_all, part, tried_on_part

ROOT = Path(__file__).resolve().parent.parent
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("address", ["203.0.113.1", "2001:db8::1"])
def test_a_test_cannot_reach_another_machine(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for way in ("connect", "connect_ex"):
        with socket.socket(family) as sock, pytest.raises(pytest.fail.Exception, match="leave this machine"):
            getattr(sock, way)((address, 9))


def test_a_test_can_reach_its_own_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()[:2]).close()


def test_a_missing_component_skips_on_a_desk_and_fails_in_a_full_run(
    component: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("REQUIRE_COMPONENTS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="`no-such-program` is not installed"):
        component("no-such-program")
    for variable in ("CI", "REQUIRE_COMPONENTS"):
        with monkeypatch.context() as patch:
            patch.setenv(variable, "1")
            with pytest.raises(pytest.fail.Exception, match="needs every component"):
                component("no-such-program")


def test_a_component_that_is_there_is_found(component: Callable[[str], str]) -> None:
    assert component("sh").endswith("sh")


@pytest.mark.parametrize(("full", "outcome"), [(False, pytest.skip.Exception), (True, pytest.fail.Exception)])
def test_a_documented_command_whose_program_is_missing_is_no_test_that_passed(
    full: bool, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("REQUIRE_COMPONENTS", "1" if full else "0")
    monkeypatch.setenv("PATH", str(tmp_path))
    page = tmp_path / "page.md"
    page.write_text("```console\n$ curl -s http://127.0.0.1:8000/healthz\n```\n", encoding="utf-8")
    (example,) = Document.parse(str(page), *PARSERS).examples()
    with pytest.raises(outcome, match="`curl` is not installed"):
        example.evaluate()


SOME_SKIPPED = """\
import pytest
from tests.components import missing

def test_passes(): pass
@pytest.mark.xfail
def test_fails_as_expected(): assert False
@pytest.mark.parametrize("number", [1, 2])
def test_of_nginx(number): missing("`nginx` is not installed")
@pytest.mark.skip
def test_without_a_reason(): pass
"""


SAID = """\
  2 x `nginx` is not installed
  1 x unconditional skip
*** 3 SKIPPED, NOT TESTED (reasons above) ***
"""


@pytest.mark.parametrize(
    ("tests", "said"),
    [(SOME_SKIPPED, SAID), ("def test_passes(): pass\n", "no test was skipped\n")],
    ids=["some", "none"],
)
def test_what_was_skipped_is_said_last_by_make_test(tests: str, said: str, tmp_path: Path) -> None:
    """With the lines that the Makefile gives to Python, on what a real run wrote."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    script = makefile.partition("define SAY_SKIPPED\n")[2].partition("endef\n")[0]
    (tmp_path / "test_some.py").write_text(tests, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    unset = {name: value for name, value in os.environ.items() if name not in {"CI", "REQUIRE_COMPONENTS"}}
    environment = {**unset, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    def python(*arguments: str) -> str:
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout

    python("-m", "pytest", "-q", "--junit-xml=tests.xml", "test_some.py")
    assert python("-c", script, "tests.xml") == said


def law(number: int | None) -> Any:
    """A law that asks for so many examples, or does not say for how many; how many it was tried on is counted."""
    tried = []

    def holds(_: bytes) -> None:
        tried.append(number)

    found = given(st.binary(min_size=8, max_size=8))(holds)
    return (found if number is None else settings(max_examples=number)(found)), tried


@pytest.mark.parametrize(("asked", "tried"), [(None, 15), (100, 25), (36, 9), (12, 5), (4, 4)])
def test_every_run_tries_a_law_on_a_quarter_of_its_examples_and_proofs_on_all(asked: int | None, tried: int) -> None:
    for is_proof in (False, True):
        test, numbers = law(asked)
        mark = pytest.mark.prove.mark if is_proof else None
        items = [SimpleNamespace(obj=test, get_closest_marker=lambda _: mark)] * 2  # noqa: B023  # one with parameters
        tried_on_part(items)
        test()
        unsaid = EACH if are_all() else part(EACH)
        assert len(numbers) == (asked or unsaid if is_proof else tried if asked else unsaid)
    for tests in ("prove", "'not prove'"):
        assert re.search(rf"^\t@(status=0; )?EXAMPLES=all \S+/pytest .*-m {tests}( |$)", MAKEFILE, re.MULTILINE)
    assert [are_all(each) for each in ({}, {"EXAMPLES": "all"})] == [False, True]
