"""Hard situations of real law as answers: which words, markers, corners and effects a page gets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance import Answer, Checker, Content, Reader

SITUATIONS: Final = Path(__file__).parents[1] / "language" / "situations"
DAY: Final = date(2024, 6, 10)


@cache
def checker(situation: str) -> Checker:
    return Checker.open(SITUATIONS / situation)


def ask(
    situation: str,
    place: str | None = None,
    day: date | None = DAY,
    *languages: str,
    publisher: str | None = None,
    url: str | None = None,
    headline: str | None = None,
    **facts: str | list[str],
) -> Answer:
    """An answer; facts about the content are written without their group."""
    content = Content(
        publisher=publisher,
        url=url,
        headline=headline,
        facts={f"content.{name}": value for name, value in facts.items()},
    )
    return checker(situation).check(content, Reader(country=place), languages=languages, as_of=day)


def texts(answer: Answer) -> dict[str, str]:
    return {each.id: each.text for each in answer.notices}


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """The clock of `check` stands at `instant`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("compliance.check._now", lambda: instant)
        yield


# -- S09: one body in several lists ---------------------------------------------------------------------


def test_those_of_one_class_share_a_marker_and_a_footnote_and_no_instance_is_lost() -> None:
    answer = ask("S09", "RU", mentions=["gazette", "courier", "herald"])
    labels = {(each.id, each.entity): each.marker for each in answer.notices if each.placement == "after-first-mention"}
    assert labels == {
        ("agent-mention", "courier"): "*",
        ("agent-mention", "gazette"): "*",
        ("unwanted-mention", "gazette"): "**",
    }
    assert [(each.marker, each.id, each.entities, each.text) for each in answer.footnotes] == [
        ("*", "agent-mention", ("courier", "gazette"), "In the list of agents: The Courier, The Gazette."),
        ("**", "unwanted-mention", ("gazette",), "In the list of unwanted bodies: The Gazette."),
    ]


def test_each_instance_of_a_shared_footnote_has_words_of_its_own() -> None:
    answer = ask("S09", "RU", mentions=["gazette", "courier"])
    own = {each.entity: (each.text, each.short) for each in answer.notices if each.id == "agent-mention"}
    assert own == {
        "courier": ("In the list of agents: The Courier.", "listed"),
        "gazette": ("In the list of agents: The Gazette.", "listed"),
    }


def test_a_footnote_is_in_the_language_of_the_reader() -> None:
    (footnote,) = ask("S09", "RU", DAY, "ru", mentions="courier").footnotes
    assert (footnote.language, footnote.direction, footnote.text) == ("ru", "ltr", "В списке агентов: The Courier.")
    head = '<aside role="note" class="notice notice-inform" lang="ru" dir="ltr">'
    assert footnote.html == f"{head}<p>* В списке агентов: The Courier.</p></aside>"


def test_whom_nobody_is_sure_of_stands_in_no_footnote() -> None:
    answer = ask("S09", "RU", mentions=["courier", "perhaps gazette"])
    (footnote,) = answer.footnotes
    assert footnote.entities == ("courier",)
    assert "Gazette" not in footnote.text
    held = [each for each in answer.notices if each.entity == "gazette"]
    assert {(each.display, each.marker) for each in held} == {("hold", None)}


def test_the_graver_mark_takes_the_place_of_the_general_one_about_the_same_body_only() -> None:
    answer = ask("S09", "RU", mentions=["gazette", "courier"])
    marks = {(each.id, each.entity) for each in answer.notices if each.placement == "top"}
    assert marks == {("unwanted-article", "gazette"), ("general-mark", "courier")}


# -- S10: wordings with days ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "text", "fixity", "first", "last"),
    [
        (date(2024, 11, 6), "Paid partnership", "exact", date(2023, 6, 10), date(2024, 11, 6)),
        (date(2024, 11, 7), "Advertising or commercial partnership", "equivalent", date(2024, 11, 7), None),
    ],
)
def test_the_words_are_those_of_the_day(day: date, text: str, fixity: str, first: date, last: date | None) -> None:
    (notice,) = ask("S10", "FR", day, "en", paid="yes", promotes="nothing").notices
    wording = notice.wording
    assert (notice.text, wording.fixity, wording.first_day, wording.last_day) == (text, fixity, first, last)
    assert (wording.gap, wording.turn, notice.translation) == (False, None, "machine")


def test_an_answer_does_not_outlive_its_words() -> None:
    with at(datetime(2024, 11, 6, 12, tzinfo=UTC)):
        before = ask("S10", "FR", None, paid="yes", promotes="nothing")
    assert before.valid_until == "2024-11-06T23:00:00Z"  # midnight in Paris
    with at(datetime(2024, 11, 6, 23, tzinfo=UTC)):
        after = ask("S10", "FR", None, paid="yes", promotes="nothing")
    assert texts(before) == {"influence-label": "Collaboration rémunérée"}
    assert texts(after) == {"influence-label": "Publicité ou collaboration commerciale"}
    assert after.valid_until is None
    assert before.cache.key != after.cache.key


