"""`POST /v1/mentions`: whom the texts of a page name."""

from __future__ import annotations

import json
from typing import Any

from tests.web.asking import Asker, places, refused

TEXT = "Журналисты «Новой газеты Европа» и Радио Свободы рассказали."


def asked(asker: Asker, content: dict[str, Any], **more: Any) -> dict[str, Any]:
    response = asker.send(json.dumps({"content": content, **more}).encode(), path="/v1/mentions")
    assert response.status_code == 200, response.text
    assert response.headers["Cache-Control"] == "no-store"
    data: dict[str, Any] = json.loads(response.data)
    assert response.headers["Ruleset"] == data["ruleset"]["meaning"]
    return data


def test_every_mention_stands_where_it_is_said_to_with_what_registers_say(asker: Asker) -> None:
    data = asked(asker, {"headline": "О судьбе «Радио Свобода»", "text": TEXT}, as_of="2024-02-20")
    texts = {"headline": "О судьбе «Радио Свобода»", "text": TEXT}
    for each in data["mentions"]:
        assert texts[each["field"]][each["start"] : each["end"]] == each["surface"]
    assert [(each["field"], each["entity"]) for each in data["mentions"]] == [
        ("headline", "rfe-rl"),
        ("text", "novaya-gazeta-europe"),
        ("text", "rfe-rl"),
    ]
    assert "ru/undesirable-organization" in {each["register"] for each in data["mentions"][0]["statuses"]}
    assert data["as_of"] == "2024-02-20"


def test_the_day_before_the_listing_the_register_says_nothing(asker: Asker) -> None:
    data = asked(asker, {"text": "Радио Свобода сообщает"}, as_of="2024-02-19")
    assert [each["register"] for each in data["mentions"][0]["statuses"]] == ["ru/foreign-agent"]


def test_what_is_passed_over_is_told_with_its_reason(asker: Asker) -> None:
    (gone,) = asked(asker, {"text": "без радио свободно дышится: радио свободно от помех"})["suppressed"][:1]
    assert gone["because"]
    assert gone["field"] == "text"


def test_without_a_text_nobody_is_named(asker: Asker) -> None:
    data = asked(asker, {"publisher": "rferl.org"})
    assert (data["mentions"], data["suppressed"]) == ([], [])


def test_everything_that_is_wrong_is_said_at_once_as_in_a_check(asker: Asker) -> None:
    body = json.dumps({"content": {"text": 1}, "as_of": "2024-02-30", "mode": "x"}).encode()
    problem = refused(asker.send(body, path="/v1/mentions"), 400)
    assert set(places(problem)) == {"content.text", "as_of", None}


def test_what_is_wrong_with_the_body_is_said_together_with_what_is_found_only_as_the_page_is_read(
    asker: Asker,
) -> None:
    content = {"date_published": "2024-13-01"}
    body = json.dumps({"content": content, "mode": "x"}).encode()
    problem = refused(asker.send(body, path="/v1/mentions"), 400)
    assert set(places(problem)) == {None, "content.date_published"}
