"""`compliance config` says what holds, and who said so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from compliance.cli import main
from compliance.config import SETTINGS
from tests.signed.building import KEY


def told(*arguments: str) -> dict[str, Any]:
    done = CliRunner().invoke(main, ["config", "--json", *arguments])
    assert done.exit_code == 0, done.output
    return {each["name"]: each for each in json.loads(done.stdout)["settings"]}


def test_every_setting_is_told_with_its_default(clean: Path) -> None:
    rows = told()
    assert list(rows) == [each.name for each in SETTINGS]
    assert {row["source"] for row in rows.values()} == {"default"}
    assert (rows["port"]["value"], rows["rules_dir"]["value"]) == (8000, None)


def test_the_environment_goes_before_the_file_and_the_file_before_the_default(
    clean: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clean / "compliance.toml").write_text("port = 9000\nthreads = 8\n", encoding="utf-8")
    monkeypatch.setenv("COMPLIANCE_PORT", "9001")
    rows = told()
    assert (rows["port"]["value"], rows["port"]["source"]) == (9001, "COMPLIANCE_PORT")
    assert (rows["threads"]["value"], rows["threads"]["source"]) == (8, "compliance.toml")
    assert rows["host"]["source"] == "default"


def test_another_file_is_told_by_its_name(clean: Path) -> None:
    (clean / "mine.toml").write_text("threads = 2\n", encoding="utf-8")
    assert told("--config", "mine.toml")["threads"]["source"] == "mine.toml"


def test_a_setting_that_a_shell_still_exports_is_found_where_it_is(
    clean: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPLIANCE_RULES_KEYS", "desk.example+8f3a12cd+AQ==")
    done = CliRunner().invoke(main, ["check", "--publisher", "daily.example"])
    assert done.exit_code == 2
    assert "  help: `rules_keys` is from `COMPLIANCE_RULES_KEYS`\n" in done.stderr


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_secret_is_not_shown(clean: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]) -> None:
    monkeypatch.setenv("COMPLIANCE_AUDIT_TOKEN", "very-secret-token-of-the-auditors")
    done = CliRunner().invoke(main, ["config", *more])
    assert "(set, and not shown)" in done.output
    assert "very-secret" not in done.output


def test_an_address_with_a_token_in_it_is_not_shown_either(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPLIANCE_RULES_KEYS", KEY.public.vkey)
    for query, is_shown in (("", True), ("?token=very-secret", False)):
        monkeypatch.setenv("COMPLIANCE_RULES_URL", f"https://rules.example/signed.bundle{query}")
        output = CliRunner().invoke(main, ["config"]).output
        assert ("https://rules.example/signed.bundle" in output, "very-secret" in output) == (is_shown, False)


def test_what_is_printed_is_a_settings_file_that_says_the_same(clean: Path) -> None:
    (clean / "compliance.toml").write_text('trusted_proxies = ["10.0.0.0/8"]\ncdn = "cloudflare"\n', encoding="utf-8")
    before, text = told(), CliRunner().invoke(main, ["config"]).output
    lines = text.splitlines()
    assert lines[0] == "# settings of compliance.toml"
    assert 'trusted_proxies = ["10.0.0.0/8"]  # compliance.toml' in lines
    assert "# rules_dir: not set  # default" in lines
    assert len(lines) == 1 + len(SETTINGS)
    (clean / "compliance.toml").write_text(text, encoding="utf-8")
    assert {name: each["value"] for name, each in told().items()} == {
        name: each["value"] for name, each in before.items()
    }


def test_what_cannot_be_read_is_said_as_everywhere(clean: Path) -> None:
    (clean / "compliance.toml").write_text("prot = 1\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["config"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "unknown setting `prot`" in done.stderr
