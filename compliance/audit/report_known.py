"""What of a question the log does not know: without it, a value that cannot match looks like an all-clear.

Theory: a report that finds nothing says either that nothing was due, or that the log never heard of what was asked
for. Only the first one clears a page. So each value that leaves something out is looked up by itself, and what nothing
in the log has is said, with the nearest that it has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Final

from compliance.audit.report import Asked
from compliance.audit.report_rows import Rows, publishers_in
from compliance.errors import nearest

_MOST_LISTED: Final = 5


def notes_on(rows: Rows, asked: Asked, generated: date, reference: str | None) -> Iterator[str]:
    """What has to be said of a question.

    Args:
        rows: the views.
        asked: the question.
        generated: the day on which it is asked.
        reference: the page that is asked for, as records name it.
    """
    found = [*_of_page(rows, asked, reference), *_of_publisher(rows, asked), *_of_notices(rows, asked)]
    found += _of_days(rows, asked, generated)
    yield from found
    narrows = (asked.content, asked.publisher, asked.since, asked.until, asked.ruleset)
    if not found and any(each is not None for each in narrows) and not sum(row[2] for row in rows.counted(())):
        yield "no table is left by these filters together: that nothing is listed says nothing of any page"


def _of_page(rows: Rows, asked: Asked, reference: str | None) -> Iterator[str]:
    if asked.content is None or reference is None:
        return
    if not rows.has_page():
        yield f"the log has no table of this page: `{reference}`; so it does not say that nothing was due"
    elif reference != asked.content and "://" not in asked.content:
        yield f"`{asked.content}` is taken for `{reference}`"


def _of_publisher(rows: Rows, asked: Asked) -> Iterator[str]:
    if asked.publisher is not None:
        known = {name for said in rows.publishers.values() for name in publishers_in(said)}
        for note in _unknown("publisher", asked.publisher, known):
            yield f"{note}; one that is declared goes by the id of its entity"


def _of_notices(rows: Rows, asked: Asked) -> Iterator[str]:
    if (asked.rule, asked.notice, asked.entity) == (None, None, None):
        return
    due = [each for pattern in rows.all_patterns() for each in pattern.notices]
    known = {
        "rule": {rule for each in due for rule in each.rules},
        "notice": {each.notice for each in due} | rows.counted_notices(),
        "entity": {each.entity for each in due if each.entity is not None},
    }
    for name, names in known.items():
        value = getattr(asked, name)
        if value is not None:
            yield from _unknown(name, value, names)


def _of_days(rows: Rows, asked: Asked, generated: date) -> Iterator[str]:
    last = max((each for each in (asked.since, asked.until) if each is not None), default=generated)
    if last > generated:
        yield f"`{last}` is in the future: nobody was shown anything then, and rules may change before"
    first = None if asked.until is None else rows.first_day()
    if first is not None and asked.until is not None and asked.until < first:
        yield f"the log begins on `{first}`, and says nothing of days before"


def _unknown(name: str, value: str, known: Collection[str]) -> Iterator[str]:
    if value in known:
        return
    listed = sorted(known)
    some = ", ".join(f"`{each}`" for each in listed[:_MOST_LISTED])
    help_ = nearest(value, known) or (f"it has {some}" + (", ..." if len(listed) > _MOST_LISTED else ""))
    yield f"the log has no {name} `{value}`" + (f"; {help_}" if known else "")
