"""Verifies segment files: what waits in them to be sealed, and that what was sealed of them is in the log.

Theory: a file of records shows by itself what was altered in it, but for its end. So what others know of it is held
against it, too: the header of the next file of its worker, and what the log says it has sealed. A file that is spoken
of and is not there was sealed as a whole, or is lost. A torn end is not damage: nobody was promised what stood there.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from compliance.audit.frame import (
    HEADER_SIZE,
    OVERHEAD,
    Header,
    Prefix,
    file_name,
    header_of,
    worker_and_number,
)
from compliance.audit.ledger import NOWHERE, Ledger
from compliance.audit.listing import Listing
from compliance.audit.merkle import leaf_hash
from compliance.audit.record import BodyRecord, RecordError, RulesetRecord, decode
from compliance.audit.sealed_state import SealedSegment, SealedState, sealed_state_in, size_in_name
from compliance.audit.sealing import ERASURE, kind_in
from compliance.audit.segment_reading import Ending, Reading, read
from compliance.audit.verifying_records import blob_path, key_in
from compliance.errors import EvidenceError

SEGMENTS: Final = "segments/"
SEALED: Final = "sealed/"


@dataclass(slots=True)
class _Known:
    """What is known of a file from elsewhere."""

    path: str
    sealed: SealedSegment | None = None
    prefixes: list[Prefix] = field(default_factory=list)
    """As the headers of later files have them."""


class SegmentsVerifier:
    """One look at each segment file, and at what says how far they are sealed."""

    def __init__(self, files: Listing, ledger: Ledger) -> None:
        """Nothing is read yet.

        Args:
            files: those of the evidence.
            ledger: takes what the log has to have of them, and what waits.
        """
        self._files, self._ledger, self._findings = files, ledger, files.findings
        self._state: SealedState | None = None
        self._written: bytes | None = None
        """The state as it stood."""
        self.waiting = 0
        """How many records are not sealed yet."""

    def read_state(self, size: int, root: bytes) -> None:
        """Read how far segment files were sealed when the log had this size and this root."""
        for path in self._files.under(SEALED):
            other = size_in_name(path.removeprefix(SEALED))
            if other is not None and other < size:
                self._findings.add("sealed-left", path, f"the log has {size} leaves now")
            elif other is not None and other > size:
                self._findings.add("seal-unfinished", path, f"no checkpoint says that the log has {other} leaves")
        path = f"{SEALED}{size}.json"
        self._written = data = self._files.read(path)
        if data is None:
            if size and not self._files.has_moved():
                self._findings.add("sealed-wrong", path, "it is missing")
            return
        try:
            self._state = sealed_state_in(data, size)
        except EvidenceError as error:
            self._findings.add("sealed-wrong", path, str(error))
            return
        if self._state.root != root.hex():
            self._findings.add("sealed-wrong", path, "it is of a log with another root")

    def verify(self, erased: Collection[bytes]) -> None:
        """Look at all files.

        Args:
            erased: the hashes of leaves that were erased.
        """
        names = [path for path in self._files.under(SEGMENTS) if worker_and_number(path.removeprefix(SEGMENTS))]
        known = self._known(names)
        for path in names:
            data = self._files.read(path)
            if data is not None:
                header = header_of(data)
                identity = header.identity if isinstance(header, Header) else self._identity_of(path)
                self._file(path, data, known.pop(identity, _Known(path)), erased)
        for each in known.values():
            if not self._has_moved():
                self._missing(each)

    def _known(self, names: list[str]) -> dict[bytes, _Known]:
        """What is known of each file, by its identity; names come again."""
        known: dict[bytes, _Known] = {}
        for each in self._state.segments if self._state else ():
            known[bytes.fromhex(each.identity)] = _Known(SEGMENTS + each.name, each)
        for path in names:
            header = header_of((self._files.read(path) or b"")[:HEADER_SIZE])
            if isinstance(header, Header) and (before := header.before) is not None and before.records:
                former = SEGMENTS + file_name(header.worker, before.number)
                known.setdefault(before.identity, _Known(former)).prefixes.append(before)
        return known

    def _identity_of(self, path: str) -> bytes:
        """What a file should be of which the header cannot be read."""
        segments = self._state.segments if self._state else ()
        found = [each.identity for each in segments if SEGMENTS + each.name == path and not each.is_whole]
        return bytes.fromhex(found[0]) if found else b""

    def _has_moved(self) -> bool:
        """Whether more was sealed since: then files may have been taken away."""
        is_same = self._state is None or self._files.read(self._state.path) == self._written
        return not is_same or self._files.has_moved()

    def _missing(self, known: _Known) -> None:
        """Say that a file is lost, unless it was sealed as a whole."""
        sealed = known.sealed
        if sealed is not None and not sealed.is_whole:
            is_other = known.path in self._files
            check = "segment-damaged" if is_other else "segment-missing"
            why = "another file has taken its place" if is_other else "it is missing, and it had not ended"
            self._findings.add(check, known.path, why)
            return
        for prefix in known.prefixes:
            if sealed is None or sealed.records < prefix.records:
                why = f"it is missing, and the next file says that {prefix.records} records in it were durable"
                self._findings.add("segment-missing", known.path, why)

    def _file(self, path: str, data: bytes, known: _Known, erased: Collection[bytes]) -> None:
        name = path.removeprefix(SEGMENTS)
        plain = read(data, name=name)
        sealed = known.sealed
        prefixes = [*known.prefixes, *([sealed.prefix] if sealed else [])]
        readings = [plain, *(read(data, name=name, at_least=each) for each in prefixes)]
        worst = next((each for each in readings if each.ending is Ending.DAMAGED), plain)
        if worst.ending is Ending.DAMAGED:
            self._findings.add("segment-damaged", path, worst.why, byte=worst.position.offset)
        elif worst.ending is Ending.TORN:
            self._findings.add("segment-torn", path, worst.why, byte=worst.position.offset)
        if sealed is not None:
            self._position(path, sealed, plain)
        self._records(path, plain, sealed.records if sealed else 0, erased)

    def _position(self, path: str, sealed: SealedSegment, plain: Reading) -> None:
        """Hold the place up to which a file is sealed against its frames."""
        offset = HEADER_SIZE + sum(OVERHEAD + len(each) for each in plain.records[: sealed.records])
        is_there = sealed.offset in {offset, offset + OVERHEAD}  # a frame that ends the file may follow
        if sealed.records <= len(plain.records) and not is_there:
            why = f"{sealed.records} records of `{path}` do not end at byte {sealed.offset}"
            self._findings.add("sealed-wrong", self._state.path if self._state else path, why)
        if sealed.is_whole and sealed.records == len(plain.records) and plain.ending is not Ending.DAMAGED:
            self._findings.add("segment-sealed", path, "all of its records are in the log")

    def _records(self, path: str, reading: Reading, sealed: int, erased: Collection[bytes]) -> None:
        """What the records of a file need."""
        for number, data in enumerate(reading.records):
            its_hash = leaf_hash(data)
            if number >= sealed:
                self.waiting += 1
                self._ledger.has("leaf", its_hash, NOWHERE)
            if its_hash in erased:
                self._findings.add("erasure-left", path, f"record {number} was erased in the log")
                continue
            try:
                if kind_in(data) == ERASURE:
                    why = f"record {number} says that leaves were erased"
                    self._findings.add("erasure-foreign", path, why)
                    continue
                self._record(data, is_sealed=number < sealed)
            except RecordError as error:
                self._findings.add("record-unreadable", path, f"record {number}: {error}")

    def _record(self, data: bytes, *, is_sealed: bool) -> None:
        record = decode(data)
        name = "leaf", leaf_hash(data)
        if isinstance(record, RulesetRecord):
            self._ledger.needs("blob", bytes.fromhex(record.bundle), NOWHERE)
        if isinstance(record, BodyRecord):
            self._ledger.needs("blob", bytes.fromhex(record.sha256), NOWHERE)
            data = self._files.read(blob_path(record.sha256)) or b""
            if sha256(data).hexdigest() != record.sha256:
                return  # which the look at all blobs tells
            record = decode(data)
        if is_sealed:
            self._ledger.needs(*(key_in(record, data) or name), NOWHERE)
