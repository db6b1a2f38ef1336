"""Which words hold: those of the day, or of whose turn it is; the same for the same question, and never none."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compliance.model.notice import Every, Fixity, Notice, Placement, Purpose, Rotation, Severity, Wording
from compliance.model.period import ONE_DAY, Period
from compliance.notices.wording import Chosen, choose

NOTICE = Notice("n", Purpose.LEGAL_DUTY, Severity.INFORM, Placement.FOOTER, {"en": "Always."}, conditional=True)
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
CALENDAR = [each for each in Every if each is not Every.ITEM]


def words(number: int) -> dict[str, str]:
    return {"en": f"Text {number}."}


@st.composite
def wordings(draw: st.DrawFn) -> tuple[Wording, ...]:
    """Wordings in the order of their days, with and without days between them."""
    edges = sorted(draw(st.sets(st.dates(date(2020, 1, 1), date(2020, 3, 1)), min_size=2, max_size=6)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    periods = [Period(first, last - ONE_DAY) for first, last in pairs]
    if draw(st.booleans()):
        periods[0] = replace(periods[0], first_day=None)
    if draw(st.booleans()):
        periods[-1] = replace(periods[-1], last_day=None)
    return tuple(Wording(period, words(number)) for number, period in enumerate(periods))


def chosen(notice: Notice, day: date, item: str = "") -> Chosen:
    return choose(notice, day, item, certain=True)


@given(wordings(), st.dates(date(2019, 12, 1), date(2020, 4, 1)))
def test_on_every_day_some_words_hold_and_a_gap_is_said(dated: tuple[Wording, ...], day: date) -> None:
    found = chosen(replace(NOTICE, text={}, wordings=dated), day)
    assert found.gap is not any(day in each.period for each in dated)
    assert (day in found.period) is not found.gap
    if found.gap:
        earlier = [each for each in dated if each.period.last_day and each.period.last_day < day]
        assert found.text == (earlier[-1] if earlier else dated[0]).text


@given(wordings(), st.dates(date(2019, 12, 1), date(2020, 4, 1)), st.integers(0, 200))
def test_words_with_days_hold_until_the_day_that_is_named(dated: tuple[Wording, ...], day: date, later: int) -> None:
    notice = replace(NOTICE, text={}, wordings=dated)
    before = chosen(notice, day)
    after = day + timedelta(days=later)
    if before.changes_on is None or after < before.changes_on:
        assert chosen(notice, after) == before
    else:
        assert before.changes_on > day


@given(st.sampled_from(CALENDAR), DAYS, DAYS, st.integers(2, 7))
@example(Every.MONTH, date(2024, 1, 31), date(2024, 2, 29), 2)
@example(Every.MONTH, date(2024, 1, 31), date(2023, 2, 28), 3)
@example(Every.YEAR, date(2024, 2, 29), date(2027, 2, 28), 3)
def test_turns_follow_one_another_and_leave_no_day_out(every: Every, start: date, day: date, among: int) -> None:
    rotation = Rotation(every, tuple(words(number) for number in range(among)), start)
    notice = replace(NOTICE, text={}, rotation=rotation)
    here = chosen(notice, day)
    first, last = here.period.first_day, here.period.last_day
    assert first is not None
    assert last is not None
    assert first <= day <= last
    assert here.changes_on == last + ONE_DAY
    assert {chosen(notice, each) == here for each in (first, last)} == {True}
    assert here.turn is not None
    following = chosen(notice, last + ONE_DAY)
    assert following.turn == here.turn % among + 1
    assert following.period.first_day == last + ONE_DAY


@given(st.sampled_from(CALENDAR), DAYS, st.integers(2, 5), st.integers(-3, 3))
def test_over_full_rounds_each_text_has_the_same_number_of_turns(
    every: Every, start: date, among: int, rounds: int
) -> None:
    rotation = Rotation(every, tuple(words(number) for number in range(among)), start)
    begins = [rotation.begins(rounds * among + number) for number in range(among)]
    texts = Counter(chosen(replace(NOTICE, rotation=rotation), day).text["en"] for day in begins if day is not None)
    assert texts == Counter(f"Text {number}." for number in range(among))


@given(st.sampled_from(CALENDAR), DAYS)
def test_the_first_text_has_its_turn_from_the_start_on(every: Every, start: date) -> None:
    rotation = Rotation(every, (words(0), words(1)), start)
    found = chosen(replace(NOTICE, rotation=rotation), start)
    assert (found.turn, found.period.first_day) == (1, start)
    assert chosen(replace(NOTICE, rotation=rotation), start - ONE_DAY).turn == 2


@pytest.mark.parametrize("every", CALENDAR)
def test_the_ends_of_the_calendar_have_words_too(every: Every) -> None:
    rotation = Rotation(every, (words(0), words(1)), date(2024, 1, 31))
    for day in (date.min, date.max):
        found = chosen(replace(NOTICE, rotation=rotation), day)
        assert found.text in rotation.texts
        assert day in found.period
    assert chosen(replace(NOTICE, rotation=rotation), date.max).changes_on is None


@given(st.text(), DAYS, DAYS, st.integers(2, 7))
def test_an_item_keeps_its_words_on_all_days(item: str, day: date, other: date, among: int) -> None:
    notice = replace(NOTICE, rotation=Rotation(Every.ITEM, tuple(words(number) for number in range(among))))
    found = chosen(notice, day, item)
    assert chosen(notice, other, item) == found
    assert (found.changes_on, found.period) == (None, Period())


@pytest.mark.parametrize("among", [2, 3, 7])
def test_items_spread_evenly_over_the_texts(among: int) -> None:
    notice = replace(NOTICE, rotation=Rotation(Every.ITEM, tuple(words(number) for number in range(among))))
    texts = Counter(chosen(notice, date(2024, 1, 1), f"https://news.example/{number}").turn for number in range(2000))
    assert set(texts) == set(range(1, among + 1))
    assert max(texts.values()) < 1.2 * 2000 / among


def test_what_is_not_certain_has_the_conditional_words_and_no_short_ones() -> None:
    wording = Wording(Period(), words(1), {"en": "If."}, {"en": "Short."}, Fixity.EXACT)
    notice = replace(NOTICE, conditional=False, text={}, wordings=(wording,))
    certain, possible = (choose(notice, date(2024, 1, 1), "", certain=each) for each in (True, False))
    assert (certain.text, certain.short, certain.fixity) == (words(1), {"en": "Short."}, Fixity.EXACT)
    assert (possible.text, possible.short, possible.fixity) == ({"en": "If."}, {}, Fixity.EXACT)


def test_a_rotation_whose_words_are_conditional_takes_turns_for_everybody() -> None:
    rotation = Rotation(Every.DAY, (words(0), words(1)), date(2024, 1, 1))
    found = choose(replace(NOTICE, rotation=rotation), date(2024, 1, 2), "", certain=False)
    assert (found.turn, found.text) == (2, words(1))
    conditional = replace(NOTICE, rotation=rotation, conditional=False, text_if_possible={"en": "If."})
    found = choose(conditional, date(2024, 1, 2), "", certain=False)
    assert (found.turn, found.text, found.changes_on) == (None, {"en": "If."}, None)


@given(st.text(max_size=10), st.integers(2, 7))
def test_the_turn_of_an_item_stands_for_the_item(item: str, among: int) -> None:
    rotation = Rotation(Every.ITEM, tuple(words(number) for number in range(among)))
    notice = replace(NOTICE, text={}, rotation=rotation)
    found = chosen(notice, date(2024, 6, 1), item)
    assert choose(notice, date(2030, 1, 1), "another", certain=True, turn=found.turn) == found


def test_a_turn_that_comes_with_the_calendar_follows_from_the_day_alone() -> None:
    rotation = Rotation(Every.DAY, (words(0), words(1)), date(2024, 6, 1))
    notice = replace(NOTICE, text={}, rotation=rotation)
    assert choose(notice, date(2024, 6, 2), "", certain=True, turn=1).turn == 2
