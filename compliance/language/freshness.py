"""How old a rule set may grow: no longer than anybody vouches for it is "not listed" a no.

Theory: whoever signs a rule set says what was known on that day. Past its last day a register may have entries that
nobody here has seen, whatever its own copy says of its age. So no copy is fresh for longer than the rules that it came
with; all else follows from that, as for any copy that grew old: what is unknown then, until when an answer holds, what
is recorded, and what is replayed. Where no copy is fresh for longer than the rules are, nothing that they decide
differs, and they mean the same.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from compliance.language import digest
from compliance.model.ruleset import Ruleset


def growing_old(ruleset: Ruleset, signed_on: date, last_day: date) -> Ruleset:
    """The rule set in which no register is fresh for longer than until a day.

    Args:
        ruleset: as it was loaded.
        signed_on: the day (UTC) on which somebody vouched for it.
        last_day: the last day on which that counts, in the zone of each register or rule.
    """
    registers = {name: register.fresh_at_most(last_day) for name, register in ruleset.registers.items()}
    aged = replace(ruleset, registers=registers, signed_on=signed_on, fresh_until=last_day)
    is_another = any(register is not ruleset.registers[name] for name, register in registers.items())
    return replace(aged, meaning=digest.meaning(aged)) if is_another else aged
