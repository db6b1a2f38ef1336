"""A schema.org article (JSON-LD), as publishing systems already print it into their pages, to content.

Theory: the vocabulary is large and each system uses another part of it, so what is not needed is passed
over; but what is needed and has a form that cannot be read is a problem, because reading it as absent
would turn a known fact into an unknown one without anybody noticing. Several publishers are each of them
possible; several languages or days leave it unknown which. Our own fields beside those of schema.org are
refused: they would be passed over in silence.

Source: https://schema.org/NewsArticle and the types beside it; JSON-LD 1.1 for `@graph` and `@type`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
OUR_OWN: Final = ("facts", "html", "date_published", "language")
"""Fields of our own way of describing a page that schema.org does not have."""
_WHO: Final = ("url", "name", "@id")
_PREFIX: Final = re.compile(r"schema:|https?://schema\.org/")


def is_schema_org(document: Mapping[str, object]) -> bool:
    """Whether the document says that it is JSON-LD."""
    return any(key in document for key in ("@context", "@type", "@graph"))


def content_of(document: Mapping[str, object]) -> Content:
    """The content that a JSON-LD document describes: the first node of a type in `KINDS`.

    Raises:
        RequestError: there is no such node, or something in it cannot be read.
    """
    for node in _nodes(document):
        kinds = [KINDS[name] for name in _types(node) if name in KINDS]
        if kinds:
            return _content(node, kinds)
    help_ = f"the types are: {', '.join(KINDS)}"
    raise RequestError([Problem("no node of a type that is content", where="content.@type", help=help_)])


@dataclass
class _Properties:
    """The properties of a node as texts; those that are there and cannot be read become problems."""

    node: Mapping[str, object]
    problems: list[Problem]

    def every(self, name: str, *inner: str) -> list[str]:
        """Each text of a property, or of what is in it, once."""
        value = self.node.get(name)
        found = list(dict.fromkeys(_words(value, inner)))
        if value not in (None, [], "") and not found:
            self.problems.append(Problem("this cannot be read", where=f"content.{name}", help="write it as text"))
        return found

    def first(self, name: str, *inner: str) -> str | None:
        """The first text, where the others matter less."""
        return next(iter(self.every(name, *inner)), None)

    def only(self, name: str, *inner: str) -> str | None:
        """The text, if there is only one: of several nobody knows which counts."""
        found = self.every(name, *inner)
        return found[0] if len(found) == 1 else None


def _content(node: Mapping[str, object], kinds: list[str]) -> Content:
    help_ = "send either schema.org as it is, or the fields of this service"
    ours = [name for name in OUR_OWN if name in node]
    problems = [Problem(f"`{name}` is no property of schema.org", where="content", help=help_) for name in ours]
    of = _Properties(node, problems)
    # the most particular of several types counts: ["Article", "OpinionNewsArticle"] is an opinion
    facts: dict[str, Written] = {"content.kind": next((kind for kind in kinds if kind != "article"), kinds[0])}
    publishers = of.every("publisher", *_WHO)
    if len(publishers) > 1:
        facts["publisher"] = publishers
    if publishers and not all(any(_words(each, _WHO)) for each in _listed(node["publisher"])):
        facts["publisher"] = "unknown"  # one of them has no name: it may be anyone
    content = Content(
        url=of.first("url", "@id", "url") or of.first("mainEntityOfPage", "@id", "url"),
        publisher=publishers[0] if publishers else None,
        headline=of.first("headline"),
        text=of.first("articleBody"),
        language=of.only("inLanguage", "alternateName", "name"),
        date_published=of.only("datePublished", "@value"),
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


def _types(node: Mapping[str, object]) -> list[str]:
    """The types of a node, without the prefix or address of the vocabulary."""
    return [_PREFIX.sub("", item, count=1) for item in _listed(node.get("@type")) if isinstance(item, str)]


def _listed(value: object) -> list[object]:
    """The values of a property: JSON-LD writes one value as itself."""
    return value if isinstance(value, list) else [value]


def _words(value: object, inner: tuple[str, ...]) -> Iterator[str]:
    """The texts of a property: itself, or the first of `inner` of each node in it."""
    for item in _listed(value):
        if isinstance(item, str) and item.strip():
            yield item.strip()
        elif isinstance(item, Mapping):
            for name in inner:
                found = item.get(name)
                if isinstance(found, str) and found.strip():
                    yield found.strip()
                    break
