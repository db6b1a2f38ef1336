"""A disk in memory: what is not synced may be lost, any call can be made to fail, and the power can go at any call.

Theory: what a process reads is not what is on the disk. Each file has both, and between them the sectors of 512 bytes
that were written and not synced. When the power goes each of them may be on the disk or not, in any order; so may the
length of the file, up to what was written, with zeros where nothing arrived; and so may entries of directories that
were not synced. A sync that fails loses what it did not write: later ones know nothing of it, and succeed.
"""

from __future__ import annotations

import errno
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

from compliance.audit.disk import Disk

SECTOR = 512
FAULTS = {
    "create": (errno.EIO, errno.ENOSPC, errno.EMFILE),
    "write": (errno.EIO, errno.ENOSPC, 0),
    "sync": (errno.EIO, errno.ENOSPC),
    "sync_data": (errno.EIO, errno.ENOSPC),
    "sync_directory": (errno.EIO,),
    "make_directory": (errno.EIO, errno.ENOSPC),
    "names": (errno.EIO,),
    "read": (errno.EIO,),
    "device": (errno.EIO,),
    "remove": (errno.EIO,),
    "remove_directory": (errno.EIO,),
    "rename": (errno.EIO, errno.ENOSPC),
    "locked": (errno.EIO,),
    "hold": (errno.EIO,),
    "blank": (errno.EIO, errno.ENOSPC),
    "permissions": (errno.EIO,),
    "is_there": (errno.EIO,),
    "close": (errno.EIO,),
}
"""How each call may fail; a write with 0 takes a part, and no more."""
Fault = tuple[str, int, int]
"""The name of a call, its number, and the error."""
Image = Mapping[Path, bytes | None]
"""Files with their bytes, directories with None."""


def in_turn(faults: Iterable[Fault], step: int = 1) -> Iterator[Fault]:
    """Each so-manieth call of a kind, and one way in which it may fail: of those of a kind each in turn."""
    several: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for call, number, error in faults:
        several[call][number].append(error)
    for call, numbers in several.items():
        for turn, (number, errors) in enumerate(list(numbers.items())[::step]):
            yield call, number, errors[turn % len(errors)]


@dataclass
class Inode:
    """A file: what processes see of it, what is on the disk, and what is on its way."""

    seen: bytearray = field(default_factory=bytearray)
    kept: bytearray = field(default_factory=bytearray)
    dirty: set[int] = field(default_factory=set)
    """Sectors."""
    is_broken: bool = False

    def sync(self) -> None:
        """Only what is dirty goes to the disk: what a failed sync has lost does not come back."""
        self.kept += bytes(len(self.seen) - len(self.kept))
        for each in self.dirty:
            part = slice(each * SECTOR, (each + 1) * SECTOR)
            self.kept[part] = self.seen[part]
        self.dirty.clear()

    def after_power_cut(self, random: Random) -> bytes:
        share = random.choice([0.0, 0.1, 0.5, 0.9, 1.0])
        kept = {sector for sector in self.dirty if random.random() < share}
        ends = [len(self.kept), len(self.seen), *(min((each + 1) * SECTOR, len(self.seen)) for each in kept)]
        size = max(len(self.kept), random.choice([*ends, random.randint(len(self.kept), len(self.seen))]))
        found = bytearray(size)
        found[: len(self.kept)] = self.kept
        for each in kept:
            part = slice(each * SECTOR, min((each + 1) * SECTOR, size))
            found[part] = self.seen[part]
        return bytes(found)


Change = tuple[Path, Inode | None, bool]
"""An entry of a directory that was made (True) or taken away."""


