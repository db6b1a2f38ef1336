"""Which signed bundles are let in: by keys that are known, none older than one that was served, none past its day.

Theory: a good signature says who made a bundle, not that it is the one of today. Whoever can write the file, or answers
for the server, can give out an old one. So the version of the newest bundle that was ever served is kept, and none
before it is let in, nor another of the same version. One that is past its last day is not let in either, unless it is
the very one that was served last: then a restart shows what went on without it, with all that it can no longer say
marked as unknown, and no page loses a notice for it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec

from compliance.audit.disk import Disk, ensure_directory, write_file
from compliance.audit.note import PublicKey
from compliance.bundle import Bundle, Vouched
from compliance.errors import EvidenceError, Problem, RulesError
from compliance.signed.signature import Signed, Statement, verified
from compliance.store import Store

_log = logging.getLogger("compliance.signed")
_BUILD = "build it with `compliance build --key FILE`"


class _Newest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The newest bundle that was served, as it is kept."""

    version: int
    digest: str


class Admission:
    """Lets bundles in; an `Origin` of a store. Threads may share one."""

    def __init__(self, keys: Sequence[PublicKey], max_age: int | None, newest: Path, today: Callable[[], date]) -> None:
        """Let nothing in yet.

        Args:
            keys: whose signatures count.
            max_age: for so many days after it was signed a bundle is believed; None is as long as it says itself.
            newest: the file that says which one is the newest that was served.
            today: says which day it is (UTC).
        """
        self._keys, self._max_age, self._newest, self._today = keys, max_age, newest, today
        self._served: _Newest | None = None
        self._is_kept = False
        """Whether that is on disk; else it is written the next time that rules are read."""
        self.wake = threading.Event()
        """Nobody waits for it: files are looked at by the store."""

    def admitted(self, whole: Bundle, shown: str) -> Bundle:
        """What was read, with who vouches for it and until when.

        Raises:
            RulesError: it is not signed, not by a known key, an older one than was served, or past its last day.
        """
        signed = self._signed(whole, shown)
        statement, newest = signed.statement, self._known()
        is_again = newest is not None and newest.digest == statement.digest
        if newest is not None and not is_again and statement.version <= newest.version:
            raise _refused(_not_newer(shown, statement, newest), "to go back, build the old rules again: a new version")
        fresh = self._fresh(statement)
        if fresh is not None and self._today() > fresh[1] and not is_again:
            raise _refused(self._too_old(shown, statement, fresh[1]), f"{_BUILD} again, once the rules were looked at")
        vouched = Vouched(signed.by, statement.version, statement.digest)
        return replace(whole, vouched=vouched, fresh=fresh)

    def taken(self, vouched: Vouched | None) -> None:
        """Remember the newest that was served. Where that fails, this process remembers it alone, and says so."""
        if vouched is None or self._is_told(vouched.version):
            return
        self._served, self._is_kept = _Newest(vouched.version, vouched.digest), False
        try:
            kept = self._read()
            if kept is None or kept.version < vouched.version:
                disk = Disk()
                ensure_directory(disk, self._newest.parent)
                write_file(disk, self._newest, msgspec.json.encode(self._served))
                disk.sync_directory(self._newest.parent)
            self._is_kept = True
        except (OSError, RulesError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is damaged"
            _log.error("which rules are the newest that were served is not kept in `%s`: %s", self._newest, why)

    def _is_told(self, version: int) -> bool:
        served = self._served
        return served is not None and (version < served.version or (version == served.version and self._is_kept))

    def watch(self, store: Store) -> Callable[[], None]:  # noqa: ARG002 - others look for newer ones
        """Nothing: the store looks at its file itself."""
        return lambda: None

    def _signed(self, whole: Bundle, shown: str) -> Signed:
        if whole.signature is None:
            help_ = f"{_BUILD}, or take `rules_keys` out of where `compliance config` says that it is from"
            raise _refused(f"`{shown}` is not signed, and with `rules_keys` only signed bundles are served", help_)
        try:
            return verified(whole.signature, whole.manifest, self._keys)
        except EvidenceError as error:
            help_ = "put the public key of whoever built it into `rules_keys`, if you trust it"
            raise _refused(f"`{shown}` is not served: {error}", help_) from None

    def _fresh(self, statement: Statement) -> tuple[date, date] | None:
        """Since and until when it is believed: the shorter of what it says and what the settings say."""
        days = [] if statement.last_day is None else [statement.last_day]
        if self._max_age is not None:
            days.append(date.fromordinal(min(statement.signed_on.toordinal() + self._max_age, date.max.toordinal())))
        return (statement.signed_on, min(days)) if days else None

    def _too_old(self, shown: str, statement: Statement, last_day: date) -> str:
        if statement.last_day == last_day:
            return f"`{shown}` is stale: its last day was {last_day}"
        return (
            f"`{shown}` is stale: it was signed on {statement.signed_on}, and `rules_max_age` is {self._max_age} days"
        )

    def _known(self) -> _Newest | None:
        """The newest that was served, by this process or by any."""
        known = [each for each in (self._served, self._read()) if each is not None]
        return max(known, key=lambda each: each.version, default=None)

    def _read(self) -> _Newest | None:
        try:
            return msgspec.json.decode(self._newest.read_bytes(), type=_Newest)
        except FileNotFoundError:
            return None
        except PermissionError:
            help_ = "run this as the user of the service"
            raise _refused(
                f"`{self._newest}`, which says which rules were the newest, may not be read", help_
            ) from None
        except (OSError, msgspec.DecodeError):
            help_ = "restore it, or remove it if you know that the rules are the newest"
            raise _refused(f"`{self._newest}` does not say which rules were the newest", help_) from None


def _not_newer(shown: str, statement: Statement, newest: _Newest) -> str:
    if statement.version == newest.version:
        return f"`{shown}` is another bundle of version {newest.version}, which was served already"
    return f"`{shown}` is version {statement.version}, older than version {newest.version}, which was served already"


def _refused(message: str, help_: str) -> RulesError:
    return RulesError([Problem(message, help=help_)])
