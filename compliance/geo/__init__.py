"""Where the reader is, as far as a publisher may know it: an address goes in, possible places come out.

Theory: text becomes an `Address` that cannot be printed (`address`), the text of a header only where a trusted
proxy wrote it (`client_address`), and so with what a CDN tells of the place (`cdn_headers`); every source is
asked what it knows (`databases`, `embedded`, `overlay`); what they say together becomes a `LocationSet` (`locate`).
Registration is not location, silence is not a no, and the address goes no further than this package.
"""

from __future__ import annotations

from compliance.geo.address import Address, parse_address
from compliance.geo.atlas import Atlas
from compliance.geo.cdn_headers import cdn_evidence, observed
from compliance.geo.client_address import Client, ProxyTrust, client_address
from compliance.geo.database_store import DatabaseStore, GeoFiles
from compliance.geo.databases import Databases
from compliance.geo.embedded import CountryRanges
from compliance.geo.locate import from_place, locate
from compliance.geo.observation import Evidence, Observation

__all__ = [
    "Address",
    "Atlas",
    "Client",
    "CountryRanges",
    "DatabaseStore",
    "Databases",
    "Evidence",
    "GeoFiles",
    "Observation",
    "ProxyTrust",
    "cdn_evidence",
    "client_address",
    "from_place",
    "locate",
    "observed",
    "parse_address",
]
