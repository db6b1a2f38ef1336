"""How the values of settings are written, and what may be said of proxies and content delivery networks.

Theory: a setting comes from a file, where it may be a list or a number, or from the environment, where it is text. Each
kind of value has one reader for both, which says what it would have liked to see.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from compliance.errors import nearest, visible

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
_ORIGIN: Final = re.compile(r"[a-z0-9.-]{1,200}(/[A-Za-z0-9._-]{1,100}){0,5}")
_WEB_ORIGIN: Final = re.compile(
    r"(?:https://(?!\S*:443$)|http://(?!\S*:80$))(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::[1-9][0-9]{0,4})?"
)
_PUBLIC_KEY: Final = re.compile(r"[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+={0,2}")
_WEB_ADDRESS: Final = re.compile(
    r"(?:https://[^\s/?#@]+|http://(?:127(?:\.[0-9]{1,3}){3}|localhost|\[::1\])(?::[0-9]{1,5})?)/[!-\"$-~]*"
)
_TARGET: Final = re.compile(r"(?:file:|command:|https://)\S")
_PARAMETER: Final = re.compile(r"[^\s\x00-\x1f\x7f&=#?;,]{1,100}")
_LEAST_SECRET: Final = 16
_SECRET: Final = re.compile(rf"[!-~]{{{_LEAST_SECRET},512}}")


def text(value: object) -> str:
    """Text, as it is."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("text that is not empty")
    return value


def whole(lowest: int, highest: int) -> Callable[[object], int]:
    """Reads a whole number between two, both included."""

    def read(value: object) -> int:
        is_digits = isinstance(value, str) and re.fullmatch("[0-9]{1,20}", value)
        number = int(value) if is_digits else value  # type: ignore[call-overload]
        if isinstance(number, bool) or not isinstance(number, int) or not lowest <= number <= highest:
            raise ValueError(f"a whole number from {lowest} to {highest}")
        return number

    return read


def paths(value: object) -> tuple[str, ...]:
    """A list, or text with the paths separated by colons, as in PATH."""
    items = [each for each in value.split(":") if each] if isinstance(value, str) else value
    if not isinstance(items, Sequence) or not all(isinstance(each, str) and each for each in items):
        raise ValueError("a list of paths")
    return tuple(items)


class WrongItemError(ValueError):
    """Says by itself what stands there instead."""


def proxies(value: object) -> tuple[str, ...]:
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
        raise WrongItemError(f"names {'; '.join(wrong)}")
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


def truth(value: object) -> bool:
    """True or false, or the words for it."""
    found = (
        {True: True, False: False, "true": True, "false": False}.get(value) if isinstance(value, bool | str) else None
    )
    if found is None:
        raise ValueError("true or false")
    return found


def parameters(value: object) -> tuple[str, ...]:
    """A list, or text separated by commas or spaces, of names of parameters in queries."""
    items = [each for each in re.split(r"[\s,]+", value) if each] if isinstance(value, str) else value
    if not isinstance(items, Sequence) or not all(isinstance(each, str) for each in items):
        raise ValueError("a list of words")
    if wrong := [each for each in items if not _PARAMETER.fullmatch(each)]:
        told = ", ".join(f"`{visible(each)}`" for each in wrong)
        raise WrongItemError(f"names {told}, which is no parameter: write `id` where queries are `?id=1&page=2`")
    return tuple(dict.fromkeys(items))


def origin(value: object) -> str:
    """The name of a log: a host and perhaps a path, without a scheme, as C2SP tlog-checkpoint asks for."""
    if not isinstance(value, str) or not _ORIGIN.fullmatch(value):
        raise ValueError("the name of a log such as `example.org/evidence`")
    return value


