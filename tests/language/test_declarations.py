"""Entity, register and territory files, as the model holds them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from compliance.model.designation import Claim, Entity, Entry, Milestone, Register, Stance
from compliance.model.period import Period
from compliance.model.territory import Extent, Member, Territory
from tests.language.reading import loaded, messages, problems
from tests.tiny import TINY, changed

LISTED = '    listed_on: {day: 2021-01-01, source: "https://law.example/list", confidence: A}\n'
PLACES = """\
language: 1
territory: some-places
title: Some places
timezone: Europe/Kyiv
members:
  - {codes: [UA-43, UA-40], extent: whole, first_day: 2014-03-18, last_day: none}
  - {code: UA-14, extent: partly, first_day: none, last_day: 2030-12-31, source: a map}
sources:
  - {title: An order}
"""


def entity(extra: str, also: dict[str, str] | None = None) -> Entity:
    return loaded(changed("paper.yaml", ("domains: [paper.example]\n", extra), also=also)).entities["paper"]


def entity_messages(extra: str) -> list[str]:
    return messages(changed("paper.yaml", ("domains: [paper.example]\n", extra)))


def register(*edits: tuple[str, str]) -> Register:
    return loaded(changed("list.yaml", *edits)).registers["x/list"]


def territory(*edits: tuple[str, str]) -> dict[str, str]:
    text = PLACES
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return {**TINY, "places.yaml": text}


# -- entities -------------------------------------------------------------------------------------------


def test_an_entity_needs_no_more_than_a_title() -> None:
    assert entity("") == Entity("paper", "Paper")


def test_an_entity_keeps_what_its_file_says() -> None:
    found = entity(
        "summary: A paper\nnames: {en: [The Paper, Paper], acronym: TP}\nnot_names: {en: [paper bag]}\n"
        "domains: [paper.example, a-b.paper.co.uk]\nparent: radio\nexcludes: [radio, other]\n"
        "identifiers: {wikidata: Q1, opensanctions: NK-1, uk-companies-house: '123'}\nanswers_to: [CZ, US]\n"
        "stance: {RU: decline, CZ: comply, DE: legal_hold}\nsources: [{title: A page}]\n"
        "owner: desk@example.org\nreview_by: 2030-01-01\n"
    )
    assert found.names == {"en": ("The Paper", "Paper"), "acronym": ("TP",)}
    assert found.not_names == {"en": ("paper bag",)}
    assert found.domains == ("paper.example", "a-b.paper.co.uk")
    assert (found.parent, found.excludes) == ("radio", ("radio", "other"))
    assert found.identifiers == {"wikidata": "Q1", "opensanctions": "NK-1", "uk-companies-house": "123"}
    assert found.answers_to == ("CZ", "US")
    assert found.stance == {"RU": Stance.DECLINE, "CZ": Stance.COMPLY, "DE": Stance.LEGAL_HOLD}


def test_an_entity_that_answers_to_nobody_differs_from_one_of_which_nobody_said_it() -> None:
    assert entity("").answers_to is None
    assert entity("answers_to: []\n").answers_to == ()


@pytest.mark.parametrize(
    ("written", "help_"),
    [
        ("https://paper.example/news", "write `paper.example`"),
        ("Paper.Example", "write `paper.example`"),
        ("paper.example:443", "write `paper.example`"),
        ("газета.example", "write `xn--80aahjj1e.example`"),
        ("localhost", "write the bare host"),
        ("192.0.2.1", "write the bare host"),
        ("*.paper.example", "write the bare host"),
        ("paper..example", "write the bare host"),
        (f"{'a' * 64}.example", "write the bare host"),
    ],
)
def test_a_domain_is_a_bare_host_in_lower_case(written: str, help_: str) -> None:
    (problem,) = problems(changed("paper.yaml", ("[paper.example]", f'["{written}"]')))
    assert problem.message == f"`{written}` is not a domain"
    assert problem.help is not None
    assert problem.help.startswith(help_)


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("answers_to: [EU]\n", "`EU` is not a legal order"),
        ("answers_to: [RU-MOW]\n", "`RU-MOW` is not a legal order"),
        ("stance: {EU: comply}\n", "`EU` is not a legal order"),
        ("stance: {RU: obey}\n", "unknown stance `obey`"),
        ("names: {english: [Paper]}\n", "`english` is not a language tag"),
        ("names: [Paper]\n", "`names` is a map"),
        ("identifiers: {wikidata: P1}\n", "`P1` is no id of Wikidata"),
        ("identifiers: {'Open Sanctions': NK-1}\n", "`Open Sanctions` is not a name for a scheme"),
        ("parent: nobody\n", "unknown entity `nobody`"),
        ("parent: paper\n", "`paper` is its own ancestor: `paper` > `paper`"),
        ("review_by: soon\n", "`soon` is not a calendar day"),
        ("sources: [{href: 'https://a.example'}]\n", "a source needs `title`"),
        ("sources: [{title: A, href: 'ftp://a.example'}]\n", "`ftp://a.example` is not a web address"),
        ("sources: [{title: A, confidence: E}]\n", "unknown confidence `E`"),
    ],
)
def test_a_slip_in_an_entity_is_one_problem(extra: str, message: str) -> None:
    assert entity_messages(extra) == [message]


@pytest.mark.parametrize("name", ["unknown", "nothing", "perhaps"])
def test_no_entity_is_called_like_a_word_of_doubt(name: str) -> None:
    text = TINY["paper.yaml"].replace("entity: paper", f"entity: {name}")
    assert messages({**TINY, "paper.yaml": text}) == [f"`{name}` has a meaning of its own where facts are given"]


def test_a_circle_of_parents_is_one_problem_and_names_only_those_in_it() -> None:
    files = {
        f"{name}.yaml": f"language: 1\nentity: {name}\ntitle: X\nparent: {parent}\n"
        for name, parent in ("ab", "bc", "cb", "da")
    }
    assert messages(files) == ["`b` is its own ancestor: `b` > `c` > `b`"]


# -- registers ------------------------------------------------------------------------------------------


def test_a_register_keeps_what_its_file_says() -> None:
    found = register(("complete: true", "complete: false"), ("arms:", "timezone: Asia/Tokyo\narms:"))
    assert (found.title, found.authority, found.complete, found.zone) == ("A list", "An authority", False, "Asia/Tokyo")
    assert (found.retrieved_on, found.fresh_for) == (date(2026, 1, 1), timedelta(days=30))
    assert found.fresh_until == date(2026, 1, 31)
    claim = Claim(date(2021, 1, 1), "https://law.example/list", "A")
    assert found.entries == (Entry("radio", {Milestone.LISTED_ON: (claim,)}),)


@pytest.mark.parametrize("arms", Milestone)
def test_any_of_the_dates_may_arm_a_register(arms: Milestone) -> None:
    found = register(("arms: listed_on", f"arms: {arms}"), ("    listed_on:", f"    {arms}:"))
    assert found.period(found.entries[0]).first_day == date(2021, 1, 1)


def test_where_sources_disagree_the_first_claim_counts() -> None:
    found = register((LISTED, "    listed_on: [{day: 2022-02-02, note: one}, {day: 2021-01-01, source: another}]\n"))
    assert [claim.day for claim in found.entries[0].claims[Milestone.LISTED_ON]] == [date(2022, 2, 2), date(2021, 1, 1)]
    assert found.period(found.entries[0]).first_day == date(2022, 2, 2)


@pytest.mark.parametrize(
    ("written", "last_day", "is_unknown"),
    [
        ("none", None, False),
        ("2025-04-17", date(2025, 4, 17), False),
        ("unknown", None, True),
        ("2021-01-01", date(2021, 1, 1), False),
    ],
)
def test_a_designation_has_a_last_day_or_none_or_nobody_knows(
    written: str, last_day: date | None, is_unknown: bool
) -> None:
    (entry,) = register(("last_day: none", f"last_day: {written}")).entries
    assert (entry.last_day, entry.last_day_unknown) == (last_day, is_unknown)


@pytest.mark.parametrize(("written", "days"), [("1 day", 1), ("30 days", 30), ("99999 days", 99999)])
def test_freshness_is_a_number_of_days(written: str, days: int) -> None:
    assert register(("30 days", written)).fresh_for == timedelta(days=days)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("30 days", "0 days", "`0 days` is not a number of days"),
        ("30 days", "a month", "`a month` is not a number of days"),
        ("complete: true", "complete: yes", "`complete` is true or false, not `yes`"),
        ("arms: listed_on", "arms: listed", "unknown milestone `listed`"),
        ("entity: radio", "entity: raido", "unknown entity `raido`"),
        ("last_day: none", "last_day: 2020-12-31", "the last day is before the first day"),
        ("    last_day: none\n", "", "an entry needs `last_day`"),
        ("    listed_on:", "    listed_no:", "unknown key `listed_no` in an entry"),
        (LISTED, "    listed_on: []\n", "`listed_on` is empty"),
        (LISTED, "    decided_on: {day: 2021-01-01}\n", "the register is armed by `listed_on`, and the entry has none"),
        (LISTED, "    listed_on: {source: x}\n", "a claim needs `day`"),
        (LISTED, "    listed_on: 2021-01-01\n", "`listed_on` is a map"),
        ("register: x/list", "register: list", "`list` is not a name for a register"),
    ],
)
def test_a_slip_in_a_register_is_one_problem_and_no_entry_is_dropped_in_silence(
    old: str, new: str, message: str
) -> None:
    files = changed("list.yaml", (old, new))
    if "register: list" in new:
        del files["warn.yaml"]  # which speaks of the register by its good name
    assert messages(files) == [message]


# -- territories ----------------------------------------------------------------------------------------


def test_a_territory_keeps_its_members_with_their_days() -> None:
    crimea = Period(date(2014, 3, 18), None)
    assert loaded(territory()).territories["some-places"] == Territory(
        "some-places",
        "Some places",
        (
            Member("UA-43", Extent.WHOLE, crimea),
            Member("UA-40", Extent.WHOLE, crimea),
            Member("UA-14", Extent.PARTLY, Period(None, date(2030, 12, 31))),
        ),
        "Europe/Kyiv",
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("UA-14", "UA-99", "unknown place `UA-99`"),
        ("UA-14", "ua-14", "unknown place `ua-14`"),
        ("code: UA-14, ", "", "a member needs `code`"),
        ("code: UA-14", "code: UA-14, codes: [UA-23]", "a member has `code` or `codes`, not both"),
        ("partly", "in part", "unknown extent `in part`"),
        ("first_day: none, ", "", "a member needs `first_day`"),
        ("last_day: 2030-12-31", "last_day: unknown", "`unknown` is not a calendar day"),
        ("territory: some-places", "territory: UA", "`UA` is an ISO 3166 code already"),
        ("territory: some-places", "territory: some places", "`some places` is not a name for a territory"),
        ("Europe/Kyiv", "Europe/Kiew", "unknown time zone `Europe/Kiew`"),
        ("sources:\n  - {title: An order}\n", "", "a territory needs `sources`"),
        ("code: UA-14", "code: UA-40", "`UA-40` is a member twice from 2014-03-18 to 2030-12-31"),
        (
            "first_day: none, last_day: 2030-12-31",
            "first_day: none, last_day: none, note: [a]",
            "`note` is one text, not a list",
        ),
    ],
)
def test_a_slip_in_a_territory_is_one_problem(old: str, new: str, message: str) -> None:
    assert messages(territory((old, new))) == [message]


def test_a_code_may_come_back_into_a_territory_on_another_day() -> None:
    again = "  - {code: UA-14, extent: whole, first_day: 2031-01-01, last_day: none, note: again}\nsources:\n"
    found = loaded(territory(("sources:\n", again))).territories["some-places"]
    assert [(each.code, each.extent) for each in found.members_on(date(2030, 12, 31))][2:] == [("UA-14", Extent.PARTLY)]
    assert [(each.code, each.extent) for each in found.members_on(date(2031, 1, 1))][2:] == [("UA-14", Extent.WHOLE)]


def test_a_day_that_cannot_be_read_overlaps_with_nothing() -> None:
    """Else one slip would blame a member that is right."""
    again = "  - {code: UA-14, extent: whole, first_day: 2031-02-30, last_day: none}\nsources:\n"
    assert messages(territory(("sources:\n", again))) == ["`2031-02-30` is not a calendar day"]
