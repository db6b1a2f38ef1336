"""One process at a time writes the log of a node: whoever seals, erases or compacts holds a lock meanwhile.

Theory: the system lets go of a lock when its process ends, however it ends, so that nothing is left to clean up. It is
held for one round only: a command need not ask the process that seals to stop.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Final

from compliance.audit.disk import Disk, ensure_directory
from compliance.errors import EvidenceError

LOCK: Final = "sealer.lock"
PATIENCE: Final = 60.0
"""Seconds that are waited for another process; a round takes one or less, and a first one as long as it takes."""
_PAUSE: Final = 0.02


@contextlib.contextmanager
def alone(disk: Disk, directory: Path, seconds: float = PATIENCE) -> Iterator[None]:
    """Be the only process that writes the log in a directory, which is made if it is missing.

    Raises:
        EvidenceError: another one goes on for longer, or there can be no lock.
    """
    try:
        descriptor = _locked(disk, directory, monotonic() + seconds)
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise EvidenceError(f"cannot lock `{directory / LOCK}`: {reason}") from error
    if descriptor is None:
        raise EvidenceError(f"another process has been at work on the log in `{directory}` for {seconds:g} seconds")
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            disk.close(descriptor)


def _locked(disk: Disk, directory: Path, end: float) -> int | None:
    while True:
        try:
            descriptor = disk.locked(directory / LOCK)
        except FileNotFoundError:
            ensure_directory(disk, directory)
            descriptor = disk.locked(directory / LOCK)
        if descriptor is not None or monotonic() >= end:
            return descriptor
        sleep(_PAUSE)
