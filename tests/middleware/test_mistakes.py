"""Mistakes of whoever sets middleware or a client up are told where they are made, with what to write instead."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client as Browser

from compliance import Checker, ConfigError
from compliance.client import AsyncClient, Client, Told
from compliance.middleware import AsgiNotices, ProxyTrust, WsgiNotices
from compliance.middleware.mistakes import MOST_TOLD, Mistakes
from tests.middleware import django_site
from tests.middleware.sites import NAME, RUSSIA, Broken, flask_site

WRONG: dict[str, tuple[Any, str]] = {
    "trust": ("127.0.0.1", "`ProxyTrust()`"),
    "page": ("x", "a function"),
    "publisher": (5, "a domain, URL, name or id"),
    "languages": ("ru", '`["ru", "en"]`'),
    "source": ("http://127.0.0.1:8000", "`Checker.open()`"),
}


def application(*_: Any) -> Any:
    """Answers nothing."""


@pytest.mark.parametrize("middleware", [WsgiNotices, AsgiNotices])
@pytest.mark.parametrize("name", WRONG)
def test_an_argument_of_another_kind_ends_the_start_with_words_and_help(
    checker: Checker, middleware: Any, name: str
) -> None:
    value, help_ = WRONG[name]
    with pytest.raises(ConfigError) as caught:
        middleware(application, **{"source": checker, name: value})
    [line] = str(caught.value).splitlines()
    assert line.startswith(f"`{name}` ")
    assert help_ in line
    assert not {"str", "int", "type", "NoneType"} & set(line.split())


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        WsgiNotices(application, **{name: value for name, (value, _) in WRONG.items()})
    assert len(str(caught.value).splitlines()) == len(WRONG)


@pytest.mark.parametrize("source", [Checker, Client, None, 5, object()])
def test_a_source_that_cannot_be_asked_is_refused(source: Any) -> None:
    with pytest.raises(ConfigError, match="`source`"):
        WsgiNotices(application, source)


@pytest.mark.parametrize("publisher", ["", "  "])
def test_a_publisher_without_a_name_is_refused(checker: Checker, publisher: str) -> None:
    with pytest.raises(ConfigError, match="`publisher` is no name"):
        WsgiNotices(application, checker, publisher=publisher)


def test_arguments_in_the_wrong_order_are_refused(checker: Checker) -> None:
    with pytest.raises(ConfigError, match="give the site first"):
        WsgiNotices(checker, application)  # type: ignore[arg-type]


def test_what_is_right_is_taken(checker: Checker) -> None:
    right: dict[str, Any] = {"publisher": "rferl.org", "page": lambda _: None, "languages": ["ru"]}
    WsgiNotices(application, checker, trust=ProxyTrust(), **right)
    WsgiNotices(application, Broken(), languages=())


# -- the site's own function -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ({"facts": {"content.knd": "article"}}, "the nearest is `content.kind`"),
        ({"pubisher": "rferl.org"}, "the nearest is `publisher`"),
        (7, "this is no page"),
    ],
)
def test_what_the_function_of_a_site_gets_wrong_is_told_once_with_the_nearest_name(
    checker: Checker, caplog: pytest.LogCaptureFixture, page: Any, words: str
) -> None:
    site = Browser(WsgiNotices(flask_site(), checker, publisher="rferl.org", page=lambda _: page))
    with caplog.at_level(logging.ERROR):
        assert all(NAME in site.get("/page").text for _ in range(3))
    [record] = caplog.records
    assert words in record.getMessage()
    assert "RequestError" not in record.getMessage()


def test_an_address_in_what_the_function_gives_is_not_told(checker: Checker, caplog: pytest.LogCaptureFixture) -> None:
    page = {RUSSIA: 1, "facts": {f"content.{RUSSIA}": "x"}}
    Browser(WsgiNotices(flask_site(), checker, page=lambda _: page)).get("/page")
    assert caplog.records
    assert RUSSIA not in caplog.text


def test_what_breaks_otherwise_is_told_by_its_kind_for_each_page(
    checker: Checker, caplog: pytest.LogCaptureFixture
) -> None:
    def page(_: object) -> Any:
        raise KeyError(RUSSIA)

    site = Browser(WsgiNotices(flask_site(), checker, publisher="rferl.org", page=page))
    for _ in range(2):
        site.get("/page")
    assert [each.getMessage().rpartition(" ")[2] for each in caplog.records] == ["KeyError", "KeyError"]
    assert RUSSIA not in caplog.text


def test_what_a_service_could_not_understand_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    class Refuses:
        def check(self, *_: object, **__: object) -> Told:
            return Told(answer=None, because="it refuses", problems=("content.facts: unknown fact `content.knd`",))

    site = Browser(WsgiNotices(flask_site(), Refuses(), publisher="rferl.org"))
    for _ in range(2):
        site.get("/page")
    assert ["content.knd" in each.getMessage() for each in caplog.records] == [True]


def test_so_many_different_mistakes_are_told_and_no_more(caplog: pytest.LogCaptureFixture) -> None:
    mistakes = Mistakes()
    for number in range(3 * MOST_TOLD):
        mistakes.not_understood([f"unknown key `k{number}`"])
    assert len(caplog.records) == MOST_TOLD


# -- Django ------------------------------------------------------------------------------------------------


@pytest.fixture
def settings(checker: Checker) -> Iterator[Any]:
    """The settings of a site in Django, which are as before afterwards."""
    from django.conf import settings as found  # noqa: PLC0415 - it has to be set up first

    django_site.application(checker)
    before = found.COMPLIANCE_NOTICES
    yield found
    found.COMPLIANCE_NOTICES = before


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ({"sorce": 1}, ["`COMPLIANCE_NOTICES.sorce` is no argument: the nearest is `source`", "names no `source`"]),
        ({}, ["names no `source`: give such as"]),
        (None, ["names no `source`: give such as"]),
        ({"source": Broken(), "trust": "x"}, ["`trust` says"]),
    ],
)
def test_django_is_told_of_each_slip_in_its_settings_at_the_start_and_by_its_checks(
    settings: Any, given_: Any, words: list[str]
) -> None:
    from compliance.middleware.django import check_settings, notices  # noqa: PLC0415

    settings.COMPLIANCE_NOTICES = given_
    with pytest.raises(ConfigError) as caught:
        notices(application)
    found = [each.msg for each in check_settings()]
    assert found == str(caught.value).splitlines()
    assert len(found) == len(words)
    assert all(part in line for part, line in zip(words, found, strict=True))


def test_django_asks_for_the_check_and_finds_nothing_where_all_is_well(settings: Any) -> None:
    from django.core.checks import registry  # noqa: PLC0415

    from compliance.middleware.django import check_settings  # noqa: PLC0415

    assert settings.COMPLIANCE_NOTICES["source"]
    assert check_settings in registry.registry.get_checks()
    assert check_settings() == []


def test_django_under_wsgi_is_given_no_client_that_does_not_wait(settings: Any) -> None:
    from compliance.middleware.django import notices  # noqa: PLC0415

    settings.COMPLIANCE_NOTICES = {"source": AsyncClient("http://127.0.0.1:1", verify=False)}
    with pytest.raises(ConfigError, match="no `AsyncClient`"):
        notices(application)


# -- the client --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("client", [Client, AsyncClient])
@pytest.mark.parametrize(
    "url",
    [
        *("", "nosuch", "127.0.0.1:8000", "ftp://a.example", "http://", "http://a b", "http://a:0", "http://a:x"),
        *("http://é.example", "http://[", None, 7),
    ],
)
def test_a_client_is_refused_what_is_no_address_of_a_service(client: Any, url: Any) -> None:
    with pytest.raises(ConfigError, match="`base_url` is no address"):
        client(url)


@pytest.mark.parametrize("key", ["ck_ü", "ck_a\nb", "", " ", 7])
def test_a_key_with_other_signs_is_refused_and_not_said_back(key: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        Client("http://127.0.0.1:1", key)
    [line] = str(caught.value).splitlines()
    assert line.startswith("`key` has signs that no key has")
    assert "ck_" not in line


@pytest.mark.parametrize("name", ["timeout", "retries", "pause"])
@pytest.mark.parametrize("value", [-1, "2", None, float("nan"), float("inf"), True])
def test_a_number_that_is_none_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=f"`{name}` is no number"):
        Client("http://127.0.0.1:1", **{name: value})


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=60))
def test_a_key_of_visible_signs_is_taken(key: str) -> None:
    Client("http://127.0.0.1:1", key, verify=False).close()


@pytest.mark.parametrize("missing", ["httpx", "anyio"])
def test_without_its_extra_the_client_says_what_to_install(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    for name in [each for each in sys.modules if each.startswith("compliance.client")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install \"\.\[client\]\""):
        __import__("compliance.client")
