"""One row of an operator's overlay: that a network is in a territory on some days, or is not.

Theory: an operator may know of a network what no database does. To *add* a place only shows a notice, so a row
needs its days and its source. To *remove* one hides notices, so such a row also has a reason with a day in it,
and lint lists it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from compliance.errors import Span
from compliance.model.period import Period


@dataclass(frozen=True, slots=True, eq=False)
class OverlayRow:
    """What one row says of one network; either `network` or `system` is given.

    `system` is the number of an autonomous system. `territory` is the id of a territory, or an ISO 3166 code.
    Networks do not show in `repr`: beside a reader they would say nearly who it is.
    """

    territory: str
    period: Period
    source: str
    span: Span = field(repr=False)
    network: IPv4Network | IPv6Network | None = field(default=None, repr=False)
    system: int | None = field(default=None, repr=False)
    is_removal: bool = False
    reason: str | None = field(default=None, repr=False)
