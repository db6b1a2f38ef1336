"""Requests as they come over the wire: strict types, and every misfit at its place.

Theory: what a caller meant is not guessed. An unknown field is a slip that would be silently ignored and
might have been the reader's place; a wrong type is a bug on the other side. The fast path decodes into
types at once; only a body that does not fit is walked again, to say everything that is wrong with it. One
shape that does not fit is meant all the same: a page as a schema.org article, which is not our vocabulary.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Literal

import msgspec

from compliance.check import Reader
from compliance.content.facts import Content
from compliance.content.schema_org import content_of, is_schema_org
from compliance.errors import Problem, RequestError
from compliance.language.fields import DAY_HELP
from compliance.model.address_text import WITHHELD
from compliance.model.period import parse_day
from compliance.web.json_body import MALFORMED, NotJsonError, any_json, given_twice, not_json, without_mark
from compliance.web.misfits import fitting

__all__ = ["NotJsonError", "Request", "read_check", "understand"]

MOST_LANGUAGES = 20
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,6}")


class LocationIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the reader is, as codes."""

    country: str | None = None
    subdivision: str | None = None


class ReaderIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the reader is: an address, a place, or "take the request's own address"."""

    address: str | None = None
    location: LocationIn | None = None
    from_: Literal["request"] | None = msgspec.field(default=None, name="from")

    def __repr__(self) -> str:
        """The reader without the address: a struct prints all its fields otherwise."""
        address = None if self.address is None else WITHHELD
        return f"ReaderIn(address={address!r}, location={self.location!r}, from_={self.from_!r})"


class ContentIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A page."""

    url: str | None = None
    publisher: str | None = None
    headline: str | None = None
    text: str | None = None
    html: str | None = None
    language: str | None = None
    date_published: str | None = None
    facts: dict[str, str | list[str]] = {}


class CheckIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /v1/check`."""

    content: ContentIn
    reader: ReaderIn | None = None
    languages: list[str] = []
    as_of: str | None = None
    explain: bool = False


class Request(msgspec.Struct, frozen=True):
    """A request that was understood."""

    content: Content
    reader: Reader
    languages: tuple[str, ...]
    as_of: date | None
    explain: bool


_decoder = msgspec.json.Decoder(CheckIn)


def read_check(body: bytes, own: Reader | None) -> Request:
    """What a body asks.

    Args:
        body: JSON in UTF-8.
        own: the reader whom the request came from; taken only if the body says `{"from": "request"}`.

    Raises:
        NotJsonError: it is not JSON.
        RequestError: with everything that does not fit.
    """
    request, problems = understand(body, own)
    if problems:
        raise RequestError(problems)
    return request


def understand(body: bytes, own: Reader | None) -> tuple[Request, list[Problem]]:
    """What a body asks as far as it can be understood, and everything about it that cannot.

    Raises:
        NotJsonError: it is not JSON.
    """
    text = without_mark(body)
    problems: list[Problem] = []
    article: Content | None = None
    try:
        asked = _decoder.decode(text)
    except msgspec.ValidationError:
        value = any_json(text)
        article = _article(value, problems)
        asked = _mended(value if article is None else {**value, "content": {}}, problems)
    except MALFORMED as error:
        raise not_json(error, text) from None
    wrong_tags = _language_problems(asked.languages)
    problems += [*given_twice(text), *_reader_problems(asked.reader), *wrong_tags]
    as_of = None if asked.as_of is None else parse_day(asked.as_of)
    if asked.as_of is not None and as_of is None:
        problems.append(Problem("this is not a calendar day", where="as_of", help=DAY_HELP))
    page = asked.content
    content = article or Content(
        page.url, page.publisher, page.headline, page.text, page.language, page.date_published, page.facts, page.html
    )
    languages = () if wrong_tags else tuple(asked.languages)  # what else is wrong is looked for without them
    return Request(content, _reader(asked.reader, own), languages, as_of, asked.explain), problems


def _reader(asked: ReaderIn | None, own: Reader | None) -> Reader:
    if asked is None:
        return Reader()
    if asked.from_ is not None:
        return own or Reader()
    if asked.location is not None:
        return Reader(country=asked.location.country, subdivision=asked.location.subdivision)
    return Reader(address=asked.address)


def _reader_problems(asked: ReaderIn | None) -> list[Problem]:
    ways = [] if asked is None else [asked.address, asked.location, asked.from_]
    if sum(way is not None for way in ways) <= 1:
        return []
    return [
        Problem("the reader is given in more than one way", where="reader", help="keep one: address, location, from")
    ]


def _language_problems(tags: list[str]) -> list[Problem]:
    if len(tags) > MOST_LANGUAGES:
        return [Problem(f"there are more than {MOST_LANGUAGES} languages", where="languages")]
    return [
        Problem("this is not a language tag", where=f"languages[{number}]", help="write it like `en` or `pt-BR`")
        for number, tag in enumerate(tags)
        if not _TAG.fullmatch(tag)
    ]


def _article(value: Any, problems: list[Problem]) -> Content | None:
    """The page, where it is a schema.org article (empty where that cannot be read); None where it is none."""
    document = value.get("content") if isinstance(value, dict) else None
    if not isinstance(document, dict) or not is_schema_org(document):
        return None
    try:
        return content_of(document)
    except RequestError as error:
        problems.extend(error.problems)
        return Content()


def _mended(value: Any, problems: list[Problem]) -> CheckIn:
    """A body that does not fit the types of a check, without what does not fit."""
    kept = fitting(value, CheckIn, "", problems)
    fields = kept if isinstance(kept, dict) else {}
    asked: CheckIn = msgspec.convert({"content": {}, **fields}, CheckIn)
    return asked
