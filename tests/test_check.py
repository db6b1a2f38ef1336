"""One check: law days, how long an answer holds, its key, its reasons, and what is wrong with a question."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance import Answer, Checker, Content, Reader, RequestError, store
from compliance.check import today
from compliance.engine.index import MOST_SEGMENTS
from compliance.engine.memo import Memo
from compliance.engine.segment import Segment
from compliance.geo import Databases
from compliance.law_time import first_instant, law_days
from compliance.model.decision import Decision
from compliance.store import Store
from tests.tiny import TINY, changed, written

EMPTY = Databases()
MIDNIGHT = datetime(2024, 2, 19, 21, tzinfo=UTC)
"""When 20 February 2024, the day of the listing, begins in Moscow."""
RFE = Content(publisher="rferl.org")
MOSCOW = Reader(country="RU")
DAY = date(2025, 1, 10)
NOTICE = "ru-undesirable-organization-reader-risk"
SECOND = timedelta(seconds=1)

publishers = st.sampled_from(
    ["rferl.org", "svaboda.org", "dw.com", "example-daily.org", "a.example", "b.example", None]
)
readers = st.sampled_from([
    Reader(), Reader(country="RU"), Reader(country="UA"), Reader(subdivision="UA-43"), Reader(subdivision="UA-30"),
    Reader(country="BY"), Reader(country="FR"), Reader(country="US"), Reader(address="8.8.8.8"), Reader(country="XX"),
])  # fmt: skip
facts = st.sampled_from([{}, {"content.ai_generated": "fully", "content.subject": ["public-interest"]}])
languages = st.sampled_from([(), ("ru",), ("fr", "de")])
instants = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """The clock of `check` stands at `instant`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("compliance.check._now", lambda: instant)
        yield


def live(checker: Checker, instant: datetime, content: Content = RFE, reader: Reader = MOSCOW) -> Answer:
    with at(instant):
        return checker.check(content, reader)


def said(answer: Answer) -> list[tuple[object, ...]]:
    return [(each.id, each.entity, each.status, each.display, each.text, each.html) for each in answer.notices]


def instant_of(answer: Answer) -> datetime:
    assert answer.valid_until is not None
    return datetime.fromisoformat(answer.valid_until)


# -- when -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("instant", "statuses", "max_age"),
    [
        (MIDNIGHT - timedelta(hours=2), [], 3600),
        (MIDNIGHT - 60 * SECOND, [], 60),
        (MIDNIGHT - SECOND, [], 1),
        (MIDNIGHT - timedelta(milliseconds=1), [], 0),
        (MIDNIGHT, ["required"], 3600),
        (MIDNIGHT + timedelta(hours=12), ["required"], 3600),
    ],
)
def test_a_designation_begins_with_its_day_in_moscow(
    checker: Checker, instant: datetime, statuses: list[str], max_age: int
) -> None:
    answer = live(checker, instant)
    assert [each.status for each in answer.notices] == statuses
    assert answer.cache.max_age == max_age
    assert (answer.valid_until == "2024-02-19T21:00:00Z") is (not statuses)
    assert answer.valid_until is None if statuses else instant_of(answer) > instant


def test_a_day_that_is_given_is_that_day_everywhere_and_makes_a_preview(checker: Checker) -> None:
    with at(MIDNIGHT):
        answer = checker.check(RFE, MOSCOW, as_of=date(2024, 2, 19))
    assert (answer.notices, answer.as_of) == ((), date(2024, 2, 19))
    assert (answer.preview, answer.cache.max_age) == (True, 0)
    assert live(checker, MIDNIGHT).preview is False
    assert live(checker, MIDNIGHT).as_of == date(2024, 2, 19)  # today's in UTC


@pytest.mark.parametrize("day", [date.min, date(1900, 1, 1), date(9999, 12, 30), date.max])
def test_the_ends_of_the_calendar_can_be_asked_for(checker: Checker, day: date) -> None:
    answer = checker.check(RFE, MOSCOW, as_of=day)
    assert [each.status for each in answer.notices] == (["required"] if day.year > 2000 else [])


