"""The query of a request for a list: which filters it sets, and everything in it that cannot be understood.

Theory: a filter that is misspelled and passed over shows a list that is longer than what was asked for, and a value
that nobody knows shows an empty one, which reads as "there is none". So both are errors, with what was likely meant.
What was sent is not repeated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from itertools import islice
from typing import Final

from flask import request

from compliance.errors import Problem, RequestError, nearest
from compliance.language.fields import DAY_HELP
from compliance.model.period import parse_day
from compliance.web.json_body import MOST_PROBLEMS

MOST_TOLD: Final = 20
"""Where a filter has no more values than so many, all are named to whoever sent another one."""


class Query:
    """The filters of a request. Problems are gathered, and raised at once by `done`."""

    def __init__(self, *names: str) -> None:
        """Take the filters called `names`; any other one is a problem."""
        self._given: Mapping[str, list[str]] = request.args.to_dict(flat=False)
        self._problems = [
            Problem("there is no such filter", help=nearest(name, names) or f"the filters are: {', '.join(names)}")
            for name in islice((name for name in self._given if name not in names), MOST_PROBLEMS)
        ]

    def any_of(self, name: str, known: Iterable[str]) -> Collection[str] | None:
        """The values of a filter, of which any will do; None where it is left out.

        Args:
            name: that of the filter.
            known: every value that it may have.
        """
        if name not in self._given:
            return None
        values, may_be = {*self._given[name]}, sorted(known)
        for value in islice(sorted(values.difference(may_be)), MOST_PROBLEMS):
            told = f"use one of: {', '.join(may_be)}" if 0 < len(may_be) <= MOST_TOLD else None
            self.wrong(name, f"there is no such {name}", nearest(value, may_be) or told)
        return values

    def day(self, name: str) -> date | None:
        """The day that a filter names; None where it is left out."""
        text = self.one(name)
        if text is None:
            return None
        found = parse_day(text)
        if found is None:
            self.wrong(name, "this is not a calendar day", DAY_HELP)
        return found

    def one(self, name: str) -> str | None:
        """The value of a filter that has but one; None where it is left out."""
        values = self._given.get(name, [])
        if len(values) > 1:
            self.wrong(name, f"`{name}` is given twice", "keep one of them")
        return values[0] if values else None

    def wrong(self, name: str, message: str, help_: str | None = None) -> None:
        """Note what is wrong with a filter."""
        self._problems.append(Problem(message, where=name, help=help_))

    def done(self) -> None:
        """Go on only if all was understood.

        Raises:
            RequestError: with everything that was not.
        """
        if self._problems:
            raise RequestError(self._problems)
