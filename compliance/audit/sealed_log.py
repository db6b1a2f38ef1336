"""The sealed log of a node as whoever seals holds it: opened after any crash, verified, and grown.

Theory: see `sealer`, whose order of writing this keeps. To open a log is to find out which seal was the last one: the
one that the checkpoint says, or the one after it if all of that is on the disk but its publication. What an opened log
stands on is written once more, for the process before may have been killed between writing and syncing. Tiles of a
seal that was broken off are taken away first: the next one has another order, and some of them would stay beside it
as if they were of this log.

What lies there may have been put there by somebody who cannot sign. So the log has to begin with what was signed last,
as the sealer remembers it beside its key (see `beside_key`), and a seal without a signature counts only if it is that.

Whoever lost the checkpoint must not begin again at nothing, for that would be another log with the same name. So the
first thing that is ever written is the checkpoint of a log without leaves.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from compliance.audit.beside_key import BesideKey
from compliance.audit.checkpoint import Checkpoint, opened_checkpoint, signed_checkpoint
from compliance.audit.disk import UNFINISHED, Disk
from compliance.audit.key_files import PUBLIC, public_keys, publish
from compliance.audit.known_keys import KnownKeys
from compliance.audit.log_files import CHECKPOINT, LOG, SEGMENTS, LogFiles
from compliance.audit.merkle import EMPTY_ROOT, HASH_SIZE, Frontier, leaf_hash, root
from compliance.audit.note import PrivateKey, PublicKey
from compliance.audit.sealed_state import SEALED, SealedSegment, SealedState, sealed_state_in, size_in_name
from compliance.audit.tiles import (
    ENTRIES,
    HEIGHT,
    WIDTH,
    Tile,
    TileHashes,
    bundle,
    entries_in,
    grown,
    new_bundles,
    new_tiles,
    tile_at,
)
from compliance.errors import EvidenceError

_CHECKPOINT: Final = f"{LOG}/{CHECKPOINT}"
_TILES: Final = f"{LOG}/tile"
_BRANCH: Final = re.compile(r"entries|[0-9]{1,2}|x[0-9]{3}|[0-9]{3}\.p")


class SealedLog:
    """The log up to its checkpoint. Whoever uses it holds the lock; after an exception it is opened again."""

    note: bytes
    """The checkpoint, signed."""
    state: SealedState
    frontier: Frontier
    """What the hashes of further leaves need."""

    def __init__(self, directory: Path, disk: Disk, signer: PrivateKey, origin: str, beside: Path) -> None:
        """Open the log; one that is not there is begun.

        Args:
            directory: that of the evidence.
            disk: the system calls.
            signer: the key that signs checkpoints; its public half is put beside the log.
            origin: the name of the log.
            beside: the path of the private key, beside which the sealer remembers what it signed.

        Raises:
            EvidenceError: a part of it is gone or altered, or is of another log.
            OSError: it cannot be written.
        """
        self.files = LogFiles(directory, disk)
        self.findings: list[str] = []
        self._directory, self._disk, self._signer, self._origin = directory, disk, signer, origin
        self._beside = BesideKey(beside, disk)
        trusted = self._beside.keys(signer.public)
        publish(directory, signer.public, disk)
        if set(public_keys(directory, disk)) - {*trusted}:
            self.findings.append(f"`{PUBLIC}` has a key that is not in `{self._beside.keys_path}`: it is not trusted")
        last = self._beside.last(origin, trusted)
        with contextlib.suppress(FileNotFoundError):
            disk.sync_directory(directory / SEGMENTS)  # what was taken away stays away
        note = self.files.checkpoint()
        if note is None:
            self._begin(last)
        else:
            self._go_on(note, trusted, last)
        self.keys = KnownKeys(self.files, self.size)
        self._tidy()

    @property
    def size(self) -> int:
        """How many leaves it has."""
        return self.state.size

    def is_current(self) -> bool:
        """Whether no other process has written it since.

        Raises:
            EvidenceError: the checkpoint cannot be read.
        """
        return self.files.checkpoint() == self.note and self._remembered() == self.state.encoded()

    def _remembered(self) -> bytes:
        """How far segment files are sealed, as it stands on the disk: it may go on without a new leaf."""
        try:
            return self._disk.read(self._directory / self.state.path)
        except OSError:
            return b""

    def grow(self, leaves: Sequence[bytes], segments: Sequence[SealedSegment]) -> None:
        """Have leaves at the end of the log, in a checkpoint that says so.

        Args:
            leaves: the bytes of each.
            segments: how far the segment files are sealed then.

        Raises:
            EvidenceError: the end of the log is gone or altered.
            OSError: nobody knows how much of it is on the disk.
        """
        old, new = self.size, self.size + len(leaves)
        hashes = [leaf_hash(each) for each in leaves]
        frontier = Frontier(old, self.frontier.peaks)
        for each in hashes:
            frontier.append_hash(each)
        self.files.write(self._bundles(leaves))
        self.files.write((f"{LOG}/{tile.path}", data) for tile, data in grown(old, hashes, self.files.tile))
        self._conclude(SealedState(size=new, root=frontier.root().hex(), segments=tuple(segments)))
        self.frontier = frontier
        full = [*new_bundles(old, new), *new_tiles(old, new)]
        self._remove_partial(tile for tile in full if tile.is_full)
        self._remove(self._directory / SEALED / f"{old}.json")

    def remember(self, segments: Sequence[SealedSegment]) -> None:
        """Have segment files sealed further, though the log has no new leaves of them.

        Raises:
            OSError: nobody knows whether that is on the disk.
        """
        self.state = replace(self.state, segments=tuple(segments))
        self.files.write([(self.state.path, self.state.encoded())])

    # -- opening ----------------------------------------------------------------------------------------

    def _begin(self, last: Checkpoint | None) -> None:
        if self._names(_TILES) or any(self._sizes()) or (last is not None and last.size):
            raise EvidenceError(
                f"there is a log, but `{_CHECKPOINT}` is gone: restore it, for it cannot be made again"
                + (f"; {last.size} leaves were signed, says `{self._beside.checkpoint_path}`" if last else "")
            )
        self.frontier = Frontier()
        self._conclude(SealedState(size=0, root=EMPTY_ROOT.hex()))

    def _go_on(self, note: bytes, trusted: tuple[PublicKey, ...], last: Checkpoint | None) -> None:
        signed = self._opened(note, trusted)
        state = self._state(signed.size)
        if state is None or state.root != signed.root.hex():
            raise EvidenceError(
                f"`{SEALED}/{signed.size}.json` is gone or of another log; without it, records would be sealed twice"
            )
        frontier = self._frontier(state)
        if frontier is None:
            raise EvidenceError("the tiles of the log do not have the root that its checkpoint has signed")
        self.state, self.frontier = state, frontier
        if last is not None and last.size > self.size:
            self._conclude(self._unpublished(last))
            return
        if last is not None and root(last.size, TileHashes(self.size, self.files.tile)) != last.root:
            raise EvidenceError(
                f"this is not the log of which {last.size} leaves were signed, says `{self._beside.checkpoint_path}`: "
                "somebody put another one in its place; restore the log from a backup, and keep this one"
            )
        self.files.write([(state.path, state.encoded())])
        self._beside.keep(note)
        self.files.write([(_CHECKPOINT, note)])
        self.note = note

    def _opened(self, note: bytes, trusted: tuple[PublicKey, ...]) -> Checkpoint:
        """What a checkpoint says that the sealer signed, or would have."""
        try:
            return opened_checkpoint(note, self._origin, trusted).checkpoint
        except EvidenceError as error:
            raise EvidenceError(
                f"the checkpoint of the log is not to be trusted: {error}; if a former key of this log has signed it, "
                f"put that public key into `{self._beside.keys_path}`, and otherwise restore the log from a backup"
            ) from error

    def _unpublished(self, last: Checkpoint) -> SealedState:
        """The seal that was signed last, if all of it is there but its checkpoint."""
        try:
            state = self._state(last.size)
            frontier = None if state is None or state.root != last.root.hex() else self._frontier(state)
        except EvidenceError:
            state = frontier = None
        if state is None or frontier is None or not self._is_begun_by(last.size):
            raise EvidenceError(
                f"{last.size} leaves were signed, says `{self._beside.checkpoint_path}`, and the log has {self.size}: "
                "it was cut back, or an old copy was put in its place; restore the log, or take that file away if "
                "the rest is lost for good"
            )
        self.frontier = frontier
        return state

    def _is_begun_by(self, size: int) -> bool:
        """Whether the tiles of a larger log begin with the log as it stands."""
        return root(self.size, TileHashes(size, self.files.tile)).hex() == self.state.root

    def _state(self, size: int) -> SealedState | None:
        """How far segment files were sealed when the log had a size; None if nothing says so."""
        try:
            data = self._disk.read(self._directory / SEALED / f"{size}.json")
        except FileNotFoundError:
            return None
        return sealed_state_in(data, size)

    def _frontier(self, state: SealedState) -> Frontier | None:
        """The hashes of a state that growth needs; None if they are not those of its root."""
        found = Frontier.of(state.size, TileHashes(state.size, self.files.tile))
        return found if found.root().hex() == state.root else None

    def _conclude(self, state: SealedState) -> None:
        """Sign a seal whose tiles are durable; what is signed is remembered before others may see it."""
        self.files.write([(state.path, state.encoded())])
        checkpoint = Checkpoint(self._origin, state.size, bytes.fromhex(state.root))
        note = signed_checkpoint(checkpoint, [self._signer])
        self._beside.keep(note)
        self.files.write([(_CHECKPOINT, note)])
        self.state, self.note = state, note

    # -- growing ----------------------------------------------------------------------------------------

    def _bundles(self, leaves: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
        """The entry bundles of the larger log, the first of which may begin with leaves that are there."""
        index, begun = divmod(self.size, WIDTH)
        entries = [*self._last_entries(Tile(ENTRIES, index, begun)), *leaves] if begun else list(leaves)
        for tile in new_bundles(self.size, self.size + len(leaves)):
            first = (tile.index - index) * WIDTH
            yield f"{LOG}/{tile.path}", bundle(entries[first : first + tile.width])

    def _last_entries(self, tile: Tile) -> list[bytes]:
        """What is in the last bundle, which is not full; what was altered in it must not be copied."""
        entries = entries_in(tile, self.files.tile(tile))
        hashes = self.files.tile(Tile(0, tile.index, tile.width))
        for number, entry in enumerate(entries):
            if entry and leaf_hash(entry) != hashes[number * HASH_SIZE : (number + 1) * HASH_SIZE]:
                raise EvidenceError(f"`{tile.path}` was altered in its entry {number}")
        return entries

    # -- tidiness: what is left over harms nobody, so nothing here fails --------------------------------

    def _tidy(self) -> None:
        """Take away what crashes have left."""
        for size in self._sizes():
            if size != self.size:
                self._remove(self._directory / SEALED / f"{size}.json")
        self._tidy_below(_TILES)
        for directory in (SEALED, LOG, "."):
            self._remove_unfinished(directory, self._names(directory))

    def _tidy_below(self, directory: str) -> None:
        names = self._names(directory)
        self._remove_unfinished(directory, names)
        self._remove_beyond(directory, names)
        for name in names:
            if name.endswith(".p"):
                with contextlib.suppress(EvidenceError):  # somebody else's; `verify` tells of it
                    tile = tile_at(f"{directory}/{name}/1".removeprefix(f"{LOG}/"))
                    if (tile.index + 1) * WIDTH <= self.size >> (HEIGHT * max(0, tile.level)):
                        self._remove_partial([tile])
            if _BRANCH.fullmatch(name):
                self._tidy_below(f"{directory}/{name}")

    def _remove_unfinished(self, directory: str, names: Sequence[str]) -> None:
        for name in names:
            if name.startswith(".") and name.endswith(UNFINISHED):
                self._remove(self._directory / directory / name)

    def _remove_beyond(self, directory: str, names: Sequence[str]) -> None:
        """Take away tiles that a log of this size does not have, so that they are not back after a power cut."""
        beyond = [name for name in names if self._is_beyond(f"{directory}/{name}".removeprefix(f"{LOG}/"))]
        for name in beyond:
            self._remove(self._directory / directory / name)
        if beyond:
            with contextlib.suppress(OSError):
                self._disk.sync_directory(self._directory / directory)

    def _is_beyond(self, path: str) -> bool:
        try:
            tile = tile_at(path)
        except EvidenceError:
            return False
        return tile.index * WIDTH + tile.width > self.size >> (HEIGHT * max(0, tile.level))

    def _remove_partial(self, tiles: Iterator[Tile] | Sequence[Tile]) -> None:
        """Take away partial tiles whose full ones are there."""
        for tile in tiles:
            directory = f"{LOG}/{Tile(tile.level, tile.index).path}.p"
            names = self._names(directory)
            for name in names:
                self._remove(self._directory / directory / name)
            if names:
                self.files.remove_directory(directory)

    def _names(self, directory: str) -> list[str]:
        try:
            return self._disk.names(self._directory / directory)
        except OSError:
            return []

    def _sizes(self) -> list[int]:
        found = (size_in_name(name) for name in self._names(SEALED))
        return [each for each in found if each is not None]

    def _remove(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            self._disk.remove(path)
