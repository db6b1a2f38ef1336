"""A process may be killed, and the power may go, at any call of a seal: the next one goes on as if nothing was."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from compliance.audit import known_keys, sealing
from compliance.audit.disk import Disk
from compliance.audit.log_files import SEGMENTS
from compliance.audit.sealer import Sealer
from compliance.audit.segment_writer import SegmentWriter
from compliance.errors import EvidenceError
from tests.audit.disks import FAULTS, Fault, Image, SimulatedDisk, in_turn
from tests.audit.sealing_mutants import CRASH
from tests.audit.seals import (
    DIRECTORY,
    EMPTY,
    LOG_CALLS,
    Moment,
    broken,
    key_once,
    leaves_in,
    leaves_of,
    record,
    sealed_all,
    sealer,
    writer,
)
from tests.audit.signing import LOG, ORIGIN
from tests.audit.test_disk_faults import small_disk  # noqa: F401 - a fixture
from tests.examples import step

FEW, MANY = 80, 10_000
"""Moments in every run, and twice in the proof; half of them are power cuts."""
FAR = 37
"""From one moment to the next in every run, so that they are of several lives."""
SHIFT = 1_000
SEEN_FROM = {"signed anew": 20, "the same key again": 7, "segment files removed first": 9}
"""A life soon after which a mistake is seen; of the others in the first ones."""


@pytest.fixture(autouse=True)
def keys_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (sealing, known_keys):
        monkeypatch.setattr(module, "key_in", key_once)


def test_a_crash_at_any_call_of_a_seal_loses_no_record_and_seals_none_twice() -> None:
    assert next(broken(FEW, step=FAR), None) is None


def test_the_same_holds_when_calls_fail_before() -> None:
    assert next(broken(FEW // 2, fail=True, first=SHIFT, step=FAR), None) is None


@pytest.mark.prove
def test_a_crash_at_any_of_many_moments_loses_no_record_and_seals_none_twice() -> None:
    assert next(broken(MANY), None) is None
    assert next(broken(MANY, fail=True, first=SHIFT), None) is None


@pytest.mark.parametrize("mistake", CRASH)
def test_a_crash_brings_every_mistake_to_light(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    CRASH[mistake](monkeypatch)
    assert next(broken(15 * FEW, first=SEEN_FROM.get(mistake, 0)), None) is not None


BESIDE = Path("/data/evidence-key.checkpoint")


def test_a_seal_whose_checkpoint_a_power_cut_took_away_is_signed_as_it_was() -> None:
    """Somebody may have seen it: another log of this size would be a lie to them."""
    disk = SimulatedDisk(node())
    images: list[Image] = []
    disk.before = lambda _: images.append(disk.live_image())
    done = sealer(disk, seed=1).seal()
    old = images[0][DIRECTORY / "log/checkpoint"]
    ready = [each for each in images if each[BESIDE] == done.checkpoint and each[DIRECTORY / "log/checkpoint"] == old]
    assert ready
    for seed, image in enumerate(ready, 2):
        after = SimulatedDisk(image)
        assert sealer(after, seed=seed).seal().checkpoint == done.checkpoint


def test_a_seal_that_nobody_signed_is_not_signed_because_it_is_on_the_disk() -> None:
    """Whoever can write the directory can put such a seal there, with any leaves."""
    disk = SimulatedDisk(node())
    images: list[Image] = []
    disk.before = lambda _: images.append(disk.live_image())
    done = sealer(disk, seed=1).seal()
    path = DIRECTORY / f"sealed/{done.size}.json"
    ready = [each for each in images if path in each and each[BESIDE] != done.checkpoint]
    assert ready
    for image in ready:
        after = SimulatedDisk(image)
        again = sealer(after, seed=2).seal()
        assert again.size == done.size
        assert again.checkpoint != done.checkpoint
        assert len(leaves_in(after)) == done.size


BROUGHT = [
    *(record("table", f"page-{number}", number) for number in range(300)),
    *(record("counters", "", number) for number in range(3)),
]


@cache
def node() -> Image:
    """A log with some leaves, a full segment file and one in use with as many again, and what a killed seal left."""
    disk = SimulatedDisk(EMPTY)
    worker, other = writer(disk, "w0", most_bytes=2_000), writer(disk, "w1")
    found = sealer(disk)
    worker.commit(BROUGHT[:200])
    found.seal()
    worker.commit(BROUGHT[200:250])
    other.commit(BROUGHT[250:])
    return disk.live_image()


def faults() -> Iterator[Fault]:
    """Each call of a seal, and each way in which it may fail."""
    disk = SimulatedDisk(node())
    sealed_all(sealer(disk))
    for number, call in enumerate(disk.calls):
        for error in FAULTS[call]:
            yield call, number, error


def wrong_after(number: int, error: int) -> list[str]:
    """What is wrong after one call of a seal has failed."""
    disk = SimulatedDisk(node())
    disk.fail_at = {number: error}
    found = sealer(disk)
    try:
        found.seal()
    except EvidenceError as failure:
        wrong = [] if str(failure).islower() or "`" in str(failure) else [f"it says {failure}"]
    else:
        wrong = []
    disk.fail_at = {}
    wrong += Moment(disk.image(disk.random), BROUGHT, BROUGHT, []).broken()
    done = sealed_all(found)
    if done.size != len(BROUGHT) or done.findings:
        wrong.append(f"the same sealer goes on to {done}")
    return wrong + disk.used_again


def wrong_after_any(failures: Iterable[Fault]) -> list[str]:
    return [
        f"{call} (call {number}, {errno.errorcode.get(error, 'a part')}): {each}"
        for call, number, error in failures
        for each in wrong_after(number, error)
    ]


def test_whatever_call_fails_the_next_seal_goes_on() -> None:
    some = list(in_turn(faults(), step(5)))
    assert {call for call, _, _ in some} >= LOG_CALLS
    assert wrong_after_any(some) == []


@pytest.mark.prove
def test_in_whatever_way_a_call_fails_the_next_seal_goes_on() -> None:
    assert wrong_after_any(faults()) == []


def test_a_disk_that_fails_for_good_is_an_error_each_time_and_takes_nothing() -> None:
    disk = SimulatedDisk(node())
    found = sealer(disk)
    disk.is_dead = True
    for _ in range(3):
        with pytest.raises(EvidenceError):
            found.seal()
    disk.is_dead = False
    assert sealed_all(found).size == len(BROUGHT)


def test_a_full_disk_keeps_the_log_as_it_was_and_the_records_where_they_are() -> None:
    disk = SimulatedDisk(node())
    before = disk.live_image()
    disk.before = lambda call: _full(disk, call)
    with pytest.raises(EvidenceError, match="no space left on device"):
        sealer(disk).seal()
    assert disk.names(DIRECTORY / SEGMENTS) == ["w0-00000001.seg", "w0-00000002.seg", "w1-00000001.seg"]
    assert {path for path in before if "/segments/" in str(path)} <= disk.entries.keys()


def _full(disk: SimulatedDisk, call: str) -> None:
    if call == "write":
        disk.fail_at[len(disk.calls)] = errno.ENOSPC


def test_a_disk_without_room_is_an_error_and_what_waits_is_sealed_once_there_is_some(small_disk: Path) -> None:  # noqa: F811
    writer = SegmentWriter(small_disk / SEGMENTS, "w0", seconds=60)
    for ticket in [writer.append(each) for each in BROUGHT]:
        ticket.wait()
    filler = small_disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4_096))
    for _ in range(2):
        with pytest.raises(EvidenceError, match="no space left on device"):
            Sealer(small_disk, LOG, ORIGIN, patience=0).seal()
    filler.unlink()
    assert sealed_all(Sealer(small_disk, LOG, ORIGIN, patience=0)).findings == ()
    assert sorted(leaves_of(Disk(), small_disk)) == sorted(BROUGHT)
    writer.close()
