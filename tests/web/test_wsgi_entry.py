"""A WSGI server that is not ours gets the application by its name, with the settings of the environment."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance.cli import main
from compliance.errors import ComplianceError, ConfigError
from compliance.web import wsgi
from tests.components import missing
from tests.tiny import changed, written
from tests.web.process import Service, eventually

GUNICORN = Path(sys.executable).parent / "gunicorn"
QUESTION = {"content": {"publisher": "radio.example"}, "reader": {"location": {"country": "RU"}}}
RENAMED = changed("radio.yaml", ("title: Radio", "title: The New Radio"))


@pytest.fixture(autouse=True)
def needs_gunicorn() -> None:
    """A full run fails without it."""
    if not GUNICORN.exists():
        missing("`gunicorn` is not installed")


def answers(service: Service) -> bool:
    try:
        return service.ask("GET", "/healthz").status == 200
    except OSError:
        return False


@contextmanager
def gunicorn(directory: Path, port: int, *arguments: str) -> Iterator[Service]:
    """The application under gunicorn, once it answers."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COMPLIANCE_")}
    with (directory / "log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [GUNICORN, "--bind", f"127.0.0.1:{port}", *arguments, "compliance.web.wsgi:application"],
            stdout=log,
            stderr=log,
            cwd=directory,
            env={**inherited, "COMPLIANCE_RELOAD_SECONDS": "1"},
            text=True,
        )
        with process:
            service = Service(process, port, directory / "log")
            try:
                assert eventually(lambda: process.poll() is not None or answers(service))
                yield service
            finally:
                process.terminate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    "kind", [("--worker-class", "sync", "--workers", "2"), ("--threads", "4")], ids=["sync", "gthread"]
)
def test_gunicorn_serves_it_and_what_it_recorded_verifies(tmp_path: Path, kind: tuple[str, ...]) -> None:
    rules = written(tmp_path / "rules")
    (tmp_path / "compliance.toml").write_text(f'rules_dir = "{rules}"\nallow_without_keys = true\n', encoding="utf-8")
    with gunicorn(tmp_path, free_port(), *kind) as service:
        answer = service.check(QUESTION).json
        assert (answer["notices"][0]["text"], answer["evidence"]["state"]) == ("Radio is on the list.", "recorded")
        assert service.check(QUESTION, X_A="b", Content_Type="text/plain").json["notices"] == answer["notices"]
        large = service.ask("POST", "/v1/check", b" " * 2_000_000)
        assert large.status == 413
        written(rules, RENAMED)
        assert eventually(
            lambda: all(service.check(QUESTION).json["notices"][0]["text"].startswith("The New") for _ in range(6))
        )
        service.send(signal.SIGTERM)
        assert service.process.wait(60) == 0
    for arguments in (["audit", "seal"], ["verify"]):
        result = CliRunner().invoke(main, [*arguments, "--data-dir", str(tmp_path / "data")])
        assert result.exit_code == 0, result.output


def test_what_is_wrong_with_the_settings_is_said_before_gunicorn_listens(tmp_path: Path) -> None:
    (tmp_path / "compliance.toml").write_text('rules_dir = "nowhere"\nallow_without_keys = true\n', encoding="utf-8")
    with gunicorn(tmp_path, free_port()) as service:
        assert service.process.wait(60) != 0
        assert "`nowhere` is not there" in service.logged()


@pytest.mark.parametrize("host", ["127.0.0.1", "192.0.2.1"])
def test_it_does_not_open_without_keys_unless_that_is_said_to_be_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """Where the server listens is not in the settings, whatever they say."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(wsgi, "log_to_stderr", lambda *_: None)
    monkeypatch.setattr(wsgi, "leave_no_core", lambda: None)
    file = tmp_path / "compliance.toml"
    file.write_text(f'rules_dir = "nowhere"\nhost = "{host}"\n', encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        wsgi._opened()
    for part in ("no keys in `data/keys.json`", "`compliance keys create", "`allow_without_keys = true`"):
        assert part in str(refused.value)
    assert "127.0.0.1" not in str(refused.value), "to listen there would not help"
    for path, added in ((file, "allow_without_keys = true\n"), (tmp_path / "data" / "keys.json", None)):
        before = file.read_text(encoding="utf-8")
        if added is None:
            created = CliRunner().invoke(main, ["keys", "create", "--name", "the CMS", "--scope", "check"])
            assert created.exit_code == 0, created.output
            assert path.exists()
        else:
            path.write_text(before + added, encoding="utf-8")
        with pytest.raises(ComplianceError, match="`nowhere` is not there"):
            wsgi._opened()
        file.write_text(before, encoding="utf-8")
