"""How often somebody may do something: so often a minute, and a few times at once.

Theory: what is kept is the moment up to which everything that was done is paid for, at a fixed price in time. It may be
ahead of the clock by as much as may be done at once. So in any stretch of time of any length no more is done than the
rate gives for it, and once what may be done at once. Times are whole nanoseconds, so that nothing is lost by rounding.

Source: the generic cell rate algorithm, ITU-T I.371, annex A.
"""

from __future__ import annotations

from threading import Lock
from typing import Final

MINUTE: Final = 60_000_000_000
"""In nanoseconds."""
_LEAST_AT_ONCE: Final = 10
_AT_ONCE: Final = 6
"""The sixth part of a minute, ten seconds, may be used at once."""


def at_once(rate: int) -> int:
    """How many times something may be done at once, that may be done `rate` times a minute."""
    return min(rate, max(_LEAST_AT_ONCE, rate // _AT_ONCE))


class Bucket:
    """Counts what is done by one. Threads may share it."""

    __slots__ = ("_ahead", "_lock", "_paid", "_price", "burst", "rate")

    def __init__(self, rate: int, burst: int | None = None) -> None:
        """A bucket that is full.

        Args:
            rate: how many times a minute.
            burst: how many times at once; without it, what ten seconds give, and ten or a minute's worth at least.
        """
        self.rate, self.burst = rate, at_once(rate) if burst is None else burst
        self._price = -(-MINUTE // rate)
        self._ahead = self._price * (self.burst - 1)
        self._paid: int | None = None
        self._lock = Lock()

    def take(self, now: int) -> int:
        """Do it once: 0, or how many nanoseconds to wait before it may be done; then it was not.

        Args:
            now: nanoseconds of a clock that does not go back.
        """
        with self._lock:
            paid = self._paid
            if paid is None or paid < now:
                self._paid = now + self._price
                return 0
            wait = paid - self._ahead - now
            if wait > 0:
                return wait
            self._paid = paid + self._price
            return 0

    def wait(self, now: int) -> int:
        """How many nanoseconds to wait before it may be done."""
        paid = self._paid
        return 0 if paid is None else max(0, paid - self._ahead - now)
