"""A schema.org article as `content`, as it stands in a page: read as the same page in our own fields is."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.web.asking import DAY, Asker, places

JSON_LD: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "mainEntityOfPage": {"@type": "WebPage", "@id": "https://www.rferl.org/a/1.html"},
    "headline": "A report",
    "articleBody": "What happened.",
    "inLanguage": "en",
    "datePublished": "2009-12-17",
    "dateModified": "2024-03-01T08:00:00Z",
    "author": [{"@type": "Person", "name": "Somebody"}],
    "image": ["https://www.rferl.org/1.jpg"],
    "publisher": {"@type": "Organization", "name": "RFE/RL", "logo": {"@type": "ImageObject", "url": "x"}},
    "isAccessibleForFree": True,
    "wordCount": 812,
}
OURS = {
    "url": "https://www.rferl.org/a/1.html",
    "publisher": "RFE/RL",
    "headline": "A report",
    "text": "What happened.",
    "language": "en",
    "date_published": "2009-12-17",
    "facts": {"content.kind": "article"},
}
RUSSIA = {"location": {"country": "RU"}}


def test_an_article_gets_the_answer_of_the_same_page_in_our_own_fields(asker: Asker) -> None:
    answers = [
        asker.check({"content": content, "reader": RUSSIA, "as_of": DAY, "languages": ["ru"], "explain": True})
        for content in (JSON_LD, OURS, {"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, JSON_LD]})
    ]
    assert [each.status_code for each in answers] == [200, 200, 200]
    assert answers[0].json == answers[1].json == answers[2].json
    assert answers[0].json is not None
    assert [each["status"] for each in answers[0].json["notices"]] == ["required"]


@pytest.mark.parametrize("field", ["wordCount", "dateline", "contentRating", "nonsense", "headlin"])
def test_what_is_not_our_vocabulary_is_passed_over(asker: Asker, field: str) -> None:
    for value in (7, None, {"a": [1]}, "x"):
        assert asker.check({"content": {**JSON_LD, field: value}}).status_code == 200


@pytest.mark.parametrize("field", ["facts", "html", "date_published", "language"])
def test_our_own_fields_beside_it_are_refused(asker: Asker, field: str) -> None:
    (only,) = asker.refusal({"content": {**JSON_LD, field: {}}})["problems"]
    assert only["message"] == f"`{field}` is no property of schema.org"


def test_everything_else_that_is_wrong_is_said_with_what_is_wrong_in_the_article(asker: Asker) -> None:
    question = {"content": {**JSON_LD, "publisher": 7}, "raeder": {}, "as_of": "soon", "reader": {"address": "x"}}
    assert sorted(map(str, places(asker.refusal(question)))) == ["None", "as_of", "content.publisher", "reader.address"]


def test_a_document_that_describes_no_page_is_refused(asker: Asker) -> None:
    assert places(asker.refusal({"content": {"@type": "Organization", "name": "RFE/RL"}})) == ["content.@type"]


@pytest.mark.parametrize(
    "field", ["headline", "publisher", "inLanguage", "datePublished", "url", "@type", "@graph", "x"]
)
def test_an_address_in_the_article_is_not_repeated(asker: Asker, field: str) -> None:
    for value in ("95.165.0.1", ["95.165.0.1", "RFE/RL"], {"name": "Radio 95。165。0。1", "@id": "95.165.0.1"}):
        response = asker.check({"content": {**JSON_LD, field: value}, "reader": RUSSIA, "explain": True})
        assert response.status_code in {200, 400}
        assert "165" not in re.sub(r"[0-9a-f]{32,}", "a digest", response.text)
