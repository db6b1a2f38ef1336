"""Verifies what the leaves of a log say: that each is a record in its one form, and that what it names is there.

Theory: hashes show that an entry is what was signed, not that it makes sense. A log that can be replayed has every rule
set and every outcome before the tables that name it, every body and bundle beside it, and nothing twice. An entry
without bytes was erased if a leaf says so, with the hash that it had.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from compliance.audit.finding import Erasure
from compliance.audit.ledger import Entry, Ledger
from compliance.audit.listing import Listing
from compliance.audit.record import (
    AnyRecord,
    BodyRecord,
    DecisionRecord,
    ErasureRecord,
    OtherRecord,
    OutcomeRecord,
    RecordError,
    RenderedRecord,
    RulesetRecord,
    TableRecord,
    decode,
    encode,
    key_of,
)
from compliance.audit.sealing import KEPT, kind_in
from compliance.audit.verifying_tiles import Leaf

_NAMES: Final = {
    "outcome": "outcome",
    "ruleset": "rule set",
    "table": "table",
    "rendered": "confirmation",
    "blob": "file",
    "leaf": "leaf",
}


class RecordsVerifier:
    """One pass over the leaves of a log."""

    def __init__(self, files: Listing, size: int, ledger: Ledger) -> None:
        """Nothing is read yet.

        Args:
            files: those of the evidence.
            size: how many leaves the log has.
            ledger: takes what each leaf has and names.
        """
        self._files, self._size, self._ledger = files, size, ledger
        self._findings = files.findings
        self.counts: Counter[str] = Counter()
        """How many records there are of each kind."""
        self.read = 0
        """How many leaves were read, erased ones among them."""
        self.empty: dict[int, bytes] = {}
        """The hashes of leaves without bytes."""
        self.erased: dict[int, tuple[bytes, int]] = {}
        """For each leaf that was erased the hash that it had, and the leaf that says so."""
        self.erasures: list[Erasure] = []
        """What leaves say of it."""

    def take(self, leaf: Leaf) -> None:
        """Look at a leaf."""
        if leaf.entry is None:
            return
        self.read += 1
        if not leaf.entry:
            self.empty[leaf.number] = leaf.hash
            return
        try:
            record = decode(leaf.entry)
        except RecordError as error:
            self._findings.add("record-unreadable", leaf.path, str(error), leaf=leaf.number)
            return
        self.counts[kind_of(record)] += 1
        self._take(leaf, record)

    def _take(self, leaf: Leaf, record: AnyRecord | OtherRecord) -> None:
        data: bytes | None = leaf.entry
        if isinstance(record, BodyRecord):
            data, record = self._body(leaf, record)
        if data is None:
            return
        self._ledger.has("leaf", leaf.hash, leaf.number)
        if (key := key_in(record, data)) is not None:
            self._ledger.has(*key, leaf.number)
        if isinstance(record, TableRecord):
            self._ledger.needs("outcome", bytes.fromhex(record.outcome), leaf.number, before=True)
            self._ledger.needs("ruleset", _ruleset(record), leaf.number, before=True)
        elif isinstance(record, RulesetRecord):
            self._ledger.has("ruleset", _ruleset(record), leaf.number)
            self._bundle(leaf, record)
        elif isinstance(record, DecisionRecord):
            self._ledger.needs("table", bytes.fromhex(record.table), leaf.number, before=True)
        elif isinstance(record, ErasureRecord) and data is leaf.entry:
            self._erasure(leaf, record)
        elif isinstance(record, ErasureRecord):
            self._findings.add("erasure-wrong", leaf.path, "it stands beside the log", leaf=leaf.number)
        elif isinstance(record, OtherRecord):
            self._findings.add("kind-unknown", leaf.path, f"a record of the kind `{record.kind}`", leaf=leaf.number)

    def _body(self, leaf: Leaf, stub: BodyRecord) -> tuple[bytes | None, AnyRecord | OtherRecord]:
        """The bytes of the record that stands beside the log, and the record; no bytes if it is not sound."""
        self._ledger.needs("blob", bytes.fromhex(stub.sha256), leaf.number)
        path = blob_path(stub.sha256)
        data = self._files.read(path)
        if data is None or sha256(data).hexdigest() != stub.sha256:
            return None, stub  # which the look at all blobs tells
        try:
            record = decode(data)
        except RecordError as error:
            self._findings.add("record-unreadable", path, str(error), leaf=leaf.number)
            return None, stub
        if (kind_of(record), len(data)) != (stub.of, stub.size):
            why = f"it is not the `{stub.of}` of {stub.size} bytes that the leaf names"
            self._findings.add("record-unreadable", path, why, leaf=leaf.number)
        return data, record

    def _bundle(self, leaf: Leaf, record: RulesetRecord) -> None:
        self._ledger.needs("blob", bytes.fromhex(record.bundle), leaf.number)
        found = self._files.digest(blob_path(record.bundle))
        if found is not None and found[0] == record.bundle and found[1] != record.size:
            why = f"its leaf says that the bundle has {record.size} bytes, and it has {found[1]}"
            self._findings.add("record-unreadable", leaf.path, why, leaf=leaf.number)

    def _erasure(self, leaf: Leaf, record: ErasureRecord) -> None:
        if len(record.leaves) != len(record.hashes):
            self._findings.add("erasure-wrong", leaf.path, "it has not one hash for each leaf", leaf=leaf.number)
        said = Erasure(
            leaf=leaf.number, day=f"{record.day}", leaves=len(record.leaves), reason=record.reason, by=record.by
        )
        self.erasures.append(said)
        for number, found in zip(record.leaves, record.hashes, strict=False):
            if number >= leaf.number:
                why = f"there is no leaf {number} before it"
                self._findings.add("erasure-wrong", leaf.path, why, leaf=leaf.number)
            else:
                self.erased.setdefault(number, (bytes.fromhex(found), leaf.number))

    def end(
        self,
        path_of: Callable[[int], str],
        hash_of: Callable[[int], bytes | None],
        entry_of: Callable[[int], bytes],
    ) -> None:
        """Hold the leaves without bytes against those that say that they were erased.

        Args:
            path_of: gives the bundle of a leaf.
            hash_of: gives the hash of a leaf.
            entry_of: gives the bytes of a leaf that has some.
        """
        for number in self.empty.keys() - self.erased.keys():
            why = "the leaf has no bytes, and nothing says that it was erased"
            self._findings.add("erased-unsaid", path_of(number), why, leaf=number)
        for number, (found, by) in self.erased.items():
            if hash_of(number) not in {found, None}:
                why = f"leaf {number} has another hash than this one says"
                self._findings.add("erasure-wrong", path_of(by), why, leaf=by)
            elif number not in self.empty and hash_of(number) is not None:
                why = f"leaf {by} says that its bytes were erased, and they are there"
                self._findings.add("erasure-left", path_of(number), why, leaf=number)
                if (kind := kind_in(entry_of(number))) in KEPT:
                    why = f"leaf {number} is of the kind `{kind}`, which is never erased"
                    self._findings.add("erasure-wrong", path_of(by), why, leaf=by)
        if self.empty and self.read == self._size and not self.counts["mode"]:
            why = "no leaf is left that says that recording began, and such leaves are never erased"
            self._findings.add("erasure-wrong", path_of(0), why)
        self._twice(path_of)

    def _twice(self, path_of: Callable[[int], str]) -> None:
        """Say what stands in the log again."""
        told: set[int] = set()
        for entry, first in self._ledger.twice():
            if entry.what != "ruleset" and entry.leaf not in told:
                told.add(entry.leaf)
                why = f"the {_NAMES[entry.what]} stands in leaf {first} already"
                self._findings.add("recorded-twice", path_of(entry.leaf), why, leaf=entry.leaf)

    def lacking(self, entry: Entry, path: str) -> None:
        """Say that something is not there that a leaf names."""
        what = _NAMES[entry.what]
        if entry.what == "blob":
            why = f"leaf {entry.leaf} names it, and it is missing"
            self._findings.add("blob-missing", blob_path(entry.name.hex()), why, leaf=entry.leaf)
        elif self.read < self._size or (self.empty and entry.what not in KEPT):
            self._findings.add("reference-gone", path, f"the {what} that it names is not found", leaf=entry.leaf)
        else:
            why = f"the {what} that it names is not in the log before it"
            self._findings.add("reference-lacking", path, why, leaf=entry.leaf)


def key_in(record: AnyRecord | OtherRecord, data: bytes) -> tuple[str, bytes] | None:
    """The kind and the key of a record that has one, and so may be in a log once only."""
    if isinstance(record, TableRecord | OutcomeRecord | RenderedRecord):
        is_all = encode(record) == data  # if a later version said more, it is part of the key
        return kind_of(record), bytes.fromhex(record.key if is_all else key_of(data))
    return None


def kind_of(record: AnyRecord | OtherRecord) -> str:
    """The word for a kind of records."""
    return record.kind if isinstance(record, OtherRecord) else str(record.__struct_config__.tag)


def blob_path(name: str) -> str:
    """Where the bytes with this SHA-256, in hexadecimal digits, are kept."""
    return f"blobs/{name[:2]}/{name}"


def _ruleset(record: TableRecord | RulesetRecord) -> bytes:
    return sha256(f"{record.ruleset}\n{record.source}".encode()).digest()
