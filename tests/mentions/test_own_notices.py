"""Notices of the rule set that stand in a text: whom they name is not mentioned, and nobody else is passed over."""

from __future__ import annotations

import re
from time import process_time
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.mentions.aware import BECAUSE
from compliance.mentions.scan import Mention, Scanned
from tests.mentions.carrying import BRACKETS, LONG, SHORT, aware, unaware

TITLES: Final = ("Радио Маяковка", "Вереск", "Вереск Европа", "Paper")
ENGLISH: Final = "The authorities have put {mention.title} on a list of dangerous broadcasters"
NOTICES: Final = tuple(
    re.sub(r"\{[a-z.]+\}", title, words) for words in (SHORT, BRACKETS, LONG, ENGLISH) for title in TITLES
)
RADIO: Final = NOTICES[0]


def told(scanned: Scanned) -> list[tuple[str, str, str, str, tuple[str, ...]]]:
    """The mentions of a text without their places."""
    return [(each.entity, each.alias, each.verdict, each.lacks, each.evidence) for each in scanned.mentions]


def entities(text: str) -> list[str]:
    return [each.entity for each in aware().scan(text).mentions]


def passed_over(text: str) -> list[tuple[str, str]]:
    found = aware().scan(text).suppressed
    return [(each.entity, text[each.start : each.end]) for each in found if each.because == BECAUSE]


@pytest.mark.parametrize(
    "text",
    [
        RADIO,
        f"* {RADIO}",
        f"Погода.\n\n1 {RADIO}\n",
        f"Погода.\n\n{RADIO.upper()}",
        RADIO.replace(" ", "\xa0"),
        RADIO.replace(" ", "\n", 3),
        f"{RADIO} https://law.example/act",
        f"Погода {NOTICES[4]} и река.",
        f"Погода хороша. {NOTICES[8]} Река спокойна.",
    ],
)
def test_whom_a_notice_of_our_own_names_is_not_mentioned_and_that_is_told(text: str) -> None:
    assert entities(text) == []
    assert passed_over(text)
    assert {each for each, _ in passed_over(text)} == {"radio"}


@pytest.mark.parametrize(
    "text",
    [
        f"Говорят, {RADIO}",  # a sentence of somebody's
        f"{RADIO[:-1]}, говорит суд.",
        NOTICES[4][1:-1],  # without its brackets
        RADIO.replace("опасных", "вредных"),
        RADIO.replace("в перечень", ""),
        "Радио Маяковка в списке.",  # of nearly nothing but slots
    ],
)
def test_what_only_looks_like_a_notice_is_the_authors(text: str) -> None:
    assert entities(text) == ["radio"]


def test_what_fills_a_slot_and_nobody_knows_is_the_authors() -> None:
    """A caller may have called somebody so; a name in it counts."""
    text = LONG.replace("{publisher.title}", "Газета «Вереск Европа» и друзья")
    assert entities(text) == ["heather-europe", "heather-europe"]
    text = LONG.replace("{publisher.title}", "Газета Радио Маяковка", 1).replace("{publisher.title}", "Вереск Европа")
    assert (entities(text), {each for each, _ in passed_over(text)}) == ([], {"radio", "heather-europe"})


def test_a_notice_of_nobody_is_one_too() -> None:
    found = aware().scan(f"Тихо.\n\n{LONG.replace('{publisher.title}', '…')}")
    assert len(found.notices) == 1


def test_a_title_of_another_paragraph_fills_no_slot() -> None:
    words = LONG.removeprefix("{publisher.title}: ").replace("{publisher.title}", "Paper")
    assert entities(f"Слушали Радио Маяковка\n\n{words}") == ["radio"]
    assert entities(f"Радио Маяковка: {words}") == []


def test_no_name_runs_across_the_place_of_a_notice() -> None:
    assert entities(f"Пишет газета Вереск {NOTICES[4]} Европа молчит.") == ["heather"]
    assert entities(f"Слушали Радио {NOTICES[4]} Маяковку.") == []


def test_a_notice_speaks_for_no_weak_name_beside_it() -> None:
    """Its words are neither context nor another mention."""
    notice = "(внесена властями в реестр вредных для читателя газет)"
    for text in (f"Расцвёл Вереск {notice}.", f"Расцвёл Вереск.\n\n{NOTICES[1]}"):
        assert [each.verdict for each in aware().scan(text).mentions] == ["possible"]


