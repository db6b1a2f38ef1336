"""That caches are told of changed rules is seen from outside, whoever takes the requests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from compliance import Checker
from compliance.config import Settings
from compliance.purging import FILE, Purger
from compliance.review.changes import ruleset_key
from compliance.web.app import create_app
from compliance.web.opening import purger_of
from compliance.web.service import EXTENSION
from tests.tiny import changed, ruleset, written
from tests.web.asking import Asker
from tests.web.process import eventually, serving

WORDS = changed("warn.yaml", ("is on the list.", "stands on the list."))


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """A service whose caches fail to forget until a file is there."""
    command = f"test -e {tmp_path / 'mended'}"
    settings = Settings.of({"purge_command": ["sh", "-c", command], "data_dir": str(tmp_path / "data")})
    checker = Checker.open(written(tmp_path / "rules"))
    app = create_app(checker)
    purger = purger_of(settings, checker, grace=0.0)
    assert purger is not None
    app.extensions[EXTENSION].purger = purger
    yield app
    purger.stop()


def got(asker: Asker, path: str) -> Any:
    return asker.send(None, "GET", path).json


def test_what_waits_and_why_is_told_until_it_is_purged(app: Flask, tmp_path: Path) -> None:
    asker, purger, checker = Asker(app), app.extensions[EXTENSION].purger, app.extensions[EXTENSION].checker
    assert isinstance(purger, Purger)
    ready = got(asker, "/readyz")
    assert (ready["status"], ready["purge"]) == ("ready", {"waiting": 0, "problem": None})
    written(tmp_path / "rules", WORDS)
    assert checker.store.reload()
    assert eventually(lambda: purger.failed == 1 and purger.status().problem is not None)
    ready = got(asker, "/readyz")
    assert ready["purge"] == {"waiting": 1, "problem": "it ended with status 1: nothing was said"}
    assert (ready["status"], ready["rules"]["detail"]) == ("degraded", "caches may have pages by former rules")
    text = asker.send(None, "GET", "/metrics").text
    assert 'compliance_purges_total{result="failed"} 1\n' in text
    assert "compliance_purge_waiting 1\n" in text
    (tmp_path / "mended").touch()
    written(tmp_path / "rules")
    assert checker.store.reload()
    assert eventually(lambda: purger.good == 1)
    assert got(asker, "/readyz")["status"] == "ready"
    text = asker.send(None, "GET", "/metrics").text
    assert 'compliance_purges_total{result="good"} 1\n' in text
    assert "compliance_purge_waiting 0\n" in text


def test_without_a_command_nothing_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    checker = Checker.open(written(tmp_path / "rules"))
    assert purger_of(Settings.of({"data_dir": str(tmp_path / "data")}), checker) is None
    asker = Asker(create_app(checker))
    assert got(asker, "/readyz")["purge"] is None
    assert "\ncompliance_purge" not in asker.send(None, "GET", "/metrics").text
    assert not (tmp_path / "data").exists()


def test_a_service_purges_what_changed_while_it_was_not_there(tmp_path: Path) -> None:
    """With the settings of a file, as an operator writes them, and the process that waitress has."""
    written(tmp_path / "rules")
    (tmp_path / "data").mkdir()
    before = ruleset(WORDS).meaning
    kept = {"told": before, "used": before, "keys": ["rule:gone"]}
    (tmp_path / "data" / FILE).write_text(json.dumps(kept), encoding="utf-8")
    settings = 'rules_dir = "rules"\nevidence = "off"\npurge_command = "sh -c \'cat > told.new; mv told.new told\'"\n'
    logs = 'log_format = "json"\naccess_log = "access.log"\n'
    (tmp_path / "compliance.toml").write_text(settings + logs, encoding="utf-8")
    with serving(tmp_path / "log") as service:
        assert eventually((tmp_path / "told").exists)
        assert eventually(lambda: service.ready()["purge"] == {"waiting": 0, "problem": None})
    assert (tmp_path / "told").read_text(encoding="utf-8").split() == sorted(["rule:gone", ruleset_key(before)])
    events = [json.loads(line)["event"] for line in service.logged().splitlines()]
    assert (sorted(events[:2]), events[-1]) == (["purged", "service-started"], "service-stopped")
    requests = (tmp_path / "access.log").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["route"] for line in requests} == {"/readyz"}
