"""How the log of a node is sealed, for whoever looks after the service: without the key, and without looking at it.

Theory: a log that nobody seals looks like one in which nothing happens, while what waits can be altered unseen. So it
is told how long ago the last round of the sealer ended in good order, whatever it found to seal. Rounds come by the
clock and tell of no reader; when something came into the log would. Whether something waits is read from the files.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from compliance.audit.frame import HEADER_SIZE, Header, header_of, worker_and_number
from compliance.audit.log_files import SEGMENTS, LogFiles
from compliance.audit.sealed_state import SEALED, SealedState, sealed_state_in
from compliance.errors import EvidenceError

SERVICE: Final = "service"
OTHERS: Final = "others"


@dataclass(frozen=True, slots=True)
class SealStatus:
    """How the log is sealed."""

    by: str
    """`service`, by a process that it started; or `others`."""
    leaves: int | None
    """How many leaves the log has; None while nobody knows."""
    age_seconds: int | None
    """Since the last round that ended in good order; None before the first one, and with `others`."""
    waiting: bool | None
    """Whether something is recorded and not sealed; None while nobody knows."""
    problem: str | None
    """Why the log is not sealed as it should be, or what is wrong beside that; None if it is."""


def status_by_others(directory: Path) -> SealStatus:
    """How a log is sealed by somebody else, as far as its files tell.

    Args:
        directory: that of the evidence.
    """
    files = LogFiles(directory)
    try:
        if files.checkpoint() is None and (directory / SEALED).is_dir():
            return SealStatus(OTHERS, None, None, None, "the checkpoint of the log is gone")
        return SealStatus(OTHERS, files.size(), None, is_waiting(directory), None)
    except EvidenceError as error:
        return SealStatus(OTHERS, None, None, None, str(error))


def is_waiting(directory: Path) -> bool | None:
    """Whether segment files have more than is sealed; None if a seal is under way or the files do not tell.

    Nothing is verified: it costs one look at each segment file.
    """
    files = LogFiles(directory)
    try:
        sealed = {} if files.checkpoint() is None else _sealed(directory, files.size())
        names = os.listdir(directory / SEGMENTS)
    except FileNotFoundError:
        return None if (directory / SEALED).is_dir() else False
    except (EvidenceError, OSError):
        return None
    return any(_has_more(directory / SEGMENTS / name, sealed) for name in names if worker_and_number(name))


def _sealed(directory: Path, size: int) -> dict[str, int]:
    """How far each file is sealed, by its identity."""
    state: SealedState = sealed_state_in((directory / SEALED / f"{size}.json").read_bytes(), size)
    return {each.identity: each.offset for each in state.segments}


def _has_more(path: Path, sealed: dict[str, int]) -> bool:
    try:
        with open(path, "rb") as file:
            header = header_of(file.read(HEADER_SIZE))
            size = os.fstat(file.fileno()).st_size
    except OSError:  # it was sealed and taken away meanwhile
        return False
    offset = sealed.get(header.identity.hex(), HEADER_SIZE) if isinstance(header, Header) else HEADER_SIZE
    return size > offset
