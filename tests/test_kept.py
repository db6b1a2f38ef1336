"""What is kept of answers changes none of them: whoever asks is told what the checker says at that moment."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance import Answer, Checker, Content, Reader
from compliance.audit.record import CountersRecord, DecisionRecord
from compliance.bundle import Bundle
from compliance.check import Asked, Understood
from compliance.engine.memo import Memo
from compliance.errors import RequestError
from compliance.geo.databases import Databases, packaged
from compliance.kept import FOUND, OVERHEAD, KeptAnswers, Page, SizedMemo
from compliance.store import MEMO, MOST_FACTS, Snapshot, snapshot_of
from tests.geo.mmdb import mmdb
from tests.node import NOON, PAGE, READERS, Node
from tests.tiny import changed, written

TURN = datetime(2026, 3, 4, 21, tzinfo=UTC)
"""Midnight in Moscow, in UTC, on which the rule below ends."""
ENDING = changed(
    "warn.yaml", ("last_day: none, timezone: Europe/Moscow}", "last_day: 2026-03-04, timezone: Europe/Moscow}")
)
ASKED = (
    Asked(PAGE),
    Asked(PAGE, ("ru", "en")),
    Asked(Content(publisher="paper.example", headline="News")),
    Asked(Content(url="https://nobody.example/1", text="The Radio said so.")),
    Asked(PAGE, (), date(2021, 6, 1)),
    Asked(PAGE, explain=True),
)
MEGABYTE = 1_000_000


class Desk:
    """Somebody who asks the kept answers and the checker the same."""

    def __init__(self, node: Node, most: int = MEGABYTE) -> None:
        self.node, self.kept = node, KeptAnswers(node.checker, most)
        self.pages = [Page(each, is_kept=True) for each in ASKED]

    def told(self, number: int, reader: Reader) -> bytes:
        with self.node._clock():
            moment = self.node.checker.moment()
            if reader.address is None:
                ready = self.kept.answer(self.pages[number], reader, moment)
            else:
                ready = self.kept.answer_near(self.pages[number], str(reader.address).encode(), moment)
            self.kept.count(ready.sort)
            return ready.body

    def fresh(self, number: int, reader: Reader) -> Answer:
        asked = ASKED[number]
        with self.node._clock():
            return self.node.checker.check(
                asked.content, reader, languages=asked.languages, as_of=asked.as_of, explain=asked.explain
            )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    node = Node(tmp_path)
    yield Desk(node)
    node.close()


Step = Callable[[Desk], None]


def _asks(number: int, reader: Reader) -> Step:
    def step(desk: Desk) -> None:
        assert desk.told(number, reader) == desk.fresh(number, reader).to_json()

    return step


def _passes(seconds: int) -> Step:
    def step(desk: Desk) -> None:
        desk.node.now += timedelta(seconds=seconds)

    return step


def _rules(files: dict[str, str]) -> Step:
    def step(desk: Desk) -> None:
        written(desk.node.rules, files)
        assert desk.node.checker.store.reload()

    return step


OTHER_WORDS = changed("warn.yaml", ("en: If you are in Russia, take care.", "en: Take care in Russia."))
MADE: dict[object, Snapshot] = {}
"""Few rule sets are served again and again."""


def _opened(whole: Bundle, root: str, *more: Any) -> Snapshot:
    """Another snapshot of rules, whose parts were made once."""
    key = tuple(sorted(whole.files.items()))
    if key not in MADE:
        MADE[key] = snapshot_of(whole, root, *more)
    return replace(MADE[key], facts=Memo(MOST_FACTS), decisions=Memo(MEMO))


STEPS = st.one_of(
    st.builds(_asks, st.integers(0, len(ASKED) - 1), st.sampled_from(READERS)),
    st.builds(_asks, st.integers(0, 1), st.sampled_from(READERS[:3])),
    st.sampled_from([_passes(1), _passes(600), _passes(3_000), _passes(20_000), _passes(40_000), _passes(-40_000)]),
    st.sampled_from([_rules(ENDING), _rules(OTHER_WORDS)]),
)


@settings(max_examples=80)
@given(steps=st.lists(STEPS, min_size=10, max_size=40))
def test_whatever_happens_what_is_kept_is_what_would_be_answered(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Step]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("compliance.store.snapshot_of", _opened)
        node = Node(tmp_path_factory.mktemp("node"))
        desk = Desk(node)
        node.now = NOON.replace(day=3)
        for step in steps:
            step(desk)
        node.close()


@pytest.mark.parametrize("before", [7_201, 3_600, 3_599, 60, 0, -1])
def test_up_to_the_last_second_an_answer_says_how_long_it_may_be_stored(desk: Desk, before: int) -> None:
    _rules(ENDING)(desk)
    desk.node.now = TURN - timedelta(seconds=10_000)
    desk.told(0, READERS[0])
    desk.node.now = TURN - timedelta(seconds=before)
    for _ in range(2):
        assert desk.told(0, READERS[0]) == desk.fresh(0, READERS[0]).to_json()
        desk.node.now += timedelta(seconds=1)


def _is_new(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """Says whether an answer was made since it was asked last."""
    made: list[int] = []
    answered = Checker.answered

    def counted(*arguments: Any, **more: Any) -> Answer:
        made.append(1)
        return answered(*arguments, **more)

    monkeypatch.setattr(Checker, "answered", counted)

    def is_new() -> bool:
        was = bool(made)
        made.clear()
        return was

    return is_new


def test_the_next_reader_from_there_has_nothing_made_for_them(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    is_new = _is_new(desk, monkeypatch)
    desk.told(0, Reader(country="RU"))
    assert is_new()
    desk.told(0, Reader(country="RU"))
    assert not is_new()
    desk.told(0, Reader(country="US"))
    assert is_new()
    desk.told(1, Reader(country="RU"))
    assert is_new()
    _rules(OTHER_WORDS)(desk)
    desk.told(0, Reader(country="RU"))
    assert is_new()


def test_for_a_page_that_nobody_finds_again_nothing_is_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.pages[0] = Page(ASKED[0])
    is_new = _is_new(desk, monkeypatch)
    for _ in range(2):
        desk.told(0, READERS[0])
        assert is_new()


def test_texts_that_could_not_be_looked_through_are_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> NoReturn:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("compliance.dictionary.look", fails)
        assert b'"entity":"radio","surface"' not in desk.told(3, READERS[0])
    assert b'"entity":"radio","surface"' in desk.told(3, READERS[0])


def test_a_page_is_read_anew_by_other_rules(desk: Desk) -> None:
    """Its publisher is nobody whom these know."""
    before = desk.told(2, READERS[0])
    _rules(changed("paper.yaml", ("paper.example", "paper2.example")))(desk)
    assert desk.told(2, READERS[0]) == desk.fresh(2, READERS[0]).to_json() != before


def test_an_address_is_looked_up_for_each_reader_and_the_answer_goes_by_the_place(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_new = _is_new(desk, monkeypatch)
    first = desk.told(0, Reader(address="8.8.8.8"))
    assert is_new()
    assert desk.told(0, Reader(address="8.8.4.4")) == first
    assert not is_new()


def _sources(path: Path) -> Databases:
    """Those that ship with the product, and one that knows 8.8.8.0/24 to be in Russia."""
    file = path / "own.mmdb"
    file.write_bytes(mmdb({"8.8.8.0/24": {"country": {"iso_code": "RU"}}}, build_epoch=int(NOON.timestamp())))
    return Databases.open([file])


def test_exchanged_databases_end_what_is_kept_for_an_address(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reader, told = Reader(address="8.8.8.8"), []
    for databases in (Databases(packaged()), _sources(tmp_path), Databases()):
        monkeypatch.setattr(desk.node.checker.geo, "current", databases)
        told += [desk.told(0, reader) for _ in range(2)]
        assert told[-1] == told[-2] == desk.fresh(0, reader).to_json()
    assert len(set(told)) == 3


def test_a_database_of_the_operator_is_asked_each_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The packaged ranges do not tell these addresses apart."""
    monkeypatch.setattr(desk.node.checker.geo, "current", _sources(tmp_path))
    told = [desk.told(0, Reader(address=each)) for each in ("8.8.4.4", "8.8.8.8", "8.8.4.4")]
    assert told[0] == told[2] != told[1]


