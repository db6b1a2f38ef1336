"""The signature of a bundle: who vouches for which rules, as which version, from which day to which.

Theory: the manifest of a bundle has the digests of all that is in it, so whoever signs its digest signs the whole. The
text that is signed begins with a line that no other kind of note has: a key that signs other notes too, checkpoints for
example, has signed no bundle by that. A version is a number that grows, so that an old bundle cannot be given out for
a new one; the days say how long silence of it may be believed.

Source: C2SP signed-note, in `audit.note`; the text is our own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final

from compliance.audit.note import PrivateKey, PublicKey, opened, signed
from compliance.errors import EvidenceError

MOST_VERSION: Final = 999_999_999_999_999
_TEXT: Final = re.compile(
    r"compliance rule bundle, format 1\n"
    r"manifest (sha256:[0-9a-f]{64})\n"
    r"version ([1-9][0-9]{0,14})\n"
    r"signed on ([0-9]{4}-[0-9]{2}-[0-9]{2})\n"
    r"(?:last day ([0-9]{4}-[0-9]{2}-[0-9]{2})\n)?"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """What is said of a bundle: the digest of its manifest, its version, the day of signing (UTC), its last day."""

    manifest: str
    version: int
    signed_on: date
    last_day: date | None = None

    @property
    def text(self) -> str:
        """The text that is signed."""
        last = "" if self.last_day is None else f"last day {self.last_day}\n"
        return (
            "compliance rule bundle, format 1\n"
            f"manifest {self.manifest}\nversion {self.version}\nsigned on {self.signed_on}\n{last}"
        )

    @property
    def digest(self) -> str:
        """That of the text: two bundles of one version are told apart by it."""
        return digest_of(self.text.encode())


@dataclass(frozen=True, slots=True)
class Signed:
    """A statement, and the names of the known keys that have signed it."""

    statement: Statement
    by: tuple[str, ...]


def digest_of(data: bytes) -> str:
    """The SHA-256 of bytes, as manifests and statements write it."""
    return f"sha256:{sha256(data).hexdigest()}"


def sign(statement: Statement, key: PrivateKey) -> bytes:
    """The signed note of a statement."""
    return signed(statement.text, [key])


def verified(note: bytes, manifest: bytes, keys: Iterable[PublicKey]) -> Signed:
    """What is said of a bundle, once a known key is seen to have signed it.

    Args:
        note: as it stands in the bundle.
        manifest: the bytes of the manifest of the bundle.
        keys: those that are known.

    Raises:
        EvidenceError: no known key has signed it, a signature of one is wrong, or it is of something else.
    """
    found = opened(note, keys)
    statement = _statement(found.text)
    if statement.manifest != digest_of(manifest):
        raise EvidenceError("the signature is that of another bundle")
    return Signed(statement, tuple(each.name for each in found.signatures))


def _statement(text: str) -> Statement:
    match = _TEXT.fullmatch(text)
    if match is None:
        raise EvidenceError("what was signed is no bundle")
    manifest, version, signed_on, last_day = match.groups()
    try:
        days = date.fromisoformat(signed_on), None if last_day is None else date.fromisoformat(last_day)
    except ValueError:
        raise EvidenceError("what was signed names a day that there is not") from None
    return Statement(manifest, int(version), *days)
