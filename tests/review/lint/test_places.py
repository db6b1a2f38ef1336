"""Checks of places: traps, parts that are left out, and places that are listed twice."""

from __future__ import annotations

import pytest

from compliance.model.iso3166 import COUNTRIES
from compliance.review.lint import Finding, Level
from compliance.review.lint.places import CONFUSED, LEFT_OUT, NO_LANGUAGES
from tests.review.lint.clean import ALWAYS, findings, in_rule, only, pointed_at, territory, when


def at(*places: str, comment: str = "") -> str:
    return when("publisher.designated_as: x/list", f"reader.location: [{', '.join(places)}]{comment}")


def found(id_: str, *blocks: str) -> list[Finding]:
    return [each for each in findings(*blocks) if each.id == id_]


def test_karelia_is_taken_for_crimea_in_rules_and_in_territories() -> None:
    finding = only(at("RU-KR"))
    assert (finding.id, finding.severity, pointed_at(finding)) == ("trap-code", Level.WARNING, "RU-KR")
    assert finding.message == "`RU-KR` is Karelia"
    assert "UA-43" in finding.help
    (member,) = found("trap-code", territory(f"codes: [GE, RU-KR], extent: whole, {ALWAYS}"))
    assert pointed_at(member) == "RU-KR"


def test_a_region_with_a_number_wants_words_behind_it() -> None:
    (finding,) = found("trap-code", at("UA-14"))
    assert (finding.severity, pointed_at(finding)) == (Level.ADVICE, "UA-14")
    assert found("trap-code", at("UA-14", comment="  # Donetsk")) == []
    bare = territory(f"code: UA-14, extent: whole, {ALWAYS}")
    assert [pointed_at(each) for each in found("trap-code", bare)] == ["UA-14"]
    assert found("trap-code", bare.replace("last_day: none}", "last_day: none, note: Donetsk}")) == []


@pytest.mark.parametrize(
    ("name", "meant"), [("UK", "`GB`"), ("EL", "`GR`"), ("gb", "`GB`"), ("SU", "code of a country")]
)
def test_a_territory_with_a_name_like_a_code_is_a_trap(name: str, meant: str) -> None:
    (finding,) = found("trap-code", territory(f"code: RU-SAR, extent: whole, {ALWAYS}", name=name))
    assert (finding.severity, pointed_at(finding)) == (Level.WARNING, name)
    assert meant in finding.message


def test_the_union_may_be_called_by_its_letters() -> None:
    assert found("trap-code", territory(f"code: AT, extent: whole, {ALWAYS}", name="EU")) == []


def test_the_code_of_a_country_is_no_language_in_conditions_and_in_words() -> None:
    (asked,) = found("trap-code", when("content.language: [ru, ua]", "reader.location: RU"))
    assert (pointed_at(asked), asked.help) == ("ua", "write `uk`")
    written = in_rule(
        "notice:", "  purpose: legal-duty", "  placement: footer", "  conditional: true",
        "  text: {ru: Если вы в России., cz: Pokud jste v Rusku.}",
    )  # fmt: skip
    (said,) = found("trap-code", written)
    assert (pointed_at(said), said.help) == ("cz", "write `cs`")
    (short,) = found("trap-code", written.replace("cz:", "cs:") + "  short: {cz: V Rusku.}\n")
    assert short.span is not None
    assert (pointed_at(short), short.span.text) == ("cz", "  short: {cz: V Rusku.}")
    assert found("trap-code", written.replace("cz:", "cs:")) == []


def test_a_code_beside_a_wider_one_is_advice_at_the_narrow_one() -> None:
    finding = only(at("RU", "RU-SAR"))
    assert (finding.id, finding.severity, pointed_at(finding)) == ("trap-code", Level.ADVICE, "RU-SAR")
    assert (
        only(at("GB-ENG", "GB-LND"), in_rule("status: draft")).message
        == "`GB-LND` lies in `GB-ENG`, which is listed too"
    )


