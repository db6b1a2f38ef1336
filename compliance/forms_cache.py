"""Word forms kept on disk from one start to the next, so that no dictionary is asked for them again.

Theory: what is kept can be worked out again at any time, so nothing here is ever an error: a file that is damaged,
of another version, not ours or not to be read counts for nothing, and is written anew. But wrong forms would hide
mentions without a trace. So the file names the digest of its content, is read only if nobody else may have written
it, and holds data that nothing executes. Processes may share it: each puts a whole file in the place of the old one,
the last one wins, and what the others lose they ask once more.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import tempfile
from pathlib import Path
from stat import S_ISREG, S_IWGRP, S_IWOTH
from typing import Final

from compliance.mentions.table import Maker, Table, TableError

_log = logging.getLogger("compliance.forms_cache")
NAME: Final = "forms.json"
MOST_BYTES: Final = 32_000_000
"""A larger file counts for nothing: words of names that are long gone pile up in it, and go with it."""
_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class FormsCache:
    """The forms of words in a directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.path = directory / NAME

    def read(self, made_by: Maker) -> Table | None:
        """What is kept there and was made by the same; None if nothing is."""
        try:
            data = _own(self.path)
            digest, _, content = data.partition(b"\n")
            table = Table.decoded(content) if digest == _digest(content) else None
        except (OSError, TableError, ValueError) as error:
            _log.debug("no word forms are kept: %s", type(error).__name__)
            return None
        return table if table is not None and table.made_by == made_by else None

    def write(self, table: Table) -> None:
        """Keep a table in the place of the former one; where that cannot be, nothing is kept."""
        content = table.encoded()
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, beside = tempfile.mkstemp(prefix=f".{NAME}.", dir=self._directory)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_digest(content) + b"\n" + content)
                os.replace(beside, self.path)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(beside)
        except (OSError, ValueError) as error:
            _log.debug("word forms are not kept: %s", type(error).__name__)


def _own(path: Path) -> bytes:
    """The bytes of a file that nobody else may have written.

    Raises:
        OSError: there is none, or it cannot be read, or it belongs to somebody else.
    """
    with os.fdopen(os.open(path, _FLAGS), "rb") as file:
        seen = os.fstat(file.fileno())
        is_ours = not hasattr(os, "geteuid") or seen.st_uid == os.geteuid()
        if not S_ISREG(seen.st_mode) or not is_ours or seen.st_mode & (S_IWGRP | S_IWOTH) or seen.st_size > MOST_BYTES:
            raise PermissionError
        return file.read(MOST_BYTES)


def _digest(content: bytes) -> bytes:
    return f"sha256:{hashlib.sha256(content).hexdigest()}".encode()
