"""Sealed logs of tables under the shipped rules, and what can be done to them."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from compliance import bundle
from compliance.assemble import Question
from compliance.audit.checkpoint import Checkpoint, signed_checkpoint
from compliance.audit.log_files import LogFiles
from compliance.audit.merkle import HASH_SIZE
from compliance.audit.record import AnyRecord, OtherRecord, OutcomeRecord, RulesetRecord, TableRecord, decode, encode
from compliance.audit.tiles import ENTRIES, WIDTH, Tile
from compliance.audit.tiles import bundle as entry_bundle
from compliance.content.facts import Content
from compliance.content.mentioned import told, with_mentions
from compliance.engine.decide import SEMANTICS
from compliance.law_time import law_days
from compliance.model.territory import LocationSet
from compliance.replaying.again import Tally
from compliance.replaying.inventory import Inventory, Span, taken
from compliance.replaying.other_rules import Compared
from compliance.replaying.running import replay
from compliance.store import Snapshot, open_snapshot, read_rules
from compliance.tabulated import Stamp, Tabulated, table_of
from tests.audit.signing import LOG, ORIGIN

ROOT = Path(__file__).resolve().parent.parent.parent
RULE = "ru/undesirable-organization-reader-risk.yaml"
WARNING = "ru-undesirable-organization-reader-risk"
PLACE_LINE = "reader.location: [RU, ua-russia-controlled]"
DAY = date(2026, 9, 1)
NONCE = "00" * 16
PAGES = 60
"""Half of them under each version: all 24 that publishers and mentions make, and some again."""
PUBLISHERS = ("rferl.org", "Meduza", "example-daily", "Nobody's Paper", "https://tvrain.tv/x", None)
MENTIONED: Sequence[Any] = ("nothing", ["meduza"], ["bellingcat", "rfe-rl"], None)


def rules_with(directory: Path, *changes: tuple[str, str, str]) -> Path:
    """A copy of the shipped rules in which something in some files reads otherwise."""
    shutil.copytree(ROOT / "rules", directory)
    for file, before, after in changes:
        path = directory / file
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after), encoding="utf-8")
    return directory


def leaf_of(files: LogFiles, snapshot: Snapshot, **other: Any) -> RulesetRecord:
    """The leaf that names a rule set, whose bundle is kept beside the log."""
    data = bundle.packed(snapshot.files, snapshot.ruleset)
    said = {"product": "1.0", "semantics": SEMANTICS, "bundle": files.put_blob(data), "size": len(data), **other}
    digests = {"ruleset": snapshot.ruleset.meaning, "source": snapshot.ruleset.source}
    return RulesetRecord(nonce=NONCE, day=DAY, **{**digests, **said})


def contents(first: int, count: int) -> list[Content]:
    """Pages of several publishers, about several organisations."""
    return [
        Content(
            url=f"https://one.example/{number}?utm={number}",
            publisher=PUBLISHERS[number % len(PUBLISHERS)],
            language=("en", "ru", None)[number % 3],
            date_published=f"2026-0{1 + number % 8}-11",
            facts={"content.kind": "article", "content.mentions": MENTIONED[number // 6 % len(MENTIONED)] or "unknown"},
        )
        for number in range(first, first + count)
    ]


def table(snapshot: Snapshot, content: Content, day: date = DAY) -> Tabulated:
    page, known, looked = told(content, snapshot.directory, snapshot.names.look)
    question = Question(page, with_mentions(known, looked), LocationSet.unknown(), (), looked)
    days = law_days(snapshot.ruleset, None, datetime(day.year, day.month, day.day, 20, tzinfo=UTC))
    return table_of(snapshot.index, question, days, Stamp(bytes(16), day))


def seal(directory: Path, entries: Sequence[bytes]) -> None:
    """Have a log of these leaves; only its hashes are missing, which nobody needs here."""
    files, found = LogFiles(directory), []
    for first in range(0, len(entries), WIDTH):
        part = entries[first : first + WIDTH]
        found.append((f"log/{Tile(ENTRIES, first // WIDTH, len(part)).path}", entry_bundle(part)))
    note = signed_checkpoint(Checkpoint(ORIGIN, len(entries), bytes(HASH_SIZE)), [LOG])
    files.write([*found, ("log/checkpoint", note)])


def leaves_of(records: Iterable[AnyRecord | Tabulated]) -> list[bytes]:
    """The leaves of records; of tables also their outcomes before them, each once."""
    found: dict[bytes, None] = {}
    outcomes: set[str] = set()
    for each in records:
        if not isinstance(each, Tabulated):
            found[encode(each)] = None
            continue
        if each.outcome.key not in outcomes:
            outcomes.add(each.outcome.key)
            found[encode(each.outcome)] = None
        found[encode(each.record)] = None
    return list(found)


@dataclass(frozen=True)
class Sealed:
    """A log of tables under two versions of some rules, half of them under each."""

    directory: Path
    old: Snapshot
    new: Snapshot
    entries: tuple[bytes, ...]

    def altered(self, entries: Sequence[bytes], to: Path) -> Path:
        """A copy with other leaves."""
        shutil.copytree(self.directory / "blobs", to / "blobs")
        seal(to, entries)
        return to

    @cached_property
    def records(self) -> list[AnyRecord | OtherRecord]:
        """What the leaves say."""
        return list(map(decode, self.entries))

    def tables(self) -> list[tuple[int, TableRecord]]:
        return [(number, each) for number, each in enumerate(self.records) if isinstance(each, TableRecord)]

    @cached_property
    def _outcomes(self) -> dict[str, tuple[int, OutcomeRecord]]:
        return {each.key: (n, each) for n, each in enumerate(self.records) if isinstance(each, OutcomeRecord)}

    def outcome(self, key: str) -> tuple[int, OutcomeRecord]:
        """The outcome with a key, and its leaf."""
        return self._outcomes[key]

    def with_leaf(self, number: int, entry: bytes, to: Path) -> Path:
        """A copy in which one leaf is another one."""
        return self.altered([*self.entries[:number], entry, *self.entries[number + 1 :]], to)


def two_versions(directory: Path, count: int = PAGES) -> Sealed:
    """Half of the pages under the shipped rules, half under rules in which one text reads otherwise."""
    changed = rules_with(directory / "rules", (RULE, "please note that you could face", "take care: you may face"))
    return under_both(open_snapshot(ROOT / "rules"), open_snapshot(changed), directory / "evidence", count)


def under_both(old: Snapshot, new: Snapshot, evidence: Path, count: int) -> Sealed:
    """Half of the pages under one rule set, half under another one."""
    files = LogFiles(evidence)
    half = count // 2
    before: list[AnyRecord | Tabulated] = [leaf_of(files, old), *(table(old, each) for each in contents(0, half))]
    after: list[AnyRecord | Tabulated] = [leaf_of(files, new), *(table(new, each) for each in contents(half, half))]
    entries = leaves_of([*before, *after])
    seal(evidence, entries)
    return Sealed(evidence, old, new, tuple(entries))


def replayed(directory: Path, span: Span | None = None, jobs: int = 1) -> tuple[Inventory, Tally]:
    """What comes of a log that is decided again."""
    found = taken(LogFiles(directory), span or Span())
    return found, replay(directory, found, jobs=jobs)


def compared(directory: Path, rules: Path) -> Compared:
    """What comes of a log by other rules."""
    tally = replay(directory, taken(LogFiles(directory), Span()), read_rules(rules))
    assert isinstance(tally, Compared)
    return tally


def changed(record: Any, **members: Any) -> bytes:
    """The leaf of a record in which some members are others."""
    return encode(msgspec.structs.replace(record, **members))
