"""docs/desk.md, done as it says: its files written, its edits made, its commands run."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path

from tests.docs.console import difference, run, steps
from tests.docs.service import DOCUMENTED, serving
from tests.warm import commands

PAGE = (Path(__file__).parents[2] / "docs" / "desk.md").read_text(encoding="utf-8")
RULE = "my-rules/pt/gambling-warning.yaml"
SERVE = "compliance serve --rules "
DAY = "2026-11-25"
"""On which the page asks lint, before its law applies; later the page would tell of days that are over."""
BLOCK = re.compile(r"^```(yaml|console|sh)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_the_day_at_the_desk_goes_as_it_is_told(tmp_path: Path) -> None:
    assert f"`{RULE}`" in PAGE
    assert f"lint my-rules --as-of {DAY}\n" in PAGE
    rule = tmp_path / RULE
    rule.parent.mkdir(parents=True)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(commands())
    with ExitStack() as services:
        wrong, ran = done(rule, tmp_path, services)
    assert wrong == []
    assert ran > 7


def done(rule: Path, directory: Path, services: ExitStack) -> tuple[list[str], int]:
    """What went otherwise than the page says, and how many commands were run."""
    wrong, ran, service = [], 0, DOCUMENTED
    for kind, text in BLOCK.findall(PAGE):
        if kind == "sh":  # what keeps its window; on any port, since others test at the same time
            served = text.strip().removeprefix(SERVE)
            service = services.enter_context(serving("--rules", str(directory / served)))
            continue
        if kind == "yaml":  # the rule, and then the scenarios that were found missing
            rule.write_text((rule.read_text(encoding="utf-8") if rule.exists() else "") + text, encoding="utf-8")
            continue
        if " diff " in text:
            rule.write_text(rule.read_text(encoding="utf-8").replace("status: draft", "status: active"), "utf-8")
        for step in steps(text):
            ran += 1
            command = step.command.replace("compliance diff ", f"compliance diff --as-of {DAY} ")
            wrong += [found for found in [difference(step.printed, run(command, directory, service))] if found]
    return wrong, ran


def test_the_scenarios_that_are_added_are_all_that_was_missing(tmp_path: Path) -> None:
    rule = tmp_path / "rule.yaml"
    rule.write_text("".join(text for kind, text in BLOCK.findall(PAGE) if kind == "yaml"), encoding="utf-8")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(commands())
    found = run(".venv/bin/compliance test --coverage --threshold 100 .; echo exit $?", tmp_path, DOCUMENTED)
    assert "100 %  in all" in found
    assert found.rstrip().endswith("exit 0")
