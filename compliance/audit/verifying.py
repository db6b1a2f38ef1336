"""Verifies the evidence of a node as a whole: signature, hashes, records, and every file of the directory.

Theory: what is signed is a size and a root. They fix all hashes, the hashes fix the entries, and the entries name what
stands beside the log. What is not sealed yet is fixed by chains in segment files. So each file is either held against
something that is signed, or is of no account and said to be there. All that is wrong is told at once, and only what is
wrong in itself: not what follows from it.

Nothing is written, and a log may grow while it is verified: what is looked at is the log of one checkpoint. Memory does
not grow with the log, but for the paths of its files and the leaves that were erased.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, NamedTuple

from compliance.audit.bundle_reading import entries_at, tile_in
from compliance.audit.checkpoint import Checkpoint, checkpoint_in, opened_checkpoint
from compliance.audit.compressed import COMPRESSED, unpacked
from compliance.audit.finding import Finding, Findings, Report
from compliance.audit.ledger import NOWHERE, Ledger
from compliance.audit.listing import CHECKPOINT, LOG, Directory, Listing
from compliance.audit.merkle import EMPTY_ROOT, root
from compliance.audit.note import PublicKey, public_key
from compliance.audit.sealed_state import size_in_name
from compliance.audit.tiles import ENTRIES, WIDTH, Tile, TileHashes
from compliance.audit.verifying_records import RecordsVerifier
from compliance.audit.verifying_rest import KEY, RestVerifier
from compliance.audit.verifying_segments import SEALED, SegmentsVerifier
from compliance.audit.verifying_tiles import TilesVerifier
from compliance.errors import EvidenceError, visible

_STEP: Final = WIDTH
_TRIES: Final = 9
"""So often a log is looked at anew that grew just when it was looked at."""
_UNDER_WAY: Final = ("unsealed-tile", "seal-unfinished", "sealed-left", "segment-sealed", "temporary")


class Earlier(NamedTuple):
    """A checkpoint that was exported once: where it is from, and the note."""

    name: str
    note: bytes


@dataclass(frozen=True, slots=True)
class Trust:
    """What a log is held against."""

    keys: tuple[PublicKey, ...]
    """What it signs with; none if nobody knows."""
    origin: str | None = None
    """Its name; left out, that of the first key."""
    is_beside: bool = False
    """Whether the keys come from the directory of the log."""
    earlier: tuple[Earlier, ...] = ()

    @property
    def log(self) -> str | None:
        """The name that the log has to have."""
        return self.origin or (self.keys[0].name if self.keys else None)


def keys_beside(data: bytes | None) -> tuple[PublicKey, ...]:
    """The keys in the file beside a log.

    Raises:
        EvidenceError: it is not lines with a key each.
    """
    text = (data or b"").decode(errors="replace")
    if text and not text.endswith("\n"):
        raise EvidenceError("its last line has no end")
    found = tuple(public_key(line) for line in text.split("\n")[:-1])
    if len(set(found)) != len(found):
        raise EvidenceError("a key is in it twice")
    return found


def verified(
    directory: Directory, trust: Trust, ledger: Ledger, progress: Callable[[int], None] = lambda _: None
) -> Report:
    """What the evidence in a directory is found to be.

    Args:
        directory: the evidence; only read.
        trust: the keys and earlier checkpoints that it is held against.
        ledger: an empty one.
        progress: is told how many leaves more were looked at.
    """
    files = Listing(directory, Findings())
    for _ in range(_TRIES):
        if not _is_outgrown(files):
            break
        files = Listing(directory, Findings())
    return _Verification(files, trust, ledger).run(progress)


class _Verification:
    def __init__(self, files: Listing, trust: Trust, ledger: Ledger) -> None:
        self._files, self._trust, self._ledger = files, trust, ledger
        self._findings = files.findings
        self._is_signed = False
        self._head = self._opened()
        self._size = self._head.size if self._head else 0
        self._tiles = TilesVerifier(files, self._size, self._head.root if self._head else EMPTY_ROOT)
        self._records = RecordsVerifier(files, self._size, ledger)
        self._segments = SegmentsVerifier(files, ledger)

    def run(self, progress: Callable[[int], None]) -> Report:
        self._keys()
        self._segments.read_state(self._size, self._head.root if self._head else EMPTY_ROOT)
        for leaf in self._tiles.leaves():
            self._records.take(leaf)
            if leaf.number % _STEP == 0:
                progress(min(_STEP, self._size - leaf.number))
        self._records.end(self._path_of, self._hash_of, self._entry_of)
        rest = RestVerifier(self._files, self._size, self._tiles, self._records.erased, self._ledger)
        rest.verify()
        self._segments.verify({found for found, _ in self._records.erased.values()})
        self._lacking()
        for earlier in self._trust.earlier:
            self._since(earlier)
        if self._files.has_moved():
            self._findings.drop(_UNDER_WAY)
        return Report(
            origin=self._head.origin if self._head else None,
            size=self._size,
            root=self._head.root.hex() if self._head else None,
            is_signed=self._is_signed,
            records=dict(sorted(self._records.counts.items())),
            erased=len(self._records.empty),
            erasures=tuple(self._records.erasures),
            waiting=self._segments.waiting,
            superseded=rest.superseded,
            findings=self._findings.sorted(),
        )

    def _opened(self) -> Checkpoint | None:
        """What the checkpoint says, signed or not; None if there is none, or it says nothing."""
        data = self._files.checkpoint
        if data is None:
            if any(not each.endswith("/") for each in self._files.under(f"{LOG}tile/")) or any(
                map(_is_of_leaves, self._files.under(SEALED))
            ):
                self._findings.add("checkpoint-missing", CHECKPOINT, "it is missing")
            return None
        try:
            found = opened_checkpoint(data, self._trust.log or "", self._trust.keys)
        except EvidenceError as error:
            self._findings.add("checkpoint-wrong", CHECKPOINT, str(error))
            return _unsigned(data)
        self._is_signed = True
        for each in found.note.unknown:
            why = f"a signature of `{visible(each.name)}+{each.key_id.hex()}`"
            self._findings.add("signature-unknown", CHECKPOINT, why)
        return found.checkpoint

    def _keys(self) -> None:
        """Hold the keys beside the log against those that it is verified with."""
        data = self._files.read(KEY)
        try:
            beside = keys_beside(data)
        except EvidenceError as error:
            self._findings.add("key-altered", KEY, str(error))
            return
        if data is None and self._files.checkpoint is not None:
            self._findings.add("key-altered", KEY, "it is missing")
        elif data is not None and not set(self._trust.keys) <= set(beside):
            self._findings.add("key-altered", KEY, "a key that was given is not in it")
        if self._trust.is_beside and self._files.checkpoint is not None:
            self._findings.add("key-beside", KEY, "no other key was given")
        for each in sorted({each.vkey for each in beside} - {each.vkey for each in self._trust.keys}):
            self._findings.add("key-not-given", KEY, f"`{each}` was not given, and what it signs does not count")

    def _lacking(self) -> None:
        """Say what is needed and not there."""
        has_gaps = self._records.read < self._size or bool(self._records.empty)
        for entry in self._ledger.lacking():
            if entry.what == "leaf" and entry.leaf >= self._size:
                why = f"a bundle behind its end has leaf {entry.leaf}, which is neither in the log nor waits to be"
                if not self._files.has_moved():
                    self._findings.add("rolled-back", CHECKPOINT, why, leaf=entry.leaf)
            elif entry.leaf == NOWHERE and entry.what != "blob":
                check = "reference-gone" if has_gaps else "record-lost"
                self._findings.add(check, "segments", f"the log does not have a `{entry.what}` that is sealed")
            else:
                self._records.lacking(entry, self._path_of(max(entry.leaf, 0)))
        for name in self._ledger.unneeded("blob"):
            path = f"blobs/{name.hex()[:2]}/{name.hex()}"
            self._findings.add("blob-unnamed", path, "no record names it")

    def _since(self, earlier: Earlier) -> None:
        """Hold the log against a checkpoint that it signed before."""
        try:
            old = opened_checkpoint(earlier.note, self._trust.log or "", self._trust.keys).checkpoint
        except EvidenceError as error:
            self._findings.add("earlier-wrong", earlier.name, str(error))
            return
        if old.size > self._size:
            why = f"it signs {old.size} leaves, and the log has {self._size}"
            self._findings.add("rolled-back", earlier.name, why)
        elif self._root_of(old.size) not in {old.root, None}:
            why = f"the first {old.size} leaves of the log have another root"
            self._findings.add("inconsistent", earlier.name, why)

    def _root_of(self, size: int) -> bytes | None:
        """The root of the first leaves; None where hashes of the log are altered or missing, which is told."""
        found: Collection[Finding] = self._findings.sorted()
        if not self._tiles.is_proven or any(each.check in {"tile-altered", "tile-missing"} for each in found):
            return None
        return root(size, TileHashes(self._size, self._read_tile)) if size else EMPTY_ROOT

    def _read_tile(self, tile: Tile) -> bytes:
        return b"".join(each or b"" for each in self._tiles.stored(tile))

    def _path_of(self, number: int) -> str:
        index = number // WIDTH
        path = LOG + Tile(ENTRIES, index, min(WIDTH, max(1, self._size - index * WIDTH))).path
        return path + COMPRESSED if path not in self._files and path + COMPRESSED in self._files else path

    def _hash_of(self, number: int) -> bytes | None:
        index, at = divmod(number, WIDTH)
        return self._tiles.stored(Tile(0, index, min(WIDTH, self._size - index * WIDTH)))[at]

    def _entry_of(self, number: int) -> bytes:
        """The bytes of a leaf that has some; none where they cannot be read."""
        path = self._path_of(number)
        data, tile = self._files.read(path), tile_in(path.removesuffix(COMPRESSED))
        if data is None or tile is None:
            return b""
        try:
            entries = entries_at(path, tile, unpacked(data, path) if path.endswith(COMPRESSED) else data).entries
        except EvidenceError:
            return b""
        return entries[number % WIDTH] or b"" if number % WIDTH < len(entries) else b""


def _is_of_leaves(path: str) -> bool:
    """Whether a file under `sealed` is of a log with leaves: the first checkpoint is of one without."""
    return (size_in_name(path.removeprefix(SEALED)) or 0) > 0


def _is_outgrown(files: Listing) -> bool:
    """Whether what belongs to the checkpoint that was read is gone, for there is a newer one."""
    head = _unsigned(files.checkpoint or b"")
    return head is not None and files.read(f"{SEALED}{head.size}.json") is None and files.has_moved()


def _unsigned(data: bytes) -> Checkpoint | None:
    """What a note says that is not known to be signed."""
    try:
        return checkpoint_in(data.decode().rpartition("\n\n")[0] + "\n")
    except (UnicodeDecodeError, EvidenceError):
        return None
