"""How one rule stands to a question, as far as keys tell.

Theory: four answers are enough for all that follows. A rule that is *gone* concerns the question on no day:
it adds neither a notice nor a date. *Not now*: some day may change that, so its dates count. *Open*: worlds
have to tell. *Fires*: every line of it holds, whatever is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from compliance.engine.postings import Ready
from compliance.engine.reading import PLACE, Atom, Reading
from compliance.engine.views import View
from compliance.engine.worlds import kleene
from compliance.model.rule import Line
from compliance.model.truth import FALSE, TRUE, UNKNOWN, Truth

GONE: Final = 0
NOT_NOW: Final = 1
OPEN: Final = 2
FIRES: Final = 3


def by_keys(ready: Ready, views: Mapping[str, View]) -> int:
    """How a rule that is nothing but its keyed lines stands to a question, if it is in effect."""
    stands = FIRES
    for fact, keys in zip(ready.facts, ready.keys, strict=True):
        view = views[fact]
        if keys.isdisjoint(view.sure):
            if view.rest or not keys.isdisjoint(view.maybe):
                stands = min(stands, OPEN)
            elif not view.ever or keys.isdisjoint(view.ever):
                return GONE
            else:
                stands = NOT_NOW
    return stands


def by_lines(ready: Ready, views: Mapping[str, View], reading: Reading) -> int:
    """How a rule stands to a question, if it is in effect; open where only worlds can tell."""
    keyed = {line: keys for line, (_, keys) in zip(map(id, ready.rule.each_line()), ready.asked, strict=True)}

    def truth(line: Line) -> Truth:
        keys = keyed[id(line)]
        if keys is None:
            return reading.truth(Atom.of(line, ready.rule.zone))
        view = views[line.fact]
        if ready.everywhere and line.fact == PLACE:
            return UNKNOWN
        if not keys.isdisjoint(view.sure):
            return TRUE
        return UNKNOWN if view.rest or not keys.isdisjoint(view.maybe) else FALSE

    for line in ready.rule.when.lines:
        if isinstance(line, Line) and truth(line) is FALSE:
            keys = keyed[id(line)]
            if keys is None or keys.isdisjoint(views[line.fact].ever):
                return GONE
    return NOT_NOW if kleene(ready.rule, truth) is FALSE else OPEN