def test_a_part_of_a_content_with_a_notice_leaves_the_others_as_they_are() -> None:
    found = aware().scan_fields({"headline": "Радио Маяковка", "text": f"Тихо.\n\n{RADIO}"})
    assert [(each.field, each.start, each.end) for each in found.mentions] == [("headline", 0, 14)]
    assert [(each.field, each.start, each.end) for each in found.notices] == [("text", 7, 7 + len(RADIO))]


@pytest.mark.parametrize("piece", ["вы находитесь в ", f"{LONG.split('}')[1].split('{')[0]} "])
def test_words_of_notices_over_and_over_take_no_longer_than_any_text(piece: str) -> None:
    """A row of words was cut anew around each of them."""
    text = piece * (600_000 // len(piece))
    start = process_time()
    assert aware().scan(text).notices == ()
    assert process_time() - start < 2


SENTENCES: Final = st.sampled_from(
    [
        "Слушали Радио Маяковку.",
        "Расцвёл Вереск.",
        "Газета «Вереск» молчит",
        "Газета, говорят, закрыта, а Вереск цветёт.",
        "Вереск\nЕвропа",
        "«Вереск Европа»* пишет:",
        "Радио Маяковка¹",
        "В перечень опасных для слушателя вещателей",
        "нет",
        "«Радио",
        "Маяковка»",
    ]
)
PARAGRAPHS: Final = st.lists(st.lists(SENTENCES, max_size=3).map(" ".join), min_size=1, max_size=5)


@given(
    PARAGRAPHS,
    st.lists(st.tuples(st.sampled_from(NOTICES), st.sampled_from(["", "* ", "1 ", "— "])), max_size=3),
    st.data(),
)
def test_a_text_with_notices_in_it_mentions_whom_it_mentioned_before(
    paragraphs: list[str], notices: list[tuple[str, str]], data: st.DataObject
) -> None:
    before = aware().scan("\n\n".join(paragraphs))
    with_notices = [*paragraphs]
    for notice, sign in notices:
        with_notices.insert(data.draw(st.integers(0, len(with_notices))), f"{sign}{notice}")
    text = "\n\n".join(with_notices)
    after = aware().scan(text)
    assert told(after) == told(before)
    assert [each.surface for each in after.mentions] == [each.surface for each in before.mentions]
    assert all(text[each.start : each.end] == each.surface for each in after.mentions)
    assert len(after.notices) >= len(notices)


@given(PARAGRAPHS, st.sampled_from(NOTICES[4:12]))
def test_a_notice_inside_a_paragraph_takes_no_mention_away(paragraphs: list[str], notice: str) -> None:
    before = aware().scan("\n\n".join(paragraphs))
    inside = aware().scan("\n\n".join(f"{each} {notice} {each}" for each in paragraphs))
    assert {each.entity for each in before.mentions} == {each.entity for each in inside.mentions}


FRAGMENTS: Final = st.sampled_from(
    [
        *NOTICES,
        *(piece for words in (SHORT, BRACKETS, LONG, ENGLISH) for piece in re.split(r"\{[a-z.]+\}", words)),
        *TITLES,
        *("Слушали", "газета", "(", ")", ". ", ", ", "\n", "\n\n", "* ", "1 ", ": ", "«", "»", "друзья", "Европа"),
    ]
)


def _between(signs: str) -> str:
    """What may stand between two words of a notice, where it has some signs."""
    return rf"[\s«»*_{re.escape(signs)}]{{1,20}}"


WRITTEN: Final = tuple(
    re.compile(re.sub(r"[^\w{}]+", lambda gap: _between(gap[0]), re.sub(r"\{[a-z.]+\}", title, words)))
    for words in (SHORT, BRACKETS, LONG, ENGLISH)
    for title in TITLES
)
"""The notices as somebody may write them: with other spaces and signs between two words, but no further brackets."""


@given(st.lists(st.tuples(FRAGMENTS, st.sampled_from(["", " "])), max_size=10))
def test_nobody_is_passed_over_who_is_mentioned_outside_of_notices(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + gap for piece, gap in pieces)
    notices = [(each.start(), each.end()) for words in WRITTEN for each in words.finditer(text)]
    found = {(each.entity, each.start, each.end) for each in aware().scan(text).mentions}

    def is_outside(mention: Mention) -> bool:
        return not any(start <= mention.start and mention.end <= end for start, end in notices)

    outside = [each for each in unaware().scan(text).mentions if is_outside(each) and not _is_torn(each, notices)]
    assert {(each.entity, each.start, each.end) for each in outside} <= found


def _is_torn(mention: Mention, notices: list[tuple[int, int]]) -> bool:
    """Whether a name runs into a notice: then it is none."""
    return any(mention.start < end and start < mention.end for start, end in notices)
