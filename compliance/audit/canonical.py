"""Values as JSON in one form, so that whoever writes the same thing writes the same bytes.

Theory: what is hashed has to have one spelling. Members are sorted, nothing is spaced out, text is UTF-8, and
there are no numbers but whole ones, which every reader of JSON reads alike. Bytes in any other form are refused
when they are read, so a value has one digest and a digest one value. Text from callers may hold half a surrogate
pair, which is no Unicode; it is escaped rather than lost.

Source: RFC 8785, but for such halves, which it refuses.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import GenericAlias
from typing import Annotated, Any, Final, NoReturn

import msgspec

MOST: Final = 2**53 - 1
"""The largest whole number that every reader of JSON reads alike (RFC 7493, section 2.2)."""
_LEVELS: Final = 6
"""Values of so many levels are read at once: no record has more."""


def _of_levels(number: int) -> Any:
    """The type of values without other numbers than such whole ones, and with at most so many levels."""
    plain: Any = None | bool | str | Annotated[int, msgspec.Meta(ge=-MOST, le=MOST)]
    if number == 0:
        return plain
    inner = _of_levels(number - 1)
    return plain | GenericAlias(list, (inner,)) | GenericAlias(dict, (str, inner))


_DECODER: Final = msgspec.json.Decoder(_of_levels(_LEVELS))
_ENCODER: Final = msgspec.json.Encoder(order="sorted")


class CanonicalError(ValueError):
    """A value has no canonical form, or bytes are not in it; the message repeats nothing of them."""


def canonical(value: object) -> bytes:
    """The one form of a value made of maps by text, lists, text, whole numbers, truths and None.

    >>> canonical({"b": [1, True], "a": None})
    b'{"a":null,"b":[1,true]}'

    Raises:
        CanonicalError: something in it is of another kind, or a number is too large.
    """
    text = json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")  # two halves are a letter
        return whole.encode("utf-8", "backslashreplace")


def parsed(data: bytes) -> object:
    """The value that is written in canonical form.

    Raises:
        CanonicalError: these bytes are not the canonical form of anything.
    """
    if (found := _soon(data)) is not None:
        return found
    try:
        value: object = json.loads(data.decode(), parse_float=_refused, parse_constant=_refused)
        is_canonical = canonical(value) == data
    except CanonicalError:
        raise
    except (ValueError, RecursionError) as error:  # what is wrong with it does not matter
        raise CanonicalError("this is not JSON in UTF-8") from error
    if not is_canonical:
        raise CanonicalError("this JSON is not in its canonical form")
    return value


def _soon(data: bytes) -> object:
    """The value of which it is soon told that this is its canonical form; None where it is not, or is that of None.

    In ASCII there is one order of names, and msgspec spells texts and whole numbers as canonical JSON does.
    """
    if not data.isascii():
        return None
    try:
        value: object = _DECODER.decode(data)
        return value if _ENCODER.encode(value) == data else None
    except ValueError:  # msgspec's errors are of this kind
        return None


def _sorted(value: object) -> object:
    if isinstance(value, str | None | bool):
        return value
    if isinstance(value, int):
        if abs(value) > MOST:
            raise CanonicalError("a number is too large to be read alike everywhere")
        return value
    if isinstance(value, list | tuple):
        return [_sorted(each) for each in value]
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return {name: _sorted(value[name]) for name in sorted(value, key=_place)}
    raise CanonicalError("a value of this kind has no canonical form")


def _place(name: str) -> bytes:
    """Where a member stands among others: by its UTF-16 code units."""
    return name.encode("utf-16-be", "surrogatepass")


def _refused(_: str) -> NoReturn:
    raise CanonicalError("a number is not whole")
