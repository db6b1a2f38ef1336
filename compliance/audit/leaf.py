"""What every leaf of the log has, and the bytes that it is.

Theory: a record is canonical JSON. Members are only ever added to records, never changed or taken away, and whoever
adds one raises `VERSION`: each version reads what former ones wrote, and of what later ones wrote the members that
it knows. A nonce in each leaf keeps one that was erased from being guessed by its hash.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Annotated, Any, Final

import msgspec

from compliance.audit.canonical import CanonicalError, canonical, parsed
from compliance.errors import EvidenceError

VERSION: Final = 1
"""The version of the members; see above when to raise it."""
NONCE_BYTES: Final = 16

Hex = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
"""A SHA-256 in hexadecimal digits."""
Count = Annotated[int, msgspec.Meta(ge=0)]
_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_Nonce = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]


class RecordError(EvidenceError, ValueError):
    """Bytes are no record, or a record contradicts itself; the message repeats nothing of them."""


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A piece of a record."""


class Record(Part, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """What every leaf has: its version, 16 random bytes, and the day (UTC) on which it was recorded."""

    nonce: _Nonce
    day: date
    v: int = msgspec.field(default_factory=lambda: VERSION)  # of a factory, so that it is never left out


def nonce_of(data: bytes) -> str:
    """Random bytes as they stand in a record.

    Raises:
        RecordError: these are not 16.
    """
    if len(data) != NONCE_BYTES:
        raise RecordError("a nonce has 16 bytes")
    return data.hex()


def written(record: Record, without: Collection[str] = ()) -> bytes:
    """The leaf of a record: what is hashed, and kept.

    Args:
        record: what it says.
        without: the names of members to be left out.
    """
    return spelt({name: value for name, value in msgspec.to_builtins(record).items() if name not in without})


def spelt(members: Mapping[str, Any]) -> bytes:
    """The canonical form of members that a record may have, of which all names are in ASCII."""
    try:
        return _ENCODER.encode(members)  # the same bytes, sooner
    except UnicodeEncodeError:
        return canonical(members)


def members_of(data: bytes) -> Mapping[str, Any]:
    """The members of the record in a leaf, whatever version wrote it.

    Raises:
        RecordError: it is none, in words without anything of what was given.
    """
    try:
        members = parsed(data)
    except CanonicalError as error:
        raise RecordError(str(error)) from error
    if not isinstance(members, dict):
        raise RecordError("a record is a map")
    if not isinstance(members.get("kind"), str) or type(members.get("v")) is not int or members["v"] < 1:
        raise RecordError("a record names its kind and its version")
    return members
