"""A schema.org article (JSON-LD), as publishing systems already print it into their pages, to content.

Theory: the vocabulary is large and each system uses another part of it, so what is not needed is passed
over; but what is needed and has a form that cannot be read is a problem, because reading it as absent
would turn a known fact into an unknown one without anybody noticing.

Source: https://schema.org/NewsArticle and the types beside it; JSON-LD 1.1 for `@graph` and `@type`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from compliance.content.facts import Content, Written
from compliance.errors import Problem, RequestError

KINDS: Final[Mapping[str, str]] = {
    "AdvertiserContentArticle": "advertisement",
    "AnalysisNewsArticle": "article",
    "Article": "article",
    "AskPublicNewsArticle": "article",
    "AudioObject": "audio",
    "BackgroundNewsArticle": "article",
    "BlogPosting": "article",
    "Comment": "comment",
    "ImageObject": "image",
    "LiveBlogPosting": "live-blog",
    "NewsArticle": "article",
    "OpinionNewsArticle": "opinion",
    "Report": "article",
    "ReportageNewsArticle": "article",
    "ReviewNewsArticle": "article",
    "VideoObject": "video",
    "WebPage": "page",
}
"""The types that are content here, and the `content.kind` of each."""


def is_schema_org(document: Mapping[str, object]) -> bool:
    """Whether the document says that it is JSON-LD."""
    return any(key in document for key in ("@context", "@type", "@graph"))


def content_of(document: Mapping[str, object]) -> Content:
    """The content that a JSON-LD document describes: the first node of a type in `KINDS`.

    Raises:
        RequestError: there is no such node, or something in it cannot be read.
    """
    for node in _nodes(document):
        kinds = [KINDS[name] for name in _texts(node.get("@type")) if name in KINDS]
        if kinds:
            return _content(node, kinds)
    help_ = f"the types are: {', '.join(KINDS)}"
    raise RequestError([Problem("no node of a type that is content", where="content.@type", help=help_)])


def _content(node: Mapping[str, object], kinds: list[str]) -> Content:
    problems: list[Problem] = []

    def one(name: str, *inner: str) -> str | None:
        value = node.get(name)
        found = next(_words(value, inner), None)
        if value not in (None, [], "") and found is None:
            problems.append(Problem("this cannot be read", where=f"content.{name}", help="write it as text"))
        return found

    # the most particular of several types counts: ["Article", "OpinionNewsArticle"] is an opinion
    facts: dict[str, Written] = {"content.kind": next((kind for kind in kinds if kind != "article"), kinds[0])}
    content = Content(
        url=one("url", "@id", "url") or one("mainEntityOfPage", "@id", "url"),
        publisher=one("publisher", "url", "name", "@id"),
        headline=one("headline"),
        text=one("articleBody"),
        language=one("inLanguage", "alternateName", "name"),
        date_published=one("datePublished", "@value"),
        facts=facts,
    )
    if problems:
        raise RequestError(problems)
    return content


def _nodes(document: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """The document itself, and the nodes of its graph."""
    yield document
    graph = document.get("@graph")
    for node in graph if isinstance(graph, list) else ():
        if isinstance(node, Mapping):
            yield node


def _texts(value: object) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str)]


def _words(value: object, inner: tuple[str, ...]) -> Iterator[str]:
    """The texts of a property: itself, or the first of `inner` of each node in it."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str) and item.strip():
            yield item
        elif isinstance(item, Mapping):
            for name in inner:
                found = item.get(name)
                if isinstance(found, str) and found.strip():
                    yield found
                    break
