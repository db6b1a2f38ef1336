"""Verifies the evidence on a disk. Nothing is written."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

import msgspec

from compliance.audit.finding import Finding, Report
from compliance.audit.ledger_file import FileLedger
from compliance.audit.listing import CHECKPOINT
from compliance.audit.log_files import LogFiles
from compliance.audit.note import PublicKey, public_key
from compliance.audit.verifying import Earlier, Trust, keys_beside, verified
from compliance.audit.verifying_rest import KEY
from compliance.audit.views import VIEWS, differences
from compliance.errors import EvidenceError, visible

_MEGABYTE: Final = 1024 * 1024
_MOST: Final = (
    ("log/tile/entries/", 32 * _MEGABYTE),
    ("segments/", 64 * _MEGABYTE),
    ("sealed/", 64 * _MEGABYTE),
    ("blobs/", 256 * _MEGABYTE),
)
_MOST_ELSE: Final = _MEGABYTE
_MOST_HASHED: Final = 1024 * _MEGABYTE
_PIECE: Final = _MEGABYTE
_VIEWS: Final = tuple(f"{VIEWS}{each}" for each in ("", "-wal", "-shm", "-journal"))
_FLAGS: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


class FilesOnDisk:
    """The directory of a node's evidence, as it is on the disk; links are not followed."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._plain: set[PurePosixPath] = set()
        """Directories that are known to be no links."""

    def paths(self) -> Iterator[str]:
        """The paths of all that is in it: files, and with `/` behind, empty directories.

        Raises:
            EvidenceError: a directory cannot be listed.
        """
        yield from self._below("")

    def read(self, path: str) -> bytes:
        """What is in a file.

        Raises:
            OSError: it cannot be read, is gone, is no file, or is larger than such a file can be.
        """
        with self._open(path, _most_bytes(path)) as file:
            return file.read(_most_bytes(path))

    def digest(self, path: str) -> tuple[str, int]:
        """The SHA-256 of a file, in hexadecimal digits, and how many bytes it has; it is read in pieces.

        Raises:
            OSError: as for `read`.
        """
        found, size = sha256(), 0
        with self._open(path, _MOST_HASHED) as file:
            while piece := file.read(_PIECE):
                found.update(piece)
                size += len(piece)
        return found.hexdigest(), size

    def _open(self, path: str, most: int) -> BinaryIO:
        """A file to read, if there is no link on the way to it."""
        for each in reversed(PurePosixPath(path).parents[:-1]):
            if each not in self._plain:
                if not stat.S_ISDIR(os.lstat(self._directory / each).st_mode):
                    raise OSError(errno.ENOTDIR, f"`{each}` is no directory")
                self._plain.add(each)
        file = os.fdopen(os.open(self._directory / path, _FLAGS), "rb")
        found = os.fstat(file.fileno())
        if stat.S_ISREG(found.st_mode) and found.st_size <= most:
            return file
        file.close()
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is no file")
        raise OSError(errno.EFBIG, f"it has {found.st_size} bytes, more than such a file can have")

    def check(self) -> None:
        """See that the directory is there.

        Raises:
            EvidenceError: it is not, or cannot be listed.
        """
        next(self._below(""), None)

    def _below(self, path: str) -> Iterator[str]:
        try:
            found = sorted(os.scandir(self._directory / path), key=lambda each: each.name)
        except FileNotFoundError:
            if not path:
                raise EvidenceError(f"`{self._directory}` is not there") from None
            return
        except OSError as error:
            reason = (error.strerror or "no reason given").lower()
            raise EvidenceError(f"`{self._directory / path}` cannot be listed: {reason}") from None
        if path and not found:
            yield path
        for each in found:
            if each.is_dir(follow_symlinks=False):
                yield from self._below(f"{path}{each.name}/")
            else:
                yield f"{path}{each.name}"


def verify(
    directory: Path,
    keys: Sequence[str] = (),
    *,
    origin: str | None = None,
    earlier: Sequence[Path] = (),
    progress: Callable[[int], None] = lambda _: None,
) -> Report:
    """What the evidence in a directory is found to be.

    Args:
        directory: that of the evidence, in which `log` is.
        keys: what the log signs with, each as a file or as it is written; left out, the keys beside the log are taken.
        origin: the name of the log; left out, that of the first key.
        earlier: files of checkpoints that were exported.
        progress: is told how many leaves more were looked at.

    Raises:
        EvidenceError: a key or a file that was given, or the directory, cannot be read.
    """
    files = FilesOnDisk(directory)
    handed = [key for each in keys if not _is_beside(each, directory) for key in keys_of(each)]
    given = handed or [key for each in keys for key in keys_of(each)]  # those beside it never count among others
    notes = tuple(Earlier(str(each), read_file(each)) for each in earlier)
    is_beside = not handed or any(_is_beside(each, directory) for each in keys)
    trust = Trust(tuple(given or _beside(files)), origin, is_beside=is_beside, earlier=notes)
    with closing(FileLedger()) as ledger:
        report = verified(files, trust, ledger, progress)
    return msgspec.structs.replace(report, findings=(*report.findings, *_of_views(directory, report)))


def _of_views(directory: Path, report: Report) -> Iterator[Finding]:
    """What the views have otherwise than the log, which says what is right only if it is sound."""
    strange = [each for each in _VIEWS if os.path.lexists(path := directory / each) and not _is_file(path)]
    for each in strange:
        yield Finding(check="unreadable", path=each, message="it is no file, and was not looked at")
    if strange or not os.path.lexists(directory / VIEWS):
        return
    if not report.is_sound:
        yield Finding(check="views-unseen", path=VIEWS, message="they were not compared")
        return
    for each in differences(LogFiles(directory)):
        yield Finding(check="views-wrong", path=VIEWS, message=each)


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def _most_bytes(path: str) -> int:
    """So much such a file has at most, and by far."""
    return next((most for start, most in _MOST if path.startswith(start)), _MOST_ELSE)


def leaves(directory: Path) -> int | None:
    """How many leaves a log has by its checkpoint, which may say anything; None if it says nothing."""
    try:
        lines = FilesOnDisk(directory).read(CHECKPOINT).decode().split("\n")
        return int(lines[1][:18])
    except (OSError, ValueError, IndexError):
        return None


def keys_of(given: str) -> tuple[PublicKey, ...]:
    """The keys that somebody gave: the name of a file, or a key as it is written.

    Raises:
        EvidenceError: it is neither.
    """
    if "+" in given and not Path(given).exists():
        return (public_key(given),)
    try:
        found = keys_beside(read_file(Path(given)))
    except EvidenceError as error:
        raise EvidenceError(f"`{visible(given)}` is neither a key nor a file of keys: {error}") from None
    if not found:
        raise EvidenceError(f"there is no key in `{visible(given)}`")
    return found


def read_file(path: Path) -> bytes:
    """What is in a file that somebody named.

    Raises:
        EvidenceError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise EvidenceError(f"`{path}` cannot be read: {(error.strerror or 'no reason given').lower()}") from None


def _is_beside(given: str, directory: Path) -> bool:
    """Whether somebody gave the file that lies beside the log."""
    try:
        return os.path.samefile(given, directory / KEY)
    except (OSError, ValueError):
        return False


def _beside(files: FilesOnDisk) -> tuple[PublicKey, ...]:
    """The keys beside the log, or none: what is wrong with them is found when they are looked at."""
    try:
        return keys_beside(files.read(KEY))
    except (OSError, EvidenceError):
        return ()
