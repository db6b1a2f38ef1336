"""What an operator knows of a network better than any database: places that its addresses may be in, or are not.

Theory: an overlay may always *add* a place, since that only shows a notice. To *remove* one hides notices, so
it needs a reason in writing and a day, and it shows wherever the overlay is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Overlaid:
    """What an overlay says of one network on one day: ids of territories or codes, and in a few words why."""

    adds: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()


NOTHING_OVERLAID: Final = Overlaid()
