"""Every system call may fail, in every way: then nothing is promised any more, nobody waits, and it can be mended."""

from __future__ import annotations

import contextlib
import errno
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

import pytest

from compliance.audit.disk import Disk
from compliance.audit.group_commit import NotRecordedError
from compliance.audit.segment_file import read_directory
from compliance.audit.segment_writer import Outage, SegmentWriter, Status
from tests.audit.cuts import DIRECTORY, EMPTY, PATIENCE, Moment
from tests.audit.disks import FAULTS, Fault, Image, SimulatedDisk, in_turn
from tests.audit.mutants import FAULTY
from tests.components import missing, program
from tests.examples import are_all

BURSTS, BURST = 5, 3
NOT_OF_A_WRITER = {"remove", "remove_directory", "rename", "locked", "permissions", "hold", "blank"}
IMAGES = 4
"""Of what the power may leave after each fault."""


class Course:
    """Some bursts of records on a disk of which a call fails: what was promised, and what came of it."""

    def __init__(self, image: Image, fail_at: dict[int, int] | None = None) -> None:
        self.disk = SimulatedDisk(image)
        self.disk.fail_at = fail_at or {}
        self.old = list(read_directory(SimulatedDisk(image), DIRECTORY).records) if DIRECTORY in image else []
        self.acknowledged: list[bytes] = []
        self.appended: list[bytes] = []
        self.refused = self.given_up = 0
        self.outages: list[Outage] = []
        self.wrong: list[str] = []

    def run(self) -> list[str]:
        """What was wrong; nothing should be."""
        writer = SegmentWriter(
            DIRECTORY, "w0", disk=self.disk, most_file_bytes=700, seconds=PATIENCE, opening_seconds=PATIENCE
        )
        for burst in range(BURSTS):
            self._burst(writer, burst)
            if (outage := writer.recover()) is not None:
                self.outages.append(outage)
        status = writer.status()
        writer.close()
        if status != Status(None, len(self.acknowledged), 0, 0):
            self.wrong.append(f"it is {status} in the end")
        counted = [sum(each.unacknowledged for each in self.outages), sum(each.refused for each in self.outages)]
        if counted != [self.given_up, self.refused]:
            self.wrong.append(f"it counts {counted} instead of {[self.given_up, self.refused]}")
        self.disk.fail_at = {}
        return self.wrong + self.disk.used_again + self._broken_promises()

    def _burst(self, writer: SegmentWriter, burst: int) -> None:
        tickets = []
        for number in range(BURST):
            payload = b"%d of %d " % (number, burst) * 20
            self.appended.append(payload)
            try:
                tickets.append((payload, writer.append(payload)))
            except NotRecordedError:
                self.refused += 1
        for payload, ticket in tickets:
            try:
                ticket.wait()
                self.acknowledged.append(payload)
            except NotRecordedError:
                self.given_up += 1
        if writer.status().failure is not None:
            self.refused += 1
            with contextlib.suppress(NotRecordedError):
                writer.append(b"refused")
                self.wrong.append("a record is taken after a failure")

    def _broken_promises(self) -> list[str]:
        random = Random(1)  # noqa: S311 - repeatable
        images = [self.disk.live_image(), *(self.disk.image(random) for _ in range(IMAGES))]
        promised, brought = [*self.old, *self.acknowledged], [*self.old, *self.appended]
        return [each for image in images for each in Moment(image, promised, brought).broken_promises()]


def after_a_crash() -> Image:
    """A directory with a file in it, so that opening reads one."""
    disk = SimulatedDisk(EMPTY)
    writer = SegmentWriter(DIRECTORY, "w0", disk=disk, seconds=PATIENCE)
    for each in (b"one", b"two"):
        writer.append(each).wait()
    return disk.live_image()


def faults_of(image: Image) -> Iterator[Fault]:
    """Each call of a course without a fault, and each way in which it may fail."""
    course = Course(image)
    assert course.run() == []
    assert course.outages == []
    for number, call in enumerate(course.disk.calls):
        for error in FAULTS[call]:
            yield call, number, error


def wrong_courses(image: Image, faults: Iterable[Fault]) -> Iterator[str]:
    for call, number, error in faults:
        for each in Course(image, {number: error}).run():
            yield f"{call} (call {number}, {errno.errorcode.get(error, 'a part')}): {each}"


