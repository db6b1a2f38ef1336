"""A file of an operator is read whole or refused at once, whatever stands in its place."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from compliance.errors import DatabaseError, RulesError
from compliance.geo import DatabaseStore, GeoFiles
from compliance.geo.database_file import open_file
from compliance.geo.regular_file import MissingError, UnreadableError, read_regular
from tests.geo.sources import city, spread, write
from tests.web.process import SECONDS


def at_once(do: Callable[[], object]) -> str:
    """What is raised; in a thread of its own, for what reads a pipe would wait in ours."""
    raised: list[str] = []

    def run() -> None:
        try:
            do()
        except (UnreadableError, DatabaseError, RulesError) as error:
            raised.append(str(error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(SECONDS)
    assert not thread.is_alive(), "it waits"
    assert len(raised) == 1, "it was read"
    return raised[0]


def test_a_file_is_read_up_to_its_limit_and_through_links(tmp_path: Path) -> None:
    path, link = tmp_path / "a", tmp_path / "link"
    path.write_bytes(b"12345")
    link.symlink_to(path)
    assert read_regular(path, 5) == read_regular(link, 5) == b"12345"
    with pytest.raises(UnreadableError, match="is larger than 4 bytes"):
        read_regular(path, 4)


def test_a_file_that_grows_is_not_read_by_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    seen = os.stat(path)
    path.write_bytes(b"1234567890")
    monkeypatch.setattr(os, "fstat", lambda _: seen)
    with pytest.raises(UnreadableError, match="grew while it was read"):
        read_regular(path, 100)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", "cannot be read: no such file or directory"),
        ("x" * 5000, "cannot be read: file name too long"),
        ("a\0b", "cannot be read: this is not the name of a file"),
        ("loop", "cannot be read: too many levels of symbolic links"),
        ("file/inside", "cannot be read: not a directory"),
        (".", "is no file"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").touch()
    with pytest.raises(UnreadableError) as raised:
        read_regular(tmp_path / name, 100)
    assert str(raised.value) == message
    assert isinstance(raised.value, MissingError) == (name == "nowhere")


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(5, "Input/output error")])
def test_a_directory_that_is_closed_to_us_is_told(
    tmp_path: Path, error: OSError, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.mmdb", spread("UA"))

    def fail(*_: object, **__: object) -> os.stat_result:
        raise error

    monkeypatch.setattr(Path, "stat", fail)
    message = f"`{path}` cannot be read: {str(error.strerror).lower()}"
    with pytest.raises(DatabaseError) as raised:
        open_file(path)
    assert str(raised.value) == message
    with pytest.raises(DatabaseError) as raised:
        DatabaseStore.open(GeoFiles((str(path),)), list)
    assert str(raised.value) == message


def test_a_path_with_an_equals_sign_that_is_too_long_is_told() -> None:
    with pytest.raises(DatabaseError, match="cannot be read: file name too long"):
        DatabaseStore.open(GeoFiles((f"{'x' * 5000}=location",)), list)


def test_a_pipe_or_device_in_place_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    pipe, device = tmp_path / "pipe", tmp_path / "device"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    assert at_once(lambda: read_regular(pipe, 100)) == at_once(lambda: read_regular(device, 100)) == "is no file"


def test_a_pipe_that_takes_the_place_of_a_file_meanwhile_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.touch()
    seen = path.stat()
    path.unlink()
    os.mkfifo(path)
    monkeypatch.setattr(Path, "stat", lambda _: seen)
    assert at_once(lambda: read_regular(path, 100)) == "is no file"


@pytest.mark.parametrize("which", ["own.mmdb", "own.mmdb.sha256", "golden.csv", "nets.csv"])
def test_no_file_that_a_service_reads_makes_it_wait(tmp_path: Path, which: str) -> None:
    """The one in use stays, and what is wrong is told; at the start, too."""
    database, golden, nets = (tmp_path / name for name in ("own.mmdb", "golden.csv", "nets.csv"))
    write(database, spread("", city("PL")), "GeoLite2-City")
    golden.write_text("address,country\n1.2.3.4,PL\n", encoding="utf-8")
    nets.write_text("network,territory,first_day,last_day,source\n1.0.0.0/8,PL,none,none,us\n", encoding="utf-8")
    files = GeoFiles((str(database),), (str(nets),), str(golden))
    store = DatabaseStore.open(files, list)
    before = store.current
    (tmp_path / which).unlink(missing_ok=True)
    os.mkfifo(tmp_path / which)

    def reload() -> None:
        assert not store.reload()
        raise UnreadableError(*store.problems.values())

    assert at_once(reload) == f"`{tmp_path / which}` is no file"
    assert store.current is before
    assert f"`{tmp_path / which}` is no file" in at_once(lambda: DatabaseStore.open(files, list))


def test_a_hash_may_not_be_as_large_as_what_it_is_of(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mmdb", spread("UA"))
    (tmp_path / "a.mmdb.sha256").write_bytes(b"0" * 70_000)
    with pytest.raises(DatabaseError, match=r"a\.mmdb\.sha256` is larger than 65536 bytes"):
        open_file(path)
