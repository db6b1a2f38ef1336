"""Keys and logs with invented names, for tests that sign."""

from __future__ import annotations

from compliance.audit.checkpoint import Checkpoint, signed_checkpoint
from compliance.audit.merkle import inclusion_proof, root
from compliance.audit.note import PrivateKey
from compliance.audit.receipt import Receipt
from tests.audit.trees import kept, leaves_of

ORIGIN = "evidence.example/desk"
LOG = PrivateKey(ORIGIN, bytes(range(32)))
WITNESS = PrivateKey("witness.example", bytes(range(1, 33)))
STRANGER = PrivateKey("stranger.example", bytes(range(2, 34)))


def checkpoint_of(size: int, origin: str = ORIGIN) -> Checkpoint:
    """The checkpoint of a log of the leaves of `leaves_of`."""
    return Checkpoint(origin, size, root(size, kept(leaves_of(size))))


def receipt_of(index: int, size: int, *signers: PrivateKey) -> Receipt:
    """What proves one of these leaves."""
    proof = inclusion_proof(index, size, kept(leaves_of(size)))
    return Receipt(index, tuple(proof), signed_checkpoint(checkpoint_of(size), signers or [LOG]))
