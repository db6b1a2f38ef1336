"""Importing a list: what is new, gone or different is told, what people wrote stays, and nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compliance.errors import RulesError
from compliance.model.designation import Milestone, Strength
from compliance.model.ruleset import Ruleset
from compliance.model.truth import FALSE, TRUE, UNKNOWN
from compliance.review.importing.known import known
from compliance.review.importing.names import bare
from compliance.review.importing.plan import Plan
from compliance.review.importing.register_file import Copy
from tests.review.importing import (
    COPY,
    FILES,
    HEAD,
    HOLDING,
    LISTED,
    RADIO,
    applied,
    listing,
    loaded,
    planned,
    reasons,
    rows,
    said,
)

RADIO_ROW = ("The Radio", "2021-01-01")
LATER = date(2026, 2, 2)


def status(ruleset: Ruleset, entity: str, day: date = LATER) -> object:
    """Whether the register lists an entity on a day."""
    register = ruleset.registers["x/list"]
    return register.lists(tuple(ruleset.entries("x/list", entity)), day)


# -- what changes ----------------------------------------------------------------------------------------


def test_an_organisation_that_is_new_gets_a_file_and_an_entry() -> None:
    made = planned(rows(RADIO_ROW, ("«Фонд Реки» (River Fund, Inc.) (США)", "2025-05-05")))
    assert said(made) == [("added", "river-fund")]
    ruleset = loaded(applied(FILES, made))
    entity = ruleset.entities["river-fund"]
    assert entity.title == "River Fund"
    assert entity.names == {"ru": ("Фонд Реки",), "en": ("River Fund, Inc.", "River Fund")}
    (entry,) = ruleset.entries("x/list", "river-fund")
    assert [claim.day for claim in entry.claims[Milestone.LISTED_ON]] == [date(2025, 5, 5)]
    assert entry.known_since == COPY.retrieved_on
    assert status(ruleset, "river-fund") is TRUE
    assert "note: «Фонд Реки» (River Fund, Inc.) (США)" in made.files["registers/list.yaml"].decode()


def test_a_list_that_says_the_same_changes_only_the_day_of_the_copy() -> None:
    made = planned(rows(RADIO_ROW))
    assert said(made) == [("copy", "x/list")]
    assert made.files == {"registers/list.yaml": (HEAD + LISTED).replace("2026-01-01", "2026-02-01").encode()}
    assert made.unchanged == 1
    assert not planned(rows(RADIO_ROW), copy=Copy(None, None)).has_findings


def test_an_organisation_that_is_gone_is_doubted_and_not_deleted() -> None:
    made = planned(rows(("River Fund", "2025-05-05")))
    assert said(made) == [("added", "river-fund"), ("removed", "radio")]
    files = applied(FILES, made)
    ruleset = loaded(files)
    assert status(ruleset, "radio") is UNKNOWN
    assert status(ruleset, "radio", date(2020, 6, 1)) is not TRUE
    assert "note: with all its services; not in the copy of 2026-02-01" in files["registers/list.yaml"]


def test_an_organisation_that_comes_back_is_no_longer_doubted() -> None:
    gone = applied(FILES, planned(rows(("River Fund", "2025-05-05"))))
    both = rows(RADIO_ROW, ("River Fund", "2025-05-05"))
    made = planned(both, gone, Copy(date(2026, 3, 1), "B"))
    assert said(made) == [("back", "radio")]
    back = applied(gone, made)
    assert status(loaded(back), "radio") is TRUE
    assert "not in the copy of 2026-02-01; again in the copy of 2026-03-01" in back["registers/list.yaml"]
    assert said(planned(rows(("River Fund", "2025-05-05")), back)) == [("removed", "radio")]


def test_a_doubt_that_a_person_wrote_is_not_taken_back() -> None:
    doubted = {**FILES, "registers/list.yaml": HEAD + LISTED.replace("last_day: none", "last_day: unknown")}
    assert said(planned(rows(RADIO_ROW), doubted)) == [("copy", "x/list")]


@pytest.mark.parametrize(
    ("row", "word", "truth"),
    [
        ({"last_day": "2025-12-31"}, "last_day: 2025-12-31", FALSE),
        ({"excluded": "31.12.2025"}, "last_day: 2025-12-31", FALSE),
        ({"excluded": True}, "last_day: unknown", UNKNOWN),
        ({"excluded": "Исключена"}, "last_day: unknown", UNKNOWN),
    ],
)
def test_who_was_taken_off_is_free_from_a_day_that_is_known_and_doubted_without(
    row: Mapping[str, Any], word: str, truth: object
) -> None:
    listed = {"name": "The Radio", "listed_on": "2021-01-01", **row}
    new = {"name": "River Fund", "listed_on": "2021-01-01", **row}
    made = planned(rows(listed, new))
    assert said(made) == [("added", "river-fund"), ("ended", "radio")]
    ruleset = loaded(applied(FILES, made))
    assert [status(ruleset, each) for each in ("radio", "river-fund")] == [truth, truth]
    assert made.files["registers/list.yaml"].decode().count(word) == 2


def test_a_last_day_that_a_person_wrote_is_kept_and_the_other_one_told() -> None:
    ended = {**FILES, "registers/list.yaml": HEAD + LISTED.replace("last_day: none", "last_day: 2025-01-01")}
    made = planned(rows({"name": "The Radio", "listed_on": "2021-01-01", "last_day": "2025-02-02"}), ended)
    assert reasons(made.left_out) == {1: "the list has the last day 2025-02-02, the file 2025-01-01: the file is kept"}
    assert said(made) == [("copy", "x/list")]


def test_another_day_is_a_further_claim_and_the_first_one_counts() -> None:
    made = planned(rows({"name": "The Radio", "listed_on": "2020-12-30", "source": "https://law.example/3"}))
    assert said(made) == [("dated", "radio")]
    files = applied(FILES, made)
    (entry,) = loaded(files).entries("x/list", "radio")
    claims = entry.claims[Milestone.LISTED_ON]
    assert [(claim.day, claim.source) for claim in claims] == [
        (date(2021, 1, 1), "https://law.example/2"),
        (date(2020, 12, 30), "https://law.example/3"),
    ]
    assert "# in the gazette" in files["registers/list.yaml"]
    again = planned(rows(("The Radio", "2020-12-15")), files)
    (entry,) = loaded(applied(files, again)).entries("x/list", "radio")
    assert [claim.day.isoformat() for claim in entry.claims[Milestone.LISTED_ON]][1:] == ["2020-12-30", "2020-12-15"]


def test_a_new_main_name_of_a_known_organisation_is_a_renaming() -> None:
    made = planned(rows(("Wave Radio (The Radio)", "2021-01-01")))
    assert said(made) == [("renamed", "radio")]
    assert loaded(applied(FILES, made)).entities["radio"].names["en"] == ("The Radio", "Radio Ltd.", "Wave Radio")


def test_two_listings_of_one_name_are_one_organisation_with_two_entries() -> None:
    made = planned(rows(RADIO_ROW, ("River Fund Ltd. (Канада)", "2025-01-02"), ("River Fund Inc. (США)", "2025-01-01")))
    assert said(made) == [("added", "river-fund"), ("added", "river-fund")]
    ruleset = loaded(applied(FILES, made))
    assert len(ruleset.entries("x/list", "river-fund")) == 2


def test_a_count_follows_the_entries() -> None:
    counted = {**FILES, "registers/list.yaml": HEAD + "count: 1\n" + LISTED}
    made = planned(rows(RADIO_ROW, ("River Fund", "2025-05-05")), counted)
    assert "\ncount: 2\n" in applied(counted, made)["registers/list.yaml"]


ENTRY = "{entity: radio, listed_on: {day: 2021-01-01}, last_day: none}"
IN_LINES = "entries:\n- entity: radio\n  listed_on:\n    day: 2021-01-01\n  last_day: none\n# the end\n"


@pytest.mark.parametrize(
    "written",
    ["", "entries: []\n", "entries:\n", f"entries:\n  - {ENTRY}\n", f"entries: [{ENTRY}]\n", IN_LINES],
)
def test_entries_are_added_however_those_there_are_written(written: str) -> None:
    files = {**FILES, "registers/list.yaml": HEAD + written}
    made = planned(rows(RADIO_ROW, ("River Fund", "2025-05-05")), files)
    ruleset = loaded(applied(files, made))
    assert [entry.entity for entry in ruleset.registers["x/list"].entries] == ["radio", "river-fund"]
    assert planned(rows(RADIO_ROW, ("River Fund", "2025-05-05")), applied(files, made)).files == {}


def test_a_register_armed_by_another_date_takes_that_date() -> None:
    files = {**FILES, "registers/list.yaml": HEAD.replace("listed_on", "decided_on") + LISTED}
    row = {"name": "River Fund", "decided_on": "2025-05-05", "listed_on": "2025-06-06"}
    radio = {"name": "The Radio", "decided_on": "2020-12-01"}
    made = planned(rows(row, radio), files, arms=Milestone.DECIDED_ON)
    (entry,) = loaded(applied(files, made)).entries("x/list", "river-fund")
    assert {step.value: claims[0].day.isoformat() for step, claims in entry.claims.items()} == {
        "decided_on": "2025-05-05",
        "listed_on": "2025-06-06",
    }


def test_an_import_needs_a_register_and_files_that_can_be_read() -> None:
    with pytest.raises(RulesError, match="there is no register `x/lost`") as caught:
        known({path: text.encode() for path, text in FILES.items()}, "x/lost")
    assert caught.value.problems[0].help == "the nearest is `x/list`"
    with pytest.raises(RulesError):
        known({"a.yaml": b"entity: [", "registers/list.yaml": HEAD.encode()}, "x/list")


# -- who is who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [
        {"name": "RADIO, LTD"},
        {"name": "«The  Radio» (США)"},
        {"name": "Another", "id": "radio"},
        {"name": "Another", "domains": ["https://www.radio.example/about"]},
        {"name": "Another", "wikidata": "Q42"},
        {"name": "Another", "referents": ["NK-radio"], "schema": "x"},
    ],
)
def test_what_is_the_same_is_the_same(row: dict[str, Any]) -> None:
    files = {**FILES, "entities/radio.yaml": RADIO + "identifiers: {wikidata: Q42, opensanctions: NK-radio}\n"}
    if "referents" in row:
        ftm = {
            "id": "NK-new",
            "schema": "Company",
            "properties": {"name": ["Another"], "listingDate": ["2021-01-01"]},
            "referents": ["NK-radio"],
        }
        made = planned(rows(ftm), files)
    else:
        made = planned(rows({**row, "listed_on": "2021-01-01"}), files)
    assert not {("added", entity) for _, entity in said(made)} & set(said(made))
    assert ("removed", "radio") not in said(made)


def test_what_is_alike_is_a_question_that_holds_up_writing() -> None:
    made = planned(rows(RADIO_ROW, ("Holding Companys", "2025-05-05")))
    (question,) = made.alike
    assert (question.line, question.other, question.blocks) == (2, "holding", True)
    assert made.is_blocked
    assert made.has_findings
    same = {**FILES, "entities/holding.yaml": HOLDING + "names: {en: [Holding Companys]}\n"}
    made = planned(rows(RADIO_ROW, ("Holding Companys", "2025-05-05")), same)
    assert (made.alike, said(made)) == ((), [("added", "holding")])
    other = {**FILES, "entities/holding.yaml": HOLDING + "not_names: {en: [Holding Companys]}\n"}
    made = planned(rows(RADIO_ROW, ("Holding Companys", "2025-05-05")), other)
    assert (made.alike, said(made)) == ((), [("added", "holding-companys")])


def test_what_is_like_somebody_who_is_listed_anyway_is_told_and_holds_nothing_up() -> None:
    made = planned(
        rows(RADIO_ROW, ("Radio Limitid", "2025-05-05"), ("River Fund", "2025-05-05"), ("River Funds", "2025-05-05"))
    )
    assert not made.is_blocked
    assert [(each.name, each.other) for each in made.alike] == [("River Fund", "River Funds")]


def test_names_that_two_organisations_share_prove_neither() -> None:
    """A main name stays with its only bearer; elsewhere, and in both if it is main in both, it is weak."""
    made = planned(
        rows(
            RADIO_ROW,
            ("Lake Society («Общество озера», LSOC)", "2025-01-01"),
            ("Друштво (Lake Society, LSOC) (Сербия)", "2025-02-02"),
        )
    )
    ruleset = loaded(applied(FILES, made))
    one, other = ruleset.entities["lake-society"], ruleset.entities["lake-society-rs"]
    assert (one.title, other.title) == ("Lake Society", "Lake Society (Serbia)")
    assert {alias.name: alias.strength for alias in other.aliases}["Lake Society"] is Strength.WEAK
    assert {alias.name: alias.strength for alias in one.aliases}["LSOC"] is Strength.WEAK


def test_a_name_that_a_known_and_a_new_organisation_get_at_once_proves_the_one_whose_main_name_it_is() -> None:
    both = rows({"name": "Lake Wave", "id": "radio", "listed_on": "2021-01-01"}, ("River (Lake Wave)", "2021-01-02"))
    entities = loaded(applied(FILES, planned(both))).entities
    strengths = {name: {each.name: each.strength for each in entities[name].aliases} for name in ("radio", "river")}
    assert strengths["radio"]["Lake Wave"] is Strength.STRONG
    assert strengths["river"]["Lake Wave"] is Strength.WEAK
    other = rows({"name": "Lake (River)", "id": "radio", "listed_on": "2021-01-01"}, ("River", "2021-01-02"))
    entities = loaded(applied(FILES, planned(other))).entities
    strengths = {name: {each.name: each.strength for each in entities[name].aliases} for name in ("radio", "river")}
    assert strengths["radio"]["River"] is Strength.WEAK
    assert strengths["river"]["River"] is Strength.STRONG


def test_ids_that_would_be_the_same_are_told_apart_by_country_and_stay() -> None:
    first = rows(RADIO_ROW, ("Дом (House) (Польша)", "2025-01-01"), ("Хата (House) (Украина)", "2025-01-01"))
    made = planned(first)
    assert {entity for kind, entity in said(made) if kind == "added"} == {"house-pl", "house-ua"}
    after = applied(FILES, made)
    later = planned(
        first + rows(("Къща (House) (Болгария)", "2025-01-02"), ("Дом2 (House) (Польша)", "2025-01-02")), after
    )
    assert {entity for kind, entity in said(later) if kind == "added"} == {"house-bg", "house-pl-2"}


# -- what is kept ----------------------------------------------------------------------------------------


def test_comments_and_keys_of_a_file_that_is_added_to_stay() -> None:
    row = {
        "name": "The Radio (Радио «Волна», RDO)",
        "listed_on": "2021-01-01",
        "domains": ["wave.example"],
        "wikidata": "Q7",
    }
    made = planned(rows(row))
    more = "# as it calls itself\n  ru: [Радио Волна]\n  acronym: [{name: RDO, strength: weak}]\n"
    expected = RADIO.replace("# as it calls itself\n", more).replace("[radio.example]", "[radio.example, wave.example]")
    assert applied(FILES, made)["entities/radio.yaml"] == expected + "identifiers: {wikidata: Q7}\n"


@pytest.mark.parametrize(
    "names",
    [
        "names:\n  en:\n    - The Radio       # first\n    - Radio Ltd.\n",
        "names:\n  en: The Radio\n",
        "names: {en: [The Radio, 'Radio, the one']}\n",
        "names:\n  en: [\n    The Radio,  # one ]\n    Radio Ltd.,\n  ]\n",
        "names:\n  en:\n    - {name: The Radio, strength: weak}\n",
        "",
    ],
)
def test_names_are_added_however_those_there_are_written(names: str) -> None:
    before = RADIO.replace("names:\n  en: [The Radio, Radio Ltd.]        # as it calls itself\n", names)
    files = {**FILES, "entities/radio.yaml": before}
    made = planned(rows(("The Radio (Wave Station)", "2021-01-01")), files)
    after = applied(files, made)
    aliases = [alias.name for alias in loaded(after).entities["radio"].aliases]
    assert aliases == [*[alias.name for alias in loaded(files).entities["radio"].aliases], "Wave Station"]
    assert planned(rows(("The Radio (Wave Station)", "2021-01-01")), after).files == {}


def test_a_name_that_somebody_denied_is_not_added() -> None:
    made = planned(rows(("The Radio («Радиоприемник»)", "2021-01-01")))
    assert "entities/radio.yaml" not in made.files


def test_a_domain_of_another_entity_is_left_out() -> None:
    files = {**FILES, "entities/paper.yaml": "language: 1\nentity: paper\ntitle: Paper\ndomains: [paper.example]\n"}
    row = {"name": "Another", "id": "radio", "listed_on": "2021-01-01", "domains": ["paper.example"]}
    made = planned(rows(row), files)
    assert reasons(made.left_out) == {1: "the domain is that of another entity than `radio`"}


# -- laws ------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["Radio", "River", "Fund", "Lake", "Wave", "Общество", "Фонд", "Реки", "Волна", "Haus", "RVF", "LKS"]
)
NAMES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
COUNTRIES = st.sampled_from(["", " (США)", ", ФРГ", " (Сербия)"])
LINES = st.builds(
    lambda main, others, country: main + (f" ({', '.join(others)})" if others else "") + country,
    NAMES,
    st.lists(NAMES, max_size=2),
    COUNTRIES,
)
ROW = st.fixed_dictionaries(
    {"name": LINES, "listed_on": st.dates(date(2021, 1, 1), date(2021, 1, 4)).map(str)},
    optional={"excluded": st.sampled_from(["true", "false", "2022-02-02"]), "domains": st.just(["wave.example"])},
)
LISTS = st.lists(ROW, min_size=1, max_size=6)


def settled(made: Plan, files: Mapping[str, str]) -> dict[str, str]:
    """The files after an import, as if nothing had been in question."""
    return applied(files, made)


@settings(max_examples=60)
@given(LISTS)
@example(
    [
        {"name": "River", "listed_on": "2021-01-01"},
        {"name": "Radio Radio (Radio)", "listed_on": "2021-01-01"},
        {"name": "River (Radio, Radio Radio)", "listed_on": "2021-01-02"},
    ]
)
def test_importing_a_list_twice_changes_nothing_the_second_time(items: list[dict[str, Any]]) -> None:
    after = settled(planned(rows(*items)), FILES)
    again = planned(rows(*items), after)
    assert said(again) == []
    assert again.files == {}


@settings(max_examples=60)
@given(LISTS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(items: list[dict[str, Any]], chance: Any) -> None:
    shuffled = list(items)
    chance.shuffle(shuffled)
    one, other = planned(rows(*items)), planned(rows(*shuffled))
    assert one.files == other.files
    assert sorted(said(one)) == sorted(said(other))


@settings(max_examples=60)
@given(LISTS, LISTS)
def test_nothing_that_people_wrote_is_lost(items: list[dict[str, Any]], later: list[dict[str, Any]]) -> None:
    files = dict(FILES)
    for each in (items, later):
        files = settled(planned(rows(*each), files), files)
    ruleset, before = loaded(files), loaded(FILES)
    entity = ruleset.entities["radio"]
    assert (entity.parent, entity.not_names) == ("holding", {"ru": ("радиоприёмник",)})
    assert entity.aliases[:2] == before.entities["radio"].aliases
    assert ruleset.entities["holding"] == before.entities["holding"]
    first = ruleset.registers["x/list"].entries[0]
    assert first.claims[Milestone.DECIDED_ON] == before.registers["x/list"].entries[0].claims[Milestone.DECIDED_ON]
    assert first.claims[Milestone.LISTED_ON][0].day == date(2021, 1, 1)
    for text in ("# Two services of one company.", "# as it calls itself"):
        assert text in files["entities/radio.yaml"]
    for text in ("# the one list", "# by hand", "# decided before it was listed", "with all its services"):
        assert text in files["registers/list.yaml"]


@settings(max_examples=60)
@given(LISTS, LISTS)
def test_an_entity_keeps_its_id_and_its_entries(items: list[dict[str, Any]], later: list[dict[str, Any]]) -> None:
    first = settled(planned(rows(*items)), FILES)
    second = settled(planned(rows(*later), first), first)
    before, after = loaded(first), loaded(second)
    assert before.entities.keys() <= after.entities.keys()
    for name, entity in before.entities.items():
        assert after.entities[name].title == entity.title
        assert len(after.entries("x/list", name)) >= len(before.entries("x/list", name))


@settings(max_examples=60)
@given(st.lists(st.one_of(ROW, st.just({"name": ""}), st.just({"name": "River Fund"})), min_size=1, max_size=6))
def test_every_row_is_in_the_register_or_left_out_with_a_reason(items: list[dict[str, Any]]) -> None:
    found = listing(rows({"name": "Lake Fund", "listed_on": "2021-01-01"}, *items))
    lines = {row.line for row in found.rows} | {each.line for each in found.left_out}
    assert lines >= set(range(1, len(items) + 2))
    made = planned(rows({"name": "Lake Fund", "listed_on": "2021-01-01"}, *items))
    ruleset = loaded(applied(FILES, made))
    names = {
        entity.id: {bare(alias.name) for alias in entity.aliases} | {bare(entity.title)}
        for entity in ruleset.entities.values()
    }
    for row in found.rows:
        days = {
            claim.day
            for entry in ruleset.registers["x/list"].entries
            if bare(row.parts.main) in names[entry.entity]
            for claim in entry.claims[Milestone.LISTED_ON]
        }
        assert row.days[Milestone.LISTED_ON] in days


@settings(max_examples=60)
@given(LISTS)
def test_whoever_the_list_names_is_never_known_to_be_free(items: list[dict[str, Any]]) -> None:
    """The complete register says no only of those whom the list took off on a day that it gives."""
    found = listing(rows(*items))
    ruleset = loaded(applied(FILES, planned(rows(*items))))
    for row in found.rows:
        if row.last_day is None:
            bearers = [
                entity.id
                for entity in ruleset.entities.values()
                if bare(row.parts.main)
                in {bare(name) for name in (entity.title, *(alias.name for alias in entity.aliases))}
            ]
            assert any(status(ruleset, each) is not FALSE for each in bearers)


SEA: Final = "language: 1\nentity: sea-herald\ntitle: Sea Herald of the North Coast\n"


@pytest.mark.parametrize(
    "row",
    [
        {"name": "Sea Herald of the North Coast", "listed_on": "soon"},
        {"name": "Sea Herald of the North Coast"},
        {"name": "«Sea Herald of the North Coast»", "listed_on": "2025-01-01", "kind": "person"},
        {"name": "Sea Herald of the North Coast", "listed_on": "2025-01-01", "domains": ["radio.example"]},
        {"name": "Sea Herald of North Coast", "listed_on": "2025-01-01", "domains": ["radio.example"]},
    ],
)
def test_whom_a_row_names_that_leads_nowhere_or_elsewhere_holds_up_writing(row: dict[str, Any]) -> None:
    """The register is complete: without an entry the organisation would pass as not listed."""
    files = {**FILES, "entities/sea.yaml": SEA}
    made = planned(rows(RADIO_ROW, row), files)
    assert [(each.line, each.other, each.blocks) for each in made.alike] == [(2, "sea-herald", True)]
    assert made.is_blocked


def test_whom_a_faulty_row_names_is_doubted_anyway_if_there_is_an_entry() -> None:
    made = planned(rows({"name": "The Radio", "listed_on": "soon"}, ("River Fund", "2025-01-01")))
    assert not made.is_blocked
    assert ("removed", "radio") in said(made)


def test_a_host_on_which_many_stand_makes_two_organisations_neither_one_nor_known() -> None:
    made = planned(
        rows(
            RADIO_ROW,
            {"name": "River Fund", "listed_on": "2025-01-01", "domains": ["https://t.me/river"]},
            {"name": "Grain Union", "listed_on": "2025-01-02", "domains": ["https://www.T.me/grain", "m.vk.com/grain"]},
        )
    )
    assert said(made) == [("added", "grain-union"), ("added", "river-fund")]
    assert [each.reason for each in made.left_out] == ["`t.me` is the host of many, and is not taken for a domain"] * 2
    assert not any(entity.domains for name, entity in loaded(applied(FILES, made)).entities.items() if name != "radio")
