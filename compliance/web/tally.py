"""The counters of several processes, told as one.

Theory: whoever asks for the counters gets hold of one process and means all of them. So each writes what it counted
into a small file of its own, now and then, when it is asked, and at the end; and whoever is asked adds what the files
of the others say. Before it tells a sum it writes its own file: so no later sum, by whichever process, is smaller.
Files have the numbers of the workers, so one that comes in the place of another goes on from there, and none is left
over. They lie in a private directory in memory, and hold no more than totals.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Final

import msgspec

from compliance.web.metrics import Labels, Samples

_MOST: Final = frozenset({"compliance_rule_reloads_total", "compliance_geo_reloads_total"})
"""What each process does: the largest number counts."""
_LEAST: Final = frozenset({"compliance_evidence_recording"})
"""What is well only where it is so in each process."""


class _Told(msgspec.Struct, array_like=True):
    """What a process tells of itself."""

    source: str
    """The digest of its rule set."""
    samples: list[tuple[str, Labels, int]]


class Tally:
    """What one process counts, beside the others. Threads may share it."""

    def __init__(self, directory: Path, number: int, patience: float, clock: Callable[[], float] = monotonic) -> None:
        """Go on from what the process before with this number counted.

        Args:
            directory: where the files of all are; nobody else may write there.
            number: that of this worker, from 1.
            patience: for so many seconds rule sets may differ, since not all are read in the same moment.
            clock: seconds that do not go back.
        """
        self._directory, self._own, self._patience, self._clock = directory, str(number), patience, clock
        self._mutex = threading.Lock()
        before = _read(directory / self._own)
        self._before = {} if before is None else {key: value for key, value in _by_key(before).items() if _adds(key[0])}
        self._written: bytes | None = None
        self._source = ""
        self._alike = clock()

    def publish(self, samples: Samples, source: str) -> None:
        """Tell the others what this process has counted since it started, and by which rule set it answers."""
        with self._mutex:
            self._source = source
            self._write(self._all_of(samples))
        self._compare()

    def have_all(self, source: str) -> bool:
        """Whether all other processes answer by the rule set with this digest."""
        return all(told.source == source for told in self._others())

    def joined(self, own: Samples) -> Samples:
        """The numbers of all processes: sums, or the worst where each tells the same thing; else those of this one."""
        with self._mutex:
            found = self._all_of(own)
            self._write(found)
        for told in self._others():
            for (name, labels), number in _by_key(told).items():
                key = name, labels
                if _adds(name):
                    found[key] = found.get(key, 0) + number
                elif name in _MOST:
                    found[key] = max(found.get(key, 0), number)
                elif name in _LEAST:
                    found[key] = min(found.get(key, number), number)
        return found

    def difference(self) -> str | None:
        """That processes have had different rule sets for longer than a reload takes; None if they have not."""
        seconds = self._compare()
        return None if seconds <= self._patience else f"for {seconds:.0f} seconds not all workers have had these rules"

    def _all_of(self, samples: Samples) -> Samples:
        """With what was counted under this number before."""
        found = dict(samples)
        for key, number in self._before.items():
            found[key] = found.get(key, 0) + number
        return found

    def _compare(self) -> float:
        """For how many seconds some process has had another rule set."""
        now = self._clock()
        if all(told.source == self._source for told in self._others()):
            self._alike = now
        return now - self._alike

    def _others(self) -> list[_Told]:
        with contextlib.suppress(OSError):
            names = sorted(name for name in os.listdir(self._directory) if name.isdigit() and name != self._own)
            return [told for name in names if (told := _read(self._directory / name)) is not None]
        return []

    def _write(self, samples: Samples) -> None:
        """Put the file in place whole; where that fails, the former one counts."""
        rows = [(name, labels, number) for (name, labels), number in samples.items() if _is_shared(name)]
        data = msgspec.json.encode(_Told(self._source, rows))
        if data == self._written:
            return
        beside = self._directory / f"{self._own}.new"
        with contextlib.suppress(OSError):
            beside.write_bytes(data)
            beside.replace(self._directory / self._own)
            self._written = data


def _adds(name: str) -> bool:
    return name.endswith("_total") and name not in _MOST


def _is_shared(name: str) -> bool:
    return _adds(name) or name in _MOST or name in _LEAST


def _by_key(told: _Told) -> Samples:
    return {(name, labels): number for name, labels, number in told.samples}


def _read(path: Path) -> _Told | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Told)
    except (OSError, msgspec.MsgspecError):
        return None