def test_a_territory_and_its_member_on_one_line_are_a_note_and_a_territory_that_adds_nothing_is_more() -> None:
    lands = territory(f"codes: [RU-SAR, RU-KGD], extent: whole, {ALWAYS}")
    member = only(lands, at("lands", "RU-SAR"))
    assert (member.id, member.severity, pointed_at(member)) == ("trap-code", Level.NOTE, "RU-SAR")
    needless = only(lands, at("lands", "RU"))
    assert (needless.id, needless.severity, pointed_at(needless)) == ("trap-code", Level.WARNING, "lands")
    assert findings(lands, at("lands", "RU-SPE")) == ()


def test_a_member_that_left_before_the_rule_began_does_not_count() -> None:
    left = territory(
        "code: RU-SAR, extent: whole, first_day: none, last_day: 2019-12-31", f"code: RU-KGD, extent: whole, {ALWAYS}"
    )
    assert findings(left, at("lands", "RU-SAR")) == ()


# -- parts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("country", ["FR", "FI", "NL", "US", "CN", "NO", "GB", "DK", "AU", "NZ"])
def test_a_country_named_without_its_parts_is_a_finding_at_its_code(country: str) -> None:
    (finding,) = found("parts-left-out", at("RU", country))
    assert finding.severity is Level.WARNING
    assert finding.message == f"`warn` names `{country}`, which does not include {', '.join(LEFT_OUT[country].split())}"
    assert pointed_at(finding) == country


def test_a_part_that_is_listed_or_is_in_a_territory_beside_it_is_decided_on() -> None:
    assert found("parts-left-out", at("FI", "AX")) == []
    assert found("parts-left-out", at("FI", "lands"), territory(f"code: AX, extent: whole, {ALWAYS}")) == []
    (finding,) = found("parts-left-out", at("NO", "SJ"))
    assert finding.message == "`warn` names `NO`, which does not include BV"


def test_a_part_that_a_scenario_asks_for_is_decided_on() -> None:
    scenarios = "\n".join(
        (
            "scenarios:",
            "  - {name: out, date: 2021-06-01, given: {publisher: radio, reader.location: JE}, expect: none}",
        )
    )
    assert found("parts-left-out", at("GB"), in_rule(scenarios)) == []
    assert found("parts-left-out", at("GB"), in_rule(scenarios.replace("JE", "GB"))) != []


def test_members_of_a_territory_are_asked_for_their_parts_too() -> None:
    lands = territory(f"codes: [DE, NO, SJ], extent: whole, {ALWAYS}")
    (finding,) = found("parts-left-out", lands)
    assert (finding.message, pointed_at(finding)) == ("`NO` is a member of `lands`, which does not include BV", "NO")
    assert "scenario" not in finding.help


def test_a_retired_rule_is_left_in_peace() -> None:
    assert findings(at("NO"), in_rule("status: retired")) == ()


def test_the_tables_speak_of_codes_that_there_are() -> None:
    assert {code for country, parts in LEFT_OUT.items() for code in (country, *parts.split())} <= COUNTRIES.keys()
    assert all(code.isupper() for code in CONFUSED)
    assert {code.upper() for code in NO_LANGUAGES} <= COUNTRIES.keys()


# -- partly ---------------------------------------------------------------------------------------------


def test_a_code_that_a_territory_beside_it_holds_partly_is_a_finding() -> None:
    partly = territory(f"code: RU-SAR, extent: partly, {ALWAYS}")
    (finding,) = found("partly-as-whole", partly, at("lands", "RU-SAR"))
    assert (finding.severity, pointed_at(finding)) == (Level.WARNING, "RU-SAR")
    assert finding.message == "`RU-SAR` is listed whole, and `lands` holds it only partly"
    (wider,) = found("partly-as-whole", partly, at("lands", "RU"))
    assert wider.message == "`RU` is listed whole, and `lands` holds `RU-SAR` only partly"
    assert found("partly-as-whole", partly, at("lands", "RU-KGD")) == []
    assert found("partly-as-whole", partly.replace("partly", "whole"), at("lands", "RU-SAR")) == []
