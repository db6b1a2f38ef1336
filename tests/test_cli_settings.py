"""Every command that reads settings reads those of the file that `--config` names, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance.cli import main
from tests.commands import every_command
from tests.tiny import written

WITHOUT = {"diff", "schema"}
"""Commands that read no settings."""
ARGUMENTS = {
    "build": ["-o", "rules.bundle"],
    "check": ["--publisher", "radio.example"],
    "explain": ["--publisher", "radio.example"],
    "fmt": ["--check"],
    "geo audit": ["own.mmdb"],
    "geo where": ["203.0.113.7"],
    "import": ["list.csv", "--register", "xx/list"],
    "lint": [],
    "mentions": ["page.txt"],
    "table": ["page.json"],
    "test": [],
}
COMMANDS = sorted(ARGUMENTS)


def run(command: str, *more: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, [*command.split(), *ARGUMENTS[command], *more])
    return done.exit_code, done.output


def test_every_command_takes_a_settings_file_but_those_that_read_no_settings() -> None:
    options = {
        name: {flag for each in command.params for flag in each.opts} for name, command in every_command().items()
    }
    assert {name for name, flags in options.items() if "--config" not in flags} == WITHOUT
    assert {name for name in options.keys() - WITHOUT - set(COMMANDS) if not _is_of_the_log(name)} == {
        *("serve", "config", "geo check", "geo update"),
        *("keys create", "keys list", "keys revoke", "keys rotate"),
    }


def _is_of_the_log(command: str) -> bool:
    """Whether it reads where the log is, and perhaps rules besides."""
    return command in {"replay", "report", "verify"} or command.startswith("audit ")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_rules_are_those_of_the_settings_file_that_is_named(clean: Path, command: str) -> None:
    (clean / "page.txt").write_text("Nothing.", encoding="utf-8")
    (clean / "list.csv").write_text("name\n", encoding="utf-8")
    (clean / "page.json").write_text('{"content": {}}', encoding="utf-8")
    (clean / "compliance.toml").write_text('rules_dir = "default"', encoding="utf-8")
    (clean / "mine.toml").write_text('rules_dir = "mine"', encoding="utf-8")
    for arguments, named in ((("--config", "mine.toml"), "mine"), ((), "default")):
        status, text = run(command, *arguments)
        assert status == 2
        assert f"`{named}`" in text or f"{named}/" in text, text
        assert f"`{'default' if named == 'mine' else 'mine'}`" not in text


@pytest.mark.parametrize("command", COMMANDS)
def test_a_settings_file_that_is_not_there_ends_every_command(clean: Path, command: str) -> None:
    (clean / "page.txt").write_text("Nothing.", encoding="utf-8")
    (clean / "list.csv").write_text("name\n", encoding="utf-8")
    (clean / "page.json").write_text('{"content": {}}', encoding="utf-8")
    assert run(command, "--config", "nowhere.toml") == (
        2,
        "error: `nowhere.toml` cannot be read: no such file or directory\n",
    )


def test_lint_looks_at_the_overlays_of_the_settings_file_that_is_named(clean: Path) -> None:
    written(clean / "rules")
    (clean / "mine.toml").write_text('rules_dir = "rules"\ngeo_overlays = ["nowhere.csv"]', encoding="utf-8")
    assert "`nowhere.csv`" in run("lint", "--config", "mine.toml")[1]
    assert "nowhere.csv" not in run("lint", "rules")[1]
