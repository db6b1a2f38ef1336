"""Keys for tests, whose secrets are known; hashing them takes no time where a test says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from compliance.keys import keyring
from compliance.keys.hashing import OF_NOTHING
from compliance.keys.key import BEGINNING, Key, Secret, written
from compliance.keys.key_file import change

TODAY = date(2026, 3, 1)


def secret(letter: str) -> str:
    return (letter * 43)[:43]


def kept(letter: str, last_day: date | None = None) -> Secret:
    """What is kept of a secret; `Hashing` says that it is right."""
    return Secret(begins=secret(letter)[:BEGINNING], hash=OF_NOTHING, created=TODAY, last_day=last_day)


def key(
    id_: str = "radio123",
    *scopes: str,
    letters: Sequence[str] = "a",
    rate: int | None = None,
    last_day: date | None = None,
    revoked: date | None = None,
) -> Key:
    return Key(
        id=id_,
        name=f"the caller {id_}",
        scopes=scopes or ("check",),
        created=TODAY,
        secrets=tuple(kept(each) for each in letters),
        rate=rate,
        last_day=last_day,
        revoked=revoked,
    )


def sent(id_: str = "radio123", letter: str = "a") -> str:
    return written(id_, secret(letter))


def filed(path: Path, *keys: Key) -> Path:
    change(path, lambda _: keys)
    return path


@dataclass
class Hashing:
    """Compares at once: a secret of one letter is right. It counts."""

    tried: list[str] = field(default_factory=list)

    def __call__(self, _: str, given: str) -> bool:
        self.tried.append(given)
        return len(set(given)) == 1

    @classmethod
    def instead(cls, patch: pytest.MonkeyPatch) -> Hashing:
        found = cls()
        patch.setattr(keyring, "is_hash_of", found)
        return found
