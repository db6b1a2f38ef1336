"""What speaks for a weak name: quotation marks that hold it, a capital letter inside a sentence, its context there."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compliance.mentions.sentences import is_quoted, sentence
from tests.mentions.naming import Strength, alias, entity, names

HEATHER: Final = entity("heather", alias("Вереск", strength=Strength.WEAK, context=["газета", "редакция"]))
MORNING: Final = entity("morning", "Новое утро")
BEACON: Final = entity("beacon", "Радио Маяковка")


@pytest.mark.parametrize(
    "text",
    [
        *("«Вереск отцвёл к августу», — сказал лесник.", "Лесник сказал: «Вереск отцвёл».", "Он пишет: „Вереск сух“."),
        *("«Вереск», — сказал лесник.", "Молчали.\n«Вереск», - ответил он.", "И тогда: «Вереск», — выдохнул он."),
        *(
            "«На холме Вереск», — записал он.",
            "«Вереск, мята и липа» — так назван чай.",
            '"Вереск отцвёл", - сказал он.',
        ),
        *("Он сказал «нет». Вереск цвёл. Она сказала «да».", "« Вереск отцвёл »", "Вереск» и «мята»", "„Вереск»"),
        *("«Как цвёл Вереск!»", "“Вереск is a word,” he said.", "«Вереск"),
    ],
)
def test_a_quotation_of_what_somebody_says_is_no_sign_of_a_name(text: str) -> None:
    assert names(text, HEATHER) == ["heather: Вереск possible"]


@pytest.mark.parametrize(
    "text",
    [
        *("Об этом пишет «Вереск», — сказал лесник.", "Написал „Вереск“.", "Написал “Вереск”.", 'Написал "Вереск".'),
        *(
            "Написал « Вереск ».",
            "Написал «\xa0Вереск\xa0».",
            "Написал »Вереск«.",
            "Написал ”Вереск”.",
            "«Вереск» молчит.",
        ),
        *("«Вереск» — это газеты не было.", "Написал «\xadВереск».", "Написал 'Вереск'.", "Написал ‹Вереск›."),
        *("«Вереск» и «Мята» закрыты.", "„«Вереск»“ — так он сказал."),
    ],
)
def test_quotation_marks_that_hold_a_name_and_nothing_else_speak_for_it(text: str) -> None:
    (found,) = names(text, HEATHER)
    assert found.endswith("Вереск certain")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Слушали радио «Маяковка».", "certain"),
        ("Слушали «радио Маяковка».", "certain"),
        ("Включил радио: «Маяковка — это рабство», — кричали там.", "possible"),
        ("Слушали радио «Маяковка молчит.", "possible"),
    ],
)
def test_the_first_word_may_be_small_where_quotation_marks_hold_the_rest(text: str, verdict: str) -> None:
    (found,) = names(text, BEACON)
    assert found.endswith(verdict)


@pytest.mark.parametrize(
    "before",
    [
        *("", "Молчали. ", "Как? ", "Вот! ", "И вот… ", "сказал: ", "сказал он — ", "— ", "- ", "слово\n", "слово\n\n"),
        *(
            "* ",
            "1. ",
            "слово «",
            "слово “",
            "слово (",
            "• ",
            "слово\t",
            "в 2020 ",
            "слово; ",
            "слово / ",
            "слово| ",
            "> ",
        ),
    ],
)
def test_the_capital_letter_with_which_something_begins_says_nothing(before: str) -> None:
    assert names(f"{before}Новое утро наступило.", MORNING) == ["morning: Новое утро possible"]


def test_capital_letters_throughout_say_nothing_inside_a_sentence() -> None:
    assert names("так наступило НОВОЕ УТРО", MORNING) == ["morning: НОВОЕ УТРО possible"]
    assert names("так написало Новое утро", MORNING) == ["morning: Новое утро certain"]


@pytest.mark.parametrize(
    "text",
    [
        *("Закрыта редакция. Вереск отцвёл.", "Вереск отцвёл. Закрыта редакция.", "Редакция! Вереск отцвёл."),
        *(
            "Где редакция? Вереск отцвёл.",
            "И редакция… Вереск отцвёл.",
            "Редакция\n\nВереск отцвёл",
            "Вереск\n \nРедакция",
        ),
        *(
            "«Где редакция?» Вереск отцвёл.",
            "(Тут редакция.) Вереск отцвёл.",
            "- Редакция\n- Вереск",
            "Вереск\n2. Редакция",
        ),
        *("Вереск отцвёл... Закрыта редакция.", "Ушла редакция.\xa0Вереск отцвёл."),
    ],
)
def test_a_word_of_another_sentence_speaks_for_no_name(text: str) -> None:
    assert names(text, HEATHER) == ["heather: Вереск possible"]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Закрыта редакция, и Вереск молчит.",
            "Вереск, чья редакция закрыта.",
            "Редакция\nВереск",
            "Редакция: Вереск.",
        ),
        *(
            "Редакция (г. Москва), Вереск.",
            "Редакция А. С. Синеокова, Вереск.",
            "Редакция, т. е. Вереск",
            "Вереск, ред. и газета",
        ),
        *(
            "Молчали. В редакцию пришёл Вереск. Ушёл.",
            "Редакция «Ах!» и Вереск",
            "Реда\xadкция и Вереск",
            "Редакция site.example и Вереск",
        ),
    ],
)
def test_a_word_of_the_same_sentence_speaks_for_a_name(text: str) -> None:
    assert names(text, HEATHER) == ["heather: Вереск certain"]


def test_a_word_that_is_cut_off_at_sixty_characters_is_another_one() -> None:
    far = "г" * 9
    assert names(f"сверхредакция {far * 5} и Вереск", HEATHER) == ["heather: Вереск possible"]
    assert names(f"сверх редакция {far * 5} и Вереск", HEATHER) == ["heather: Вереск certain"]


SIGNS: Final = st.lists(
    st.sampled_from(["слово", "Слово", "А", " ", ".", "!", "…", "»", "«", "\n", "- ", "7", "\xa0"])
).map("".join)


@given(SIGNS, SIGNS, st.integers(0, 30))
def test_the_sentence_around_a_name_holds_it_and_lies_in_what_was_looked_at(
    before: str, behind: str, near: int
) -> None:
    text = f"{before}Вереск{behind}"
    start, end = len(before), len(before) + 6
    first, last = max(start - near, 0), min(end + near, len(text))
    begins, ends = sentence(text, start, end, (first, last))
    assert first <= begins <= start
    assert end <= ends <= last


@example("»", "«")
@given(SIGNS, SIGNS)
def test_whatever_stands_in_a_quotation_besides_a_name_keeps_it_from_being_quoted(before: str, behind: str) -> None:
    text = f"«{before}Вереск{behind}»"
    start = 1 + len(before)
    held = text[max(start - 1, 0)], text[start + 6]
    is_german = held == ("»", "«")  # which holds the name and nothing else, too
    assert not is_quoted(text, start, start + 6) or is_german or (held[0] in "«\xa0 " and held[1] in "»\xa0 ")
