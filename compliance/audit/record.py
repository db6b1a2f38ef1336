"""What the leaves of the log say: tables, and whatever else is needed to trust and to count them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, cast, get_args

import msgspec

from compliance.audit.canonical import canonical
from compliance.audit.leaf import Count, Hex, Part, Record, RecordError, members_of, nonce_of, written
from compliance.audit.rendered import RenderedRecord
from compliance.audit.table import OutcomeRecord, TableRecord, key_of

__all__ = ["OutcomeRecord", "RecordError", "RenderedRecord", "TableRecord", "decode", "encode", "key_of", "nonce_of"]

_Hour = Annotated[int, msgspec.Meta(ge=0, le=23)]


class RulesetRecord(Record, frozen=True, kw_only=True, omit_defaults=True, tag="ruleset"):
    """A rule set was taken into use; `bundle` is the SHA-256 of it as one file, which is kept beside the log."""

    ruleset: str
    source: str
    bundle: Hex
    size: Count
    semantics: int
    product: str
    """The version of this product."""
    scanner: str | None = None
    """What looks through texts, in words; tables name it by its SHA-256."""


class Counted(Part, frozen=True, kw_only=True, omit_defaults=True):
    """How often a notice was due; `place` is the first place of the reader's zone, None where it was not known."""

    notice: str
    status: str
    display: str
    count: Count
    place: str | None = None


class CountersRecord(Record, frozen=True, kw_only=True, omit_defaults=True, tag="counters"):
    """In how many answers of a day notices were due; counts below `least` are not in it.

    Nor is how many of those there are: one reader alone may be behind several. `withheld` is of former versions.
    """

    counted_on: date
    ruleset: str
    least: Count
    counts: tuple[Counted, ...]
    withheld: Count = 0

    def __post_init__(self) -> None:
        """Refuse counts that could be about few readers.

        Raises:
            RecordError: a count is below the least one.
        """
        if any(each.count < self.least for each in self.counts):
            raise RecordError("a count is below the least that may be told")


class ModeRecord(Record, frozen=True, kw_only=True, omit_defaults=True, tag="mode"):
    """Recording began or went on, or had stopped; `missed` is how many records were not made meanwhile, if known."""

    mode: str
    reason: str | None = None
    stopped_on: date | None = None
    missed: Count | None = None


class ErasureRecord(Record, frozen=True, kw_only=True, omit_defaults=True, tag="erasure"):
    """The bytes of some leaves were dropped; their hashes stay. `leaves` are their numbers, from 0."""

    leaves: tuple[Count, ...]
    hashes: tuple[Hex, ...]
    reason: str
    by: str | None = None


class VerdictRecord(Record, frozen=True, kw_only=True, omit_defaults=True, tag="verdict"):
    """What a reviewer found of a page, as facts, and why."""

    content: str | None
    facts: dict[str, Any]
    by: str
    reason: str | None = None


class Told(Part, frozen=True, kw_only=True, omit_defaults=True):
    """A notice as one reader was shown it."""

    id: str
    status: str
    display: str
    language: str
    text: Hex
    entity: str | None = None


class DecisionRecord(Record, frozen=True, kw_only=True, omit_defaults=True, tag="decision"):
    """One answer to one reader in some hour of a day (UTC): only where no reader is at risk by it."""

    hour: _Hour
    table: Hex
    """The key of the table that it follows from."""
    place: dict[str, Any]
    notices: tuple[Told, ...]


class BodyRecord(Record, frozen=True, kw_only=True, omit_defaults=True, tag="body"):
    """Stands for a record that is too large for a leaf, and is kept beside the log under its SHA-256."""

    of: str
    sha256: Hex
    size: Count


class OtherRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record of a kind that a later version brought."""

    kind: str
    members: Mapping[str, Any]


AnyRecord = (
    TableRecord
    | OutcomeRecord
    | RenderedRecord
    | RulesetRecord
    | CountersRecord
    | ModeRecord
    | ErasureRecord
    | VerdictRecord
    | DecisionRecord
    | BodyRecord
)
_KINDS: Final[Mapping[object, type[Record]]] = {each.__struct_config__.tag: each for each in get_args(AnyRecord)}


def encode(record: AnyRecord | OtherRecord) -> bytes:
    """The leaf of a record: what is hashed, and kept."""
    return canonical(record.members) if isinstance(record, OtherRecord) else written(record)


def decode(data: bytes) -> AnyRecord | OtherRecord:
    """The record of a leaf. Members that this version does not know are passed over.

    Raises:
        RecordError: it is none, in words without anything of what was given.
    """
    members = members_of(data)
    kind = members["kind"]
    if kind not in _KINDS:
        return OtherRecord(kind=kind, members=members)
    try:
        return cast("AnyRecord", msgspec.convert(members, _KINDS[kind]))
    except msgspec.ValidationError as error:
        raise RecordError(f"this is no record of the kind `{kind}`") from error
