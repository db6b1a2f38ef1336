"""Marks that something undoes are none, whatever the words: only what is known to say nothing may stand beside them."""

from __future__ import annotations

from functools import cache
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compliance.mentions.harmless import is_harmless
from compliance.mentions.phrases import Phrase, Phrases
from compliance.mentions.words import words_of
from tests.mentions.carrying import marked, mention
from tests.mentions.naming import dictionary

AGENTS: Final = frozenset({"ru/agents"})


@cache
def phrases() -> Phrases:
    """Phrases of an invented Russian register."""
    several = ("иноагент", "признана иноагентом", "признана нежелательной", "declared undesirable")
    return Phrases(
        Phrase("ru/agents", tuple(words_of(each)), dictionary().slots(words_of(each), "ru")) for each in several
    )


@pytest.mark.parametrize(
    "text",
    [
        "признана иноагентом",
        "признана нежелательной организацией",
        "признана в РФ нежелательной организацией",
        "признана Минюстом России иноагентом 8 октября 2021 года",
        "признана нежелательной на территории Российской Федерации",
        "признана нежелательной по решению Генпрокуратуры от 26.01.2023, № 255-ФЗ",
        "иноагент, признана нежелательной, её деятельность запрещена в России",
        "declared undesirable in Russia by the Prosecutor General's office",
    ],
)
def test_words_that_say_nothing_leave_a_mark_certain(text: str) -> None:
    assert phrases().said(text) == AGENTS


@pytest.mark.parametrize(
    "text",
    [
        "признана нежелательной организацией; признание снято",
        "признана нежелательной, решение отменено судом",
        "признана нежелательной в Белоруссии",
        "признана в Белоруссии нежелательной",
        "признана по ошибке иноагентом",
        "признана иноагентом по мнению министра",
        "признана иноагентом по 2023 год",
        "признана иноагентом до 2023 года",
        "признана иноагентом, 2019-2021",
        "иноагент?",
        "«иноагент»",
        "иноагент (в прошлом)",
        "иноагент*",
        "иноагент…",
        "не иноагент",
        "псевдо-иноагент",
        "якобы иноагент",
        "экс-иноагент",
        "declared undesirable in Belarus",
        "declared undesirable no longer",
        "allegedly declared undesirable",
        "may be declared undesirable",
    ],
)
def test_any_other_word_or_sign_makes_a_mark_doubtful(text: str) -> None:
    assert phrases().said(text) == frozenset()


def test_words_for_a_state_say_nothing_beside_its_own_registers_only() -> None:
    assert is_harmless("россии", "ru/agents")
    assert not is_harmless("россии", "by/list")
    assert not is_harmless("беларуси", "ru/agents")
    assert not is_harmless("россии", "x")


@pytest.mark.parametrize(
    "text",
    [
        "Радио Маяковка (признана опасной; признание снято) молчит.",
        "Радио Маяковка (по ошибке названа: опасный вещатель) молчит.",
        "Радио Маяковка (признана опасной организацией и закрыта) молчит.",
        "Радио Маяковка (признана опасной (в Белоруссии)) молчит.",
        "Радио Маяковка (признана опасной) (признание снято) молчит.",
        "Радио Маяковка (признана опасной) исключена из перечня.",
        "Радио Маяковка, признанная опасной, была из перечня исключена.",
        "Радио Маяковка (a dangerous broadcaster) was removed from the list.",
        "Радио Маяковка, признанная опасной, больше ею не является.",
        "Радио Маяковка, признанная опасной, больше таковой уже не считается.",
        "Радио Маяковка, признанная опасной, уже давно не вещает.",
        "Радио Маяковка, признанная опасной, перестала ею быть.",
        "Радио Маяковка (признана опасной) більше нею не є.",
        "Радио Маяковка, a dangerous broadcaster, is not one any longer.",
        "Радио Маяковка — опасный вещатель?",
        "Радио Маяковка — опасный вещатель?.",
        "Радио Маяковка — опасный вещатель, и давно?",
        "Радио Маяковка — опасный вещатель ?!",
        "Радио Маяковка, признанная опасной?",
        "Опасный вещатель «Радио Маяковка»?",
        "Радио Маяковка (признана опасной)? Молчит.",
        "Радио Маяковка (признана опасной в 2031 году) молчит.",
        "Радио Маяковка (признана опасной 01.02.2031) молчит.",
        "В 2031 году опасный вещатель Радио Маяковка молчит.",
        "Радио Маяковка* молчит.\n\n* признана опасной в 2031 году",
        "Радио Маяковка, опасный вещатель по версии соседа, молчит.",
        "Псевдо-опасный вещатель Радио Маяковка молчит.",
        "Псевдо - опасный вещатель Радио Маяковка исключена из перечня.",
        "Якобы опасный вещатель Радио Маяковка молчит.",
        "Так называемый опасный вещатель Радио Маяковка молчит.",
        "Почти опасный вещатель Радио Маяковка молчит.",
        "Слушали опасный вещатель «Радио Маяковка».",
        "Радио Маяковка* молчит.\n\n* признана опасной, признание снято",
        "Радио Маяковка* молчит.\n\n* признана опасной, как и Вереск Европа",
        "Радио Маяковка* молчит.\n\n* о погоде: признана опасной",
    ],
)
def test_a_doubtful_mark_is_no_mark(text: str) -> None:
    assert marked(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Радио Маяковка — опасный вещатель. И что?",
        "Что молчит Радио Маяковка (признана опасной), и давно?",
        "Радио Маяковка, признанная опасной, не молчит больше часа.",
        "Радио Маяковка (признана опасной в 2025 году) молчит.",
        "Радио Маяковка (признана опасной по закону № 203100-1) молчит.",
    ],
)
def test_a_question_farther_away_and_a_year_that_has_been_leave_a_mark_certain(text: str) -> None:
    assert marked(text) == ["x/list"]


def test_a_doubtful_mark_is_told_as_one() -> None:
    assert mention("Радио Маяковка (признана опасной; признание снято).").marked == (
        "`признана опасной; признание снято` behind it, and doubtful",
    )
    assert mention("Якобы опасный вещатель Радио Маяковка.").marked == ("`опасный вещатель` before it, and doubtful",)


WORDS: Final = st.text(st.sampled_from("абвгдежзиклмнопрстуabcdefgh"), min_size=1, max_size=12)


@example("\u043ef", "{} признана иноагентом")  # `of` with a Cyrillic letter
@given(WORDS, st.sampled_from(["{} признана иноагентом", "признана {} иноагентом", "признана иноагентом, {}"]))
def test_a_word_that_nobody_knows_makes_every_mark_doubtful(word: str, text: str) -> None:
    (folded,) = words_of(word)
    is_known = is_harmless(folded, "ru/agents") or phrases().said(word) == AGENTS
    assert (phrases().said(text.format(word)) == AGENTS) == is_known
