"""Where `{"from": "request"}` is when a CDN tells it beside the address, over WSGI and over sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance import Checker
from compliance.config import Settings
from compliance.geo.client_address import ProxyTrust
from compliance.setting_values import CDNS, SINGLES
from compliance.web.app import create_app
from tests.tiny import written
from tests.web.asking import ARTICLE, DAY, status_of
from tests.web.process import Service, head, serving

IN_RUSSIA, IN_AMERICA = "95.165.0.1", "8.8.8.8"
PROXY, STRANGER = "127.0.0.1", "95.165.0.9"
QUESTION = {"content": ARTICLE, "as_of": DAY, "reader": {"from": "request"}}
FINE = ["country", "region", "city", "latitude", "longitude", "time_zone"]
HEADERS = sorted({name for known in CDNS.values() for name in known.values()} | {*SINGLES, "forwarded", "fly-region"})


def trusting(cdn: str | None = "cloudflare", **more: object) -> ProxyTrust:
    named = {} if cdn is None else {"cdn": cdn}
    told = {"client_address": "x-forwarded-for", **named, **more}
    return ProxyTrust.of(Settings.of({"trusted_proxies": [PROXY], **{k: v for k, v in told.items() if v is not None}}))


@cache
def application(checker: Checker, trust: ProxyTrust | None) -> Flask:
    """One for each way to trust: what it has answered changes nothing that it answers."""
    return create_app(checker, trust=trust)


def asked(checker: Checker, trust: ProxyTrust | None, peer: str, headers: Any, question: Any = QUESTION) -> Any:
    client = application(checker, trust).test_client()
    response = client.post("/v1/check", json=question, headers=headers, environ_base={"REMOTE_ADDR": peer})
    assert response.status_code == 200
    return response.json


def places(answer: Any) -> set[str] | None:
    """Where the reader may be; None for anywhere."""
    return None if answer["location"]["anywhere"] else set(answer["location"]["places"])


def test_what_a_cdn_tells_is_joined_with_what_the_address_says(checker: Checker) -> None:
    for country, address, expected in (
        ("US", IN_AMERICA, {"US"}),
        ("CA", IN_AMERICA, {"CA", "US"}),
        ("US", None, None),
        ("XX", IN_AMERICA, None),
        ("T1", IN_AMERICA, None),
        ("", IN_AMERICA, None),
        ("US, US", IN_AMERICA, None),
        (None, IN_AMERICA, {"US"}),
    ):
        headers = {} if country is None else {"CF-IPCountry": country}
        headers |= {} if address is None else {"X-Forwarded-For": address}
        assert places(asked(checker, trusting(), PROXY, headers)) == expected


def test_russia_is_not_ruled_out_by_a_cdn_that_names_another_country(checker: Checker) -> None:
    answer = asked(checker, trusting(), PROXY, {"X-Forwarded-For": IN_RUSSIA, "CF-IPCountry": "US"})
    assert "RU" in (places(answer) or ())
    assert status_of(answer) == "possible"


def test_without_an_address_a_cdn_that_is_named_places_the_reader_alone(checker: Checker) -> None:
    alone = trusting(client_address=None)
    assert status_of(asked(checker, alone, PROXY, {"CF-IPCountry": "RU"})) == "required"
    assert status_of(asked(checker, alone, PROXY, {"CF-IPCountry": "US"})) is None
    assert status_of(asked(checker, alone, PROXY, {"CF-IPCountry": "XX"})) == "possible"
    assert status_of(asked(checker, alone, PROXY, {})) == "possible"
    assert status_of(asked(checker, alone, STRANGER, {"CF-IPCountry": "US"})) == "possible"


def test_regions_and_coordinates_count_only_where_they_are_named(checker: Checker) -> None:
    told = {"X-Forwarded-For": IN_AMERICA, "CF-IPCountry": "UA", "CF-Region-Code": "46", "CF-IPCity": "Lviv"}
    assert places(asked(checker, trusting(), PROXY, told)) == {"UA", "US"}
    assert places(asked(checker, trusting(cdn_headers=FINE), PROXY, told)) == {"UA-46", "US"}


def test_a_place_in_the_body_is_the_place_whatever_a_cdn_tells(checker: Checker) -> None:
    for reader in ({"location": {"country": "RU"}}, {"address": IN_RUSSIA}):
        question = {**QUESTION, "reader": reader}
        told = {"X-Forwarded-For": IN_AMERICA, "CF-IPCountry": "US"}
        assert status_of(asked(checker, trusting(), PROXY, told, question)) == "required"
    assert places(asked(checker, trusting(), PROXY, {"CF-IPCountry": "US"}, {**QUESTION, "reader": {}})) is None


texts = st.sampled_from(["UA", "US", "RU", "XX", "T1", "", "43", "44.9", "US-CA", IN_AMERICA, "Kyiv", "vpn", "US, UA"])
told = st.dictionaries(st.sampled_from(HEADERS), texts, max_size=4)


@settings(max_examples=40)
@given(told, st.sampled_from(["cloudflare", "cloudfront", "vercel", "netlify", "akamai", "google"]))
def test_whatever_a_peer_that_is_no_proxy_sends_naming_a_cdn_changes_nothing(
    checker: Checker, headers: dict[str, str], cdn: str
) -> None:
    for peer in (STRANGER, IN_AMERICA):
        plain, direct = asked(checker, trusting(None), peer, headers), asked(checker, trusting(cdn), peer, {})
        found = asked(checker, trusting(cdn), peer, headers)
        assert found["location"] == plain["location"]
        assert places(found) in (None, places(direct))
        assert {each["id"] for each in direct["notices"]} <= {each["id"] for each in found["notices"]}


@settings(max_examples=40)
@given(told)
def test_through_a_proxy_no_header_counts_that_was_not_named(checker: Checker, headers: dict[str, str]) -> None:
    named = {"X-Forwarded-For": IN_AMERICA, "CF-IPCountry": "CA"}
    others = {name: value for name, value in headers.items() if name != "cf-ipcountry"}
    assert places(asked(checker, trusting(), PROXY, {**others, **named})) == {"CA", "US"}


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service behind Cloudflare and a proxy on this machine."""
    where: Path = tmp_path_factory.mktemp("cdn")
    toml = where / "compliance.toml"
    lines = ('trusted_proxies = ["127.0.0.0/8"]', 'client_address = "x-forwarded-for"', 'cdn = "cloudflare"')
    toml.write_text("\n".join((*lines, 'cdn_headers = ["country", "region"]')), encoding="utf-8")
    with serving(where / "log", "--config", str(toml), "--rules", str(written(where / "rules"))) as service:
        yield service


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("CF-IPCountry: CA",), {"CA", "US"}),
        (("cf-ipcountry:CA\t",), {"CA", "US"}),
        (("CF-IPCountry: CA", "CF-Region-Code: QC"), {"CA-QC", "US"}),
        (("CF-IPCountry: CA", "CF-Region-Code: QC", "CF-Region-Code: ON"), {"CA", "US"}),
        (("CF-IPCountry: CA", "CF_IPCountry: US", "CF-IP_Country: US"), {"CA", "US"}),
        (("CF_IPCountry: CA",), {"US"}),
        (("CF-IPCountry: CA", "CF-IPCountry: US"), None),
        (("CF-IPCountry: CA", "CF-IPCountry: CA"), None),
        (("CF-IPCountry:", "CF-IPCountry: CA"), None),
        (("CF-IPCountry: \xc3\x9f",), None),
        (("CF-IPCountry: CA", "X-Forwarded-For: unknown"), None),
    ],
)
def test_over_the_wire_a_cdn_tells_each_thing_once(
    proxied: Service, lines: tuple[str, ...], expected: set[str] | None
) -> None:
    body = json.dumps(QUESTION).encode()
    sent = (f"X-Forwarded-For: {IN_AMERICA}", *lines, f"Content-Length: {len(body)}")
    reply = proxied.exchange(head("POST /v1/check HTTP/1.1", *sent) + body)
    assert reply.status == 200, reply.body
    assert places(reply.json) == expected
    assert proxied.logged() == ""