class SimulatedDisk(Disk):
    """Sees every call by its name; `before` is called first, and may raise."""

    def __init__(self, image: Image, before: Callable[[str], None] = lambda _: None) -> None:
        self.before = before
        self.calls: list[str] = []
        self.fail_at: dict[int, int] = {}
        """Numbers of calls, and with which error each fails."""
        self.fail_once: set[str] = set()
        """Names of calls; the next one of each fails."""
        self.is_dead = False
        self.used_again: list[str] = []
        """Calls for a file that had failed before."""
        self.lock = threading.RLock()
        self.random = Random(0)  # noqa: S311 - repeatable
        self.entries: dict[Path, Inode | None] = {}
        for path, data in image.items():
            self.entries[path] = None if data is None else Inode(bytearray(data), bytearray(data))
        self.kept_entries = dict(self.entries)
        self.changed: list[Change] = []
        """Since their directories were synced."""
        self.open_files: dict[int, tuple[Path, Inode]] = {}

    def image(self, random: Random) -> Image:
        """What may be found after the power goes now."""
        with self.lock:
            entries = dict(self.kept_entries)
            for change in self.changed:
                if random.random() < 0.5:
                    _apply(change, entries)
            reached = [path for path in entries if all(map(entries.__contains__, _above(path)))]
            contents = {path: entries[path] for path in reached}
            return {path: None if each is None else each.after_power_cut(random) for path, each in contents.items()}

    def live_image(self) -> Image:
        """What processes see now."""
        return {path: None if each is None else bytes(each.seen) for path, each in self.entries.items()}

    def create(self, path: Path) -> int:
        with self._call("create"):
            self._find(path.parent)
            if path in self.entries:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            inode = self.entries[path] = Inode()
            self.changed.append((path, inode, True))
            descriptor = len(self.calls)
            self.open_files[descriptor] = (path, inode)
            return descriptor

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        path, inode = self.open_files[descriptor]
        self._not_again("write", path, inode)
        try:
            with self._call("write"):
                return self._written(inode, bytes(data))
        except _ShortError:
            return self._written(inode, bytes(data)[: len(data) // 2])
        except OSError:
            self._written(inode, bytes(data)[: self.random.randrange(len(data))])
            inode.is_broken = True
            raise

    def sync(self, descriptor: int) -> None:
        self._sync("sync", descriptor)

    def sync_data(self, descriptor: int) -> None:
        self._sync("sync_data", descriptor)

    def is_there(self, descriptor: int) -> bool:
        with self._call("is_there"):
            return any(each is self.open_files[descriptor][1] for each in self.entries.values())

    def close(self, descriptor: int) -> None:
        self.open_files.pop(descriptor)
        with self._call("close"):
            pass

    def make_directory(self, path: Path) -> None:
        with self._call("make_directory"):
            if path.parent not in self.entries:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            if path not in self.entries:
                self.entries[path] = None
                self.changed.append((path, None, True))

    def sync_directory(self, path: Path) -> None:
        with self._call("sync_directory"):
            for change in self.changed:
                if change[0].parent == path:
                    _apply(change, self.kept_entries)
            self.changed = [change for change in self.changed if change[0].parent != path]

    def remove(self, path: Path) -> None:
        with self._call("remove"):
            self._find(path)
            self.changed.append((path, self.entries.pop(path), False))

    def remove_directory(self, path: Path) -> None:
        with self._call("remove_directory"):
            self._find(path)
            if any(each.parent == path for each in self.entries):
                raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY))
            self.changed.append((path, self.entries.pop(path), False))

    def hold(self, path: Path) -> int:
        with self._call("hold"):
            inode = self._find(path)
            assert inode is not None
            self.open_files[len(self.calls)] = (path, inode)
            return len(self.calls)

    def blank(self, descriptor: int) -> None:
        with self._call("blank"):
            inode = self.open_files[descriptor][1]
            inode.seen[:] = bytes(len(inode.seen))
            inode.kept[:] = bytes(len(inode.seen))
            inode.dirty.clear()

    def rename(self, path: Path, to: Path) -> None:
        """Either name may be on the disk first, as if the file had been linked and the old name taken away."""
        with self._call("rename"):
            inode = self._find(path)
            self.changed += [(to, inode, True), (path, inode, False)]
            self.entries[to] = self.entries.pop(path)

    def locked(self, path: Path) -> int | None:
        """Nobody else is there; a file that is only locked need not be on the disk."""
        with self._call("locked"):
            self.open_files[len(self.calls)] = (path, Inode())
            return len(self.calls)

    def permissions(self, path: Path) -> int:
        with self._call("permissions"):
            self._find(path)
            return 0o600

    def names(self, path: Path) -> list[str]:
        with self._call("names"):
            self._find(path)
            return sorted(each.name for each in self.entries if each.parent == path and each != path)

    def read(self, path: Path, offset: int = 0, size: int = -1) -> bytes:
        with self._call("read"):
            inode = self._find(path)
            assert inode is not None
            return bytes(inode.seen[offset : None if size < 0 else offset + size])

    def device(self, path: Path) -> int:  # noqa: ARG002 - all is one file system
        with self._call("device"):
            return 1

    def _find(self, path: Path) -> Inode | None:
        if path not in self.entries:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return self.entries[path]

    def _sync(self, name: str, descriptor: int) -> None:
        path, inode = self.open_files[descriptor]
        self._not_again(name, path, inode)
        try:
            with self._call(name):
                inode.sync()
        except OSError:
            inode.is_broken = True
            inode.kept[:] = inode.after_power_cut(self.random)
            inode.dirty.clear()
            raise

    def _written(self, inode: Inode, data: bytes) -> int:
        with self.lock:
            begin = len(inode.seen)
            inode.seen += data
            inode.dirty.update(range(begin // SECTOR, -(-len(inode.seen) // SECTOR)))
            return len(data)

    def _not_again(self, name: str, path: Path, inode: Inode) -> None:
        if inode.is_broken:
            self.used_again.append(f"{name} of {path.name} after it had failed")

    def _call(self, name: str) -> threading.RLock:
        self.before(name)
        number = len(self.calls)
        self.calls.append(name)
        fault = self.fail_at.get(number, errno.EIO if self.is_dead or name in self.fail_once else None)
        self.fail_once.discard(name)
        if fault == 0:
            raise _ShortError
        if fault is not None:
            raise OSError(fault, os.strerror(fault))
        return self.lock


@cache
def _above(path: Path) -> tuple[Path, ...]:
    """The directories that a path lies in; looked up at each call of thousands of lives."""
    return tuple(path.parents)


def _apply(change: Change, entries: dict[Path, Inode | None]) -> None:
    path, inode, is_made = change
    if is_made:
        entries[path] = inode
    else:
        entries.pop(path, None)


class _ShortError(Exception):
    """A write that takes a part."""
