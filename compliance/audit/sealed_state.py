"""How far each segment file is sealed: what a node's log remembers beside its checkpoint.

Theory: a record counts as sealed once a checkpoint has its leaf. So what says how far segment files are sealed has to
change in the same moment as the checkpoint, though they are two files: each size of the log has a file of its own,
which is durable before the checkpoint of that size is signed, and counts from then on. It names the root that the
checkpoint will sign. A crash between the two leaves a seal that is all there but for its signature: the next one
signs that, and nothing else of this size, for somebody may have seen the checkpoint already.

A file is known by the random identity in its header, for names come again once all files of a worker are gone.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Annotated, Final

import msgspec

from compliance.audit.canonical import CanonicalError, canonical, parsed
from compliance.audit.frame import Position, Prefix, worker_and_number
from compliance.errors import EvidenceError

SEALED: Final = "sealed"
_NAME: Final = re.compile(r"(0|[1-9][0-9]{0,18})\.json")
_Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
_Count = Annotated[int, msgspec.Meta(ge=0)]


class SealedSegment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far one segment file is sealed: the place behind the last frame that was read of it."""

    name: str
    identity: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    offset: _Count
    records: _Count
    chain: _Hash
    durable: _Count
    is_whole: bool = False
    """Whether nothing can follow: the file was closed, or the next one was begun. Then it is taken away."""

    @classmethod
    def at(cls, name: str, identity: bytes, position: Position) -> SealedSegment:
        """A file that is sealed up to a position."""
        return cls(
            name=name,
            identity=identity.hex(),
            offset=position.offset,
            records=position.records,
            chain=position.chain.hex(),
            durable=position.durable,
        )

    @property
    def position(self) -> Position:
        """Where to read on."""
        return Position(self.offset, self.records, bytes.fromhex(self.chain), self.durable)

    @property
    def prefix(self) -> Prefix:
        """What of the file is in the log."""
        worker = worker_and_number(self.name)
        return Prefix(worker[1] if worker else 0, bytes.fromhex(self.identity), self.records, self.position.chain)


class SealedState(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far all segment files were sealed when the log had a size and a root."""

    size: _Count
    root: _Hash
    segments: tuple[SealedSegment, ...] = ()
    v: Annotated[int, msgspec.Meta(ge=1, le=1)] = 1

    @property
    def path(self) -> str:
        """Where it is kept, below the directory of the evidence."""
        return f"{SEALED}/{self.size}.json"

    def encoded(self) -> bytes:
        """The file, with a checksum: of files that are gone nothing else shows that a bit was turned."""
        members = msgspec.to_builtins(self)
        return canonical({**members, "sum": _sum(members)}) + b"\n"


def sealed_state_in(data: bytes, size: int) -> SealedState:
    """What the file of a size says.

    Raises:
        EvidenceError: it is damaged, or of another size.
    """
    try:
        members = parsed(data.removesuffix(b"\n"))
        checksum = members.pop("sum", None) if isinstance(members, dict) else None
        found = msgspec.convert(members, SealedState)
    except (CanonicalError, msgspec.ValidationError) as error:
        raise EvidenceError(f"`{SEALED}/{size}.json` does not say how far segment files are sealed") from error
    identities = {each.identity for each in found.segments}
    is_whole = data.endswith(b"\n") and checksum == _sum(members)
    if found.size != size or len(identities) != len(found.segments) or not is_whole:
        raise EvidenceError(f"`{SEALED}/{size}.json` does not say how far segment files are sealed")
    return found


def _sum(members: object) -> str:
    return sha256(canonical(members)).hexdigest()


def size_in_name(name: str) -> int | None:
    """The size that the name of a file belongs to; None for another name."""
    found = _NAME.fullmatch(name)
    return None if found is None else int(found[1])
