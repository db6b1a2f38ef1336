"""Receipts: proof for whoever holds an entry that it is in the log, without asking the log.

Theory: a receipt has the place of the entry, the hashes that lead from it to the root, and the checkpoint that signs
the root. With the entry itself and the public key of the log that is all. A receipt never grows old: later
checkpoints can only begin with this one. `extra` is for the holder and is not proven by anything.

Source: C2SP tlog-proof (v1); files are named `*.tlog-proof`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from compliance.audit.checkpoint import Witnessed, number_in, opened_checkpoint
from compliance.audit.merkle import HASH_SIZE, MOST_LEAVES, is_included, leaf_hash
from compliance.audit.note import MOST_BYTES, Verifier, from_base64, to_base64
from compliance.errors import EvidenceError

SUFFIX: Final = ".tlog-proof"
"""How names of files of receipts end."""
_TITLE: Final = "c2sp.org/tlog-proof@v1"
_MOST_HASHES: Final = 63
_MOST_BYTES: Final = 2 * MOST_BYTES


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where an entry stands, the hashes from its neighbour up to the root, and the checkpoint, a note as it came."""

    index: int
    proof: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    def encoded(self) -> bytes:
        """The file of the receipt.

        Raises:
            ValueError: no log has an entry there, or no path to a root looks so.
        """
        if not 0 <= self.index < MOST_LEAVES or len(self.proof) > _MOST_HASHES:
            raise ValueError(f"no log has an entry at {self.index}, or no path has {len(self.proof)} hashes")
        if any(len(each) != HASH_SIZE for each in self.proof):
            raise ValueError(f"a hash has {HASH_SIZE} bytes")
        extra = [f"extra {to_base64(self.extra)}"] if self.extra else []
        lines = [_TITLE, *extra, f"index {self.index}", *map(to_base64, self.proof), ""]
        return "".join(f"{line}\n" for line in lines).encode() + self.checkpoint


def receipt_in(data: bytes) -> Receipt:
    """The receipt that a file has. Nothing of it is proven yet.

    Raises:
        EvidenceError: it has none.
    """
    if len(data) > _MOST_BYTES:
        raise EvidenceError(f"the receipt has more than {_MOST_BYTES} bytes")
    head, blank, checkpoint = data.partition(b"\n\n")
    if not blank or not head.isascii():
        raise EvidenceError("the receipt has no lines in ASCII with a blank line and a checkpoint behind them")
    title, *lines = head.decode().split("\n")
    if title != _TITLE:
        raise EvidenceError(f"the first line of a receipt is `{_TITLE}`")
    extra: bytes | None = b""
    if lines and lines[0].startswith("extra "):
        extra = from_base64(lines.pop(0).removeprefix("extra ")) or None
    index = number_in(lines[0].removeprefix("index ")) if lines and lines[0].startswith("index ") else None
    if extra is None or index is None:
        raise EvidenceError("a receipt says its `index` behind its first line, and before that at most `extra`")
    return Receipt(index, _hashes(lines[1:]), checkpoint, extra)


def proven(
    receipt: Receipt, entry: bytes, origin: str, keys: Iterable[Verifier], witnesses: Iterable[Verifier] = ()
) -> Witnessed:
    """The checkpoint that shows an entry to be in a log, at the index of the receipt.

    Args:
        receipt: What the holder of the entry has.
        entry: The entry as it stands in the log, byte for byte.
        origin: The log that it has to be in.
        keys: What this log signs with.
        witnesses: Whose signatures are looked at besides. It is for the caller to say how many it needs.

    Raises:
        EvidenceError: the checkpoint is none of the log, or the entry is not shown to be in it.
    """
    found = opened_checkpoint(receipt.checkpoint, origin, keys, witnesses)
    head = found.checkpoint
    if not is_included(leaf_hash(entry), receipt.index, head.size, receipt.proof, head.root):
        raise EvidenceError(f"the receipt does not prove that the log has this entry at {receipt.index}")
    return found


def _hashes(lines: list[str]) -> tuple[bytes, ...]:
    found = [from_base64(line) for line in lines]
    hashes = tuple(each for each in found if each is not None and len(each) == HASH_SIZE)
    if len(hashes) != len(lines) or len(hashes) > _MOST_HASHES:
        raise EvidenceError(f"the proof of a receipt is at most {_MOST_HASHES} hashes of {HASH_SIZE} bytes in base64")
    return hashes
