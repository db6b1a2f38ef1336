"""The table of ISO 3166 codes is complete, agrees with itself and holds no withdrawn code."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from compliance.model.iso3166 import ALIASES, ALPHA_3, COUNTRIES, NESTED, PARTS, SUBDIVISIONS, UNKNOWN_CODES

VALID = {f"{country}-{part}" for country, parts in SUBDIVISIONS.items() for part in parts.split()}
CHILDREN = [(parent, f"{parent[:2]}-{child}") for parent, children in NESTED.items() for child in children.split()]
NO_COUNTRIES = "AC TA EA IC DG CP EU EZ UN QO XA XB ZZ UK EL AN CS DD FX SU TP YD YU ZR"
WITHDRAWN = "CN-11 CN-15 CZ-PR FR-A FR-COR FR-75 GB-ANT IN-CT IN-OR IN-UT KZ-ALA NO-02 NO-23 NZ-N PL-MZ"
MERGED = "FR-B FR-G FR-L FR-P LU-L NZ-S TT-ETO TW-KHQ"


def test_there_are_249_official_countries_and_kosovo() -> None:
    assert len(COUNTRIES) == 250
    assert COUNTRIES["XK"] == "Kosovo"


def test_each_official_country_has_one_code_of_three_letters() -> None:
    assert sorted(ALPHA_3.values()) == sorted(COUNTRIES.keys() - {"XK"})
    assert all(re.fullmatch("[A-Z]{3}", code) for code in ALPHA_3)
    pairs = {"USA": "US", "GBR": "GB", "AUT": "AT", "AUS": "AU", "UKR": "UA", "DEU": "DE", "CHE": "CH", "CHN": "CN"}
    assert {code: ALPHA_3[code] for code in pairs} == pairs


def test_a_country_code_is_two_capital_letters_and_has_a_name() -> None:
    assert all(re.fullmatch("[A-Z]{2}", code) for code in COUNTRIES)
    assert all(name and name == name.strip() for name in COUNTRIES.values())


def test_no_two_countries_share_a_name() -> None:
    assert len(set(COUNTRIES.values())) == len(COUNTRIES)


@pytest.mark.parametrize("code", NO_COUNTRIES.split())
def test_a_reserved_withdrawn_or_private_code_is_no_country(code: str) -> None:
    assert code not in COUNTRIES


@pytest.mark.parametrize(
    ("code", "name"),
    [("GB", "United Kingdom"), ("UA", "Ukraine"), ("RU", "Russia"), ("TW", "Taiwan"), ("SX", "Sint Maarten")],
)
def test_countries_have_their_english_names(code: str, name: str) -> None:
    assert COUNTRIES[code] == name


def test_there_are_as_many_subdivisions_as_when_the_table_was_last_reviewed() -> None:
    assert (len(SUBDIVISIONS), len(VALID)) == (200, 5016)


def test_subdivisions_belong_to_known_countries() -> None:
    assert SUBDIVISIONS.keys() <= COUNTRIES.keys()


def test_a_second_half_is_one_to_three_letters_or_digits() -> None:
    assert all(re.fullmatch("[A-Z]{2}-[A-Z0-9]{1,3}", code) for code in VALID)


def test_second_halves_are_sorted_and_named_once() -> None:
    for parts in (*SUBDIVISIONS.values(), *NESTED.values()):
        assert parts.split() == sorted(set(parts.split()))
        assert parts == " ".join(parts.split())


def test_ukraine_has_all_27_subdivisions_with_crimea_and_sevastopol() -> None:
    parts = SUBDIVISIONS["UA"].split()
    assert len(parts) == 27
    assert {"43", "40", "14", "09", "23", "65", "63", "30"} <= set(parts)


def test_russia_has_83_subdivisions_and_none_of_ukraine() -> None:
    parts = SUBDIVISIONS["RU"].split()
    assert len(parts) == 83
    assert not {"CR", "SEV", "DON", "LUG", "ZAP", "KHE"} & set(parts)


def test_ru_kr_is_karelia_and_no_alias_of_crimea() -> None:
    assert "RU-KR" in VALID
    assert "RU-KR" not in ALIASES


@pytest.mark.parametrize(
    ("country", "number"),
    [
        ("US", 51),
        ("CA", 13),
        ("DE", 16),
        ("CH", 26),
        ("CN", 31),
        ("IN", 36),
        ("PL", 16),
        ("MX", 32),
        ("AU", 8),
        ("BR", 27),
    ],
)
def test_well_known_countries_have_all_their_subdivisions(country: str, number: int) -> None:
    assert len(SUBDIVISIONS[country].split()) == number


def test_england_contains_the_city_of_london() -> None:
    assert ("GB-ENG", "GB-LND") in CHILDREN


def test_the_four_parts_of_the_united_kingdom_contain_all_the_others() -> None:
    inside = {child for parent, child in CHILDREN if parent.startswith("GB-")}
    assert {code for code in VALID if code.startswith("GB-")} - inside == {
        "GB-ENG",
        "GB-NIR",
        "GB-SCT",
        "GB-WLS",
    }


@pytest.mark.parametrize(
    ("parent", "child"),
    [
        ("FR-ARA", "FR-69"),
        ("FR-20R", "FR-2A"),
        ("FR-IDF", "FR-75C"),
        ("FR-GES", "FR-6AE"),
        ("FR-6AE", "FR-67"),
        ("ES-CT", "ES-B"),
    ],
)
def test_regions_contain_their_departments_and_provinces(parent: str, child: str) -> None:
    assert (parent, child) in CHILDREN


def test_every_nested_parent_and_child_exists() -> None:
    assert {code for pair in CHILDREN for code in pair} <= VALID


def test_no_subdivision_lies_directly_in_two_others() -> None:
    assert [child for child, times in Counter(child for _, child in CHILDREN).items() if times > 1] == []


def test_nesting_has_no_loop() -> None:
    parents = {child: parent for parent, child in CHILDREN}
    for code in parents:
        chain = [code]
        while chain[-1] in parents:
            chain.append(parents[chain[-1]])
            assert len(chain) <= 4, chain


def test_every_alias_leads_to_a_valid_code() -> None:
    assert {old: new for old, new in ALIASES.items() if new not in COUNTRIES and new not in VALID} == {}


def test_no_alias_is_a_valid_code() -> None:
    assert ALIASES.keys() & (COUNTRIES.keys() | VALID) == set()


def test_an_alias_is_written_as_a_code_is() -> None:
    assert all(re.fullmatch("[A-Z]{2}(-[A-Z0-9]{1,3})?", code) for code in ALIASES)


def test_uk_is_an_alias_of_gb() -> None:
    assert ALIASES["UK"] == "GB"


def test_el_is_an_alias_of_gr() -> None:
    assert ALIASES["EL"] == "GR"


def test_crimea_and_sevastopol_under_russian_labels_are_aliases_of_ukrainian_codes() -> None:
    assert (ALIASES["RU-CR"], ALIASES["RU-SEV"]) == ("UA-43", "UA-40")
    assert {old for old, new in ALIASES.items() if new.startswith("UA")} == {"RU-CR", "RU-SEV"}


def test_nothing_else_under_a_russian_label_is_an_alias() -> None:
    assert {old for old in ALIASES if old.startswith("RU")} == {"RU-CR", "RU-SEV"}


@pytest.mark.parametrize(
    ("codes", "country"),
    [
        ("FR-GP FR-971 FR-GUA", "GP"),
        ("FR-MQ FR-972", "MQ"),
        ("FR-GF FR-973", "GF"),
        ("FR-RE FR-974", "RE"),
        ("FR-YT FR-976", "YT"),
        ("FR-PM FR-975", "PM"),
        ("FR-BL", "BL"),
        ("FR-MF", "MF"),
        ("FR-NC", "NC"),
        ("FR-PF", "PF"),
        ("FR-TF", "TF"),
        ("FR-WF", "WF"),
        ("US-PR", "PR"),
        ("US-GU", "GU"),
        ("US-VI", "VI"),
        ("US-AS", "AS"),
        ("US-MP", "MP"),
        ("US-UM", "UM"),
        ("NL-AW", "AW"),
        ("NL-CW", "CW"),
        ("NL-SX", "SX"),
        ("CN-HK", "HK"),
        ("CN-MO", "MO"),
        ("CN-TW", "TW"),
        ("FI-01", "AX"),
        ("NO-21 NO-22", "SJ"),
    ],
)
def test_a_subdivision_with_a_country_code_of_its_own_is_an_alias_of_it(codes: str, country: str) -> None:
    assert {ALIASES.get(code) for code in codes.split()} == {country}


def test_the_islands_of_the_caribbean_netherlands_are_parts_of_bq() -> None:
    assert [ALIASES[f"NL-BQ{number}"] for number in (1, 2, 3)] == ["BQ-BO", "BQ-SA", "BQ-SE"]


@pytest.mark.parametrize("part", [f"{country}-{part}" for country, parts in PARTS.items() for part in parts.split()])
def test_a_country_that_is_a_part_of_another_is_no_subdivision_of_it(part: str) -> None:
    assert part not in VALID


@pytest.mark.parametrize(
    "code",
    WITHDRAWN.split(),
)
def test_a_withdrawn_code_is_not_valid(code: str) -> None:
    assert code not in VALID


def test_a_withdrawn_code_that_was_merged_into_a_larger_place_is_no_alias() -> None:
    assert not ALIASES.keys() & set(MERGED.split())


def test_a_code_that_looks_like_a_state_of_the_usa_is_no_alias() -> None:
    assert not ALIASES.keys() & set(SUBDIVISIONS["US"].split())


def test_the_codes_for_no_idea_are_these() -> None:
    assert {"", "--", "A1", "A2", "AP", "EU", "O1", "T1", "XX", "ZZ"} == UNKNOWN_CODES


def test_a_code_for_no_idea_names_no_place() -> None:
    assert not UNKNOWN_CODES & (COUNTRIES.keys() | ALIASES.keys() | VALID)


def test_the_countries_with_parts_are_these() -> None:
    assert PARTS == {
        "AU": "CC CX HM NF",
        "CN": "HK MO",
        "DK": "FO GL",
        "FI": "AX",
        "FR": "BL GF GP MF MQ NC PF PM RE TF WF YT",
        "NL": "AW BQ CW SX",
        "NO": "BV SJ",
        "NZ": "TK",
        "US": "AS GU MP PR UM VI",
    }


def test_parts_and_their_countries_exist() -> None:
    assert {code for country, parts in PARTS.items() for code in (country, *parts.split())} <= COUNTRIES.keys()


def test_no_country_is_a_part_of_two_others_or_has_parts_and_is_one() -> None:
    parts = [part for codes in PARTS.values() for part in codes.split()]
    assert len(parts) == len(set(parts))
    assert not set(parts) & PARTS.keys()


@pytest.mark.parametrize("code", ["CK", "GG", "IM", "JE", "NU", "TW"])
def test_dependencies_and_associated_states_outside_their_neighbour_are_parts_of_none(code: str) -> None:
    assert not any(code in parts.split() for parts in PARTS.values())
