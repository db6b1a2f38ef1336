"""Bytes to JSON that has one meaning.

Theory: a body that two readers would read differently is refused, not interpreted. A field that is given
twice has no agreed meaning (RFC 8259, section 4), and the one that is dropped might have been the reader's
place. A byte order mark changes nothing, so it is passed over.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import msgspec

from compliance.errors import Problem, RequestError

NAME: Final = re.compile(r"[@$]?[A-Za-z_][A-Za-z_.-]{0,59}")
"""What is repeated of the fields that were sent: names, and nothing that could be a reader's address."""
MOST_PROBLEMS: Final = 50
"""Where a body has more, the rest is not looked for: it is of another kind altogether."""
MALFORMED: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What the decoder raises where a body stops being JSON in UTF-8."""
_OTHER_NAMES: Final = b"{" + b",".join(b'"%d":0' % number for number in range(4096)) + b"}"
"""So many names that each of the 512 places in which the decoder keeps one is taken again."""
_GZIP: Final = b"\x1f\x8b"
_NOT_UTF_8: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


class NotJsonError(Exception):
    """The body is not JSON; the message says where it stops being it."""


class _TwiceError(Exception):
    """Some field is given twice."""


class _Pairs(list[tuple[str, Any]]):
    """The fields of an object as they were written, the repeated ones too."""


def without_mark(body: bytes) -> bytes:
    """The body without a byte order mark.

    Raises:
        NotJsonError: there is no body, it is compressed, or it is in another encoding than UTF-8.
    """
    if not body:
        raise NotJsonError("there is no body: send JSON")
    if body.startswith(_GZIP):
        raise NotJsonError("the body is compressed: send it as it is")
    if body.startswith(_NOT_UTF_8) or b"\0" in body[:4]:
        raise NotJsonError("the body is not UTF-8")
    return body.removeprefix(codecs.BOM_UTF8)


def any_json(body: bytes) -> Any:
    """The value of a JSON text.

    Raises:
        NotJsonError: it is none.
        RequestError: it holds a number that no machine keeps exactly.
    """
    try:
        return msgspec.json.decode(body)
    except msgspec.ValidationError:
        raise RequestError([Problem("a number is too large", help="nothing here asks for a number")]) from None
    except MALFORMED as error:
        raise not_json(error, body) from None


def not_json(error: Exception, body: bytes) -> NotJsonError:
    """What to say of a body on which the decoder gave up, as far as it says where."""
    if isinstance(error, RecursionError):
        return NotJsonError("the body is nested too deeply")
    if isinstance(error, UnicodeDecodeError) or not _is_utf_8(body):
        return NotJsonError("the body is not UTF-8")
    found = re.search(r"byte (\d+)", str(error))
    return NotJsonError(f"the body is not JSON: look at byte {found[1]}" if found else "the body is not JSON")


def forget_names() -> None:
    """Have the decoder forget the names of fields that it keeps: a caller may have put anything in their place.

    It keeps short ones, so as not to make them anew for each body. Where all names are ours there is nothing to forget.
    """
    msgspec.json.decode(_OTHER_NAMES)


def given_twice(body: bytes) -> list[Problem]:
    """A problem for each field that an object of a JSON text has more than once.

    Raises:
        NotJsonError: it is nested too deeply to be looked at.
    """
    text = body.decode()
    try:
        _only_looking.decode(text)
    except _TwiceError:
        return list(islice(_repeated(_keeping.decode(text), ""), MOST_PROBLEMS))
    except RecursionError as error:
        raise not_json(error, body) from None
    return []


def _is_utf_8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise _TwiceError


# numbers do not matter here, and huge ones must not cost anything: only their length is taken
_only_looking: Final = json.JSONDecoder(object_pairs_hook=_once, parse_int=len, parse_float=len, parse_constant=len)
_keeping: Final = json.JSONDecoder(object_pairs_hook=_Pairs, parse_int=len, parse_float=len, parse_constant=len)


def _repeated(value: Any, where: str) -> Iterator[Problem]:
    if not isinstance(value, _Pairs):
        for number, item in enumerate(value if isinstance(value, list) else ()):
            yield from _repeated(item, f"{where}[{number}]")
        return
    seen: set[str] = set()
    for name, inner in value:
        is_name = NAME.fullmatch(name)
        if name in seen:
            shown = f"`{name}` is given twice" if is_name else "a field is given twice"
            yield Problem(shown, where=where or None, help="keep one of them")
        seen.add(name)
        yield from _repeated(inner, f"{where}.{name}".lstrip(".") if is_name else where)
