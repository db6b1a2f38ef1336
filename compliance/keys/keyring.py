"""The keys of a service: which one somebody sent, found at once if it was sent before.

Theory: comparing a secret with its hash takes some hundredths of a second, and an answer some millionths. So a key that
was found right is remembered by a digest of what was sent, under a key of this process, until the file changes or the
day ends; so is one that was found wrong. Who sends keys without end that were never made must not take the processor:
such a key does not begin as any secret does, so that what it costs beyond a few hashes a second is spared, and nobody
else waits for it. It is hashed at all so that an id that is there and one that is not take as long. A key that begins
right and is wrong is counted by its id, a few a minute.

The file is looked at once a second, by whichever request comes then. Once there were keys there is no way back to
having none: a file that is gone, damaged or open to others leaves the last good keys in use, and says so in the log.

Source: RFC 7693 (BLAKE2).
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from pathlib import Path
from secrets import token_bytes
from threading import Lock
from typing import Final, NamedTuple, TypeVar

from compliance.errors import ConfigError
from compliance.keys.bucket import Bucket
from compliance.keys.hashing import OF_NOTHING, is_hash_of
from compliance.keys.key import Key, Secret, presented
from compliance.keys.key_file import Seen, look, read_keys

_log = logging.getLogger("compliance.keys")
SECOND: Final = 1_000_000_000
"""In nanoseconds."""
MOST_REMEMBERED: Final = 4096
"""So many right ones, and so many wrong ones."""
STRANGERS: Final = (120, 10)
"""How many hashes a minute, and at once, keys get that begin as no secret does."""
MISTAKES: Final = (10, 5)
"""How often a minute, and at once, an id may be tried with a secret that begins right and is wrong."""
_PATIENCE: Final = 2.0
"""Seconds that are waited for the hash of another key."""
_T = TypeVar("_T")
_KEYED: Final = blake2b(digest_size=16, key=token_bytes(32))
WRONG: Final = "wrong"
OVER: Final = "over"


class Known(NamedTuple):
    """Somebody whose key is right."""

    id: str
    opens: int
    bucket: Bucket | None
    """How often it may ask; None for as often as it likes."""


class Unknown(NamedTuple):
    """Why somebody is not known."""

    why: str
    """`WRONG`, or `OVER` for a key that was right once."""


class Busy(NamedTuple):
    """Nobody can tell yet."""

    wait: int
    """Nanoseconds after which it may be tried again."""


Found = Known | Unknown | Busy


@dataclass(slots=True)
class _State:
    """The keys of one reading of the file on one day, and what is remembered of them."""

    keys: dict[str, Key]
    day: date
    buckets: dict[str, Bucket]
    mistakes: dict[str, Bucket]
    right: dict[bytes, Known] = field(default_factory=dict)
    wrong: dict[bytes, Unknown] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """How many keys count: those that were neither revoked nor have ended."""
        return sum(not key.is_over(self.day) for key in self.keys.values())


def digest_of(sent: str) -> bytes:
    """What stands for something that was sent, in this process only.

    Args:
        sent: ASCII.
    """
    found = _KEYED.copy()
    found.update(sent.encode())
    return found.digest()


class Keyring:
    """The keys in a file. Threads may share it."""

    __slots__ = ("_lock", "_path", "_problem", "_seen", "_slot", "_strangers", "_today", "state")

    def __init__(self, path: Path | None, today: Callable[[], date], *, is_needed: bool = False) -> None:
        """The keys of now.

        Args:
            path: the file; None for no keys ever.
            today: the day in UTC.
            is_needed: whether the file has to be there.

        Raises:
            ConfigError: it cannot be read, or it is needed and not there.
        """
        self._path, self._today = path, today
        self._lock, self._slot = Lock(), Lock()
        self._strangers = Bucket(*STRANGERS)
        self._problem: str | None = None
        self._seen: Seen | None = None
        self.state: _State | None = None
        keys = self._read()
        if keys is None and is_needed:
            raise ConfigError(f"there are no keys in `{path}`: make one with `compliance keys create`")
        if keys is not None:
            self.state = self._made(keys)

    @property
    def problem(self) -> str | None:
        """What is wrong with the file since it was last read; None if nothing is."""
        return self._problem

    def look(self) -> None:
        """Take the keys into use that the file has now."""
        if self._path is None or not self._lock.acquire(blocking=False):
            return
        try:
            if look(self._path) != self._seen or self._problem is not None:
                self._reload()
            elif self.state is not None and self.state.day != self._today():
                before, self.state = self.state, self._made(tuple(self.state.keys.values()))
                if before.number != self.state.number:
                    self._say_how_many(self.state)
        except (OSError, ConfigError) as error:
            self._is_wrong(str(error) if isinstance(error, ConfigError) else "the file of keys cannot be looked at")
        finally:
            self._lock.release()

    def _reload(self) -> None:
        keys = self._read()
        if keys is not None:
            self.state, self._problem = self._made(keys), None
            self._say_how_many(self.state)
        elif self.state is not None:
            self._is_wrong(f"the file of keys `{self._path}` is gone")

    def _say_how_many(self, state: _State) -> None:
        said = {"event": "keys-read", "facts": {"keys": state.number}}
        _log.info("keys in use: %d", state.number, extra=said)

    def _is_wrong(self, why: str) -> None:
        """Say it once. Whoever was let in by a key still is; where there were no keys yet nobody is let in now."""
        is_new, self._problem = why != self._problem, why
        has_none = self.state is None or not self.state.keys
        if is_new:
            left = "nobody is let in" if has_none else "the last good keys are in use"
            _log.error("%s; %s", why, left, extra={"event": "keys-refused"})
        if self.state is None:
            self.state = self._made(())

    def _read(self) -> tuple[Key, ...] | None:
        if self._path is None:
            return None
        seen = look(self._path)  # before it is read: what is written meanwhile is read the next time
        keys = read_keys(self._path)
        self._seen = seen
        return keys

    def _made(self, keys: tuple[Key, ...]) -> _State:
        """A new state, in which those who have asked too often still have."""
        before = self.state
        rates = {key.id: key.rate for key in keys if key.rate is not None}
        kept = (
            {} if before is None else {id_: each for id_, each in before.buckets.items() if rates.get(id_) == each.rate}
        )
        tried = {} if before is None else before.mistakes
        return _State(
            keys={key.id: key for key in keys},
            day=self._today(),
            buckets={id_: kept.get(id_) or Bucket(rate) for id_, rate in rates.items()},
            mistakes={key.id: tried.get(key.id) or Bucket(*MISTAKES) for key in keys},
        )

    def find(self, sent: str, now: int) -> Found:
        """Whose key this is.

        Args:
            sent: what was sent as a key.
            now: nanoseconds of a clock that does not go back.
        """
        state, parts = self.state, presented(sent)
        if state is None or parts is None:
            return Unknown(WRONG)
        digest = digest_of(sent)
        if found := state.right.get(digest) or state.wrong.get(digest):
            return found
        key = state.keys.get(parts.id)
        secret = _meant(key, parts.secret)
        if key is None or secret is None:
            self._spend(parts.secret, now)
            return _remembered(state.wrong, digest, Unknown(WRONG))
        mistakes = state.mistakes[key.id]
        if wait := mistakes.wait(now):
            return Busy(wait)
        if not self._slot.acquire(timeout=_PATIENCE):
            return Busy(SECOND)
        try:
            if found := state.right.get(digest) or state.wrong.get(digest):
                return found
            is_right = is_hash_of(secret.hash, parts.secret)
        finally:
            self._slot.release()
        if not is_right:
            mistakes.take(now)
            return _remembered(state.wrong, digest, Unknown(WRONG))
        if key.is_over(state.day) or secret.is_over(state.day):
            return _remembered(state.wrong, digest, Unknown(OVER))
        return _remembered(state.right, digest, Known(key.id, key.opens, state.buckets.get(key.id)))

    def _spend(self, secret: str, now: int) -> None:
        """Take as long as for a key that is there, while that disturbs nobody."""
        if self._strangers.wait(now) == 0 and self._slot.acquire(blocking=False):
            try:
                self._strangers.take(now)
                is_hash_of(OF_NOTHING, secret)
            finally:
                self._slot.release()


def _meant(key: Key | None, secret: str) -> Secret | None:
    """Which secret of a key somebody means, by its beginning."""
    found = None
    for each in () if key is None else key.secrets:
        if hmac.compare_digest(each.begins, secret[: len(each.begins)]):
            found = each
    return found


def _remembered(memory: dict[bytes, _T], digest: bytes, found: _T) -> _T:
    """What was found, remembered in the place of what was found first."""
    while len(memory) >= MOST_REMEMBERED:
        try:
            memory.pop(next(iter(memory)), None)
        except (StopIteration, RuntimeError):  # another thread was faster
            break
    memory[digest] = found
    return found
