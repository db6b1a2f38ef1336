"""A pipeline that confirms a page is told where that could not be kept: else it would not try again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from compliance import Checker
from compliance.audit.group_commit import NotRecordedError
from compliance.audit.log import Keyed, Log
from compliance.check import today
from compliance.config import Settings
from compliance.recording import Recorder
from compliance.web.app import create_app
from compliance.web.auditing import Auditing
from tests.tiny import TINY, written
from tests.web.asking import Asker
from tests.web.test_reports import TOKEN, Node

CONFIRMED = {"table": "0" * 64, "url": "https://radio.example/1", "notices": []}


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    found = Recorder(Log(tmp_path / "evidence", "table", today), "table")
    yield found
    found.close()


def confirmed(asked: Node) -> tuple[int, Any]:
    response = asked.confirm(CONFIRMED)
    return response.status_code, response.json


def node(directory: Path, recorder: Recorder | None) -> Node:
    settings = Settings.of({"data_dir": str(directory), "audit_token": TOKEN})
    checker = Checker.open(written(directory / "rules", TINY), recorder=recorder)
    asker = Asker(create_app(checker, auditing=Auditing.of(settings, recorder)))
    return Node(asker, checker, directory / "evidence")


def test_what_the_log_cannot_keep_is_to_be_confirmed_again(
    tmp_path: Path, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = node(tmp_path, recorder)

    def keep(_: Sequence[Keyed]) -> None:
        raise NotRecordedError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(recorder.log, "keep", keep)
        status, problem = confirmed(asked)
    assert status == 503
    assert problem["type"].endswith("not-recorded")
    assert problem["detail"] == "this was not recorded, so confirm it again: no space left on device"
    assert confirmed(asked)[1]["state"] == "recorded"


def test_where_nothing_is_recorded_nothing_is_confirmed(tmp_path: Path) -> None:
    status, problem = confirmed(node(tmp_path, None))
    assert status == 503
    assert problem["type"].endswith("not-recorded")
    assert "`evidence`" in problem["detail"]
