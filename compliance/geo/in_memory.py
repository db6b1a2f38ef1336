"""An MMDB file read once and for all: whatever happens to the file afterwards, the database stays what it was.

Theory: the fast reader maps its file, and a mapped file that is cut short kills the process (SIGBUS). The slow
one reads it into memory, at ten times the cost of a look-up. So the bytes are copied into a file that has no
name and that nobody else can write to, and the fast reader maps that.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import maxminddb


def open_bytes(data: bytes) -> maxminddb.Reader:
    """A reader of an MMDB file with these bytes.

    Raises:
        Exception: any, if they are none; its text may hold parts of them.
    """
    if hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir():
        handle = os.memfd_create("compliance-geo", os.MFD_CLOEXEC)
        try:
            _write(handle, data)
            return maxminddb.open_database(f"/proc/self/fd/{handle}", maxminddb.MODE_AUTO)
        finally:
            os.close(handle)  # the map stays
    handle, name = tempfile.mkstemp(prefix="compliance-geo-")
    try:
        _write(handle, data)
        return maxminddb.open_database(name, maxminddb.MODE_AUTO)
    finally:
        os.close(handle)
        Path(name).unlink()


def _write(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
