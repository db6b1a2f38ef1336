"""Bundles: a whole rule set in one file, the same bytes for the same rules.

Theory: a rule set is checked once, where it is edited, and served in many places. A bundle carries the rule
files as they are, so that nothing has to be trusted to a second format, a manifest with both digests, and the
forms of the words of all names, so that whoever serves it needs no dictionary. It is read back only if what is
in it is what was put in: a bundle that was cut or altered is refused, and the last good set stays. Whoever may
write the file may write another one, unless it is signed and whoever serves it asks for that: the note that says so
goes with it, and `signed` knows what it means.

Source: the ZIP file format (APPNOTE 6.3), with fixed dates and in the order of the paths.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import IO, Final

import msgspec

from compliance.errors import Problem, RulesError
from compliance.language import digest
from compliance.language.source import MOST_BYTES
from compliance.mentions.table import Table, TableError
from compliance.model.ruleset import LANGUAGE_VERSION, Ruleset

FORMAT: Final = 2
WITHOUT_FORMS: Final = 1
"""The format of former versions, whose bundles hold no word forms."""
MANIFEST: Final = "MANIFEST.json"
FORMS: Final = "FORMS.json"
SIGNATURE: Final = "SIGNATURE"
ENTRY: Final = b"PK\x01\x02"
"""How each entry begins in the list of files of an archive."""
MOST_FILES: Final = 1_000_000
MOST_HEAD: Final = 65_536
"""So many bytes its manifest and its signature may have each."""
MOST_FORMS: Final = 32_000_000
"""So many bytes the word forms may have: those of some hundred thousand names."""
MOST_UNPACKED: Final = 500_000_000
"""So many bytes in all are unpacked from a bundle; a small file can hold very much of nothing."""
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError)
"""What the reader of archives raises for one that was cut or altered: a length, a method, a flag may be anything."""
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
_AGAIN: Final = "build it again from the rule files"
_SERVE: Final = "split large files, or serve the directory"


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """What a bundle says of itself."""

    format: int
    language: int
    meaning: str
    source: str
    files: int
    rules: int
    forms: str | None = None
    """The digest of the word forms; None where there are none."""
    commit: str | msgspec.UnsetType = msgspec.UNSET
    """The commit that was checked out where it was built, if that was a checkout of git."""
    signed_on: date | msgspec.UnsetType = msgspec.UNSET
    """Of rules kept as evidence whose registers were cut short, since they came in a signed bundle: since when ..."""
    fresh_until: date | msgspec.UnsetType = msgspec.UNSET
    """... and until when; see `language.freshness`."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who vouches for a bundle: names of keys, the version that they gave it, and the digest of all that they say."""

    by: tuple[str, ...]
    version: int
    digest: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is in a bundle: every rule file by its path, and the forms of the words of their names, if it has them.

    `manifest` are the bytes of it, `signature` is the note that goes with it, which nobody has looked at yet. `fresh`
    are the day on which somebody vouched for the rules and the last one on which that counts, if they grow old;
    `vouched` is who did, once it was looked at.
    """

    files: dict[str, bytes]
    forms: Table | None = None
    fresh: tuple[date, date] | None = None
    commit: str | None = None
    manifest: bytes = b""
    signature: bytes | None = None
    vouched: Vouched | None = None


def write(
    path: Path,
    files: Mapping[str, bytes],
    ruleset: Ruleset,
    forms: Table,
    *,
    commit: str | None = None,
    sign: Callable[[bytes], bytes] | None = None,
) -> Manifest:
    """The manifest of the bundle that was written; another process sees the old file or the whole new one.

    Args:
        path: where to write it.
        files: every rule file by its path, as they were read for `ruleset`.
        ruleset: what they mean.
        forms: those of the words of all their names.
        commit: the commit of the checkout that they are from.
        sign: makes the signature of the manifest.

    Raises:
        OSError: the file cannot be written.
        RulesError: it would hold more than is read back.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):  # whoever is root would take a device away
        raise OSError(errno.EINVAL, "not a regular file")
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            said = _write(file, files, ruleset, forms, commit=commit, sign=sign)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return said


def packed(files: Mapping[str, bytes], ruleset: Ruleset) -> bytes:
    """The bundle of a rule set without word forms: what decisions follow from, and no more.

    Args:
        files: every rule file by its path, as they were read for `ruleset`.
        ruleset: what they mean.
    """
    file = BytesIO()
    _write(file, files, ruleset, None)
    return file.getvalue()


def _write(
    file: IO[bytes],
    files: Mapping[str, bytes],
    ruleset: Ruleset,
    forms: Table | None,
    *,
    commit: str | None = None,
    sign: Callable[[bytes], bytes] | None = None,
) -> Manifest:
    words = None if forms is None else forms.encoded()
    digests = ruleset.meaning, ruleset.source
    format_, held = (WITHOUT_FORMS, None) if words is None else (FORMAT, _digest(words))
    if _is_too_much({FORMS: len(words or b""), **{name: len(data) for name, data in files.items()}}):
        raise _refused("the rules are more than a bundle can hold", _SERVE)
    said = Manifest(format_, LANGUAGE_VERSION, *digests, len(files), len(ruleset.rules), held, commit or msgspec.UNSET)
    if ruleset.signed_on is not None and ruleset.fresh_until is not None and _cuts_short(ruleset):
        said.signed_on, said.fresh_until = ruleset.signed_on, ruleset.fresh_until
    manifest = msgspec.json.format(msgspec.json.encode(said))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(_entry(MANIFEST), manifest)
        if sign is not None:
            archive.writestr(_entry(SIGNATURE), sign(manifest))
        if words is not None:
            archive.writestr(_entry(FORMS), words)
        for name in sorted(files):
            archive.writestr(_entry(name), files[name])
    return said