def test_an_explanation_is_made_anew_each_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    is_new = _is_new(desk, monkeypatch)
    for _ in range(2):
        desk.told(5, Reader(country="RU"))
        assert is_new()


def test_where_nothing_may_be_kept_nothing_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.kept = KeptAnswers(desk.node.checker, 0)
    is_new = _is_new(desk, monkeypatch)
    for _ in range(2):
        desk.told(0, Reader(country="RU"))
        assert is_new()
    page = desk.kept.keep(b"words", ASKED[0], 5)
    assert page.asked is ASKED[0]
    assert desk.kept.page(b"words") is None


@pytest.mark.parametrize("hours", [8, 9, 12, 24, -13])
def test_an_answer_is_of_its_day_in_utc_and_of_the_law_day(desk: Desk, hours: int) -> None:
    """Noon in UTC is three in the afternoon in Moscow."""
    desk.told(0, READERS[0])
    desk.node.now += timedelta(hours=hours)
    assert desk.told(0, READERS[0]) == desk.fresh(0, READERS[0]).to_json()


def test_kept_answers_are_counted_as_all_others(desk: Desk) -> None:
    readers = (READERS[0],) * 23 + (READERS[1],) * 11
    for reader in readers:
        desk.told(0, reader)
    desk.node.close()
    (kept,) = desk.node.of(CountersRecord)
    (russia,) = [each for each in kept.counts if each.place == "RU"]
    assert (russia.notice, russia.status, russia.count) == ("warn", "required", 23)


