"""What the geo benchmark found, as figures with their limits and as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from tests.bench.parts import report
from tests.bench.parts.figures import MICROSECONDS, Figure
from tests.bench.parts.geo_speed import (
    BARE,
    ONE,
    ONE_AND_PACKAGED,
    RANGES,
    THREE,
    Passes,
    Starting,
)
from tests.bench.parts.geo_walk import BOTH, CITY, POLICIES, Share, Walk

COUNTRIES: Final = (
    *("RU", "UA", "BY", "KZ", "GE", "AM", "AZ", "MD", "KG", "UZ"),
    *("EE", "LV", "LT", "PL", "DE", "FR", "NL", "GB", "TR", "XK"),
)
MOST_EXCLUDED: Final = {"RU": 0.003, "UA": 0.035, "BY": 0.008, "KZ": 0.008}
MOST_OVER_WARNED: Final = 0.026
MOST_MICROSECONDS: Final = {ONE: 12, ONE_AND_PACKAGED: 25, THREE: 25}
MOST_TIMES: Final = 4
MOST_STARTING_MS: Final = 150
MOST_MEGABYTES: Final = 2.5
Walks = Mapping[str, Walk]
"""By IP family."""
_NOTHING: Final = Share()


def percent(share: float | None, digits: int = 2) -> str:
    """A share for people; what is not quite all is never written as 100 %, nor what is not quite nothing as 0 %."""
    if share is None:
        return report.NOTHING
    text = f"{100 * share:.{digits}f}"
    least = 10.0**-digits
    if share < 1 and float(text) == 100:
        return f"> {100 - least:.{digits}f} %"
    if share > 0 and float(text) == 0:
        return f"< {least:.{digits}f} %"
    return f"{text.rstrip('0').rstrip('.') if float(text) in {0, 100} else text} %"


def zone_figures(walks: Walks, *, is_full: bool) -> list[Figure]:
    """What was promised of the disputed zone and of single countries."""
    both = [(family, policy) for family in walks for policy in (CITY, BOTH)]
    reached = min(walks[family].zone[policy].by_address or 0.0 for family, policy in both)
    warned = max(walks[family].rest[policy].by_address or 0.0 for family, policy in both)
    whole = reached == 1
    found = [
        Figure("addresses in the zone that get its notice, with DB-IP", "100 %", percent(reached), whole),
        Figure(
            "addresses in the rest of Ukraine that get it, too",
            f"<= {100 * MOST_OVER_WARNED:.1f} %",
            percent(warned),
            warned <= MOST_OVER_WARNED if is_full else None,
        ),
    ]
    for family, walk in walks.items():
        for country, limit in MOST_EXCLUDED.items():
            share = walk.excluded.get(country, _NOTHING).by_address
            is_kept = None if share is None or not is_full else share <= limit
            what = f"{family} labelled {country} that the packaged ranges exclude from it"
            found.append(Figure(what, f"<= {100 * limit:.1f} %", percent(share, 3), is_kept))
    return found


def speed_figures(found: Mapping[str, Passes], started: Starting, *, is_full: bool) -> list[Figure]:
    """What was promised of time and size."""
    figures = []
    for name, limit in MOST_MICROSECONDS.items():
        if name in found:
            cold, _ = found[name].medians
            is_kept = cold <= limit if is_full else None
            figures.append(
                Figure(f"an address, first pass: {name}", f"<= {limit} µs", f"{cold:.1f} {MICROSECONDS}", is_kept)
            )
    if ONE in found:
        times = found[ONE].ratio(found[BARE])
        is_kept = times <= MOST_TIMES if is_full else None
        figures.append(
            Figure("one database, first pass, to a bare look-up", f"<= {MOST_TIMES}x", f"{times:.1f}x", is_kept)
        )
    milliseconds, size = 1000 * started.packaged, sum(started.embedded.values()) / 1e6
    is_kept = milliseconds <= MOST_STARTING_MS if is_full else None
    figures.append(
        Figure("reading the packaged ranges", f"<= {MOST_STARTING_MS} ms", f"{milliseconds:.0f} ms of CPU", is_kept)
    )
    figures.append(Figure("packaged data", f"<= {MOST_MEGABYTES} MB", f"{size:.2f} MB", size <= MOST_MEGABYTES))
    return figures


def zone_table(walks: Walks) -> str:
    """By policy who gets the notice, by address; networks in brackets."""
    head = ["policy", *(f"{family}, {of}" for family in walks for of in ("zone", "rest of Ukraine"))]
    rows = [
        [
            policy,
            *(
                f"{percent(share.by_address)} ({percent(share.by_network)})"
                for walk in walks.values()
                for share in (walk.zone[policy], walk.rest[policy])
            ),
        ]
        for policy in POLICIES
    ]
    return report.table(head, rows)


def zone_size(walks: Walks) -> str:
    """How much lies in the zone."""
    told = []
    for family, walk in walks.items():
        share = walk.zone[CITY]
        told.append(f"{family} {share.networks:,} networks with {share.addresses:,} {_unit(family)}")
    return ", ".join(told)


def _unit(family: str) -> str:
    return "addresses" if family == "IPv4" else "networks of 64 bits"


def excluded_table(walks: Walks) -> str:
    """By labelled country the share that the packaged ranges exclude."""
    head = ["labelled", *(f"{family}{of}" for family in walks for of in (" excluded", ", networks", ", registered in"))]
    rows = []
    for country in COUNTRIES:
        row = [country]
        for walk in walks.values():
            share = walk.excluded.get(country, _NOTHING)
            row += [percent(share.by_address, 3), percent(share.by_network)]
            row.append(_most(walk.instead.get(country, Counter()), share.addresses))
        rows.append(row)
    return report.table(head, rows)


def _most(instead: Counter[str], whole: int) -> str:
    """The two countries in which most of what is excluded is registered."""
    return ", ".join(f"{code} {percent(size / whole)}" for code, size in instead.most_common(2)) or report.NOTHING


def speed_table(found: Mapping[str, Passes]) -> str:
    """Microseconds, and how many bare look-ups that is."""
    rows = []
    for name, passes in found.items():
        cold, warm = passes.medians
        times = f"{passes.ratio(found[BARE]):.1f}x" if BARE in found else report.NOTHING
        rows.append([name, f"{cold:.1f}", f"{warm:.1f}", times])
    return report.table(["µs of CPU for an address", "first pass", "warm", "first pass to a bare get"], rows)


def starting_table(started: Starting) -> str:
    """Seconds to open, and megabytes."""
    rows = [["the packaged ranges", f"{started.packaged:.2f}", f"{started.embedded[RANGES] / 1e6:.1f}"]]
    rows += [[name, f"{seconds:.2f}", f"{size / 1e6:.1f}"] for name, (seconds, size) in started.opened.items()]
    return report.table(["what is opened", "seconds of CPU", "MB"], rows)
