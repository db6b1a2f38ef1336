"""Requests as they come over the wire: strict types, and every misfit at its place.

Theory: what a caller meant is not guessed. An unknown field is a slip that would be silently ignored and
might have been the reader's place; a wrong type is a bug on the other side. The fast path decodes into
types at once; only a body that does not fit is walked again, to say everything that is wrong with it.
What was sent is repeated only where it has the form of a name, so that no address is ever sent back.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from compliance.check import Reader
from compliance.content.facts import Content
from compliance.errors import Problem, RequestError, nearest
from compliance.language.fields import DAY_HELP
from compliance.model.period import parse_day

MOST_LANGUAGES = 20
_NAME = re.compile(r"[A-Za-z_@$][A-Za-z_@$-]{0,39}")
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


class NotJsonError(Exception):
    """The body is not JSON; the message says where it stops being it."""


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
    try:
        asked = _decoder.decode(body)
    except msgspec.ValidationError as error:
        raise RequestError(_misfits(body) or [Problem(_plain(str(error)))]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotJsonError(_where(error)) from None
    problems = [*_reader_problems(asked.reader), *_language_problems(asked.languages)]
    as_of = None if asked.as_of is None else parse_day(asked.as_of)
    if asked.as_of is not None and as_of is None:
        problems.append(Problem("this is not a calendar day", where="as_of", help=DAY_HELP))
    if problems:
        raise RequestError(problems)
    page = asked.content
    content = Content(
        page.url, page.publisher, page.headline, page.text, page.language, page.date_published, page.facts
    )
    return Request(content, _reader(asked.reader, peer), tuple(asked.languages), as_of, asked.explain)


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


def _misfits(body: bytes) -> list[Problem]:
    """Everything in a JSON body that does not fit the types of a check."""
    try:
        return list(_walk(msgspec.json.decode(body), CheckIn, ""))
    except (msgspec.DecodeError, RecursionError):
        return []


def _walk(value: Any, wanted: Any, where: str) -> list[Problem]:
    options = [each for each in get_args(wanted) if each is not type(None)] if _is_optional(wanted) else [wanted]
    structs = [each for each in options if isinstance(each, type) and issubclass(each, msgspec.Struct)]
    if structs and isinstance(value, dict):
        return _walk_fields(value, structs[0], where)
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        message, _, inner = str(error).partition(" - at `$")
        return [Problem(_plain(message), where=(where + _inner(inner)) or None)]
    return []


def _walk_fields(value: dict[str, Any], wanted: type[msgspec.Struct], where: str) -> list[Problem]:
    fields = {each.encode_name: each for each in msgspec.structs.fields(wanted)}
    hints = get_type_hints(wanted)
    problems = []
    for name in value:
        if name not in fields:
            shown = f"unknown field `{name}`" if _NAME.fullmatch(name) else "unknown field"
            help_ = nearest(name, fields) or f"the fields are: {', '.join(fields)}"
            problems.append(Problem(shown, where=where or None, help=help_))
    for name, each in fields.items():
        inner = f"{where}.{name}" if where else name
        if name in value:
            problems.extend(_walk(value[name], hints[each.name], inner))
        elif each.required:
            problems.append(Problem(f"`{name}` is missing", where=inner))
    return problems


def _is_optional(wanted: Any) -> bool:
    return get_origin(wanted) is not None and type(None) in get_args(wanted)


def _inner(path: str) -> str:
    """A path inside a value as msgspec gives it, without keys that may be anything."""
    return "".join(re.findall(r"\[\d+\]", path))


_TYPES = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def _plain(message: str) -> str:
    """A message of the decoder in the words of JSON rather than of Python."""

    def word(match: re.Match[str]) -> str:
        return " or ".join(_TYPES.get(each.strip(), each.strip()) for each in match[1].split("|"))

    expected = re.fullmatch(r"Expected `([^`]*)`, got `([^`]*)`", message)
    if expected:
        wanted, got = (word(re.match(r"(.*)", each) or expected) for each in expected.groups())
        return f"this should be {wanted}, and is {got}"
    if message.startswith("Invalid enum value"):
        return "this is not one of the words that it may be"
    return "this does not fit"


def _where(error: Exception) -> str:
    """Where a body stops being JSON, as far as the decoder says."""
    found = re.search(r"byte (\d+)", str(error))
    return f"the body is not JSON: look at byte {found[1]}" if found else "the body is not JSON"
