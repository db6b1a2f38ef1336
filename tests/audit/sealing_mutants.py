"""Mistakes that sealing may make, each planted: crashes, or plain seals, have to bring every one to light."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

import pytest

from compliance.audit import log_files
from compliance.audit.beside_key import BesideKey
from compliance.audit.checkpoint import Checkpoint, signed_checkpoint
from compliance.audit.disk import Disk
from compliance.audit.intake import Intake, SegmentIntake
from compliance.audit.known_keys import KnownKeys, LeafFinder
from compliance.audit.log_files import LogFiles
from compliance.audit.sealed_log import SealedLog
from compliance.audit.sealed_state import SealedSegment, SealedState
from compliance.audit.sealer import Sealed, Sealer
from tests.audit.disks import SimulatedDisk

Plant = Callable[[pytest.MonkeyPatch], None]
_write = LogFiles.write
_grow = SealedLog.grow
_round = Sealer._round


def _without_sync_of_files(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SimulatedDisk, "sync", lambda *_: None)


def _without_sync_of_directories(patch: pytest.MonkeyPatch) -> None:
    before = SimulatedDisk.sync_directory

    def not_of_the_log(self: SimulatedDisk, path: object) -> None:
        if "/log/tile/" not in f"{path}/":
            before(self, path)  # type: ignore[arg-type]

    patch.setattr(SimulatedDisk, "sync_directory", not_of_the_log)


def _checkpoint_first(patch: pytest.MonkeyPatch) -> None:
    """The checkpoint is signed before the tiles are durable."""

    def grow(self: SealedLog, leaves: Sequence[bytes], segments: Sequence[SealedSegment]) -> None:
        held: list[tuple[str, bytes]] = []

        def write(files: LogFiles, data: Iterable[tuple[str, bytes]]) -> None:
            for path, each in data:
                if "/tile/" in path:
                    held.append((path, each))
                else:
                    _write(files, [(path, each)])

        patch.setattr(LogFiles, "write", write)
        patch.setattr(SealedLog, "_remove_partial", lambda *_: None)
        _grow(self, leaves, segments)
        patch.setattr(LogFiles, "write", _write)
        _write(self.files, held)

    patch.setattr(SealedLog, "grow", grow)


def _state_last(patch: pytest.MonkeyPatch) -> None:
    """How far files are sealed is written behind the checkpoint."""

    def conclude(self: SealedLog, state: SealedState) -> None:
        checkpoint = Checkpoint(self._origin, state.size, bytes.fromhex(state.root))
        note = signed_checkpoint(checkpoint, [self._signer])
        self.files.write([("log/checkpoint", note)])
        self.files.write([(state.path, state.encoded())])
        self.state, self.note = state, note

    patch.setattr(SealedLog, "_conclude", conclude)


def _signed_anew(patch: pytest.MonkeyPatch) -> None:
    """A seal that wanted nothing but its checkpoint is made again, in another order."""
    patch.setattr(BesideKey, "last", lambda *_: None)


def _removed_first(patch: pytest.MonkeyPatch) -> None:
    """Files are taken away before their records are sealed."""
    read = SegmentIntake.read

    def reads(self: SegmentIntake, sealed: Iterable[SealedSegment]) -> Intake:
        found = read(self, sealed)
        for name in found.done:
            self._disk.remove(self._directory / name)
        found.done = []
        return found

    patch.setattr(SegmentIntake, "read", reads)


def _forgets_positions(patch: pytest.MonkeyPatch) -> None:
    """What is written of how far files are sealed is of the round before."""
    written = SealedLog._conclude

    def conclude(self: SealedLog, state: SealedState) -> None:
        old = getattr(self, "state", state).segments
        written(self, SealedState(size=state.size, root=state.root, segments=old))

    patch.setattr(SealedLog, "_conclude", conclude)


def _torn_in_place(patch: pytest.MonkeyPatch) -> None:
    """Files are written in their place, and not beside it."""

    def write_file(disk: Disk, path: object, data: bytes) -> None:
        if path in disk.entries:  # type: ignore[attr-defined]
            disk.remove(path)  # type: ignore[arg-type]
        descriptor = disk.create(path)  # type: ignore[arg-type]
        disk.write(descriptor, data)
        disk.sync(descriptor)
        disk.close(descriptor)

    patch.setattr(log_files, "write_file", write_file)


def _dedupe_off(patch: pytest.MonkeyPatch) -> None:
    def nothing(self: KnownKeys, keys: Collection[str], views: LeafFinder | None) -> set[str]:
        return set()

    patch.setattr(KnownKeys, "among", nothing)


def _shuffle_off(patch: pytest.MonkeyPatch) -> None:
    def straight(self: Sealer, own: Sequence[bytes] = ()) -> Sealed:
        patch.setattr(self, "shuffle", lambda _: None)
        return _round(self, own)

    patch.setattr(Sealer, "_round", straight)


CRASH: dict[str, Plant] = {
    "files not synced": _without_sync_of_files,
    "directories not synced": _without_sync_of_directories,
    "checkpoint before tiles": _checkpoint_first,
    "positions behind the checkpoint": _state_last,
    "signed anew": _signed_anew,
    "segment files removed first": _removed_first,
    "positions forgotten": _forgets_positions,
    "written in place": _torn_in_place,
    "the same key again": _dedupe_off,
}
"""Those that moments of a crash bring to light."""
PLAIN: dict[str, Plant] = {"in the order of coming": _shuffle_off}
"""Those that a seal without a crash brings to light."""
