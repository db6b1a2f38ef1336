"""Tables for the edge: a place gives what the checker gives its reader, and a place that nobody knows gives all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.assemble import Moment, Question, assemble
from compliance.blocks import block, printed
from compliance.edge.table import NOBODY_KNOWS, Basis, Classes, EdgeTable, Row, table_of
from compliance.engine.decide import decide
from compliance.engine.index import Index
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.territory import PLACES, LocationSet
from tests import tiny
from tests.audit.tables import days, questions, worded
from tests.engine.strategies import rulesets
from tests.engine.words import PLACE

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
BASIS = Basis("sha256:meaning", "sha256:source", date(2024, 6, 1), preview=False, valid_until=None)
CODES = ("UA", "UA-43", "UA-14", "UA-30", "RU", "RU-CR", "RU-MOW", "GB", "GB-ENG", "GB-LND", "FR", "US", "UK")
NOWHERE = ("XX", "T1", "A1", "ZZ", "", "-", "U", "USA", "UA-43", "0", "ÜA", "garbage", "US, BY", "u\u0131")
"""What no country is, however a CDN or somebody else came to write it."""
few = settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)

places = st.sampled_from(["UA", "UA-43", "UA-14", "UA-30", "RU", "GB-LND", "GB", "FR", "US", "UA-14/+zone-a"])
locations = st.one_of(st.just(LocationSet.unknown()), st.frozensets(places, min_size=1, max_size=3).map(LocationSet.of))


@st.composite
def told(draw: st.DrawFn) -> Mapping[str, LocationSet]:
    """For each code where its reader may be, which need not be what the code says."""
    return {code: draw(locations) for code in CODES}


def at(question: Question, location: LocationSet) -> Question:
    return replace(question, facts={**question.facts, PLACE: location}, location=location)


def tabled(
    ruleset: Ruleset, named: Mapping[str, Question], on: LawDays, where: Mapping[str, LocationSet]
) -> tuple[Classes, EdgeTable]:
    segment = Index(ruleset).segment(on)
    classes = Classes.of(segment.zones, where)

    rows = [
        Row(name, tuple(html_of(ruleset, question, on, each) for each in classes.locations))
        for name, question in named.items()
    ]
    return classes, table_of(classes, rows, [replace(rows[0], name="")], BASIS, {"": ""}, "")


def html_of(ruleset: Ruleset, question: Question, on: LawDays, location: LocationSet) -> str:
    """What the checker has a page print for a reader."""
    asked = at(question, location)
    return block(printed(assemble(ruleset, asked, decide(ruleset, asked.facts, on), Moment(NOW, on, None, None), ())))


def header(code: str) -> tuple[str, str]:
    country, _, region = code.partition("-")
    return country, region


@few
@given(worded(), st.lists(questions(), min_size=1, max_size=3), days(), told())
def test_each_place_gets_what_the_checker_gives_its_reader(
    ruleset: Ruleset, asked: Sequence[Question], on: LawDays, where: Mapping[str, LocationSet]
) -> None:
    named = {f"page-{number}": question for number, question in enumerate(asked)}
    _, table = tabled(ruleset, named, on, where)
    for name, question in named.items():
        for code in CODES:
            found = table.find(name, "", table.zone(*header(code)))
            assert found == html_of(ruleset, question, on, where[code])


@few
@given(worded(), st.lists(questions(), min_size=1, max_size=3), days(), told())
def test_places_that_no_page_tells_apart_are_one_zone_and_no_others_are(
    ruleset: Ruleset, asked: Sequence[Question], on: LawDays, where: Mapping[str, LocationSet]
) -> None:
    named = {f"page-{number}": question for number, question in enumerate(asked)}
    _, table = tabled(ruleset, named, on, where)

    def everything(zone: int) -> tuple[str, ...]:
        return tuple(table.find(name, "", zone) for name in named)

    assert len({everything(zone) for zone in range(table.zone_count)}) == table.zone_count
    assert {zone for row in table.rows for zone in range(len(row))} == set(range(table.zone_count))


@few
@given(rulesets(skip=False, supersede=False), questions(), days(), told(), st.sampled_from(CODES))
def test_whoever_is_nowhere_known_gets_every_notice_that_is_due_anywhere(
    ruleset: Ruleset, question: Question, on: LawDays, where: Mapping[str, LocationSet], code: str
) -> None:
    def due(location: LocationSet) -> set[tuple[str, str | None]]:
        decision = decide(ruleset, at(question, location).facts, on)
        return {(each.notice.id, each.entity) for each in decision.instances}

    assert due(where[code]) <= due(LocationSet.unknown())
    classes, _ = tabled(ruleset, {"page": question}, on, where)
    assert classes.locations[NOBODY_KNOWS].anywhere
    assert (classes.of_code[code] == NOBODY_KNOWS) == where[code].anywhere


def small() -> EdgeTable:
    """A table in which each code of some is a zone of its own."""
    where = {code: LocationSet.of([code]) for code in ("UA", "UA-43", "RU", "GB", "GB-LND", "IN-AN", "IN", "FR")}
    classes = Classes({code: number for number, code in enumerate(where, 1)}, (LocationSet.unknown(), *where.values()))
    row = Row("page", tuple(f"<p>{number}</p>" for number in range(len(classes.locations))))
    return table_of(classes, [row], [replace(row, name="site"), row], BASIS, {"": ""}, "")


@pytest.mark.parametrize("country", [None, *NOWHERE])
@pytest.mark.parametrize("region", [None, "43", "UA-43", "", "garbage"])
def test_what_is_no_country_is_where_nobody_knows(country: str | None, region: str | None) -> None:
    assert small().zone(country, region) == NOBODY_KNOWS


@few
@given(st.text(max_size=8), st.text(max_size=8))
def test_whatever_stands_in_the_headers_gives_a_zone_and_only_a_code_one_that_is_known(
    country: str, region: str
) -> None:
    table = small()
    zone = table.zone(country, region)
    assert zone in range(table.zone_count)
    assert zone == NOBODY_KNOWS or country.strip().upper() in {"UA", "RU", "GB", "IN", "FR"}


@pytest.mark.parametrize(
    ("country", "region", "code"),
    [
        ("UA", "43", "UA-43"),
        ("ua", "ua-43", "UA-43"),
        (" UA ", "UA43", "UA-43"),
        ("UA", None, "UA"),
        ("UA", "", "UA"),
        ("UA", "99", "UA"),
        ("UA", "nothing", "UA"),
        ("IN", "IN", "IN"),
        ("IN", "an", "IN-AN"),
        ("GB", "LND", "GB-LND"),
        ("GB", "GBLND", "GB-LND"),
        ("FR", "IDF", "FR"),
    ],
)
def test_a_region_counts_in_each_form_in_which_cdns_write_it(country: str, region: str | None, code: str) -> None:
    table = small()
    assert table.zone(country, region) == table.zone(*header(code))
    assert (table.zone(country, region) == table.zone("UA")) == (code == "UA")


@pytest.mark.parametrize("region", ["RU-MOW", "DE-BY", "ru-", "gb-lnd"])
def test_a_region_of_another_country_leaves_nothing_known(region: str) -> None:
    assert small().zone("UA", region) == NOBODY_KNOWS


def test_a_page_that_is_not_in_the_table_has_what_its_site_has_and_a_strange_site_what_any_page_has() -> None:
    classes = Classes({"UA": 1}, (LocationSet.unknown(), LocationSet.of(["UA"])))
    rows = {name: Row(name, (f"{name} perhaps", f"{name} in UA")) for name in ("page", "site", "any")}
    table = table_of(
        classes, [rows["page"]], [rows["site"], rows["any"]], BASIS, {"": "over", "site": "site, over"}, ""
    )
    found = {
        name: table.find(name, site, table.zone("UA")) for name, site in [("page", "x"), ("x", "site"), ("y", "y")]
    }
    assert found == {"page": "page in UA", "x": "site in UA", "y": "any in UA"}
    assert [table.find_when_over(site) for site in ("site", "x")] == ["site, over", "over"]


def test_the_digest_changes_with_whatever_is_handed_out_and_not_with_the_order_of_pages() -> None:
    classes = Classes({"UA": 1}, (LocationSet.unknown(), LocationSet.of(["UA"])))
    one, two, other = Row("a", ("x", "y")), Row("b", ("y", "y")), Row("b", ("y", "z"))
    digests = [
        table_of(classes, pages, [one], basis, {"": ""}, "").digest
        for pages in ([one, two], [one, other], [one])
        for basis in (BASIS, replace(BASIS, meaning="sha256:other"))
    ]
    assert len(set(digests)) == len(digests)


def test_zones_of_all_places_are_those_of_the_rules_where_every_place_is_itself() -> None:
    ruleset = tiny.ruleset()
    segment = Index(ruleset).segment(dict.fromkeys(ruleset.zones, date(2021, 6, 1)))
    classes = Classes.of(segment.zones, {code: LocationSet.of([code]) for code in PLACES})
    assert {code: number - 1 for code, number in classes.of_code.items()} == _numbered(segment.zones.of_place)


def _numbered(of_place: Mapping[str, int]) -> dict[str, int]:
    numbers: dict[int, int] = {}
    return {code: numbers.setdefault(of_place[code], len(numbers)) for code in PLACES}


def test_a_fragment_holds_no_name_of_a_zone_of_a_place_or_of_a_page() -> None:
    table = small()
    for name, html in table.fragments.items():
        assert re.fullmatch("[0-9a-f]{16}", name)
        assert "zone" not in html
