"""Having caches forget what a change of rules may have made wrong: a command of the operator's, with surrogate keys.

Theory: a page that was kept with the old notices stays wrong until somebody has it forgotten. So no key is lost: what
waits is in a file before the command is run, one that failed is run again with all that came since, and rules that
changed while nothing ran are found by the digest in the file. And the command is not run too early, when a process
that still has the old rules, or a request that began with them, would fill the cache again.

Of several processes one does it: whoever holds a lock. Where there can be no lock each does it, and where nothing can
be written what waits is in memory: too often rather than never.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final

import msgspec

from compliance import programs
from compliance.model.ruleset import Ruleset
from compliance.review.changes import changes, ruleset_key, surrogate_keys

_log = logging.getLogger("compliance.purging")
FILE: Final = "purge.json"
LOCK: Final = "purge.lock"
GRACE: Final = 1.0
"""So many seconds after a change requests may be under way that began before it."""
PATIENCE: Final = 60.0
"""So long other processes are waited for that still have the old rules."""
_NOT_KNOWN: Final = "nobody knows what waited to be purged: have your caches forget all pages once"
_LOOK: Final = 0.25
_ANOTHER_LOOK: Final = 5.0
"""So many seconds from one look at whether the process that purged has ended to the next."""
_FIRST_PAUSE: Final = 5.0
_LONGEST_PAUSE: Final = 300.0
"""Between two trials of a command that fails: longer each time, up to this many seconds."""


@dataclass(frozen=True, slots=True)
class PurgeStatus:
    """How many surrogate keys wait to be purged, and what is wrong with it; None if nothing is."""

    waiting: int
    problem: str | None


class _Waiting(msgspec.Struct):
    """What is in the file: the rules of which caches know nothing older, those in use, and what has to go still."""

    told: str
    used: str
    keys: list[str]
    problem: str | None = None


def keys_to_purge(before: Ruleset, after: Ruleset) -> tuple[str, ...]:
    """The surrogate keys of all pages that may be told something else after a change of rules."""
    keys = surrogate_keys(before.meaning, changes(before, after))
    return keys or (() if before.meaning == after.meaning else (ruleset_key(before.meaning),))


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds are waited: after a change, for other processes, and for the command."""

    grace: float = GRACE
    others: float = PATIENCE
    command: float = programs.SECONDS
    pause: float = _FIRST_PAUSE
    look: float = _ANOTHER_LOOK