@settings(max_examples=60)
@given(instants, publishers, readers, facts, st.floats(0, 1, exclude_max=True))
def test_until_its_end_an_answer_stays_the_same(
    checker: Checker, instant: datetime, publisher: str | None, reader: Reader, more: dict[str, str], part: float
) -> None:
    content = Content(publisher=publisher, facts=more)
    before = live(checker, instant, content, reader)
    if before.valid_until is None:
        later = instant + part * timedelta(days=20_000)
    else:
        later = instant + part * (instant_of(before) - SECOND / 1000 - instant)
    after = live(checker, later, content, reader)
    assert said(after) == said(before)
    assert after.valid_until == before.valid_until
    assert (after.reviews, after.unknowns) == (before.reviews, before.unknowns)
    assert 0 <= before.cache.max_age <= 3600
    if before.valid_until is not None:
        assert instant + timedelta(seconds=before.cache.max_age) <= instant_of(before)


def test_the_first_change_is_the_earliest_of_all_zones() -> None:
    changes = (("Asia/Tokyo", date(2024, 5, 2)), ("America/New_York", date(2024, 5, 1)), ("UTC", date(2024, 5, 2)))
    assert first_instant(Decision(changes=changes)) == datetime(2024, 5, 1, 4, tzinfo=UTC)
    assert first_instant(Decision()) is None
    assert first_instant(Decision(changes=(("Europe/Moscow", date.min),))) is None


def test_a_day_without_a_midnight_begins_when_its_clocks_do() -> None:
    """In Beirut clocks went from midnight to one on 26 March 2023."""
    assert first_instant(Decision(changes=(("Asia/Beirut", date(2023, 3, 26)),))) == datetime(
        2023, 3, 25, 22, tzinfo=UTC
    )


def test_without_a_directory_the_rules_of_the_package_answer(checker: Checker) -> None:
    assert Checker.open().ruleset.source == checker.ruleset.source


def test_law_days_are_the_days_of_each_zone(checker: Checker) -> None:
    days = law_days(checker.ruleset, None, MIDNIGHT)
    assert days.keys() == checker.ruleset.zones
    assert (days["Europe/Moscow"], days["Europe/Brussels"]) == (date(2024, 2, 20), date(2024, 2, 19))
    assert set(law_days(checker.ruleset, DAY, MIDNIGHT).values()) == {DAY}


def test_today_is_the_day_in_utc() -> None:
    with at(MIDNIGHT + timedelta(hours=2, minutes=59)):
        assert today() == date(2024, 2, 19)


# -- the key --------------------------------------------------------------------------------------------


def key(checker: Checker, reader: Reader = MOSCOW, content: Content = RFE, **more: object) -> str:
    return checker.check(content, reader, **{"as_of": DAY, **more}).cache.key  # type: ignore[arg-type]


def test_readers_of_one_place_share_a_key_however_the_place_is_known(checker: Checker) -> None:
    germany = [Reader(country="DE"), Reader(country="de"), *map(Reader, ("84.128.0.1", "[::ffff:84.128.0.1]:80"))]
    assert len({key(checker, reader) for reader in germany}) == 1
    anywhere = [Reader(), Reader(country="XX"), Reader(address="10.0.0.1"), Reader(address="5.255.255.70")]
    assert len({key(checker, reader) for reader in anywhere}) == 1
    assert key(checker, MOSCOW) != key(checker, Reader())


