"""The views: what is taken in at once or in steps is the same, and fits the log or is made anew."""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
import sys
import threading
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn, cast

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.audit.log_files import LogFiles
from compliance.audit.record import AnyRecord, Counted, CountersRecord, OutcomeRecord, RenderedRecord, encode
from compliance.audit.rendered import Confirmed
from compliance.audit.table import Row, Shown, Words
from compliance.audit.views import VIEWS, Views, ViewsReader, catch_up, differences, rebuild
from compliance.errors import EvidenceError
from tests.audit.logs import DAY, MEANING, body_of, erasure, log_of, mode, nonce, outcome, ruleset, table, written

HEX = "ab" * 32


def shown_outcome() -> OutcomeRecord:
    """An outcome by which readers in one place are shown a notice, and others perhaps."""
    words = (Words(default="en", text={"en": HEX}),)
    notice = Shown(id="agent", status="required", display="show", placements=("top",), words=0, rules=("r1", "r2"))
    perhaps = msgspec.structs.replace(notice, status="possible", unknowns=("publisher.designated_as",))
    rows = (Row(notices=()), Row(notices=(0,), places=("RU",)), Row(notices=(1,)))
    return OutcomeRecord(
        nonce=nonce(7), day=DAY, words=words, notices=(notice, perhaps), rows=rows, elsewhere=0, unknown=2
    )


def rendered(number: int, of: str) -> RenderedRecord:
    notices = (Confirmed(id="agent", language="en", text=HEX),)
    return RenderedRecord(nonce=nonce(number), day=DAY, content="https://daily.example/1", table=of, notices=notices)


def counters(number: int, count: int) -> CountersRecord:
    counts = (Counted(notice="agent", status="required", display="show", count=count, place="RU"),)
    return CountersRecord(
        nonce=nonce(number), day=DAY, counted_on=DAY, ruleset=MEANING, least=10, counts=counts, withheld=3
    )


def some() -> list[AnyRecord]:
    """A record of every kind that the views take in; a page is confirmed before its table comes, and another after."""
    due = shown_outcome()
    tables = [table(number, due) for number in range(3)]
    tables.append(msgspec.structs.replace(tables[2], facts={"publisher": "daily"}))
    later = msgspec.structs.replace(table(9, due), day=DAY + timedelta(days=1))
    first, second = rendered(20, tables[1].key), rendered(21, tables[0].key)
    return [
        mode(0), ruleset(1), due, first, *tables, second, later, counters(30, 12), counters(31, 40), outcome(3),
        table(10, outcome(3)),
    ]  # fmt: skip


def log(directory: Path, entries: Sequence[bytes], erased: Sequence[int] = ()) -> LogFiles:
    """The files of a log in the place of another one."""
    shutil.rmtree(directory / "log", ignore_errors=True)
    return LogFiles(written(directory, log_of(entries, erased=erased)))


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(sql).fetchall()


ENTRIES = [encode(each) for each in some()]
KEYS = [getattr(each, "key", HEX) for each in some()]


def test_every_record_that_has_a_key_is_found_by_it(tmp_path: Path) -> None:
    files = log(tmp_path, ENTRIES)
    assert catch_up(files) == len(ENTRIES)
    with closing(ViewsReader(tmp_path / VIEWS)) as reader:
        for number, record in enumerate(some()):
            if key := getattr(record, "key", None):
                assert reader.leaf_of(key) == number
        assert reader.leaf_of("00" * 32) is None
        assert reader.size() == len(ENTRIES)


@settings(max_examples=20, deadline=None)
@given(cuts=st.sets(st.integers(1, len(ENTRIES) - 1)))
def test_leaves_taken_in_by_steps_make_the_views_that_they_make_at_once(
    tmp_path_factory: pytest.TempPathFactory, cuts: set[int]
) -> None:
    directory = tmp_path_factory.mktemp("steps")
    files = log(directory, ENTRIES)
    with closing(Views.open(directory / VIEWS)) as views:
        edges = [0, *sorted(cuts), len(ENTRIES)]
        for first, end in pairwise(edges):
            views.take_all(first, ENTRIES[first:end])
        assert views.size() == len(ENTRIES)
        assert differences(files) == []


