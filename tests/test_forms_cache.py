"""Word forms on disk: read back if they are what was written, and else as if there were none."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance import forms_cache
from compliance.forms_cache import NAME, FormsCache
from compliance.mentions.inflection import RULES, RUSSIAN, Word
from compliance.mentions.table import Maker, Table

MAKER = Maker("a reader 1", "a dictionary 2", RULES)
TABLE = Table(MAKER, {RUSSIAN: {"газета": Word(frozenset({"газета", "газету"}), is_common=True)}})


@pytest.fixture
def cache(tmp_path: Path) -> FormsCache:
    found = FormsCache(tmp_path / "cache" / "compliance")
    found.write(TABLE)
    return found


def test_what_was_kept_is_read_by_the_same_maker_and_by_no_other(cache: FormsCache) -> None:
    assert cache.read(MAKER) == TABLE
    for other in (Maker("a reader 2", MAKER.dictionary, RULES), Maker(MAKER.analyzer, MAKER.dictionary, RULES + 1)):
        assert cache.read(other) is None


def test_nobody_else_may_read_what_is_kept_and_nothing_is_left_beside_it(cache: FormsCache) -> None:
    cache.write(TABLE)
    assert stat.S_IMODE(cache.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(cache.path.parent.stat().st_mode) == 0o700
    assert [each.name for each in cache.path.parent.iterdir()] == [NAME]


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1, exclude_max=True), st.integers(0, 4), st.binary(max_size=4))
def test_a_damaged_file_counts_for_nothing_and_is_written_anew(
    cache: FormsCache, place: float, cut: int, put: bytes
) -> None:
    cache.write(TABLE)
    good = cache.path.read_bytes()
    at = int(place * len(good))
    cache.path.write_bytes(good[:at] + put + good[at + cut :])
    assert cache.read(MAKER) == (TABLE if cache.path.read_bytes() == good else None)
    cache.write(TABLE)
    assert cache.read(MAKER) == TABLE


def _fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def _link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def _directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "spoil",
    [lambda path: path.chmod(0o620), lambda path: path.chmod(0o602), Path.unlink, _fifo, _link, _directory],
    ids=["group", "others", "gone", "pipe", "link", "directory"],
)
def test_a_file_that_somebody_else_may_have_written_counts_for_nothing(
    cache: FormsCache, spoil: Callable[[Path], None]
) -> None:
    spoil(cache.path)
    assert cache.read(MAKER) is None


def test_a_file_of_somebody_else_counts_for_nothing(cache: FormsCache, monkeypatch: pytest.MonkeyPatch) -> None:
    somebody = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: somebody)
    assert cache.read(MAKER) is None


def test_a_file_that_became_too_large_counts_for_nothing(cache: FormsCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms_cache, "MOST_BYTES", 100)
    assert cache.read(MAKER) is None


@pytest.mark.parametrize("name", ["file/cache", "a\0b"])
def test_where_nothing_can_be_written_nothing_is_kept_and_nobody_minds(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = FormsCache(tmp_path / name)
    cache.write(TABLE)
    assert cache.read(MAKER) is None
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_whoever_reads_while_others_write_sees_a_whole_file(cache: FormsCache) -> None:
    words = {f"слово{'о' * number}": Word(frozenset({"слово"})) for number in range(200)}
    tables = [TABLE, Table.of(MAKER, {RUSSIAN: words})]
    with ThreadPoolExecutor(4) as pool:
        each = [(pool.submit(cache.write, tables[number % 2]), pool.submit(cache.read, MAKER)) for number in range(40)]
        seen = [reading.result() for _, reading in each]
    assert None not in seen
