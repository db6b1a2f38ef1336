"""Requests as they come over the wire: strict types, and every misfit at its place.

Theory: what a caller meant is not guessed. An unknown field is a slip that would be silently ignored and
might have been the reader's place; a wrong type is a bug on the other side. The fast path decodes into
types at once; only a body that does not fit is walked again, to say everything that is wrong with it.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Literal

import msgspec

from compliance.check import Reader
from compliance.content.facts import Content
from compliance.errors import Problem, RequestError
from compliance.language.fields import DAY_HELP
from compliance.model.period import parse_day
from compliance.web.json_body import MALFORMED, NAME, NotJsonError, any_json, given_twice, not_json, without_mark
from compliance.web.misfits import fitting
from compliance.web.withheld import holds_address

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


def read_check(body: bytes, peer: str | None) -> Request:
    """What a body asks.

    Args:
        body: JSON in UTF-8.
        peer: the address that the request came from; used only if the body says `{"from": "request"}`.

    Raises:
        NotJsonError: it is not JSON.
        RequestError: with everything that does not fit.
    """
    request, problems = understand(body, peer)
    if problems:
        raise RequestError(problems)
    return request


def understand(body: bytes, peer: str | None) -> tuple[Request, list[Problem]]:
    """What a body asks as far as it can be understood, and everything about it that cannot.

    Raises:
        NotJsonError: it is not JSON.
    """
    text = without_mark(body)
    problems: list[Problem] = []
    try:
        asked = _decoder.decode(text)
    except msgspec.ValidationError:
        asked = _mended(any_json(text), problems)
    except MALFORMED as error:
        raise not_json(error) from None
    problems += [*given_twice(text), *_reader_problems(asked.reader), *_language_problems(asked.languages)]
    as_of = None if asked.as_of is None else parse_day(asked.as_of)
    if asked.as_of is not None and as_of is None:
        problems.append(Problem("this is not a calendar day", where="as_of", help=DAY_HELP))
    page, facts = asked.content, _facts(asked.content.facts, problems)
    content = Content(page.url, page.publisher, page.headline, page.text, page.language, page.date_published, facts)
    return Request(content, _reader(asked.reader, peer), tuple(asked.languages), as_of, asked.explain), problems


def _reader(asked: ReaderIn | None, peer: str | None) -> Reader:
    if asked is None:
        return Reader()
    if asked.from_ is not None:
        return Reader(address=peer)
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


def _facts(written: dict[str, str | list[str]], problems: list[Problem]) -> dict[str, str | list[str]]:
    """The facts as written, without those that hold an address: what is said of an entity would repeat it."""
    with_address = {name: value for name, value in written.items() if any(map(holds_address, _items(value)))}
    for name in with_address:
        where = f"content.facts.{name}" if NAME.fullmatch(name) else "content.facts"
        problems.append(Problem("no fact holds an IP address", where=where, help="say it under `reader`"))
    return {name: value for name, value in written.items() if name not in with_address} if with_address else written


def _items(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _mended(value: Any, problems: list[Problem]) -> CheckIn:
    """A body that does not fit the types of a check, without what does not fit."""
    kept = fitting(value, CheckIn, "", problems)
    fields = kept if isinstance(kept, dict) else {}
    asked: CheckIn = msgspec.convert({"content": {}, **fields}, CheckIn)
    return asked
