"""Names of subdivisions: those that makers write, those that deceive, and nothing guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.geo.region_names import NAMES, is_name, region_named
from compliance.model.territory import PLACES, lineage

MET = {
    "UA-05": ["Vinnitsa", "Vinnytsia", "Vinnytsya Oblast", "Vinnytska oblast"],
    "UA-07": ["Volyn", "Volyns'ka Oblast'"],
    "UA-09": ["Luhansk", "Luhanska oblast", "Lugansk"],
    "UA-12": ["Dnipropetrovsk", "Dnipropetrovsk Oblast"],
    "UA-14": ["Donetsk", "Donetsk Oblast", "Donetska oblast"],
    "UA-18": ["Zhytomyr", "Zhytomyrska Oblast"],
    "UA-21": ["Transcarpathia", "Zakarpattia", "Zakarpatska oblast"],
    "UA-23": ["Zaporizhia", "Zaporizhzhia", "Zaporizhzhya Oblast", "Zaporizka oblast"],
    "UA-26": ["Ivano-Frankivsk", "Ivano-Frankivsk Oblast"],
    "UA-30": ["Kyiv City", "Misto Kyiv", "City of Kyiv"],
    "UA-32": ["Kyiv Oblast", "Kyivska oblast", "Kyiv Region"],
    "UA-35": ["Kirovohrad", "Kirovohrad Oblast"],
    "UA-40": ["Sebastopol City", "Sevastopol", "Misto Sevastopol"],
    "UA-43": ["Crimea", "Republic of Crimea", "Autonomous Republic of Crimea", "Avtonomna Respublika Krym"],
    "UA-46": ["Lviv", "Lvivska Oblast"],
    "UA-48": ["Mykolaiv", "Mykolayiv Oblast"],
    "UA-51": ["Odesa", "Odessa", "Odeska oblast"],
    "UA-53": ["Poltava", "Poltava Oblast"],
    "UA-56": ["Rivne", "Rivnenska oblast"],
    "UA-59": ["Sumy", "Sumska oblast"],
    "UA-61": ["Ternopil", "Ternopil Oblast"],
    "UA-63": ["Kharkiv", "Kharkivs’ka Oblast’", "Kharkivs'ka Oblast'"],
    "UA-65": ["Kherson", "Kherson Oblast"],
    "UA-68": ["Khmelnytskyi", "Khmelnytskyi Oblast", "Khmelnytskyy Oblast"],
    "UA-71": ["Cherkasy", "Cherkasy Oblast"],
    "UA-74": ["Chernihiv", "Chernihivska Oblast"],
    "UA-77": ["Chernivtsi", "Chernivtsi Oblast"],
}
"""How databases spell the subdivisions of Ukraine."""


@pytest.mark.parametrize(("code", "name"), [(code, name) for code, names in MET.items() for name in names])
def test_a_spelling_that_makers_use_means_its_subdivision(code: str, name: str) -> None:
    assert region_named("UA", name) == code
    assert region_named("UA", f"  {name.upper()} ") == code


def test_every_subdivision_of_ukraine_has_a_name() -> None:
    assert {code for code in PLACES if code.startswith("UA-")} == MET.keys() == set(NAMES["UA"].values())


@pytest.mark.parametrize(
    ("country", "name"),
    [
        ("RU", "Donetsk"),  # a town in Rostov region
        ("RU", "Lugansk"),  # a place in Novosibirsk region
        ("RU", "Luhansk"),
        ("RU", "Kherson"),
        ("RU", "Odessa"),
        ("US", "Odessa"),
        ("UA", "Kyiv"),  # the city, or the region around it
        ("UA", "Kiev"),
        ("UA", "Oblast"),
        ("UA", "Region"),
        ("UA", ""),
        ("UA", "Crime"),
        ("UA", "New Donetsk"),
        ("UA", "Donetsk, Luhansk"),
        ("PL", "Lviv"),
        (None, "Crimea"),
        ("", "Crimea"),
    ],
)
def test_a_name_that_may_mean_another_place_means_none(country: str | None, name: str) -> None:
    assert region_named(country, name) is None


def test_what_makers_call_parts_of_russia_and_is_listed_is_a_part_of_ukraine() -> None:
    assert region_named("RU", "Crimea") == "UA-43"
    assert region_named("RU", "Sevastopol City") == "UA-40"
    assert set(NAMES["RU"].values()) == {"UA-40", "UA-43"}


@pytest.mark.parametrize("country", NAMES)
def test_the_table_holds_codes_that_there_are_and_no_name_for_two(country: str) -> None:
    assert set(NAMES[country].values()) <= PLACES
    assert {lineage(code)[-1] for code in NAMES[country].values()} == {"UA"}
    for name, code in NAMES[country].items():
        assert region_named(country, name) == code


@given(st.sampled_from([*NAMES, "PL", "", None]), st.text(max_size=40))
def test_whatever_is_written_is_a_name_of_the_table_or_means_nothing(country: str | None, name: str) -> None:
    found = region_named(country, name)
    assert found is None or found in NAMES[country or ""].values()


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "-", "--", "?", "**", ".", "0", "-1", "N/A", "n.a.", "NaN", "none", "(none)", "Null", "(null)"),
        *("nil", "undefined", "unknown", "(unknown)", "UNKNOWN CITY", "no region", "No+City", "not available", "xx"),
        *("reserved", "%3F", "%20", "N%2FA", "%{geo.city}", "{client_city}", "$geoip_city", "<none>", "\\x3f"),
    ],
)
def test_words_and_signs_for_nothing_are_no_names(text: str) -> None:
    assert not is_name(text)
    assert not is_name(f" {text.upper()} ")


@pytest.mark.parametrize(
    "text", ["Kyiv", "Київ", "St. John's", "N", "Nowhere", "Ivano-Frankivsk", "東京", "Washington, D.C.", "10 de Abril"]
)
def test_other_texts_may_be_names(text: str) -> None:
    assert is_name(text)


def test_every_name_of_the_table_is_a_name() -> None:
    assert all(is_name(name) for names in NAMES.values() for name in names)
