"""The sealer of a node: acknowledged records become leaves of the signed log, a batch at a time.

Theory: a log can never take back what it signed. So a seal is written in an order in which a crash at any place leaves
one state, and the next seal goes on from there:

1. the entry bundles and tiles of the larger log, which nobody reads before a checkpoint speaks of them;
2. how far the segment files are sealed then, under the new size, with the root (`sealed_state`);
3. the checkpoint, signed, in the place of the old one. From now on the log has the new size.
4. Only then the segment files that are done are taken away, and the views are told.

Each step is durable before the next. Until 2 the old checkpoint counts and all is done again, in another order of
chance. Between 2 and 3 the sealer remembers beside its key what it signs; from then on somebody may have seen the
checkpoint even if a power cut took it away again, so that very seal is signed once more, and no other. What is
appended to is verified first: the checkpoint by its signature and what was signed last, the tiles by the root, the
last entries by their hashes. A round reads and writes what is new, and the last tile of each level.

Nothing here depends on who reads. What a page was first asked for tells when it came into the log: to the length of a
round by the time of its files, and to a day by itself. Tables that are recorded at publication tell of no reader.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import Final, Protocol

from compliance.audit.disk import Disk
from compliance.audit.intake import Intake, SegmentIntake
from compliance.audit.locking import PATIENCE, alone
from compliance.audit.log_files import SEGMENTS
from compliance.audit.note import PrivateKey
from compliance.audit.sealed_log import SealedLog
from compliance.audit.sealing import ERASURE, Waiting, batch_of, kind_in
from compliance.errors import EvidenceError, visible

_MOST_TOLD: Final = 4_096
"""So many leaves the views take in at once."""


class Views(Protocol):
    """What is made of the log so that questions are answered soon; it may be behind, or gone."""

    def size(self) -> int:
        """How many leaves were taken in."""

    def take_all(self, first: int, records: Iterable[bytes]) -> None:
        """Take in the records of the leaves from the number `first` on; one that was erased is empty."""

    def leaf_of(self, key: str) -> int | None:
        """The number of the leaf of a key; None if it is in none."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a round did."""

    size: int
    """How many leaves the log has now."""
    added: int
    """How many of them are new."""
    dropped: int
    """How many records were in the log already."""
    findings: tuple[str, ...]
    """What is wrong with segment files, or with the views."""
    checkpoint: bytes
    """The signed one, as it stands."""
    is_all: bool = True
    """Whether nothing waits that could be sealed."""


