"""What some endpoints answer, as types: where the answer is put together from what is at hand, and no type makes it.

Theory: these types make nothing, they only say. That they say the truth is for tests: every answer is held against
them, with no field more and none less.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from compliance.answer import Digests, Evidence
from compliance.audit.report import Basis
from compliance.purging import PurgeStatus


class Health(msgspec.Struct):
    """That the process answers."""

    status: Literal["ok"]


class RuleProblem(msgspec.Struct):
    """What is wrong with a rule file, and where."""

    message: str
    help: str | None
    path: str | None
    line: int | None
    column: int | None


class SignedState(msgspec.Struct):
    """Who vouches for signed rules, which version they are, and from when to when they are believed."""

    by: list[str]
    version: int
    signed_on: date | None
    fresh_until: date | None
    commit: str | None


class RulesState(msgspec.Struct):
    """Whether the newest rule files are in use, and what is wrong with them if not."""

    loaded: bool
    detail: str
    problems: list[RuleProblem]
    signed: SignedState | None


class GeoSource(msgspec.Struct):
    """A source of places."""

    name: str
    type: str
    date: date | None
    licence: str | None
    problem: str | None
    age_days: int | UnsetType = UNSET
    state: Literal["fresh", "ageing", "stale"] | UnsetType = UNSET
    knows: list[str] | UnsetType = UNSET
    database_type: str | UnsetType = UNSET
    sha256: str | UnsetType = UNSET
    rows: int | UnsetType = UNSET
    removals: int | UnsetType = UNSET


class Sealed(msgspec.Struct):
    """How the log of evidence is sealed; null is what nobody knows."""

    by: Literal["service", "others"]
    leaves: int | None
    age_seconds: int | None
    waiting: bool | None
    problem: str | None


class EvidenceState(msgspec.Struct):
    """How recording and sealing stand."""

    mode: str
    recording: bool
    detail: str
    sealed: Sealed | None


class KeysState(msgspec.Struct):
    """Whether callers need a key, and what is wrong with a newer file of them."""

    needed: bool
    problem: str | None


class Ready(msgspec.Struct):
    """How the service stands. Whoever lacks a key that is needed gets `status` alone."""

    status: Literal["ready", "degraded"]
    ruleset: Digests | UnsetType = UNSET
    rules: RulesState | UnsetType = UNSET
    geo: list[GeoSource] | UnsetType = UNSET
    evidence: EvidenceState | UnsetType = UNSET
    purge: PurgeStatus | UnsetType | None = UNSET
    keys: KeysState | UnsetType = UNSET


class RuleLine(msgspec.Struct):
    """A rule in short."""

    id: str
    title: str
    status: str
    review_by: date | None


class Counts(msgspec.Struct):
    """How much is in a rule set."""

    rules: int
    active_rules: int
    entities: int
    registers: int
    territories: int


class RulesetInUse(msgspec.Struct):
    """Which rule set answers."""

    meaning: str
    source: str
    language: int
    rules: list[RuleLine]
    counts: Counts


class LawDays(msgspec.Struct):
    """Law days from a first to a last, both included; null where nothing is known to change."""

    first_day: date | None
    last_day: date | None


class Stretch(msgspec.Struct):
    """The law days for which a table holds; `zones` has them by time zone while it is not the same day everywhere."""

    first_day: date | None
    last_day: date | None
    zones: dict[str, LawDays]


class Words(msgspec.Struct):
    """The SHA-256 of words by language, and the language that is shown where a reader reads none of them."""

    default: str
    text: dict[str, str]
    short: dict[str, str]


class TabledNotice(msgspec.Struct):
    """A notice as readers in some places are shown it, or as it is held for them."""

    id: str
    status: str
    display: str
    words: Words
    entity: str | None
    placements: list[str]
    rules: list[str]
    rule_count: int | None
    unknowns: list[str]
    approximated: bool
    reach: bool


class TabledFootnote(msgspec.Struct):
    """What several notices say together."""

    id: str
    entities: list[str]
    words: Words


class TableRow(msgspec.Struct):
    """What readers in some places are shown."""

    places: list[str]
    notices: list[TabledNotice]
    footnotes: list[TabledFootnote]


class RecordedTable(msgspec.Struct):
    """What readers in every place are shown on a page; `elsewhere` and `unknown` are numbers of rows, from 0."""

    table: str
    content: str | None
    called: str | None
    facts: dict[str, Any]
    scanner: str | None
    ruleset: Digests
    semantics: int
    stretch: Stretch
    turns: dict[str, int]
    rows: list[TableRow]
    elsewhere: int
    unknown: int


class Table(RecordedTable):
    """The same, and whether it is recorded."""

    evidence: Evidence


class Rendered(msgspec.Struct):
    """That a confirmation is recorded; `known` says whether the sealed log has the table."""

    state: Literal["recorded"]
    rendered: str
    known: bool


class ReportTable(msgspec.Struct):
    """A table of a report; `left_out` is how many rows more there are."""

    rows: list[dict[str, str | int | list[str] | None]]
    left_out: int
    note: str | None


class ReportData(msgspec.Struct):
    """A report: what it was asked for, what it rests on, and its tables, each a member of its own."""

    report: str
    title: str
    filters: dict[str, str]
    by: list[str]
    limit: int
    notes: list[str]
    basis: Basis


class SignedCheckpoint(msgspec.Struct):
    """What of the log is signed."""

    origin: str
    size: int
    root: str
    note: str


class RecordedDecision(msgspec.Struct):
    """A recorded decision, where it stands in the log, and what proves that."""

    state: Literal["sealed"]
    decision: str
    leaf: int
    recorded_on: date
    checkpoint: SignedCheckpoint
    receipt: str
    entry: str
    table: RecordedTable
    shown: dict[str, Any] | None


class WaitingDecision(msgspec.Struct):
    """A decision that is recorded and not sealed yet."""

    state: Literal["not sealed yet"]
    decision: str
