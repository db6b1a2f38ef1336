"""Entry bundles in the form in which full ones may be kept, and in which web servers give them out.

Source: RFC 1952.
"""

from __future__ import annotations

import zlib
from typing import Final

from compliance.audit.tiles import MOST_ENTRY_BYTES, WIDTH
from compliance.errors import EvidenceError

COMPRESSED: Final = ".gz"
"""How names of compressed bundles end."""
_MOST_BUNDLE_BYTES: Final = WIDTH * (2 + MOST_ENTRY_BYTES)
_GZIP: Final = 16 + zlib.MAX_WBITS


def packed(data: bytes) -> bytes:
    """An entry bundle, compressed: the same bytes for the same bundle, without a name or a time."""
    packer = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zlib.DEFLATED, _GZIP)
    return packer.compress(data) + packer.flush()


def unpacked(data: bytes, path: str) -> bytes:
    """The entry bundle that was compressed to these bytes, which stand at a path.

    Raises:
        EvidenceError: none was, or more than a bundle may have.
    """
    unpacker = zlib.decompressobj(_GZIP)
    try:
        found = unpacker.decompress(data, _MOST_BUNDLE_BYTES)
    except zlib.error as error:
        raise EvidenceError(f"`{path}` cannot be unpacked") from error
    if not unpacker.eof or unpacker.unused_data:
        raise EvidenceError(f"`{path}` cannot be unpacked")
    return found
