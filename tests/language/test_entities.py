"""Names that are more or less of a sign, handles, and data that holds on its days only."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.content.publisher import Directory
from compliance.language.overlaps import in_words, overlaps, shared
from compliance.model.designation import Alias, DatedValue, Entity, EntityKind, Strength
from compliance.model.period import Period
from tests.language.reading import loaded, messages
from tests.tiny import changed

NAMES = """\
names:
  en:
    - Paper
    - {name: The Daily, strength: weak, context: [newspaper, daily]}
    - {name: J. Paper, strength: medium}
    - {name: Paperson, strength: surname}
    - {name: paper, strength: never}
  ru: {name: Бумага, forms: [Бумаги, Бумаге], not_forms: бумажник}
  acronym: [PPR, {name: P2, strength: weak}]
"""
VALUES = """\
values:
  loss-percentage:
    - {value: "76.4", first_day: 2026-01-01, last_day: 2026-03-31, source: "https://broker.example/q4"}
    - {value: "  74.9 ", first_day: 2026-04-01, last_day: none, note: a quarter later}
  register-number: [{value: "0042", first_day: none, last_day: none}]
"""


def entity(extra: str) -> Entity:
    return loaded(changed("paper.yaml", ("domains: [paper.example]\n", extra))).entities["paper"]


def slips(extra: str) -> list[str]:
    return messages(changed("paper.yaml", ("domains: [paper.example]\n", extra)))


def test_an_exclusion_is_an_id_and_no_title() -> None:
    """A title excludes nobody, and the designations of the parent would reach the child after all."""
    assert entity("excludes: [not-declared, radio]\n").excludes == ("not-declared", "radio")
    assert slips("excludes: [radio, Local Radio]\n") == ["`Local Radio` is not the id of an entity"]
    assert slips("excludes: Radio\n") == ["`Radio` is not the id of an entity"]


def test_an_entity_is_an_organisation_or_says_that_it_is_a_person() -> None:
    assert (entity("").kind, entity("kind: person\n").kind) == (EntityKind.ORGANISATION, EntityKind.PERSON)
    assert slips("kind: persn\n") == ["unknown kind `persn`"]


def test_a_kind_that_says_what_holds_anyway_changes_no_digest_and_another_one_does() -> None:
    plain, said, other = (
        loaded(changed("paper.yaml", ("domains: [paper.example]\n", extra))).meaning
        for extra in ("", "kind: organisation\n", "kind: person\n")
    )
    assert plain == said != other


# -- names ----------------------------------------------------------------------------------------------


def test_a_name_is_a_text_or_says_how_it_is_to_be_read() -> None:
    assert entity(NAMES).aliases == (
        Alias("Paper", "en"),
        Alias("The Daily", "en", Strength.WEAK, context=("newspaper", "daily")),
        Alias("J. Paper", "en", Strength.MEDIUM),
        Alias("Paperson", "en", Strength.SURNAME),
        Alias("paper", "en", Strength.NEVER),
        Alias("Бумага", "ru", forms=("Бумаги", "Бумаге"), not_forms=("бумажник",)),
        Alias("PPR", None, Strength.ACRONYM),
        Alias("P2", None, Strength.WEAK),
    )


def test_only_names_that_are_enough_by_themselves_name_a_publisher() -> None:
    found = entity(NAMES)
    assert found.names == {"en": ("Paper", "J. Paper"), "ru": ("Бумага",), "acronym": ("PPR",)}
    directory = Directory.of([found])
    assert {name for name in ("J. Paper", "бумага", "ppr") if directory.identify(name)} == {"J. Paper", "бумага", "ppr"}
    assert [directory.identify(name) for name in ("The Daily", "Paperson", "P2", "Бумаги")] == [frozenset()] * 4


@pytest.mark.parametrize("strength", Strength)
def test_every_strength_can_be_written(strength: Strength) -> None:
    (alias,) = entity(f"names: {{en: [{{name: Paper One, strength: {strength}}}]}}\n").aliases
    assert alias.strength is strength


def test_a_name_may_be_the_same_in_two_languages() -> None:
    assert [each.language for each in entity("names: {en: [Meduza], de: [Meduza]}\n").aliases] == ["en", "de"]


@pytest.mark.parametrize(
    ("edit", "new"),
    [
        ("strength: weak, context", "strength: medium, context"),
        ("[newspaper, daily]", "[newspaper]"),
        ("forms: [Бумаги, Бумаге]", "forms: [Бумаги]"),
        ("not_forms: бумажник", "not_forms: бумажный"),
        ("strength: surname", "strength: never"),
    ],
)
def test_how_a_name_is_to_be_read_is_a_part_of_the_meaning(edit: str, new: str) -> None:
    assert edit in NAMES
    one, other = (
        loaded(changed("paper.yaml", ("domains", f"{text}domains"))) for text in (NAMES, NAMES.replace(edit, new))
    )
    assert one.meaning != other.meaning


def test_a_slip_in_one_name_leaves_the_others_unblamed() -> None:
    assert slips("names: {en: [Paper, {nam: Paper}]}\n") == ["unknown key `nam` in a name"]
    assert slips("names: {en: [Paper, '', Paper]}\n") == [
        "an item of `en` is empty",
        "`Paper` is a name in `en` already",
    ]


# -- handles and ids ------------------------------------------------------------------------------------


def test_handles_are_kept_by_platform() -> None:
    found = entity("handles: {telegram: [paper_news, '-1001'], x: paper}\n")
    assert found.handles == {"telegram": ("paper_news", "-1001"), "x": ("paper",)}


def test_handles_are_a_part_of_the_meaning() -> None:
    one, other = (
        loaded(changed("paper.yaml", ("domains", f"handles: {{x: {name}}}\ndomains"))) for name in ("paper", "papers")
    )
    assert one.meaning != other.meaning


@pytest.mark.parametrize("written", ["Q42", "Q1"])
def test_an_id_of_wikidata_is_a_q_and_a_number(written: str) -> None:
    assert entity(f"identifiers: {{wikidata: {written}}}\n").identifiers == {"wikidata": written}


@pytest.mark.parametrize("written", ["42", "q42", "Q0", "Q42 ", "Q4x"])
def test_anything_else_is_no_id_of_wikidata(written: str) -> None:
    assert slips(f"identifiers: {{wikidata: '{written}', opensanctions: anything}}\n") == [
        f"`{written}` is no id of Wikidata"
    ]


# -- data -----------------------------------------------------------------------------------------------


def test_data_keeps_its_days_and_its_source() -> None:
    assert entity(VALUES).values == {
        "loss-percentage": (
            DatedValue("76.4", Period(date(2026, 1, 1), date(2026, 3, 31)), "https://broker.example/q4"),
            DatedValue("74.9", Period(date(2026, 4, 1), None)),
        ),
        "register-number": (DatedValue("0042", Period()),),
    }


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (date(2025, 12, 31), None),
        (date(2026, 1, 1), "76.4"),
        (date(2026, 3, 31), "76.4"),
        (date(2026, 4, 1), "74.9"),
        (date(2036, 4, 1), "74.9"),
    ],
)
def test_on_each_day_there_is_one_value_or_none(day: date, value: str | None) -> None:
    rules = loaded(changed("paper.yaml", ("domains", f"{VALUES}domains")))
    assert rules.value_on("paper", "loss-percentage", day) == value
    assert rules.value_on("paper", "register-number", day) == "0042"
    assert rules.value_on("paper", "something-else", day) is None
    assert rules.value_on("nobody", "loss-percentage", day) is None


def test_a_child_has_the_data_of_its_parent_unless_it_has_its_own() -> None:
    def brand(name: str, parent: str, values: str = "") -> str:
        return f"language: 1\nentity: {name}\ntitle: {name}\nparent: {parent}\n{values}"

    own = 'values: {loss-percentage: [{value: "60", first_day: 2026-06-01, last_day: none}]}\n'
    also = {"a.yaml": brand("a", "paper"), "b.yaml": brand("b", "a", own), "c.yaml": brand("c", "b")}
    rules = loaded(changed("paper.yaml", ("domains", f"{VALUES}excludes: [a]\ndomains"), also=also))
    days = [date(2026, 1, 1), date(2026, 6, 1)]
    said = {name: [rules.value_on(name, "loss-percentage", day) for day in days] for name in ("a", "b", "c")}
    assert said == {"a": ["76.4", "74.9"], "b": [None, "60"], "c": [None, "60"]}
    assert rules.value_on("c", "register-number", days[0]) == "0042"


def test_a_value_that_cannot_be_read_overlaps_with_nothing() -> None:
    later = VALUES.replace("first_day: 2026-04-01", "first_day: 2026-02-30")
    assert slips(later) == ["`2026-02-30` is not a calendar day"]


def test_each_value_and_its_days_are_a_part_of_the_meaning() -> None:
    edits = [
        ("76.4", "76.5"),
        ("2026-03-31", "2026-03-30"),
        ("broker.example/q4", "broker.example/q1"),
        ("0042", "0043"),
    ]
    texts = [VALUES, *(VALUES.replace(*each) for each in edits)]
    assert len({loaded(changed("paper.yaml", ("domains", f"{text}domains"))).meaning for text in texts}) == len(texts)


# -- days in common -------------------------------------------------------------------------------------

DAYS = st.none() | st.integers(1, 9).map(lambda number: date(2026, 1, number))
PERIODS = st.builds(Period, DAYS, DAYS)
EVERY = [date(2025, 12, 31), *(date(2026, 1, number) for number in range(1, 11))]


@given(PERIODS, PERIODS)
def test_the_days_in_common_are_those_that_lie_in_both(one: Period, other: Period) -> None:
    both = shared(one, other)
    assert [day in both for day in EVERY] == [day in one and day in other for day in EVERY]


@given(st.lists(PERIODS.filter(lambda period: not period.is_empty), max_size=4))
def test_something_overlaps_if_and_only_if_a_day_lies_in_two(periods: list[Period]) -> None:
    found = dict(overlaps(enumerate(periods)))
    assert bool(found) == any(sum(day in period for period in periods) > 1 for day in EVERY)
    assert 0 not in found


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (Period(date(2026, 1, 1), date(2026, 1, 1)), "on 2026-01-01"),
        (Period(date(2026, 1, 1), date(2026, 1, 2)), "from 2026-01-01 to 2026-01-02"),
        (Period(date(2026, 1, 1), None), "from 2026-01-01 on"),
        (Period(None, date(2026, 1, 2)), "from ever to 2026-01-02"),
        (Period(), "from ever on"),
    ],
)
def test_days_in_common_are_said_in_words(period: Period, words: str) -> None:
    assert in_words(period) == words
