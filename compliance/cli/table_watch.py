"""A table for the edge that is kept up to date: written anew when rules or pages change, and when its time is over.

Theory: the edge must never be worse off for it. What cannot be read, made or written leaves the last good table where
it is, is told once, and is tried again; so is the command that has the web server read the new one, since until then
nobody answers from it. A table holds until an instant that it names, and that is looked at as files are.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Final

from compliance import programs
from compliance.check import Checker
from compliance.cli import pages
from compliance.cli.pages import Asked
from compliance.edge.table import Basis, EdgeTable
from compliance.errors import ComplianceError, RequestError
from compliance.watching import watch
from compliance.web.wire import NotJsonError

_FIRST_PAUSE: Final = 2.0
_LONGEST_PAUSE: Final = 60.0
"""Between two trials of what failed: longer each time, up to this many seconds."""
_LOOK: Final = 1.0
Make = Callable[[Sequence[Asked]], EdgeTable]
"""Makes the table of pages, and puts its files into their places."""


def look(file: Path) -> object:
    """What changes when a file does."""
    try:
        seen = os.stat(file)
    except OSError as error:
        return type(error).__name__
    return seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size, seen.st_ino


class Keeper:
    """Keeps one table up to date; one thread looks, and others may ask for a new table."""

    def __init__(
        self,
        checker: Checker,
        file: Path,
        make: Make,
        then: Sequence[str],
        say: Callable[[str], object],
        stopped: threading.Event,
    ) -> None:
        """Nothing is made yet.

        Args:
            checker: what decides; its rules are watched by somebody else.
            file: of the pages; `-` was read, and is not looked at again.
            make: makes a table of them.
            then: run after each new table, without a shell; none if it is empty.
            say: told what goes wrong, and what has become of it.
            stopped: set at the end, for the command that is under way.
        """
        self._checker, self._file, self._make, self._then, self._say = checker, file, make, tuple(then), say
        self.wake, self._stopped = threading.Event(), stopped
        self._asked: Sequence[Asked] = ()
        self._seen: object = None
        self._basis: Basis | None = None
        self._is_refused, self._is_told = False, False
        """Whether the pages in the file are not those in the table, and whether whoever answers has read that."""
        self._again: float | None = None
        """When what failed is tried again, in seconds that do not go back."""
        self._pause = _FIRST_PAUSE
        self._said = ""
        checker.store.swapped = lambda *_: self.wake.set()

    def first(self, asked: Sequence[Asked], seen: object) -> None:
        """Make the table of pages that were read.

        Args:
            asked: the pages.
            seen: what a look at their file gave before it was read.

        Raises:
            ComplianceError: it cannot be made or written.
        """
        self._seen = seen
        self._put(asked)
        self._tell_others()

    def look(self) -> object:
        """What changes when the file of the pages does."""
        return look(self._file)

    def seen(self) -> object:
        """What a look gave when the pages were last read."""
        return self._seen

    def look_at_clock(self) -> None:
        """Make the table anew if its time is over, and try again what failed."""
        if (self._is_over() and self._again is None) or (self._again is not None and monotonic() >= self._again):
            self.reload()

    def reload(self) -> bool:
        """Whether the table is made anew, by the rules in use, and whoever answers from it was told."""
        self._again = monotonic() + self._pause  # also for what nobody has foreseen
        try:
            self._put(self._read())
        except (ComplianceError, NotJsonError) as error:
            return self._by_former_pages(f"no new table, the last good one stays: {error}")
        return self._tell_others()

    def _read(self) -> Sequence[Asked]:
        """The pages as they are now; read again if anything about their file has changed, or they were refused.

        Raises:
            ComplianceError: some cannot be understood.
        """
        now = self.look()
        if str(self._file) == "-" or (now == self._seen and not self._is_refused):
            return self._asked
        self._seen, self._is_refused = now, True
        asked, problems = pages.asked(self._file)
        if problems:
            raise RequestError(problems)
        return asked

    def _put(self, asked: Sequence[Asked]) -> None:
        self._basis = self._make(asked).basis
        self._asked, self._is_refused, self._is_told = asked, False, False

    def _by_former_pages(self, why: str) -> bool:
        """Keep to the last good pages while those in the file cannot be used: newer rules count for them, too."""
        try:
            if self._is_refused and self._is_outdated():
                self._put(self._asked)
                self._is_refused = True
        except ComplianceError:
            return self._failed(why)
        return self._failed(why) if self._is_told else self._tell_others(why)

    def _is_outdated(self) -> bool:
        return self._basis is None or self._basis.source != self._checker.ruleset.source or self._is_over()

    def _is_over(self) -> bool:
        until = None if self._basis is None else self._basis.valid_until
        return until is not None and self._checker.moment()[1] >= until

    def _tell_others(self, trouble: str | None = None) -> bool:
        """Whether those who answer from the table were told, and there is no trouble left."""
        why = programs.run(self._then, stopped=self._stopped) if self._then else None
        if why is not None:
            return self._failed(f"the new table stands there, but `{self._then[0]}` failed: {why}")
        self._is_told = True
        if trouble is not None:
            return self._failed(trouble)
        if self._said:
            self._say("all is well again")
        self._again, self._pause, self._said = None, _FIRST_PAUSE, ""
        return True

    def _failed(self, why: str) -> bool:
        if self._stopped.is_set():
            return False
        if why != self._said:
            self._say(why)
        self._said = why
        self._again = monotonic() + self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        return False


def keep(keeper: Keeper, checker: Checker, seconds: float, stopped: threading.Event) -> None:
    """Keep a table up to date until the process is told to stop; SIGHUP has everything read anew.

    Args:
        keeper: of the table, which was made once.
        checker: what decides.
        seconds: from one look at the files to the next.
        stopped: set at the end.
    """

    def anew(*_: object) -> None:
        checker.store.request_reload()
        keeper.wake.set()

    def end(*_: object) -> None:
        stopped.set()

    heeded = {signal.SIGTERM: end, signal.SIGINT: end, signal.SIGHUP: anew}
    before = {signum: signal.signal(signum, heed) for signum, heed in heeded.items()}
    stops = [checker.store.watch(seconds), watch(keeper, seconds, "table", keeper.look_at_clock)]
    try:
        while not stopped.wait(_LOOK):  # a signal that another thread was given is heeded then
            pass
    finally:
        for stop in stops:
            stop()
        for signum, heed in before.items():
            signal.signal(signum, heed)
