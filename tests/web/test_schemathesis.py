"""The running service is asked by a program that knows nothing of it but its OpenAPI document: no slip, no failure.

With evidence on and no key needed, and then as auditors and with keys, since what is closed answers otherwise.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.web.process import Service, eventually, serving
from tests.web.test_access_service import made

PROGRAM = str(Path(sys.executable).parent / "schemathesis")
SETTINGS = """\
[checks]
positive_data_acceptance.enabled = false  # a code of the right form may be that of no country
ignored_auth.enabled = {has_keys}

[[operations]]
include-path = "/v1/checks"
checks.negative_data_rejection.enabled = false  # what is wrong with an item is said in its place, and the status is 200
"""
SECONDS = 600
UNDECLARED = "held and not shown"
"""In the warning about publishers that nobody declared, as most are here."""


def asked(service: Service, where: Path, *options: str, document: Any, has_keys: bool) -> None:
    """Have a service asked by what a document of it says."""
    found, settings = where / "openapi.json", where / "schemathesis.toml"
    found.write_text(json.dumps(document), encoding="utf-8")
    settings.write_text(SETTINGS.format(has_keys=str(has_keys).lower()), encoding="utf-8")
    url = ("--url", f"http://127.0.0.1:{service.port}")
    phases = ("--phases", "examples,coverage,fuzzing")
    command = [PROGRAM, "--config-file", str(settings), "run", str(found), *url, *phases, "--no-color", *options]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        command, cwd=where, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert f"Tested: {sum(map(len, document['paths'].values()))}" in done.stdout, done.stdout[-3000:]


def document_of(service: Service) -> Any:
    return json.loads(service.ask("GET", "/openapi.json").body)


def open_to_all(document: Any) -> Any:
    """The document of a service that needs no key, as it then is: nobody is kept out."""
    for item in document["paths"].values():
        for operation in item.values():
            operation["security"] = []
    return document


def tried(where: Path, examples: int) -> None:
    """Ask a service without keys and with evidence, then one with keys."""
    for name in ("open", "closed"):
        (where / name).mkdir()
    number, seed = ("--max-examples", str(examples)), ("--seed", "1") if examples < 50 else ()
    with serving(where / "open" / "log", seals=True) as service:
        document = open_to_all(document_of(service))
        asked(service, where / "open", *number, *seed, document=document, has_keys=False)
        assert service.ready()["evidence"]["recording"]
        assert [line for line in service.logged().splitlines() if UNDECLARED not in line] == []
    with serving(where / "closed" / "log", seals=True) as service:
        key = made(where / "closed", "--scope", "admin")
        assert eventually(lambda: service.ask("GET", "/v1/ruleset").status == 401)  # it looks once a second
        header = ("--header", f"Authorization: Bearer {key}")
        asked(service, where / "closed", *number, *seed, *header, document=document_of(service), has_keys=True)
        assert "unforeseen" not in service.logged()


@pytest.mark.prove
def test_a_program_that_knows_the_document_finds_nothing_wrong(tmp_path: Path) -> None:
    tried(tmp_path, 5)


@pytest.mark.prove
def test_a_program_that_asks_for_long_finds_nothing_wrong(tmp_path: Path) -> None:
    tried(tmp_path, 100)
