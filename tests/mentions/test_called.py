"""Quotation marks do not tell whose a name is: a word before them, or a row of others, may say something else."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.mentions.called import row, thing_before
from tests.mentions.naming import Strength, alias, entity, names, scanned

HEATHER: Final = entity(
    "heather",
    alias("Вереск", strength=Strength.WEAK, context=["газета", "редакция"]),
    alias("The Cinder Gazette", "en"),
    alias("Cinder", "en", Strength.WEAK),
)
MINT: Final = entity("mint", alias("Мята", strength=Strength.WEAK))


@pytest.mark.parametrize(
    ("before", "thing"),
    [
        *(("Вышел фильм", "фильм"), ("Он снялся в фильме", "фильме"), ("В 1999 году вышел кинофильм", "кинофильм")),
        *(
            ("Песня", "Песня"),
            ("Он поёт песню", "песню"),
            ("Об авторе книги", "книги"),
            ("Премьера спектакля", "спектакля"),
        ),
        *(("На яхте", "яхте"), ("Рок-группа", "группа"), ("В кафе", "кафе"), ("за рестораном", "рестораном")),
        *(("Гурт", "Гурт"), ("у фільмі", "фільмі"), ("на кораблі", "кораблі"), ("про п’єсу", "п’єсу")),
    ],
)
@pytest.mark.parametrize("name", ["«Вереск»", "„Вереск“", '"Вереск"', "\n«Вереск»"])
def test_a_word_for_another_thing_before_the_quotation_marks_leaves_a_name_possible(
    before: str, thing: str, name: str
) -> None:
    (found,) = scanned(f"{before} {name} на этой неделе.", HEATHER).mentions
    assert (found.verdict, found.lacks) == ("possible", f"`{thing}` before it says that something else is called so")


@pytest.mark.parametrize(
    "text",
    [
        'He saw the film "Cinder" twice.',
        "They sang the song “Cinder” twice.",
        "They sailed on the yacht 'Cinder'.",
        "Er sah den Film „Cinder“ zweimal.",
        "Sie fuhren mit dem Schiff »Cinder« fort.",
        "Ils ont vu la pièce « Cinder » hier.",
        "Ils ont lu le livre «Cinder» hier.",
    ],
)
def test_it_does_so_in_other_languages(text: str) -> None:
    assert names(text, HEATHER) == ["heather: Cinder possible"]


def test_it_outweighs_words_of_the_context_and_names_elsewhere() -> None:
    (film,) = scanned("Фильм «Вереск» хвалит редакция.", HEATHER).mentions
    assert film.verdict == "possible"
    found = names("The Cinder Gazette wrote. Фильм «Вереск» вышел.", HEATHER)
    assert found == ["heather: The Cinder Gazette certain", "heather: Вереск possible"]


def test_a_link_outweighs_it() -> None:
    assert names("Фильм «Вереск» вышел.", HEATHER, linked=["heather"]) == ["heather: Вереск certain"]


@pytest.mark.parametrize(
    "text",
    [
        "Вышел фильм «Вереска» о войне.",  # whose film it is, and not what it is called
        "Книга «Вереска» вышла.",
        "Издание «Вереск» пишет.",
        "Канал «Вереск» пишет.",
        "Портал «Вереск» пишет.",
        "Проект «Вереск» пишет.",
        "Этот фильм снял «Вереск».",
        "Вышел фильм. «Вереск» пишет.",
        "Вышел фильм, «Вереск» пишет.",
    ],
)
def test_other_words_do_not(text: str) -> None:
    (found,) = scanned(text, HEATHER).mentions
    assert found.verdict == "certain"


@pytest.mark.parametrize(
    "text",
    [
        "Прогноз: «Вереск», «Снег», «Туман».",
        "Прогноз: «Снег», «Вереск» и «Туман».",
        "Прогноз: «Снег», «Туман» или «Вереск».",
        'Прогноз: "Снег", "Вереск", "Туман".',
        "Прогноз: „Снег“ „Вереск“ „Туман“.",
    ],
)
def test_in_a_row_of_words_in_quotation_marks_that_name_nobody_a_name_is_possible(text: str) -> None:
    assert names(text, HEATHER) == ["heather: Вереск possible"]
    (found,) = scanned(text, HEATHER).mentions
    assert found.lacks == "it stands in a row of words in quotation marks, and nothing else speaks for it"


def test_a_row_in_which_somebody_else_is_named_speaks_for_its_names() -> None:
    found = names("Пишут «Вереск», «Мята» и «Туман».", HEATHER, MINT)
    assert found == ["heather: Вереск certain", "mint: Мята certain"]


@pytest.mark.parametrize(
    "text",
    [
        "Пишут «Вереск» и «Туман».",
        "Журналисты «Вереска», «Снега» и «Тумана».",
        "Газета «Вереск», «Снег», «Туман».",
        "Пишут «Вереск», «Первый снег», «Туман».",
        "Пишут «Вереск», снег и «Туман».",
    ],
)
def test_what_is_no_row_or_has_more_to_speak_for_it_is_certain(text: str) -> None:
    (found,) = scanned(text, HEATHER).mentions
    assert found.verdict == "certain"


def test_a_row_beside_a_strong_name_of_the_entity_is_certain() -> None:
    found = names("The Cinder Gazette: «Вереск», «Снег», «Туман».", HEATHER)
    assert found == ["heather: The Cinder Gazette certain", "heather: Вереск certain"]


@given(st.text(alphabet='«»"“” ,а', max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_nothing_outside_of_a_text_is_looked_for(text: str, start: int, end: int) -> None:
    start, end = sorted((min(start, len(text)), min(end, len(text))))
    thing_before(text, start)
    assert all(0 <= first < last <= len(text) for first, last in row(text, start, end))