def test_whatever_call_fails_no_promise_is_broken_and_what_was_not_recorded_is_counted() -> None:
    calls: set[str] = set()
    for image in (EMPTY, after_a_crash()):
        every = list(faults_of(image))
        calls |= {call for call, _, _ in every}
        assert list(wrong_courses(image, every if are_all() else in_turn(every))) == []
    assert calls == {*FAULTS} - NOT_OF_A_WRITER


@pytest.mark.parametrize("mistake", FAULTY)
def test_a_failing_call_brings_every_mistake_to_light(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    FAULTY[mistake](monkeypatch)
    assert next(wrong_courses(EMPTY, faults_of(EMPTY)), None) is not None


def test_a_new_file_that_cannot_be_made_is_taken_away_if_the_disk_lets_it() -> None:
    for other in ("write", "sync", "close"):
        for is_removed in (True, False):
            disk = SimulatedDisk(EMPTY)
            writer = SegmentWriter(DIRECTORY, "w0", disk=disk, seconds=PATIENCE)
            disk.fail_once |= {"sync_data"}
            with pytest.raises(NotRecordedError):
                writer.append(b"one").wait()
            disk.fail_once |= {"write" if other == "close" else other, other, *(() if is_removed else ("remove",))}
            with pytest.raises(NotRecordedError, match=r"cannot make `w0-00000002\.seg`: input/output error"):
                writer.recover()
            names = [path.name for path in disk.entries if path.suffix]
            assert names == ["w0-00000001.seg", "w0-00000002.seg"][: 1 if is_removed else 2]
            disk.fail_once.clear()
            assert writer.recover() == Outage("cannot sync `w0-00000001.seg`: input/output error", 1, 0)
            assert writer.append(b"two").wait().number == 0


def test_a_disk_that_is_gone_is_asked_again_and_records_are_counted_until_it_is_back() -> None:
    disk = SimulatedDisk(EMPTY)
    writer = SegmentWriter(DIRECTORY, "w0", disk=disk, seconds=PATIENCE)
    writer.append(b"one").wait()
    disk.is_dead = True
    with pytest.raises(NotRecordedError, match="cannot write"):
        writer.append(b"two").wait()
    for _ in range(5):
        with pytest.raises(NotRecordedError, match="cannot make files in"):
            writer.recover()
        with pytest.raises(NotRecordedError, match="cannot write"):
            writer.append(b"refused")
    assert writer.status() == Status("cannot write `w0-00000001.seg`: input/output error", 1, 1, 5)
    disk.is_dead = False
    assert writer.recover() == Outage("cannot write `w0-00000001.seg`: input/output error", 1, 5)
    assert writer.recover() is None
    writer.append(b"three").wait()
    assert writer.status() == Status(None, 2, 0, 0)


def test_an_error_of_the_disk_tells_nothing_of_a_record(caplog: pytest.LogCaptureFixture) -> None:
    disk = SimulatedDisk(EMPTY)
    writer = SegmentWriter(DIRECTORY, "w0", disk=disk, seconds=PATIENCE)
    disk.fail_once.add("write")
    with pytest.raises(NotRecordedError) as raised:
        writer.append(b"secret").wait()
    writer.close()
    assert "secret" not in f"{raised.value!r} {caplog.text}"
    assert caplog.messages == ["no evidence is recorded: cannot write `w0-00000001.seg`: input/output error"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    path = tmp_path / "small"
    path.mkdir()
    command = [program("mount"), "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(path)]
    if subprocess.run(command, capture_output=True, check=False, timeout=60).returncode:
        missing("no file system in memory can be mounted here")
    try:
        yield path
    finally:
        subprocess.run([program("umount"), str(path)], capture_output=True, check=True, timeout=60)


def test_a_full_disk_loses_nothing_that_was_promised_and_recovers_when_there_is_room(small_disk: Path) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(100_000))
    writer = SegmentWriter(small_disk / "segments", "w0", seconds=PATIENCE)
    promised = []
    reason = None
    for number in range(1_000):
        record = b"%d " % number * 100
        try:
            writer.append(record).wait()
        except NotRecordedError as error:
            reason = str(error)
            break
        promised.append(record)
    assert reason == "cannot write `w0-00000001.seg`: no space left on device"
    assert len(promised) > 100
    with pytest.raises(NotRecordedError, match="no space left on device"):
        writer.recover()
    segments = read_directory(Disk(), small_disk / "segments")
    assert [*segments.records] == promised, "what is full is left as it is"
    filler.unlink()
    assert writer.recover() == Outage(reason, 1, 0)
    writer.append(b"there is room").wait()
    writer.close()
    assert [*read_directory(Disk(), small_disk / "segments").records] == [*promised, b"there is room"]
