"""The model case, on the shipped rules: who gets the notice that reading on may be punished, and who not."""

from __future__ import annotations

from datetime import date

import pytest

from compliance import Answer, Checker, Content, Reader
from compliance.answer import Notice

NOTICE = "ru-undesirable-organization-reader-risk"
DAY = date(2025, 1, 10)
PUBLISHERS = (
    "rferl.org",
    "https://www.rferl.org/a/x.html",
    "http://RFERL.org:80/",
    "//rferl.org/a//b",
    "rferl.org/a/x.html?from=https://example-daily.org",
    "RFE/RL",
    "rfe/rl ",
    "Radio Free Europe/Radio Liberty",
    "Радио Свобода",
    "rfe-rl",
    "www.svoboda.org",
)
UNKNOWN = (
    ("partly controlled region", Reader(subdivision="UA-14")),
    ("Ukraine without a region", Reader(country="UA")),
    ("vendor's word for not known", Reader(country="XX")),
    ("Tor", Reader(country="T1")),
    ("private address", Reader(address="10.1.2.3")),
    ("sources differ", Reader(address="5.255.255.70")),
    ("Ukraine by address", Reader(address="176.36.0.1")),
    ("nothing known of the reader", Reader()),
)
CERTAIN = (
    ("Russia", Reader(country="RU")),
    ("Crimea", Reader(subdivision="UA-43")),
    ("Crimea as two codes", Reader(country="UA", subdivision="43")),
    ("Crimea, in small letters", Reader(country="ua", subdivision="ua_43")),
    ("Crimea under the code of its occupier", Reader(country="RU", subdivision="RU-CR")),
    ("Sevastopol", Reader(subdivision="UA-40")),
    ("Moscow by address", Reader(address="95.165.0.1")),
    ("the same address, wrapped", Reader(address="::ffff:95.165.0.1")),
    ("the same address, with a port", Reader(address="95.165.0.1:5000")),
)
SAFE = (
    ("Kyiv", Reader(subdivision="UA-30")),
    ("Kyiv as two codes", Reader(country="UA", subdivision="30")),
    ("United States", Reader(country="US")),
    ("United States by address", Reader(address="8.8.8.8")),
)


def article(publisher: str | None = "rferl.org", url: str | None = None) -> Content:
    return Content(
        url=url,
        publisher=publisher,
        headline="A report",
        text="What happened.",
        language="en",
        date_published="2009-12-17",
        facts={"content.kind": "article"},
    )


def notice(answer: Answer) -> Notice | None:
    found = [each for each in answer.notices if each.id == NOTICE]
    assert len(found) <= 1
    return found[0] if found else None


def required(answer: Answer) -> Notice:
    found = notice(answer)
    assert found is not None
    return found


