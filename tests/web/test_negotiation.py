"""In which form a check is answered: JSON for whoever has no wish, or only the words that are for the page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from compliance import Checker
from compliance.blocks import NOTHING, block, printed
from compliance.web.app import create_app
from tests.web.asking import ARTICLE, Asker, refused
from tests.web.test_fast_lane import BODY, both, only_in_front

HELD = {**ARTICLE, "publisher": "some-site.example"}
ELSEWHERE = {"content": {**ARTICLE, "publisher": "some-site.example"}, "reader": {"location": {"country": "FR"}}}
JSON_WISHES = (
    "",
    "*/*",
    "application/*",
    "application/json",
    "application/json;q=0.1, text/html;q=0",
    "text/html;q=0.3, */*",
)


@pytest.mark.parametrize("accept", JSON_WISHES)
def test_json_is_for_whoever_takes_it_or_has_no_wish(asker: Asker, accept: str) -> None:
    response = asker.send(BODY, Accept=accept)
    assert response.content_type == "application/json"
    assert json.loads(response.data)["notices"]


@pytest.mark.parametrize("accept", ["text/html", "text/html, */*;q=0.1", "application/json;q=0.1, text/html;q=0.9"])
def test_html_is_the_notices_of_the_answer_ready_for_a_page(asker: Asker, accept: str) -> None:
    response, answer = asker.send(BODY, Accept=accept), asker.send(BODY)
    assert (response.status_code, response.content_type) == (200, "text/html; charset=utf-8")
    assert response.text == block(printed(answer.data))
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Ruleset"] == answer.headers["Ruleset"]


def test_plain_text_is_the_words_of_each_notice_that_is_shown_once(asker: Asker) -> None:
    held: list[str] = []
    for content in (ARTICLE, HELD):
        body = json.dumps({"content": content, "reader": {"location": {"country": "RU"}}}).encode()
        response, answer = asker.send(body, Accept="text/plain"), json.loads(asker.send(body).data)
        assert response.content_type == "text/plain; charset=utf-8"
        shown = [each["text"] for each in answer["notices"] if each["display"] == "show" and each["marker"] is None]
        assert all(response.text.count(f"{text}\n") == 1 for text in shown)
        held = [each["text"] for each in answer["notices"] if each["display"] == "hold"]
        assert all(text not in response.text for text in held if text not in shown)
    assert held, "the second page should have notices that are held"


def test_instances_that_share_a_footnote_are_that_footnote_once_in_plain_text() -> None:
    from compliance.web.negotiation import _text  # noqa: PLC0415

    told: dict[str, Any] = {
        "notices": [
            {"text": "A.", "display": "show", "marker": "1"},
            {"text": "B.", "display": "show", "marker": "1"},
            {"text": "Not this.", "display": "hold", "marker": None},
            {"text": "First.", "display": "show", "marker": None, "nothing_before": True},
        ],
        "footnotes": [{"text": "A and B.", "marker": "1"}],
    }
    assert _text(json.dumps(told).encode()) == b"First.\n\nA and B.\n"


def test_a_page_without_notices_has_an_empty_block_and_no_words(checker: Checker) -> None:
    from compliance.web.negotiation import _html, _text  # noqa: PLC0415

    assert (_html(b'{"notices":[]}'), _text(b'{"notices":[]}')) == (NOTHING.encode(), b"")


@pytest.mark.parametrize(
    "accept", ["image/png", "application/xml", "application/json;q=0", "text/html;q=0", "json", ";;"]
)
def test_whoever_takes_none_of_the_forms_is_told_so_before_anything_is_looked_at(asker: Asker, accept: str) -> None:
    for body in (BODY, b"{"):
        problem = refused(asker.send(body, Accept=accept), 406)
        assert problem["type"] == "urn:compliance:problem:not-acceptable"
        assert "text/plain" in problem["detail"]


@pytest.mark.parametrize("accept", ["text/html", "text/plain"])
def test_what_is_wrong_is_said_as_a_problem_whatever_form_is_wanted(asker: Asker, accept: str) -> None:
    refused(asker.send(b"{", Accept=accept), 400)


def test_both_doors_answer_in_the_same_form(checker: Checker) -> None:
    app = create_app(checker)
    for accept in ("", "*/*", "application/json", "application/json, */*", "text/html", "text/plain", "image/png", "*"):
        front, back = both(app, BODY, HTTP_ACCEPT=accept)
        assert front == back


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/plain, */*"])
def test_what_programs_usually_take_is_answered_in_front(
    checker: Checker, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    app: Flask = create_app(checker)
    only_in_front(app, monkeypatch)
    assert Asker(app).send(BODY, Accept=accept, Content_Type="application/json").status_code == 200
