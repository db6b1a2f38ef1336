"""A page as the texts that a reader sees, each with its place in the source.

Theory: a name in a headline is another thing than one in the running text or in a description for search engines, so
these are fields of their own. A text runs on through the tags of a line and ends where a block ends. Nothing that a
reader may see is left out: what a parser of the standard sees and the pieces of the source do not show is a field of
its own, without places.

Source: HTML Living Standard; https://ogp.me; https://schema.org/Article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain, pairwise
from typing import Final, TypeVar

from compliance.mentions import json_ld
from compliance.mentions.field import Field, Pieces, joined, moved
from compliance.mentions.gaps import Gap, Joint, gaps
from compliance.mentions.labels import labels
from compliance.mentions.markup import PARAGRAPH, Markup, attribute, attributes, start_tag, title_of, value_of
from compliance.mentions.published import Published, published
from compliance.mentions.source import Segment, Source
from compliance.mentions.tree import is_affordable, passed_over

__all__ = ["Field", "Link", "Page", "Published", "Segment", "Source", "read"]

TITLE: Final = "title"
HEADLINE: Final = "headline"
LEAD: Final = "lead"
BODY: Final = "body"
CAPTION: Final = "caption"
ALT: Final = "alt"
META: Final = "meta"
JSON_LD: Final = "json_ld"
LABEL: Final = "label"
"""Tool tips, names for screen readers, and what fields and buttons hold."""
INNER: Final = "inner"
"""What stands in pages within the page: for readers without scripts, in shadow trees ..."""
FRAME: Final = "frame"
"""... and in frames that hold their page as an attribute: its places are unknown."""
LOOSE: Final = "loose"
"""What a parser sees and nobody knows where: its places are unknown."""
SEEN: Final = (HEADLINE, BODY, CAPTION)
"""The fields whose text stands in the page itself."""
_LEADS: Final = frozenset({"description", "og:description", "twitter:description"})
_METAS: Final = frozenset(
    {"og:title", "twitter:title", "og:image:alt", "twitter:image:alt", "keywords", "news_keywords", "article:tag"}
)
_NAMING: Final = ("property", "name", "itemprop", "http-equiv")
_HOLDING: Final = frozenset({"noscript", "iframe"})
_DEEPEST: Final = 2
"""So many pages within one another are read."""
_HEADINGS: Final = frozenset(f"{slash}h{level}" for slash in ("", "/") for level in "123456")
_CAPTIONS: Final = frozenset({"figcaption", "/figcaption", "/figure"})
_WANTED: Final = frozenset(
    {"html", "title", "textarea", "script", "meta", "a", "/a", "area", "img", "input", "svg"} | _HEADINGS | _CAPTIONS
)
_HOST: Final = re.compile(r"(?:https?:)?//(?:[^/?#]*@)?([^/?#:\[\]@]+)", re.IGNORECASE)


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another site."""

    host: str
    """In small letters, without a port."""
    start: int
    """Of its text, in the source ..."""
    end: int
    """... and the first place behind it."""


