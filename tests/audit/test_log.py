"""What one process records: once, durable before anybody relies on it, and never at the price of an answer."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from random import Random
from time import monotonic, sleep

import pytest

from compliance.audit import log as log_module
from compliance.audit.disk import Disk
from compliance.audit.frame import MOST_BYTES
from compliance.audit.group_commit import NotRecordedError
from compliance.audit.log import Keyed, Log
from compliance.audit.log_files import LogFiles
from compliance.audit.record import AnyRecord, BodyRecord, ModeRecord, OtherRecord, VerdictRecord, decode
from compliance.audit.segment_file import read_directory
from tests.audit.cuts import DIRECTORY, EMPTY, PATIENCE
from tests.audit.disks import SimulatedDisk

EVIDENCE = DIRECTORY.parent
DAY = date(2026, 3, 1)
NONCE = "0" * 32


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "_TRY_AGAIN", 0.005)


def opened(disk: Disk, directory: Path = EVIDENCE, **settings: Callable[[str], bool] | float) -> Log:
    return Log(directory, "table", lambda: DAY, disk=disk, **{"seconds": PATIENCE, **settings})  # type: ignore[arg-type]


def verdict(reason: str) -> VerdictRecord:
    return VerdictRecord(nonce=NONCE, day=DAY, content=None, facts={}, by="somebody", reason=reason)


def keyed(word: str) -> Keyed:
    return Keyed(verdict(word), word)


def found(disk: Disk, directory: Path = EVIDENCE) -> list[AnyRecord | OtherRecord]:
    return [decode(each) for each in read_directory(disk, directory / "segments").records]


def words(records: list[AnyRecord | OtherRecord]) -> list[str | None]:
    return [each.reason for each in records if isinstance(each, VerdictRecord)]


def modes(records: list[AnyRecord | OtherRecord]) -> list[ModeRecord]:
    return [each for each in records if isinstance(each, ModeRecord)]


def until(is_so: Callable[[], bool]) -> None:
    end = monotonic() + PATIENCE
    while not is_so():
        assert monotonic() < end
        sleep(0.002)


@contextmanager
def left_alone(log: Log, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The thread of the log does nothing meanwhile."""
    monkeypatch.setattr(log_module, "_TRY_AGAIN", 3600.0)
    waits = threading.Event()
    log.attend(lambda: None if log._wake.is_set() else waits.set())
    log._wake.set()
    assert waits.wait(PATIENCE)
    log.attend(lambda: None)
    yield
    monkeypatch.setattr(log_module, "_TRY_AGAIN", 0.005)
    log._wake.set()


@pytest.fixture
def disk() -> SimulatedDisk:
    return SimulatedDisk(EMPTY)


@pytest.fixture
def log(disk: SimulatedDisk) -> Iterator[Log]:
    made = opened(disk)
    yield made
    disk.before = lambda _: None
    made.close()


def test_what_is_kept_is_found_after_the_power_went(disk: SimulatedDisk, log: Log) -> None:
    log.keep([keyed("one"), keyed("two")])
    for seed in range(20):
        after = SimulatedDisk(disk.image(Random(seed)))  # noqa: S311 - repeatable
        assert words(found(after)) == ["one", "two"]


def test_what_was_recorded_is_not_written_again(disk: SimulatedDisk, log: Log) -> None:
    log.keep([keyed("one")])
    log.keep([keyed("one"), keyed("two"), keyed("one")])
    assert words(found(disk)) == ["one", "two"]
    assert log.has("one")
    assert not log.has("three")


def test_threads_that_bring_the_same_write_it_once_and_all_wait_for_it(disk: SimulatedDisk, log: Log) -> None:
    together = threading.Barrier(8)

    def bring(number: int) -> bool:
        together.wait()
        log.keep([keyed(f"{number % 2}")])
        return log.has(f"{number % 2}")

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(bring, range(8)))
    assert sorted(filter(None, words(found(disk)))) == ["0", "1"]


def test_what_is_in_the_sealed_log_is_not_written_again(disk: SimulatedDisk) -> None:
    log = opened(disk, is_sealed=lambda key: key == "sealed")
    log.keep([keyed("sealed"), keyed("new")])
    log.close()
    assert words(found(disk)) == ["new"]


def test_records_without_a_key_are_written_each_time(disk: SimulatedDisk, log: Log) -> None:
    for _ in range(2):
        log.keep([Keyed(verdict("again"))])
    assert words(found(disk)) == ["again", "again"]


