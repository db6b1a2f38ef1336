"""Values of entities as they stand in words of each language."""

from __future__ import annotations

import pytest

from compliance.language.data import misfit
from compliance.model.notice import SlotType
from compliance.notices.values import shown


@pytest.mark.parametrize(
    ("value", "kind", "tag", "text"),
    [
        ("74.5", SlotType.PERCENT, "en", "74.5"),
        ("74.5", SlotType.PERCENT, "en-IE", "74.5"),
        ("74.5", SlotType.PERCENT, "de", "74,5"),
        ("74.5", SlotType.NUMBER, "de-CH", "74.5"),
        ("-0.5", SlotType.NUMBER, "ru", "-0,5"),
        ("EUR 1200.50", SlotType.MONEY, "fr", "EUR 1200,50"),
        ("74", SlotType.PERCENT, "fr", "74"),
        ("No. 1.2", SlotType.TEXT, "fr", "No. 1.2"),
        ("2024-02-20", SlotType.DATE, "fr", "2024-02-20"),
        ("https://a.example/1.2", SlotType.URL, "fr", "https://a.example/1.2"),
    ],
)
def test_only_the_sign_before_parts_of_one_follows_the_language(
    value: str, kind: SlotType, tag: str, text: str
) -> None:
    assert shown(value, kind, tag) == text


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (SlotType.TEXT, ["anything", "74 %"], []),
        (SlotType.NUMBER, ["0", "-3", "74.5"], ["", "1,5", "1.", ".5", "1e3", "many", "٣"]),
        (SlotType.PERCENT, ["74", "100.0"], ["74 %", "74%"]),
        (SlotType.MONEY, ["EUR 1200.50", "JPY -3"], ["1200 EUR", "€ 5", "eur 5", "EUR"]),
        (SlotType.DATE, ["2024-02-29"], ["2023-02-29", "29.02.2024", "2024"]),
        (
            SlotType.URL,
            ["https://a.example/x", "http://a.example"],
            ["a.example", "ftp://a.example", "https://", "x y"],
        ),
    ],
)
def test_a_value_fits_the_type_of_its_slot_or_is_refused(kind: SlotType, good: list[str], bad: list[str]) -> None:
    assert [misfit(value, kind) for value in good] == [None] * len(good)
    assert all(misfit(value, kind) for value in bad)
