"""Where the reader is, as far as a publisher may know it: an address goes in, possible places come out.

Theory: text becomes an `Address` that cannot be printed (`address`); every source is asked what it knows
(`databases`, `embedded`); what they say together becomes a `LocationSet` (`locate`). Registration is not
location, silence is not a no, and the address goes no further than this package.
"""

from __future__ import annotations

from compliance.geo.address import Address, parse_address
from compliance.geo.databases import Databases
from compliance.geo.embedded import CountryRanges
from compliance.geo.locate import Reading, from_place, locate

__all__ = ["Address", "CountryRanges", "Databases", "Reading", "from_place", "locate", "parse_address"]