def test_what_can_change_the_answer_changes_the_key(checker: Checker, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = Checker(Store(written(tmp_path_factory.mktemp("rules"))), checker.databases)
    with at(MIDNIGHT - SECOND):
        before = checker.check(RFE, MOSCOW).cache.key
    with at(MIDNIGHT):
        after = checker.check(RFE, MOSCOW).cache.key
    keys = [
        before,
        after,
        key(checker),
        key(checker, Reader(country="UA")),
        key(checker, content=Content(publisher="dw.com")),
        key(checker, content=Content(publisher="rferl.org", facts={"content.kind": "article"})),
        key(checker, content=Content(publisher="a.example")),
        key(checker, content=Content(publisher="b.example")),  # not the same: its name is in the words
        key(checker, languages=("ru",)),
        key(checker, languages=("ru", "en")),
        key(checker, as_of=date(2024, 2, 19)),
        key(other),
    ]
    assert len(set(keys)) == len(keys)


def test_what_changes_no_word_leaves_the_key_alone(checker: Checker) -> None:
    for content in (Content(publisher="RFE/RL"), Content(url="https://www.rferl.org/a", facts={})):
        assert key(checker, content=content) == key(checker)
    assert key(checker, explain=True) == key(checker)
    assert key(checker, languages=["ru"]) == key(checker, languages=("ru",)) == key(checker, languages="ru")


SEEN: dict[str, tuple[object, ...]] = {}


@settings(max_examples=150)
@given(publishers, readers, facts, languages, st.sampled_from([DAY, date(2024, 2, 19), date(2026, 11, 1), None]))
def test_one_key_never_stands_for_two_answers(
    checker: Checker,
    publisher: str | None,
    reader: Reader,
    more: dict[str, str],
    read: tuple[str, ...],
    day: date | None,
) -> None:
    with at(MIDNIGHT):
        answer = checker.check(Content(publisher=publisher, facts=more), reader, languages=read, as_of=day)
        again = checker.check(Content(publisher=publisher, facts=more), reader, languages=read, as_of=day)
    assert answer == again
    assert answer.to_json() == again.to_json()
    spoken = (said(answer), answer.decision, answer.reviews, answer.valid_until, answer.preview)
    assert SEEN.setdefault(answer.cache.key, spoken) == spoken


def test_a_cache_is_told_what_to_forget(checker: Checker) -> None:
    cache = checker.check(RFE, MOSCOW, as_of=DAY).cache
    meaning = checker.ruleset.meaning.removeprefix("sha256:")[:12]
    rule = "rule:ru-undesirable-organization-reader-risk"
    assert cache.surrogate_keys == (f"ruleset:{meaning}", rule, "publisher:rfe-rl")
    assert cache.vary == ("reader.location", "languages")


# -- why ------------------------------------------------------------------------------------------------


@given(publishers, readers)
@settings(max_examples=30)
def test_every_active_rule_either_asks_for_its_notice_or_says_why_not(
    checker: Checker, publisher: str | None, reader: Reader
) -> None:
    answer = checker.check(Content(publisher=publisher), reader, as_of=DAY, explain=True)
    asking = {rule for notice in answer.notices for rule in notice.rules}
    silent = [each.rule for each in answer.not_applied]
    assert sorted([*asking, *silent]) == [rule.id for rule in checker.ruleset.active_rules]
    assert all(each.because for each in answer.not_applied)
    assert checker.check(Content(publisher=publisher), reader, as_of=DAY).not_applied == ()


@pytest.mark.parametrize(
    ("reader", "day", "because"),
    [
        (Reader(country="US"), DAY, "`reader.location` is not `RU` or `ua-russia-controlled`"),
        (
            MOSCOW,
            date(2024, 2, 19),
            (
                "`publisher.designated_as` is not `ru/undesirable-organization`: "
                "`rfe-rl` is in `ru/undesirable-organization` from 2024-02-20 only"
            ),
        ),
        (MOSCOW, date(2015, 6, 2), "in effect from 2015-06-03 only"),
    ],
)
def test_an_absent_notice_names_the_condition_that_fails(
    checker: Checker, reader: Reader, day: date, because: str
) -> None:
    answer = checker.check(RFE, reader, as_of=day, explain=True)
    reasons = {each.rule: each.because for each in answer.not_applied}
    assert reasons["ru-undesirable-organization-reader-risk"] == because


def test_the_place_is_shown_as_coarse_codes_and_territories(checker: Checker) -> None:
    places = {
        Reader(country="RU"): (("RU",), False, "out"),
        Reader(subdivision="UA-43"): (("UA-43",), False, "in"),
        Reader(subdivision="UA-14"): (("UA-14",), False, "maybe"),
        Reader(country="US", subdivision="UA-43"): (("UA-43", "US"), False, "maybe"),
        Reader(): ((), True, "maybe"),
    }
    for reader, (codes, anywhere, controlled) in places.items():
        location = checker.check(RFE, reader, as_of=DAY).location
        assert (location.places, location.anywhere) == (codes, anywhere)
        assert location.territories["ua-russia-controlled"] == controlled


def test_the_words_of_an_undeclared_publisher_are_its_own_name_or_host(checker: Checker) -> None:
    for content, name in (
        (Content(publisher="The Herald"), "The Herald"),
        (Content(publisher="Him/Her"), "Him/Her"),
        (Content(publisher="https://www.herald.example/a?reader=1"), "www.herald.example"),
        (Content(publisher="herald.example/a?b"), "herald.example"),
        (Content(url="https://herald.example/a"), "herald.example"),
        (Content(publisher=" ", url="https://herald.example/a"), "herald.example"),
        (Content(publisher="x" * 2000), "The publisher of this page"),
        (Content(publisher="javascript://x.example"), "The publisher of this page"),
        (Content(), "The publisher of this page"),
    ):
        (notice,) = checker.check(content, MOSCOW, as_of=DAY).notices
        assert notice.text.startswith(f"{name} has been declared")
        assert notice.unresolved == ("publisher.title",)


def test_a_label_of_a_mention_names_the_entity_or_what_the_caller_called_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    files = changed(
        "warn.yaml",
        ("when:\n  publisher.", "for_each: content.mentions\nwhen:\n  mention."),
        ("  publisher.designated_as: review", "  mention.designated_as: review"),
        ("publisher.title", "mention.title"),
        ("{publisher: radio", "{content.mentions: [radio]"),
    )
    checker = Checker(Store(written(tmp_path_factory.mktemp("rules"), files)), EMPTY)
    content = Content(facts={"content.mentions": ["The Radio", "Nobody", "paper"]})
    notices = {each.entity: each for each in checker.check(content, MOSCOW, as_of=DAY).notices}
    assert {name: (each.status, each.display) for name, each in notices.items()} == {
        "radio": ("required", "show"),
        "Nobody": ("possible", "hold"),
    }
    assert (notices["radio"].text, notices["radio"].unresolved) == ("Radio is on the list.", ())
    assert notices["Nobody"].text == "If you are in Russia, take care."
    assert (notices["Nobody"].short, notices["Nobody"].html) == ("If you are in Russia, take care.", "")


# -- what is asked --------------------------------------------------------------------------------------


def test_everything_that_is_wrong_with_a_question_is_said_at_once(checker: Checker) -> None:
    content = Content(language="a language", facts={"content.kind": "blog", "reader.location": "RU"})
    with pytest.raises(RequestError) as raised:
        checker.check(content, Reader(country="Russia"), as_of=DAY)
    assert [each.where for each in raised.value.problems] == [
        "content.facts",
        "content.facts.content.kind",
        "content.language",
        "reader.location.country",
    ]


@pytest.mark.parametrize(
    ("reader", "where"),
    [
        (Reader(country="QQ"), "reader.location.country"),
        (Reader(country="UA-43"), "reader.location.country"),
        (Reader(country="UA", subdivision="UA-99"), "reader.location.subdivision"),
        (Reader(country="UA", subdivision="99"), "reader.location.subdivision"),
        (Reader(subdivision="43"), "reader.location.subdivision"),
        (Reader(address="localhost"), "reader.address"),
        (Reader(address=""), "reader.address"),
    ],
)
def test_a_place_that_is_none_is_a_problem_and_not_an_unknown_place(
    checker: Checker, reader: Reader, where: str
) -> None:
    with pytest.raises(RequestError) as raised:
        checker.check(RFE, reader, as_of=DAY)
    assert [each.where for each in raised.value.problems] == [where]


@pytest.mark.parametrize(
    "reader",
    [
        Reader(address="95.165.0.1", country="US"),
        Reader(address="95.165.0.1", subdivision="US-CA"),
        Reader(address="", country="RU", subdivision="RU-MOW"),
    ],
)
def test_a_reader_given_in_two_ways_is_refused_and_neither_is_ignored(checker: Checker, reader: Reader) -> None:
    with pytest.raises(RequestError) as raised:
        checker.check(RFE, reader, as_of=DAY)
    (problem,) = raised.value.problems
    assert (problem.where, problem.message) == ("reader", "the reader is given in more than one way")


@pytest.mark.parametrize("address", ["95.165.0.1", "::ffff:95.165.0.1", "2a02:6b8::1"])
def test_an_address_may_be_given_as_an_object(checker: Checker, address: str) -> None:
    as_text, as_object = Reader(address=address), Reader(address=ip_address(address))
    assert checker.check(RFE, as_object, as_of=DAY) == checker.check(RFE, as_text, as_of=DAY)
    assert address not in repr(as_object)


@pytest.mark.parametrize(
    ("slip", "where"),
    [
        ({"as_of": datetime(2024, 2, 20, 12, tzinfo=UTC)}, ["as_of"]),
        ({"as_of": "2024-02-20"}, ["as_of"]),
        ({"languages": None}, ["languages"]),
        ({"languages": ["en", 7]}, ["languages"]),
        ({"reader": "RU"}, ["reader"]),
        ({"reader": Reader(address=7)}, ["reader.address"]),  # type: ignore[arg-type]
        ({"reader": Reader(country=7)}, ["reader.location.country"]),  # type: ignore[arg-type]
        ({"reader": Reader(subdivision=b"UA-43")}, ["reader.location.subdivision"]),  # type: ignore[arg-type]
        ({"content": "rferl.org"}, ["content"]),
        ({"content": Content(facts={"content.kind": None})}, ["content.facts.content.kind"]),  # type: ignore[dict-item]
        ({"content": None, "reader": "RU", "as_of": "today"}, ["as_of", "content", "reader"]),
    ],
)
def test_a_slip_of_a_caller_in_python_is_a_problem_at_its_place(
    checker: Checker, slip: dict[str, Any], where: list[str]
) -> None:
    asked: dict[str, Any] = {"content": RFE, "reader": MOSCOW, **slip}
    with pytest.raises(RequestError) as raised:
        checker.check(**asked)
    assert [each.where for each in raised.value.problems] == where


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        (None, "facts"),
        ("publisher", "facts"),
        ({"content.kind": None}, "content.kind"),
        ({"content.mentions": [{}]}, "content.mentions[0]"),
        ({"content.mentions": {"radio": 1}}, "content.mentions"),
        ({7: "x"}, None),
        ({"publisher.designated_as": "ru/undesirable-organisation"}, "publisher.designated_as"),
        ({"mention.designated_as": "nothing"}, "mention.designated_as"),
        ({"content.mentions": "Radio 95。165。0。1"}, "content.mentions"),
    ],
)
def test_facts_of_another_kind_are_a_problem_at_their_place(checker: Checker, facts: Any, where: str | None) -> None:
    for _ in range(2):  # what was refused is not remembered
        with pytest.raises(RequestError) as raised:
            checker.decide(facts, as_of=DAY)
        assert [each.where for each in raised.value.problems] == [where]
    for slip in (datetime(2024, 2, 20, tzinfo=UTC), "2024-02-20"):
        with pytest.raises(RequestError, match="not a day"):
            checker.decide({}, as_of=slip)  # type: ignore[arg-type]
        with pytest.raises(RequestError, match="not a day"):
            checker.decide_many([{}], as_of=slip)  # type: ignore[arg-type]


