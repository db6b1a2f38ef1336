"""What auditors get over HTTP: who may ask, reports in each form, and decisions with their words and proofs."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from compliance import Checker, Content
from compliance.audit.log import Log
from compliance.audit.log_files import LogFiles
from compliance.audit.receipt import proven, receipt_in
from compliance.audit.sealed_views import SealedViews
from compliance.audit.sealer import Sealer
from compliance.audit.views import VIEWS
from compliance.check import today
from compliance.config import Settings
from compliance.recording import Recorder
from compliance.web.app import create_app
from compliance.web.auditing import Auditing
from tests.audit.signing import LOG, ORIGIN
from tests.tiny import TINY, written
from tests.web.asking import Asker, refused

TOKEN = "a-token-that-nobody-guesses-0123456789"  # noqa: S105 - of this test
PAGE = "https://radio.example/2026/статья"


@dataclass
class Node:
    """A service that records, and its sealer."""

    asker: Asker
    checker: Checker
    evidence: Path

    def get(self, path: str, token: str | None = TOKEN) -> TestResponse:
        named = {} if token is None else {"Authorization": f"Bearer {token}"}
        return self.asker.send(None, "GET", path, **named)

    def data(self, path: str) -> Any:
        response = self.get(path)
        assert response.status_code == 200, response.text[:300]
        return response.json

    def confirm(self, body: object, token: str | None = TOKEN) -> TestResponse:
        named = {} if token is None else {"Authorization": f"Bearer {token}"}
        return self.asker.send(json.dumps(body).encode(), path="/v1/rendered", **named)

    def decide(self, url: str = PAGE, publisher: str = "radio.example") -> str:
        """The name of the decision on a page."""
        assert self.checker.recorder is not None
        answer = self.checker.check(Content(publisher=publisher, url=url))
        assert answer.evidence is not None
        assert answer.evidence.table is not None
        return answer.evidence.table

    def seal(self) -> None:
        Sealer(self.evidence, LOG, ORIGIN, views=SealedViews(LogFiles(self.evidence))).seal()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    settings = Settings.of({"data_dir": str(tmp_path), "audit_token": TOKEN})
    evidence = tmp_path / "evidence"
    recorder = Recorder(Log(evidence, "table", today), "table")
    checker = Checker.open(written(tmp_path / "rules", TINY), recorder=recorder)
    auditing = Auditing.of(settings, recorder)
    yield Node(Asker(create_app(checker, auditing=auditing)), checker, evidence)
    auditing.close()
    recorder.close()


PATHS = ["/v1/reports/decisions", "/v1/reports/nothing", f"/v1/decisions/{'0' * 64}"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", TOKEN[:-1], TOKEN.upper(), "\u00e9"])
def test_nobody_gets_anything_without_the_token(node: Node, path: str, token: str | None) -> None:
    response = node.get(path, token)
    assert refused(response, 401)["type"] == "urn:compliance:problem:not-an-auditor"
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert TOKEN not in response.text


def test_the_token_counts_as_a_bearer_only(node: Node) -> None:
    refused(node.asker.send(None, "GET", PATHS[0], Authorization=TOKEN), 401)
    refused(node.asker.send(None, "GET", PATHS[0], Authorization=f"Basic {TOKEN}"), 401)
    refused(node.asker.send(None, "GET", f"{PATHS[0]}?audit_token={TOKEN}"), 401)


@pytest.mark.parametrize("path", PATHS)
def test_without_a_token_in_the_settings_nobody_is_let_in(node: Node, tmp_path: Path, path: str) -> None:
    auditing = Auditing.of(Settings.of({"data_dir": str(tmp_path)}))
    for app in (create_app(node.checker, auditing=auditing), create_app(node.checker)):
        for header in ("Bearer ", "Bearer None", ""):
            found = refused(Asker(app).send(None, "GET", path, Authorization=header), 403)
            assert "`audit_token`" in found["detail"]


def test_a_decision_is_told_with_words_place_and_proof(node: Node) -> None:
    key = node.decide()
    waiting = node.get(f"/v1/decisions/{key}")
    assert (waiting.status_code, waiting.json) == (202, {"state": "not sealed yet", "decision": key})
    node.seal()
    found = node.data(f"/v1/decisions/{key}?place=RU")
    assert found["state"] == "sealed"
    assert found["table"]["content"] == PAGE.replace("статья", "%D1%81%D1%82%D0%B0%D1%82%D1%8C%D1%8F")
    proof = proven(receipt_in(found["receipt"].encode()), found["entry"].encode(), ORIGIN, [LOG.public])
    assert proof.checkpoint.size == found["checkpoint"]["size"]
    shown = found["shown"]
    assert shown["words_are_lacking_because"] is None
    assert shown["notices"]
    for notice in shown["notices"]:
        for tag, digest in notice["words"]["text"].items():
            assert hashlib.sha256(notice["words"]["text_in_words"][tag].encode()).hexdigest() == digest
    answer = node.checker.check(Content(publisher="radio.example", url=PAGE), None)
    said = {each.text for each in answer.notices}
    unknown = node.data(f"/v1/decisions/{key}?place=unknown")["shown"]
    assert said <= {text for each in unknown["notices"] for text in each["words"]["text_in_words"].values()}


def test_what_was_held_for_a_person_is_never_told_as_shown(node: Node) -> None:
    key = node.decide("https://stranger.example/1", "stranger.example")
    node.seal()
    found = node.data(f"/v1/decisions/{key}?place=RU")
    assert found["shown"]["notices"] == []
    [held] = found["shown"]["held"]
    assert (held["id"], held["display"]) == ("warn", "hold")
    assert all(held["words"]["text_in_words"].values())


def test_words_that_cannot_be_looked_up_are_told_by_their_digests(node: Node) -> None:
    key = node.decide()
    node.seal()
    for each in (node.evidence / "blobs").glob("*/*"):
        each.unlink()
    shown = node.data(f"/v1/decisions/{key}?place=RU")["shown"]
    assert "is missing" in shown["words_are_lacking_because"]
    assert all(set(each["words"]["text_in_words"].values()) == {None} for each in shown["notices"])
    assert all(each["words"]["text"] for each in shown["notices"])


@pytest.mark.parametrize("key", ["0" * 64, "x", "A" * 64, "0" * 63])
def test_a_decision_that_nobody_made_is_not_found(node: Node, key: str) -> None:
    node.decide()
    node.seal()
    assert refused(node.get(f"/v1/decisions/{key}"), 404)["type"].endswith("not-found")


def test_an_outcome_is_no_decision(node: Node) -> None:
    key = node.decide()
    node.seal()
    entry = json.loads(node.data(f"/v1/decisions/{key}")["entry"])
    refused(node.get(f"/v1/decisions/{entry['outcome']}"), 404)


def test_that_records_wait_is_said_only_while_they_do(node: Node) -> None:
    node.decide()
    node.seal()
    assert node.data("/v1/reports/rulesets")["basis"]["unsealed"] is False
    node.decide("https://radio.example/later")
    assert node.data("/v1/reports/rulesets")["basis"]["unsealed"] is True


def test_reports_count_what_was_decided_and_name_the_log(node: Node) -> None:
    for number in range(3):
        node.decide(f"https://radio.example/{number}")
    node.seal()
    found = node.data("/v1/reports/decisions?by=content,notice&place=RU")
    assert len({row["content"] for row in found["due"]["rows"]}) == 3
    basis = found["basis"]
    assert basis["size"] == basis["counted"] == LogFiles(node.evidence).size()
    assert (basis["origin"], basis["least"]) == (ORIGIN, 10)
    assert basis["rulesets"] == [node.checker.ruleset.meaning]
    [row] = node.data("/v1/reports/rulesets")["rulesets"]["rows"]
    assert (row["ruleset"], row["tables"], row["last"]) == (node.checker.ruleset.meaning, 3, None)


def test_a_page_that_confirms_what_it_shows_is_covered_and_others_are_listed(node: Node) -> None:
    keys = [node.decide(f"https://radio.example/{number}") for number in range(2)]
    node.seal()
    shown = node.data(f"/v1/decisions/{keys[0]}?place=RU")["shown"]["notices"]
    required = [each for each in shown if each["status"] == "required"]
    assert required
    notices = [
        {"id": each["id"], "language": tag, "text": each["words"]["text"][tag]}
        | ({"entity": each["entity"]} if each["entity"] else {})
        for each in required
        for tag in [each["words"]["default"]]
    ]
    said = node.confirm({"table": keys[0], "url": "https://radio.example/0", "notices": notices})
    again = node.confirm({"table": keys[0], "url": "https://radio.example/0", "notices": notices})
    assert (said.status_code, said.json) == (again.status_code, again.json)
    node.seal()
    found = node.data("/v1/reports/coverage?place=RU")
    assert {row["state"]: row["tables"] for row in found["totals"]["rows"]} == {
        "complete": 1, "lacking": 0, "not confirmed": 1,
    }  # fmt: skip
    assert [row["content"] for row in found["lacking"]["rows"]] == ["https://radio.example/1"]


def test_a_confirmation_of_another_page_is_refused_where_the_table_is_known(node: Node) -> None:
    key = node.decide("https://radio.example/3")
    body = {"table": key, "notices": [], "url": "https://evil.example/zzz"}
    early = node.confirm(body)
    assert (early.status_code, early.get_json()["known"]) == (200, False)
    node.seal()
    for url in ("https://evil.example/zzz", "radio.example/3"):
        [found] = refused(node.confirm({**body, "url": url}), 400)["problems"]
        assert (found["where"], "`https://radio.example/3`" in found["help"]) == ("url", True)
    for right in ({"url": "http://www.radio.example/3?session=7"}, {"url": None}):
        assert node.confirm({**body, **right}).get_json()["known"] is True
    assert node.confirm({**body, "table": "0" * 64}).get_json()["known"] is False
    node.seal()
    [row] = [row for row in node.data("/v1/reports/coverage")["misfits"]["rows"] if row["table"] == key]
    assert row["content"] == "https://evil.example/zzz"


def test_a_confirmation_is_recorded_though_the_index_is_damaged(node: Node) -> None:
    key = node.decide()
    node.seal()
    (node.evidence / VIEWS).write_bytes(b"no index")
    found = node.confirm({"table": key, "notices": [], "url": PAGE})
    assert (found.status_code, found.get_json()["state"], found.get_json()["known"]) == (200, "recorded", False)


def test_nobody_confirms_without_the_token(node: Node) -> None:
    refused(node.confirm({"table": "0" * 64, "notices": []}, None), 401)
    refused(node.confirm({"table": "0" * 64, "notices": []}, "wrong"), 401)


BAD = [
    ({}, {"table", "notices"}),
    ({"table": "x", "notices": []}, {"table"}),
    ({"table": "0" * 64, "notices": [{"id": "n", "language": "ru", "text": "A" * 64}]}, {"notices[0].text"}),
    ({"table": "0" * 64, "notices": [{"id": "8.8.8.8", "language": "ru", "text": "0" * 64}]}, {"notices[0].id"}),
    ({"table": "0" * 64, "notices": [{"language": "ru", "text": 5}]}, {"notices[0].id", "notices[0].text"}),
    ({"table": "0" * 64, "notices": [], "reader": {}}, {None}),
    ([], {None}),
]


@pytest.mark.parametrize(("body", "where"), BAD)
def test_everything_that_is_wrong_with_a_confirmation_is_said_at_once(
    node: Node, body: object, where: set[str | None]
) -> None:
    problems = refused(node.confirm(body), 400)["problems"]
    assert {each.get("where") for each in problems} == where
    assert "8.8.8.8" not in json.dumps(problems)


def test_everything_that_is_wrong_with_a_question_is_said_at_once(node: Node) -> None:
    found = refused(node.get("/v1/reports/decisions?plaec=RU&since=yesterday&format=pdf&by=colour"), 400)
    assert {each["where"] for each in found["problems"]} == {"plaec", "since", "format", "by"}
    refused(node.get("/v1/reports/nothing"), 404)
    refused(node.get(f"/v1/decisions/{'0' * 64}?places=RU"), 400)


def test_before_anything_is_sealed_there_is_no_report_and_it_says_why(node: Node) -> None:
    found = refused(node.get("/v1/reports/decisions"), 503)
    assert "seal the log" in found["detail"]


def test_damaged_views_are_no_evidence_and_no_fault_of_the_service(node: Node) -> None:
    key = node.decide()
    node.seal()
    views = node.evidence / VIEWS
    with closing(sqlite3.connect(views)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    views.write_bytes(views.read_bytes()[:4096] + b"\xa7" * (views.stat().st_size - 4096))
    for path in ("/v1/reports/decisions", f"/v1/decisions/{key}?place=RU"):
        found = refused(node.get(path), 503)
        assert found["type"].endswith("no-evidence")
        assert "`compliance audit rebuild`" in found["detail"]


def test_a_page_for_people_runs_nothing_and_loads_nothing(node: Node) -> None:
    node.decide()
    node.seal()
    response = node.get("/v1/reports/decisions?by=notice,place&format=html")
    assert response.content_type == "text/html; charset=utf-8"
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "<script" not in response.text
    assert response.headers["Cache-Control"] == "no-store"


def test_values_with_commas_are_a_file_to_keep(node: Node) -> None:
    node.decide()
    node.seal()
    response = node.get("/v1/reports/decisions?by=notice&format=csv")
    assert response.content_type.startswith("text/csv")
    assert response.headers["Content-Disposition"] == 'attachment; filename="compliance-decisions.csv"'
    assert response.text.startswith("section,notice,")