def test_where_no_wording_is_written_for_the_day_the_one_before_it_speaks_and_that_is_said() -> None:
    (notice,) = ask("S10", "FR", date(2022, 1, 15), promotes="gambling", paid="no").notices
    assert (notice.text, notice.wording.gap) == ("Playing too much has risks.", True)
    assert notice.wording.last_day == date(2021, 10, 1)


def test_the_digest_is_of_the_words_before_slots_are_filled() -> None:
    (one,) = ask("S12", "DE", date(2024, 2, 1), publisher="broker", promotes="cfd").notices
    (other,) = ask("S12", "DE", date(2024, 2, 1), publisher="newcomer", promotes="cfd").notices
    (german,) = ask("S12", "DE", date(2024, 2, 1), "de", publisher="broker", promotes="cfd").notices
    assert one.text != other.text
    assert one.wording.digest == other.wording.digest != german.wording.digest
    assert one.wording.digest == _sha(
        "{loss_percentage} % of retail investor accounts lose money with {publisher.title}."
    )


def _sha(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


# -- S11: words that take turns -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "turn", "first", "last"),
    [
        (date(2024, 6, 30), 1, date(2024, 1, 1), date(2024, 6, 30)),
        (date(2024, 7, 1), 2, date(2024, 7, 1), date(2024, 12, 31)),
        (date(2025, 1, 1), 3, date(2025, 1, 1), date(2025, 6, 30)),
        (date(2025, 7, 1), 1, date(2025, 7, 1), date(2025, 12, 31)),
        (date(2023, 12, 31), 3, date(2023, 7, 1), date(2023, 12, 31)),
    ],
)
def test_the_message_of_the_half_year_is_the_one_whose_turn_it_is(
    day: date, turn: int, first: date, last: date
) -> None:
    content = Content(facts={"content.promotes": "gambling"})
    (notice,) = checker("S11").check(content, Reader(subdivision="AU-SA"), as_of=day).notices
    assert (notice.wording.turn, notice.wording.first_day, notice.wording.last_day) == (turn, first, last)
    assert (notice.short, notice.short_form) == ("Gamble responsibly.", "if_impractical")


def test_an_answer_does_not_outlive_a_turn() -> None:
    content = Content(facts={"content.promotes": "gambling"})
    with at(datetime(2024, 6, 1, tzinfo=UTC)):
        answer = checker("S11").check(content, Reader(subdivision="AU-SA"))
    assert answer.valid_until == "2024-06-30T14:30:00Z"  # midnight in Adelaide


def victoria(url: str | None, publisher: str | None = None, headline: str | None = None) -> Answer:
    content = Content(url=url, publisher=publisher, headline=headline, facts={"content.promotes": "gambling"})
    return checker("S11").check(content, Reader(subdivision="AU-VIC"), as_of=DAY)


def test_a_page_keeps_its_tagline_and_pages_share_them_evenly() -> None:
    turns = [victoria(f"https://news.example/{number}").notices[0].wording.turn for number in range(300)]
    assert {turns.count(turn) > 70 for turn in (1, 2, 3)} == {True}
    assert [victoria(f"https://news.example/{number}").notices[0].wording.turn for number in range(300)] == turns


def test_what_only_tracks_the_reader_changes_no_tagline() -> None:
    plain = [victoria(f"https://news.example/{number}") for number in range(20)]
    tracked = [victoria(f"http://www.news.example/{number}/?utm_source={number}#top") for number in range(20)]
    assert [texts(each) for each in plain] == [texts(each) for each in tracked]


def test_without_a_url_publisher_and_headline_name_the_page() -> None:
    by_headline = [victoria(None, "radio", f"Headline {number}").notices[0].wording.turn for number in range(40)]
    assert set(by_headline) == {1, 2, 3}
    assert len({victoria(None, f"radio-{number}", "A headline").notices[0].wording.turn for number in range(40)}) == 3
    assert victoria(None).notices[0].wording.turn == victoria(None).notices[0].wording.turn


def test_pages_with_different_taglines_have_different_keys() -> None:
    answers = [victoria(f"https://news.example/{number}") for number in range(20)]
    assert len({each.cache.key for each in answers}) == len({texts(each)["tagline"] for each in answers}) == 3


def test_the_conditional_wording_takes_no_turn() -> None:
    (notice,) = ask("S11", None, promotes="gambling").notices[1:]
    assert (notice.id, notice.text, notice.wording.turn) == ("tagline", "If you are in Victoria: set a limit.", None)


