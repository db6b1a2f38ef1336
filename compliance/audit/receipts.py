"""Receipts of leaves in the log of a node: written for third parties, and verified with nothing but what they got.

Theory: a third party gets three things: the receipt, the leaf byte for byte, and, by another way, the public key of the
log. A leaf may stand for a record that is too large for one; then it names the SHA-256 of that, which is handed over,
too. Whether the leaf says what it is said to say, anybody reads: it is JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from compliance.audit.checkpoint import Checkpoint, checkpoint_in, opened_checkpoint
from compliance.audit.disk import Disk
from compliance.audit.key_files import public_keys
from compliance.audit.log_files import CHECKPOINT, LOG, LogFiles
from compliance.audit.merkle import inclusion_proof, is_included, leaf_hash
from compliance.audit.note import PublicKey, taken_apart
from compliance.audit.receipt import Receipt, proven, receipt_in
from compliance.audit.record import AnyRecord, BodyRecord, OtherRecord, decode
from compliance.audit.sealing import key_in
from compliance.audit.tiles import TileHashes
from compliance.audit.views import VIEWS
from compliance.audit.views_reading import ViewsReader
from compliance.errors import EvidenceError


@dataclass(frozen=True, slots=True)
class Handed:
    """What a third party is handed; `body` is the record where the leaf only stands for it."""

    number: int
    receipt: bytes
    leaf: bytes
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Proven:
    """What a receipt proves: a record, in a leaf of a log of this checkpoint."""

    number: int
    checkpoint: Checkpoint
    record: AnyRecord | OtherRecord
    data: bytes
    """The bytes of the record."""


def receipt_of(log: LogFiles, number: int) -> Handed:
    """The receipt of a leaf.

    Raises:
        EvidenceError: there is no such leaf, its bytes were erased, or the log is damaged there.
    """
    note = log.checkpoint()
    if note is None:
        raise EvidenceError("nothing is sealed yet, so nothing can be proven")
    head = _signed(log, note)
    if not 0 <= number < head.size:
        raise EvidenceError(f"the log has no leaf {number}: it has {head.size}, from 0")
    [(_, leaf)] = log.entries(number, number + 1)
    if not leaf:
        raise EvidenceError(f"the bytes of leaf {number} were erased; its hash is still in the log")
    proof = inclusion_proof(number, head.size, TileHashes(head.size, log.tile))
    if not is_included(leaf_hash(leaf), number, head.size, proof, head.root):
        raise EvidenceError(f"the log does not prove its leaf {number}: see `compliance verify`")
    record = log.record(leaf)
    return Handed(number, Receipt(number, tuple(proof), note).encoded(), leaf, None if record is leaf else record)


def _signed(log: LogFiles, note: bytes) -> Checkpoint:
    """What the checkpoint of a log says, if a third party will be able to open it: a receipt is of no use otherwise.

    Where no public key lies beside the log, only the form is seen to be right.
    """
    try:
        text, _ = taken_apart(note)
        head = checkpoint_in(text)
        if keys := public_keys(log.directory, Disk()):
            opened_checkpoint(note, head.origin, keys)
    except EvidenceError as error:
        refused = EvidenceError(f"no receipt can be made with `{log.directory / LOG / CHECKPOINT}`: {error}")
        refused.help = "see with `compliance verify` what is damaged, and restore it"
        raise refused from None
    return head


def leaf_of(log: LogFiles, key: str) -> int:
    """The number of the leaf of a table, an outcome or a confirmation, by its key.

    Raises:
        EvidenceError: there is none, or the log cannot be read.
    """
    reader = ViewsReader(log.directory / VIEWS)
    try:
        number = reader.leaf_of(key)
    finally:
        reader.close()
    if number is not None and 0 <= number < log.size() and _key(log, log.entry(number)) == key:
        return number
    for found, entry in log.entries():
        if _key(log, entry) == key:
            return found
    raise EvidenceError(f"the log has no leaf with the key `{key}`")


def is_sealed(log: LogFiles, views: ViewsReader, key: str) -> bool:
    """Whether a leaf of the log has this key, and its bytes. Views alone are not believed: they may be newer than it.

    Raises:
        EvidenceError: the log cannot be read there.
    """
    number = views.leaf_of(key)
    return number is not None and 0 <= number < log.size() and _key(log, log.entry(number)) == key


def _key(log: LogFiles, leaf: bytes) -> str | None:
    """The key of what a leaf says; None if it has none, or what it stands for is gone."""
    try:
        return key_in(log.record(leaf))
    except EvidenceError:
        return None


def verify_receipt(
    receipt: bytes, leaf: bytes, keys: Sequence[PublicKey], origin: str | None = None, body: bytes | None = None
) -> Proven:
    """What a receipt proves.

    Args:
        receipt: the file.
        leaf: the leaf, byte for byte.
        keys: what the log signs with, at least one.
        origin: the name of the log; left out, that of the first key.
        body: the record, where the leaf stands for one that is handed over beside it.

    Raises:
        EvidenceError: it proves nothing, or not this.
    """
    found = receipt_in(receipt)
    head = proven(found, leaf, origin or keys[0].name, keys).checkpoint
    record = decode(leaf)
    if isinstance(record, BodyRecord):
        if body is None:
            raise EvidenceError(f"the leaf stands for a record of {record.size} bytes: give it, too, with `--body`")
        if sha256(body).hexdigest() != record.sha256:
            raise EvidenceError("this is not the record that the leaf stands for: it has another hash")
        return Proven(found.index, head, decode(body), body)
    if body is not None:
        raise EvidenceError("the leaf is the record itself: leave out `--body`")
    return Proven(found.index, head, record, leaf)
