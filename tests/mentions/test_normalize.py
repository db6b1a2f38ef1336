"""Folding: what readers see alike is alike, and every place is known in the original."""

from __future__ import annotations

import unicodedata
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.mentions.normalize import DROPPED, HIDDEN, MARKS, MIXED, Folded, fold, fold_with_care

LETTERS: Final = "абвйёЁРСaceоpРXkMHтTbiІïäÄßİſ"
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
    ],
)
def test_what_readers_see_alike_is_alike(written: str, read: str) -> None:
    assert fold_with_care(written).text == read


@pytest.mark.parametrize("text", ["CNN", "Ради@", "IT-компания", "iPhone и Android", "Жiвой жzвук"])
def test_words_of_one_alphabet_and_of_two_that_do_not_look_alike_stay(text: str) -> None:
    assert fold_with_care(text).text == text.lower().replace("i", "і" if "Ж" in text else "i")


@given(TEXTS)
def test_every_place_is_that_of_a_letter_that_reads_so(text: str) -> None:
    folded = fold_with_care(text)
    places = [folded.original(place) for place in range(len(folded.text))]
    assert places == sorted(set(places)), "places go forward, each once"
    for place, there in enumerate(places):
        assert 0 <= there < len(text)
        assert text[there] not in DROPPED
        assert folded.end(place + 1) == there + 1
        assert folded.text[place] in {*alone(text[there]), *fold_with_care(text).text}


def alone(letter: str) -> str:
    return unicodedata.normalize("NFC", letter.lower())


@given(TEXTS)
def test_nothing_that_is_seen_is_lost(text: str) -> None:
    seen = [each for each in text if each not in DROPPED and each not in MARKS]
    stray = sum(each in MARKS for each in text)
    assert len(seen) - stray <= len(fold_with_care(text).text) <= len(seen)


@given(TEXTS)
def test_where_no_sign_calls_for_care_the_fast_way_says_the_same(text: str) -> None:
    signs = HIDDEN | MIXED
    fast = fold(text)
    if fast.moves or any(sign in fast.text for sign in signs):
        return
    assert fast == Folded(fold_with_care(text).text)
    assert len(fast.text) == len(text)


@given(TEXTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold_with_care(text).text
    assert fold_with_care(once).text == once
