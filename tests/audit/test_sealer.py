"""A seal puts what is acknowledged into the signed log, each record once, and touches nothing it does not need."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterable
from pathlib import Path
from random import Random

import pytest

from compliance.audit.checkpoint import opened_checkpoint
from compliance.audit.disk import Disk
from compliance.audit.frame import prefix
from compliance.audit.key_files import public_keys
from compliance.audit.locking import LOCK, alone
from compliance.audit.log_files import LogFiles
from compliance.audit.merkle import inclusion_proof
from compliance.audit.note import PrivateKey
from compliance.audit.receipt import Receipt, proven
from compliance.audit.record import BodyRecord, encode
from compliance.audit.sealer import Sealer
from compliance.audit.sealing import key_in
from compliance.audit.segment_file import SegmentFiles
from compliance.audit.segment_writer import SegmentWriter
from compliance.audit.tiles import TileHashes
from compliance.errors import EvidenceError
from tests.audit.disks import SimulatedDisk
from tests.audit.sealing_mutants import PLAIN
from tests.audit.seals import DIRECTORY, EMPTY, leaves_in, record, sealed_all, sealer, writer
from tests.audit.signing import LOG, ORIGIN
from tests.audit.test_log_files import DAY

SEGMENTS = DIRECTORY / "segments"
WRITES = {"create", "write", "sync", "sync_data", "rename", "remove", "remove_directory", "sync_directory"}


def tables(*names: object, nonce: int = 0) -> list[bytes]:
    return [record("table", str(name), nonce) for name in names]


class KnownViews:
    """Views that take everything in, or fail."""

    def __init__(self) -> None:
        self.leaves: list[bytes] = []
        self.is_broken = False

    def size(self) -> int:
        if self.is_broken:
            raise RuntimeError("no such file")
        return len(self.leaves)

    def take_all(self, first: int, entries: Iterable[bytes]) -> None:
        assert first == len(self.leaves)
        self.leaves += entries

    def leaf_of(self, key: str) -> int | None:
        return next((number for number, each in enumerate(self.leaves) if key_in(each) == key), None)


def with_views(disk: SimulatedDisk, views: KnownViews) -> Sealer:
    return Sealer(DIRECTORY, LOG, ORIGIN, disk=disk, views=views, patience=0)


def test_the_first_seal_signs_a_log_without_leaves() -> None:
    disk = SimulatedDisk(EMPTY)
    done = sealer(disk).seal()
    assert (done.size, done.added, done.dropped, done.findings, done.is_all) == (0, 0, 0, (), True)
    assert leaves_in(disk) == []
    assert public_keys(DIRECTORY, disk) == (LOG.public,)


def test_every_leaf_can_be_proven_after_each_of_many_seals() -> None:
    disk = SimulatedDisk(EMPTY)
    worker, found, random = writer(disk), sealer(disk), Random(3)  # noqa: S311 - repeatable
    number, done = 0, found.seal()
    for _ in range(12):
        count = random.choice([0, 1, 3, 100, 300])
        brought = tables(*range(number, number + count))
        worker.commit(brought)
        done = found.seal()
        number += count
        assert (done.size, done.added, done.findings) == (number, count, ())
        assert {*brought} <= {*leaves_in(disk)}
    leaves, files = leaves_in(disk), LogFiles(DIRECTORY, disk)
    assert number > 512
    for index in random.sample(range(number), 20):
        proof = inclusion_proof(index, number, TileHashes(number, files.tile))
        proven(Receipt(index, tuple(proof), done.checkpoint), leaves[index], ORIGIN, [LOG.public])


def test_a_key_is_sealed_once_from_whichever_worker_batch_and_process_it_comes() -> None:
    disk = SimulatedDisk(EMPTY)
    one, two = writer(disk, "w1"), writer(disk, "w2")
    found = sealer(disk)
    one.commit(tables("a", "b", nonce=1))
    two.commit(tables("b", "c", nonce=2))
    assert found.seal().dropped == 1
    two.commit(tables("a", "d", nonce=3))
    assert found.seal().dropped == 1
    one.commit(tables("c", "d", "e", nonce=4))
    assert sealer(disk).seal().dropped == 2
    assert sorted(key_in(each) or "" for each in leaves_in(disk)) == sorted(
        key_in(each) or "" for each in tables(*"abcde")
    )


def test_what_has_no_key_is_sealed_each_time_it_was_acknowledged_and_never_again() -> None:
    disk = SimulatedDisk(EMPTY)
    worker, same = writer(disk), record("counters", "x")
    for _ in range(3):
        worker.commit([same])
        for _ in range(2):
            sealed_all(sealer(disk))
    assert leaves_in(disk) == [same] * 3


def test_a_record_beside_the_log_is_dropped_if_its_key_is_there() -> None:
    disk = SimulatedDisk(EMPTY)
    files, bodies = LogFiles(DIRECTORY, disk), [*tables("a", nonce=1), *tables("a", nonce=2)]
    for number, body in enumerate(bodies):
        leaf = BodyRecord(nonce=f"{number:032x}", day=DAY, of="table", sha256=files.put_blob(body), size=len(body))
        writer(disk, f"w{number}").commit([encode(leaf)])
        done = sealer(disk).seal()
        assert (done.added, done.dropped) == ((1, 0), (0, 1))[number]


def orders_of_three_seals() -> set[tuple[bytes, ...]]:
    orders = set()
    for _ in range(3):
        disk = SimulatedDisk(EMPTY)
        writer(disk).commit(tables(*range(40)))
        Sealer(DIRECTORY, LOG, ORIGIN, disk=disk).seal()
        orders.add(tuple(leaves_in(disk)))
    return orders


def test_by_default_the_order_is_chance() -> None:
    orders = orders_of_three_seals()
    assert len(orders) == 3
    assert tuple(tables(*range(40))) not in orders


def test_these_tests_see_records_in_the_order_of_their_coming(monkeypatch: pytest.MonkeyPatch) -> None:
    PLAIN["in the order of coming"](monkeypatch)
    assert orders_of_three_seals() == {tuple(tables(*range(40)))}


def test_files_of_which_nothing_can_come_are_taken_away_and_no_others() -> None:
    disk = SimulatedDisk(EMPTY)
    full, open_one = writer(disk, "full", most_bytes=200), writer(disk, "open")
    for number in range(3):
        full.commit(tables(number, nonce=number))
        open_one.commit(tables(number, nonce=number))
    assert sealer(disk).seal().findings == ()
    assert disk.names(SEGMENTS) == ["full-00000003.seg", "open-00000001.seg"]
    full.close()
    sealer(disk).seal()
    assert disk.names(SEGMENTS) == ["open-00000001.seg"]
    again = writer(disk, "full")
    again.commit(tables("other"))
    assert sealer(disk).seal().added == 1
    assert disk.names(SEGMENTS) == ["full-00000001.seg", "open-00000001.seg"], "the name comes again"
    assert len(leaves_in(disk)) == 4


def test_a_file_that_a_crash_left_goes_once_its_worker_has_begun_another() -> None:
    disk = SimulatedDisk(EMPTY)
    writer(disk).commit(tables("a"))
    _spoil(disk, "w0-00000001.seg", lambda data: data + b"\xc5rec torn")
    assert sealer(disk).seal().findings == ()
    assert disk.names(SEGMENTS) == ["w0-00000001.seg"]
    writer(disk).commit(tables("b"))
    assert sealer(disk).seal().findings == ()
    assert disk.names(SEGMENTS) == ["w0-00000002.seg"]
    assert len(leaves_in(disk)) == 2


def _spoil(disk: SimulatedDisk, name: str, change: object) -> None:
    inode = disk.entries[SEGMENTS / name]
    assert inode is not None
    assert callable(change)
    inode.seen[:] = change(bytes(inode.seen))


def test_what_is_sound_before_damage_is_sealed_and_the_damage_said_each_time_and_the_file_kept() -> None:
    disk = SimulatedDisk(EMPTY)
    worker = writer(disk)
    for number in range(3):
        worker.commit(tables(number))
    place = len(disk.read(SEGMENTS / "w0-00000001.seg")) * 2 // 3
    _spoil(disk, "w0-00000001.seg", lambda data: data[:place] + b"?" + data[place + 1 :])
    found = sealer(disk)
    for _ in range(2):
        assert [each.split(":")[0] for each in found.seal().findings] == ["`w0-00000001.seg` is damaged"]
    writer(disk).commit(tables("later"))
    for _ in range(2):
        assert [each.split(":")[0] for each in found.seal().findings] == ["`w0-00000001.seg` is damaged"]
    assert [each.split(":")[0] for each in sealer(disk).seal().findings] == ["`w0-00000001.seg` is damaged"]
    assert disk.names(SEGMENTS) == ["w0-00000001.seg", "w0-00000002.seg"]
    assert len(leaves_in(disk)) in {2, 3}


def test_records_that_a_later_file_says_were_durable_are_missed() -> None:
    disk = SimulatedDisk(EMPTY)
    worker = writer(disk)
    worker.commit(tables("a"))
    reached = worker.commit(tables("b"))
    cut = len(disk.read(SEGMENTS / "w0-00000001.seg"))
    SegmentFiles(disk, SEGMENTS, "w0", 10**6, prefix(*reached)).open()
    _spoil(disk, "w0-00000001.seg", lambda data: data[: cut - 100])
    assert any("2 records had been durable, 1 are left" in each for each in sealer(disk).seal().findings)


@pytest.mark.parametrize("is_sealed", [True, False])
def test_a_file_that_somebody_took_away_is_missed(is_sealed: bool) -> None:
    disk = SimulatedDisk(EMPTY)
    worker = writer(disk)
    worker.commit(tables("a"))
    worker.commit(tables("b"))
    if is_sealed:
        sealer(disk).seal()
    else:
        writer(disk).commit(tables("c"))
    disk.remove(SEGMENTS / "w0-00000001.seg")
    for _ in range(2):
        findings = sealer(disk).seal().findings
        assert [each[:25] for each in findings] == ["`w0-00000001.seg` is gone"]


def test_a_file_that_cannot_be_read_keeps_its_worker_waiting_and_nobody_else() -> None:
    disk = SimulatedDisk(EMPTY)
    writer(disk, "w1").commit(tables("a"))
    writer(disk, "w1").commit(tables("b"))
    writer(disk, "w2").commit(tables("c"))
    found = sealer(disk)
    read = disk.read
    broken = SEGMENTS / "w1-00000001.seg"

    def fails(path: Path, offset: int = 0, size: int = -1) -> bytes:
        if path == broken:
            raise OSError(errno.EIO, "Input/output error")
        return read(path, offset, size)

    disk.read = fails  # type: ignore[method-assign]
    done = found.seal()
    assert done.findings == ("`w1-00000001.seg` cannot be read: input/output error",)
    assert leaves_in(disk) == tables("c")
    disk.read = read  # type: ignore[method-assign]
    assert found.seal().findings == ()
    assert len(leaves_in(disk)) == 3


def test_a_round_with_nothing_new_writes_nothing_and_costs_the_same_whatever_the_size() -> None:
    costs = []
    for count in (1, 3_000):
        disk = SimulatedDisk(EMPTY)
        writer(disk).commit(tables(*range(count)))
        found = sealer(disk)
        found.seal()
        before = len(disk.calls)
        found.seal()
        assert WRITES.isdisjoint(disk.calls[before:])
        costs.append(disk.calls[before:])
    assert costs[0] == costs[1]


def test_a_round_reads_and_writes_what_is_new() -> None:
    costs = []
    for count in (300, 6_000):
        disk = SimulatedDisk(EMPTY)
        worker, found = writer(disk), sealer(disk)
        worker.commit(tables(*range(count)))
        found.seal()
        worker.commit(tables("one"))
        found.seal()
        worker.commit(tables("another"))
        before = len(disk.calls)
        found.seal()
        costs.append(len(disk.calls[before:]))
    assert costs[1] <= costs[0] + 10, "a tile of another level, and no more"


def test_many_records_are_sealed_in_several_rounds() -> None:
    disk = SimulatedDisk(EMPTY)
    for number in range(4):
        writer(disk, f"w{number}").commit(tables(f"{number}-a", f"{number}-b"))
    found = sealer(disk)
    found._intake._most_bytes = 150
    rounds = []
    while True:
        done = found.seal()
        rounds.append(done.added)
        if done.is_all:
            break
    assert len(rounds) > 2
    assert sum(rounds) == len(leaves_in(disk)) == 8


def test_a_large_file_is_sealed_in_pieces_each_record_once_and_then_goes() -> None:
    disk = SimulatedDisk(EMPTY)
    worker = writer(disk)
    brought = [record("counters", "x" * (number % 9 * 4_000), number) for number in range(40)]
    worker.commit(brought)
    worker.close()
    found = sealer(disk)
    found._intake._most_bytes = 1
    rounds = [found.seal()]
    while not rounds[-1].is_all:
        assert disk.names(SEGMENTS) == ["w0-00000001.seg"]
        rounds.append(found.seal())
    assert len(rounds) > 3
    assert not any(each.findings for each in rounds)
    assert sorted(leaves_in(disk)) == sorted(brought)
    assert disk.names(SEGMENTS) == []


def test_damage_behind_the_first_piece_of_a_large_file_is_said() -> None:
    disk = SimulatedDisk(EMPTY)
    worker = writer(disk)
    for number in range(20):
        worker.commit([record("counters", "x" * 20_000, number)])
    _spoil(disk, "w0-00000001.seg", lambda data: data[:300_000] + b"?" + data[300_001:])
    found = sealer(disk)
    found._intake._most_bytes = 1
    assert not found.seal().is_all
    done = sealed_all(found)
    assert "is damaged" in done.findings[0]
    assert done.size == 14
    assert sealed_all(found).findings == done.findings


def test_superseded_partial_tiles_go_once_the_full_one_is_signed() -> None:
    disk = SimulatedDisk(EMPTY)
    worker, found = writer(disk), sealer(disk)
    for number in range(0, 280, 70):
        worker.commit(tables(*range(number, number + 70)))
        found.seal()
    assert disk.names(DIRECTORY / "log/tile/0") == ["000", "001.p"]
    assert disk.names(DIRECTORY / "log/tile/entries") == ["000", "001.p"]
    assert disk.names(DIRECTORY / "sealed") == ["280.json"]


def test_a_log_whose_checkpoint_is_gone_is_not_begun_anew() -> None:
    disk = SimulatedDisk(EMPTY)
    writer(disk).commit(tables("a"))
    sealer(disk).seal()
    before = disk.live_image()
    disk.remove(DIRECTORY / "log/checkpoint")
    with pytest.raises(EvidenceError, match="`log/checkpoint` is gone"):
        sealer(disk).seal()
    disk = SimulatedDisk({path: data for path, data in before.items() if "tile" not in str(path)})
    disk.remove(DIRECTORY / "log/checkpoint")
    with pytest.raises(EvidenceError, match="`log/checkpoint` is gone"):
        sealer(disk).seal()


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("log/tile/0/000.p/3", "root"),
        ("log/tile/entries/000.p/3", "altered in its entry"),
        ("log/checkpoint", "signature|note|key"),
        ("sealed/3.json", "does not say how far"),
    ],
)
def test_nothing_is_put_behind_what_was_altered(path: str, what: str) -> None:
    disk = SimulatedDisk(EMPTY)
    worker = writer(disk)
    worker.commit(tables("a", "b", "c"))
    sealer(disk).seal()
    worker.commit(tables("d"))
    inode = disk.entries[DIRECTORY / path]
    assert inode is not None
    inode.seen[len(inode.seen) // 2] ^= 1
    before = bytes(inode.seen)
    with pytest.raises(EvidenceError, match=what):
        sealer(disk).seal()
    assert bytes(inode.seen) == before


def test_without_how_far_files_were_sealed_nothing_is_sealed_twice() -> None:
    disk = SimulatedDisk(EMPTY)
    writer(disk).commit([record("counters", "x")])
    sealer(disk).seal()
    disk.remove(DIRECTORY / "sealed/1.json")
    with pytest.raises(EvidenceError, match="sealed twice"):
        sealer(disk).seal()


def test_a_log_is_not_continued_under_another_name_and_goes_on_with_a_new_key() -> None:
    disk = SimulatedDisk(EMPTY)
    worker = writer(disk)
    worker.commit(tables("a"))
    sealer(disk).seal()
    with pytest.raises(EvidenceError, match="is of the log"):
        Sealer(DIRECTORY, LOG, "other.example/log", disk=disk).seal()
    new = PrivateKey(ORIGIN, bytes(32))
    worker.commit(tables("b"))
    done = Sealer(DIRECTORY, new, ORIGIN, disk=disk).seal()
    assert public_keys(DIRECTORY, disk) == (LOG.public, new.public)
    assert opened_checkpoint(done.checkpoint, ORIGIN, [new.public]).checkpoint.size == 2


def test_views_are_told_of_every_leaf_and_catch_up_when_they_come_later() -> None:
    disk, views = SimulatedDisk(EMPTY), KnownViews()
    worker = writer(disk)
    worker.commit(tables("a", "b"))
    sealer(disk).seal()
    assert with_views(disk, views).seal().findings == ()
    assert views.leaves == leaves_in(disk)
    worker.commit(tables("a", "c", nonce=1))
    done = with_views(disk, views).seal()
    assert (done.added, done.dropped) == (1, 1)
    assert views.leaves == leaves_in(disk)


def test_views_that_fail_are_a_finding_and_keep_nothing_from_being_sealed() -> None:
    disk, views = SimulatedDisk(EMPTY), KnownViews()
    worker = writer(disk)
    found = with_views(disk, views)
    worker.commit(tables("a"))
    found.seal()
    views.is_broken = True
    worker.commit(tables("a", "b", nonce=1))
    done = found.seal()
    assert (done.added, done.dropped) == (1, 1)
    assert done.findings == ("the views cannot be used: no such file",)
    views.is_broken = False
    assert found.seal().findings == ()
    assert views.leaves == leaves_in(disk)


def test_views_that_are_wrong_lose_no_record() -> None:
    disk, views = SimulatedDisk(EMPTY), KnownViews()
    worker = writer(disk)
    worker.commit(tables("a"))
    with_views(disk, views).seal()
    views.leaves = tables("z")
    worker.commit(tables("z"))
    assert with_views(disk, views).seal().added == 1
    views.leaves += tables("y")
    assert any("make them again" in each for each in with_views(disk, views).seal().findings)


def test_one_process_at_a_time_seals(tmp_path: Path) -> None:
    disk = Disk()
    with alone(disk, tmp_path):
        with pytest.raises(EvidenceError, match="another process has been at work"):
            Sealer(tmp_path, LOG, ORIGIN, patience=0.1).seal()
        assert (tmp_path / LOCK).stat().st_mode & 0o777 == 0o600
    assert Sealer(tmp_path, LOG, ORIGIN, patience=0.1).seal().size == 0


def test_two_sealers_take_turns() -> None:
    disk = SimulatedDisk(EMPTY)
    one, two = sealer(disk, 1), sealer(disk, 2)
    worker = writer(disk)
    for number in range(6):
        worker.commit([*tables(number), record("counters", "x", number)])
        done = (one, two)[number % 2].seal()
        assert done.added == 2
    assert len(leaves_in(disk)) == 12


def test_a_log_on_a_real_disk_is_for_its_owner_only(tmp_path: Path) -> None:
    files = SegmentWriter(tmp_path / "segments", "w0")
    for each in tables(*range(300)):
        files.append(each)
    files.close()
    found = Sealer(tmp_path, LOG, ORIGIN)
    assert found.seal().added == 300
    assert LogFiles(tmp_path).size() == 300
    assert list((tmp_path / "segments").iterdir()) == []
    for path in tmp_path.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0
        assert not path.name.endswith(".new")


def test_a_file_that_was_closed_while_the_next_one_could_not_be_made_raises_no_alarm() -> None:
    """The next one names it, and has a number behind it, though it was taken away meanwhile."""
    disk = SimulatedDisk(EMPTY)
    files = SegmentWriter(SEGMENTS, "w0", disk=disk, most_file_bytes=1, seconds=60)
    files.append(tables("a")[0]).wait()
    disk.fail_once.add("create")
    with contextlib.suppress(Exception):
        files.append(tables("b")[0]).wait()
    found = sealer(disk)
    assert found.seal().findings == ()
    assert disk.names(SEGMENTS) == []
    files.recover()
    files.append(tables("b")[0]).wait()
    assert disk.names(SEGMENTS) == ["w0-00000003.seg", "w0-00000004.seg"]
    assert found.seal().findings == ()
    files.close()
    assert found.seal().findings == ()
    assert len(leaves_in(disk)) == 2