def test_a_decision_can_be_asked_with_facts_as_in_a_scenario(checker: Checker) -> None:
    decision = checker.decide({"publisher": "rferl.org", "reader.location": ["RU", "UA"]}, as_of=date(2024, 2, 21))
    (instance,) = [each for each in decision.instances if each.notice.id.startswith("ru-")]
    assert (instance.status, instance.unknowns) == ("possible", ("reader.location",))
    with at(MIDNIGHT):
        assert checker.decide({"publisher": "rferl.org", "reader.location": "RU"}).instances[0].status == "required"


def test_a_comment_changes_the_source_and_no_meaning_key_or_decision(tmp_path_factory: pytest.TempPathFactory) -> None:
    files = changed(
        "warn.yaml",
        ("title: A warning", "# a remark\nsummary: more words\ntitle: A warning"),
        ("name: listed", "name: x"),
    )
    one, two = (Checker(Store(written(tmp_path_factory.mktemp("r"), each)), EMPTY) for each in (TINY, files))
    answers = [each.check(Content(publisher="radio"), MOSCOW, as_of=DAY) for each in (one, two)]
    assert answers[0].ruleset.source != answers[1].ruleset.source
    assert answers[0].ruleset.meaning == answers[1].ruleset.meaning
    assert answers[0].cache == answers[1].cache
    assert answers[0].decision == answers[1].decision


