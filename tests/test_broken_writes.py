"""A write or a copy that fails in the middle leaves no piece behind, and never passes as whole."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from http.client import IncompleteRead
from pathlib import Path

import pytest

from compliance.cli import geo_fetch, importing
from compliance.errors import ConfigError, DatabaseError

SOURCE = "https://files.example/places.bin"


class Broken(io.BytesIO):
    """An answer that breaks off after its bytes."""

    def __init__(self, data: bytes, error: Exception | None, length: str | None) -> None:
        super().__init__(data)
        self._error, self.headers = error, Message()
        if length is not None:
            self.headers["Content-Length"] = length

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if not data and self._error is not None:
            raise self._error
        return data


def copied(monkeypatch: pytest.MonkeyPatch, answer: Broken) -> bytes:
    """What was copied of an answer."""

    @contextmanager
    def answering(_source: str, _name: str) -> Iterator[Broken]:
        yield answer

    monkeypatch.setattr(geo_fetch, "_answer", answering)
    target = io.BytesIO()
    geo_fetch._copied(SOURCE, target, "places")
    return target.getvalue()


@pytest.mark.parametrize("error", [IncompleteRead(b"ab", 3), TimeoutError("late")], ids=["cut off", "silent"])
def test_an_answer_that_breaks_off_is_refused_whether_or_not_its_length_is_known(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    for length in ("2", None):
        with pytest.raises(DatabaseError, match=r"^`places` broke off$"):
            copied(monkeypatch, Broken(b"ab", error, length))


def test_an_answer_of_unknown_length_is_taken_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert copied(monkeypatch, Broken(b"abc", None, None)) == b"abc"


def test_a_copy_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geo_fetch, "_MOST", 2)
    assert copied(monkeypatch, Broken(b"ab", None, None)) == b"ab"
    with pytest.raises(DatabaseError, match=r"^`places` is larger than 2 bytes$"):
        copied(monkeypatch, Broken(b"abc", None, None))


def test_an_import_onto_a_full_disk_says_which_file_and_leaves_the_old_one_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    old = tmp_path / "list.yaml"
    old.write_bytes(b"old")
    monkeypatch.setattr("compliance.cli.importing.os.fsync", full)
    with pytest.raises(ConfigError, match=r"list.yaml` cannot be written: no space left on device$"):
        importing._write(tmp_path, {"list.yaml": b"new"}, "list.yaml")
    assert old.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["list.yaml"], "no half of a file stays"
