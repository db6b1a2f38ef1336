"""The system calls by which evidence reaches a disk, in one place, so that tests can have each of them fail.

Theory: written is not durable. What a write leaves in memory is on the disk after a sync of the file, and a file that
was made is found after a power cut once its directory was synced too. `fdatasync` also writes what is needed to read
the data back, such as the length of the file, and leaves out its times. A sync that failed is final: the system may
have dropped what it could not write and call it clean, so that a second sync succeeds and nothing is on the disk. An
error is told to those who had the file open when it happened, so a file is synced by whoever wrote it, and not
closed in between. Source: POSIX.1-2024, fsync, fdatasync; A. Rebello et al., "Can Applications Recover from fsync
Failures?", USENIX ATC 2020.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import sys
from pathlib import Path
from typing import Final

_READ_ONLY: Final = os.O_RDONLY | os.O_CLOEXEC
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
_LOCK: Final = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_AT_ONCE: Final = 1024 * 1024
UNFINISHED: Final = ".new"
"""How names of files end that are not whole yet."""


class Disk:
    """The disk of this machine. Every call may raise OSError, and none tries twice."""

    def create(self, path: Path) -> int:
        """A descriptor of a new file, for its owner only, to write at its end; an old file is never opened."""
        return os.open(path, _NEW, 0o600)

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        """How many of the bytes were written: perhaps not all."""
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """Return when a new file and its data are on the disk; the entry in its directory may not be."""
        _sync(descriptor)

    def sync_data(self, descriptor: int) -> None:
        """Return when the data of a file are on the disk, with what is needed to read them back."""
        _sync_data(descriptor)

    def is_there(self, descriptor: int) -> bool:
        """Whether an open file still has a name; one that was taken away can be written and never be found."""
        return os.fstat(descriptor).st_nlink > 0

    def close(self, descriptor: int) -> None:
        """Let go of a file. It says nothing of the disk."""
        os.close(descriptor)

    def make_directory(self, path: Path) -> None:
        """Make a directory for its owner only; one that is there is left as it is."""
        try:
            os.mkdir(path, 0o700)
        except FileExistsError:
            if not path.is_dir():
                raise

    def sync_directory(self, path: Path) -> None:
        """Return when the entries of a directory are on the disk."""
        descriptor = os.open(path, _READ_ONLY | os.O_DIRECTORY)
        try:
            _sync(descriptor)
        finally:
            os.close(descriptor)

    def remove(self, path: Path) -> None:
        """Take a file away; after a power cut it may be back."""
        os.unlink(path)

    def rename(self, path: Path, to: Path) -> None:
        """Have a file under another name, in the place of what is there; others find the old one or the new one."""
        os.rename(path, to)

    def hold(self, path: Path) -> int:
        """A descriptor of a file that is there, which stays the same file whatever takes its place."""
        return os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)

    def blank(self, descriptor: int) -> None:
        """Write zeros over all that a held file has; a file system may keep what was there elsewhere."""
        rest = os.fstat(descriptor).st_size
        while rest > 0:
            rest -= os.write(descriptor, bytes(min(rest, _AT_ONCE)))
        _sync(descriptor)

    def remove_directory(self, path: Path) -> None:
        """Take an empty directory away; after a power cut it may be back."""
        os.rmdir(path)

    def locked(self, path: Path) -> int | None:
        """A descriptor of a file, made if it is missing, that no other process has locked; None if one has."""
        descriptor = os.open(path, _LOCK, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def permissions(self, path: Path) -> int:
        """Who may read and write a file: the bits of its mode."""
        return stat.S_IMODE(os.stat(path).st_mode)

    def names(self, path: Path) -> list[str]:
        """What is in a directory, sorted."""
        return sorted(os.listdir(path))

    def read(self, path: Path, offset: int = 0, size: int = -1) -> bytes:
        """So many bytes of a file, or all, from an offset; fewer if it ends before."""
        with os.fdopen(os.open(path, _READ_ONLY | os.O_NOFOLLOW), "rb") as file:
            file.seek(offset)
            return file.read(size)

    def device(self, path: Path) -> int:
        """The number of the file system that a directory is in."""
        return os.stat(path).st_dev

    def chance(self, size: int) -> bytes:
        """So many random bytes."""
        return os.urandom(size)


if sys.platform == "darwin":

    def _sync(descriptor: int) -> None:
        """There `fsync` leaves data in the memory of the drive."""
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)

    _sync_data = _sync
else:
    _sync, _sync_data = os.fsync, os.fdatasync


def ensure_directory(disk: Disk, path: Path) -> None:
    """Have a directory there to stay, with all above it.

    One that is there may have been made by a process that was killed before it synced, so the entries above it are
    synced at any rate: as far up as the same file system goes, for a mount point was there before.

    Raises:
        OSError: it cannot be made, or not be synced.
    """
    path = path.absolute()
    _make(disk, path)
    device = disk.device(path)
    for above in path.parents:
        try:
            if disk.device(above) != device:
                return
            disk.sync_directory(above)
        except PermissionError:  # whoever may not look into it has made nothing in it
            return


def _make(disk: Disk, path: Path) -> None:
    try:
        disk.make_directory(path)
    except FileNotFoundError:
        _make(disk, path.parent)
        disk.make_directory(path)


def write_file(disk: Disk, path: Path, data: bytes) -> None:
    """Have a file with these bytes, whole or not at all: written beside its place, synced and renamed.

    The bytes are durable then; that they stand under this name is so once the directory was synced.

    Raises:
        OSError: it cannot be written; what stood there stands there still.
    """
    unfinished = path.with_name(f".{path.name}.{disk.chance(4).hex()}{UNFINISHED}")
    descriptor = disk.create(unfinished)
    try:
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[disk.write(descriptor, rest) :]
            disk.sync(descriptor)
        finally:
            disk.close(descriptor)
        disk.rename(unfinished, path)
    except OSError:
        with contextlib.suppress(OSError):
            disk.remove(unfinished)
        raise