class Sealer:
    """Seals the records of a node. One thread uses it; other processes may seal in between."""

    def __init__(
        self,
        directory: Path,
        signer: PrivateKey,
        origin: str,
        *,
        disk: Disk | None = None,
        views: Views | None = None,
        beside: Path | None = None,
        patience: float = PATIENCE,
    ) -> None:
        """Nothing is read or made yet.

        Args:
            directory: that of the evidence.
            signer: the key that signs checkpoints; its public half is put beside the log.
            origin: the name of the log.
            disk: the system calls.
            views: are told of each leaf once it is sealed.
            beside: the path of the private key; beside it is kept what was signed. Left out, it is the one that is
                named like the directory, with `-key` behind.
            patience: how many seconds another process is waited for.
        """
        self._directory, self._signer, self._origin = directory, signer, origin
        self._disk, self._views, self._patience = disk or Disk(), views, patience
        self._beside = beside or directory.parent / f"{directory.name}-key"
        self._intake = SegmentIntake(self._disk, directory / SEGMENTS)
        self._log: SealedLog | None = None
        self._told: int | None = None
        """The size of which the views have all leaves."""
        self.shuffle = SystemRandom().shuffle

    def seal(self, own: Sequence[bytes] = (), then: Callable[[], None] | None = None) -> Sealed:
        """Seal what waits, at most some megabytes of it.

        Args:
            own: records of the sealer itself, which are in no segment file; erasures come in no other way, for
                whoever writes segment files could have anything erased.
            then: what is done once they are sealed, before any other process writes the log.

        Raises:
            EvidenceError: the log cannot be read, written or trusted. Nothing is lost: what waits goes on waiting.
        """
        with alone(self._disk, self._directory, self._patience):
            try:
                return self._round_and(own, then)
            except BaseException as error:
                self._log = None  # nobody knows what of it is on the disk
                if isinstance(error, OSError):
                    reason = (error.strerror or "no reason given").lower()
                    raise EvidenceError(f"the log cannot be written: {reason}") from error
                raise

    def _round_and(self, own: Sequence[bytes], then: Callable[[], None] | None) -> Sealed:
        done = self._round(own)
        if then is not None:
            then()
            self._log = None  # it may have other bytes now
        return done

    def _round(self, own: Sequence[bytes] = ()) -> Sealed:
        if self._log is None or not self._log.is_current():
            self._log = self._told = None
            self._log = SealedLog(self._directory, self._disk, self._signer, self._origin, self._beside)
        log = self._log
        findings = [*log.findings, *self._tell(log)]
        intake = self._intake.read(log.state.segments)
        waiting = [self._waiting(log, leaf, findings) for leaf in intake.records]
        allowed = [each for each in waiting if not _is_erasure(each)]
        if len(allowed) < len(waiting):
            findings.append("a segment file has a record of an erasure, which only the sealer makes: it was not sealed")
        waiting = [*allowed, *(Waiting(each, each) for each in own)]
        batch = batch_of(waiting, lambda keys: self._known(log, keys, findings), self.shuffle)
        if batch.leaves:
            log.grow(batch.leaves, intake.segments)
            log.keys.add(batch.keys, log.size)
            findings = [*dict.fromkeys([*findings, *self._tell(log)])]
        elif tuple(intake.segments) != log.state.segments:
            log.remember(intake.segments)
        findings += [*intake.findings, *self._take_away(intake)]
        return Sealed(log.size, len(batch.leaves), batch.dropped, tuple(findings), log.note, intake.is_all)

    def _waiting(self, log: SealedLog, leaf: bytes, findings: list[str]) -> Waiting:
        """A record with what it stands for; without that it is sealed all the same."""
        try:
            return Waiting(leaf, log.files.record(leaf))
        except EvidenceError as error:
            findings.append(str(error))
            return Waiting(leaf, None)

    def _known(self, log: SealedLog, keys: Collection[str], findings: list[str]) -> Collection[str]:
        """Which keys are in the log, by the views if they know all of it."""
        views = self._views
        try:
            if views is not None and views.size() == log.size:
                return log.keys.among(keys, views)
        except EvidenceError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with them, the log goes on
            findings.append(_of_views(error))
        return log.keys.among(keys, None)

    def _tell(self, log: SealedLog) -> Iterator[str]:
        """Have the views take in what they lack; what is wrong with them."""
        if (views := self._views) is None or self._told == log.size:
            return
        self._told = None
        try:
            behind = views.size()
            if behind > log.size:
                yield f"the views have {behind} leaves and the log has {log.size}: make them again"
            while behind < log.size:
                end = min(behind + _MOST_TOLD, log.size)
                views.take_all(behind, [_record(log, entry) for _, entry in log.files.entries(behind, end)])
                behind = end
            self._told = log.size
        except Exception as error:  # noqa: BLE001 - whatever is wrong with them, the log goes on
            yield _of_views(error)

    def _take_away(self, intake: Intake) -> Iterator[str]:
        """Remove segment files of which nothing can come any more."""
        directory, gone = self._directory / SEGMENTS, 0
        for name in intake.done:
            try:
                self._disk.remove(directory / name)
                gone += 1
            except OSError as error:
                yield f"`{name}` is sealed and cannot be taken away: {(error.strerror or 'no reason given').lower()}"
        if gone:
            self._disk.sync_directory(directory)


def _is_erasure(waiting: Waiting) -> bool:
    """Whether a record says that leaves were erased, or stands for one that does."""
    return ERASURE in {kind_in(waiting.leaf), kind_in(waiting.record)}


def _record(log: SealedLog, entry: bytes) -> bytes:
    try:
        return log.files.record(entry)
    except EvidenceError:  # it should stand beside the log, which is not the business of views
        return entry


def _of_views(error: Exception) -> str:
    return f"the views cannot be used: {visible(str(error)) or 'no reason given'}"
