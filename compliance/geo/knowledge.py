"""What the records of a file show of the file: their layout, what they can tell, and whether they name what there is.

Theory: what a file is for follows from what its records hold, not from its name. A country that is in no table is a
sign of damage, if there are many: makers have a few codes of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from compliance.geo.observation import Flag, Observation
from compliance.geo.records import country_text, network_number
from compliance.model.territory import says_nothing

_ASKED_OF_NETWORKS: Final = frozenset({"hosting", "proxy", "relay", "tor", "vpn"})
"""Flags of IPinfo, which newer files spell with `is_`; those of MaxMind are longer (`is_tor_exit_node`)."""


class Knows(StrEnum):
    """What records of a file can tell."""

    COUNTRIES = "countries"
    REGIONS = "regions"
    """Subdivisions or coordinates."""
    ANONYMITY = "anonymity"
    """Which networks hide their users."""
    SYSTEMS = "systems"
    """Autonomous systems."""


def schema_of(records: Iterable[Mapping[str, object]]) -> str:
    """The layout of the first record that shows one."""
    for record in records:
        country = record.get("country", record.get("registered_country"))
        if isinstance(country, Mapping) or "traits" in record:
            return "maxmind"
        if isinstance(country, str) or len(_ASKED_OF_NETWORKS & {key.removeprefix("is_") for key in record}) > 1:
            return "ipinfo"
        if "country_code" in record:
            return "flat"
        if any(key.startswith("is_") for key in record):
            return "maxmind"
    return "asn"


def knowledge(records: Iterable[object], said: Iterable[Observation]) -> frozenset[Knows]:
    """What any of the records tells."""
    found: set[Knows] = set()
    for record, each in zip(records, said, strict=True):
        if isinstance(record, Mapping):
            is_fine = each.subdivision or each.point or record.get("city")
            found |= {Knows.COUNTRIES} if each.country else set()
            found |= {Knows.REGIONS} if each.country and is_fine else set()
            hides = each.flags if each.country else each.flags - {Flag.NOT_KNOWN}  # a country that there is not
            found |= {Knows.ANONYMITY} if hides else set()
            found |= {Knows.SYSTEMS} if system_of(record) is not None else set()
    return frozenset(found)


def system_of(record: object) -> int | None:
    """The number of the autonomous system of a record, wherever its maker writes it."""
    if not isinstance(record, Mapping):
        return None
    traits = record.get("traits")
    return network_number(record) or (network_number(traits) if isinstance(traits, Mapping) else None)


def unreadable(records: Iterable[object], said: Iterable[Observation]) -> float:
    """The share of the records with a country, or with a code that says that it is not known, that name none."""
    read = [each.country is not None for record, each in zip(records, said, strict=True) if names_a_country(record)]
    return 1 - sum(read) / len(read) if read else 0.0


def names_a_country(record: object) -> bool:
    """Whether a record names a country, be it one that there is or not."""
    text = country_text(record) if isinstance(record, Mapping) else None
    return bool(text) and not says_nothing(text or "")
