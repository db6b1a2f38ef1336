"""Checks of words: what is said where the place is not known, in which languages, and to whom."""

from __future__ import annotations

import pytest

from compliance.model.iso3166 import COUNTRIES
from compliance.review.lint import Finding, Level
from compliance.review.lint.languages import LANGUAGES
from compliance.review.lint.wording import BEHIND_VPNS
from tests.review.lint.clean import ALWAYS, findings, in_rule, only, pointed_at, territory, when
from tests.review.lint.test_versions import again

LIST = "publisher.designated_as: x/list"


def notice(*lines: str, purpose: str = "legal-duty") -> str:
    return in_rule("notice:", f"  purpose: {purpose}", "  placement: footer", *(f"  {line}" for line in lines))


def translations(*blocks: str) -> list[Finding]:
    return [each for each in findings(*blocks) if each.id == "missing-translation"]


def test_conditional_words_that_lack_a_language_are_a_warning() -> None:
    finding = only(notice("text: {en: A, ru: Б, de: C}", "text_if_possible: {en: If a}"))
    assert (finding.id, finding.severity) == ("missing-possible-text", Level.WARNING)
    assert finding.message == "the notice `warn` has no `text_if_possible` in `ru`, `de`"
    assert pointed_at(finding) == "text_if_possible"


def test_conditional_words_that_say_the_same_say_nothing() -> None:
    finding = only(notice("text: {en: A, ru: Б}", "text_if_possible: {en: If a, ru: Б}"))
    assert finding.message == "the notice `warn` says the same where the place is not known, in `ru`"


def test_a_notice_whose_words_are_conditional_needs_no_others() -> None:
    assert findings(notice("conditional: true", "text: {en: If a, ru: Если}")) == ()


def test_a_notice_that_another_rule_refers_to_is_told_once() -> None:
    short = notice("text: {en: A, ru: Б}", "text_if_possible: {en: If a}")
    found = [
        each for each in findings(short, again(LIST, "reader.location: RU-SAR")) if each.id == "missing-possible-text"
    ]
    assert [each.span.path for each in found if each.span] == ["warn.yaml"]


@pytest.mark.parametrize(
    ("place", "missing"),
    [
        ("UA", "`uk`"),
        ("BY", "`be`"),
        ("[BE, DE]", "`nl`, `fr`, `de`"),
        ("RU-SAR", None),
        ("GB-SCT", None),
        ("NO", "`no`"),
    ],
)
def test_official_languages_of_the_places_of_a_rule_are_asked_for(place: str, missing: str | None) -> None:
    found = translations(when(LIST, f"reader.location: {place}"))
    said = [f"`warn` has no words in {missing}, official where it applies"] if missing else []
    assert [each.message for each in found] == said
    assert all(each.severity is Level.ADVICE and pointed_at(each) == "text" for each in found)


def test_either_way_to_write_norwegian_serves_and_so_does_a_finer_tag() -> None:
    place = when(LIST, "reader.location: [NO, AT]")
    assert translations(place, notice("conditional: true", "text: {nb: Hvis, de-AT: Falls}")) == []
    assert translations(place, notice("conditional: true", "text: {nn: Dersom, de: Falls}")) == []


def test_members_of_a_territory_count_on_days_of_the_rule() -> None:
    place = when(LIST, "reader.location: lands")
    assert len(translations(place, territory(f"code: UA-43, extent: partly, {ALWAYS}"))) == 1
    gone = "code: UA-43, extent: whole, first_day: none, last_day: 2019-12-31"
    assert translations(place, territory(gone, f"code: RU-SAR, extent: whole, {ALWAYS}")) == []


def test_a_place_in_an_exception_asks_for_no_language() -> None:
    assert translations(in_rule("unless: {reader.location: UA}")) == []


@pytest.mark.parametrize("place", ["RU", "BY", "CN"])
def test_a_warning_for_readers_behind_vpns_should_reach_everywhere(place: str) -> None:
    words = "text: {en: If a, ru: Если, be: Калі, zh: 如果}"
    stops = notice("conditional: true", words, purpose="reader-safety")
    (finding,) = (each for each in findings(when(LIST, f"reader.location: {place}"), stops) if each.id == "no-reach")
    assert finding.severity is Level.ADVICE
    reaches = notice("conditional: true", words, "reach: everywhere", purpose="reader-safety")
    elsewhere = when(LIST, "reader.location: DE")
    for blocks in (
        (when(LIST, f"reader.location: {place}"), reaches),
        (elsewhere, stops),
        (notice("conditional: true", words),),
    ):
        assert "no-reach" not in {each.id for each in findings(*blocks)}


def test_the_tables_speak_of_countries_that_there_are() -> None:
    assert BEHIND_VPNS.keys() <= COUNTRIES.keys()
    assert COUNTRIES.keys() - LANGUAGES.keys() == {"AQ", "BV", "HM", "TF"}
    assert LANGUAGES["UA"] == "uk"
    assert all(
        tag.isalpha() and tag.islower() and len(tag) in {2, 3} for tags in LANGUAGES.values() for tag in tags.split()
    )
