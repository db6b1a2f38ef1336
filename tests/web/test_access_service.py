"""Keys as an operator uses them: made by a command, asked for by a running service, and named in no log."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.tiny import written
from tests.warm import run
from tests.web.process import COMMAND, SECONDS, Service, eventually, serving

NOWHERE = "0.0.0.0"  # noqa: S104 - it is refused, or reached from this machine


def command(where: Path, *words: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COMPLIANCE_")}
    return run([*COMMAND, *words], cwd=where, env=inherited, timeout=SECONDS)


def made(where: Path, *more: str) -> str:
    done = command(where, "keys", "create", "--name", "the CMS", *more)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def few(tmp_path: Path) -> tuple[str, str]:
    """What has a service read few rules."""
    return "--rules", str(written(tmp_path / "rules"))


def status(service: Service, key: str | None = None) -> int:
    """What a check is answered with."""
    asked = {"content": {"publisher": "radio.example"}}
    return service.check(asked, **({} if key is None else {"Authorization": f"Bearer {key}"})).status


def test_the_first_key_closes_a_service_that_runs_and_taking_it_back_closes_it_for_that_one(
    tmp_path: Path, few: tuple[str, str]
) -> None:
    with serving(tmp_path / "log", *few) as service:
        assert status(service) == 200
        key = made(tmp_path, "--scope", "check")
        assert eventually(lambda: status(service) == 401)
        assert status(service, key) == 200
        assert service.ask("GET", "/metrics", Authorization=f"Bearer {key}").status == 403
        assert json.loads(service.ask("GET", "/readyz").body).keys() == {"status"}
        assert service.ask("GET", "/healthz").status == 200
        id_ = key.split("_")[1]
        newer = command(tmp_path, "keys", "rotate", id_).stdout.strip()
        assert eventually(lambda: status(service, newer) == 200)
        assert status(service, key) == 200
        assert command(tmp_path, "keys", "revoke", id_).returncode == 0
        assert eventually(lambda: {status(service, each) for each in (key, newer)} == {401})
        said = service.logged()
        assert re.findall(r"keys in use: (\d)", said)[-1] == "0", "the only one was taken back"
        assert not [part for part in (key[-43:], newer[-43:], "ck_", id_, "the CMS") if part in said]


@pytest.mark.parametrize("host", [NOWHERE, "::"])
def test_without_keys_the_service_does_not_listen_where_others_reach_it(tmp_path: Path, host: str) -> None:
    done = command(tmp_path, "serve", "--host", host, "--port", "0")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: others may reach `{host}`")
    assert "`compliance keys create --name NAME --scope check`" in done.stderr
    assert "Traceback" not in done.stderr


def test_with_keys_or_when_told_so_it_listens_there(tmp_path: Path, few: tuple[str, str]) -> None:
    with serving(tmp_path / "log", *few, "--host", NOWHERE, "--allow-without-keys") as service:
        assert status(service) == 200
    key = made(tmp_path, "--scope", "check")
    with serving(tmp_path / "log", *few, "--host", NOWHERE) as service:
        assert (status(service), status(service, key)) == (401, 200)


def test_a_file_of_keys_that_others_may_read_keeps_the_service_from_starting(tmp_path: Path) -> None:
    made(tmp_path, "--scope", "check")
    (tmp_path / "data" / "keys.json").chmod(0o644)
    done = command(tmp_path, "serve", "--port", "0")
    assert done.returncode == 2
    assert done.stderr == "error: others than its owner may read the keys in `data/keys.json`: make it 0600\n"
