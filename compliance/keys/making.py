"""Keys made by chance, and secrets: the one moment in which a secret is known."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date

from compliance.keys.hashing import hashed
from compliance.keys.key import BEGINNING, ID_SIZE, LETTERS, OF_IDS, SECRET_SIZE, Secret


def new_id(taken: Collection[str]) -> str:
    """An id that no key has."""
    while (found := _chance(OF_IDS, ID_SIZE)) in taken:
        pass
    return found


def new_secret(day: date) -> tuple[str, Secret]:
    """A secret, and what is kept of it.

    Args:
        day: today.
    """
    found = _chance(LETTERS, SECRET_SIZE)
    return found, Secret(begins=found[:BEGINNING], hash=hashed(found), created=day)


def _chance(letters: str, size: int) -> str:
    return "".join(secrets.choice(letters) for _ in range(size))
