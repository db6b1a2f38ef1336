"""`compliance fmt` and `compliance schema` as commands: what they write, what they print, and their status."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from compliance.cli import main
from compliance.language.json_schema import schema
from compliance.language.sections import FILES
from tests import warm
from tests.commands import every_command

GOOD, FINDINGS, UNUSABLE = 0, 1, 2
ROOT = Path(__file__).resolve().parent.parent
LOOSE = "entity: a\ntitle: 'A'   # ours\nlanguage: 1\n"
TIDY = "language: 1\nentity: a\ntitle: A  # ours\n"


@pytest.fixture(autouse=True)
def _clean(clean: Path) -> None:
    """Every command runs in an empty directory without settings."""


def run(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments], input=stdin)


def written(**files: str) -> None:
    Path("rules/inner").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        Path("rules", name.replace("_in_", "inner/")).with_suffix(".yaml").write_text(text, encoding="utf-8")


def test_files_are_laid_out_in_place_and_named() -> None:
    written(a=LOOSE, b=TIDY, _in_c=LOOSE)
    result = run("fmt", "rules")
    assert (result.exit_code, result.stderr) == (GOOD, "")
    assert result.stdout == "rules/a.yaml\nrules/inner/c.yaml\n2 of 3 file(s) changed\n"
    assert {path.read_text(encoding="utf-8") for path in Path("rules").rglob("*.yaml")} == {TIDY}
    assert run("fmt", "rules").stdout == "0 of 3 file(s) changed\n"


def test_check_names_the_files_and_writes_nothing() -> None:
    written(a=LOOSE, b=TIDY)
    result = run("fmt", "--check", "rules")
    assert (result.exit_code, result.stdout) == (FINDINGS, "rules/a.yaml\n1 of 2 file(s) would change\n")
    assert Path("rules/a.yaml").read_text(encoding="utf-8") == LOOSE
    assert run("fmt", "--check", "rules/b.yaml").exit_code == GOOD


def test_diff_shows_what_would_change_and_writes_nothing() -> None:
    written(a=LOOSE)
    result = run("fmt", "--diff", "rules/a.yaml")
    assert result.exit_code == FINDINGS
    assert result.stdout.splitlines() == [
        "--- rules/a.yaml (as it is)",
        "+++ rules/a.yaml (laid out)",
        "@@ -1,4 +1,4 @@",
        "+language: 1",
        " entity: a",
        "-title: 'A'   # ours",
        "-language: 1",
        "+title: A  # ours",
        " ",
    ]
    assert Path("rules/a.yaml").read_text(encoding="utf-8") == LOOSE


def test_a_diff_shows_line_ends_that_cannot_be_seen() -> None:
    Path("a.yaml").write_bytes(b"\xef\xbb\xbflanguage: 1\r\nentity: a\n")
    assert "-\ufefflanguage: 1\\r\n" in run("fmt", "--diff", "a.yaml").stdout
    assert run("fmt", "a.yaml").exit_code == GOOD
    assert Path("a.yaml").read_bytes() == b"language: 1\nentity: a\n"


def test_standard_input_goes_to_standard_output() -> None:
    result = run("fmt", "--stdin", stdin=LOOSE)
    assert (result.exit_code, result.stdout, result.stderr) == (GOOD, TIDY, "")
    assert run("fmt", "--stdin", "--check", stdin=LOOSE).exit_code == FINDINGS
    assert run("fmt", "--stdin", "--check", stdin=TIDY).exit_code == GOOD
    assert "+title: A  # ours" in run("fmt", "--stdin", "--diff", stdin=LOOSE).stdout


def test_a_file_that_cannot_be_read_is_reported_and_left_alone_and_the_others_are_laid_out() -> None:
    written(a="a: [b\n", b=LOOSE)
    result = run("fmt", "rules")
    assert result.exit_code == UNUSABLE
    assert "error: `[` is not closed\n  --> rules/a.yaml:1:4\n" in result.stderr
    assert Path("rules/a.yaml").read_text(encoding="utf-8") == "a: [b\n"
    assert Path("rules/b.yaml").read_text(encoding="utf-8") == TIDY
    assert run("fmt", "--check", "rules").exit_code == UNUSABLE
    broken = run("fmt", "--stdin", stdin="a: [b\n")
    assert (broken.exit_code, broken.stdout) == (UNUSABLE, "")
    assert "<stdin>:1:4" in broken.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fmt"], "there is nothing to lay out"),
        (["fmt", "nowhere.yaml"], "`nowhere.yaml` cannot be read: no such file or directory"),
        (["fmt", "empty"], "`empty` holds no rule file"),
        (["fmt", "--stdin", "a.yaml"], "standard input is laid out, or files are"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], message: str) -> None:
    Path("empty").mkdir()
    result = run(*arguments)
    assert (result.exit_code, result.stderr.startswith(f"error: {message}")) == (UNUSABLE, True)
    as_json = run(*arguments, "--json")
    assert as_json.exit_code == UNUSABLE
    assert json.loads(as_json.stdout)["problems"][0]["message"].startswith(message)


def test_the_configured_directory_is_taken_where_no_path_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    written(a=LOOSE)
    monkeypatch.setenv("COMPLIANCE_RULES_DIR", "rules")
    assert run("fmt", "--check").stdout == "rules/a.yaml\n1 of 1 file(s) would change\n"


def test_hidden_files_and_files_of_another_kind_are_left_alone() -> None:
    written(a=LOOSE)
    for name in ("rules/.b.yaml", "rules/c.txt", "rules/.git/d.yaml"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(LOOSE, encoding="utf-8")
    assert run("fmt", "rules").stdout == "rules/a.yaml\n1 of 1 file(s) changed\n"


def test_a_file_named_twice_is_laid_out_once() -> None:
    written(a=LOOSE)
    assert run("fmt", "rules", "rules/a.yaml").stdout == "rules/a.yaml\n1 of 1 file(s) changed\n"


def test_a_file_keeps_its_mode_and_a_link_its_target() -> None:
    written(a=LOOSE)
    target = Path("rules/a.yaml")
    target.chmod(0o640)
    Path("link.yaml").symlink_to(target)
    assert run("fmt", "link.yaml").exit_code == GOOD
    assert Path("link.yaml").is_symlink()
    assert (target.read_text(encoding="utf-8"), stat.S_IMODE(target.stat().st_mode)) == (TIDY, 0o640)
    assert sorted(os.listdir("rules")) == ["a.yaml", "inner"]


def test_a_file_that_cannot_be_written_stays_whole_and_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    written(a=LOOSE)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    result = run("fmt", "rules")
    assert (result.exit_code, result.stderr.splitlines()[0]) == (
        UNUSABLE,
        "error: `rules/a.yaml` cannot be written: no space left on device",
    )
    assert Path("rules/a.yaml").read_text(encoding="utf-8") == LOOSE
    assert sorted(os.listdir("rules")) == ["a.yaml", "inner"]


def test_json_says_what_changes_and_how() -> None:
    written(a=LOOSE, b=TIDY)
    found = json.loads(run("fmt", "--check", "rules", "--json").stdout)
    assert [(each["path"], each["changes"], bool(each["diff"])) for each in found["files"]] == [
        ("rules/a.yaml", True, True),
        ("rules/b.yaml", False, False),
    ]
    assert found["problems"] == []
    assert json.loads(run("fmt", "--stdin", "--json", stdin=LOOSE).stdout)["files"][0]["text"] == TIDY


def test_the_schema_is_printed_whole_or_for_one_kind() -> None:
    assert json.loads(run("schema").stdout) == schema()
    assert json.loads(run("schema", "--json").stdout) == schema()
    for kind in FILES:
        assert json.loads(run("schema", "--kind", kind).stdout)["oneOf"] == [{"$ref": f"#/$defs/{kind}"}]
    assert run("schema", "--kind", "law").exit_code == UNUSABLE


def commands() -> list[str]:
    """Every command line of ours in the hooks and in the action."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    steps = action()["runs"]["steps"]
    lines = [line for step in steps for line in step.get("run", "").splitlines()]
    return [hook["entry"] for hook in hooks] + re.findall(r"compliance (?:fmt|lint|test)[^|\n]*", "\n".join(lines))