class Purger:
    """Runs the command in a thread of its own after each change of rules. Threads may share it."""

    def __init__(
        self,
        command: Sequence[str],
        directory: Path,
        used: Ruleset,
        have_all: Callable[[str], bool] = lambda _: True,
        patience: Patience = Patience(),
    ) -> None:
        """Begin; what was left over is purged, and the rules of the former start if these are others.

        Args:
            command: the program and what it is told.
            directory: where what waits is kept; it is made if it is missing.
            used: the rule set in use.
            have_all: says whether all processes have the rule set with a digest of its sources.
            patience: how long what is waited for.
        """
        self._command, self._directory, self._used = tuple(command), directory, used
        self._have_all, self._patience = have_all, patience
        self._mutex, self._wake, self._stopped = threading.Lock(), threading.Event(), threading.Event()
        self._swaps: list[tuple[Ruleset, Ruleset]] = []
        self._state: _Waiting | None = None
        """None while another process does it."""
        self._lock: int | None = None
        self._last_swap, self._next_trial, self._pause = -PATIENCE, 0.0, patience.pause
        self._is_written = True
        self.good = self.failed = 0
        self._thread = threading.Thread(target=self._keep_purging, name="purge", daemon=True)
        self._thread.start()

    def swapped(self, before: Ruleset, after: Ruleset) -> None:
        """Take that a rule set has taken the place of another one; the rest is done later."""
        with self._mutex:
            self._swaps.append((before, after))
        self._wake.set()

    def status(self) -> PurgeStatus:
        """How it stands, whichever process does it."""
        try:
            state = self._state or _read(self._directory)
        except (OSError, msgspec.MsgspecError):
            return PurgeStatus(0, _NOT_KNOWN)
        return PurgeStatus(0, None) if state is None else PurgeStatus(len(state.keys), state.problem)

    def stop(self) -> None:
        """End; a command that is under way is ended, too, and run again at the next start."""
        self._stopped.set()
        self._wake.set()
        self._thread.join(programs.SECONDS)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    # -- the thread --------------------------------------------------------------------------------------

    def _keep_purging(self) -> None:
        while not self._stopped.is_set():
            try:
                seconds = self._step()
            except Exception:  # noqa: BLE001 - else this thread would end, and nothing were ever purged again
                _log.exception("purging failed; the next trial comes")
                seconds = _LONGEST_PAUSE
            self._wake.wait(seconds)
            self._wake.clear()

    def _step(self) -> float | None:
        """Do what can be done now; so many seconds later there is more, and None is until somebody asks."""
        if self._state is None and not self._begun():
            return self._patience.look
        self._take_swaps()
        state, now = self._state, monotonic()
        if state is None or not state.keys:
            return None
        if now < self._last_swap + self._patience.grace:
            return self._last_swap + self._patience.grace - now
        is_settled = self._have_all(self._used.source)
        if not is_settled and now < self._last_swap + self._patience.others:
            return _LOOK
        if now < self._next_trial:
            return self._next_trial - now
        self._purge(state, is_settled=is_settled)
        return 0.0 if state.keys else None

    def _begun(self) -> bool:
        """Whether this process is the one that purges; then what was left over waits."""
        if not self._locked():
            with self._mutex:
                if self._swaps:
                    self._used = self._swaps[-1][1]
                self._swaps.clear()  # whoever holds the lock has them, or finds them by the digest
            return False
        meaning = self._used.meaning
        try:
            state = _read(self._directory) or _Waiting(meaning, meaning, [])
        except (OSError, msgspec.MsgspecError):
            _log.error("`%s` cannot be read: %s", self._directory / FILE, _NOT_KNOWN)
            state = _Waiting(meaning, meaning, [], _NOT_KNOWN)
        if state.used != meaning:
            state.keys = sorted({*state.keys, ruleset_key(state.used)})
        state.used = meaning
        self._state = state
        self._keep(state)
        return True

    def _locked(self) -> bool:
        """Whether no other process has the lock."""
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except OSError:  # a file system without locks
            os.close(descriptor)
            return True
        self._lock = descriptor
        return True

    def _take_swaps(self) -> None:
        with self._mutex:
            swaps, self._swaps = self._swaps, []
        state = self._state
        if not swaps or state is None:
            return
        keys = set(state.keys)
        for before, after in swaps:
            keys.update(keys_to_purge(before, after))
            self._used = after
        state.keys, state.used = sorted(keys), self._used.meaning
        if not state.keys:
            state.told = state.used
        self._last_swap, self._next_trial, self._pause = monotonic(), 0.0, self._patience.pause
        self._keep(state)

    def _purge(self, state: _Waiting, *, is_settled: bool) -> None:
        """Run the command once; what it was given has gone if it ends well and all processes have the new rules."""
        lines = "".join(f"{key}\n" for key in state.keys).encode()
        digests = {"PURGE_OLD": state.told, "PURGE_NEW": state.used}
        why = programs.run(self._command, lines, digests, self._patience.command, self._stopped)
        if why is None and is_settled:
            number = len(state.keys)
            state.told, state.keys, state.problem = state.used, [], None
            self._keep(state)  # before it is told, so that the other processes say the same
            self.good += 1
            said = {"event": "purged", "facts": {"keys": number}}
            _log.info("purged: %d surrogate key(s)", number, extra=said)
        elif not self._stopped.is_set():
            self.failed += why is not None
            why = why or "not all processes have the new rules: it is run again when they do"
            if state.problem != why:
                said = {"event": "purge-failed", "facts": {"keys": len(state.keys)}}
                _log.error("not purged, %d surrogate key(s) wait: %s", len(state.keys), why, extra=said)
            state.problem = why
            self._next_trial = monotonic() + self._pause
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
            self._keep(state)

    def _keep(self, state: _Waiting) -> None:
        """Write what waits; where that fails it is in memory alone."""
        path = self._directory / FILE
        beside = path.with_name(f"{FILE}.new")
        try:
            with beside.open("wb") as file:
                file.write(msgspec.json.encode(state))
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, path)
            self._is_written = True
        except OSError as error:
            if self._is_written:
                _log.error("what waits to be purged is not kept: %s", (error.strerror or "no reason given").lower())
            self._is_written = False


def _read(directory: Path) -> _Waiting | None:
    """What waits by the file; None if there is none.

    Raises:
        OSError: it cannot be read.
        MsgspecError: nobody can tell what is in it.
    """
    try:
        data = (directory / FILE).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return msgspec.json.decode(data.decode(errors="replace"), type=_Waiting)
