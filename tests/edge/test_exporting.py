"""Many pages to one table: what the edge looks up is what the service would answer, for whatever a CDN tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from compliance.assemble import Moment, Question, assemble, page_of
from compliance.audit.log import Log
from compliance.blocks import NOTHING, STAND_IN, block, printed
from compliance.check import Asked, Checker
from compliance.content.facts import Content
from compliance.edge.formats import site_of
from compliance.edge.table import NOBODY_KNOWS, EdgeTable
from compliance.engine.decide import decide
from compliance.errors import RequestError
from compliance.exporting import Item, _shown, exported
from compliance.geo.cdn_headers import evidence
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.territory import LocationSet
from compliance.reader import Reader
from compliance.recording import Recorder
from tests.audit.tables import days, questions, worded
from tests.edge.world import WORLD, in_few_countries, rule
from tests.engine.words import PLACE
from tests.tiny import written

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
PAGES = (
    Content(url="https://www.radio.example/a", publisher="radio"),
    Content(url="https://radio.example/b", publisher="radio", facts={"content.kind": "comment"}),
    Content(url="https://paper.example/a", publisher="paper", facts={"content.kind": "article"}),
    Content(url="https://paper.example/b", facts={"content.kind": "comment"}),
    Content(url="page-5"),
)
COUNTRIES = ("RU", "UA", "BY", "FR", "US", "DE", "XX", "T1", "A1", "", "garbage", "ru", "UK", "RS", "ÜA")
REGIONS = ("", "43", "14", "30", "UA-43", "ua14", "CR", "MOW", "IDF", "99", "garbage")


@pytest.fixture(scope="module", autouse=True)
def _clock() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("compliance.check._now", lambda: NOW)
        yield


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Checker:
    return Checker.open(written(tmp_path_factory.mktemp("rules"), WORLD))


@pytest.fixture
def few_countries(monkeypatch: pytest.MonkeyPatch) -> None:
    in_few_countries(monkeypatch)


def items(*contents: Content, languages: tuple[str, ...] = (), as_of: date | None = None) -> list[Item]:
    return [Item(Asked(each, languages, as_of), f"item {number}") for number, each in enumerate(contents, 1)]


@pytest.fixture(scope="module")
def table(checker: Checker) -> EdgeTable:
    return exported(checker, items(*PAGES)).table


def of_service(checker: Checker, content: Content, country: str, region: str) -> str:
    """What the service has a page show to the reader of whom a trusted proxy tells this and no more."""
    headers = [("country", country), ("region", region)]
    said = evidence("custom", headers, {"country": "country", "region": "region"}.items())
    assert said is not None
    return block(printed(checker.check(content, Reader(evidence=(said,))))) or NOTHING


def names(table: EdgeTable) -> Sequence[str]:
    return list(table.row_of)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(range(len(PAGES))), st.sampled_from(COUNTRIES), st.sampled_from(REGIONS))
@example(0, "RU", "CR")
@example(0, "UA", "14")
def test_every_place_header_gives_at_least_what_the_service_gives_its_reader(
    checker: Checker, table: EdgeTable, number: int, country: str, region: str
) -> None:
    name = names(table)[number]
    html = table.find(name, site_of(name), table.zone(country, region))
    due = of_service(checker, PAGES[number], country, region)
    if region == "UA-43" and country.upper() not in {"UA", ""}:
        assert table.zone(country, region) == NOBODY_KNOWS  # one of the two is wrong
    else:
        assert html == due


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(worded(), questions(), days(), st.sampled_from(["RU", "UA", "UA-14", "GB", None]))
def test_a_page_prints_of_a_decision_what_it_prints_of_the_answer(
    ruleset: Ruleset, question: Question, on: LawDays, place: str | None
) -> None:
    location = LocationSet.unknown() if place is None else LocationSet.of([place])
    asked = replace(question, facts={**question.facts, PLACE: location}, location=location)
    decision = decide(ruleset, asked.facts, on)
    answer = assemble(ruleset, asked, decision, Moment(NOW, on, None, None), ("ru",))
    shown = _shown(page_of(ruleset, asked, on, ("ru",)), decision.instances, asked.facts)
    assert shown.printed == printed(answer)
    assert shown.is_held == bool(answer.reviews)


def test_nothing_known_of_the_place_is_every_conditional_word_and_somewhere_else_is_none(table: EdgeTable) -> None:
    html = table.find("https://radio.example/a", "radio.example", NOBODY_KNOWS)
    assert [
        word in html for word in ("If you are in Russia", "Perhaps words of in-held", "in-france", "in-belarus")
    ] == [True] * 4
    assert table.find("https://radio.example/a", "radio.example", table.zone("US")) == NOTHING
    assert "Words of in-belarus" in table.find("page-5", "", table.zone("BY"))


def test_a_region_that_a_cdn_calls_by_its_other_country_is_warned_as_the_held_place_it_is(table: EdgeTable) -> None:
    for country, region in (("RU", ""), ("RU", "CR"), ("UA", "43"), ("UA", "14"), ("UA", "")):
        assert "in-held" in table.find("https://radio.example/a", "", table.zone(country, region))
    assert "in-held" not in table.find("https://radio.example/a", "", table.zone("UA", "30"))


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_page_that_is_not_in_the_table_has_all_that_a_page_of_its_site_has(table: EdgeTable, country: str) -> None:
    zone = table.zone(country)
    for name in names(table)[:4]:
        site = site_of(name)
        of_site = table.find("https://never.example/seen", site, zone)
        shown = table.find(name, site, zone)
        ids = {word for word in ("Russia", "in-held", "in-france", "in-belarus") if word in shown}
        assert {word for word in ids if word in of_site} == ids


@pytest.mark.usefixtures("few_countries")
def test_where_something_may_be_due_that_may_not_be_said_by_guess_that_is_said(tmp_path: Path) -> None:
    some = Checker.open(written(tmp_path))  # of a publisher that nobody declared, all is held
    made = exported(some, items(Content(url="https://never.example/a", facts={"content.kind": "article"}))).table
    for country, html in (("RU", STAND_IN), ("XX", STAND_IN), ("US", NOTHING)):
        zone = made.zone(country)
        assert made.find("https://never.example/b", "never.example", zone) == html
        assert made.find("https://other.example/b", "other.example", zone) == html
    assert made.find("https://never.example/a", "never.example", made.zone("RU")) == NOTHING  # it is held for a person
    assert made.fallback == STAND_IN


@pytest.mark.usefixtures("few_countries")
def test_a_site_of_several_publishers_has_what_any_of_them_has_and_nothing_twice(checker: Checker) -> None:
    both = [Content(url=f"https://both.example/{each}", publisher=each) for each in ("radio", "paper")]
    made = exported(checker, items(*both)).table
    html = made.find("https://both.example/x", "both.example", made.zone("RU"))
    assert "Perhaps words of in-held" in html
    html = made.find("https://both.example/x", "both.example", made.zone("BY"))
    assert html.count("Words of in-belarus") == 1


def test_sites_are_found_without_what_tells_no_pages_apart(table: EdgeTable) -> None:
    assert list(table.row_of_site) == ["paper.example", "radio.example"]
    assert names(table)[0] == "https://radio.example/a"


@pytest.mark.usefixtures("few_countries")
def test_words_are_in_the_languages_of_the_page(checker: Checker) -> None:
    made = exported(checker, items(PAGES[0], languages=("ru",))).table
    assert "Если вы в России" in made.find("https://radio.example/a", "", NOBODY_KNOWS)
    assert "Если вы в России" in made.find("https://radio.example/x", "radio.example", NOBODY_KNOWS)


@pytest.mark.usefixtures("few_countries")
def test_a_table_ends_when_anything_in_it_may_differ(tmp_path: Path) -> None:
    ends = rule("ends", "reader.location: DE", "publisher: radio", last_day="2026-12-24")
    some = Checker.open(written(tmp_path, {**WORLD, "ends.yaml": ends}))
    assert exported(some, items(PAGES[0])).table.basis.valid_until == datetime(2026, 12, 24, 21, tzinfo=UTC)
    assert exported(some, items(PAGES[4])).table.basis.valid_until == datetime(2026, 12, 24, 21, tzinfo=UTC)
    preview = exported(some, items(PAGES[0], as_of=date(2026, 12, 1))).table.basis
    assert (preview.preview, preview.as_of, preview.valid_until) == (True, date(2026, 12, 1), None)


@pytest.mark.usefixtures("few_countries")
def test_when_a_table_is_over_whatever_was_due_or_is_due_from_then_on_is_shown_to_everybody(tmp_path: Path) -> None:
    begins = rule("begins", "reader.location: DE").replace("first_day: 2020-01-01", "first_day: 2027-01-01")
    ends = rule("ends", "reader.location: CA", "publisher: radio", last_day="2026-12-31")
    some = Checker.open(written(tmp_path, {**WORLD, "begins.yaml": begins, "ends.yaml": ends}))
    made = exported(some, items(*PAGES)).table
    assert made.basis.valid_until == datetime(2026, 12, 31, 21, tzinfo=UTC)
    late = made.find_when_over("radio.example")
    assert [f"words of {name}" in late for name in ("begins", "ends", "in-belarus", "in-held")] == [True] * 4
    assert "begins" not in made.find("https://radio.example/a", "radio.example", NOBODY_KNOWS)
    assert "words of begins" in made.find_when_over("other.example")
    assert "words of begins" in made.fallback


def test_the_same_pages_give_the_same_table_and_a_page_twice_is_one(checker: Checker, table: EdgeTable) -> None:
    assert exported(checker, items(*PAGES, PAGES[0])).table == table
    assert exported(checker, items(*PAGES)).table.digest == table.digest


@pytest.mark.usefixtures("few_countries")
def test_all_that_is_wrong_with_any_page_is_said_at_once_with_its_number(checker: Checker) -> None:
    wrong = items(
        Content(url="https://a.example/", facts={"content.kidn": "article"}),
        Content(headline="no address"),
        Content(url="https://a.example/2"),
        Content(url="http://www.a.example/2/", publisher="radio"),
        Content(url="no page at all"),
    )
    wrong.append(Item(Asked(Content(url="https://a.example/3"), (), date(2026, 1, 1)), "item 6"))
    with pytest.raises(RequestError) as caught:
        exported(checker, wrong)
    places = [each.where for each in caught.value.problems]
    assert places == [
        "item 1 content.facts.content.kidn",
        "item 2 content.url",
        "item 4 content.url",
        "item 5 content.url",
        "item 6",
    ]
    assert "described otherwise at item 3" in caught.value.problems[2].message


def test_no_page_is_no_table(checker: Checker) -> None:
    with pytest.raises(RequestError, match="there is no page"):
        exported(checker, [])


@pytest.mark.usefixtures("few_countries")
def test_each_page_is_recorded_before_the_table_is_given_out(tmp_path: Path) -> None:
    log = Log(tmp_path / "evidence", "table", NOW.date)
    recorder = Recorder(log, "table")
    some = Checker.open(written(tmp_path / "rules", WORLD), recorder=recorder)
    try:
        made = exported(some, items(*PAGES), is_recorded=True)
        assert [each.evidence.state for each in made.recorded] == ["recorded"] * len(PAGES)
        assert all(log.has(each.table.record.key) for each in made.recorded)
        assert made.recorded[0].table.record.content == "https://radio.example/a"
        assert exported(some, items(*PAGES)).recorded == ()
    finally:
        recorder.close()
