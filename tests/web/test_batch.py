"""Many checks at once: each is answered as if it had come alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from compliance import Checker
from compliance.audit.record import DecisionRecord
from compliance.web.app import create_app
from compliance.web.batch import MOST_ITEMS
from tests.node import Node
from tests.web.asking import ARTICLE, DAY, PEER, Asker, refused, well_formed
from tests.web.test_fast_lane import PAGES, READERS

BODIES = [{**page, "reader": reader} for page in PAGES.values() for reader in READERS.values()]
RUSSIA = {"content": ARTICLE, "reader": {"location": {"country": "RU"}}, "as_of": DAY}
AMERICA = {"content": ARTICLE, "reader": {"address": "8.8.8.8"}, "as_of": DAY}
PATH = "/v1/checks"


def lines(bodies: list[Any]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in bodies)


def alone(asker: Asker, body: Any) -> tuple[int, Any]:
    response = asker.check(body)
    return response.status_code, response.get_json(force=True)


@pytest.fixture(scope="module")
def each_alone(app: Flask) -> list[tuple[int, Any]]:
    """What each of all bodies is answered with when it comes alone."""
    return [alone(Asker(app), each) for each in BODIES]


def resolved(batch: Any) -> list[tuple[int, Any]]:
    return [
        (each["status"], batch["answers"][each["answer"]] if "answer" in each else each["problem"])
        for each in batch["items"]
    ]


def test_every_item_is_answered_or_refused_as_if_it_had_come_alone(
    asker: Asker, each_alone: list[tuple[int, Any]]
) -> None:
    response = asker.check(BODIES, path=PATH)
    assert response.status_code == 200
    assert resolved(response.json) == each_alone


def test_the_same_items_on_lines_come_back_on_lines(asker: Asker, each_alone: list[tuple[int, Any]]) -> None:
    response = asker.send(lines(BODIES), path=PATH)
    assert (response.status_code, response.content_type) == (200, "application/x-ndjson")
    told = [json.loads(each) for each in response.data.splitlines()]
    assert [(each["status"], each.get("answer") or each["problem"]) for each in told] == each_alone


def test_equal_answers_stand_once(asker: Asker) -> None:
    batch: Any = asker.check([RUSSIA, AMERICA, RUSSIA, AMERICA, RUSSIA], path=PATH).json
    assert [each["answer"] for each in batch["items"]] == [0, 1, 0, 1, 0]
    assert len(batch["answers"]) == 2


def test_what_is_wrong_with_one_item_is_said_of_it_alone(asker: Asker) -> None:
    batch: Any = asker.check([RUSSIA, {"contents": {}}, "RU", RUSSIA], path=PATH).json
    assert [each["status"] for each in batch["items"]] == [200, 400, 400, 200]
    for each in batch["items"][1:3]:
        well_formed(each["problem"], 400)


@given(st.permutations([0, 1, 2, 3]), st.integers(1, 4))
def test_neither_order_nor_company_changes_an_answer(app: Flask, order: list[int], number: int) -> None:
    asker = Asker(app)
    bodies = [RUSSIA, AMERICA, {"content": {}}, {"content": {"facts": {"x": "y"}}}]
    chosen = [bodies[each] for each in order[:number]]
    assert resolved(asker.check(chosen, path=PATH).json) == [alone(asker, each) for each in chosen]


@pytest.mark.parametrize("body", [b"[]", b" [ ]", b"\xef\xbb\xbf[]"])
def test_nothing_asked_is_nothing_answered(asker: Asker, body: bytes) -> None:
    assert asker.send(body, path=PATH).json == {"items": [], "answers": []}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "malformed-json"),
        (b"[", "malformed-json"),
        (b"[{}", "malformed-json"),
        (b"[{}]]", "malformed-json"),
        (b"null", "invalid-request"),
        (b'"list"', "invalid-request"),
        (b"\x1f\x8b", "malformed-json"),
        (b"[" * 100_000, "malformed-json"),
        (b"[" + b",".join([b"{}"] * (MOST_ITEMS + 1)) + b"]", "invalid-request"),
        (b"{}\n" * (MOST_ITEMS + 1), "invalid-request"),
    ],
    ids=lambda each: repr(each[:20]),
)
def test_what_is_no_list_is_refused_as_a_whole(asker: Asker, body: bytes, kind: str) -> None:
    assert refused(asker.send(body, path=PATH), 400)["type"] == f"urn:compliance:problem:{kind}"


def test_a_line_that_is_broken_breaks_no_other(asker: Asker) -> None:
    told = [
        json.loads(each)
        for each in asker.send(lines([RUSSIA]) + b'{"content":\n' + lines([RUSSIA]), path=PATH).data.splitlines()
    ]
    assert [each["status"] for each in told] == [200, 400, 200]


def test_each_answer_of_a_batch_is_counted(checker: Checker) -> None:
    app = create_app(checker)
    Asker(app).check([RUSSIA] * 20 + [{"content": {}, "reader": {"from": "request"}}] * 3, path=PATH)
    told = app.test_client().get("/metrics").text
    assert 'compliance_requests_total{route="/v1/checks",status="200"} 1' in told
    assert 'compliance_notices_total{display="show",status="required"} 20' in told
    assert 'compliance_readers_total{from="request",result="address"} 3' in told


def test_one_rule_set_answers_all_of_a_batch(checker: Checker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reload in between must not show."""
    app, moments = create_app(checker), []
    ask = Checker.moment

    def counted(self: Checker) -> Any:
        moments.append(1)
        return ask(self)

    monkeypatch.setattr(Checker, "moment", counted)
    Asker(app).check([RUSSIA, AMERICA], path=PATH)
    assert len(moments) == 1


def test_a_failure_at_one_item_is_told_of_it_without_what_was_sent(
    checker: Checker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> NoReturn:
        raise RuntimeError(PEER)

    monkeypatch.setattr("compliance.reader.parse_address", fails)
    batch: Any = (
        Asker(create_app(checker)).check([{"content": ARTICLE, "reader": {"address": PEER}}, RUSSIA], path=PATH).json
    )
    assert [each["status"] for each in batch["items"]] == [500, 200]
    well_formed(batch["items"][0]["problem"], 500)
    assert PEER not in caplog.text + json.dumps(batch)


def test_where_every_decision_is_recorded_equal_items_are_recorded_each(tmp_path: Path) -> None:
    node = Node(tmp_path, "every")
    Asker(create_app(node.checker)).check([{"content": {"publisher": "radio.example"}}] * 3, path=PATH)
    node.close()
    assert len(node.of(DecisionRecord)) == 3
