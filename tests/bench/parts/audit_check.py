"""What evidence costs beside answers: a check whose table is recorded, a leaf of the tree, a proof, and sealing.

Theory: the two checkers, one that records and one that does not, answer the same question in turn, so that a busy
minute slows both down; told is the median of the differences. Proofs are made from the tiles of a log on disk, as a
receipt is.
"""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter, sleep
from typing import Final

from compliance.assemble import Moment, Question
from compliance.audit.checkpoint import opened_checkpoint
from compliance.audit.log import Log
from compliance.audit.log_files import LogFiles
from compliance.audit.merkle import Frontier, consistency_proof, inclusion_proof, is_included, leaf_hash
from compliance.audit.note import PrivateKey, PublicKey, public_key
from compliance.audit.record import VerdictRecord, encode
from compliance.audit.sealer import Sealer
from compliance.audit.segment_writer import SegmentWriter
from compliance.audit.tiles import TileHashes
from compliance.check import Checker, Content, Reader
from compliance.content.facts import facts_of
from compliance.model.territory import LocationSet
from compliance.recording import Recorder

DAY: Final = date(2026, 3, 1)
ORIGIN: Final = "bench.example/evidence"
CONTENT: Final = Content(publisher="rferl.org", url="https://www.rferl.org/a/1.html")
READERS: Final = (Reader(country="RU"), Reader(country="US"), Reader(subdivision="UA-30"), Reader())
LEAVES: Final = 70_000


@dataclass(frozen=True)
class Beside:
    """The microseconds of a check without evidence and with it, of each round."""

    without: Sequence[float]
    recorded: Sequence[float]

    @property
    def more(self) -> float:
        """What evidence adds."""
        return statistics.median(one - other for one, other in zip(self.recorded, self.without, strict=True))


