"""Coordinates that a CDN tells: only those of a city or region are a place, not the centre of a country."""

from __future__ import annotations

import pytest

from compliance.geo.cdn_headers import CITY_KM
from tests.geo.test_cdn_headers import AT, CF_POINT, EAST, EDGE, NORTH, SIMFEROPOL, geo, read


@pytest.mark.parametrize(
    "word",
    [
        *(
            "",
            "-",
            "--",
            "?",
            "**",
            ".",
            "0",
            "N/A",
            "n/a",
            "NA",
            "none",
            "(none)",
            "null",
            "(null)",
            "nil",
            "undefined",
        ),
        *(
            "unknown",
            "(unknown)",
            "Unknown City",
            "no region",
            "reserved",
            "XX",
            "%3F",
            "%253F",
            "%2D",
            "N%2FA",
            "%E2%80%93",
        ),
        *("\\u003f", "un\\u006bnown", "%{client.geo.city}", "$geoip_city", "{client_city}"),
    ],
)
def test_what_stands_for_no_city_leaves_the_country_without_its_centre(word: str) -> None:
    country = ("CF-IPCountry: UA", *CF_POINT)
    for headers in ([f"cf-ipcity: {word}"], [f"cf-ipcity: {word}", f"cf-region-code: {word}", f"cf-region: {word}"]):
        assert read("cloudflare", *country, *headers) == read("cloudflare", "CF-IPCountry: UA")
    edge = f"{EDGE}country_code=UA,region_code={word},city={word},lat={NORTH},long={EAST}"
    assert read("akamai", edge) == read("akamai", "X-Akamai-Edgescape: country_code=UA")
    assert read("netlify", geo(country={"code": "UA"}, city=word, **AT)).point is None


@pytest.mark.parametrize("city", ["Simferopol", "Simferopol%E2%80%B2", "Oleks\\u0430ndriia", "Київ", "St. John's"])
def test_a_city_counts_in_any_writing(city: str) -> None:
    point = read("cloudflare", "CF-IPCountry: UA", *CF_POINT, f"cf-ipcity: {city}").point
    assert point is not None
    assert point.radius_km == CITY_KM


def test_a_region_that_no_table_knows_says_nothing_of_the_coordinates_beside_it() -> None:
    for headers in (["cf-region-code: 99"], ["cf-region: Nowhere"], ["cf-region-code: x", "cf-region: y"]):
        assert read("cloudflare", "CF-IPCountry: UA", *CF_POINT, *headers).point is None


def test_coordinates_are_north_first() -> None:
    for headers in (("CF-IPCountry: UA", *CF_POINT, "cf-ipcity: x"), (geo(**SIMFEROPOL, **AT),)):
        point = read("netlify" if len(headers) == 1 else "cloudflare", *headers).point
        assert point is not None
        assert (point.latitude, point.longitude) == (NORTH, EAST)
    more = (
        "X-Appengine-Country: US",
        "X-Appengine-City: mountain view",
        "X-Appengine-CityLatLong: 37.386051,-122.083851",
    )
    point = read("google", *more).point
    assert point is not None
    assert (point.latitude, point.longitude) == (37.386051, -122.083851)
