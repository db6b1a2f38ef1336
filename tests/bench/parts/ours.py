"""The job for this engine: as rule files, and as the rule set that they mean, built without reading them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final
from zoneinfo import available_timezones

from compliance.check import Checker
from compliance.content.facts import facts_from
from compliance.content.publisher import Directory
from compliance.dictionary import Names
from compliance.engine.index import Index
from compliance.engine.memo import Memo
from compliance.garbage import uncollected
from compliance.geo import Databases
from compliance.language.load import load
from compliance.model.decision import Decision
from compliance.model.designation import Claim, Entity, Entry, Milestone, Register
from compliance.model.period import Period
from compliance.model.rule import Block, Line, Notice, Placement, Purpose, Rule, Scenario, Severity, Source, Status
from compliance.model.ruleset import Ruleset
from compliance.store import MEMO, MOST_FACTS, Snapshot, Store
from tests.bench.parts.contender import Absent, Contender
from tests.bench.parts.job import DAY, Job, Question, Row

MOST_FILES: Final = 1_000
"""So many rules are read from real files in a directory; more are built in the model."""
_ZONES: Final = ("Europe/Moscow", "Europe/Berlin", "America/New_York")
_LISTED_ON: Final = date(2021, 1, 1)
_TEXT: Final = {
    "en": "If you are in one of these countries, please note that you could face fines for sharing our content.",
    "ru": "Если вы находитесь в одной из этих стран, имейте в виду: за распространение вам может грозить штраф.",
}
_HEAD: Final = """\
status: active
owner: desk@example.org
review_by: 2030-01-01
legal_basis:
  - {title: An act, article: "1", href: "https://law.example/act", confidence: A}
"""
_NOTICE: Final = f"""\
  purpose: reader-safety
  severity: alert
  placement: footer
  conditional: true
  text:
    en: >-
      {_TEXT["en"]}
    ru: >-
      {_TEXT["ru"]}
