"""`compliance geo where`: every step from an address or a request to the places where the reader may be.

This command prints addresses, cities and coordinates by purpose: an operator asks it about an address that the
operator has. Nothing else prints them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import click
import msgspec

from compliance import answer
from compliance.assemble import location_of
from compliance.check import Checker, today
from compliance.cli.command import config_option, json_option, opened, print_json, reports_errors, settings
from compliance.errors import ConfigError, Problem, RequestError, visible
from compliance.geo import Atlas, ProxyTrust, observed, parse_address
from compliance.geo.address import Address
from compliance.geo.client_address import Client
from compliance.geo.databases import Said
from compliance.geo.observation import Observation
from compliance.model.overlay import OverlayRow
from compliance.model.period import parse_day
from compliance.model.truth import Truth
from compliance.reader import Reader, sender

_SIDES = {Truth.TRUE: "inside", Truth.FALSE: "outside"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command was asked: an address, a request, or a place that a caller names."""

    address: str | None
    headers: tuple[str, ...]
    peer: str | None
    country: str | None
    subdivision: str | None

    def check(self) -> None:
        """Refuse what would have to be ignored.

        Raises:
            ConfigError: there is no question, or more than one.
        """
        if self.headers and self.peer is None:
            raise ConfigError("a header counts by who connected: give `--peer` too")
        ways = [self.address is not None, self.peer is not None, bool(self.country or self.subdivision)]
        if sum(ways) > 1:
            raise ConfigError("keep one: ADDRESS, `--peer` with `--header`, or `--country` and `--subdivision`")
        if not any(ways):
            raise ConfigError("give an address, or `--peer` with the headers of a request")

    def lines(self) -> list[tuple[str, str]]:
        """The headers of the request."""
        pairs = [each.partition(":") for each in self.headers]
        for name, sign, _ in pairs:
            if not sign or not name.strip():
                raise ConfigError(f"`{name}` is not a header: write it as `Name: value`")
        return [(name.strip(), value.strip()) for name, _, value in pairs]


@dataclass(frozen=True, slots=True)
class _Found:
    """Every step on the way."""

    client: Client | None
    given: str | None
    address: Address | None
    said: tuple[Said, ...]
    rows: tuple[OverlayRow, ...]
    location: answer.Location
    pieces: tuple[str, ...]
    day: date
    aged: date
    """From which the age of databases counts: today, or a later day that was asked for."""
    atlas: Atlas


@click.command()
@click.argument("address", required=False)
@click.option(
    "--header", "headers", multiple=True, metavar="NAME:VALUE", help="A header of a request; may be repeated."
)
@click.option("--peer", metavar="ADDRESS", help="Who connected, in a request; `unix:` for a unix socket.")
@click.option("--country", metavar="CODE", help="The country that a caller names, in place of an address.")
@click.option("--subdivision", metavar="CODE", help="The subdivision that a caller names.")
@click.option("--rules", "rules_dir", help="Directory of the rule files whose territories count, or a bundle.")
@config_option
@click.option("--as-of", metavar="YYYY-MM-DD", help="The day to ask for; left out, today.")
@json_option
@reports_errors
def where(config: Path | None, rules_dir: str | None, as_of: str | None, *, as_json: bool, **asked: Any) -> None:
    """Say where the reader at an address, or of a request, may be, and how that was found.

    Databases, overlays, trusted proxies and the CDN are those of the settings. Prints addresses and cities: use it
    on addresses that are yours to look at.
    """
    question = _Asked(**asked)
    question.check()
    day = today() if as_of is None else parse_day(as_of)
    if day is None:
        raise ConfigError(f"`{as_of}` is not a calendar day: write it as YYYY-MM-DD")
    configured = settings(config, {"rules_dir": rules_dir})
    found = _found(opened(configured), ProxyTrust.of(configured), question, day)
    if as_json:
        print_json(_as_data(found))
    else:
        for line in _lines(found):
            click.echo(visible(line))


def _found(checker: Checker, trust: ProxyTrust, asked: _Asked, day: date) -> _Found:
    client: Client | None = None
    reader = Reader(asked.address, asked.country, asked.subdivision)
    if asked.peer is not None:
        found = sender(asked.peer, asked.lines(), trust)
        client, reader = found.client, found.reader
    address = client.address if client else None if asked.address is None else parse_address(asked.address)
    if asked.address is not None and address is None:
        raise RequestError(
            [Problem(f"`{asked.address}` is not an IP address", where="ADDRESS", help="give one IPv4 or IPv6 address")]
        )
    location = checker.locate(reader, as_of=day)
    aged = max(day, today())
    said = () if address is None else tuple(checker.databases.said(address, aged))
    return _Found(
        client=client,
        given=asked.address,
        address=address,
        said=(*said, *(Said(each, None, observed(each, aged)) for each in reader.evidence)),
        rows=() if address is None else checker.databases.overlay_rows(address, day, aged),
        location=location_of(checker.ruleset, location, day),
        pieces=tuple(sorted(location.places)),
        day=day,
        aged=aged,
        atlas=Atlas(checker.ruleset.territories.values()),
    )