def test_leaves_that_were_taken_in_before_count_once(tmp_path: Path) -> None:
    files = log(tmp_path, ENTRIES)
    with closing(Views.open(tmp_path / VIEWS)) as views:
        views.take_all(0, ENTRIES[:6])
        views.take_all(0, ENTRIES)
        views.take(len(ENTRIES) - 1, ENTRIES[-1])
    assert differences(files) == []


def test_no_leaf_is_passed_over(tmp_path: Path) -> None:
    with closing(Views.open(tmp_path / VIEWS)) as views:
        with pytest.raises(EvidenceError, match="have 0 leaves, and cannot go on from 1"):
            views.take(1, ENTRIES[1])
        assert views.size() == 0


def test_what_breaks_off_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> object:
        yield ENTRIES[0]
        raise KeyboardInterrupt

    with closing(Views.open(tmp_path / VIEWS)) as views:
        with pytest.raises(KeyboardInterrupt):
            views.take_all(0, broken())  # type: ignore[arg-type]
        assert views.size() == 0
        views.take_all(0, ENTRIES)
        assert views.size() == len(ENTRIES)


def test_counts_of_several_workers_are_added(tmp_path: Path) -> None:
    catch_up(log(tmp_path, ENTRIES))
    assert rows(tmp_path / VIEWS, "SELECT notice, place, count FROM counts") == [("agent", "RU", 52)]
    assert rows(tmp_path / VIEWS, "SELECT cells FROM withheld") == [(6,)]


def test_what_was_confirmed_is_kept_with_its_table_whichever_comes_first(tmp_path: Path) -> None:
    catch_up(log(tmp_path, ENTRIES))
    assert rows(tmp_path / VIEWS, "SELECT of, leaf FROM rendered ORDER BY of") == [(4, 8), (5, 3)]
    assert rows(tmp_path / VIEWS, "SELECT * FROM unplaced") == []


def test_the_names_of_pages_are_not_in_the_views(tmp_path: Path) -> None:
    catch_up(log(tmp_path, ENTRIES))
    assert b"daily.example" not in (tmp_path / VIEWS).read_bytes()


# -- views that do not fit --------------------------------------------------------------------------------


def test_views_of_another_log_are_made_anew(tmp_path: Path) -> None:
    catch_up(log(tmp_path, [encode(mode(50)), *ENTRIES[1:8]]))
    files = log(tmp_path, [*ENTRIES[:7], encode(mode(51)), *ENTRIES[8:]])
    assert catch_up(files) == len(ENTRIES)
    assert differences(files) == []


def test_views_that_are_ahead_of_the_log_are_made_anew(tmp_path: Path) -> None:
    catch_up(log(tmp_path, ENTRIES))
    files = log(tmp_path, ENTRIES[:5])
    assert differences(files) == [f"they have {len(ENTRIES)} leaves, and the log has 5"]
    assert catch_up(files) == 5
    assert differences(files) == []


@pytest.mark.parametrize("damage", [b"no database at all", b""])
def test_a_file_that_is_no_database_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    files = log(tmp_path, ENTRIES)
    (tmp_path / VIEWS).write_bytes(damage)
    assert differences(files) == ["they cannot be read"]
    assert catch_up(files) == len(ENTRIES)
    assert differences(files) == []


CHANGES = [
    ("DELETE FROM keys WHERE leaf = 4", "keys"),
    ("UPDATE keys SET leaf = 5 WHERE leaf = 4", "keys"),
    ("UPDATE classes SET tables = tables + 1", "classes"),
    ("UPDATE classes SET day = day + 100 * id", "tables"),
    ("UPDATE tables SET content = 5 WHERE leaf = 6", "tables"),
    ("UPDATE outcomes SET pattern = 99", "outcomes"),
    ("UPDATE outcomes SET shape = 99", "outcomes"),
    ("UPDATE daily SET tables = tables + 1", "sums of days"),
    ("UPDATE counts SET count = 11", "counts"),
    ("DELETE FROM withheld", "counts withheld"),
    ("DELETE FROM rendered", "confirmations"),
    ("DELETE FROM announced", "rule sets"),
    ("DELETE FROM events", "events"),
]


