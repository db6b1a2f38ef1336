"""What is read of the files of the log: the same from raw, compressed, partial and wider ones; and blobs stay."""

from __future__ import annotations

import errno
import gzip
import os
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.audit.checkpoint import Checkpoint, signed_checkpoint
from compliance.audit.compressed import packed
from compliance.audit.disk import Disk
from compliance.audit.log_files import LogFiles, blob_path
from compliance.audit.merkle import HASH_SIZE
from compliance.audit.record import BodyRecord, encode
from compliance.audit.tiles import ENTRIES, WIDTH, Tile, bundle
from compliance.errors import EvidenceError
from tests.audit.disks import SimulatedDisk
from tests.audit.signing import LOG, ORIGIN

DIRECTORY = Path("/data/evidence")
DAY = date(2026, 3, 1)
SIZE = 300
ENTRY_BYTES = [b"entry %d" % number for number in range(SIZE)]
HASHES = b"".join(sha256(each).digest() for each in ENTRY_BYTES)


def files(disk: Disk | None = None, directory: Path = DIRECTORY) -> LogFiles:
    return LogFiles(directory, disk or SimulatedDisk({Path("/"): None}))


def log(size: int = SIZE) -> Iterator[tuple[str, bytes]]:
    for index in range(-(-size // WIDTH)):
        width = min(WIDTH, size - index * WIDTH)
        part = slice(index * WIDTH, index * WIDTH + width)
        yield f"log/{Tile(ENTRIES, index, width).path}", bundle(ENTRY_BYTES[part])
        yield f"log/{Tile(0, index, width).path}", HASHES[part.start * HASH_SIZE : part.stop * HASH_SIZE]
    yield "log/checkpoint", signed_checkpoint(Checkpoint(ORIGIN, size, bytes(HASH_SIZE)), [LOG])


def test_before_the_first_seal_the_log_has_no_checkpoint_and_no_leaves() -> None:
    found = files()
    assert found.checkpoint() is None
    assert found.size() == 0
    assert list(found.entries()) == []


def test_entries_come_with_their_numbers_from_any_place_to_any_other() -> None:
    found = files()
    found.write(log())
    assert found.size() == SIZE
    assert list(found.entries()) == list(enumerate(ENTRY_BYTES))
    assert list(found.entries(250, 260)) == list(enumerate(ENTRY_BYTES))[250:260]
    assert list(found.entries(SIZE)) == []
    assert found.entry(299) == b"entry 299"
    for number in (-1, SIZE):
        with pytest.raises(EvidenceError, match=f"no leaf {number}"):
            found.entry(number)


@given(st.integers(1, SIZE), st.data())
def test_a_smaller_log_is_read_from_the_files_of_a_larger_one(size: int, data: st.DataObject) -> None:
    """As a reader does that has an older checkpoint."""
    found = files()
    found.write(log())
    first = data.draw(st.integers(0, size))
    assert list(found.entries(first, size)) == list(enumerate(ENTRY_BYTES))[first:size]
    last = Tile(0, (size - 1) // WIDTH, (size - 1) % WIDTH + 1)
    assert found.tile(last) == HASHES[last.index * WIDTH * HASH_SIZE : size * HASH_SIZE]


def test_a_compressed_bundle_is_read_as_the_raw_one(tmp_path: Path) -> None:
    found = files(directory=tmp_path, disk=Disk())
    found.write(log())
    raw = tmp_path / "log/tile/entries/000"
    compressed = raw.with_name("000.gz")
    compressed.write_bytes(packed(raw.read_bytes()))
    assert gzip.decompress(compressed.read_bytes()) == raw.read_bytes()
    assert compressed.read_bytes()[3:8] == bytes(5), "no name, no time"
    raw.unlink()
    assert list(found.entries()) == list(enumerate(ENTRY_BYTES))
    assert found.tile(Tile(ENTRIES, 0, 7)) == bundle(ENTRY_BYTES[:7])


@pytest.mark.parametrize("damage", [b"", b"no gzip", packed(b"x")[:-1], packed(b"x") + b"y"])
def test_a_damaged_compressed_bundle_is_refused(damage: bytes) -> None:
    found = files()
    found.write([("log/tile/entries/000.gz", damage)])
    with pytest.raises(EvidenceError, match=r"`tile/entries/000\.gz` cannot be unpacked"):
        found.tile(Tile(ENTRIES, 0))


def test_a_compressed_bundle_that_unpacks_to_more_than_a_bundle_may_have_is_refused() -> None:
    found = files()
    found.write([("log/tile/entries/000.gz", packed(bytes(WIDTH * 65_537 + 1)))])
    with pytest.raises(EvidenceError, match="cannot be unpacked"):
        found.tile(Tile(ENTRIES, 0))


def test_a_tile_that_is_missing_too_short_or_unreadable_is_an_error_in_words() -> None:
    disk = SimulatedDisk({Path("/"): None})
    found = files(disk)
    with pytest.raises(EvidenceError, match=r"`tile/0/000.p/5` is missing"):
        found.tile(Tile(0, 0, 5))
    found.write([("log/tile/0/000", bytes(100))])
    with pytest.raises(EvidenceError, match="has 100 bytes, not 8192"):
        found.tile(Tile(0, 0, 3))
    disk.fail_at = dict.fromkeys(range(1_000), errno.EIO)
    with pytest.raises(EvidenceError, match="cannot be read: input/output error"):
        found.tile(Tile(0, 0))
    with pytest.raises(EvidenceError, match="cannot be read"):
        found.checkpoint()


def test_a_partial_tile_is_found_when_the_full_one_takes_its_place_in_between() -> None:
    disk = SimulatedDisk({Path("/"): None})
    found = files(disk)
    narrow, full = Tile(0, 0, 200), Tile(0, 0)
    found.write([(f"log/{narrow.path}", HASHES[: 200 * HASH_SIZE])])

    def grows(call: str) -> None:
        if call == "names":
            disk.before = lambda _: None
            found.write([(f"log/{full.path}", HASHES[: WIDTH * HASH_SIZE])])
            disk.remove(DIRECTORY / "log" / narrow.path)

    disk.before = grows
    assert found.tile(Tile(0, 0, 5)) == HASHES[: 5 * HASH_SIZE]


def test_what_is_named_by_a_body_is_read_from_beside_the_log_and_anything_else_is_itself() -> None:
    found = files()
    body = b"a record that is too large"
    name = found.put_blob(body)
    leaf = BodyRecord(nonce="0" * 32, day=DAY, of="table", sha256=name, size=len(body))
    assert found.record(encode(leaf)) == body
    for other in (b"", b'{"facts":{"kind":"table"}}'):
        assert found.record(other) == other


def test_a_blob_that_is_missing_or_altered_is_an_error() -> None:
    found = files()
    name = found.put_blob(b"one")
    found.write([(blob_path(name), b"two")])
    with pytest.raises(EvidenceError, match="is not what its name says"):
        found.blob(name)
    assert found.put_blob(b"one") == name
    assert found.blob(name) == b"one"
    with pytest.raises(EvidenceError, match="is missing"):
        found.blob("0" * 64)
    with pytest.raises(EvidenceError, match="is no SHA-256"):
        found.blob("../" * 20)


def test_a_blob_is_there_after_a_power_cut_once_it_has_been_put_also_if_a_killed_process_had_put_it() -> None:
    random = Random(7)  # noqa: S311 - repeatable
    disk = SimulatedDisk({Path("/"): None})
    first = files(disk)
    name = first.put_blob(b"one" * 1_000)
    for _ in range(50):
        assert files(SimulatedDisk(disk.image(random))).blob(name) == b"one" * 1_000
    for stop in range(40):  # a process that is killed leaves what it has done, and nothing synced
        killed = SimulatedDisk({Path("/"): None})
        killed.fail_at = dict.fromkeys(range(stop, 1_000), errno.EIO)
        try:
            files(killed).put_blob(b"two")
        except OSError:
            pass
        else:
            break
        killed.fail_at = {}
        files(killed).put_blob(b"two")
        for _ in range(20):
            assert files(SimulatedDisk(killed.image(random))).blob(sha256(b"two").hexdigest()) == b"two"
    else:
        pytest.fail("it never came to an end")


def test_files_are_for_their_owner_only_and_nothing_unfinished_is_left(tmp_path: Path) -> None:
    found = files(directory=tmp_path / "data" / "evidence", disk=Disk())
    found.put_blob(b"one")
    found.write(log())
    for path in (tmp_path / "data").rglob("*"):
        assert os.stat(path).st_mode & 0o077 == 0
        assert not path.name.endswith(".new")


def test_a_file_that_cannot_be_written_leaves_the_old_one() -> None:
    for number in range(100):
        disk = SimulatedDisk({Path("/"): None})
        found = files(disk)
        found.write([("log/checkpoint", b"old")])
        disk.fail_at = {len(disk.calls) + number: errno.ENOSPC}
        try:
            found.write([("log/checkpoint", b"new")])
        except OSError:
            assert found.checkpoint() in {b"old", b"new"}
            assert disk.used_again == []
        else:
            break
    assert number > 4


def test_a_directory_that_another_process_took_away_is_made_again() -> None:
    disk = SimulatedDisk({Path("/"): None})
    found = files(disk)
    found.write([("log/tile/0/000.p/1", b"one")])
    disk.remove(DIRECTORY / "log/tile/0/000.p/1")
    disk.remove_directory(DIRECTORY / "log/tile/0/000.p")
    found.write([("log/tile/0/000.p/2", b"two")])
    again = files(SimulatedDisk(disk.image(disk.random)))
    assert again.tile(Tile(0, 0, 2)) == b"two"
