"""What is kept of answers: one table for each page whoever reads it, counts that tell of nobody, and no waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import TypeVar

import pytest

from compliance import Answer, Checker, Content, Reader, bundle
from compliance.audit import log as log_module
from compliance.audit.disk import Disk
from compliance.audit.log import LEAST_TOLD, Log
from compliance.audit.log_files import LogFiles
from compliance.audit.record import (
    AnyRecord,
    CountersRecord,
    DecisionRecord,
    ModeRecord,
    OtherRecord,
    OutcomeRecord,
    RulesetRecord,
    TableRecord,
    decode,
    encode,
)
from compliance.audit.segment_file import read_directory
from compliance.model.ruleset import Ruleset
from compliance.recording import Recorder
from compliance.store import open_snapshot
from compliance.tabulated import replayed
from tests.tiny import TINY, changed, written

T = TypeVar("T")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGE = Content(publisher="radio.example", url="https://radio.example/a")
OTHER_PAGE = Content(publisher="radio.example", url="https://radio.example/b")
READERS = (
    Reader(country="RU"),
    Reader(country="US"),
    Reader(),
    Reader(subdivision="UA-43"),
    Reader(address="8.8.8.8"),
)


class Node:
    """A node with a rule set of its own, whose clock can be set."""

    def __init__(self, path: Path, mode: str = "table", parameters: tuple[str, ...] = ()) -> None:
        self.now = NOON
        self.rules = written(path / "rules", TINY)
        self.evidence = path / "evidence"
        self.log = Log(self.evidence, mode, self._today)
        self.checker = Checker.open(self.rules, recorder=Recorder(self.log, mode, parameters))

    def _today(self) -> date:
        return self.now.date()

    def check(self, content: Content = PAGE, reader: Reader | None = None, **asked: date) -> Answer:
        with self._clock():
            return self.checker.check(content, reader, **asked)  # type: ignore[arg-type]

    @contextmanager
    def _clock(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("compliance.check._now", lambda: self.now)
            yield

    def close(self) -> None:
        assert self.checker.recorder is not None
        with self._clock():
            self.checker.recorder.close()

    def records(self) -> list[AnyRecord | OtherRecord]:
        return [decode(each) for each in read_directory(Disk(), self.evidence / "segments").records]

    def of(self, kind: type[T]) -> list[T]:
        return [each for each in self.records() if isinstance(each, kind)]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = Node(tmp_path)
    yield made
    made.close()


def test_an_answer_names_the_table_that_is_durable_before_it_is_given(node: Node) -> None:
    answer = node.check(PAGE, Reader(country="RU"))
    (table,) = node.of(TableRecord)
    assert answer.evidence.state == "recorded"
    assert answer.evidence.table == table.key
    assert answer.decision == table.key


def test_all_readers_of_a_page_have_one_table(node: Node) -> None:
    answers = [node.check(PAGE, reader) for reader in READERS for _ in range(3)]
    assert len({each.evidence.table for each in answers}) == len(node.of(TableRecord)) == 1
    assert len({tuple((each.id, each.status) for each in answer.notices) for answer in answers}) > 1


def test_pages_that_are_decided_alike_share_an_outcome(node: Node) -> None:
    node.check(PAGE)
    node.check(OTHER_PAGE)
    assert [each.content for each in node.of(TableRecord)] == ["https://radio.example/a", "https://radio.example/b"]
    assert len(node.of(OutcomeRecord)) == 1


def test_a_rule_set_stands_in_the_log_before_anything_that_follows_from_it(node: Node, tmp_path: Path) -> None:
    node.check()
    kinds = [type(each) for each in node.records()]
    assert kinds.index(RulesetRecord) < kinds.index(OutcomeRecord) < kinds.index(TableRecord)
    (said,) = node.of(RulesetRecord)
    (tmp_path / "bundle").write_bytes(LogFiles(node.evidence).blob(said.bundle))
    assert open_snapshot(tmp_path / "bundle").ruleset.meaning == said.ruleset == node.checker.ruleset.meaning


def test_what_is_recorded_can_be_decided_again_from_the_log_alone(node: Node, tmp_path: Path) -> None:
    node.check(Content(publisher="radio.example", url="https://radio.example/a", text="Пишет радио."))
    (said,), (table,), (outcome,) = node.of(RulesetRecord), node.of(TableRecord), node.of(OutcomeRecord)
    (tmp_path / "bundle").write_bytes(LogFiles(node.evidence).blob(said.bundle))
    again = replayed(table, open_snapshot(tmp_path / "bundle").index)
    assert encode(again.record) == encode(table)
    assert again.outcome.key == outcome.key == table.outcome


def test_the_thread_of_the_log_is_not_kept_waiting_by_somebody_who_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_module, "_TRY_AGAIN", 0.005)
    packed = bundle.packed

    def slowly(files: Mapping[str, bytes], ruleset: Ruleset) -> bytes:
        sleep(0.2)  # the thread of the log comes by meanwhile
        return packed(files, ruleset)

    monkeypatch.setattr("compliance.recording.bundle.packed", slowly)
    node = Node(tmp_path)
    written(node.rules, changed("warn.yaml", ("is on the list", "stands on the list")))
    for _ in range(3):
        assert node.checker.store.reload()
        assert node.check().evidence.state == "recorded"
    node.close()


def test_a_changed_rule_set_is_recorded_anew_and_so_are_its_tables(node: Node) -> None:
    node.check()
    written(node.rules, changed("warn.yaml", ("is on the list", "stands on the list")))
    assert node.checker.store.reload()
    node.check()
    assert len({each.ruleset for each in node.of(RulesetRecord)}) == 2
    assert [each.ruleset for each in node.of(TableRecord)] == [each.ruleset for each in node.of(RulesetRecord)]


def test_a_rule_set_is_recorded_without_any_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "_TRY_AGAIN", 0.005)
    node = Node(tmp_path)
    _until(lambda: len(node.of(RulesetRecord)) == 1)
    written(node.rules, changed("warn.yaml", ("is on the list", "stands on the list")))
    assert node.checker.store.reload()
    _until(lambda: len(node.of(RulesetRecord)) == 2)
    node.close()


def test_the_same_page_on_a_later_day_has_the_same_table_until_the_law_changes(node: Node) -> None:
    first = node.check().evidence.table
    node.now += timedelta(days=200)
    assert node.check().evidence.table == first
    assert len(node.of(TableRecord)) == 1
    node.now = datetime(2040, 1, 1, tzinfo=UTC)
    node.check()
    assert node.of(TableRecord)[0].stretch.first_day is not None


def test_a_preview_is_never_evidence(node: Node) -> None:
    answer = node.check(PAGE, as_of=date(2021, 6, 1))
    assert answer.evidence.state == "preview"
    assert answer.evidence.table is None
    assert node.of(TableRecord) == []


def test_without_a_recorder_nothing_is_kept_and_the_answer_says_so(tmp_path: Path) -> None:
    answer = Checker.open(written(tmp_path / "rules", TINY)).check(PAGE)
    assert answer.evidence.state == "off"


def test_nothing_of_a_query_is_kept_but_what_tells_pages_apart(tmp_path: Path) -> None:
    node = Node(tmp_path, parameters=("id",))
    node.check(Content(publisher="radio.example", url="https://radio.example/a?id=7&session=secret"))
    node.close()
    assert [each.content for each in node.of(TableRecord)] == ["https://radio.example/a?id=7"]
    assert all(b"secret" not in each.read_bytes() for each in node.evidence.rglob("*") if each.is_file())


def test_no_text_of_a_page_is_kept(node: Node) -> None:
    node.check(Content(publisher="radio.example", headline="A headline", text="Words of an article.", html="<p>More"))
    kept = b"".join(each.read_bytes() for each in node.evidence.rglob("*") if each.is_file())
    assert not any(words in kept for words in (b"A headline", b"Words of", b"More"))


def test_a_table_that_is_asked_for_is_recorded_like_that_of_an_answer(node: Node) -> None:
    with node._clock():
        found = node.checker.table(PAGE)
    assert found.evidence.state == "recorded"
    assert node.check().evidence.table == found.evidence.table == found.table.record.key
    assert len(node.of(TableRecord)) == 1
    with node._clock():
        assert node.checker.table(PAGE, as_of=date(2021, 6, 1)).evidence.state == "preview"


def test_a_table_has_the_same_key_whether_it_is_recorded_or_not(node: Node, tmp_path: Path) -> None:
    content = Content(publisher="radio.example", url="https://radio.example/a", text="Пишет радио.")
    with node._clock():
        recorded = node.checker.table(content).table.record.key
        assert Checker.open(node.rules).table(content).table.record.key == recorded


# -- trouble --------------------------------------------------------------------------------------------


def test_notices_are_served_while_nothing_can_be_recorded_and_evidence_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "evidence").write_text("a file where a directory should be", encoding="utf-8")
    node = Node(tmp_path)
    answers = [node.check(PAGE, Reader(country="RU")) for _ in range(3)]
    assert [each.evidence.state for each in answers] == ["not recorded"] * 3
    assert all(each.notices and each.evidence.table is None for each in answers)
    assert node.log.status().failure is not None
    (tmp_path / "evidence").unlink()
    _until(lambda: node.check(PAGE, Reader(country="RU")).evidence.state == "recorded")
    node.close()
    assert node.of(ModeRecord)[0].stopped_on == NOON.date()
    assert len(node.of(TableRecord)) == 1


# -- counts ---------------------------------------------------------------------------------------------


def test_counts_are_told_by_zone_where_they_are_ten_or_more(node: Node) -> None:
    for country, number in (("RU", LEAST_TOLD), ("US", 40)):
        for _ in range(number):
            node.check(PAGE, Reader(country=country))
    for _ in range(LEAST_TOLD - 1):
        node.check(PAGE)
    node.close()
    (counters,) = node.of(CountersRecord)
    assert [(each.place, each.notice, each.status, each.count) for each in counters.counts] == [
        ("RU", "warn", "required", LEAST_TOLD)
    ]
    assert counters.withheld == 0, "one would tell that somebody read it"
    assert counters.counted_on == NOON.date()


def test_counts_of_a_day_are_recorded_when_it_is_over(node: Node) -> None:
    for _ in range(12):
        node.check(PAGE, Reader(country="RU"))
    assert node.of(CountersRecord) == []
    node.now += timedelta(days=1)
    node.check()
    (counters,) = node.of(CountersRecord)
    assert (counters.counted_on, counters.day) == (NOON.date(), NOON.date() + timedelta(days=1))


def test_counts_of_two_rule_sets_are_not_added_up(node: Node) -> None:
    for _ in range(12):
        node.check(PAGE, Reader(country="RU"))
    written(node.rules, changed("warn.yaml", ("is on the list", "stands on the list")))
    assert node.checker.store.reload()
    for _ in range(11):
        node.check(PAGE, Reader(country="RU"))
    node.close()
    assert [[each.count for each in one.counts] for one in node.of(CountersRecord)] == [[12], [11]]


def test_previews_are_not_counted(node: Node) -> None:
    for _ in range(12):
        node.check(PAGE, Reader(country="RU"), as_of=date(2021, 6, 1))
    node.close()
    assert node.of(CountersRecord) == []


# -- every decision -------------------------------------------------------------------------------------


def test_who_accepts_what_that_does_to_readers_has_every_answer_recorded_by_the_hour(tmp_path: Path) -> None:
    node = Node(tmp_path, "every")
    for _ in range(2):
        node.check(PAGE, Reader(country="RU"))
    node.check(PAGE, Reader(address="8.8.8.8"))
    node.close()
    found = node.of(DecisionRecord)
    (table,) = node.of(TableRecord)
    assert [each.hour for each in found] == [12, 12, 12]
    assert {each.table for each in found} == {table.key}
    assert len({each.nonce for each in found}) == 3
    assert found[0].place == {"anywhere": False, "places": ["RU"]}
    assert b"8.8.8.8" not in b"".join(map(encode, found))


def _until(is_so: Callable[[], bool]) -> None:
    end = monotonic() + 60
    while not is_so():
        assert monotonic() < end
        sleep(0.01)
