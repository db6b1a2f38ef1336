"""What a service tells in lines of JSON: of each request that it was answered, and what happens to itself.

Theory: a line tells whoever reads it nothing of a reader. It has no address, place, user agent, page or id, and of the
time the hour. How long a request took is in no line: that would tell whether an answer was at hand, and so whether
somebody had asked before. What is left of a request are its route and its status, which counters tell, too; so lines
are made where requests are counted, and are the same whichever door a request came through.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from compliance.errors import visible
from compliance.model.address_text import withheld
from compliance.web.lines import Lines
from compliance.web.withheld import place_of

_MESSAGE: Final = "message"
"""The event of lines that name none."""
Clock = Callable[[], float]


def hour(now: float) -> str:
    """The hour in UTC of an instant in seconds since 1970.

    >>> hour(1_700_000_000.0)
    '2023-11-14T22Z'
    """
    return time.strftime("%Y-%m-%dT%HZ", time.gmtime(now))


class AccessLog:
    """A line for each request that was answered."""

    def __init__(self, lines: Lines, worker: int, ruleset: Callable[[], str], clock: Clock = time.time) -> None:
        """Begin.

        Args:
            lines: takes what is told.
            worker: the number of this process, from 1.
            ruleset: the digest of the rules in use.
            clock: seconds since 1970.
        """
        self.lines, self._worker, self._ruleset, self._clock = lines, worker, ruleset, clock
        self._made: dict[tuple[str, str], bytes] = {}
        self._basis: tuple[int, str] = (0, "")

    def answered(self, route: str, status: str, number: int = 1) -> None:
        """Tell of requests that were answered alike.

        Args:
            route: the pattern of their path, `none` where there is no such endpoint.
            status: of the responses.
            number: how many.
        """
        basis = int(self._clock()) // 3600, self._ruleset()
        if basis != self._basis:
            self._made, self._basis = {}, basis
        key = route, status
        line = self._made.get(key)
        if line is None:
            line = self._made[key] = self._line(basis, route, status)
        self.lines.add(line, number)

    def _line(self, basis: tuple[int, str], route: str, status: str) -> bytes:
        said = {
            "event": "request",
            "hour": hour(3600.0 * basis[0]),
            "route": route,
            "status": int(status),
            "ruleset": basis[1],
            "worker": self._worker,
        }
        return msgspec.json.encode(said) + b"\n"


class JsonHandler(logging.Handler):
    """Writes what is logged as lines of JSON, soon and without waiting."""

    def __init__(self, lines: Lines, worker: int | None, clock: Clock = time.time) -> None:
        """Begin.

        Args:
            lines: takes what is told.
            worker: the number of this process; None in one that answers nothing.
            clock: seconds since 1970.
        """
        super().__init__()
        self.lines, self._worker, self._clock = lines, worker, clock

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record: its `event`, its words, and what else it has as `facts`."""
        try:
            line = self._line(record, record.getMessage(), getattr(record, "facts", {}))
        except Exception:  # noqa: BLE001 - what is usual here prints all that was to be told, addresses too
            line = self._line(record, "something cannot be told", {})
        self.lines.add(line)
        self.lines.hurry()

    def _line(self, record: logging.LogRecord, message: str, facts: Mapping[str, object]) -> bytes:
        said: dict[str, Any] = {
            "event": getattr(record, "event", _MESSAGE),
            "hour": hour(self._clock()),
            "level": record.levelname.lower(),
            "from": record.name,
            **facts,
            "message": withheld("\n".join(map(visible, message.split("\n")))),
        }
        if record.exc_info and record.exc_info[1] is not None:
            said["place"] = place_of(record.exc_info[1])
        if self._worker is not None:
            said["worker"] = self._worker
        return msgspec.json.encode(said) + b"\n"

    def close(self) -> None:
        """Write what waits, and end."""
        self.lines.close()
        super().close()
