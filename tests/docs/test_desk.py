"""docs/desk.md, done as it says: its files written, its edits made, its commands run."""

from __future__ import annotations

import re
from pathlib import Path

from tests.docs.console import difference, run, steps
from tests.docs.service import COMMANDS, DOCUMENTED

PAGE = (Path(__file__).parents[2] / "docs" / "desk.md").read_text(encoding="utf-8")
RULE = "my-rules/pt/gambling-warning.yaml"
BLOCK = re.compile(r"^```(yaml|console)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_the_day_at_the_desk_goes_as_it_is_told(tmp_path: Path) -> None:
    assert f"`{RULE}`" in PAGE
    rule = tmp_path / RULE
    rule.parent.mkdir(parents=True)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(COMMANDS)
    wrong, ran = [], 0
    for kind, text in BLOCK.findall(PAGE):
        if kind == "yaml":  # the rule, and then the scenarios that were found missing
            rule.write_text((rule.read_text(encoding="utf-8") if rule.exists() else "") + text, encoding="utf-8")
            continue
        if " diff " in text:
            rule.write_text(rule.read_text(encoding="utf-8").replace("status: draft", "status: active"), "utf-8")
        for step in steps(text):
            ran += 1
            wrong += [found for found in [difference(step.printed, run(step.command, tmp_path, DOCUMENTED))] if found]
    assert wrong == []
    assert ran > 6


def test_the_scenarios_that_are_added_are_all_that_was_missing(tmp_path: Path) -> None:
    rule = tmp_path / "rule.yaml"
    rule.write_text("".join(text for kind, text in BLOCK.findall(PAGE) if kind == "yaml"), encoding="utf-8")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(COMMANDS)
    found = run(".venv/bin/compliance test --coverage --threshold 100 .; echo exit $?", tmp_path, DOCUMENTED)
    assert "100 %  in all" in found
    assert found.rstrip().endswith("exit 0")
