"""Entry bundles made small: full ones are kept compressed, in the place of the raw ones.

Theory: what is in a full bundle never changes, but for what is erased, and most of it is the same members with other
digests. A web server gives out the compressed file as it is to whoever takes it, and unpacks it for others. The
compressed one is durable before the raw one goes; where a crash left both, the raw one counts, and is compressed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from compliance.audit.compressed import COMPRESSED, packed
from compliance.audit.disk import Disk
from compliance.audit.locking import PATIENCE, alone
from compliance.audit.log_files import LOG, LogFiles
from compliance.audit.tiles import ENTRIES, WIDTH, Tile
from compliance.errors import EvidenceError

_AT_ONCE: Final = 32
"""So many bundles are compressed before others may seal again."""


@dataclass(slots=True)
class Compacted:
    """How many bundles were compressed, and their bytes before and after."""

    bundles: int = 0
    raw_bytes: int = 0
    packed_bytes: int = 0


def compact(
    directory: Path,
    *,
    disk: Disk | None = None,
    patience: float = PATIENCE,
    progress: Callable[[int], None] = lambda _: None,
) -> Compacted:
    """Compress the full entry bundles of a log that are not compressed yet.

    Args:
        directory: that of the evidence.
        disk: the system calls.
        patience: how many seconds another process is waited for, each time.
        progress: is told how many bundles were looked at since it was last told.

    Raises:
        EvidenceError: the log cannot be read or written; what is done by then stays.
    """
    disk = disk or Disk()
    files, done = LogFiles(directory, disk), Compacted()
    full = files.size() // WIDTH
    for first in range(0, full, _AT_ONCE):
        tiles = [Tile(ENTRIES, index) for index in range(first, min(first + _AT_ONCE, full))]
        with alone(disk, directory, patience):
            try:
                _compress(disk, files, tiles, done)
            except OSError as error:
                reason = (error.strerror or "no reason given").lower()
                raise EvidenceError(f"the log cannot be written: {reason}") from error
        progress(len(tiles))
    return done


def _compress(disk: Disk, files: LogFiles, tiles: list[Tile], done: Compacted) -> None:
    raw = {tile: data for tile in tiles if (data := _raw(disk, files, tile)) is not None}
    files.write(_compressed(raw, done))
    for tile in raw:
        disk.remove(files.directory / LOG / tile.path)
    for above in {(files.directory / LOG / tile.path).parent for tile in raw}:
        disk.sync_directory(above)


def _compressed(raw: dict[Tile, bytes], done: Compacted) -> Iterator[tuple[str, bytes]]:
    for tile, data in raw.items():
        small = packed(data)
        done.bundles += 1
        done.raw_bytes += len(data)
        done.packed_bytes += len(small)
        yield f"{LOG}/{tile.path}{COMPRESSED}", small


def _raw(disk: Disk, files: LogFiles, tile: Tile) -> bytes | None:
    try:
        return disk.read(files.directory / LOG / tile.path)
    except FileNotFoundError:
        return None
