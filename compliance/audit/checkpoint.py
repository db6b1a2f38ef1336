"""Checkpoints: what a log says, and signs, of how large it is and what is in it.

Theory: size and root together fix every leaf. A log that has signed two checkpoints of which none begins with the
other is caught lying, so it signs each only once it can keep to it. Who verifies one says which log it means, by
origin, and with which keys this log signs; signatures of witnesses come on top and never stand for the log's own.

Source: C2SP tlog-checkpoint; tlog-witness for the root of a log without leaves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from compliance.audit.merkle import EMPTY_ROOT, HASH_SIZE, MOST_LEAVES
from compliance.audit.note import Note, Signature, Signer, Verifier, from_base64, opened, signed, to_base64
from compliance.errors import EvidenceError, visible

_NUMBER: Final = re.compile("0|[1-9][0-9]{0,18}")
_HEAD_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log by its origin, how many leaves it has, their root, and further lines, which nobody can audit."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no checkpoint can say.

        Raises:
            EvidenceError: a line is empty or would be two, or there are no such size and root.
        """
        if not all(each and "\n" not in each for each in (self.origin, *self.extensions)):
            raise EvidenceError("the lines of a checkpoint are not empty, and each is one line")
        if not 0 <= self.size <= MOST_LEAVES:
            raise EvidenceError(f"no log has the size {self.size}")
        if len(self.root) != HASH_SIZE:
            raise EvidenceError(f"the root of a log has {HASH_SIZE} bytes, not {len(self.root)}")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise EvidenceError("a log without leaves has another root")

    @property
    def text(self) -> str:
        """The text that is signed."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, to_base64(self.root), *self.extensions))


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A checkpoint that its log has signed, the note that it came in, and those witnesses that have signed it too."""

    checkpoint: Checkpoint
    note: Note
    witnesses: tuple[Verifier, ...] = ()


def checkpoint_in(text: str) -> Checkpoint:
    """The checkpoint that the text of a note is.

    Raises:
        EvidenceError: it is none.
    """
    lines = text.split("\n")
    if len(lines) <= _HEAD_LINES or lines.pop():
        raise EvidenceError("a checkpoint has three lines at least, each with its end")
    size, root = number_in(lines[1]), from_base64(lines[2])
    if size is None:
        raise EvidenceError("the second line of a checkpoint is no size of a log")
    if root is None:
        raise EvidenceError("the third line of a checkpoint is no base64")
    return Checkpoint(lines[0], size, root, tuple(lines[_HEAD_LINES:]))


def signed_checkpoint(checkpoint: Checkpoint, signers: Iterable[Signer], others: Iterable[Signature] = ()) -> bytes:
    """The note of a checkpoint, with the signatures that it has already.

    Raises:
        EvidenceError: its origin or a further line cannot stand in a note, or nobody signs it.
    """
    return signed(checkpoint.text, signers, others)


def opened_checkpoint(
    data: bytes, origin: str, keys: Iterable[Verifier], witnesses: Iterable[Verifier] = ()
) -> Witnessed:
    """The checkpoint in a note, once the log is seen to have signed it.

    Args:
        data: The note.
        origin: The log that it has to be of.
        keys: What this log signs with.
        witnesses: Whose signatures are looked at besides. It is for the caller to say how many it needs.

    Raises:
        EvidenceError: it is no checkpoint, or of another log; no key of the log has signed it, or a signature of a
            key of the log or of a witness is wrong.
    """
    keys, witnesses = tuple(keys), tuple(witnesses)
    note = opened(data, (*keys, *witnesses))
    if not any(note.is_signed_by(key) for key in keys):
        raise EvidenceError(f"no key of the log `{visible(origin)}` has signed the checkpoint")
    checkpoint = checkpoint_in(note.text)
    if checkpoint.origin != origin:
        raise EvidenceError(f"the checkpoint is of the log `{visible(checkpoint.origin)}`, not of `{visible(origin)}`")
    return Witnessed(checkpoint, note, tuple(each for each in witnesses if note.is_signed_by(each)))


def number_in(text: str) -> int | None:
    """The size or index that is written in decimal digits, with no zero before; None where none is."""
    if _NUMBER.fullmatch(text) is None or int(text) > MOST_LEAVES:
        return None
    return int(text)