@dataclass(frozen=True)
class Page:
    """What a page says."""

    markup: Markup
    fields: tuple[Field, ...]
    is_checked: bool
    """Whether it was held against a parser: one that would take the square of its length is not.

    Nor is one that holds pages within pages within pages."""
    inner: tuple[Page, ...] = ()
    """The pages within it."""

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The sites that the page links to."""
        return frozenset(host for _, host in self._links).union(*(each.hosts for each in self.inner))

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """The links to other sites, in the order of the page."""
        names, places, tokens = self.markup.names, self.markup.places, self.markup.tokens
        ends = self.markup.where({"a", "/a"})
        following = dict(pairwise(ends))
        found = []
        for number, host in self._links:
            start = places[2 * number + 1] + len(tokens[number])
            last = following.get(number) if names[number] == "a" else number
            end = len(self.markup.source) if last is None else max(places[2 * last + 1], start)
            found.append(Link(host, start, end))
        return tuple(found)

    @cached_property
    def published(self) -> Published:
        """What the page says of who published it, and when."""
        markup = self.markup
        root = next(iter(markup.where({"html"})), None)
        language = "" if root is None else "".join(_attribute(markup.tokens[root], "lang")[0])
        documents = (text for text, _ in _documents(markup, markup.where({"script"})))
        return published(documents, [(name, "".join(shown)) for name, shown, _, _ in _metas(markup)], language)

    @cached_property
    def _links(self) -> list[tuple[int, str]]:
        markup = self.markup
        known: dict[str, str] = {}
        found = []
        for number in markup.where({"a", "area"}):
            token = markup.tokens[number]
            if "//" in token or "\\" in token or "&#" in token:
                if token not in known:
                    known[token] = host_of("".join(_attribute(token, "href")[0]))
                if known[token]:
                    found.append((number, known[token]))
        return found

    def texts(self) -> dict[str, str]:
        """The text of each field."""
        return {each.name: each.text for each in self.fields}

    def field(self, name: str) -> Field | None:
        """A field, unless it is empty."""
        return next((each for each in self.fields if each.name == name), None)


def host_of(address: str) -> str:
    """The host of an absolute address as a browser reads it; empty if it has none."""
    found = _HOST.match("".join(address.split()).replace("\\", "/"))
    return found[1].lower().rstrip(".") if found else ""


def read(html: str) -> Page:
    """What a page says: its fields that are not empty, those first that stand in the page itself.

    Args:
        html: a page or a piece of one, whatever its state.
    """
    return _read(html, _DEEPEST)


def _read(html: str, depth: int) -> Page:
    """The same of a page that may hold pages within it, so many levels deep."""
    markup = Markup(html)
    numbers = markup.where(_WANTED)
    found = list(_seen(markup, numbers))
    found += _described(markup, numbers)
    written = list(_inner(markup)) if depth else []
    inner = [(_read(text, depth - 1), place) for text, place in written]
    if inner:
        parts = [(each, place) for page, place in inner for each in page.fields]
        placed = [(each, place) for each, place in parts if place is not None and each.source is not None]
        found.append(moved(INNER, placed))
        found.append(
            Field(
                FRAME, PARAGRAPH.join(each.text for each, place in parts if place is None or each.source is None), None
            )
        )
    is_checked = is_affordable(markup) and all(page.is_checked for page, _ in inner)
    is_checked = is_checked and (depth > 0 or next(_inner(markup), None) is None)
    if is_checked and (missing := passed_over(html, "".join(markup.shown))):
        found.append(Field(LOOSE, " ".join(missing), None))
    fields = tuple(each for each in found if each.text and not each.text.isspace())
    return Page(markup, fields, is_checked, tuple(page for page, _ in inner))


# -- pages within it ----------------------------------------------------------------------------------


def _inner(markup: Markup) -> Iterator[tuple[str, int | None]]:
    """The source of each page within a page, once, and where it begins; None where it is written in another way."""
    known: set[str] = set()
    for number in markup.where(_HOLDING):
        token = markup.tokens[number]
        if token not in known:
            known.add(token)
            if markup.names[number] == "noscript":
                yield _content(markup, number)
            elif written := attribute(token, "srcdoc")[0]:
                yield "".join(value_of(written)[0]), None
    for first, last in markup.templates:
        if attribute(markup.tokens[first], "shadowrootmode")[0]:
            start = markup.places[2 * first + 1] + len(markup.tokens[first])
            yield markup.source[start : markup.places[2 * last + 1] if last < len(markup.tokens) else None], start


# -- what stands in the page itself -----------------------------------------------------------------


def _seen(markup: Markup, numbers: Sequence[int]) -> Iterator[Field]:
    """Headlines, captions, and all the rest as the body."""
    cuts = list(_cuts(markup.names, numbers))
    rest, done = [], 0
    for _, start, end in cuts:
        rest.append((done, start))
        done = end
    rest.append((done, len(markup.shown)))
    found = gaps(markup)
    for name, ranges in (
        (HEADLINE, [cut[1:] for cut in cuts if cut[0] == HEADLINE]),
        (BODY, rest),
        (CAPTION, [cut[1:] for cut in cuts if cut[0] == CAPTION]),
    ):
        if ranges:
            shown = _cut(markup.shown, ranges)
            source = Source(shown, partial(_located, markup, ranges))
            yield Field(name, "".join(shown), source, tuple(_joints(source, ranges, found)))


def _joints(source: Source, ranges: Sequence[tuple[int, int]], found: Sequence[Gap]) -> Iterator[Joint]:
    """Where gaps of a page stand in the text of a field that some pieces make up."""
    before, waiting = 0, list(reversed(found))
    for start, end in ranges:
        while waiting and waiting[-1].first < end:
            gap = waiting.pop()
            if gap.first >= start:
                first, last = (source.starts[min(each, end) - start + before] for each in (gap.first, gap.last + 1))
                yield Joint(first, last, gap.is_likely, gap.is_firm, gap.holds_others or gap.last >= end)
        before += end - start


def _located(markup: Markup, ranges: Sequence[tuple[int, int]]) -> tuple[list[str], list[int]]:
    return _cut(markup.written, ranges), _cut(markup.places, ranges)


def _cut(pieces: list[_T], ranges: Sequence[tuple[int, int]]) -> list[_T]:
    return (
        [*chain.from_iterable(pieces[start:end] for start, end in ranges)]
        if len(ranges) > 1
        else pieces[slice(*ranges[0])]
    )


def _cuts(names: Sequence[str], numbers: Iterable[int]) -> Iterator[tuple[str, int, int]]:
    """From which piece to which a headline or a caption goes, its last tag included."""
    opened: tuple[str, int] | None = None
    for number in numbers:
        name = names[number]
        if opened is not None and name in (_HEADINGS if opened[0] == HEADLINE else _CAPTIONS):
            yield opened[0], opened[1], 2 * number + 2
            opened = None
        if opened is None and name in {"h1", "figcaption"}:
            opened = (HEADLINE if name == "h1" else CAPTION), 2 * number + 2
    if opened is not None:
        yield opened[0], opened[1], 2 * len(names) + 1


# -- what is said of it -----------------------------------------------------------------------------


def _described(markup: Markup, numbers: Sequence[int]) -> Iterator[Field]:
    """Title, descriptions, texts in place of pictures, and the texts of JSON-LD."""
    names = markup.names
    yield joined(TITLE, (_held(markup, number) for number in numbers if names[number] == "title"))
    metas = list(_metas(markup))
    yield joined(LEAD, (each[1:] for each in metas if each[0] in _LEADS))
    yield joined(META, (each[1:] for each in metas if each[0] in _METAS))
    yield joined(ALT, _alts(markup, numbers))
    held = (_held(markup, number) for number in numbers if names[number] == "textarea")
    yield joined(LABEL, chain(labels(markup), held))
    scripts = [number for number in numbers if names[number] == "script"]
    found: dict[str, list[Pieces]] = {}
    for text, place in _documents(markup, scripts):
        for key, written, inside in json_ld.texts(text):
            found.setdefault(key, []).append((*json_ld.pieces(written), place + inside))
    for key, pieces in found.items():
        yield joined(f"{JSON_LD}.{key}", pieces)


def _held(markup: Markup, number: int) -> Pieces:
    """The text that an element holds in which there are no tags."""
    text, place = _content(markup, number)
    return (*value_of(text), place)


def _content(markup: Markup, number: int) -> tuple[str, int]:
    """What stands between the tags of an element that is one token, and where."""
    token = markup.tokens[number]
    start = len(start_tag(token))
    end = token.rfind("</")
    return token[start : end if end >= start else None], markup.places[2 * number + 1] + start


def _alts(markup: Markup, numbers: Iterable[int]) -> Iterator[Pieces]:
    """The texts in place of pictures, each once."""
    known: set[str] = set()
    for number in numbers:
        name, token = markup.names[number], markup.tokens[number]
        if name == "svg" and token not in known and (title := title_of(token)):
            known.add(token)
            yield [title], [token], markup.places[2 * number + 1]
        elif name in {"img", "input", "area"}:
            value, place = attribute(token, "alt")
            if value and value not in known:
                known.add(value)
                yield (*value_of(value), markup.places[2 * number + 1] + place)


def _attribute(tag: str, wanted: str) -> Pieces:
    """The value of an attribute of a tag, and where in the tag it begins."""
    value, place = attribute(tag, wanted)
    return (*value_of(value), place)


def _metas(markup: Markup) -> Iterator[tuple[str, Sequence[str], Sequence[str], int]]:
    """For each `meta` element its name, in small letters, and its content."""
    for number in markup.where({"meta"}):
        of = attributes(markup.tokens[number], "meta")
        name = next(("".join(value_of(of[each][0])[0]).strip().lower() for each in _NAMING if each in of), "")
        if name and "content" in of:
            value, place = of["content"]
            yield (name, *value_of(value), markup.places[2 * number + 1] + place)


def _documents(markup: Markup, scripts: Iterable[int]) -> Iterator[tuple[str, int]]:
    """The JSON-LD of a page, and where each document begins."""
    for number in scripts:
        tag = start_tag(markup.tokens[number])
        if "ld+json" in "".join(_attribute(tag, "type")[0]).lower():
            yield _content(markup, number)
