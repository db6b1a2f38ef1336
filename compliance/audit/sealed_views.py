"""The views of a node as the sealer keeps them: told of each leaf, and made anew when they do not fit the log.

Theory: another process may make views anew at any time, so nothing is held open between two rounds. Whoever calls this
holds the lock of the log, so that the size that it has does not change meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing

from compliance.audit.log_files import LogFiles
from compliance.audit.views import VIEWS, Views, rebuild
from compliance.audit.views_reading import ViewsReader


class SealedViews:
    """The views beside the files of a log."""

    def __init__(self, files: LogFiles) -> None:
        """Nothing is opened yet."""
        self._files = files
        self._path = files.directory / VIEWS
        self._reader = ViewsReader(self._path)

    def size(self) -> int:
        """How many leaves they have; views that do not fit the log are made anew first.

        Raises:
            EvidenceError: they can be neither read nor made.
        """
        with closing(Views.open(self._path)) as views:
            if views.fits(self._files):
                return views.size()
        return rebuild(self._files)

    def take_all(self, first: int, records: Iterable[bytes]) -> None:
        """Take in the records of the leaves from the number `first` on.

        Raises:
            EvidenceError: they cannot be written.
        """
        with closing(Views.open(self._path)) as views:
            views.take_all(first, records)

    def leaf_of(self, key: str) -> int | None:
        """The number of the leaf of a key; None if it is in none."""
        return self._reader.leaf_of(key)
