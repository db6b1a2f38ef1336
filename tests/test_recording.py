"""What is kept of answers: one table for each page whoever reads it, and no waiting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from compliance import Checker, Content, Reader, bundle
from compliance.audit import log as log_module
from compliance.audit.group_commit import NotRecordedError
from compliance.audit.log import Keyed
from compliance.audit.log_files import LogFiles
from compliance.audit.record import (
    ModeRecord,
    OutcomeRecord,
    RulesetRecord,
    TableRecord,
    encode,
)
from compliance.model.ruleset import Ruleset
from compliance.store import open_snapshot
from compliance.tabulated import Tabulated, replayed, table_of
from tests.node import NOON, OTHER_PAGE, PAGE, READERS, Node, until
from tests.tiny import TINY, changed, written


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
    until(lambda: len(node.of(RulesetRecord)) == 1)
    written(node.rules, changed("warn.yaml", ("is on the list", "stands on the list")))
    assert node.checker.store.reload()
    until(lambda: len(node.of(RulesetRecord)) == 2)
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
    until(lambda: node.check(PAGE, Reader(country="RU")).evidence.state == "recorded")
    node.close()
    assert node.of(ModeRecord)[0].stopped_on == NOON.date()
    assert len(node.of(TableRecord)) == 1


def test_words_of_one_rule_set_are_not_taken_for_those_of_another(node: Node) -> None:
    node.check()
    written(node.rules, changed("warn.yaml", ("is on the list", "stands on the list")))
    assert node.checker.store.reload()
    node.check()
    one, other = node.of(OutcomeRecord)
    assert {text for each in one.words for text in each.text.values()} != {
        text for each in other.words for text in each.text.values()
    }


KEYS: dict[str, str] = {}
"""The keys of tables by their pages, which are the same for every node that begins."""


def _alone(node: Node, content: Content) -> str:
    """The key of the table of a page for a checker that was asked nothing before."""
    if (page := repr(content)) not in KEYS:
        with node._clock():
            KEYS[page] = Checker.open(node.rules).table(content).table.record.key
    return KEYS[page]


@pytest.mark.parametrize(
    "other",
    [
        Content(publisher="nobody.example", url=PAGE.url),
        Content(publisher="somebody.example", url=PAGE.url),
        Content(publisher="radio.example"),
        Content(publisher="radio.example", headline="A headline"),
        Content(publisher="radio.example", url=PAGE.url, headline="A headline"),
        Content(publisher="radio.example", url=PAGE.url, text="Words in which nobody is named."),
        Content(publisher="radio.example", url=PAGE.url, facts={"content.kind": "comment"}),
    ],
)
def test_pages_that_tables_tell_apart_are_told_apart_before(node: Node, other: Content) -> None:
    """An answer names the table of its own page, whatever was asked before."""
    for content in (PAGE, Content(publisher="nobody.example", url=PAGE.url), other, PAGE):
        assert node.check(content).evidence.table == _alone(node, content)


def test_what_was_durable_is_asked_again_after_an_outage(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "_TRY_AGAIN", 0.005)
    node.log._wake.set()
    assert node.check().evidence.state == "recorded"
    for file in (node.evidence / "segments").glob("*.seg"):
        file.unlink()
    assert node.check(OTHER_PAGE).evidence.state == "not recorded"
    until(lambda: node.log.status().failure is None)
    assert node.check(OTHER_PAGE).evidence.state == node.check().evidence.state == "recorded"
    kinds = [type(each) for each in node.records()]
    assert kinds.index(RulesetRecord) < kinds.index(OutcomeRecord) < kinds.index(TableRecord)
    assert sorted(each.content or "" for each in node.of(TableRecord)) == [PAGE.url, OTHER_PAGE.url]


@pytest.mark.parametrize("broken", ["table_of", "_key", "_Stretch"])
def test_no_notice_is_withheld_whatever_goes_wrong_with_its_evidence(
    node: Node, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ArithmeticError

    wanted = node.check(PAGE, Reader(country="RU")).notices
    monkeypatch.setattr(f"compliance.recording.{broken}", fail)
    node.now += timedelta(days=1)
    answer = node.check(OTHER_PAGE, Reader(country="RU"))
    assert answer.evidence.state == "not recorded"
    assert [each.id for each in answer.notices] == [each.id for each in wanted] != []


def test_a_page_is_tabulated_once_while_nothing_can_be_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "evidence").write_text("a file where a directory should be", encoding="utf-8")
    node = Node(tmp_path)
    made: list[int] = []

    def counted(*given: Any, **more: Any) -> Tabulated:
        made.append(1)
        return table_of(*given, **more)

    monkeypatch.setattr("compliance.recording.table_of", counted)
    for _ in range(5):
        node.check()
    assert len(made) == 1
    node.close()


def test_a_rule_set_that_was_not_durable_is_not_taken_for_announced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = Node(tmp_path)
    keep = node.log.keep
    refused: list[int] = []

    def refuse_once(records: Sequence[Keyed]) -> None:
        if not refused and any(isinstance(each.record, RulesetRecord) for each in records):
            refused.append(1)
            raise NotRecordedError("refused")
        keep(records)

    monkeypatch.setattr(node.log, "keep", refuse_once)
    until(lambda: node.check().evidence.state == "recorded")
    assert refused
    assert len(node.of(RulesetRecord)) == 1
    node.close()


def test_a_question_that_is_answered_to_nobody_leaves_nothing(node: Node) -> None:
    with node._clock():
        node.checker.check(PAGE, Reader(country="RU"), is_given=False)
        node.checker.table(PAGE, is_given=False)
    assert node.of(TableRecord) == []


def test_what_may_be_the_address_of_a_reader_is_not_remembered_with_a_page(node: Node) -> None:
    """It is recorded once all the same."""
    page = Content(publisher="203.0.113.77", url="https://radio.example/a?from=203.0.113.77")
    tables = {node.check(page, Reader(country="RU")).evidence for _ in range(3)}
    assert {each.state for each in tables} == {"recorded"}
    assert len(node.of(TableRecord)) == 1
    recorder = node.checker.recorder
    assert recorder is not None
    assert recorder._stretch is not None
    assert len(recorder._stretch.known) == 0
