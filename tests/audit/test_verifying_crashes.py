"""Wherever a crash ends a seal, nothing is told as damage; and after the next seal nothing is told at all."""

from __future__ import annotations

from contextlib import closing
from hashlib import sha256

import pytest

from compliance.audit.finding import Finding, Grade
from compliance.audit.ledger_file import FileLedger
from compliance.audit.verifying import Trust, verified
from tests.audit.disks import Image, SimulatedDisk
from tests.audit.logs import Files, InMemory, growth
from tests.audit.seals import DIRECTORY, moments_of, sealed_all, sealer
from tests.audit.signing import LOG
from tests.examples import step

NOT_REAL = {"record-unreadable", "kind-unknown", "reference-lacking", "reference-gone"}
"""What is told of the records that are sealed there: they are none."""


def found(image: Image) -> list[Finding]:
    files = {
        path.relative_to(DIRECTORY).as_posix(): data
        for path, data in image.items()
        if data is not None and path.is_relative_to(DIRECTORY)
    }
    with closing(FileLedger()) as ledger:
        report = verified(InMemory(files), Trust((LOG.public,)), ledger)
    return [each for each in report.findings if each.check not in NOT_REAL]


def false_alarms(seed: int, each_of: int) -> list[Finding]:
    """What is told as damage at some moments of some lives of a node, or is told at all after it has gone on."""
    told: list[Finding] = []
    for each in moments_of(seed, step=each_of):
        told += [finding for finding in found(each.image) if finding.grade is Grade.DAMAGE]
        disk = SimulatedDisk(each.image)
        sealed_all(sealer(disk, seed))
        told += found(disk.live_image())
    return told


@pytest.mark.parametrize("seed", [1, 2])
def test_a_crash_is_no_damage_and_leaves_nothing_for_long(seed: int) -> None:
    assert false_alarms(seed, 41) == []


@pytest.mark.prove
def test_no_crash_is_damage_and_none_leaves_anything_for_long() -> None:
    assert [each for seed in range(60) for each in false_alarms(seed, 5)] == []


class Growing:
    """A log that is sealed again after so many looks at it."""

    def __init__(self, before: Files, after: Files, looks: int) -> None:
        self.states, self.looks = (before, after), looks

    def state(self) -> Files:
        self.looks -= 1
        return self.states[self.looks < 0]

    def paths(self) -> list[str]:
        return list(self.state())

    def read(self, path: str) -> bytes:
        state = self.state()
        if path not in state:
            raise FileNotFoundError(path)
        return state[path]

    def digest(self, path: str) -> tuple[str, int]:
        data = self.read(path)
        return sha256(data).hexdigest(), len(data)


@pytest.mark.parametrize(("before", "after"), [(0, 3), (3, 5), (250, 300)])
def test_a_log_that_is_sealed_while_it_is_verified_raises_no_alarm(before: int, after: int) -> None:
    first, *_, last = growth(before, after)
    last = {path: data for path, data in last.items() if path.partition(".p/")[0] not in last or ".p/" not in path}
    sizes = set()
    for looks in range(0, 60, step(4)):
        with closing(FileLedger()) as ledger:
            report = verified(Growing(first, last, looks), Trust((LOG.public,)), ledger)
        assert report.is_sound, (looks, report.findings)
        sizes.add(report.size)
    assert sizes == {before, after}
