"""Checks of sources, names and of what nothing uses."""

from __future__ import annotations

import pytest

from compliance.review.lint import Level
from tests.review.lint.clean import ALWAYS, entry, findings, ids, in_rule, only, pointed_at, territory, when

CLAIMS = """\
# in a register
entries:
  - entity: radio
    decided_on: [{day: 2020-12-01, source: one}, {day: 2020-12-02, source: two}, {day: 2020-12-01, source: three}]
    listed_on: {day: 2021-01-01}
    last_day: none
"""


@pytest.mark.parametrize("grade", [", confidence: C", ", confidence: D", ""])
def test_an_active_rule_that_rests_on_weak_sources_alone_is_a_finding(grade: str) -> None:
    weak = f"legal_basis:\n  - {{title: An act{grade}}}"
    finding = only(in_rule(weak))
    assert (finding.id, finding.severity) == ("weak-source", Level.WARNING)
    assert pointed_at(finding) == "legal_basis"
    assert findings(in_rule(weak, "status: draft")) == ()
    assert findings(in_rule(f"{weak}\n  - {{title: Another act, confidence: B}}")) == ()


def test_a_register_that_rests_on_weak_sources_is_advice() -> None:
    finding = only("# in a register\nlegal_basis:\n  - {title: An act}\n")
    assert (finding.id, finding.severity) == ("weak-source", Level.ADVICE)


@pytest.mark.parametrize(
    ("href", "is_home"),
    [
        ("http://pravo.gov.ru", True),
        ("https://law.example/", True),
        ("https://law.example/index.html", True),
        ("https://law.example/act", False),
        ("https://law.example/?act=1", False),
        ("https://law.example/#act-1", False),
    ],
)
def test_a_source_that_is_a_bare_home_page_is_advice_at_its_address(href: str, *, is_home: bool) -> None:
    found = findings(in_rule("legal_basis:", f'  - {{title: An act, href: "{href}", confidence: A}}'))
    assert [each.id for each in found] == ["home-page-source"] * is_home
    assert [pointed_at(each) for each in found] == [f'"{href}"'] * is_home


def test_sources_of_entities_registers_and_territories_are_looked_at_too() -> None:
    home = 'sources:\n  - {title: A site, href: "https://site.example/"}\n'
    lands = territory(f"code: GE, extent: whole, {ALWAYS}").partition("sources:")[0] + home
    for block in (f"# in an entity\n{home}", f"# in a register\n{home}", lands):
        assert "home-page-source" in ids(block)


def test_claims_that_disagree_are_a_note_and_if_they_arm_the_effect_advice() -> None:
    finding = only(CLAIMS)
    assert (finding.id, finding.severity) == ("disputed-date", Level.NOTE)
    assert finding.message == (
        "sources disagree on `decided_on` of `radio` in `x/list`: 2020-12-01 counts, others say 2020-12-02"
    )
    assert pointed_at(finding) == "decided_on"
    assert only(CLAIMS, "# in a register\narms: decided_on\n").severity is Level.ADVICE


def test_claims_with_one_day_agree() -> None:
    assert findings(CLAIMS.replace("2020-12-02", "2020-12-01")) == ()


# -- names ----------------------------------------------------------------------------------------------


def other(names: str, *more: str) -> str:
    return "\n".join(
        ("language: 1", "entity: other", "title: Other", f"names: {names}", *more, "domains: [o.example]", "")
    )


def test_a_shared_name_is_a_finding_at_the_second_entity_whatever_its_case_and_language() -> None:
    finding = only(other("{ru: [tHe rAdIo]}"))
    assert finding.id == "shared-alias"
    assert finding.message == "`The Radio` is a name of `radio` and of `other`"
    assert pointed_at(finding) == "The Radio"


@pytest.mark.parametrize("strength", ["surname", "never"])
def test_a_name_that_identifies_nobody_may_be_shared(strength: str) -> None:
    assert findings(other(f"{{en: [{{name: The Radio, strength: {strength}}}]}}")) == ()


def test_a_name_that_another_one_has_as_a_weak_one_is_a_note_since_it_is_weaker_for_it() -> None:
    finding = only(other("{en: [{name: The Radio, strength: weak}]}"))
    assert (finding.id, finding.severity) == ("weakened-name", Level.NOTE)
    assert finding.message == "`The Radio` counts as a weak name only of `radio`: 2 entities have it"


def test_a_name_that_an_entity_has_in_two_languages_is_not_shared() -> None:
    assert findings(other("{en: [Other Radio], de: [Other Radio]}")) == ()


@pytest.mark.parametrize(
    ("name", "why"), [("Abc", "very short"), ("FREEDOM", "an ordinary word"), ("Дождь", "an ordinary word")]
)
def test_a_short_or_ordinary_name_is_advice(name: str, why: str) -> None:
    finding = only(other(f"{{en: [{name}]}}"))
    assert (finding.id, finding.severity) == ("common-word-alias", Level.ADVICE)
    assert finding.message == f"the name `{name}` of `other` is {why}"
    assert pointed_at(finding) == name


def test_acronyms_and_weak_names_may_be_short() -> None:
    assert findings(other("{acronym: [ABC], en: [{name: Rain, strength: weak}]}")) == ()
    assert findings(other("{en: [Abcd]}")) == ()


def test_an_exclusion_of_somebody_undeclared_is_a_finding_at_its_name() -> None:
    finding = only("# in an entity\nexcludes: [paper, local-radio]\n")
    assert (finding.id, pointed_at(finding)) == ("undeclared-exclusion", "local-radio")
    assert finding.message == "`radio` excludes `local-radio`, which nobody declared"


# -- what nothing uses ----------------------------------------------------------------------------------


def test_an_entity_without_domain_that_nothing_names_is_an_orphan() -> None:
    lone = "language: 1\nentity: lone\ntitle: Lone\n"
    assert (only(lone).id, pointed_at(only(lone))) == ("orphan", "lone")
    assert findings(lone + "domains: [lone.example]\n") == ()
    assert findings(lone + "parent: radio\n") == ()
    assert findings(lone, "# in an entity\nexcludes: [lone]\n") == ()
    assert findings(lone, when("publisher.designated_as: x/list", "content.mentions: lone")) == ()


def test_a_register_that_only_a_variant_or_a_copy_asks_for_is_used() -> None:
    decided = entry("decided_on: {day: 2021-01-01}")
    assert findings(in_rule("arms: {x/list: decided_on}"), decided) == ()
    unused = in_rule("when:", "  reader.location: RU")
    assert {each.message for each in findings(unused)} == {"no rule asks for the register `x/list`"}


def test_a_territory_that_no_rule_names_is_an_orphan() -> None:
    lands = territory(f"code: RU-SAR, extent: whole, {ALWAYS}")
    assert (only(lands).id, pointed_at(only(lands))) == ("orphan", "lands")
    assert findings(lands, when("publisher.designated_as: x/list", "reader.location: lands")) == ()
