"""A directory of somebody who means ill is verified in some seconds, and nothing outside it is read."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from compliance.audit.finding import Grade
from compliance.audit.log_files import LogFiles
from compliance.audit.verify import verify
from compliance.audit.views import VIEWS, Views, ViewsReader, catch_up, rebuild
from compliance.errors import EvidenceError
from tests.audit.logs import evidence, written
from tests.audit.signing import LOG, STRANGER

FILES = evidence()
SEGMENT = next(each for each in FILES if each.endswith(".seg"))
BLOB = next(each for each in FILES if each.startswith("blobs/"))
BUNDLE = next(each for each in FILES if each.startswith("log/tile/entries/"))
pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Sound evidence with views."""
    found = written(tmp_path / "evidence", FILES)
    rebuild(LogFiles(found), lambda _: None)
    return found


def told(directory: Path, *keys: str) -> set[tuple[str, str]]:
    return {(each.check, each.path) for each in verify(directory, keys or [LOG.public.vkey]).findings}


@pytest.mark.parametrize("path", [VIEWS, f"{VIEWS}-wal", SEGMENT, BLOB, BUNDLE, "key.pub", "sealer.lock"])
def test_a_pipe_in_the_place_of_a_file_is_told_and_not_waited_for(directory: Path, path: str) -> None:
    (directory / path).unlink(missing_ok=True)
    os.mkfifo(directory / path)
    assert ("unreadable", path) in told(directory)


@pytest.mark.parametrize(
    "path", [VIEWS, SEGMENT, BLOB, BUNDLE, "key.pub", "log/checkpoint", "log", "blobs", "segments"]
)
def test_a_link_is_told_and_not_followed(directory: Path, path: str, tmp_path: Path) -> None:
    os.rename(directory / path, tmp_path / "elsewhere")
    (directory / path).symlink_to(tmp_path / "elsewhere")
    report = verify(directory, [LOG.public.vkey])
    assert not report.is_sound
    assert path != "log" or report.size == 0


@pytest.mark.parametrize("path", [SEGMENT, BLOB, BUNDLE, "log/checkpoint", "key.pub", "sealer.lock"])
def test_a_file_of_twenty_gigabytes_is_told_and_not_read(directory: Path, path: str) -> None:
    os.truncate(directory / path, 20 * 1024**3)
    assert ("unreadable", path) in told(directory)


def test_views_that_are_an_endless_query_are_told(directory: Path) -> None:
    (directory / VIEWS).unlink()
    with closing(sqlite3.connect(directory / VIEWS)) as database:
        database.execute(
            "CREATE VIEW meta AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
            "SELECT 'version' AS name, x AS value FROM n WHERE x < 0"
        )
    assert ("views-wrong", VIEWS) in told(directory)
    assert ViewsReader(directory / VIEWS).size() == 0
    assert catch_up(LogFiles(directory)) == LogFiles(directory).size()
    assert told(directory) == set()


def test_views_with_a_table_more_are_not_used(directory: Path) -> None:
    with closing(sqlite3.connect(directory / VIEWS)) as database:
        database.execute("CREATE TRIGGER more AFTER INSERT ON meta BEGIN SELECT 1; END")
    assert ("views-wrong", VIEWS) in told(directory)
    with closing(Views.open(directory / VIEWS)) as views:
        assert views.size() == 0


def test_views_that_are_a_pipe_cannot_be_written(directory: Path) -> None:
    (directory / VIEWS).unlink()
    os.mkfifo(directory / VIEWS)
    with pytest.raises(EvidenceError, match="is no file"):
        Views.open(directory / VIEWS)


def test_what_hides_in_locks_and_directories_is_told(directory: Path) -> None:
    (directory / "segments/worker-1.lock").write_bytes(b"who read what")
    (directory / "segments/worker-9.lock").write_bytes(b"")
    (directory / "notes/of/somebody").mkdir(parents=True)
    assert told(directory) == {
        ("stray", "segments/worker-1.lock"),
        ("stray", "notes/of/somebody/"),
        ("views-unseen", VIEWS),
    }


def test_directories_that_a_log_leaves_empty_are_no_finding(directory: Path) -> None:
    for each in ("blobs/00", "log/tile/0/x001/007.p", "log/tile/entries/001.p", "log/tile/entries/x000"):
        (directory / each).mkdir(parents=True)
    assert told(directory) == set()


def test_a_key_beside_the_log_that_was_not_given_is_told_and_does_not_count(directory: Path, tmp_path: Path) -> None:
    with (directory / "key.pub").open("a") as file:
        file.write(f"{STRANGER.public.vkey}\n")
    report = verify(directory, [LOG.public.vkey])
    assert [(each.check, each.grade) for each in report.findings] == [("key-not-given", Grade.NOTE)]
    assert STRANGER.public.vkey in report.findings[0].message
    mixed = verify(directory, [LOG.public.vkey, str(directory / "key.pub")])
    assert [each.check for each in mixed.findings] == ["key-beside", "key-not-given"]
    shutil.copy(directory / "key.pub", tmp_path / "given")
    assert told(directory, str(tmp_path / "given")) == set()


def test_a_log_that_only_a_key_beside_it_signed_is_not_signed(tmp_path: Path) -> None:
    files = evidence()
    directory = written(tmp_path / "evidence", files)
    report = verify(directory, [STRANGER.public.vkey, str(directory / "key.pub")])
    assert not report.is_signed
