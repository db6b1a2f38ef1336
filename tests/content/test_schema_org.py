"""A schema.org article as publishing systems print it: what is needed is read, and never half read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.content.facts import Content
from compliance.content.schema_org import KINDS, content_of, is_schema_org
from compliance.errors import RequestError
from compliance.model.facts import FACTS

ARTICLE: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "url": "https://www.rferl.org/a/1.html",
    "headline": "A headline",
    "articleBody": "Words.",
    "inLanguage": "en",
    "datePublished": "2009-12-17T10:00:00Z",
    "publisher": {"@type": "Organization", "name": "RFE/RL", "url": "https://www.rferl.org"},
    "author": {"name": "Nobody"},
}
CONTENT = Content(
    url="https://www.rferl.org/a/1.html",
    publisher="https://www.rferl.org",
    headline="A headline",
    text="Words.",
    language="en",
    date_published="2009-12-17T10:00:00Z",
    facts={"content.kind": "article"},
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*ARTICLE, "name", "@id"]), inner),
    max_leaves=8,
)


def test_an_article_becomes_content() -> None:
    assert content_of(ARTICLE) == CONTENT
    assert is_schema_org(ARTICLE)
    assert not is_schema_org({"publisher": "rferl.org", "url": "https://rferl.org"})


def test_the_article_is_found_in_a_graph() -> None:
    graph = {"@context": "https://schema.org", "@graph": [{"@type": "Organization"}, "x", ARTICLE]}
    assert content_of(graph) == CONTENT


@pytest.mark.parametrize(
    ("publisher", "expected"),
    [
        ("RFE/RL", "RFE/RL"),
        ({"name": "RFE/RL"}, "RFE/RL"),
        ([{"name": " "}, {"name": "RFE/RL"}], "RFE/RL"),
        ({"@id": "https://rferl.org/#org"}, "https://rferl.org/#org"),
        ("", None),
        (None, None),
        ([], None),
    ],
)
def test_the_publisher_may_be_text_a_node_or_a_list(publisher: object, expected: str | None) -> None:
    assert content_of({**ARTICLE, "publisher": publisher}).publisher == expected


def test_the_most_particular_of_several_types_counts() -> None:
    kinds = content_of({**ARTICLE, "@type": ["Article", "OpinionNewsArticle"]}).facts
    assert kinds == {"content.kind": "opinion"}
    assert set(KINDS.values()) <= set(FACTS["content.kind"].domain or ())


def test_what_is_there_and_cannot_be_read_is_a_problem_and_not_an_absence() -> None:
    with pytest.raises(RequestError) as raised:
        content_of({**ARTICLE, "publisher": 7, "inLanguage": {"code": "en"}})
    assert [each.where for each in raised.value.problems] == ["content.publisher", "content.inLanguage"]


def test_a_document_without_content_is_a_problem() -> None:
    with pytest.raises(RequestError, match="no node of a type that is content"):
        content_of({"@type": "Organization"})


@given(st.dictionaries(st.sampled_from(["@graph", *ARTICLE]), json_values))
def test_any_document_is_content_or_a_problem(document: dict[str, Any]) -> None:
    try:
        content = content_of({"@type": "Article", **document})
    except RequestError:
        return
    texts: list[object] = [content.url, content.publisher, content.headline, content.text, content.language]
    assert all(each is None or (isinstance(each, str) and each.strip()) for each in texts)