def action() -> Any:
    return yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def test_the_hooks_and_the_action_call_commands_and_options_that_there_are() -> None:
    assert len(commands()) == 7
    for command in commands():
        _, name, *rest = command.split()
        known = {option for each in every_command()[name].params for option in each.opts}
        assert {each for each in rest if each.startswith("--")} <= known


@pytest.mark.parametrize(
    ("text", "findings", "lint", "statuses"),
    [
        (TIDY, 0, "fail", [0, 0, 0]),
        (LOOSE, 0, "fail", [1, 0, 0]),
        (TIDY, 1, "fail", [0, 1, 0]),
        (TIDY, 1, "report", [0, 0, 0]),
        (TIDY, 2, "report", [0, 2, 2]),
    ],
)
def test_the_steps_of_the_action_fail_where_they_should(
    text: str, findings: int, lint: str, statuses: list[int], clean: Path, component: Callable[[str], str]
) -> None:
    """The shell of the action is run; lint and test are stood in for by their exit status, fmt is the real one."""
    written(a=text)
    stand_in = clean / "bin" / "compliance"
    stand_in.parent.mkdir()
    real = warm.commands() / "compliance"
    others = f'[ "$1" = lint ] && exit {findings}; exit {2 if findings == UNUSABLE else 0}'
    stand_in.write_text(f'#!/bin/sh\n[ "$1" = fmt ] && exec "{real}" "$@"\n{others}\n', encoding="utf-8")
    stand_in.chmod(0o755)
    environment = {"PATH": f"{stand_in.parent}:{os.environ['PATH']}", "RULES": "rules", "LINT": lint}
    found = [
        subprocess.run(
            [component("bash"), "-e", "-c", step["run"]], env=environment, capture_output=True, check=False
        ).returncode
        for step in action()["runs"]["steps"]
        if "RULES" in step.get("env", {})
    ]
    assert found == statuses


def test_every_input_of_the_action_has_a_row() -> None:
    page = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    rows = set(re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE))
    assert rows == {*action()["inputs"], *(hook["id"] for hook in hooks)}


def test_the_settings_that_editors_are_shown_are_json() -> None:
    page = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```\n(\{.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 2
    assert list(json.loads(blocks[0])["yaml.schemas"]) == ["./rules.schema.json"]
    assert re.fullmatch(json.loads(blocks[1])["emeraldwalk.runonsave"]["commands"][0]["match"], "rules/a.yml")
