"""Evidence on a disk is verified as it is there, and nothing is written, followed or left."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from random import Random

import pytest

from compliance.audit.compaction import compact
from compliance.audit.disk import Disk
from compliance.audit.erasing import Eraser
from compliance.audit.finding import Finding, Grade
from compliance.audit.log_files import LogFiles
from compliance.audit.record import encode
from compliance.audit.sealer import Sealer
from compliance.audit.segment_file import SegmentFiles
from compliance.audit.verify import leaves, verify
from compliance.audit.views import rebuild
from compliance.errors import EvidenceError
from tests.audit.logs import DAY, RULES, body_of, evidence, mode, outcome, ruleset, table, written
from tests.audit.signing import LOG, ORIGIN
from tests.audit.trees import changed
from tests.examples import step

FILES = evidence()
KEY = [LOG.public.vkey]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Sound evidence with views."""
    found = written(tmp_path / "evidence", FILES)
    rebuild(LogFiles(found), lambda _: None)
    return found


def told(directory: Path) -> tuple[Finding, ...]:
    return verify(directory, KEY).findings


def state(directory: Path) -> dict[str, tuple[int, int, int]]:
    """All names with what changes when somebody writes."""
    stats = {str(each): each.lstat() for each in (directory, *directory.rglob("*"))}
    return {name: (each.st_ino, each.st_size, each.st_mtime_ns) for name, each in stats.items()}


def test_nothing_is_written(directory: Path) -> None:
    before = state(directory)
    assert told(directory) == ()
    assert state(directory) == before


def test_nothing_has_to_be_writable(directory: Path) -> None:
    for each in (*directory.rglob("*"), directory):
        each.chmod(0o555 if each.is_dir() else 0o444)
    assert told(directory) == ()
    for each in (directory, *directory.rglob("*")):
        each.chmod(0o755)


def test_the_file_beside_the_log_is_no_key_that_somebody_was_handed(directory: Path) -> None:
    given = directory.parent / "key"
    given.write_bytes((directory / "key.pub").read_bytes())
    assert verify(directory, [str(given)]).findings == ()
    for keys in ([str(directory / "key.pub")], [str(directory / "." / "key.pub"), str(given)], []):
        assert [each.check for each in verify(directory, keys).findings] == ["key-beside"]


def test_views_that_say_something_else_are_told(directory: Path) -> None:
    database = sqlite3.connect(directory / "views.sqlite")
    database.execute("DELETE FROM keys WHERE leaf = 2")
    database.commit()
    database.close()
    [found] = told(directory)
    assert (found.check, found.path, found.message) == (
        "views-wrong",
        "views.sqlite",
        "the keys are not those of the log",
    )


def test_views_are_not_compared_with_a_damaged_log(directory: Path) -> None:
    path = directory / "log/tile/0/000.p/9"
    path.write_bytes(changed(path.read_bytes(), 3, 1))
    assert [each.check for each in told(directory)] == ["tile-altered", "views-unseen"]


@pytest.mark.parametrize("path", ["log/tile/0/000.p/9", "key.pub", "segments/worker-1-00000002.seg", "log/checkpoint"])
def test_a_link_is_not_followed(path: str, directory: Path) -> None:
    elsewhere = directory.parent / "elsewhere"
    (directory / path).rename(elsewhere)
    (directory / path).symlink_to(elsewhere)
    assert ("unreadable", path) in {(each.check, each.path) for each in told(directory)}


def test_a_link_to_a_directory_is_not_followed(directory: Path) -> None:
    (directory / "blobs").rename(directory.parent / "elsewhere")
    (directory / "blobs").symlink_to(directory.parent / "elsewhere")
    assert ("stray", "blobs") in {(each.check, each.path) for each in told(directory)}


def test_a_pipe_keeps_nobody_waiting(directory: Path) -> None:
    os.mkfifo(directory / "pipe")
    (directory / "key.pub").unlink()
    os.mkfifo(directory / "key.pub")
    assert {each.path for each in told(directory) if each.grade is Grade.DAMAGE} == {"pipe", "key.pub"}


def test_how_many_leaves_there_may_be_is_known_before(directory: Path, tmp_path: Path) -> None:
    assert leaves(directory) == 9
    assert leaves(tmp_path) is None
    (directory / "log/checkpoint").write_bytes(b"\xff")
    assert leaves(directory) is None


def test_what_is_no_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for name in ("none", "file"):
        with pytest.raises(EvidenceError, match=f"`.*{name}.*` (is not there|cannot be listed: not a directory)"):
            verify(tmp_path / name, KEY)


def test_any_flipped_bit_of_what_was_recorded_sealed_erased_and_compressed_here_is_told(tmp_path: Path) -> None:
    log = LogFiles(tmp_path / "evidence")
    stub, body = body_of(table(90, outcome(2)), 91)
    log.put_blob(RULES)
    log.put_blob(body)
    segments = SegmentFiles(Disk(), log.directory / "segments", "worker-1", 50_000, None)
    segments.open()
    sealer = Sealer(log.directory, LOG, ORIGIN)
    for records in (
        [encode(ruleset()), encode(outcome(2)), encode(stub), encode(mode())],
        [encode(table(number, outcome(2))) for number in range(300)],
    ):
        segments.commit(records)
        sealer.seal()
    segments.close()
    segments = SegmentFiles(Disk(), log.directory / "segments", "worker-1", 50_000, None)
    segments.open()
    Eraser(log.directory, sealer).erase([8, 280], "asked for", DAY)
    compact(log.directory)
    segments.commit([encode(table(1000, outcome(2)))])
    segments.commit([encode(table(1001, outcome(2)))])
    assert told(log.directory) == ()
    files = {each: each.read_bytes() for each in log.directory.rglob("*") if each.is_file()}
    random = Random(8)  # noqa: S311 - the same in each run
    for path in [each for each, data in files.items() if data for _ in range(4 // step(2))]:
        data = files[path]
        path.write_bytes(changed(data, random.randrange(len(data)), 1 << random.randrange(8)))
        assert told(log.directory), path
        path.write_bytes(data)
