"""Where readers are, and who would miss a notice: `python -m tests.bench.geo`, also a part of `make bench`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from compliance.geo.databases import packaged
from compliance.store import read_rules
from tests.bench.engine import DOCS, say, tell
from tests.bench.parts import geo_tables, report
from tests.bench.parts.geo_fetch import ATLAS, CACHE, CITY, REGISTRY, FetchError, fetched
from tests.bench.parts.geo_speed import Field, Passes, Starting, opened, side_by_side, starting
from tests.bench.parts.geo_walk import Judge, Walk, walked
from tests.bench.parts.geo_zone import Zone
from tests.bench.parts.job import DAY

RULES: Final = DOCS.parent / "rules"
TERRITORY: Final = "ua-russia-controlled"
TEMPLATE: Final = Path(report.__file__).with_name("geo.md")
ROUNDS: Final = 9
PER_PASS: Final = 20_000


@dataclass
class Run:
    """Everything that one run found; what could not be fetched is left out, and `missing` says why."""

    speed: dict[str, Passes]
    started: Starting
    walks: dict[str, Walk] = field(default_factory=dict)
    built: date = DAY
    missing: str = ""
    is_quick: bool = False


def run(cache: Path, *, is_quick: bool) -> Run:
    """Measure what there are data for."""
    territories = read_rules(RULES).territories
    rounds = 2 if is_quick else ROUNDS
    try:
        tell("fetching")
        city, registry, world = (fetched(each, cache) for each in (CITY, REGISTRY, ATLAS))
    except FetchError as error:
        speed = side_by_side(Field([], packaged(), list(territories.values()), DAY), rounds, PER_PASS, tell)
        return Run(speed, starting({}, rounds, RULES / "territories"), missing=str(error), is_quick=is_quick)
    files, spent = opened(_asked(city, registry), tell)
    day = files[0].about.build
    contestants = Field(files[:3], packaged(), list(territories.values()), day)
    speed = side_by_side(contestants, rounds, PER_PASS // (10 if is_quick else 1), tell)
    found = Run(speed, starting(spent, rounds, RULES / "territories"), built=day, is_quick=is_quick)
    zone = Zone(json.loads((world / "countries-10m.json").read_bytes()))
    judge = Judge(packaged(), territories.values(), TERRITORY, day)
    walks = {"IPv4": files[0]} if is_quick else {"IPv4": files[0], "IPv6": files[3]}
    found.walks = {family: walked(file, packaged(), zone, judge, day, tell) for family, file in walks.items()}
    tell("")
    return found


def _asked(city: Path, registry: Path) -> dict[str, Path]:
    """The databases of an operator: three that know IPv4 addresses, and one of IPv6."""
    four, six = (city / f"dbip-city-{family}.mmdb" for family in ("ipv4", "ipv6"))
    return {
        "DB-IP City Lite, IPv4": four,
        "the same file once more": four,
        "iptoasn": registry / "iptoasn-country.mmdb",
        "DB-IP City Lite, IPv6": six,
    }


def tables(found: Run) -> dict[str, str]:
    """Each table of the page by its name in the template."""
    is_full = not found.is_quick
    figures = geo_tables.speed_figures(found.speed, found.started, is_full=is_full)
    parts = {"speed": geo_tables.speed_table(found.speed), "starting": geo_tables.starting_table(found.started)}
    if found.walks:
        figures = [*geo_tables.zone_figures(found.walks, is_full=is_full), *figures]
        parts["zone"] = geo_tables.zone_table(found.walks)
        parts["excluded"] = geo_tables.excluded_table(found.walks)
    return {"figures": report.promises(figures), **parts}


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.geo", description=__doc__)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--quick", action="store_true", help="IPv4 only and few rounds: a minute, not five")
    how.add_argument("--write", action="store_true", help="write the part of docs/benchmarks.md")
    parser.add_argument("--cache", type=Path, default=CACHE, help=f"where fetched data lie; left out, {CACHE}")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None, page: Path = DOCS / "benchmarks.md") -> int:
    options = arguments(given)
    found = run(options.cache, is_quick=options.quick)
    shown = tables(found)
    say("\n".join(shown.values()))
    if found.missing:
        say(f"\nNOT MEASURED, excluded countries, disputed zone and databases of an operator: {found.missing}\n")
        if options.write:
            say(f"not written: {page}\n")
            return 1
    elif options.write:
        parts = {
            **shown,
            "built": found.built.isoformat(),
            "zone_size": geo_tables.zone_size(found.walks),
            "rounds": str(ROUNDS),
            "per_pass": f"{PER_PASS:,}",
            "city": CITY.spec,
            "registry": REGISTRY.spec,
            "atlas": ATLAS.spec,
            "machine": report.machine(),
        }
        report.put(page, TEMPLATE, "geo", parts)
        say(f"\nwritten: {page}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