def _number(address: Address | None) -> IPv4Address | IPv6Address | None:
    if address is None:
        return None
    return IPv4Address(address.number) if address.version == 4 else IPv6Address(address.number)


# -- as data --------------------------------------------------------------------------------------------


def _as_data(found: _Found) -> dict[str, object]:
    client, address = found.client, found.address
    looked_up = {"address": str(_number(address)), "is_public": address.is_public} if address else None
    return {
        "as_of": found.day,
        "request": None if client is None else {"because": client.because, "steps": client.steps},
        "given": found.given,
        "looked_up": looked_up,
        "sources": [_source(said, found) for said in found.said],
        "overlays": [_row(row) for row in found.rows],
        "pieces": found.pieces,
        "location": found.location,
    }


def _source(said: Said, found: _Found) -> dict[str, object]:
    evidence, seen = said.evidence, said.observation
    build = evidence.build
    return {
        "name": evidence.source,
        "type": evidence.kind,
        "build": build,
        "age_days": None if build is None else (found.aged - build).days,
        "state": said.age,
        "record": evidence.raw,
        "observation": None if seen is None else _observation(seen),
        "areas": {} if seen is None else _areas(seen, found.atlas),
    }


def _observation(seen: Observation) -> dict[str, object]:
    point = seen.point
    where = None if point is None else [point.latitude, point.longitude]
    return {
        "country": seen.country,
        "subdivision": seen.subdivision,
        "point": where,
        "radius_km": None if point is None else point.radius_km,
        "time_zone": seen.time_zone,
        "flags": sorted(seen.flags),
    }


def _areas(seen: Observation, atlas: Atlas) -> Mapping[str, str]:
    """On which side of each drawn line the circle of an observation lies."""
    if seen.point is None:
        return {}
    sides = zip(atlas.areas, atlas.sides(seen.point), strict=True)
    return {area: _SIDES.get(side, "on the line") for area, side in sides}


def _row(row: OverlayRow) -> dict[str, object]:
    return {
        "path": row.span.path,
        "line": row.span.line,
        "action": "remove" if row.is_removal else "add",
        "territory": row.territory,
        "network": None if row.network is None else str(row.network),
        "asn": row.system,
        "source": row.source,
        "reason": row.reason,
    }


# -- as text --------------------------------------------------------------------------------------------


def _lines(found: _Found) -> Iterator[str]:
    if found.client is not None:
        yield "request"
        yield from (f"  {step}" for step in found.client.steps)
    if found.address is not None:
        shown = str(_number(found.address))
        given = "" if found.given in {None, shown} else f", the address in `{found.given}`"
        yield f"address {shown}{given}" + ("" if found.address.is_public else ": not public, no database knows it")
    for said in found.said:
        yield from _source_lines(said, found)
    for row in found.rows:
        verb, why = ("removes", f": {row.reason}") if row.is_removal else ("adds", "")
        who = f"AS{row.system}" if row.network is None else str(row.network)
        yield f"overlay {row.span.path}:{row.span.line}: {verb} {row.territory} for {who} ({row.source}){why}"
    yield from _place_lines(found.location)


def _source_lines(said: Said, found: _Found) -> Iterator[str]:
    evidence, seen = said.evidence, said.observation
    built = "" if evidence.build is None else f", built on {evidence.build}"
    age = "" if said.age is None or evidence.build is None else f", {(found.aged - evidence.build).days} days old"
    yield f"{evidence.source} ({evidence.kind}{built}{age}{f', {said.age}' if said.age else ''})"
    yield f"  has: {msgspec.json.encode(evidence.raw).decode() if evidence.raw else 'no record'}"
    if seen is None:
        yield "  says nothing of places"
    else:
        yield f"  says: {', '.join(_words(seen)) or 'nothing'}"
        areas = _areas(seen, found.atlas)
        yield from (f"  {side}: {area}" for area, side in areas.items() if side != "outside")
        if areas and set(areas.values()) == {"outside"}:
            yield f"  outside of {'the drawn area' if len(areas) == 1 else f'all {len(areas)} drawn areas'}"


def _words(seen: Observation) -> Iterator[str]:
    if seen.country:
        yield seen.country
    if seen.subdivision:
        yield seen.subdivision
    if (point := seen.point) is not None:
        yield f"within {point.radius_km:g} km of {point.latitude:g}, {point.longitude:g}"
    if seen.time_zone:
        yield f"time of {seen.time_zone}"
    if seen.flags:
        yield f"but {' and '.join(sorted(seen.flags))}"


def _place_lines(location: answer.Location) -> Iterator[str]:
    named = ", ".join(location.places)
    if location.anywhere:
        yield "the reader may be anywhere" + (f"; named: {named}" if named else "")
    else:
        yield f"the reader is in {named}"
    yield from (f"  because: {words}" for words in location.basis)
    for word in ("in", "maybe", "out"):
        names: Sequence[str] = [name for name, truth in location.territories.items() if truth == word]
        if names:
            yield f"  {word}: {', '.join(names)}"
