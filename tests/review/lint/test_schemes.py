"""Ids under a scheme that nobody knows: a slip is told with the scheme that was meant, and what is meant stays."""

from __future__ import annotations

import pytest

from compliance.review.importing.rows import SCHEMES
from compliance.review.lint import Finding, Level
from tests.review.lint.clean import findings, pointed_at


def entity(name: str, *schemes: str) -> str:
    ids = ", ".join(f"{scheme}: Q42" for scheme in schemes)
    return f"language: 1\nentity: {name}\ntitle: {name}\ndomains: [{name}.example]\nidentifiers: {{{ids}}}\n"


def unknown(*blocks: str) -> list[Finding]:
    return [each for each in findings(*blocks) if each.id == "unknown-scheme"]


def meant(*blocks: str) -> list[str]:
    return [each.message.rpartition(" ")[2].strip("`") for each in unknown(*blocks)]


def test_a_slip_is_told_where_it_stands_with_what_to_do() -> None:
    (finding,) = unknown("# in an entity\nidentifiers: {wikidta: Q42}\n")
    assert finding.message == "unknown scheme `wikidta` of `radio`; the nearest is `wikidata`"
    assert finding.help == "write `wikidata`, or say in an ignore comment what `wikidta` is"
    assert (finding.severity, pointed_at(finding)) == (Level.ADVICE, "wikidta")


@pytest.mark.parametrize(
    ("scheme", "known"),
    [
        ("wikidat", "wikidata"),
        ("wikidataa", "wikidata"),
        ("wikipedia", "wikidata"),
        ("wikidata-id", "wikidata"),
        ("open-sanctions", "opensanctions"),
        ("opensanctions-id", "opensanctions"),
        ("ogrn", "registration-number"),
        ("registration-no", "registration-number"),
    ],
)
def test_what_is_near_a_scheme_that_is_compared_or_is_called_so_in_lists_is_a_slip(scheme: str, known: str) -> None:
    assert meant(entity("a", scheme)) == [known]


@pytest.mark.parametrize(
    "scheme",
    [
        *SCHEMES, "uk-companies-house", "lei", "isni", "viaf", "gnd", "ror", "duns", "opencorporates", "vat-number",
        "tax-number", "imo-number", "inn", "open-ownership", "ofac-sdn", "name", "id",
    ],
)  # fmt: skip
def test_a_scheme_that_is_compared_or_is_like_none_is_left_alone(scheme: str) -> None:
    assert meant(entity("a", scheme)) == []


def test_a_scheme_that_several_entities_have_is_meant_unless_it_is_one_slip_from_one_that_is_compared() -> None:
    assert meant(entity("a", "wikipedia"), entity("b", "wikipedia")) == []
    assert meant(entity("a", "wikidta"), entity("b", "wikidta")) == ["wikidata", "wikidata"]
    assert meant(entity("a", "ogrn"), entity("b", "ogrn")) == ["registration-number", "registration-number"]


def test_an_entity_that_has_the_known_scheme_too_means_another_one() -> None:
    assert meant(entity("a", "wikidata", "wikipedia")) == []


def test_schemes_of_other_entities_are_known_too() -> None:
    house = [entity(name, "uk-companies-house") for name in ("a", "b")]
    assert meant(*house, entity("c", "uk-companies-hose")) == ["uk-companies-house"]
    assert meant(*house, entity("c", "uk-charities")) == []
    assert meant(*house, *(entity(name, "uk-companies-houses") for name in ("c", "d"))) == []


def test_short_schemes_are_near_one_another_by_chance() -> None:
    assert meant(entity("a", "isni"), entity("b", "isin"), entity("c", "isn")) == []