def test_the_log_begins_with_what_is_recorded(disk: SimulatedDisk, log: Log) -> None:
    log.keep([keyed("one")])
    assert modes(found(disk)) == [ModeRecord(nonce=modes(found(disk))[0].nonce, day=DAY, mode="table")]
    assert decode(next(iter(read_directory(disk, DIRECTORY).records))) == modes(found(disk))[0]


def test_after_a_failed_sync_nothing_is_acknowledged_until_a_new_file_says_what_is_missing(
    disk: SimulatedDisk, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.keep([keyed("before")])
    with left_alone(log, monkeypatch):
        disk.fail_once = {"sync_data"}
        for _ in range(2):
            with pytest.raises(NotRecordedError):
                log.keep([keyed("lost")])
            assert log.status().failure is not None
            assert not log.has("lost")
    until(lambda: log.status().failure is None)
    log.keep([keyed("lost")])
    told = modes(found(disk))[-1]
    assert told.stopped_on == DAY
    assert told.reason is not None
    assert "sync" in told.reason
    assert told.missed is None, "two could be about few readers"
    assert "lost" in words(found(disk))
    assert disk.used_again == []


def test_how_much_was_missed_is_told_where_it_is_much(
    disk: SimulatedDisk, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.keep([keyed("before")])
    with left_alone(log, monkeypatch):
        disk.fail_once = {"sync_data"}
        for number in range(12):
            with pytest.raises(NotRecordedError):
                log.keep([keyed(f"lost {number}")])
        assert log.status().lost == 12
    until(lambda: len(modes(found(disk))) > 1)
    assert modes(found(disk))[-1].missed == 12


def test_a_log_that_cannot_be_opened_is_there_and_begins_when_it_can_be() -> None:
    disk = SimulatedDisk(EMPTY)
    is_full = True

    def refuse(name: str) -> None:
        if is_full and name in {"make_directory", "create"}:
            raise OSError(28, "No space left on device")

    disk.before = refuse
    log = opened(disk)
    with pytest.raises(NotRecordedError):
        log.keep([keyed("early")])
    until(lambda: "no space left" in (log.status().failure or ""))
    is_full = False
    until(lambda: log.status().failure is None)
    log.keep([keyed("early")])
    log.close()
    first = modes(found(disk))[0]
    assert first.stopped_on == DAY
    assert "no space left" in (first.reason or "")
    assert words(found(disk)) == ["early"]


def test_a_process_that_ended_without_a_word_is_told_by_the_next_one(tmp_path: Path) -> None:
    first = opened(Disk(), tmp_path)
    first.keep([keyed("first")])
    first.close()
    second = opened(Disk(), tmp_path)
    second.keep([keyed("second")])
    os.close(second._lock or 0)  # as if it were killed
    second._lock = None
    third = opened(Disk(), tmp_path)
    third.close()
    second.close()
    assert ["without a word" in (each.reason or "") for each in modes(found(Disk(), tmp_path))] == [False, False, True]


def test_processes_that_live_have_files_of_their_own(tmp_path: Path) -> None:
    one, other = opened(Disk(), tmp_path), opened(Disk(), tmp_path)
    one.keep([keyed("one")])
    other.keep([keyed("other")])
    one.close()
    third = opened(Disk(), tmp_path)
    third.keep([keyed("third")])
    third.close()
    other.close()
    names = sorted(each.name for each in (tmp_path / "segments").glob("*.seg"))
    assert names == ["worker-1-00000001.seg", "worker-1-00000002.seg", "worker-2-00000001.seg"]


def test_a_record_too_large_for_a_leaf_is_kept_beside_the_log(tmp_path: Path) -> None:
    log = opened(Disk(), tmp_path)
    large = verdict("x" * MOST_BYTES)
    log.keep([Keyed(large, "large")])
    log.close()
    (leaf,) = (each for each in found(Disk(), tmp_path) if isinstance(each, BodyRecord))
    assert leaf.of == "verdict"
    assert decode(LogFiles(tmp_path).blob(leaf.sha256)) == large


def test_what_cannot_be_kept_beside_the_log_is_not_in_it(disk: SimulatedDisk, log: Log) -> None:
    log.keep([keyed("before")])
    disk.fail_once = {"rename"}
    with pytest.raises(NotRecordedError, match="cannot write beside the log"):
        log.keep([Keyed(verdict("x" * MOST_BYTES), "large")])
    assert not log.has("large")
    until(lambda: log.status().failure is None)
    log.keep([Keyed(verdict("x" * MOST_BYTES), "large")])
    assert log.has("large")
    assert "cannot write beside the log" in (modes(found(disk))[-1].reason or "")
    assert [path.name for path in disk.entries if path.name.endswith(".new")] == [], "the trial left something"


def test_an_outage_of_several_trials_ends_for_everybody(disk: SimulatedDisk, log: Log) -> None:
    log.keep([keyed("before")])
    trials: list[str] = []

    def refuse(name: str) -> None:
        if name in {"sync_data", "create"} and len(trials) < 6:
            trials.append(name)
            raise OSError(28, "No space left on device")

    disk.before = refuse
    with pytest.raises(NotRecordedError):
        log.keep([keyed("meanwhile")])
    until(lambda: log.status().failure is None)
    assert len(trials) == 6
    log.keep([keyed("meanwhile")])
    assert modes(found(disk))[-1].stopped_on == DAY
    assert log.generation == 1
    disk.fail_once = {"sync_data"}
    with pytest.raises(NotRecordedError):
        log.keep([keyed("later")])
    until(lambda: log.status().failure is None)
    assert log.generation == 2


def test_what_was_durable_in_a_file_that_is_gone_is_written_again(tmp_path: Path) -> None:
    log = opened(Disk(), tmp_path)
    log.keep([keyed("one")])
    (file,) = (tmp_path / "segments").glob("*.seg")
    file.unlink()
    with pytest.raises(NotRecordedError):
        log.keep([keyed("two")])
    until(lambda: log.status().failure is None)
    assert not log.has("one")
    log.keep([keyed("one")])
    log.close()
    assert words(found(Disk(), tmp_path)) == ["one"]


def test_a_place_beside_the_log_that_hangs_keeps_nobody_waiting_twice() -> None:
    disk, released = SimulatedDisk(EMPTY), threading.Event()
    log = opened(disk, seconds=0.2)
    log.keep([keyed("before")])
    disk.before = lambda name: None if name != "rename" else (released.wait(PATIENCE), None)[1]
    begin = monotonic()
    for _ in range(50):
        with pytest.raises(NotRecordedError):
            log.keep([Keyed(verdict("x" * MOST_BYTES), "large")])
    assert monotonic() - begin < 5
    assert "did not answer" in (log.status().failure or "")
    assert len(log._bodies) == 0
    assert log.status().lost == 50
    log.keep([keyed("small")])
    released.set()
    until(lambda: log.status().failure is None)
    log.keep([Keyed(verdict("x" * MOST_BYTES), "large")])
    log.close()


def test_views_that_hang_keep_nobody_waiting_for_long() -> None:
    released, asked = threading.Event(), []

    def hang(key: str) -> bool:
        asked.append(key)
        return released.wait(PATIENCE)

    log = opened(SimulatedDisk(EMPTY), is_sealed=hang)
    begin = monotonic()
    assert [log.has(str(number)) for number in range(20)] == [False] * 20
    assert monotonic() - begin < 5
    log.keep([keyed("one")])
    assert asked == ["0"]
    released.set()
    until(lambda: log.has("sealed"))
    log.close()


def test_views_that_cannot_be_asked_say_nothing() -> None:
    def fail(_: str) -> bool:
        raise ValueError

    log = opened(SimulatedDisk(EMPTY), is_sealed=fail)
    assert not log.has("one")
    log.keep([keyed("one")])
    assert log.has("one")
    log.close()


def test_no_more_is_remembered_than_so_many_records(
    disk: SimulatedDisk, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_module, "_MOST_KEPT", 3)
    for number in range(5):
        log.keep([keyed(str(number))])
    assert [log.has(str(number)) for number in range(5)] == [False, False, True, True, True]
    assert len(log._pending) == 0


def test_nobody_waits_longer_for_a_disk_that_hangs() -> None:
    disk = SimulatedDisk(EMPTY)
    log = opened(disk, seconds=0.1)
    log.keep([keyed("before")])
    released = threading.Event()
    disk.before = lambda name: None if name != "sync_data" else (released.wait(PATIENCE), None)[1]
    begin = monotonic()
    with pytest.raises(NotRecordedError):
        log.keep([keyed("hanging")])
    assert monotonic() - begin < PATIENCE / 2
    assert "did not answer" in (log.status().failure or "")
    released.set()
    log.close()


def test_something_else_is_done_about_once_a_second_and_may_fail(disk: SimulatedDisk, log: Log) -> None:
    done = threading.Event()

    def attend() -> None:
        done.set()
        raise ValueError

    log.attend(attend)
    log._wake.set()
    assert done.wait(PATIENCE)
    log.keep([keyed("after")])
    assert words(found(disk)) == ["after"]
