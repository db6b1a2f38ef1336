"""A file of an operator, read whole: whatever stands in its place, reading it comes to an end.

Theory: a named pipe gives its first byte perhaps never, and some devices never give the last one. A service that
waits for either takes no other file into use and does not stop. So only regular files are read, which are opened
without waiting, and none beyond the size that its kind may have.
"""

from __future__ import annotations

import os
from pathlib import Path
from stat import S_ISREG
from typing import Final

_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class UnreadableError(Exception):
    """Why a file cannot be read, in words that stand behind its path."""


class MissingError(UnreadableError):
    """There is no such file."""


def read_regular(path: Path, most: int) -> bytes:
    """All bytes of a file.

    Args:
        path: the file, or a link to one.
        most: how many bytes it may have.

    Raises:
        MissingError: there is nothing of that name.
        UnreadableError: it is no regular file, is too large, or may not be read.
    """
    try:
        _check_regular(path.stat())
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            seen = os.fstat(file.fileno())
            _check_regular(seen)  # once more, since another one may have taken its place
            if seen.st_size > most:
                raise UnreadableError(f"is larger than {most} bytes")
            data = file.read(seen.st_size + 1)
    except FileNotFoundError:
        raise MissingError("cannot be read: no such file or directory") from None
    except OSError as error:
        raise UnreadableError(f"cannot be read: {(error.strerror or 'no reason given').lower()}") from None
    except ValueError:  # its name holds a byte that no name may hold
        raise UnreadableError("cannot be read: this is not the name of a file") from None
    if len(data) > seen.st_size:
        raise UnreadableError("grew while it was read")
    return data


def _check_regular(seen: os.stat_result) -> None:
    if not S_ISREG(seen.st_mode):
        raise UnreadableError("is no file")
