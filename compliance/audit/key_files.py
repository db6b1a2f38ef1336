"""The keys of a log on disk: the private one for the sealer alone, the public ones for whoever verifies.

Theory: who has the private key can sign another log in the place of this one. So it is read by the process that seals
and by no other, it is refused when others may read its file, and no message shows it. The public ones stand beside
the log, a line each: a key that no longer signs still verifies what it signed. Whoever verifies should have them from
elsewhere, too.

Source: golang.org/x/mod/sumdb/note for both forms.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from compliance.audit.disk import Disk, ensure_directory, write_file
from compliance.audit.note import KEY_SIZE, PrivateKey, PublicKey, private_key, public_key
from compliance.errors import EvidenceError

PUBLIC: Final = "key.pub"
_OTHERS: Final = 0o077


def read_key(path: Path, disk: Disk) -> PrivateKey | None:
    """The private key in a file; None if there is no file.

    Raises:
        EvidenceError: it cannot be read, others may read it, or it is no key. Nothing of it is told.
    """
    try:
        permissions = disk.permissions(path)
        data = disk.read(path.resolve())  # secrets are often mounted as links
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EvidenceError(
            f"the key `{path}` cannot be read: {(error.strerror or 'no reason given').lower()}"
        ) from None
    if permissions & _OTHERS:
        raise EvidenceError(f"others than its owner may read the key `{path}`: make it 0600, or make a new one")
    try:
        return private_key(data.decode("ascii").strip())
    except (UnicodeDecodeError, EvidenceError):
        raise EvidenceError(f"`{path}` is no private key as Go's `note` writes it") from None


def make_key(path: Path, name: str, disk: Disk) -> PrivateKey:
    """A new private key in a file that is not there yet. Whoever makes one has the lock of the sealer.

    Raises:
        EvidenceError: the name is none, a file is there, or it cannot be written.
    """
    if read_key(path, disk) is not None:
        raise EvidenceError(f"the key `{path}` is there already")
    key = PrivateKey(name, disk.chance(KEY_SIZE))
    try:
        ensure_directory(disk, path.parent)
        write_file(disk, path, f"{key.skey}\n".encode())
        disk.sync_directory(path.parent)
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        raise EvidenceError(f"the key `{path}` cannot be written: {reason}") from None
    return key


def public_keys(directory: Path, disk: Disk, name: str = PUBLIC) -> tuple[PublicKey, ...]:
    """The keys in a list: those beside a log say what it may be signed with, and prove nothing by themselves.

    Raises:
        EvidenceError: they cannot be read, or a line is no key.
    """
    try:
        data = disk.read(directory / name)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise EvidenceError(f"`{name}` cannot be read: {(error.strerror or 'no reason given').lower()}") from error
    lines = data.decode(errors="replace").split("\n")
    return tuple(public_key(line) for line in lines if line.strip())


def publish(directory: Path, key: PublicKey, disk: Disk, name: str = PUBLIC) -> None:
    """Have a public key on a list, behind those that stand there, before anything is signed with it.

    Raises:
        EvidenceError: those that stand there cannot be read.
        OSError: it cannot be written.
    """
    known = public_keys(directory, disk, name)
    if key not in known:
        ensure_directory(disk, directory)
        write_file(disk, directory / name, "".join(f"{each.vkey}\n" for each in (*known, key)).encode())
    disk.sync_directory(directory)