def cases(readers: tuple[tuple[str, Reader], ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("reader", [each for _, each in readers], ids=[name for name, _ in readers])


@pytest.mark.parametrize(
    ("day", "status"),
    [(date(2024, 2, 19), None), (date(2024, 2, 20), "required"), (date(2024, 2, 21), "required")],
)
def test_a_reader_in_russia_is_warned_from_the_day_of_the_listing(
    checker: Checker, day: date, status: str | None
) -> None:
    found = notice(checker.check(article(), Reader(country="RU"), as_of=day))
    assert (found.status if found else None) == status


@cases(CERTAIN)
def test_a_reader_known_to_be_at_risk_gets_the_notice_as_required(checker: Checker, reader: Reader) -> None:
    found = required(checker.check(article(), reader, as_of=DAY))
    assert (found.status, found.display, found.unknowns) == ("required", "show", ())


@cases(UNKNOWN)
def test_a_reader_whose_place_is_doubtful_gets_the_notice_as_possible(checker: Checker, reader: Reader) -> None:
    answer = checker.check(article(), reader, as_of=DAY)
    found = required(answer)
    assert (found.status, found.display) == ("possible", "show")
    assert found.unknowns == ("reader.location",)
    assert "reader.location" in answer.unknowns
    assert NOTICE not in [review.id for review in answer.reviews]
    assert [each.id for each in answer.notices if each.display == "show"] == [NOTICE]


def test_a_check_without_a_reader_is_a_check_of_an_unknown_reader(checker: Checker) -> None:
    answer = checker.check(article(), as_of=DAY)
    assert required(answer).status == "possible"
    assert answer.location.anywhere


@cases(SAFE)
def test_a_reader_known_to_be_elsewhere_gets_no_notice(checker: Checker, reader: Reader) -> None:
    answer = checker.check(article(), reader, as_of=DAY)
    assert answer.notices == ()
    assert answer.unknowns == ()


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_the_publisher_may_be_written_in_any_way(checker: Checker, publisher: str) -> None:
    answers = [
        checker.check(article(publisher), reader, as_of=DAY)
        for reader in (Reader(country="RU"), Reader(country="UA"), Reader(country="US"))
    ]
    statuses = [found.status if found else None for found in map(notice, answers)]
    assert statuses == ["required", "possible", None]
    for answer in answers[:2]:
        assert required(answer).text.startswith("Radio Free Europe/Radio Liberty has been declared")


def test_the_url_alone_names_the_publisher(checker: Checker) -> None:
    page = article(None, url="https://www.rferl.org/a/x.html")
    assert required(checker.check(page, Reader(country="RU"), as_of=DAY)).status == "required"


def test_the_designation_of_a_parent_reaches_a_service_with_a_file_of_its_own(checker: Checker) -> None:
    found = required(checker.check(article("svaboda.org"), Reader(country="RU"), as_of=DAY))
    assert found.status == "required"
    assert found.text.startswith("Radio Svaboda has been declared")


def test_the_day_of_serving_counts_and_not_the_day_of_the_article(checker: Checker) -> None:
    old, new = article(), Content(publisher="rferl.org", date_published="2026-01-01")
    for page in (old, new):
        assert notice(checker.check(page, Reader(country="RU"), as_of=date(2024, 2, 19))) is None
        assert notice(checker.check(page, Reader(country="RU"), as_of=date(2024, 2, 21))) is not None


def test_the_notice_says_what_is_known_and_leaves_the_passport_to_its_words(checker: Checker) -> None:
    found = required(checker.check(article(), Reader(country="RU"), as_of=DAY))
    assert (found.purpose, found.severity, found.placement) == ("reader-safety", "alert", "footer")
    assert "hold a Russian passport" in found.text
    assert "undesirable organization" in found.text
    assert [each.component for each in found.effects] == ["share", "like", "comment", "save", "contact"]
    assert found.html.startswith('<aside role="note" class="notice notice-alert" lang="en" dir="ltr"><p>')


def test_the_notice_says_which_facts_and_which_law_it_rests_on(checker: Checker) -> None:
    found = required(checker.check(article(), Reader(country="RU"), as_of=DAY))
    (because,) = found.because
    assert (because.rule, because.status) == (NOTICE, "required")
    facts = {each.fact: each for each in because.facts}
    assert facts.keys() == {"publisher.designated_as", "reader.location"}
    assert {each.truth for each in because.facts} == {"true"}
    assert "`rfe-rl` is declared in `ru/undesirable-organization`" in facts["publisher.designated_as"].detail
    assert "listed on 2024-02-20" in facts["publisher.designated_as"].detail
    assert {basis.article for basis in because.legal_basis} >= {"20.33", "284.1"}
    assert all(basis.href and basis.confidence for basis in because.legal_basis)


def test_a_declared_publisher_that_nobody_designated_gets_no_notice(checker: Checker) -> None:
    answer = checker.check(article("example-daily.org"), Reader(country="RU"), as_of=DAY)
    assert (answer.notices, answer.reviews, answer.advice, answer.stale) == ((), (), (), ())


@pytest.mark.parametrize("page", [article("some-site.example"), article(None, url="https://some-site.example/a")])
def test_the_notice_of_a_publisher_that_nobody_declared_is_held_for_review(checker: Checker, page: Content) -> None:
    answer = checker.check(page, Reader(country="RU"), as_of=DAY)
    found = required(answer)
    assert (found.status, found.display) == ("possible", "hold")
    assert found.unknowns == ("publisher.designated_as",)
    assert NOTICE in [review.id for review in answer.reviews]
    assert any("declare it once" in line for line in answer.advice)
    assert all((each.display, each.html) == ("hold", "") for each in answer.notices)
    assert "publisher.title" in found.unresolved


def test_a_page_without_any_publisher_is_held_too_and_the_advice_is_to_name_one(checker: Checker) -> None:
    answer = checker.check(Content(text="words"), Reader(country="RU"), as_of=DAY)
    assert required(answer).display == "hold"
    assert any("name it" in line and "declare it once" in line for line in answer.advice)


def test_a_reviewers_verdict_comes_back_as_a_fact_and_settles_it(checker: Checker) -> None:
    for verdict, status in (("nothing", None), ("ru/undesirable-organization", "required")):
        page = Content(publisher="some-site.example", facts={"publisher.designated_as": [verdict]})
        answer = checker.check(page, Reader(country="RU"), as_of=DAY)
        found = notice(answer)
        assert (found.status if found else None) == status
        assert not answer.reviews
        assert not answer.advice


FRESH_UNTIL = date(2026, 10, 22)


def test_absence_from_a_fresh_register_means_no_and_from_an_old_copy_nobody_knows(checker: Checker) -> None:
    page, reader = article("example-daily.org"), Reader(country="RU")
    fresh = checker.check(page, reader, as_of=FRESH_UNTIL)
    assert notice(fresh) is None
    assert fresh.stale == ()
    old = checker.check(page, reader, as_of=date(2026, 10, 23))
    assert (required(old).status, required(old).display) == ("possible", "hold")
    assert [(each.register, each.fresh_until) for each in old.stale] == [("ru/undesirable-organization", FRESH_UNTIL)]
    assert old.advice == ()


def test_presence_in_a_register_does_not_lapse_because_the_copy_grew_old(checker: Checker) -> None:
    answer = checker.check(article(), Reader(country="RU"), as_of=date(2030, 1, 1))
    assert required(answer).status == "required"
    assert answer.stale == ()


def test_a_designation_that_was_decided_but_not_listed_has_no_effect_yet(checker: Checker) -> None:
    reader = Reader(country="RU")
    for day, is_there in ((date(2025, 12, 15), False), (date(2025, 12, 16), True)):
        answer = checker.check(article("dw.com"), reader, as_of=day)
        assert (notice(answer) is not None) is is_there


@pytest.mark.parametrize(
    ("languages", "language", "direction"),
    [((), "en", "ltr"), (("ru",), "ru", "ltr"), (("uk-UA", "ru"), "uk", "ltr"), (("fr", "ru"), "ru", "ltr")],
)
def test_the_words_are_in_the_first_language_that_the_reader_reads_and_the_rule_has(
    checker: Checker, languages: tuple[str, ...], language: str, direction: str
) -> None:
    found = required(checker.check(article(), Reader(country="RU"), languages=languages, as_of=DAY))
    assert (found.language, found.direction) == (language, direction)
    assert f'lang="{language}" dir="{direction}"' in found.html


def test_no_language_ever_drops_the_notice(checker: Checker) -> None:
    for languages in (("xx",), ("zh-Hant-TW", "ar"), ("*",), ("",), "ru"):
        found = required(checker.check(article(), Reader(country="RU"), languages=languages, as_of=DAY))
        assert found.language == ("ru" if languages == "ru" else "en")
