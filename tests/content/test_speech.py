"""In which language a text seems to be: what is read has to be shown, and one foreign paragraph is enough to doubt."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.content import speech
from compliance.content.common_words import READ as READ_WORDS
from compliance.content.common_words import UNREAD
from compliance.content.speech import READ, SHOWS_NOTHING, Speech, speech_of

_ROWS: Final = [
    line.split("|")
    for line in (Path(__file__).parent / "languages.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
SAMPLES: Final = {language: text for kind, language, text in _ROWS if kind == "read"}
"""The same in each language that is read."""
FOREIGN: Final = {language: text for kind, language, text in _ROWS if kind == "foreign"}
"""The same in languages of which names are not found in every form; without the letters that would tell, too."""


@pytest.mark.parametrize("language", SAMPLES)
def test_a_text_in_a_language_that_is_read_shows_it(language: str) -> None:
    assert speech_of(SAMPLES[language]) == Speech(is_read=True)


@pytest.mark.parametrize("language", FOREIGN)
def test_a_text_in_another_language_shows_that_whatever_its_letters(language: str) -> None:
    assert speech_of(FOREIGN[language]) == Speech(is_other=True)


def test_each_language_that_is_read_has_words_and_no_other_one_does() -> None:
    assert {*READ_WORDS, "no"} == READ == {*SAMPLES, "no"}
    assert READ.isdisjoint(UNREAD)


@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize("around", ["ru", "en"])
def test_one_paragraph_in_another_language_is_enough(language: str, around: str) -> None:
    whole = f"{SAMPLES[around]}\n" * 8
    assert speech_of(whole).is_read
    for text in (whole + FOREIGN[language], f"{FOREIGN[language]}\n{whole}"):
        assert speech_of(text).is_other


def test_paragraphs_in_several_languages_that_are_read_hide_no_form() -> None:
    assert speech_of("\n".join(SAMPLES.values())) == Speech(is_read=True)


@pytest.mark.parametrize(
    "text",
    [
        *("", " \n\t", "1 2 3", "—", "Слушали Радио Маяковку.", "Ministers meet on Monday"),
        "the city and the library of the town will be as",  # eleven words
        "Ministers meet the press on Monday, roads bridges trains buses and ferries",  # three of the commonest words
        f"the of and to {'harbour lantern ' * 18}",  # a tenth
        "de la que en un una por con los a del al " * 2,  # Spanish or Asturian
    ],
)
def test_a_text_of_few_words_or_few_that_tell_shows_nothing(text: str) -> None:
    assert speech_of(text) == SHOWS_NOTHING


def test_a_few_words_of_another_language_speak_against_what_is_said() -> None:
    assert speech_of("Näin kertoi toimittaja, joka lähti") == Speech(is_other=True)


def test_letters_of_another_language_in_one_line_of_a_long_text_count() -> None:
    text = f"{SAMPLES['ru']}\n" * 40
    assert speech_of(text + "Żółć gęślą jaźń ćwierć źdźbło świąd") == Speech(is_other=True)


@pytest.mark.parametrize("text", ["Αυτό είναι μήνυμα", "Ҳуҷҷат", "Ƙasa ɗaya", "Кӏара", "ረዲዮ"])
def test_letters_of_other_alphabets_speak_against_what_is_said(text: str) -> None:
    assert speech_of(text) == Speech(is_other=True)


def test_a_text_in_short_lines_is_judged_as_a_whole() -> None:
    words = SAMPLES["en"].split()[:30]
    lines = "\n".join(" ".join(words[start : start + 3]) for start in range(0, 30, 3))
    assert speech_of(lines) == Speech(is_read=True)


def test_a_text_of_names_and_numbers_shows_no_language_and_long_ones_of_no_known_language_show_another() -> None:
    row = "Kobold 12 17 Wanderer 3 4"
    assert speech_of(row) == SHOWS_NOTHING
    unknown = "blorem vipsan dolket sitamer konvek adipis " * 10
    assert speech_of(unknown) == Speech(is_other=True)
    assert not speech_of(f"{SAMPLES['en']}\n" * 8 + unknown).is_read


def test_names_of_other_languages_in_a_text_change_nothing() -> None:
    own = f"{SAMPLES['de']} "
    text = f"{own}Das sagten Łukasz Żółty und Jiří Dvořák der Zeitung. {own * 10}"
    assert speech_of(text) == Speech(is_read=True)


@given(st.text(max_size=200), st.sampled_from(sorted(FOREIGN)))
def test_whatever_stands_before_it_a_foreign_paragraph_is_never_read(text: str, language: str) -> None:
    assert not speech_of(f"{text}\n{FOREIGN[language]}").is_read


def test_long_texts_are_counted_like_short_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{SAMPLES['ru']}\n" * 40
    whole = speech_of(text)
    monkeypatch.setattr(speech, "_MOST", 3)
    assert speech_of(text) == whole == Speech(is_read=True)


@pytest.mark.parametrize("line", ["и \n", "и ", "a\n", "the " * 31 + "\n", "ü" * 50 + " "])
def test_the_time_grows_with_the_text_and_not_faster(line: str) -> None:
    def spent(text: str) -> float:
        began = time.process_time()
        speech_of(text)
        return time.process_time() - began

    short, long = line * (40_000 // len(line)), line * (800_000 // len(line))
    most = 100 * max(min(spent(short) for _ in range(3)), 1e-4)
    assert any(spent(long) < most for _ in range(3))
