"""Folding: what readers see alike is alike, and every place is known in the original."""

from __future__ import annotations

import unicodedata
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.mentions import normalize
from compliance.mentions.normalize import (
    BROKEN,
    DRESSED,
    DROPPED,
    FANCY,
    HIDDEN,
    MARKS,
    MIXED,
    Folded,
    fold,
    fold_with_care,
    unhidden,
)

LETTERS: Final = "абвйёЁРСaceоpРXkMHтTbiІïäÄßİſëﬁﬃ𝐁Ｂⓔ"
TEXTS: Final = st.text(
    st.sampled_from([*LETTERS, *"  .,-«»'\n", *sorted(DROPPED)[:6], "\u0301", "\u0306", "\u0308", "😀"])
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("РАДИО", "радио"),
        ("Ещё ёлка", "еще елка"),
        ("Сво\xadбо\u200bда", "свобода"),
        ("Сво\u0301бода", "свобода"),
        ("и\u0306од", "йод"),
        ("е\u0308лка", "елка"),
        ("Рaдиo", "радио"),
        ("Cвобода", "свобода"),
        ("PAДИО", "радио"),
        ("Rаdiо Liberty", "radio liberty"),
        ("об’єднання", "об'єднання"),
        ("\ufeffРадио", "радио"),
        ("𝐑𝐚𝐝𝐢𝐨", "radio"),
        ("Ｒａｄｉｏ２", "radio2"),
        ("Ⓡⓐⓓⓘⓞ", "radio"),
        ("ᴿᵃᵈⁱᵒ", "radio"),
        ("ﬁeld oﬃce", "field office"),
        ("Новая газëта", "новая газета"),
        ("УКРАÏНА", "україна"),
        ("Zoë naïve", "zoë naïve"),
    ],
)
def test_what_readers_see_alike_is_alike(written: str, read: str) -> None:
    assert fold_with_care(written).text == read


@pytest.mark.parametrize("text", ["CNN", "Ради@", "IT-компания", "iPhone и Android", "Жiвой жzвук"])
def test_words_of_one_alphabet_and_of_two_that_do_not_look_alike_stay(text: str) -> None:
    assert fold_with_care(text).text == text.lower().replace("i", "і" if "Ж" in text else "i")


@pytest.mark.parametrize("end", ["", "ŋ"])
def test_a_word_of_two_alphabets_is_looked_at_once_however_long(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it stays as it is: each of its letters would have it looked at from end to end."""
    looked: list[int] = []
    word_at = normalize._word_at

    def counted(low: str, place: int, first: int) -> tuple[int, int]:
        looked.append(place)
        return word_at(low, place, first)

    monkeypatch.setattr(normalize, "_word_at", counted)
    text = ("аa" * 500 + end + " ") * 3
    normalize.mended_at(text, range(len(text)))
    assert len([place for place in looked if text[place] != " "]) == 3


@given(TEXTS)
def test_every_place_is_that_of_a_letter_that_reads_so(text: str) -> None:
    folded = fold_with_care(text)
    places = [folded.original(place) for place in range(len(folded.text))]
    assert places == sorted(places), "places go forward"
    for place, there in enumerate(places):
        assert 0 <= there < len(text)
        assert text[there] not in DROPPED
        assert places.count(there) == len(FANCY.get(text[there], "1")), "each once, and one for each joined letter"
        assert folded.end(place + 1) == there + 1
        assert folded.text[place] in {*alone(text[there]), *fold_with_care(text).text}


def alone(letter: str) -> str:
    return unicodedata.normalize("NFC", letter.lower())


@given(TEXTS)
def test_nothing_that_is_seen_is_lost(text: str) -> None:
    seen = [each for each in text if each not in DROPPED and each not in MARKS]
    stray = sum(each in MARKS for each in text)
    joined = sum(len(FANCY.get(each, "1")) - 1 for each in text)
    assert len(seen) - stray <= len(fold_with_care(text).text) - joined <= len(seen)


@given(TEXTS)
def test_where_no_sign_calls_for_care_the_fast_way_says_the_same(text: str) -> None:
    signs = HIDDEN | DRESSED | MIXED
    fast = fold(text)
    if fast.moves or any(sign in fast.text for sign in signs):
        return
    assert fast == Folded(fold_with_care(text).text)
    assert len(fast.text) == len(text)


@given(TEXTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold_with_care(text).text
    assert fold_with_care(once).text == once


@pytest.mark.parametrize("end", ["-\n", "\xad\n", "\u2010\n", "-\r\n", "- \n  "])
def test_a_word_that_goes_on_in_the_next_line_is_one_if_that_is_asked_for(end: str) -> None:
    text = f"да́м Белл{end}ингкэт ﬁ"
    assert "беллингкэт" not in unhidden(text).text
    folded = unhidden(text, rejoined=True)
    assert folded.text == "дам беллингкэт fi"
    start = folded.text.index("б")
    assert text[folded.original(start) : folded.end(start + 10)] == f"Белл{end}ингкэт"


@pytest.mark.parametrize("text", ["раз -\nдва", "раз-\n\nдва", "раз-\n- два", "1-\n2", "раз- два", "раз\nдва"])
def test_other_ends_of_lines_break_no_word(text: str) -> None:
    assert BROKEN.search(text) is None
    assert unhidden(text, rejoined=True).text == text


@given(TEXTS)
def test_putting_words_together_loses_nothing_but_ends_of_lines(text: str) -> None:
    whole, parts = unhidden(text, rejoined=True), unhidden(BROKEN.sub("", text))
    assert whole.text == parts.text
    for place in range(len(whole.text)):
        assert 0 <= whole.original(place) < whole.end(place + 1) <= len(text)
