"""The file of keys: hashes of secrets, for the owner alone, written whole or not at all.

Theory: whoever may write this file may let himself in, and whoever may read it learns who asks. So it is refused when
others may read it, and no message shows what stands in it. It is changed by one command at a time: under a lock it is
read, changed, written beside its place, synced and renamed. A crash leaves the old file or the new one.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from stat import S_IMODE, S_ISREG
from time import monotonic, sleep
from typing import Final

import msgspec

from compliance.audit.disk import Disk, ensure_directory, write_file
from compliance.errors import ConfigError
from compliance.keys.hashing import is_hash
from compliance.keys.key import BEGINNING, HIGHEST_RATE, ID_SIZE, LETTERS, LONGEST_NAME, OF_IDS, SCOPES, Key

NAME: Final = "keys.json"
FORMAT: Final = 1
MOST_BYTES: Final = 16 * 1024 * 1024
PATIENCE: Final = 10.0
"""Seconds that are waited for another command."""
_PAUSE: Final = 0.02
_OTHERS: Final = 0o077
_FLAGS: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
Change = Callable[[tuple[Key, ...]], Sequence[Key]]
Seen = tuple[int, ...]
"""What of a file changes when it is written or replaced."""


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: int
    keys: tuple[Key, ...]


def look(path: Path) -> Seen | None:
    """What changes when the file does; None if there is none.

    Raises:
        OSError: nobody can tell.
    """
    try:
        seen = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns


def read_keys(path: Path) -> tuple[Key, ...] | None:
    """The keys in a file; None if there is no file.

    Raises:
        ConfigError: it cannot be read, others may read it, or it is no file of keys. Nothing of it is told.
    """
    try:
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            seen = os.fstat(file.fileno())
            if not S_ISREG(seen.st_mode) or seen.st_size > MOST_BYTES:
                raise ConfigError(f"`{path}` is no file of keys")
            if S_IMODE(seen.st_mode) & _OTHERS:
                raise ConfigError(f"others than its owner may read the keys in `{path}`: make it 0600")
            data = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise ConfigError(f"the keys in `{path}` cannot be read: {reason}") from None
    return _understood(path, data)


def _understood(path: Path, data: bytes) -> tuple[Key, ...]:
    try:
        form = msgspec.json.decode(data, type=dict[str, msgspec.Raw]).get("format")
        if form is not None and bytes(form) != str(FORMAT).encode():
            raise ConfigError(f"`{path}` was written by another version")
        keys = msgspec.json.decode(data, type=_File).keys
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ConfigError(f"`{path}` is no file of keys, or it is damaged") from None
    if wrong := [each for at, key in enumerate(keys) for each in _wrong(at, key)]:
        raise ConfigError(f"`{path}` is damaged: {'; '.join(wrong)}")
    if len({key.id for key in keys}) < len(keys):
        raise ConfigError(f"`{path}` is damaged: two keys have one id")
    return keys


def _wrong(at: int, key: Key) -> Iterator[str]:
    """What is wrong with a key."""
    if len(key.id) != ID_SIZE or set(key.id) - set(OF_IDS):
        yield f"the id of key {at + 1}"
    if not is_name(key.name):
        yield f"the name of key {at + 1}"
    if not key.scopes or set(key.scopes) - set(SCOPES):
        yield f"the scopes of key {at + 1}"
    if key.rate is not None and not 1 <= key.rate <= HIGHEST_RATE:
        yield f"the rate of key {at + 1}"
    for secret in key.secrets:
        if len(secret.begins) != BEGINNING or set(secret.begins) - set(LETTERS) or not is_hash(secret.hash):
            yield f"a secret of key {at + 1}"


def is_name(text: str) -> bool:
    """Whether this may be the name of a key: some characters that show, on one line."""
    return bool(text.strip()) and text == text.strip() and len(text) <= LONGEST_NAME and text.isprintable()


def change(path: Path, by: Change, disk: Disk | None = None) -> tuple[Key, ...]:
    """The keys after a change, which are durable then.

    Args:
        path: the file, made if it is missing.
        by: gives the new keys for those that were there.
        disk: the system calls.

    Raises:
        ConfigError: the file cannot be read, locked or written; it is as it was.
    """
    disk = disk or Disk()
    path = path.resolve()  # secrets are often mounted as links
    try:
        ensure_directory(disk, path.parent)
        with _alone(path, disk):
            keys = tuple(by(read_keys(path) or ()))
            data = msgspec.json.format(msgspec.json.encode(_File(format=FORMAT, keys=keys)), indent=2)
            write_file(disk, path, data + b"\n")
            disk.sync_directory(path.parent)
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise ConfigError(f"the keys in `{path}` cannot be written: {reason}") from None
    return keys


@contextlib.contextmanager
def _alone(path: Path, disk: Disk) -> Iterator[None]:
    """Be the only command that changes the file."""
    lock, end = path.with_name(f".{path.name}.lock"), monotonic() + PATIENCE
    while (descriptor := disk.locked(lock)) is None:
        if monotonic() >= end:
            raise ConfigError(f"another command has been changing `{path}` for {PATIENCE:g} seconds")
        sleep(_PAUSE)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            disk.close(descriptor)
