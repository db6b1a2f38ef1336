"""`POST /v1/annotate`: a page comes back with its marks."""

from __future__ import annotations

import json
from typing import Any

from tests.test_marking import PAGE
from tests.web.asking import Asker, refused


def test_over_http_the_page_comes_back_with_the_answer_that_it_rests_on(asker: Asker) -> None:
    body: Any = {"content": {"publisher": "rferl.org", "html": PAGE}, "reader": {"location": {"country": "RU"}}}
    response = asker.send(json.dumps(body).encode(), path="/v1/annotate")
    assert response.status_code == 200, response.text
    data = json.loads(response.data)
    assert (data["html"], data["text"], data["unmarked"]) == (PAGE, None, [])
    assert response.headers["Ruleset"] == data["answer"]["ruleset"]["meaning"]


def test_over_http_page_and_text_are_both_marked_and_what_is_not_ours_is_told(asker: Asker) -> None:
    page = '<p>Тихо.</p><aside class="compliance-notes"><p>Радио Свобода молчит.</p></aside>'
    body: Any = {"content": {"publisher": "rferl.org", "html": page, "text": "Тихо."}}
    data = json.loads(asker.send(json.dumps(body).encode(), path="/v1/annotate").data)
    assert (data["html"], data["text"], data["not_ours"]) == (page, "Тихо.", ["Радио Свобода молчит."])
    assert {each["field"] for each in data["answer"]["mentions"]} == {"html.body"}


def test_over_http_a_question_without_a_page_is_refused(asker: Asker) -> None:
    problem = refused(asker.send(b'{"content": {"publisher": "rferl.org"}}', path="/v1/annotate"), 400)
    assert [each["where"] for each in problem["problems"]] == ["content"]
