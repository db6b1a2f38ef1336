"""What a page says of itself: who published it, who wrote it, when, in which language.

Theory: publishing systems print it several times, as JSON-LD, as OpenGraph and as plain attributes. Here it is only
collected, as it is written and in this order; what it means, and which of several counts, is for others to say.
JSON-LD that is broken is passed over, as search engines do.

Source: https://schema.org/Article, https://ogp.me, HTML Living Standard (`lang`, standard metadata names).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_ARTICLE: Final = re.compile(r"(?:schema:|https?://schema\.org/)?(?:\w*Article|\w*Posting|Report|WebPage)")
_WRAPPING: Final = ("<!--", "//", "/*", "<![CDATA[", "*/", "//", "/*", "]]>", "*/", "-->")
"""What old systems put around a script, in this order: the first five before it, the others behind."""
_WHO: Final = ("name", "url", "@id")
_MOST_NODES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Published:
    """Each as it is written, once: texts, addresses, dates and language tags."""

    publishers: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


_PROPERTIES: Final[Mapping[str, str]] = {
    "publisher": "publishers",
    "author": "authors",
    "datePublished": "published",
    "dateModified": "modified",
    "inLanguage": "languages",
}
_NAMES: Final[Mapping[str, str]] = {
    "og:site_name": "publishers",
    "article:publisher": "publishers",
    "publisher": "publishers",
    "article:author": "authors",
    "author": "authors",
    "article:published_time": "published",
    "datepublished": "published",
    "date": "published",
    "article:modified_time": "modified",
    "og:updated_time": "modified",
    "datemodified": "modified",
    "og:locale": "languages",
    "content-language": "languages",
    "inlanguage": "languages",
}
"""The names of `meta` elements, small, by what they say."""


def published(documents: Iterable[str], metas: Sequence[tuple[str, str]], language: str = "") -> Published:
    """What a page says of itself.

    Args:
        documents: the JSON-LD of the page.
        metas: for each `meta` element its name or property, in small letters, and its content.
        language: of the page as a whole, as its first tag has it.
    """
    found: dict[str, dict[str, None]] = {name: {} for name in Published.__slots__}
    for document in documents:
        for node in _articles(_read(document)):
            for key, into in _PROPERTIES.items():
                found[into] |= dict.fromkeys(_words(node.get(key)))
    for name, content in metas:
        field = _NAMES.get(name)
        if field is not None and content.strip():
            found[field][content.strip()] = None
    if language.strip():
        found["languages"][language.strip()] = None
    return Published(**{name: tuple(values) for name, values in found.items()})


def _read(document: str) -> object:
    text = document.strip()
    for number, sign in enumerate(_WRAPPING):
        text = (text.removeprefix(sign) if number < len(_WRAPPING) // 2 else text.removesuffix(sign)).strip()
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _articles(document: object) -> Iterator[Mapping[str, object]]:
    """The nodes of a document that are articles or pages, wherever they stand in it."""
    waiting = [document]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, list):
            waiting += reversed(node)
        elif isinstance(node, Mapping):
            if any(isinstance(each, str) and _ARTICLE.fullmatch(each) for each in _listed(node.get("@type"))):
                yield node
            waiting += [value for value in reversed([*node.values()]) if isinstance(value, list | dict)]


def _listed(value: object) -> list[object]:
    """The values of a property: JSON-LD writes one value as itself."""
    return value if isinstance(value, list) else [value]


def _words(value: object) -> Iterator[str]:
    """The texts of a property: itself, or what names each node in it."""
    for item in _listed(value):
        if isinstance(item, str) and item.strip():
            yield item.strip()
        elif isinstance(item, Mapping):
            texts = (item.get(name) for name in (*_WHO, "@value", "alternateName"))
            yield from (text.strip() for text in texts if isinstance(text, str) and text.strip())
