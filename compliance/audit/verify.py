"""Verifies the evidence on a disk. Nothing is written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

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

_FLAGS: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


class FilesOnDisk:
    """The directory of a node's evidence, as it is on the disk; links are not followed."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def paths(self) -> Iterator[str]:
        """The paths of all that is in it and is no directory.

        Raises:
            EvidenceError: a directory cannot be listed.
        """
        yield from self._below("")

    def read(self, path: str) -> bytes:
        """What is in a file.

        Raises:
            OSError: it cannot be read, is gone, or is no file.
        """
        with os.fdopen(os.open(self._directory / path, _FLAGS), "rb") as file:
            return file.read()

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
    given = [key for each in keys for key in keys_of(each)]
    notes = tuple(Earlier(str(each), read_file(each)) for each in earlier)
    is_beside = not given or any(_is_beside(each, directory) for each in keys)
    trust = Trust(tuple(given or _beside(files)), origin, is_beside=is_beside, earlier=notes)
    with closing(FileLedger()) as ledger:
        report = verified(files, trust, ledger, progress)
    return msgspec.structs.replace(report, findings=(*report.findings, *_of_views(directory, report)))


def _of_views(directory: Path, report: Report) -> Iterator[Finding]:
    """What the views have otherwise than the log, which says what is right only if it is sound."""
    if not (directory / VIEWS).exists():
        return
    if not report.is_sound:
        yield Finding(check="views-unseen", path=VIEWS, message="they were not compared")
        return
    for each in differences(LogFiles(directory)):
        yield Finding(check="views-wrong", path=VIEWS, message=each)


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