def _in_turn(checkers: Sequence[Checker], times: int) -> list[float]:
    """The microseconds that a tenth of the checks take at most, by each checker, one after the other.

    The rest is told by what else the machine does: the difference of two medians would be drowned by it.
    """
    spent: list[list[float]] = [[] for _ in checkers]
    for number in range(times):
        reader = READERS[number % len(READERS)]
        for which in range(len(checkers)):
            turn = (which + number // len(READERS)) % len(checkers)  # whoever asks second finds all warm
            checker, own = checkers[turn], spent[turn]
            begin = perf_counter()
            checker.check(CONTENT, reader)
            own.append(perf_counter() - begin)
    return [sorted(each)[len(each) // 10] * 1e6 for each in spent]


def beside(directory: Path, rounds: int, times: int) -> Beside:
    """Checks of one page whose table is recorded, and the same without evidence, in turn."""
    log = Log(directory, "table", lambda: DAY)
    recording, plain = Checker.open(recorder=Recorder(log, "table")), Checker.open()
    assert recording.check(CONTENT).evidence.state == "recorded"
    gc.collect()
    found = [_in_turn((plain, recording), times) for _ in range(rounds + 1)][1:]
    assert recording.recorder is not None
    recording.recorder.close()
    return Beside([one for one, _ in found], [other for _, other in found])


def alone(directory: Path, rounds: int, times: int) -> float:
    """The microseconds of what evidence does for a check whose table is recorded: the least of some rounds."""
    log = Log(directory, "table", lambda: DAY)
    recorder = Recorder(log, "table")
    checker = Checker.open(recorder=recorder)
    answer, snapshot = checker.check(CONTENT, READERS[0]), checker.store.current
    facts = facts_of(CONTENT, snapshot.directory)
    location = LocationSet.of(["RU"])
    question = Question(CONTENT, {**facts, "reader.location": location}, location)
    days = dict.fromkeys(snapshot.ruleset.zones, DAY)
    moment = Moment(datetime(2026, 3, 1, 12, tzinfo=UTC), days, None, None)
    spent, found = [], answer.evidence
    for _ in range(rounds):
        begin = perf_counter()
        for _ in range(times):
            found = recorder.behind(snapshot, question, moment)
            recorder.told(answer, question, found, moment.now)
            recorder.count(DAY, snapshot.ruleset.meaning, recorder.counting(snapshot, days, location, answer))
        spent.append((perf_counter() - begin) / times * 1e6)
    assert found.state == "recorded"
    recorder.close()
    return min(spent)


@dataclass(frozen=True)
class Proofs:
    """Microseconds: to add a record to the tree, to make a proof of each kind, to check one."""

    leaf: float
    inclusion: float
    consistency: float
    check: float


def sealed(directory: Path, number: int) -> tuple[LogFiles, float, int]:
    """A log of so many records, the seconds that sealing them took, and its bytes."""
    records = [_record(each) for each in range(number)]
    writer = SegmentWriter(directory / "segments", "bench", most_file_bytes=1 << 40, seconds=60)
    tickets = [writer.append(each) for each in records]
    tickets[-1].wait()
    writer.close()
    sealer = Sealer(directory, PrivateKey(ORIGIN, os.urandom(32)), ORIGIN)
    begin = perf_counter()
    while not sealer.seal().is_all:
        pass
    spent = perf_counter() - begin
    size = sum(each.stat().st_size for each in (directory / "log").rglob("*") if each.is_file())
    return LogFiles(directory), spent, size


def _record(number: int) -> bytes:
    said = VerdictRecord(nonce=f"{number:032x}", day=DAY, content=None, facts={}, by="bench", reason="x" * 200)
    return encode(said)


def proofs(log: LogFiles, times: int) -> Proofs:
    """What proofs of a log on disk cost; every tile is read for each."""
    size = log.size()
    numbers = [number * 7919 % size for number in range(times)]
    entries = [entry for _, entry in log.entries(0, min(size, 2000))]
    frontier = Frontier()
    leaf = _timed(lambda each: frontier.append(entries[each % len(entries)]), range(20_000))
    inclusion = _timed(lambda each: inclusion_proof(each, size, TileHashes(size, log.tile)), numbers)
    consistency = _timed(lambda each: consistency_proof(each + 1, size, TileHashes(size, log.tile)), numbers)
    stored = TileHashes(size, log.tile)
    whole = Frontier.of(size, stored).root()
    leaves = {each: (leaf_hash(log.entry(each)), inclusion_proof(each, size, stored)) for each in numbers[:50]}

    def check(each: int) -> None:
        found, proof = leaves[each]
        assert is_included(found, each, size, proof, whole)

    return Proofs(leaf, inclusion, consistency, _timed(check, numbers[:50]))


def _timed(do: Callable[[int], object], numbers: Sequence[int]) -> float:
    """The median microseconds."""
    spent = []
    for each in numbers:
        begin = perf_counter()
        do(each)
        spent.append(perf_counter() - begin)
    return statistics.median(spent) * 1e6


def until_provable(directory: Path, times: int) -> list[float]:
    """The seconds from a record's acknowledgement until the signed log proves it, with a sealer in its own process."""
    command = [sys.executable, "-m", "compliance.cli", "audit", "seal", "--every", "1", "--data-dir", str(directory)]
    writer = SegmentWriter(directory / "evidence" / "segments", "bench", seconds=60)
    log = LogFiles(directory / "evidence")
    writer.append(_record(0)).wait()
    spent = []
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=directory) as sealer:
        try:
            _wait_for(log, 1)
            for number in range(1, times + 1):
                sleep(number * 0.37 % 1.0)  # not in step with the rounds
                writer.append(_record(number)).wait()
                begin = perf_counter()
                _wait_for(log, number + 1)
                spent.append(perf_counter() - begin)
        finally:
            sealer.terminate()
    writer.close()
    return spent


def _wait_for(log: LogFiles, size: int) -> None:
    end = perf_counter() + 60
    while log.size() < size:
        if perf_counter() > end:
            raise RuntimeError("the sealer does not seal")
        sleep(0.005)
    note = opened_checkpoint(log.checkpoint() or b"", "compliance.local/evidence", [_key(log)])
    assert note.checkpoint.size >= size


def _key(log: LogFiles) -> PublicKey:
    return public_key((log.directory / "key.pub").read_text(encoding="utf-8").split("\n")[0])
