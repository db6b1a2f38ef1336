"""Evidence of a running service: recorded before the answer, sealed soon after it, by a process that ends with it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from compliance.audit.locking import LOCK
from compliance.audit.log_files import LogFiles
from compliance.audit.record import TableRecord, decode
from compliance.check import Checker
from tests.tiny import written
from tests.warm import Popen
from tests.web.asking import ARTICLE, Asker, refused
from tests.web.process import Service, eventually, serving

QUESTION = {"content": {"publisher": "radio.example", "url": "https://radio.example/a/1"}}


def sealing(directory: Path) -> AbstractContextManager[Service]:
    """A service with few rules that seals what it records."""
    return serving(directory / "log", "--rules", str(written(directory / "rules")), seals=True)


def tables(files: LogFiles) -> list[str]:
    records = (decode(entry) for _, entry in files.entries())
    return [each.key for each in records if isinstance(each, TableRecord)]


def sealer_of(parent: int) -> int | None:
    """The process that seals for another one."""
    children = Path(f"/proc/{parent}/task/{parent}/children")
    found = [int(each) for path in children.parent.parent.glob("*/children") for each in path.read_text().split()]
    return next((each for each in found if b"seal" in _command(each)), None)


def _command(process: int) -> bytes:
    """How a process was started; nothing if it has ended meanwhile."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _has_ended(process: int | None) -> bool:
    command = Path(f"/proc/{process}/cmdline")
    return not command.exists() or not command.read_bytes()


def test_what_a_service_answers_is_in_the_signed_log_soon_and_by_another_process(tmp_path: Path) -> None:
    with sealing(tmp_path) as service:
        answer = service.check(QUESTION).json
        assert answer["evidence"]["state"] == "recorded"
        files = LogFiles(tmp_path / "data" / "evidence")
        assert eventually(lambda: answer["evidence"]["table"] in tables(files))
        told = service.ready()["evidence"]
        assert (told["mode"], told["recording"], told["detail"]) == ("table", True, "in use")
        assert "compliance_evidence_recording 1\n" in service.ask("GET", "/metrics").body.decode()
    assert tables(files) == [answer["evidence"]["table"]]
    assert (tmp_path / "data" / "evidence-key").stat().st_mode & 0o077 == 0


def test_a_table_is_recorded_at_publication_and_answers_rely_on_it(tmp_path: Path) -> None:
    with sealing(tmp_path) as service:
        body = json.dumps(QUESTION).encode()
        told = service.ask("POST", "/v1/table", body).json
        assert told["evidence"] == {"state": "recorded", "table": told["table"]}
        asked = {**QUESTION, "reader": {"location": {"country": "RU"}}}
        assert service.check(asked).json["evidence"] == told["evidence"]
    assert tables(LogFiles(tmp_path / "data" / "evidence")) == [told["table"]]


def test_a_sealer_that_dies_is_started_again_and_one_without_a_service_ends(tmp_path: Path) -> None:
    if not Path("/proc/self/task").is_dir():
        pytest.skip("this system does not tell which processes a process has")
    with sealing(tmp_path) as service:
        files = LogFiles(tmp_path / "data" / "evidence")
        assert eventually(lambda: files.checkpoint() is not None)
        first = sealer_of(service.process.pid)
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert eventually(lambda: sealer_of(service.process.pid) not in {None, first})
        table = service.check(QUESTION).json["evidence"]["table"]
        assert eventually(lambda: table in tables(files))
        second = sealer_of(service.process.pid)
        service.process.kill()
        service.process.wait()
        assert eventually(lambda: _has_ended(second))
    assert (tmp_path / "data" / "evidence" / LOCK).exists()


def test_a_sealer_that_is_told_to_stop_by_itself_ends_in_good_order(tmp_path: Path) -> None:
    """A service manager tells all processes of a service at once."""
    command = [sys.executable, "-m", "compliance.cli", "audit", "seal", "--every", "0.1", "--with-parent"]
    sealer = Popen(
        [*command, "--data-dir", str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert sealer.stdout is not None
    assert sealer.stdout.readline()  # it has begun
    sealer.terminate()
    told, complained = sealer.stdout.read(), sealer.stderr.read() if sealer.stderr else b""
    assert (sealer.wait(), complained) == (0, b""), told
    for stream in (sealer.stdin, sealer.stdout, sealer.stderr):
        assert stream is not None
        stream.close()


def test_a_service_without_evidence_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "compliance.toml").write_text('evidence = "off"\n', encoding="utf-8")
    with sealing(tmp_path) as service:
        assert service.check(QUESTION).json["evidence"] == {"state": "off", "table": None}
    assert not (tmp_path / "data").exists()


# -- the table, over HTTP -------------------------------------------------------------------------------


def test_a_table_says_which_notices_a_page_has_in_every_place(asker: Asker, checker: Checker) -> None:
    told = json.loads(asker.send(json.dumps({"content": ARTICLE}).encode(), path="/v1/table").text)
    assert told["evidence"] == {"state": "off", "table": None}
    assert told["ruleset"]["meaning"] == checker.ruleset.meaning
    (russia,) = (row for row in told["rows"] if "RU" in row["places"])
    notices = {each["id"]: each["status"] for each in russia["notices"]}
    assert notices["ru-undesirable-organization-reader-risk"] == "required"
    assert told["rows"][told["elsewhere"]]["notices"] == []
    assert told["rows"][told["unknown"]]["notices"] != []


def test_what_cannot_be_understood_of_a_table_is_refused_as_in_a_check(asker: Asker) -> None:
    body = json.dumps({"content": {"publisher": 5}, "as_of": "2024-02-30"}).encode()
    assert len(refused(asker.send(body, path="/v1/table"), 400)["problems"]) == 2


def test_an_auditor_looks_a_decision_up_by_what_the_answer_calls_it(tmp_path: Path) -> None:
    header = "Bearer 0123456789abcdef"
    (tmp_path / "compliance.toml").write_text('audit_token = "0123456789abcdef"\n', encoding="utf-8")
    with sealing(tmp_path) as service:
        answer = service.check({**QUESTION, "reader": {"location": {"country": "RU"}}}).json
        path = f"/v1/decisions/{answer['decision']}?place=RU"
        assert service.ask("GET", path).status == 401
        assert service.ask("GET", path, Authorization=header).status in {200, 202}
        assert eventually(lambda: service.ask("GET", path, Authorization=header).status == 200)
        found = service.ask("GET", path, Authorization=header).json
    shown = {each["id"]: each["words"]["text_in_words"] for each in found["shown"]["notices"]}
    told = {each["id"]: each["text"] for each in answer["notices"]}
    assert shown.keys() == told.keys()
    assert all(words in shown[notice].values() for notice, words in told.items())
