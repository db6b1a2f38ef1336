"""What a key is: who has it, what it opens, how long, and by which secrets it is known.

Theory: a key is written `ck_<id>_<secret>`. The id is no secret: it stands in lists. The secret is 43 letters or digits
by chance, some 256 bits. It is kept nowhere; a slow hash of it is, and its first characters, which say which of several
secrets somebody means: a key that is rotated has the old one beside the new one for some days. Who does not know them
cannot know the rest, which still has 220 bits.

Days are those of UTC, and a last day is included. A key that was revoked opens nothing from that moment on.

Source: RFC 6750, section 2.1, for how a key is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Final, NamedTuple

import msgspec

from compliance.errors import ConfigError, nearest

CHECK, REPORT, AUDIT, ADMIN = 1, 2, 4, 8
"""What a key opens, as bits."""
SCOPES: Final = {"check": CHECK, "report": REPORT, "audit": AUDIT, "admin": ADMIN}
ALL: Final = CHECK | REPORT | AUDIT | ADMIN
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
OF_IDS: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
ID_SIZE: Final = 8
SECRET_SIZE: Final = 43
BEGINNING: Final = 6
"""How many characters of a secret are kept as they are."""
HIGHEST_RATE: Final = 10_000_000
LONGEST_NAME: Final = 100
_WRITTEN: Final = re.compile(rf"ck_([a-z0-9]{{{ID_SIZE}}})_([A-Za-z0-9]{{{SECRET_SIZE}}})", re.ASCII)


class Presented(NamedTuple):
    """A key as somebody sends it. It is never shown."""

    id: str
    secret: str

    def __repr__(self) -> str:
        """Only the id."""
        return f"Presented({self.id})"


class Secret(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A secret by which a key is known."""

    begins: str
    """Its first characters."""
    hash: str
    created: date
    last_day: date | None = None
    """The last day on which it counts, if another one has taken its place."""

    def is_over(self, day: date) -> bool:
        """Whether it counts no more on this day."""
        return self.last_day is not None and day > self.last_day


class Key(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who may ask."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created: date
    secrets: tuple[Secret, ...]
    last_day: date | None = None
    revoked: date | None = None
    """The day on which it was revoked; it has not counted since then."""
    rate: int | None = None
    """How many requests a minute it may make; None for as many as it likes."""

    @property
    def opens(self) -> int:
        """The bits of what it opens."""
        found = reduce(or_, (SCOPES[each] for each in self.scopes), 0)
        return ALL if found & ADMIN else found

    def is_over(self, day: date) -> bool:
        """Whether it opens nothing on this day."""
        return self.revoked is not None or (self.last_day is not None and day > self.last_day)

    def state(self, day: date) -> str:
        """How it stands, in a word."""
        return "revoked" if self.revoked is not None else "ended" if self.is_over(day) else "in use"


def written(id_: str, secret: str) -> str:
    """A key as it is sent."""
    return f"ck_{id_}_{secret}"


def presented(text: str) -> Presented | None:
    """The parts of a key; None if this is none."""
    found = _WRITTEN.fullmatch(text)
    return None if found is None else Presented(found[1], found[2])


def scopes_of(words: Iterable[str]) -> tuple[str, ...]:
    """Scopes, each once and in one order.

    Raises:
        ConfigError: there are none, or a word is none.
    """
    given = list(words)
    wrong = [each for each in given if each not in SCOPES]
    if wrong:
        near = "; ".join(filter(None, (nearest(each, SCOPES) for each in wrong)))
        told = ", ".join(f"`{each}`" for each in wrong)
        raise ConfigError(f"no key has the scope {told}" + (f"; {near}" if near else f": use {', '.join(SCOPES)}"))
    if not given:
        raise ConfigError(f"a key without a scope opens nothing: use {', '.join(SCOPES)}")
    return tuple(each for each in SCOPES if each in given)


def find(keys: Sequence[Key], id_: str) -> Key:
    """The key with an id.

    Raises:
        ConfigError: there is none.
    """
    if id_.startswith("ck_"):  # the whole key: its secret is not said back
        id_ = id_.split("_")[1]
    found = next((each for each in keys if each.id == id_), None)
    if found is None:
        near = nearest(id_, [each.id for each in keys])
        raise ConfigError(f"there is no key `{id_}`" + (f"; {near}" if near else ": see `compliance keys list`"))
    return found


def rotated(key: Key, secret: Secret, day: date, overlap: int) -> Key:
    """A key with a new secret.

    Args:
        key: the key.
        secret: the new one.
        day: today.
        overlap: for how many days more the old ones count; with 0 they do not from now on.
    """
    end = day + timedelta(days=overlap)
    old = [
        msgspec.structs.replace(each, last_day=end if each.last_day is None else min(end, each.last_day))
        for each in key.secrets
        if overlap and not each.is_over(day)
    ]
    return msgspec.structs.replace(key, secrets=(secret, *old))


def revoked(key: Key, day: date) -> Key:
    """A key that opens nothing any more; its secrets are forgotten."""
    return key if key.revoked is not None else msgspec.structs.replace(key, revoked=day, secrets=())
