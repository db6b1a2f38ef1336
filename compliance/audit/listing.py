"""Files of evidence as whoever verifies them sees them: their paths, and what is in them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Protocol, TypeVar

from compliance.audit.finding import Findings

_T = TypeVar("_T")
LOG: Final = "log/"
"""Where the log is that other programs read."""
CHECKPOINT: Final = f"{LOG}checkpoint"


class Directory(Protocol):
    """The directory of a node's evidence."""

    def paths(self) -> Iterable[str]:
        """The paths of all that is in it, relative, with `/` between: files, and with `/` behind, empty directories."""

    def read(self, path: str) -> bytes:
        """What is in a file.

        Raises:
            OSError: it cannot be read, is gone, is no file, or is larger than such a file can be.
        """

    def digest(self, path: str) -> tuple[str, int]:
        """The SHA-256 of a file, in hexadecimal digits, and how many bytes it has.

        Raises:
            OSError: as for `read`.
        """


class Listing:
    """The files of a directory as they were listed once, and what is found when they are read."""

    def __init__(self, directory: Directory, findings: Findings) -> None:
        self._directory = directory
        self.findings = findings
        self.checkpoint = self.read(CHECKPOINT)
        """As it is before all others are listed: they are at least those of this one."""
        self._paths: Sequence[str] = sorted(directory.paths())

    def __contains__(self, path: str) -> bool:
        """Whether a path is in it."""
        at = bisect_left(self._paths, path)
        return at < len(self._paths) and self._paths[at] == path

    def __iter__(self) -> Iterator[str]:
        """All paths, in order."""
        return iter(self._paths)

    def under(self, start: str) -> Iterator[str]:
        """The paths that begin so, in order."""
        for at in range(bisect_left(self._paths, start), len(self._paths)):
            if not self._paths[at].startswith(start):
                return
            yield self._paths[at]

    def read(self, path: str) -> bytes | None:
        """What is in a file; None if it is gone, or cannot be read, which is a finding."""
        return self._tried(path, self._directory.read)

    def digest(self, path: str) -> tuple[str, int] | None:
        """The SHA-256 of a file and its size; None as for `read`."""
        return self._tried(path, self._directory.digest)

    def _tried(self, path: str, look: Callable[[str], _T]) -> _T | None:
        try:
            return look(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            self.findings.add("unreadable", path, f"it cannot be read: {(error.strerror or 'no reason given').lower()}")
            return None

    def has_moved(self) -> bool:
        """Whether the log was sealed again since: then files that were there may be gone, and others be there."""
        return self.read(CHECKPOINT) != self.checkpoint