@pytest.mark.parametrize(("change", "what"), CHANGES)
def test_views_that_were_altered_differ_from_the_log(tmp_path: Path, change: str, what: str) -> None:
    files = log(tmp_path, ENTRIES)
    catch_up(files)
    with closing(sqlite3.connect(tmp_path / VIEWS)) as database:
        database.execute(change)
        database.commit()
    assert f"the {what} are not those of the log" in differences(files)
    rebuild(files)
    assert differences(files) == []


# -- erasure ----------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(gone=st.sets(st.integers(0, len(ENTRIES) - 1), min_size=1, max_size=4))
def test_what_was_erased_is_forgotten_as_if_it_had_never_been_read(
    tmp_path_factory: pytest.TempPathFactory, gone: set[int]
) -> None:
    directory = tmp_path_factory.mktemp("erased")
    said = encode(erasure(60, {number: ENTRIES[number] for number in sorted(gone)}))
    with closing(Views.open(directory / VIEWS)) as views:
        views.take_all(0, ENTRIES)
        views.take(len(ENTRIES), said)
    files = log(directory, [*ENTRIES, said], sorted(gone))
    assert differences(files) == []
    assert catch_up(files) == len(ENTRIES) + 1
    assert differences(files) == []
    assert rows(directory / VIEWS, "SELECT value FROM meta WHERE name = 'is_stale'") == [(0,)]


def test_a_large_record_is_taken_in_as_if_it_stood_in_the_log(tmp_path: Path) -> None:
    large = table(70, outcome(3))
    leaf, body = body_of(large, 71)
    files = log(tmp_path, [encode(outcome(3)), encode(leaf)])
    files.put_blob(body)
    catch_up(files)
    with closing(ViewsReader(tmp_path / VIEWS)) as reader:
        assert reader.leaf_of(large.key) == 1


# -- readers ----------------------------------------------------------------------------------------------


def test_without_views_a_reader_knows_nothing_and_does_not_fail(tmp_path: Path) -> None:
    with closing(ViewsReader(tmp_path / VIEWS)) as reader:
        assert reader.leaf_of(HEX) is None
        assert reader.size() == 0
        (tmp_path / VIEWS).write_bytes(b"damaged" * 1000)
        assert reader.leaf_of(HEX) is None
        assert reader.size() == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"CREATE TABLE keys", b"CREATE T\xffBLE keys"),
        (b"version", b"versi\xffn"),
        (b"SQLite format 3", b"SQLite format 4"),
    ],
)
def test_views_with_a_damaged_byte_are_like_none_and_are_made_anew(tmp_path: Path, old: bytes, new: bytes) -> None:
    """SQLite repeats such a byte in its message, which is no text then."""
    files = log(tmp_path, ENTRIES)
    catch_up(files)
    path = tmp_path / VIEWS
    path.write_bytes(path.read_bytes().replace(old, new))
    with closing(ViewsReader(path)) as reader:
        assert (reader.leaf_of(table(0, shown_outcome()).key), reader.size()) == (None, 0)
        assert differences(files) == ["they cannot be read"]
        assert catch_up(files) == len(ENTRIES)
        assert differences(files) == []
        assert reader.size() == len(ENTRIES)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[LogFiles, bytes]:
    """A log that nobody changes, and the bytes of its views."""
    directory = tmp_path_factory.mktemp("whole")
    files = log(directory, ENTRIES)
    catch_up(files)
    return files, (directory / VIEWS).read_bytes()


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0), noise=st.binary(min_size=1, max_size=300))
def test_whatever_bytes_are_in_views_a_reader_gets_a_number_or_nothing_and_never_an_error(
    whole: tuple[LogFiles, bytes], at: int, noise: bytes
) -> None:
    files, data = whole
    for each in files.directory.glob(f"{VIEWS}*"):
        each.unlink()
    path = files.directory / VIEWS
    at %= len(data)
    path.write_bytes((data[:at] + noise + data[at + len(noise) :])[: len(data)])
    with closing(ViewsReader(path)) as reader:
        assert type(reader.size()) is int
        for number, key in enumerate(KEYS):
            assert isinstance(reader.leaf_of(key), int | None), number
    with suppress(EvidenceError):
        catch_up(files)


