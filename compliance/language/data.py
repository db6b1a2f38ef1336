"""Values of entities that do not fit the slots that they are to fill.

Theory: a value is a problem where it is declared, as soon as some notice shows it: a percentage that is no
number would stand in words that the law prescribes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from compliance.language.fields import Collector, day_help
from compliance.model.notice import Notice, SlotType
from compliance.model.period import parse_day

_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_FORMS: Final = {
    SlotType.NUMBER: (_NUMBER, "a number", "write digits, with a point before parts of one, for example `74.5`"),
    SlotType.PERCENT: (_NUMBER, "a number", "write it without the sign, for example `74.5`: the sign is in the words"),
    SlotType.MONEY: (
        re.compile(r"[A-Z]{3} -?[0-9]+(\.[0-9]+)?"),
        "an amount of money",
        "write the currency and the amount, for example `EUR 1200.50`",
    ),
    SlotType.URL: (re.compile(r"https?://[^\s/]+\S*"), "a web address", "write it with https://"),
}


def check(notices: Iterable[Notice], to: Collector) -> None:
    """Note every value that does not fit a slot which it may fill."""
    wanted: dict[str, dict[SlotType, str]] = {}
    for notice in notices:
        for slot in notice.values.values():
            wanted.setdefault(slot.value, {}).setdefault(slot.type, notice.id)
    for name, text in to.data:
        for kind, notice_id in wanted.get(name, {}).items():
            problem = misfit(" ".join(text.text.split()), kind)
            if problem is not None:
                what, help_ = problem
                to.fail(text.span, f"`{text.text}` is not {what}, and notice `{notice_id}` shows it as one", help_)


def misfit(value: str, kind: SlotType) -> tuple[str, str] | None:
    """What the value should be, and how that is written; None if it fits.

    >>> misfit("74.5", SlotType.PERCENT) is None
    True
    """
    if kind is SlotType.DATE:
        return None if parse_day(value) is not None else ("a calendar day", day_help(value))
    if kind not in _FORMS:
        return None
    form, what, help_ = _FORMS[kind]
    return None if form.fullmatch(value) else (what, help_)
