"""Settings: what an operator may set, what it means, and what holds when nobody does.

Theory: settings are one frozen value, built from mappings that others read (a file, the environment,
flags), the later over the earlier. Nothing is read at import. A setting that nobody knows is an error and
not a wish that is silently ignored, least of all one that would have widened whom we trust.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Final, Self

from compliance.errors import ConfigError, nearest

PREFIX: Final = "COMPLIANCE_"
CHAINS: Final = ("x-forwarded-for", "forwarded")
"""Headers to which every proxy on the way appends whom it got the request from."""
SINGLES: Final = (
    *("cf-connecting-ip", "cloudfront-viewer-address", "fastly-client-ip", "fly-client-ip", "true-client-ip"),
    *("x-appengine-user-ip", "x-azure-socketip", "x-envoy-external-address", "x-nf-client-connection-ip", "x-real-ip"),
)
"""Headers in which one proxy names one address."""
UNIX: Final = "unix"
"""Stands in the list of trusted proxies for whoever connects through a unix socket and so has no address."""
MOST_HOPS: Final = 20
NO_CACHE: Final = "none"
"""Stands in the place of a directory where nothing is to be kept."""
CDNS: Final[Mapping[str, Mapping[str, str]]] = {
    "akamai": {"edgescape": "x-akamai-edgescape"},
    "cloudflare": {
        "country": "cf-ipcountry",
        "region": "cf-region-code",
        "region_name": "cf-region",
        "city": "cf-ipcity",
        "latitude": "cf-iplatitude",
        "longitude": "cf-iplongitude",
        "time_zone": "cf-timezone",
    },
    "cloudfront": {
        "country": "cloudfront-viewer-country",
        "region": "cloudfront-viewer-country-region",
        "region_name": "cloudfront-viewer-country-region-name",
        "city": "cloudfront-viewer-city",
        "latitude": "cloudfront-viewer-latitude",
        "longitude": "cloudfront-viewer-longitude",
        "time_zone": "cloudfront-viewer-time-zone",
    },
    "custom": {},
    "fastly": {},
    "fly": {},
    "google": {
        "country": "x-appengine-country",
        "region": "x-appengine-region",
        "city": "x-appengine-city",
        "coordinates": "x-appengine-citylatlong",
    },
    "netlify": {"country": "x-country", "geo": "x-nf-geo"},
    "vercel": {
        "country": "x-vercel-ip-country",
        "region": "x-vercel-ip-country-region",
        "city": "x-vercel-ip-city",
        "latitude": "x-vercel-ip-latitude",
        "longitude": "x-vercel-ip-longitude",
        "time_zone": "x-vercel-ip-timezone",
    },
}
"""What each content delivery network (CDN) tells of the reader's place, the country or all first, and in which header.

