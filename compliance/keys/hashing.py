"""Slow hashes of secrets, for whoever gets hold of the file of keys.

Theory: a secret has 256 bits by chance, which nobody finds by trying, whatever the hash; a slow one costs little, since
a key is hashed once and then remembered. Its memory is what RFC 9106 and OWASP ask for at least, so that several keys
at a time do not fill a small container.

Source: RFC 9106 (Argon2id); OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
"""

from __future__ import annotations

import re
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

_MEMORY, _PASSES, _LANES = 19_456, 2, 1
_HASHER: Final = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY, parallelism=_LANES, type=Type.ID)
OF_NOTHING: Final = f"$argon2id$v=19$m={_MEMORY},t={_PASSES},p={_LANES}${'A' * 22}${'A' * 43}"
"""The hash of no secret: comparing with it takes as long as with any other."""
_FORM: Final = re.compile(
    r"\$argon2id\$v=19\$m=([0-9]{4,6}),t=([1-9]),p=([1-4])\$[A-Za-z0-9+/]{22,86}\$[A-Za-z0-9+/]{43,86}", re.ASCII
)


def hashed(secret: str) -> str:
    """The hash of a secret, with its salt and what it took, in the form of the PHC."""
    return _HASHER.hash(secret)


def is_hash(text: str) -> bool:
    """Whether this is a hash as they are made here, and does not take more than a second or a gigabyte."""
    return _FORM.fullmatch(text) is not None


def is_hash_of(hash_: str, secret: str) -> bool:
    """Whether the secret has this hash; it takes some hundredths of a second, whatever comes out."""
    try:
        return _HASHER.verify(hash_, secret)
    except (InvalidHashError, VerificationError):
        return False
