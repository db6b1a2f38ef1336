"""What is found when evidence is verified: the kinds of it, what each means, and what to do.

Theory: whoever verifies evidence has not seen it written. So a finding says what is wrong and where, down to the leaf
and the byte, and its kind says what that means and what to do. There are three grades. *Damage* is what neither this
product nor a crash leaves. A *leftover* is what a crash leaves, and whoever runs the log puts in order; it costs no
evidence. A *note* is what cannot be proven here, and has to be known to judge the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Final, NamedTuple

import msgspec


class Grade(Enum):
    """How bad a finding is, the worst first."""

    DAMAGE = "damage"
    LEFTOVER = "leftover"
    NOTE = "note"


class Kind(NamedTuple):
    """What findings of one kind mean, and what to do about them."""

    grade: Grade
    meaning: str
    help: str


_RESTORE: Final = "restore the file from a backup and verify again; keep the altered one, it shows what was done"
_SEALER: Final = "run `compliance audit fsck`, or seal again"

KINDS: Final[Mapping[str, Kind]] = {
    "unreadable": Kind(
        Grade.DAMAGE, "the file cannot be read, so nothing is known of it", "look after the disk and its permissions"
    ),
    "stray": Kind(
        Grade.DAMAGE, "nothing of the log has this name", "find out who put it there, and take it out of the directory"
    ),
    "key-altered": Kind(
        Grade.DAMAGE,
        "the public keys beside the log are not those that it is verified with",
        "compare them with the key that you were given, and trust that one",
    ),
    "checkpoint-missing": Kind(
        Grade.DAMAGE,
        "there is a log, and nothing says what belongs to it: its checkpoint was taken away",
        "restore `log/checkpoint` from a backup or from where checkpoints are exported to",
    ),
    "checkpoint-wrong": Kind(
        Grade.DAMAGE,
        "the log has not signed this, so nothing of it is proven",
        "make sure that the key is that of this log; then restore the checkpoint",
    ),
    "rolled-back": Kind(
        Grade.DAMAGE,
        "the log was larger once: leaves were cut off at its end, or an old copy was put in its place",
        "restore the larger log; the earlier checkpoint proves that it was there",
    ),
    "earlier-wrong": Kind(
        Grade.DAMAGE, "this is no checkpoint that the log signed", "make sure that the file is one, and of this log"
    ),
    "inconsistent": Kind(
        Grade.DAMAGE,
        "the log does not begin with what an earlier checkpoint of it signed: somebody who has the key wrote it anew",
        "keep both checkpoints: together they prove it",
    ),
    "root-wrong": Kind(Grade.DAMAGE, "the hashes of the log have another root than the one that was signed", _RESTORE),
    "tile-missing": Kind(Grade.DAMAGE, "hashes of the log are gone, and proofs cannot be made", _RESTORE),
    "tile-altered": Kind(Grade.DAMAGE, "hashes of the log were altered; the entries under them fit", _RESTORE),
    "entries-missing": Kind(Grade.DAMAGE, "entries of the log are gone; their hashes are left", _RESTORE),
    "entry-altered": Kind(Grade.DAMAGE, "an entry is not the one that the log signed", _RESTORE),
    "erased-unsaid": Kind(
        Grade.DAMAGE, "the bytes of a leaf are gone, and no leaf says that they were erased", _RESTORE
    ),
    "erasure-wrong": Kind(
        Grade.DAMAGE,
        "a leaf says that another one was erased, and names a leaf or a hash that the log does not have before it, "
        "or a leaf that is never erased",
        "ask who erased it; restore what is gone from a backup",
    ),
    "erasure-foreign": Kind(
        Grade.DAMAGE,
        "somebody else than the sealer says that leaves were erased; it is not sealed, and nothing was erased for it",
        "find out who can write segment files",
    ),
    "record-unreadable": Kind(
        Grade.DAMAGE,
        "the log signed something that is no record in its one form: a mistake of what wrote it",
        "report it as a fault of this product; the entry itself is unaltered",
    ),
    "recorded-twice": Kind(
        Grade.DAMAGE,
        "the log has twice what it has once: it was sealed again, or put in by whoever has the key",
        "report it as a fault of this product; count the first one only",
    ),
    "reference-lacking": Kind(
        Grade.DAMAGE,
        "a leaf names what no leaf before it has, so it cannot be replayed",
        "report it as a fault of this product",
    ),
    "blob-missing": Kind(Grade.DAMAGE, "a leaf names a file, and it is gone", _RESTORE),
    "blob-altered": Kind(Grade.DAMAGE, "the file is not the one that a leaf names: it has another hash", _RESTORE),
    "segment-damaged": Kind(
        Grade.DAMAGE,
        "records that were durable are altered, moved or gone before they were sealed; those before them are sound",
        "keep the file; restore it from a backup if there is one",
    ),
    "segment-missing": Kind(
        Grade.DAMAGE, "records that were durable are gone before they were sealed", "restore the file from a backup"
    ),
    "sealed-wrong": Kind(
        Grade.DAMAGE,
        "the file that says how far segment files are sealed is gone, altered, or of other files",
        "restore it from a backup; without it, nothing may be sealed",
    ),
    "record-lost": Kind(
        Grade.DAMAGE,
        "a record counts as sealed, and the log does not have it: the log was cut back, or `sealed/` was altered",
        "keep the segment file: it has the record",
    ),
    "views-wrong": Kind(
        Grade.DAMAGE,
        "reports from these views are wrong; the log itself is not concerned",
        "run `compliance audit rebuild`",
    ),
    "temporary": Kind(Grade.LEFTOVER, "a file that was being written when something ended the process", _SEALER),
    "unsealed-tile": Kind(
        Grade.LEFTOVER, "a seal was broken off before its checkpoint, or is under way: nothing of it counts", _SEALER
    ),
    "sealed-left": Kind(Grade.LEFTOVER, "it says how far segment files were sealed at an earlier size", _SEALER),
    "seal-unfinished": Kind(
        Grade.LEFTOVER,
        "a seal was broken off right before its checkpoint, or that checkpoint was taken away since",
        "seal again: what was signed then is published, and what was not is sealed anew; hold the log against an "
        "exported checkpoint: `--since`",
    ),
    "segment-sealed": Kind(
        Grade.LEFTOVER, "all of its records are in the log, and it had not been taken away yet", "seal again"
    ),
    "compaction-left": Kind(
        Grade.LEFTOVER, "the bundle is there twice, compressed and not, with the same entries", _SEALER
    ),
    "blob-unnamed": Kind(
        Grade.LEFTOVER,
        "no record names the file: what would have named it was not recorded, was erased, or is about to be recorded",
        "run `compliance audit fsck` while nothing is recorded",
    ),
    "erasure-left": Kind(
        Grade.LEFTOVER,
        "a leaf says that these bytes were erased, and they are still there",
        "erase the leaf again; a segment file in use keeps its copy until it is full or its process ends",
    ),
    "segment-torn": Kind(
        Grade.LEFTOVER,
        "a crash leaves this of records that were not acknowledged, and so does somebody who writes right now; "
        "damage to the very last records looks the same",
        "nothing, if a process or the power ended then; the file is left as it is",
    ),
    "key-beside": Kind(
        Grade.NOTE,
        "the key that was used lies beside the log: whoever wrote the log anew could have put it there, too",
        "give the key that you were handed: `--key`",
    ),
    "key-not-given": Kind(
        Grade.NOTE,
        "beside the log is a key that it was not verified with: a former one, or one that somebody put there",
        "ask whoever runs the log, and give a former key, too: `--key`",
    ),
    "packed-otherwise": Kind(
        Grade.NOTE,
        "the compressed file has the right entries in other bytes: another version of zlib packed it, or a bit that "
        "says nothing was turned",
        "nothing; who wants it otherwise unpacks it and runs `compliance audit compact`",
    ),
    "views-unseen": Kind(
        Grade.NOTE, "views are compared with the log only if that is sound", "restore the log, and verify again"
    ),
    "signature-unknown": Kind(
        Grade.NOTE, "somebody else has signed the checkpoint, too; this was not verified", "nothing"
    ),
    "reference-gone": Kind(
        Grade.NOTE,
        "a leaf names what cannot be found; it may be what was erased, or what cannot be read",
        "nothing, if it was erased; it cannot be replayed any more",
    ),
    "kind-unknown": Kind(
        Grade.NOTE, "a later version wrote records of this kind; only their hashes were verified", "use that version"
    ),
}
"""By the name of the kind."""


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that was found, and where: the path is relative to the directory of the evidence."""

    check: str
    path: str
    message: str
    leaf: int | None = None
    """The number of the leaf, from 0."""
    byte: int | None = None
    """Where it begins in the file, from 0."""
    others: int = 0
    """How many more of the same kind the same file has."""

    @property
    def kind(self) -> Kind:
        """What it means, and what to do."""
        return KINDS[self.check]

    @property
    def grade(self) -> Grade:
        """How bad it is."""
        return self.kind.grade


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """What one leaf says of leaves that were erased."""

    leaf: int
    day: str
    leaves: int
    """How many it names."""
    reason: str
    by: str | None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a whole log was found to be."""

    origin: str | None
    """None without a checkpoint that could be read."""
    size: int
    root: str | None
    """In hexadecimal digits, as the checkpoint says."""
    is_signed: bool
    records: Mapping[str, int]
    """How many of each kind were read."""
    erased: int
    """How many leaves have no bytes."""
    erasures: tuple[Erasure, ...] = ()
    waiting: int
    """How many records are acknowledged, or were about to be, and not sealed yet."""
    superseded: int
    """How many partial tiles and bundles are there beside those that took their places."""
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is damaged."""
        return not self.of(Grade.DAMAGE)

    def of(self, grade: Grade) -> tuple[Finding, ...]:
        """The findings of a grade."""
        return tuple(each for each in self.findings if each.grade is grade)


class Findings:
    """Gathers findings: of the same kind in the same file the first, and how many more there are."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Finding] = {}

    def add(self, check: str, path: str, message: str, *, leaf: int | None = None, byte: int | None = None) -> None:
        """Take a finding."""
        known = self._found.get((check, path))
        if known is None:
            known = Finding(check=check, path=path, message=message, leaf=leaf, byte=byte)
        else:
            known = msgspec.structs.replace(known, others=known.others + 1)
        self._found[check, path] = known

    def drop(self, checks: Iterable[str]) -> None:
        """Forget findings of some kinds."""
        gone = set(checks)
        self._found = {key: each for key, each in self._found.items() if each.check not in gone}

    def sorted(self) -> tuple[Finding, ...]:
        """All, the worst first, and then by where they are."""
        grades = list(Grade)
        return tuple(sorted(self._found.values(), key=lambda each: (grades.index(each.grade), each.path, each.check)))
