"""What the sealer remembers beside its private key: which keys of the log it trusts, and what it signed last.

Theory: whoever can write the directory of the evidence can put another log there, and the key of that log beside it.
A sealer that trusted what lies there would sign a false history with the true key. So it trusts its own key, and those
that stand in a list beside the private one, where nothing but the sealer and the operator writes. There it keeps the
last checkpoint, too, durable before that is published: the log that it goes on with has to begin with what it signed.
A crash between the two leaves this memory one seal ahead, all of which is on the disk then, and is published.
"""

from __future__ import annotations

from pathlib import Path

from compliance.audit.checkpoint import Checkpoint, opened_checkpoint
from compliance.audit.disk import Disk, ensure_directory, write_file
from compliance.audit.key_files import public_keys, publish
from compliance.audit.note import PublicKey
from compliance.errors import EvidenceError


class BesideKey:
    """The two files: names of keys as they are written, a line each, and a signed checkpoint."""

    def __init__(self, key: Path, disk: Disk) -> None:
        """Nothing is read or made yet.

        Args:
            key: the path of the private key, or what takes its place where nothing can be written beside it.
            disk: the system calls.
        """
        self.keys_path = key.with_name(f"{key.name}.pub")
        self.checkpoint_path = key.with_name(f"{key.name}.checkpoint")
        self._disk = disk

    def keys(self, own: PublicKey) -> tuple[PublicKey, ...]:
        """The keys whose signatures count, of which the own one is put on the list if it lacks.

        Raises:
            EvidenceError: the list cannot be read.
            OSError: it cannot be written.
        """
        directory, name = self.keys_path.parent, self.keys_path.name
        publish(directory, own, self._disk, name)
        return public_keys(directory, self._disk, name)

    def last(self, origin: str, keys: tuple[PublicKey, ...]) -> Checkpoint | None:
        """What was signed last; None if nothing was, or nothing remembers it.

        Raises:
            EvidenceError: it cannot be read, or no trusted key signed it.
        """
        try:
            data = self._disk.read(self.checkpoint_path)
        except FileNotFoundError:
            return None
        try:
            return opened_checkpoint(data, origin, keys).checkpoint
        except EvidenceError as error:
            raise EvidenceError(
                f"`{self.checkpoint_path}` is not what was signed last: {error}; if a former key of this log has "
                f"signed it, put that public key into `{self.keys_path}`"
            ) from error

    def keep(self, note: bytes) -> None:
        """Remember a checkpoint, durably.

        Raises:
            OSError: it cannot be written.
        """
        ensure_directory(self._disk, self.checkpoint_path.parent)
        write_file(self._disk, self.checkpoint_path, note)
        self._disk.sync_directory(self.checkpoint_path.parent)