# -- S12: slots that data fills -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "publisher", "language", "text", "unresolved"),
    [
        (
            date(2024, 3, 31),
            "broker",
            "en",
            "74.5 % of retail investor accounts lose money with A Broker.",
            (),
        ),
        (date(2024, 3, 31), "broker", "de", "74,5 % der Konten verlieren Geld bei A Broker.", ()),
        (date(2024, 4, 1), "broker", "de", "71 % der Konten verlieren Geld bei A Broker.", ()),
        (
            date(2024, 7, 1),
            "broker",
            "de",
            "Die meisten % der Konten verlieren Geld bei A Broker.",
            ("loss_percentage",),
        ),
        (
            date(2024, 4, 1),
            "somebody.example",
            "en",
            "Most % of retail investor accounts lose money with somebody.example.",
            ("loss_percentage", "publisher.title"),
        ),
    ],
)
def test_a_slot_has_the_value_of_the_day_and_without_one_the_notice_stays(
    day: date, publisher: str, language: str, text: str, unresolved: tuple[str, ...]
) -> None:
    (notice,) = ask("S12", "DE", day, language, publisher=publisher, promotes="cfd").notices
    assert (notice.status, notice.text, notice.unresolved) == ("required", text, unresolved)


def test_an_answer_does_not_outlive_a_value() -> None:
    with at(datetime(2024, 2, 1, tzinfo=UTC)):
        answer = ask("S12", "DE", None, publisher="broker", promotes="cfd")
        other = ask("S12", "DE", None, publisher="newcomer", promotes="cfd")
    assert answer.valid_until == "2024-03-31T22:00:00Z"
    assert other.valid_until is None


# -- how long words hold --------------------------------------------------------------------------------


