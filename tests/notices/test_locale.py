"""Which of the languages of a notice a reader gets: lookup as in RFC 4647, and never none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.notices.locale import direction, lookup

subtags = st.text("abcdefgh", min_size=1, max_size=8)
tags = st.lists(subtags, min_size=1, max_size=5).map("-".join)


@pytest.mark.parametrize(
    ("wanted", "available", "expected"),
    [
        (["ru"], ["en", "ru"], "ru"),
        (["ru-UA"], ["en", "ru"], "ru"),
        (["RU-ua"], ["en", "ru"], "ru"),
        (["ru"], ["en", "ru-UA"], "en"),  # a range is not served by something narrower
        (["fr", "ru", "en"], ["en", "ru"], "ru"),
        (["zh-Hant-CN-x-private1-private2"], ["en", "zh-Hant-CN"], "zh-Hant-CN"),
        (["zh-Hant-CN-x-private1-private2"], ["en", "zh-Hant-CN-x-private1"], "zh-Hant-CN-x-private1"),
        (["zh-Hant-CN-x-private1-private2"], ["en", "zh"], "zh"),
        (["zh-Hant-CN-x-private1"], ["en", "zh-Hant-CN-x"], "en"),  # a singleton goes with what it introduced
        (["de-u-co-phonebk"], ["en", "de"], "de"),
        (["de-CH-1901-u-co-phonebk"], ["en", "de-CH"], "de-CH"),
        (["i-klingon"], ["en", "i"], "en"),
        (["x-private"], ["en", "x"], "en"),
        (["*"], ["en", "ru"], "en"),
        (["*", "ru"], ["en", "ru"], "ru"),
        (["*-CH"], ["en", "de-CH"], "en"),
        ([""], ["en", "ru"], "en"),
        (["-"], ["en", "ru"], "en"),
        ([], ["uk", "en"], "uk"),
        (["sr-Latn-RS"], ["en", "sr", "sr-Latn"], "sr-Latn"),
    ],
)
def test_a_wanted_language_is_shortened_until_it_is_available(
    wanted: list[str], available: list[str], expected: str
) -> None:
    assert lookup(wanted, available) == expected


@given(st.lists(st.text(max_size=30)), st.lists(tags, min_size=1, max_size=5))
def test_whatever_is_wanted_one_of_the_available_languages_is_found(wanted: list[str], available: list[str]) -> None:
    assert lookup(wanted, available) in available


@given(tags, st.lists(tags, min_size=1, max_size=5, unique=True), st.lists(tags, max_size=3))
def test_an_available_language_that_is_wanted_first_is_taken(
    wanted: str, available: list[str], more: list[str]
) -> None:
    assert lookup([wanted, *more], [*available, wanted]) == wanted


@given(tags, st.lists(tags, min_size=1, max_size=5, unique=True))
def test_what_is_found_is_the_wanted_language_cut_off_at_a_hyphen_or_the_first(
    wanted: str, available: list[str]
) -> None:
    found = lookup([wanted], available)
    assert found == available[0] or f"{wanted}-".startswith(f"{found}-")


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en", "ltr"),
        ("ar", "rtl"),
        ("AR-EG", "rtl"),
        ("he", "rtl"),
        ("fa-IR", "rtl"),
        ("ur", "rtl"),
        ("az-Arab", "rtl"),
        ("az-ARAB-IR", "rtl"),
        ("ar-Latn", "ltr"),
        ("ks-Deva", "ltr"),
        ("ff-Adlm", "rtl"),
        ("ru-1918", "ltr"),
        ("", "ltr"),
    ],
)
def test_the_direction_follows_the_script_and_else_the_language(tag: str, expected: str) -> None:
    assert direction(tag) == expected