Source: see `compliance.geo.cdn_headers`.
"""
NAMED_BY_OPERATORS: Final = ("custom", "fastly", "google")
"""Where operators choose the headers, all of them or (Google's load balancer) others than those above."""
TOLD: Final = (
    *("country", "region", "region_name", "city", "latitude", "longitude", "coordinates", "time_zone"),
    *("proxy_type", "proxy_description", "edgescape", "geo"),
)
"""All that a CDN may tell."""
WHOLE: Final = ("country", "edgescape", "geo")
"""What names a country, without which nothing else counts."""
_OF_THE_EDGE: Final = ("cf-ray", "fly-region", "x-amz-cf-pop", "x-served-by", "x-vercel-id")
_HEADER: Final = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
_NETWORK: Final = re.compile(r"[0-9A-Fa-f:.]+(?:/[0-9]{1,3})?")
_SHORTEST_PREFIX: Final = {4: 8, 6: 20}
_LOCAL_6: Final = (IPv6Network("fc00::/7"), IPv6Network("fe80::/10"))
_MAPPED: Final = IPv6Network("::ffff:0:0/96")


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("text that is not empty")
    return value


def _whole(lowest: int, highest: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        is_digits = isinstance(value, str) and re.fullmatch("[0-9]{1,20}", value)
        number = int(value) if is_digits else value  # type: ignore[call-overload]
        if isinstance(number, bool) or not isinstance(number, int) or not lowest <= number <= highest:
            raise ValueError(f"a whole number from {lowest} to {highest}")
        return number

    return read


def _paths(value: object) -> tuple[str, ...]:
    """A list, or text with the paths separated by colons, as in PATH."""
    items = [each for each in value.split(":") if each] if isinstance(value, str) else value
    if not isinstance(items, Sequence) or not all(isinstance(each, str) and each for each in items):
        raise ValueError("a list of paths")
    return tuple(items)


class _WrongItemError(ValueError):
    """Says by itself what stands there instead."""


def _proxies(value: object) -> tuple[str, ...]:
    """A list, or text with the networks separated by commas or spaces; each once, in its shortest form."""
    items = [each for each in re.split(r"[\s,]+", value) if each] if isinstance(value, str) else value
    if not isinstance(items, Sequence) or not all(isinstance(each, str) for each in items):
        raise ValueError("a list of networks such as `10.0.0.0/8`")
    found: dict[str, None] = {}
    wrong = []
    for text in items:
        try:
            found[text if text == UNIX else str(_network(text))] = None
        except ValueError as error:
            wrong.append(f"`{text}`, which {error}")
    if wrong:
        raise _WrongItemError(f"names {'; '.join(wrong)}")
    return tuple(found)


def _network(text: str) -> IPv4Network | IPv6Network:
    """One network of proxies; one that a system writes as IPv6 (`::ffff:10.0.0.0/104`) is the IPv4 one."""
    try:
        found = ip_network(text, strict=False) if _NETWORK.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None:
        raise ValueError("is no network such as `10.0.0.0/8`")
    if int(ip_network(text.partition("/")[0])[0]) != int(found[0]):
        raise ValueError(f"begins in the middle of one: write `{found}`")
    if isinstance(found, IPv6Network) and found.subnet_of(_MAPPED):
        found = IPv4Network((int(found[0]) & 0xFFFF_FFFF, found.prefixlen - 96))
    is_local = isinstance(found, IPv6Network) and any(found.subnet_of(local) for local in _LOCAL_6)
    if found.prefixlen < _SHORTEST_PREFIX[found.version] and not is_local:
        raise ValueError("is wider than any network of proxies")
    return found


def _known(what: str, known: Sequence[str]) -> Callable[[object], str]:
    """Reads one of some names, in any letter case."""

    def read(value: object) -> str:
        text = _text(value)
        if text.lower() not in known:
            near = nearest(text, known)
            listed = f"; {near}" if near else f": use {', '.join(known)}"
            raise _WrongItemError(f"names `{text}`, which is no {what} that is known here{listed}")
        return text.lower()

    return read


def _cdn_headers(value: object) -> tuple[str, ...]:
    """A list, or text separated by commas or spaces, of what is told (`country`), perhaps with its header."""
    items = [each for each in re.split(r"[\s,]+", value) if each] if isinstance(value, str) else value
    if not isinstance(items, Sequence) or not all(isinstance(each, str) for each in items):
        raise ValueError("a list such as `country` or `country=x-geo-country`")
    found = [each.lower() for each in items]
    halves = [half for each in found for half in each.split("=")]
    wrong = [f"`{text}`, {why}" for text in items if (why := _wrong_told(text.lower()))]
    wrong += [f"`{half}` twice" for half in dict.fromkeys(halves) if halves.count(half) > 1]
    if wrong:
        raise _WrongItemError(f"names {'; '.join(wrong)}")
    return tuple(found)


def _wrong_told(item: str) -> str | None:
    told, is_named, header = item.partition("=")
    if told not in TOLD:
        near = nearest(told, TOLD)
        return "which is nothing that a CDN tells" + (f"; {near}" if near else f": use {', '.join(TOLD)}")
    if is_named and not _HEADER.fullmatch(header):
        return "which is no name of a header such as `country=x-geo-country`"
    if header in _OF_THE_EDGE:
        return "which tells where the CDN was reached, not where the reader is"
    return "which holds addresses" if header in (*CHAINS, *SINGLES) else None


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name, what holds without it, how it is read, and what it means."""

    name: str
    default: Any
    read: Callable[[object], Any]
    meaning: str


SETTINGS: Final = (
    Setting("rules_dir", None, _text, "directory of the rule files; without it, the rules that ship with the product"),
    Setting("host", "127.0.0.1", _text, "address that the service listens on"),
    Setting("port", 8000, _whole(0, 65535), "port that the service listens on; 0 takes a free one"),
    Setting("threads", 4, _whole(1, 256), "requests that are answered at once"),
    Setting("body_limit", 1_048_576, _whole(1024, 64 * 1024 * 1024), "largest request body, in bytes"),
    Setting("reload_seconds", 2, _whole(0, 3600), "how often the rule directory is looked at for changes; 0 is never"),
    Setting(
        "cache_dir",
        None,
        _text,
        f"where word forms are kept between starts; without it, the cache of the user; `{NO_CACHE}` keeps none",
    ),
    Setting("geo_databases", (), _paths, "MMDB files of your own, asked beside the ranges that ship with the product"),
    Setting("geo_overlays", (), _paths, "tables of your own that say of networks in which territories they are"),
    Setting(
        "geo_golden", None, _text, "table of addresses and of what a database has to say of them before it is used"
    ),
    Setting("trusted_proxies", (), _proxies, "networks of your proxies: only from them a header is believed"),
    Setting(
        "client_address", None, _known("header", (*CHAINS, *SINGLES)), "header in which they name the reader's address"
    ),
    Setting(
        "trusted_hops", None, _whole(1, MOST_HOPS), "how many proxies append to that header, if that is how to count"
    ),
    Setting(
        "cdn",
        None,
        _known("CDN", tuple(CDNS)),
        "content delivery network that tells your proxies, or is one, where the reader is",
    ),
    Setting("cdn_headers", (), _cdn_headers, "what of that it was set up to tell, if more than the country"),
)
"""Every setting that is read, in the order of the documentation."""

PLANNED: Final = ("data_dir", "workers", "evidence")
"""Settings of the design that nothing reads yet; to set one is an error, so that nobody relies on it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds after all mappings were read."""

    rules_dir: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 4
    body_limit: int = 1_048_576
    reload_seconds: int = 2
    cache_dir: str | None = None
    geo_databases: tuple[str, ...] = ()
    geo_overlays: tuple[str, ...] = ()
    geo_golden: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    client_address: str | None = None
    trusted_hops: int | None = None
    cdn: str | None = None
    cdn_headers: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[tuple[str, str], ...]:
        """What the CDN tells of the reader's place, each with the header that is believed.

        Without `cdn_headers` this is the country alone: what a CDN was not set up to write, most pass on as
        the reader wrote it.
        """
        known = CDNS.get(self.cdn or "", {})
        pairs = [each.partition("=") for each in self.cdn_headers or list(known)[:1]]
        return tuple((told, header or known.get(told, "")) for told, _, header in pairs)

    @classmethod
    def of(
        cls,
        file: Mapping[str, object] | None = None,
        environment: Mapping[str, str] | None = None,
        flags: Mapping[str, object] | None = None,
    ) -> Self:
        """The settings of a file, under those of the environment (`COMPLIANCE_PORT`), under those of flags.

        Raises:
            ConfigError: a setting is unknown, its value is not one of its kind, or it needs another one.
        """
        values: dict[str, object] = {}
        for name, value in (file or {}).items():
            values[name] = _read(name, value, f"`{name}`")
        for key, text in sorted((environment or {}).items()):
            if key.startswith(PREFIX):
                name = key.removeprefix(PREFIX).lower()
                values[name] = _read(name, text, f"`{key}`")
        for name, value in (flags or {}).items():
            if value is not None and value != ():
                values[name] = _read(name, value, f"`--{name.replace('_', '-')}`")
        settings = cls(**values)  # type: ignore[arg-type]
        if problem := _missing_beside(settings):
            raise ConfigError(problem)
        return settings


def _missing_beside(settings: Settings) -> str | None:
    """What is missing beside the settings that say whom to believe and what; None if nothing is.

    There is no header that is believed unless it is named: whichever it was, most proxies pass it on as the
    client wrote it.
    """
    if settings.trusted_hops is not None and settings.client_address not in CHAINS:
        return f"`trusted_hops` counts in a list: set `client_address` to `{'` or `'.join(CHAINS)}`"
    if settings.client_address is not None and not settings.trusted_proxies:
        return "`client_address` is believed from your proxies only: set `trusted_proxies` to their networks"
    if settings.cdn is not None and not settings.trusted_proxies:
        return "`cdn` is believed from your proxies only: set `trusted_proxies` to their networks"
    if problem := _wrong_for_cdn(settings):
        return problem
    if settings.trusted_proxies and settings.client_address is None and not settings.told:
        return (
            "`trusted_proxies` says who is believed, and not what: set `client_address` to the header that they "
            "write, or `cdn` to the one that tells where the reader is"
        )
    return None


def _wrong_for_cdn(settings: Settings) -> str | None:
    """What of `cdn_headers` does not fit the CDN; None if all does."""
    cdn, pairs = settings.cdn, [each.partition("=") for each in settings.cdn_headers]
    if cdn is None:
        return "`cdn_headers` says what a CDN tells: set `cdn` to its name" if pairs else None
    known, told = CDNS[cdn], [each for each, _, _ in pairs]
    for each, is_named, _ in pairs:
        if is_named and cdn not in NAMED_BY_OPERATORS:
            return f"`cdn_headers` names a header for `{each}`, but those of `{cdn}` are known: write `{each}` alone"
        if not is_named and each not in known:
            how = f"write in which of your headers, as `{each}=x-geo-{each.replace('_', '-')}`"
            listed = f"it tells {', '.join(known) or 'nothing of the reader'}"
            return f"`{cdn}` has no header for `{each}`: {how if cdn in NAMED_BY_OPERATORS else listed}"
    if not pairs and not known and cdn in NAMED_BY_OPERATORS:
        return f"`{cdn}` has no headers of its own: set `cdn_headers` to yours, as `country=x-geo-country`"
    if pairs and not set(told) & set(WHOLE):
        return "`cdn_headers` needs `country` too: without it nothing else counts"
    if ("latitude" in told) != ("longitude" in told):
        return "`cdn_headers` needs `latitude` and `longitude` together"
    return None


def _read(name: str, value: object, shown: str) -> object:
    setting = next((each for each in SETTINGS if each.name == name), None)
    if setting is None:
        if name in PLANNED:
            raise ConfigError(f"{shown} is planned and not read by this version: leave it out")
        near = nearest(name, [each.name for each in SETTINGS])
        raise ConfigError(f"unknown setting {shown}" + (f"; {near}" if near else ""))
    try:
        return setting.read(value)
    except _WrongItemError as error:
        raise ConfigError(f"{shown} {error}") from None
    except ValueError as error:
        instead = f", not `{value}`" if isinstance(value, str | int | float) else ""
        raise ConfigError(f"{shown} is {error}{instead}") from None