def _cuts_short(ruleset: Ruleset) -> bool:
    """Whether a register may be stale because the rules are; else the same rules signed again are the same bytes."""
    return any(each.fresh_until == ruleset.fresh_until for each in ruleset.registers.values())


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry that says nothing of when, where and by whom it was made."""
    entry = zipfile.ZipInfo(name, _LONG_AGO)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    return entry


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def read(path: Path | IO[bytes], shown: str) -> Bundle:
    """What is in a bundle.

    Args:
        path: the bundle, or its bytes to be read from.
        shown: how messages name it.

    Raises:
        RulesError: it cannot be read, or is not what it was when it was made.
    """
    with _opened(path, shown) as archive:
        files = _unpacked(archive, shown)
    manifest, signature = files.pop(MANIFEST, b""), files.pop(SIGNATURE, None)
    said = _manifest(manifest, shown)
    forms = None if said.forms is None else _forms(files.pop(FORMS, b""), said.forms, shown)
    if said.source != digest.source(files):
        raise _refused(f"`{shown}` does not hold the files that its manifest names", _AGAIN)
    if not files:
        raise _refused(f"`{shown}` holds no rule file", _AGAIN)
    return Bundle(files, forms, _fresh(said), said.commit or None, manifest, signature)


def read_head(path: Path | IO[bytes], shown: str) -> Bundle:
    """The manifest of a bundle and who signed it, and none of its files: enough to see whether it is let in.

    Args:
        path: the bundle, or its bytes to be read from.
        shown: how messages name it.

    Raises:
        RulesError: it cannot be read.
    """
    with _opened(path, shown) as archive:
        entries = {entry.filename: entry for entry in archive.infolist() if entry.filename in {MANIFEST, SIGNATURE}}
        if any(entry.file_size > MOST_HEAD for entry in entries.values()):
            raise _refused(f"`{shown}` has a manifest or a signature that is too large", _AGAIN)
        head = {name: _member(archive, entry) for name, entry in entries.items()}
    return Bundle({}, manifest=head.get(MANIFEST, b""), signature=head.get(SIGNATURE))


@contextlib.contextmanager
def _opened(path: Path | IO[bytes], shown: str) -> Iterator[zipfile.ZipFile]:
    """The archive; what goes wrong while it is read is a problem of the bundle."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except OSError as error:
        why = (error.strerror or "no reason given").lower()
        raise _refused(f"`{shown}` cannot be read: {why}", _AGAIN) from None
    except _BROKEN:
        raise _refused(f"`{shown}` is no bundle, or was cut", _AGAIN) from None


def _fresh(said: Manifest) -> tuple[date, date] | None:
    """Since and until when the rules are fresh, where they were kept with that."""
    if said.signed_on is msgspec.UNSET or said.fresh_until is msgspec.UNSET:
        return None
    return said.signed_on, said.fresh_until


def _forms(data: bytes, digest_: str, shown: str) -> Table:
    """The word forms. Those that were altered are refused as a rule would be: too few of them hide notices."""
    if _digest(data) != digest_:
        raise _refused(f"`{shown}` does not hold the word forms that its manifest names", _AGAIN)
    try:
        return Table.decoded(data)
    except TableError as error:
        raise _refused(f"`{shown}` {error}", _AGAIN) from None


def _unpacked(archive: zipfile.ZipFile, shown: str) -> dict[str, bytes]:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_FILES or len(set(names)) != len(names):
        raise _refused(f"`{shown}` has too many files, or two of one name", _AGAIN)
    if _is_too_much({entry.filename: entry.file_size for entry in entries}):
        raise _refused(f"`{shown}` holds more than can be unpacked", _SERVE)
    return {entry.filename: _member(archive, entry) for entry in entries}


def _is_too_much(sizes: Mapping[str, int]) -> bool:
    """Whether some files, by name, or one of them, are larger than what is unpacked; no real set comes near it."""
    is_large = any(size > (MOST_FORMS if name == FORMS else MOST_BYTES) for name, size in sizes.items())
    return is_large or sum(sizes.values()) > MOST_UNPACKED


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """A file of a bundle, and no more than it is said to have: asked for all, the reader unpacks whatever comes."""
    with archive.open(entry) as file:
        return file.read(entry.file_size)


def _manifest(data: bytes, shown: str) -> Manifest:
    try:
        said = msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError:
        raise _refused(f"`{shown}` has no manifest that can be read", _AGAIN) from None
    if said.format not in {FORMAT, WITHOUT_FORMS} or said.language != LANGUAGE_VERSION:
        help_ = f"build it with this version: format {FORMAT}, rule language {LANGUAGE_VERSION}"
        raise _refused(f"`{shown}` has format {said.format} and rule language {said.language}", help_)
    if (said.forms is None) != (said.format == WITHOUT_FORMS):
        raise _refused(f"`{shown}` has a manifest that does not fit format {said.format}", _AGAIN)
    return said


def _refused(message: str, help_: str) -> RulesError:
    return RulesError([Problem(message, help=help_)])