@given(
    st.sampled_from(["S10", "S11", "S12"]),
    st.sampled_from(["FR", "AU", "DE", None]),
    st.datetimes(datetime(2009, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.floats(0, 1, exclude_max=True),
)
@settings(max_examples=60)
def test_until_its_end_an_answer_has_the_same_words(
    situation: str, place: str | None, now: datetime, part: float
) -> None:
    def asked(instant: datetime) -> Answer:
        with at(instant):
            return ask(situation, place, None, publisher="broker", promotes=["gambling", "cfd"], paid="yes")

    before = asked(now)
    end = datetime(2030, 1, 1, tzinfo=UTC) if before.valid_until is None else datetime.fromisoformat(before.valid_until)
    after = asked(now + part * (end - timedelta(milliseconds=1) - now))
    assert [(each.id, each.text, each.wording) for each in after.notices] == [
        (each.id, each.text, each.wording) for each in before.notices
    ]


# -- S16: orders about one page -------------------------------------------------------------------------


def page(url: str) -> Answer:
    return checker("S16").check(Content(url=url), Reader(country="SG"), as_of=DAY)


def test_an_order_reaches_its_page_in_every_place_and_says_that_nothing_stands_before_it() -> None:
    answer = page("https://news.example/a/1?utm_source=x")
    (order,) = [each for each in answer.notices if each.id == "correction-of-one-page"]
    assert (order.placement, order.placements) == ("before-text", ("before-text", "site-wide"))
    assert order.nothing_before
    assert texts(page("https://news.example/a/2")) == {}


def test_two_that_want_the_first_place_are_both_there_and_reported() -> None:
    answer = page("https://news.example/a/1")
    assert set(texts(answer)) == {"correction-of-one-page", "editors-note"}
    assert [(each.type, each.at, each.notices) for each in answer.collisions] == [
        ("nothing-before", "before-text", ("correction-of-one-page", "editors-note"))
    ]


# -- S18: laws that contradict each other ---------------------------------------------------------------


@pytest.mark.parametrize(("place", "status"), [("FR", "required"), (None, "possible")])
def test_what_contradicts_is_reported_and_nothing_is_removed(place: str | None, status: str) -> None:
    content = Content(facts={"content.subject": "state-broadcaster", "publisher.answers_to": "RU"})
    answer = checker("S18").check(content, Reader(country=place), as_of=DAY)
    (conflict,) = answer.conflicts
    assert conflict.notices == ("source-forbidden", "source-must-be-named")
    assert conflict.rules == ("source-forbidden", "source-must-be-named")
    assert conflict.status == status
    assert set(texts(answer)) == set(conflict.notices)


def test_one_of_two_alone_is_no_conflict() -> None:
    content = Content(facts={"content.subject": "state-broadcaster", "publisher.answers_to": "FR"})
    assert checker("S18").check(content, Reader(country="FR"), as_of=DAY).conflicts == ()


# -- S19: corners ---------------------------------------------------------------------------------------


def corners(**facts: str) -> tuple[dict[str, str | None], list[tuple[str, str, tuple[str, ...]]]]:
    whole: dict[str, Any] = {"depicts": "nothing", "ai_generated": "none", "age_rating": "0+"} | facts
    answer = ask("S19", "NO", DAY, **whole)
    collisions = [(each.type, each.at, each.notices) for each in answer.collisions]
    return {each.id: each.corner for each in answer.notices}, collisions


def test_a_mark_has_its_first_corner_unless_a_graver_one_has_it() -> None:
    assert corners(depicts="retouched-person") == ({"retouched-mark": "upper-left"}, [])
    assert corners(depicts="retouched-person", ai_generated="fully") == (
        {"retouched-mark": "upper-right", "synthetic-mark": "upper-left"},
        [],
    )


def test_marks_that_may_stand_in_one_corner_only_collide_and_both_stay() -> None:
    found, collisions = corners(ai_generated="fully", age_rating="18+")
    assert found == {"age-mark": "upper-left", "synthetic-mark": "upper-left"}
    assert collisions == [("corner", "upper-left", ("synthetic-mark", "age-mark"))]


# -- S20: media and short forms -------------------------------------------------------------------------


def test_the_form_is_that_of_the_medium_if_it_is_known_else_of_each() -> None:
    (spot,) = ask("S20", "RU", promotes="medicine", surface="video").notices
    assert (spot.placement, spot.placements) == ("overlay", ("overlay",))
    assert list(spot.media) == ["video"]
    assert (spot.media["video"].min_seconds, spot.media["video"].min_area_percent) == (5, 7)
    (either,) = ask("S20", "RU", promotes="medicine", surface=["audio", "video"]).notices
    assert (either.placement, sorted(either.media)) == ("beside", ["audio", "video"])
    (unknown,) = ask("S20", "RU", promotes="medicine").notices
    assert (unknown.placement, sorted(unknown.media)) == ("beside", ["audio", "print", "video"])
    assert (unknown.media["print"].contrast, unknown.media["print"].min_seconds) == (4.5, None)
    (web,) = ask("S20", "RU", promotes="medicine", surface="web").notices
    assert (web.placement, web.media) == ("beside", {})


def test_a_short_form_is_offered_only_where_the_rule_allows_it() -> None:
    (medicine,) = ask("S20", "RU", promotes="medicine").notices
    assert (medicine.short_form, medicine.short) == ("if_impractical", "Ask a doctor.")
    (alcohol,) = ask("S20", "RU", promotes="alcohol").notices
    assert (alcohol.short_form, alcohol.short) == ("never", alcohol.text)


# -- S21: effects ---------------------------------------------------------------------------------------


def effects(answer: Answer) -> list[tuple[str | None, ...]]:
    return [(each.type, each.component or each.key, each.value or each.task) for each in answer.notices[0].effects]


def test_effects_say_what_is_to_be_done_besides_showing_words() -> None:
    plain = ask("S21", "RU", publisher="channel", ai_generated="none", subject="weather")
    assert effects(plain) == [
        ("suppress", "donate", None),
        ("suppress", "subscribe", None),
        ("editorial_task", None, "Take the names of sources in Russia out."),
    ]
    synthetic = ask("S21", "CN", publisher="channel", ai_generated="fully", subject="weather")
    assert effects(synthetic) == [
        ("mark", None, None),
        ("metadata", "AIGC.Label", "1"),
        ("metadata", "AIGC.Producer", "newsroom"),
    ]
    assert effects(ask("S21", "FR", ai_generated="none", subject="blocked-source")) == [("withhold", None, None)]


def test_whether_content_is_withheld_waits_for_a_person_where_the_rule_says_so() -> None:
    (notice,) = ask("S21", "FR", ai_generated="none").notices
    assert (notice.display, [each.type for each in notice.effects]) == ("hold", ["withhold"])


# -- S24: the gravest status ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2021, 8, 13), {"outlet": "(Extremist material: The Outlet)"}),
        (date(2022, 2, 1), {"outlet": "(Extremist formation: The Outlet)"}),
        (DAY, {"outlet": "(Terrorist organization: The Outlet)", "party": "(Extremist material: The Party)"}),
    ],
)
def test_of_several_statuses_the_gravest_is_said_of_each_body(day: date, expected: dict[str, str]) -> None:
    mentions = ["outlet", "party"] if len(expected) == 2 else "outlet"
    answer = ask("S24", "BY", day, mentions=mentions)
    assert {each.entity: each.text for each in answer.notices} == expected
    assert {each.group for each in answer.notices} == {"extremism"}


def test_what_is_only_possible_takes_the_place_of_nothing() -> None:
    """Where nobody knows whether the graver one is due, the lighter ones are still said."""
    answer = ask("S24", None, mentions="outlet")
    assert [(each.id, each.rank, each.status) for each in answer.notices] == [
        ("formation-mention", 2, "possible"),
        ("material-mention", 1, "possible"),
        ("terrorist-mention", 3, "possible"),
    ]