def test_a_reader_sees_what_is_taken_in_later_and_neither_waits_for_the_other(tmp_path: Path) -> None:
    with closing(Views.open(tmp_path / VIEWS)) as views, closing(ViewsReader(tmp_path / VIEWS)) as reader:
        views.take_all(0, ENTRIES[:5])
        with reader.connection() as database:
            assert database is not None
            database.execute("BEGIN")
            assert database.execute("SELECT COUNT(*) FROM tables").fetchone() == (1,)
            views.take_all(5, ENTRIES[5:])
            assert database.execute("SELECT COUNT(*) FROM tables").fetchone() == (1,)
            database.execute("ROLLBACK")
        assert reader.size() == len(ENTRIES)


def test_a_reader_goes_on_with_the_file_that_took_the_place_of_another(tmp_path: Path) -> None:
    files = log(tmp_path, ENTRIES)
    catch_up(files)
    key = table(11, outcome(3)).key
    with closing(ViewsReader(tmp_path / VIEWS)) as reader:
        assert reader.leaf_of(key) is None
        before = os.stat(tmp_path / VIEWS).st_ino
        rebuild(log(tmp_path, [*ENTRIES, encode(table(11, outcome(3)))]))
        assert os.stat(tmp_path / VIEWS).st_ino != before
        assert reader.leaf_of(key) == len(ENTRIES)


def test_threads_share_a_reader_while_views_are_made_anew(tmp_path: Path) -> None:
    files = log(tmp_path, ENTRIES)
    catch_up(files)
    wrong: list[object] = []
    done = threading.Event()
    keys = {record.key: number for number, record in enumerate(some()) if hasattr(record, "key")}
    with closing(ViewsReader(tmp_path / VIEWS)) as reader:

        def look() -> None:
            while not done.is_set():
                wrong.extend(each for key, leaf in keys.items() if (each := reader.leaf_of(key)) not in {leaf, None})

        threads = [threading.Thread(target=look) for _ in range(3)]
        for each in threads:
            each.start()
        for _ in range(5):
            rebuild(files)
        done.set()
        for each in threads:
            each.join()
        assert wrong == []
        assert all(reader.leaf_of(key) == leaf for key, leaf in keys.items())


def test_nobody_else_may_read_the_views(tmp_path: Path) -> None:
    files = log(tmp_path, ENTRIES)
    catch_up(files)
    assert (tmp_path / VIEWS).stat().st_mode & 0o077 == 0
    rebuild(files)
    assert (tmp_path / VIEWS).stat().st_mode & 0o077 == 0


def test_views_that_are_made_anew_leave_nothing_beside_them_also_if_that_breaks_off(tmp_path: Path) -> None:
    files = log(tmp_path, ENTRIES)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(files, stop)
    assert [each.name for each in tmp_path.iterdir() if "views" in each.name] == []
    rebuild(files)
    assert [each.name for each in tmp_path.iterdir() if "views" in each.name] == [VIEWS]
    assert rows(tmp_path / VIEWS, "PRAGMA journal_mode") == [("wal",)]
    assert rows(tmp_path / VIEWS, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize(
    ("name", "message"), [("SQLITE_BUSY", "database is locked"), ("SQLITE_IOERR", "disk I/O error")]
)
def test_views_that_cannot_be_had_just_now_are_no_reason_to_make_them_anew(
    tmp_path: Path, name: str, message: str
) -> None:
    error = sqlite3.OperationalError(message)
    error.sqlite_errorname = name

    class Busy:
        def execute(self, *_: object) -> NoReturn:
            raise error

    views = Views(cast("sqlite3.Connection", Busy()))
    with pytest.raises(EvidenceError, match=f"^the views cannot be read: {message.lower()}$"):
        views.fits(log(tmp_path, ENTRIES))


def test_a_reader_that_nobody_closed_lets_go_without_a_word_also_in_a_circle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Since Python 3.13 a connection that is left open warns."""
    told: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    left = [sqlite3.connect(":memory:", check_same_thread=False) for _ in range(3)]  # older, so ended before it
    reader: Any = ViewsReader(tmp_path / VIEWS)
    reader._idle.extend(((0, 0), each) for each in left)
    reader.itself = [reader, *left]
    del reader, left
    gc.collect()
    assert told == []