# -- many questions, and remembered ones ------------------------------------------------------------------


WRITTEN: list[dict[str, str | list[str]]] = [
    {"publisher": "rferl.org", "reader.location": "RU"},
    {"publisher": "rferl.org", "reader.location": ["RU", "UA"]},
    {"publisher": "example-daily", "reader.location": "unknown", "content.kind": "article"},
    {},
]


@pytest.fixture
def read_once(checker: Checker, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checker is opened on the shipped rules as they were read for all tests, with a memory of its own."""

    def opened(_: Path, memo: int, *_more: object) -> store.Snapshot:
        return replace(checker.store.current, decisions=Memo(memo))

    monkeypatch.setattr(store, "open_snapshot", opened)


@pytest.mark.usefixtures("read_once")
@pytest.mark.parametrize("memo", [0, 1, 65_536])
@pytest.mark.parametrize("as_of", [DAY, None])
def test_decisions_are_the_same_alone_together_and_remembered(memo: int, as_of: date | None) -> None:
    checker = Checker.open(memo=memo)
    alone = [checker.decide(each, as_of=as_of) for each in WRITTEN]
    assert list(checker.decide_many(WRITTEN, as_of=as_of)) == alone
    assert [checker.decide(each, as_of=as_of) for each in WRITTEN] == alone
    assert len(checker.store.current.decisions) <= memo + 1


def test_a_remembered_decision_is_not_worked_out_again(checker: Checker) -> None:
    first = checker.decide(WRITTEN[0], as_of=DAY)
    assert checker.decide(dict(WRITTEN[0]), as_of=DAY) is first
    assert Checker.open(memo=0).decide(WRITTEN[0], as_of=DAY) == first


def test_a_decision_of_today_is_asked_anew_when_a_day_begins(checker: Checker) -> None:
    asked = {"publisher": "rferl.org", "reader.location": "RU"}
    seen = []
    for instant in (MIDNIGHT - timedelta(seconds=1), MIDNIGHT, MIDNIGHT + timedelta(days=3), MIDNIGHT):
        with at(instant):
            seen.append([each.status.value for each in checker.decide(asked).instances])
    assert seen[1:] == [["required"]] * 3
    assert seen[0] == []


def test_a_reload_forgets_what_was_decided(tmp_path: Path) -> None:
    checker = Checker.open(written(tmp_path))
    asked = {"publisher": "radio", "reader.location": "RU"}
    assert checker.decide(asked, as_of=DAY).instances
    text = TINY["warn.yaml"].replace("reader.location: RU\n", "reader.location: UA\n", 1)
    text = text.replace(
        "given: {publisher: radio, reader.location: RU}", "given: {publisher: radio, reader.location: UA}"
    )
    (tmp_path / "warn.yaml").write_text(text.replace("expect: required", "expect: required"), encoding="utf-8")
    assert checker.store.reload(), checker.store.failure
    assert checker.decide(asked, as_of=DAY).instances == ()


def test_an_explanation_of_now_holds_until_the_day_that_it_names(checker: Checker) -> None:
    with at(MIDNIGHT - timedelta(hours=3)):
        explanation = checker.explain(RFE, MOSCOW)
    assert {each.rule: each.changes_on for each in explanation.absent}[NOTICE] == date(2024, 2, 20)


def test_a_slip_in_an_open_word_is_advised_on_and_changes_nothing_else(checker: Checker) -> None:
    slipped = checker.check(Content(publisher="rferl.org", facts={"content.depicts": "retouched-bodies"}), as_of=DAY)
    plain = checker.check(Content(publisher="rferl.org", facts={"content.depicts": "gardens"}), as_of=DAY)
    said = "no rule asks for `retouched-bodies` in `content.depicts`; the nearest is `retouched-body`"
    assert (slipped.advice, plain.advice) == ((said,), ())
    assert slipped.notices == plain.notices


def test_remembered_decisions_do_not_keep_alive_what_was_worked_out_for_other_days(checker: Checker) -> None:
    for number in range(200):
        checker.decide(
            {"publisher": "rferl.org", "reader.location": "RU"}, as_of=date(2015, 1, 1) + timedelta(20 * number)
        )
    gc.collect()
    mine = [each for each in gc.get_objects() if isinstance(each, Segment) and each.ruleset is checker.ruleset]
    assert len(mine) <= 2 * MOST_SEGMENTS + 2
