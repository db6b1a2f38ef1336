"""When a worker that ended by itself is started again, and when there is no hope left.

Theory: a worker that is killed once is missed at once, and one that ends again and again would take the processor from
those that answer. So the pause before each start doubles while lives are short, up to a bound, and is nothing after a
long one. However often one worker ends, the others go on; the service ends only where for long not one was there.
"""

from __future__ import annotations

from typing import Final

STARTED: Final = 10.0
"""A worker that has lived for so many seconds was started well."""
LONG_LIFE: Final = 60.0
"""After so many seconds, what a worker did in lives before counts no more."""
LONGEST_PAUSE: Final = 30.0
PATIENCE: Final = 60.0
"""For so many seconds there may be no worker that was started well."""


class Respawning:
    """Which workers have ended, and what follows. Times are seconds of a clock that does not go back."""

    def __init__(self, now: float) -> None:
        """Begin, with workers that are being started.

        Args:
            now: the instant.
        """
        self._short_lives: dict[int, int] = {}
        self._due: dict[int, float] = {}
        self._well = now

    def ended(self, worker: int, lived: float, now: float, *, is_another_well: bool) -> float:
        """The pause in seconds before a worker that has just ended is started again.

        Args:
            worker: which one.
            lived: for how many seconds.
            now: the instant.
            is_another_well: whether another one is there that was started well.
        """
        short = 0 if lived >= LONG_LIFE else self._short_lives.get(worker, 0) + 1
        self._short_lives[worker] = short
        if is_another_well or lived >= STARTED:
            self._well = now
        pause = min(LONGEST_PAUSE, 2.0 ** (min(short, 10) - 1)) if short else 0.0
        self._due[worker] = now + pause
        return pause

    def is_hopeless(self, now: float) -> bool:
        """Whether for long no worker was started well; asked when one has ended."""
        return now - self._well > PATIENCE

    def wait(self, now: float) -> float | None:
        """For how many seconds there is nothing to start; None if nothing is to be started at all."""
        return max(0.0, min(self._due.values()) - now) if self._due else None

    def due(self, now: float) -> list[int]:
        """The workers that are to be started now; they are not told again."""
        found = [worker for worker, instant in self._due.items() if instant <= now]
        for worker in found:
            del self._due[worker]
        return found