def test_the_counts_of_kept_answers_end_with_their_day(desk: Desk) -> None:
    for _ in range(2):
        for _ in range(12):
            desk.told(0, READERS[0])
        desk.node.now += timedelta(days=1)
    desk.told(0, READERS[0])
    counted = [(each.counted_on, [row.count for row in each.counts]) for each in desk.node.of(CountersRecord)]
    assert counted == [(NOON.date(), [12]), (NOON.date() + timedelta(days=1), [12])]


def test_previews_are_not_counted(desk: Desk) -> None:
    for _ in range(20):
        desk.told(4, READERS[0])
    desk.node.close()
    assert not desk.node.of(CountersRecord)


def test_where_every_decision_is_recorded_a_kept_answer_does_not_stand_for_one(tmp_path: Path) -> None:
    node = Node(tmp_path, "every")
    desk = Desk(node)
    for _ in range(3):
        desk.told(0, READERS[0])
    node.close()
    assert len(node.of(DecisionRecord)) == 3


def test_an_answer_without_evidence_is_made_again_until_there_is_some(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = desk.node.checker.recorder
    assert recorder is not None

    def fails(*_: object) -> None:
        raise OSError("no space")

    with monkeypatch.context() as patch:
        patch.setattr(recorder, "_behind", fails)
        assert b'"not recorded"' in desk.told(0, READERS[0])
    assert b'"recorded"' in desk.told(0, READERS[0])


def test_a_page_that_is_taken_out_of_the_log_is_kept_no_longer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    is_new = _is_new(desk, monkeypatch)
    desk.told(0, READERS[0])
    desk.node.log.generation += 1
    is_new()
    desk.told(0, READERS[0])
    assert is_new()


def test_what_cannot_be_understood_is_refused_each_time(desk: Desk) -> None:
    page = Page(Asked(Content(facts={"content.kind": "nonsense"})))
    for _ in range(2):
        with pytest.raises(RequestError, match="nonsense"):
            desk.kept.answer(page, Reader(), desk.node.checker.moment())
    with pytest.raises(RequestError, match="not an IP address"):
        desk.kept.answer(desk.pages[0], Reader(address="300.1.1.1"), desk.node.checker.moment())


def test_nothing_that_is_kept_holds_the_address_of_a_reader(desk: Desk) -> None:
    address = "203.0.113.77"
    desk.told(0, Reader(address=address))
    desk.told(0, Reader(address=address))
    seen: set[int] = set()
    left: list[Any] = [desk.kept._sitting, desk.kept._pages]
    texts: list[str] = []
    while left:
        each = left.pop()
        if id(each) in seen or isinstance(each, type) or callable(each):
            continue
        seen.add(id(each))
        if isinstance(each, str | bytes):
            texts.append(each if isinstance(each, str) else each.decode(errors="replace"))
        else:
            left.extend(gc.get_referents(each))
    assert any('"notices"' in each for each in texts)
    assert not [each for each in texts if address in each]


def test_of_a_page_that_is_kept_no_longer_nothing_is_left(desk: Desk) -> None:
    """Answers are small and pages are not: an answer that is kept does not keep its page."""
    desk.told(0, READERS[0])
    desk.told(0, Reader(address="203.0.113.77"))
    page = desk.pages[0]
    holds_it = [each for each in gc.get_referrers(page) if isinstance(each, dict | tuple)]
    assert desk.kept._sitting is not None
    assert len(desk.kept._sitting.answers._young) > 0
    assert holds_it == []


@pytest.mark.parametrize(("room", "is_read_again"), [(2 * FOUND, False), (2 * FOUND - 1, True)])
def test_what_is_in_the_texts_of_a_page_is_kept_if_there_is_room_for_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, *, room: int, is_read_again: bool
) -> None:
    content = Content(publisher="paper.example", text="The Radio says so, and so says the Radio.", language="en")
    page, snapshot = Page(Asked(content), is_kept=True, room=room), desk.node.checker.store.current
    assert len(page.understood(snapshot).looked.mentions) == 2
    monkeypatch.setattr("compliance.kept.understood", lambda *_: Understood(content, {}))
    assert (page.understood(snapshot).looked.mentions == ()) is is_read_again


# -- room -----------------------------------------------------------------------------------------------


@given(
    most=st.integers(0, 20_000),
    values=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 4_000)), max_size=80),
)
def test_no_more_is_kept_than_there_is_room_for(most: int, values: list[tuple[int, int]]) -> None:
    memo: SizedMemo[int] = SizedMemo(most)
    for key, size in values:
        memo.put(key, size, size)
        held = {**memo._old, **memo._young}
        assert sum(size + OVERHEAD for _, size in held.values()) <= most
        found = memo.get(key)
        assert (
            found == size
            if size + OVERHEAD <= most // 2
            else found in {None, size, *(s for k, s in values if k == key)}
        )


def test_what_is_asked_for_again_and_again_stays() -> None:
    memo: SizedMemo[str] = SizedMemo(20 * (OVERHEAD + 10))
    memo.put("often", "value", 10)
    for number in range(1_000):
        memo.put(number, "value", 10)
        assert memo.get("often") == "value"
    assert memo.get(1) is None