"""


# -- rule files ---------------------------------------------------------------------------------------


def files_of(job: Job, *, own_notices: bool = False) -> dict[str, bytes]:
    """Every file of a rule set, by path; with `own_notices` each rule asks for a notice of its own."""
    texts = {f"rules/{row.id}.yaml": _rule_text(row, own_notices=own_notices) for row in job.rows}
    texts |= {f"entities/{each}.yaml": _entity_text(each) for each in job.publishers}
    texts |= {f"registers/{each.replace('/', '-')}.yaml": _register_text(each, job) for each in job.lists}
    return {path: text.encode() for path, text in texts.items()}


def _zone(row: Row) -> str:
    return _ZONES[int(row.id.rpartition("-")[2]) % len(_ZONES)]


def _asked(row: Row) -> tuple[str, str]:
    """The fact and the value that a rule asks for beside the place."""
    return ("publisher", row.publisher) if row.publisher else ("publisher.designated_as", row.on_list or "")


def _rule_text(row: Row, *, own_notices: bool) -> str:
    (fact, value), countries = _asked(row), f"[{', '.join(row.countries)}]"
    given = value if row.publisher else f"[{value}]"
    return (
        f"language: 1\nrule: {row.id}\ntitle: Rule {row.id}\n{_HEAD}"
        f"effective: {{first_day: {row.first_day}, last_day: {row.last_day or 'none'}, timezone: {_zone(row)}}}\n"
        f"when:\n  {fact}: {value}\n  reader.location: {countries}\n"
        f"notice:\n  id: {row.id if own_notices else row.notice}\n{_NOTICE}"
        f"scenarios:\n  - name: the first day\n    date: {row.first_day}\n"
        f"    given: {{{fact}: {given}, reader.location: {row.countries[0]}}}\n    expect: required\n"
    )


def _entity_text(publisher: str) -> str:
    return f"language: 1\nentity: {publisher}\ntitle: {publisher}\ndomains: [{publisher}.example]\n"


def _register_text(name: str, job: Job) -> str:
    entries = "".join(
        f"  - entity: {publisher}\n    listed_on: {{day: {_LISTED_ON}}}\n    last_day: none\n"
        for publisher, on_list in job.listed.items()
        if on_list == name
    )
    return (
        f"language: 1\nregister: {name}\ntitle: {name}\nauthority: An authority\nlegal_basis:\n  - {{title: An act}}\n"
        f"complete: true\nretrieved_on: {DAY}\nfresh_for: 30 days\narms: listed_on\ntimezone: {_ZONES[0]}\n"
        f"entries:\n{entries}"
    )


def loaded(files: dict[str, bytes]) -> Ruleset:
    """The rule set of some files as the store loads it, without touching a disk."""
    with uncollected():
        return load(files, available_timezones())


# -- the same in the model ----------------------------------------------------------------------------


def modelled(job: Job) -> Ruleset:
    """What the files of a job mean; without scenarios, which no decision looks at."""
    notices = {row.notice: _notice(row.notice) for row in job.rows}
    return Ruleset(
        {row.id: _rule(row, notices[row.notice]) for row in job.rows},
        {each: Entity(each, each, domains=(f"{each}.example",)) for each in job.publishers},
        {each: _register(each, job) for each in job.lists},
    )


def _notice(name: str) -> Notice:
    return Notice(name, Purpose.READER_SAFETY, Severity.ALERT, Placement.FOOTER, _TEXT, conditional=True)


def _rule(row: Row, notice: Notice) -> Rule:
    fact, value = _asked(row)
    zone = _zone(row)
    lines = (Line(fact, frozenset({value})), Line("reader.location", frozenset(row.countries)))
    basis = (Source("An act", "https://law.example/act", "1", "A"),)
    period, scenarios = Period(row.first_day, row.last_day, zone), tuple[Scenario, ...]()
    title = f"Rule {row.id}"
    return Rule(
        row.id, title, Status.ACTIVE, period, Block(lines), notice, zone, legal_basis=basis, scenarios=scenarios
    )


def _register(name: str, job: Job) -> Register:
    claims = {Milestone.LISTED_ON: (Claim(_LISTED_ON),)}
    entries = tuple(Entry(publisher, claims) for publisher, on_list in job.listed.items() if on_list == name)
    basis = (Source("An act"),)
    return Register(
        name, name, "An authority", entries, Milestone.LISTED_ON, complete=True, retrieved_on=DAY,
        fresh_for=timedelta(days=30), zone=_ZONES[0], legal_basis=basis,
    )  # fmt: skip


# -- asking -------------------------------------------------------------------------------------------


def checker_of(job: Job, memo: int = 0) -> Checker:
    """A checker as a caller opens it: on a rule directory where that does not take minutes."""
    if len(job.rows) > MOST_FILES:
        return checker_on(modelled(job), memo)
    with TemporaryDirectory() as name:
        for path, data in files_of(job).items():
            file = Path(name, path)
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(data)
        return Checker.open(name, memo=memo)


def checker_on(ruleset: Ruleset, memo: int = 0) -> Checker:
    """A checker on a rule set that was read from no directory."""
    directory = Directory.of(ruleset.entities.values(), ruleset.registers)
    with uncollected():
        index = Index(ruleset)
    snapshot = Snapshot(ruleset, directory, index, Memo(MOST_FACTS), Memo(memo), Names(ruleset), {})
    return checker_with(snapshot)


def checker_with(snapshot: Snapshot) -> Checker:
    store = object.__new__(Store)
    store.current = snapshot
    return Checker(store, Databases.open(()))


def remembering(checker: Checker) -> Checker:
    """The same checker, remembering its decisions."""
    return checker_with(replace(checker.store.current, decisions=Memo(MEMO)))


def written(question: Question, absent: Absent) -> dict[str, str]:
    """The facts as a caller writes them."""
    facts = {"publisher": question.publisher}
    if question.country is not None or absent is Absent.NULL:
        facts["reader.location"] = question.country or "unknown"
    return facts


class Ours(Contender):
    name = "compliance"
    form = "rule files; `Checker.decide`, no memo"
    is_peer = False
    checker: Checker
    spent: dict[str, float]
    """Seconds for each part of loading."""

    def encode(self, job: Job) -> Any:
        """The files of a job, each rule with a notice of its own: what is measured when loading is."""
        return files_of(job, own_notices=True)

    def load(self, source: dict[str, bytes]) -> None:
        start = perf_counter()
        ruleset = loaded(source)
        read = perf_counter()
        self.checker = checker_on(ruleset)
        self.spent = {"load": read - start, "index": perf_counter() - read}

    def use(self, checker: Checker) -> None:
        """Take a checker that was opened already."""
        self.checker = checker

    def prepare(self, question: Question, absent: Absent) -> Any:
        return written(question, absent)

    def ask(self, prepared: Any) -> Decision:
        return self.checker.decide(prepared, as_of=DAY)

    def notices(self, answer: Decision) -> Iterator[str]:
        return (each.notice.id for each in answer.instances)


class OursRemembered(Ours):
    name = "compliance memo hit"
    form = "the same, on facts that were asked before"

    def use(self, checker: Checker) -> None:
        self.checker = remembering(checker)

    def prepare(self, question: Question, absent: Absent) -> Any:
        facts = super().prepare(question, absent)
        self.checker.decide(facts, as_of=DAY)
        return facts


class OursInside(Ours):
    name = "compliance index alone"
    form = "`Index.on(day).decide` on facts that were read already"

    def use(self, checker: Checker) -> None:
        self.checker = checker_on(checker.ruleset)  # an index of its own, which nobody else has warmed

    def prepare(self, question: Question, absent: Absent) -> Any:
        return facts_from(super().prepare(question, absent), self.checker.store.current.directory)

    def ask(self, prepared: Any) -> Decision:
        return self.checker.store.current.index.on(DAY).decide(prepared)


OURS: Final[tuple[type[Ours], ...]] = (Ours, OursRemembered, OursInside)


def statuses(decision: Decision) -> Iterable[tuple[str, str]]:
    """Each notice of a decision, and how it stands."""
    return ((each.notice.id, each.status.value) for each in decision.instances)
