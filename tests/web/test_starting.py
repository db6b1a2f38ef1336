"""What settings name and is not there is told before a service answers, all of it and with help."""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from compliance.cli import main
from compliance.config import Settings
from compliance.errors import ConfigError, Problem
from compliance.web import wsgi
from compliance.web.starting import check_surroundings
from tests.tiny import written


def refused(**given: object) -> list[str]:
    """The settings of which something is told, with help in each case."""
    problems: tuple[Problem, ...] = ()
    try:
        check_surroundings(Settings(**given))  # type: ignore[arg-type]
    except ConfigError as error:
        problems = error.problems
    return [each.message.split("`")[1] for each in problems if each.help]


def test_a_program_is_looked_for_in_the_path_and_by_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "purge"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    for written_ in ("purge", str(program)):
        assert refused(purge_command=(written_, "a")) == ["purge_command"]
    program.chmod(0o755)
    assert refused(purge_command=(str(program), "a")) == []
    assert refused(purge_command=("purge",)) == ["purge_command"]
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert refused(purge_command=("purge",)) == []


def test_the_programs_of_a_sealer_are_looked_for_by_whoever_starts_it() -> None:
    targets = ("file:/nosuch/a", "https://log.example/a", "command:/nosuch/copy -q", f"command:'{sys.executable}' -V")
    assert refused(checkpoint_to=targets) == ["checkpoint_to"]
    assert refused(checkpoint_to=targets, seal_seconds=0) == []
    assert refused(checkpoint_to=targets, evidence="off") == []
    assert refused(checkpoint_to=("command:' ",)) == ["checkpoint_to"]


def test_an_access_log_has_to_be_a_file_that_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (str(tmp_path / "nosuch" / "a.log"), str(tmp_path), "a\0"):
        assert refused(access_log=path) == ["access_log"]
    assert refused(access_log="-") == []
    assert not (tmp_path / "-").exists()
    kept = tmp_path / "a.log"
    kept.write_text("line\n", encoding="utf-8")
    assert refused(access_log="a.log") == []
    assert kept.read_text(encoding="utf-8") == "line\n"


def test_a_service_tells_all_of_it_and_does_not_start(clean: Path) -> None:
    (clean / "compliance.toml").write_text(
        'purge_command = ["/nosuch/purge"]\naccess_log = "/nosuch/a.log"\nport = 0\n', encoding="utf-8"
    )
    done = CliRunner().invoke(main, ["serve"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        "error: `purge_command` names `/nosuch/purge`, which is no program here\n"
        "  help: install it, or write its whole path; the user of the service has to be let run it\n\n"
        "error: `access_log` names `/nosuch/a.log`, which cannot be written: no such file or directory\n"
        "  help: make its directory, and let the user of the service write there\n"
    )
    problems = json.loads(CliRunner().invoke(main, ["serve", "--json"]).output)["problems"]
    assert len(problems) == 2


def test_a_server_that_is_not_ours_is_told_too(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wsgi, "log_to_stderr", lambda *_: None)
    monkeypatch.setattr(wsgi, "leave_no_core", lambda: None)
    (clean / "compliance.toml").write_text(
        'allow_without_keys = true\npurge_command = "/nosuch/purge"\ncheckpoint_to = "command:/nosuch/copy"\n',
        encoding="utf-8",
    )
    with pytest.raises(ConfigError, match=r"^`purge_command` names `/nosuch/purge`, which is no program here$"):
        wsgi._opened()


@pytest.mark.parametrize("is_usable", [True, False])
def test_where_evidence_is_kept_is_said_only_if_it_is(
    clean: Path, monkeypatch: pytest.MonkeyPatch, *, is_usable: bool
) -> None:
    """The log says that none is recorded, and that is all that is said then."""

    def serve(_checker: Any, _settings: Settings, ready: Any, _sealing: Any) -> None:
        ready("http://127.0.0.1:1")

    module = import_module("compliance.cli.serve")
    monkeypatch.setattr(module, "serve_http", serve)
    monkeypatch.setattr(module, "log_to_stderr", lambda *_: None)
    (clean / "file").write_text("", encoding="utf-8")
    data = clean / "data" if is_usable else clean / "file" / "data"
    more = f'data_dir = "{data}"\nseal_seconds = 0\ncache_dir = "none"\n'
    (clean / "compliance.toml").write_text(f'rules_dir = "{written(clean / "rules")}"\n{more}', encoding="utf-8")
    done = CliRunner().invoke(main, ["serve"])
    assert done.exit_code == 0, done.output
    assert "listening on" in done.stdout
    assert ("evidence is kept in" in done.stdout) == is_usable