def targets(value: object) -> tuple[str, ...]:
    """A list, or one alone, of where something goes: a file, a command, or an address of the web."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, Sequence) or not all(isinstance(each, str) for each in items):
        raise ValueError("a list such as `file:/backup/checkpoint`")
    wrong = [each for each in items if not _TARGET.match(each)]
    if wrong:
        told = "; ".join(f"`{each}`" for each in wrong)
        raise WrongItemError(f"names {told}: write `file:PATH`, `command:PROGRAM ARGUMENTS` or `https://HOST/PATH`")
    return tuple(items)


def command(value: object) -> tuple[str, ...]:
    """A list of words, the first of them a program, or none; or text, in which quotes keep words together."""
    try:
        items = shlex.split(value) if isinstance(value, str) else value
    except ValueError:
        raise WrongItemError("has a quote that does not end, or a backslash at its end") from None
    if not isinstance(items, Sequence) or not all(isinstance(each, str) and "\0" not in each for each in items):
        raise ValueError('a list of words such as `["purge-pages", "--quiet"]`')
    if items and not items[0].strip():
        raise ValueError('a list of words such as `["purge-pages", "--quiet"]`')
    return tuple(items)


def public_keys(value: object) -> tuple[str, ...]:
    """A list, or text separated by spaces, of public keys as they are written in signed notes.

    Source: C2SP signed-note.
    """
    items = value.split() if isinstance(value, str) else value
    if not isinstance(items, Sequence) or not all(isinstance(each, str) for each in items):
        raise ValueError("a list of public keys such as `desk.example+8f3a12cd+AQ...`")
    if wrong := [each for each in items if not _PUBLIC_KEY.fullmatch(each)]:
        told = ", ".join("a private key" if each.startswith("PRIVATE+") else f"`{visible(each)}`" for each in wrong)
        raise WrongItemError(f"names {told}, which is no public key: `compliance build --new-key FILE` prints one")
    return tuple(dict.fromkeys(items))


def web_address(value: object) -> str:
    """An address of the web: https, or http on this machine."""
    if not isinstance(value, str) or not _WEB_ADDRESS.fullmatch(value):
        raise WrongItemError(
            "has to be an address such as `https://rules.example/rules.bundle`, without a name and a password in it; "
            "`http` is for this machine alone"
        )
    return value


def origins(value: object) -> tuple[str, ...]:
    """A list, or text separated by commas or spaces, of origins as browsers write them.

    Source: RFC 6454, section 6.2.
    """
    items = [each for each in re.split(r"[\s,]+", value) if each] if isinstance(value, str) else value
    if not isinstance(items, Sequence) or not all(isinstance(each, str) for each in items):
        raise ValueError("a list of origins such as `https://example.org`")
    if wrong := [each for each in items if not _WEB_ORIGIN.fullmatch(each)]:
        told = ", ".join(f"`{visible(each)}`" for each in wrong)
        raise WrongItemError(
            f"names {told}, which is no origin: write `https://example.org`, in small letters, without a path, and "
            "with a port only if it is not the usual one"
        )
    return tuple(dict.fromkeys(items))


def secret(value: object) -> str:
    """What nobody can guess. It is not said back."""
    if not isinstance(value, str) or not _SECRET.fullmatch(value):
        raise WrongItemError(
            f"has to have {_LEAST_SECRET} letters or digits at least, and no spaces: make one by chance"
        )
    return value


def known(what: str, known: Sequence[str]) -> Callable[[object], str]:
    """Reads one of some names, in any letter case."""

    def read(value: object) -> str:
        written = text(value)
        if written.lower() not in known:
            near = nearest(written, known)
            listed = f"; {near}" if near else f": use {', '.join(known)}"
            raise WrongItemError(f"names `{written}`, which is no {what} that is known here{listed}")
        return written.lower()

    return read


def cdn_headers(value: object) -> tuple[str, ...]:
    """A list, or text separated by commas or spaces, of what is told (`country`), perhaps with its header."""
    items = [each for each in re.split(r"[\s,]+", value) if each] if isinstance(value, str) else value
    if not isinstance(items, Sequence) or not all(isinstance(each, str) for each in items):
        raise ValueError("a list such as `country` or `country=x-geo-country`")
    found = [each.lower() for each in items]
    halves = [half for each in found for half in each.split("=")]
    wrong = [f"`{text}`, {why}" for text in items if (why := _wrong_told(text.lower()))]
    wrong += [f"`{half}` twice" for half in dict.fromkeys(halves) if halves.count(half) > 1]
    if wrong:
        raise WrongItemError(f"names {'; '.join(wrong)}")
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
