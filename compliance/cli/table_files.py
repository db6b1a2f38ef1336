"""The files of a table for the edge, written so that whoever reads them meanwhile never finds half of one.

Theory: each file is written beside its place and then put there at once, and what leads to others comes last. A web
server goes on with the former table until it is told to read the new one, so the fragments of both stay; those of
tables before that are taken away. Of several that write at once each one waits for the other.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from compliance.edge.formats import CONFIG, FRAGMENTS
from compliance.errors import ConfigError

_NAME: Final = re.compile(rb"\b[0-9a-f]{16}\b")
_UNFINISHED: Final = ".new"


def write(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write files in their order, each whole; and drop fragments that neither these nor the former table names.

    Raises:
        ConfigError: something cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with _alone(directory):
            former = _named(directory)
            for name, data in files.items():
                _put(directory / name, data)
            for made in {(directory / name).parent for name in files}:
                _sync(made)
            _forget(directory, former | {Path(name).stem for name in files})
    except OSError as error:
        raise ConfigError(f"`{directory}` cannot be written: {(error.strerror or 'no reason given').lower()}") from None


@contextlib.contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Have others who write a table there wait; where there are no locks nobody does."""
    number = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)


def _named(directory: Path) -> set[str]:
    """The names of the fragments of the table that stands there."""
    path = directory / CONFIG
    return {each.decode() for each in _NAME.findall(path.read_bytes())} if path.is_file() else set()


def _put(path: Path, data: bytes) -> None:
    """Have a file hold this, at once; a file that does already is left alone."""
    path.parent.mkdir(exist_ok=True)
    if path.is_file() and path.read_bytes() == data:
        return
    beside = path.with_name(f".{path.name}{_UNFINISHED}")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def _sync(directory: Path) -> None:
    number = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _forget(directory: Path, named: set[str]) -> None:
    for path in (directory / FRAGMENTS).glob("*.html"):
        if path.stem not in named and _NAME.fullmatch(path.stem.encode()):
            path.unlink()
