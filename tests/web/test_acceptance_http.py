"""The model case over HTTP, by a real server: who gets the notice, with what status, and what is said of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.web.asking import ARTICLE, DAY, NOTICE, Asker, status_of
from tests.web.process import Service

BEFORE, AFTER = "2024-02-19", "2024-02-21"
READERS: dict[str, tuple[Any, str, str | None]] = {
    "Russia after the listing": ({"location": {"country": "RU"}}, AFTER, "required"),
    "Russia before the listing": ({"location": {"country": "RU"}}, BEFORE, None),
    "Crimea": ({"location": {"subdivision": "UA-43"}}, DAY, "required"),
    "Crimea with its country": ({"location": {"country": "UA", "subdivision": "UA-43"}}, DAY, "required"),
    "Sevastopol": ({"location": {"subdivision": "UA-40"}}, DAY, "required"),
    "partly controlled Donetsk": ({"location": {"subdivision": "UA-14"}}, DAY, "possible"),
    "Ukraine without a region": ({"location": {"country": "UA"}}, DAY, "possible"),
    "a vendor's word for not known": ({"location": {"country": "XX"}}, DAY, "possible"),
    "a private address": ({"address": "10.1.2.3"}, DAY, "possible"),
    "reader left out": (None, DAY, "possible"),
    "Kyiv": ({"location": {"subdivision": "UA-30"}}, DAY, None),
    "United States": ({"location": {"country": "US"}}, DAY, None),
    "an address that both sources place in Russia": ({"address": "95.165.0.1"}, DAY, "required"),
    "the same address as IPv6": ({"address": "::ffff:95.165.0.1"}, DAY, "required"),
    "an address that both sources place in the US": ({"address": "8.8.8.8"}, DAY, None),
    "an address on which the sources differ": ({"address": "5.255.255.70"}, DAY, "possible"),
    "an address in Ukraine": ({"address": "176.36.0.1"}, DAY, "possible"),
    "the address of the connection, which is local": ({"from": "request"}, DAY, "possible"),
}
ADDRESSES = ("95.165.0.1", "8.8.8.8", "5.255.255.70", "176.36.0.1", "10.1.2.3", "127.0.0.1")


@pytest.mark.parametrize("case", READERS)
def test_the_notice_has_the_status_that_the_readers_place_and_the_day_give_it(service: Service, case: str) -> None:
    reader, day, status = READERS[case]
    question = {"content": ARTICLE, "as_of": day, **({"reader": reader} if reader else {})}
    reply = service.check(question)
    assert reply.status == 200
    answer = reply.json
    assert (status_of(answer), answer["as_of"], answer["preview"]) == (status, day, True)
    (notice,) = [each for each in answer["notices"] if each["id"] == NOTICE] or [None]
    if notice is not None:
        assert notice["display"] == "show"
        assert notice["unknowns"] == (["reader.location"] if status == "possible" else [])
        assert set(notice["unknowns"]) <= set(answer["unknowns"])
    assert not [each for each in ADDRESSES if each in reply.body.decode() + str(reply.headers) + service.logged()]


@pytest.mark.parametrize(
    "publisher", ["rferl.org", "https://www.rferl.org/a/x.html", "RFE/RL", "rfe-rl", "Радио Свобода", "svoboda.org"]
)
def test_the_publisher_may_be_a_domain_a_url_a_name_or_an_id(asker: Asker, publisher: str) -> None:
    content = {**ARTICLE, "publisher": publisher}
    for place, status in (("RU", "required"), ("UA", "possible"), ("US", None)):
        assert status_of(asker.answer({"location": {"country": place}}, content=content)) == status


def test_a_declared_publisher_that_nobody_designated_has_no_notice(asker: Asker) -> None:
    answer = asker.answer({"location": {"country": "RU"}}, content={**ARTICLE, "publisher": "example-daily.org"})
    assert (answer["notices"], answer["reviews"], answer["advice"]) == ([], [], [])


def test_the_notice_of_a_publisher_that_nobody_declared_is_held_for_review(asker: Asker) -> None:
    answer = asker.answer({"location": {"country": "RU"}}, content={**ARTICLE, "publisher": "some-site.example"})
    (notice,) = [each for each in answer["notices"] if each["id"].startswith("ru-undesirable")]
    assert (notice["status"], notice["display"]) == ("possible", "hold")
    assert notice["id"] in [each["id"] for each in answer["reviews"]]
    assert any("declare it once" in line for line in answer["advice"])


def test_an_answer_without_a_day_is_about_now_and_no_preview(service: Service) -> None:
    answer = service.check({"content": ARTICLE, "reader": {"location": {"country": "RU"}}}).json
    assert (status_of(answer), answer["preview"]) == ("required", False)


def test_many_callers_at_once_get_their_own_answers(service: Service) -> None:
    expected = {"RU": "required", "UA": "possible", "US": None}
    places = list(expected) * 30

    def ask(country: str) -> str | None:
        return status_of(service.check({"content": ARTICLE, "reader": {"location": {"country": country}}}).json)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, places)) == [expected[country] for country in places]
