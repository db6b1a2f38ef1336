"""What is believed of a content delivery network: what an operator named, and nothing that does not fit it."""

from __future__ import annotations

import pytest

from compliance.config import Settings
from compliance.errors import ConfigError
from tests.test_config import SOURCES, Source, shown_as

NETWORK: dict[str, object] = {"trusted_proxies": ["192.0.2.1"]}
NO_NAME = "which is no name of a header such as `country=x-geo-country`"
NOTHING = "which is nothing that a CDN tells"
OF_THE_EDGE = "which tells where the CDN was reached, not where the reader is"


@pytest.mark.parametrize(
    ("given_", "told"),
    [
        ({"cdn": "cloudflare"}, {"country": "cf-ipcountry"}),
        ({"cdn": "CloudFlare"}, {"country": "cf-ipcountry"}),
        (
            {"cdn": "cloudflare", "cdn_headers": ["Country", "region"]},
            {"country": "cf-ipcountry", "region": "cf-region-code"},
        ),
        ({"cdn": "google"}, {"country": "x-appengine-country"}),
        (
            {"cdn": "google", "cdn_headers": "country=X-Geo-Country, region=x-geo-region"},
            {"country": "x-geo-country", "region": "x-geo-region"},
        ),
        ({"cdn": "akamai"}, {"edgescape": "x-akamai-edgescape"}),
        ({"cdn": "netlify", "cdn_headers": ["geo"]}, {"geo": "x-nf-geo"}),
        ({"cdn": "fastly", "cdn_headers": ["country=x-a", "proxy_type=x-b"]}, {"country": "x-a", "proxy_type": "x-b"}),
        ({"cdn": "custom", "cdn_headers": ["country=x-a"]}, {"country": "x-a"}),
        ({"cdn": "fly", "client_address": "fly-client-ip"}, {}),
        ({"client_address": "x-real-ip"}, {}),
    ],
)
def test_of_what_a_cdn_tells_only_what_is_named_is_believed(given_: dict[str, object], told: dict[str, str]) -> None:
    assert dict(Settings.of({**NETWORK, **given_}).told) == told


@SOURCES
@pytest.mark.parametrize(
    ("name", "written", "wrong"),
    [
        ("cdn", "cloudfare", "names `cloudfare`, which is no CDN that is known here; the nearest is `cloudflare`"),
        ("cdn_headers", "contry", f"names `contry`, {NOTHING}; the nearest is `country`"),
        ("cdn_headers", "country=x_geo", f"names `country=x_geo`, {NO_NAME}"),
        ("cdn_headers", "country=", f"names `country=`, {NO_NAME}"),
        ("cdn_headers", "country=Fly-Region", f"names `country=Fly-Region`, {OF_THE_EDGE}"),
        ("cdn_headers", "city=x-forwarded-for", "names `city=x-forwarded-for`, which holds addresses"),
        ("cdn_headers", "country,region,country", "names `country` twice"),
        ("cdn_headers", "country=x-a,region=X-A", "names `x-a` twice"),
        ("cdn_headers", "contry,city=", f"names `contry`, {NOTHING}; the nearest is `country`; `city=`, {NO_NAME}"),
    ],
)
def test_what_no_cdn_tells_is_an_error_with_the_nearest(
    source: Source, shown: str, name: str, written: str, wrong: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        source(name, written)
    assert str(raised.value) == f"{shown_as(shown, name)} {wrong}"


def test_an_unknown_cdn_that_is_near_none_is_answered_with_all() -> None:
    with pytest.raises(
        ConfigError, match="use akamai, cloudflare, cloudfront, custom, fastly, fly, google, netlify, ver"
    ):
        Settings.of({"cdn": "zzz"})


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        (
            {"trusted_proxies": [], "cdn": "cloudflare"},
            "`cdn` is believed from your proxies only: set `trusted_proxies`",
        ),
        (
            {"cdn": "fly"},
            "`trusted_proxies` says who is believed, and not what: set `client_address` to the header that",
        ),
        (
            {"cdn_headers": ["country"], "client_address": "x-real-ip"},
            "`cdn_headers` says what a CDN tells: set `cdn`",
        ),
        (
            {"cdn": "fastly"},
            "`fastly` has no headers of its own: set `cdn_headers` to yours, as `country=x-geo-country`",
        ),
        ({"cdn": "custom"}, "`custom` has no headers of its own"),
        ({"cdn": "fastly", "cdn_headers": ["country"]}, "`fastly` has no header for `country`: write in which of your"),
        (
            {"cdn": "fly", "cdn_headers": ["country"]},
            "`fly` has no header for `country`: it tells nothing of the reader",
        ),
        (
            {"cdn": "vercel", "cdn_headers": ["country", "geo"]},
            "`vercel` has no header for `geo`: it tells country, region",
        ),
        ({"cdn": "vercel", "cdn_headers": ["country=x-a"]}, "`cdn_headers` names a header for `country`, but those of"),
        (
            {"cdn": "vercel", "cdn_headers": ["city"]},
            "`cdn_headers` needs `country` too: without it nothing else counts",
        ),
        (
            {"cdn": "vercel", "cdn_headers": ["country", "latitude"]},
            "`cdn_headers` needs `latitude` and `longitude` to",
        ),
    ],
)
def test_what_is_believed_of_a_cdn_fits_it(given_: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        Settings.of({**NETWORK, **given_})
    assert str(raised.value).startswith(said)
