"""A schema.org article as publishing systems print it: what is needed is read, and never half read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.content.facts import Content
from compliance.content.schema_org import KINDS, OUR_OWN, content_of, is_schema_org
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


@pytest.mark.parametrize("kind", ["schema:NewsArticle", "https://schema.org/NewsArticle", "http://schema.org/Article"])
def test_a_type_may_have_the_address_of_the_vocabulary_before_it(kind: str) -> None:
    assert content_of({**ARTICLE, "@type": kind}) == CONTENT


def test_of_several_publishers_each_is_possible() -> None:
    several = content_of({**ARTICLE, "publisher": [{"name": "Example Daily"}, {"name": "RFE/RL"}, "RFE/RL "]})
    assert several.publisher == "Example Daily"
    assert several.facts == {"content.kind": "article", "publisher": ["Example Daily", "RFE/RL"]}


@pytest.mark.parametrize("nameless", [{}, {"logo": "x"}, {"name": " "}, 7, None])
def test_beside_a_publisher_without_a_name_no_other_is_known_for_certain(nameless: object) -> None:
    several = content_of({**ARTICLE, "publisher": [nameless, {"name": "Example Daily"}]})
    assert several.publisher == "Example Daily"
    assert several.facts["publisher"] == "unknown"


def test_of_several_languages_or_days_none_is_known() -> None:
    several = content_of({**ARTICLE, "inLanguage": ["en", "ru"], "datePublished": ["2009-12-17", "2024-01-01"]})
    assert (several.language, several.date_published) == (None, None)
    same = content_of({**ARTICLE, "inLanguage": ["en", " en"]})
    assert same.language == "en"


@pytest.mark.parametrize("name", OUR_OWN)
def test_a_field_of_ours_in_the_article_is_refused_and_not_passed_over(name: str) -> None:
    with pytest.raises(RequestError, match=f"`{name}` is no property of schema.org"):
        content_of({**ARTICLE, name: "x"})


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
