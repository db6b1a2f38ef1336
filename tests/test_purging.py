"""The purge command: which keys it gets, when, and that none is lost whatever goes wrong."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from compliance.model.ruleset import Ruleset
from compliance.purging import FILE, Patience, Purger, PurgeStatus, keys_to_purge
from compliance.review.changes import ruleset_key
from compliance.store import Store
from tests.tiny import changed, ruleset, written
from tests.web.process import eventually

WORDS = changed("warn.yaml", ("is on the list.", "stands on the list."))
NAME = changed("radio.yaml", ("The Radio", "Their Radio"))
FIRST, SECOND, THIRD = ruleset(), ruleset(WORDS), ruleset(NAME)
QUICK = Patience(grace=0.0, others=30.0, command=10.0, pause=30.0, look=0.02)
WHOLE = [ruleset_key(each.meaning) for each in (FIRST, SECOND, THIRD)]


class Cache:
    """A command that writes down what it is told, and fails while there is a file."""

    def __init__(self, where: Path) -> None:
        self.where, self.broken = where, where / "broken"
        script = f'echo "$PURGE_OLD $PURGE_NEW $(tr "\\n" " ")" >> {where}/told; test ! -e {self.broken}'
        self.command = ("sh", "-c", script)

    @property
    def told(self) -> list[list[str]]:
        path = self.where / "told"
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def keys(self) -> list[list[str]]:
        return [each[2:] for each in self.told]


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path)


Begin = Callable[..., Purger]


@pytest.fixture
def begin(cache: Cache, tmp_path: Path) -> Iterator[Begin]:
    """Begins purging as a process of the service does."""
    with ExitStack() as stack:

        def begun(
            used: Ruleset = FIRST, have_all: Callable[[str], bool] = lambda _: True, patience: Patience = QUICK
        ) -> Purger:
            purger = Purger(cache.command, tmp_path / "data", used, have_all, patience)
            stack.callback(purger.stop)
            return purger

        yield begun


def done(purger: Purger, good: int = 1) -> bool:
    return eventually(lambda: purger.good == good and purger.status() == PurgeStatus(0, None))


def test_the_command_gets_the_keys_of_the_pages_that_are_concerned_and_both_digests(cache: Cache, begin: Begin) -> None:
    purger = begin()
    purger.swapped(FIRST, SECOND)
    assert done(purger)
    purger.swapped(SECOND, THIRD)
    assert done(purger, 2)
    assert cache.told == [[FIRST.meaning, SECOND.meaning, "rule:warn"], [SECOND.meaning, THIRD.meaning, WHOLE[1]]]


def test_when_the_log_says_that_it_was_done_other_processes_say_so_too(tmp_path: Path, begin: Begin) -> None:
    """They know it by the file."""
    found: list[list[str]] = []

    class Reads(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if getattr(record, "event", "") == "purged":
                found.append(json.loads((tmp_path / "data" / FILE).read_bytes())["keys"])

    log, reads = logging.getLogger("compliance.purging"), Reads()
    level = log.level
    log.addHandler(reads)
    log.setLevel(logging.INFO)
    try:
        purger = begin()
        purger.swapped(FIRST, SECOND)
        assert done(purger)
        assert eventually(lambda: found == [[]])
    finally:
        log.removeHandler(reads)
        log.setLevel(level)


def test_rules_that_say_the_same_in_other_bytes_purge_nothing(cache: Cache, begin: Begin) -> None:
    purger = begin()
    purger.swapped(FIRST, ruleset(changed("warn.yaml", ("status: active", "status: active  # so it is"))))
    purger.swapped(FIRST, SECOND)
    assert done(purger)
    assert cache.keys == [["rule:warn"]]


def test_what_failed_waits_is_told_and_goes_with_what_comes_next(
    cache: Cache, begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    cache.broken.touch()
    purger = begin()
    purger.swapped(FIRST, SECOND)
    assert eventually(lambda: purger.status().problem is not None)
    assert purger.status() == PurgeStatus(1, "it ended with status 1: nothing was said")
    assert (purger.good, purger.failed) == (0, 1)
    assert "not purged, 1 surrogate key(s) wait" in caplog.text
    cache.broken.unlink()
    purger.swapped(SECOND, THIRD)
    assert done(purger)
    assert cache.told[-1] == [FIRST.meaning, THIRD.meaning, "rule:warn", WHOLE[1]]


def test_what_failed_is_tried_again_though_no_rules_change(cache: Cache, begin: Begin) -> None:
    cache.broken.touch()
    purger = begin(patience=Patience(grace=0.0, pause=0.02))
    purger.swapped(FIRST, SECOND)
    assert eventually(lambda: purger.failed >= 2)
    cache.broken.unlink()
    assert done(purger)
    assert {tuple(each) for each in cache.keys} == {("rule:warn",)}


def test_what_waited_at_the_end_is_purged_at_the_next_start(cache: Cache, begin: Begin) -> None:
    cache.broken.touch()
    purger = begin()
    purger.swapped(FIRST, SECOND)
    assert eventually(lambda: purger.failed == 1)
    purger.stop()
    cache.broken.unlink()
    again = begin(SECOND)
    assert done(again)
    assert cache.told[-1] == [FIRST.meaning, SECOND.meaning, "rule:warn"]


def test_rules_that_changed_while_nothing_ran_are_purged_whole(cache: Cache, begin: Begin) -> None:
    purger = begin()
    assert eventually((cache.where / "data" / FILE).exists)
    purger.stop()
    assert done(begin(SECOND))
    begin(SECOND).stop()
    assert cache.told == [[FIRST.meaning, SECOND.meaning, WHOLE[0]]]


def test_back_and_forth_purges_what_was_there_in_between(cache: Cache, begin: Begin) -> None:
    held = [False]
    purger = begin(have_all=lambda _: held[0])
    purger.swapped(FIRST, THIRD)
    purger.swapped(THIRD, FIRST)
    held[0] = True
    assert done(purger)
    assert {key for keys in cache.keys for key in keys} == {WHOLE[0], WHOLE[2]}


def test_nothing_is_purged_while_another_process_has_the_old_rules(
    cache: Cache, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compliance.purging._LOOK", 0.01)
    asked: list[str] = []

    def have_all(source: str) -> bool:
        asked.append(source)
        assert cache.keys == []
        return len(asked) > 3

    purger = begin(have_all=have_all)
    purger.swapped(FIRST, SECOND)
    assert done(purger)
    assert asked == [SECOND.source] * 4
    assert cache.keys == [["rule:warn"]]


def test_one_that_keeps_the_old_rules_for_long_is_not_waited_for_and_it_is_purged_once_more(
    cache: Cache, begin: Begin
) -> None:
    have_all = [False]
    purger = begin(have_all=lambda _: have_all[0], patience=Patience(grace=0.0, others=0.0, pause=0.02))
    purger.swapped(FIRST, SECOND)
    assert eventually(lambda: "not all processes" in str(purger.status().problem))
    have_all[0] = True
    assert done(purger)
    assert len(cache.keys) >= 2
    assert purger.failed == 0


def test_of_several_processes_one_does_it_and_another_one_once_that_is_gone(cache: Cache, begin: Begin) -> None:
    first = begin()
    assert eventually((cache.where / "data" / FILE).exists)
    second = begin()
    for each in (first, second):
        each.swapped(FIRST, SECOND)
    assert done(first)
    assert eventually(lambda: second.status() == PurgeStatus(0, None))
    assert (second.good, cache.keys) == (0, [["rule:warn"]])
    first.stop()
    assert eventually(lambda: second._state is not None)
    second.swapped(SECOND, THIRD)
    assert done(second)
    assert cache.keys == [["rule:warn"], [WHOLE[1]]]


def test_a_process_that_takes_over_before_it_has_the_new_rules_forgets_nothing(cache: Cache, begin: Begin) -> None:
    cache.broken.touch()
    first = begin()
    first.swapped(FIRST, SECOND)
    assert eventually(lambda: first.failed == 1)
    second = begin()
    assert second.status().waiting == 1
    first.stop()
    cache.broken.unlink()
    second.swapped(FIRST, SECOND)
    assert eventually(lambda: second.good >= 1 and second.status() == PurgeStatus(0, None))
    assert "rule:warn" in {key for keys in cache.keys[1:] for key in keys}


def test_where_nothing_can_be_written_it_is_purged_from_memory(
    cache: Cache, begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    (cache.where / "data").write_text("a file", encoding="utf-8")
    purger = begin()
    for before, after in ((FIRST, SECOND), (SECOND, THIRD)):
        purger.swapped(before, after)
    assert eventually(lambda: purger.good >= 1 and purger.status() == PurgeStatus(0, None))
    assert {key for keys in cache.keys for key in keys} == {"rule:warn", WHOLE[1]}
    assert caplog.text.count("is not kept") == 1


@pytest.mark.parametrize("data", [b"", b"{", b'{"told": 1}', b"\xff", b"[]", None])
def test_a_file_that_nobody_can_read_is_told_until_something_is_purged(
    cache: Cache, begin: Begin, data: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    (cache.where / "data").mkdir()
    if data is None:
        (cache.where / "data" / FILE).mkdir()  # what stands there is no file that could be opened
    else:
        (cache.where / "data" / FILE).write_bytes(data)
    with caplog.at_level(logging.ERROR):
        purger = begin()
        assert eventually(lambda: purger._state is not None)
    assert "have your caches forget all pages once" in str(purger.status().problem)
    assert "cannot be read" in caplog.text
    purger.swapped(FIRST, SECOND)
    assert done(purger)


def test_what_goes_wrong_unforeseen_ends_nothing(
    cache: Cache, begin: Begin, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    purger = begin()
    with monkeypatch.context() as patch:
        patch.setattr("compliance.programs.run", lambda *_: 1 / 0)
        purger.swapped(FIRST, SECOND)
        assert eventually(lambda: "purging failed" in caplog.text)
    purger.swapped(SECOND, THIRD)
    assert done(purger)
    assert cache.keys == [["rule:warn", WHOLE[1]]]


def test_a_digest_that_changes_purges_all_though_nothing_else_is_seen_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compliance.purging.surrogate_keys", lambda *_: ())
    assert keys_to_purge(FIRST, SECOND) == (WHOLE[0],)
    assert keys_to_purge(FIRST, ruleset()) == ()


def test_a_store_tells_of_each_rule_set_that_takes_the_place_of_another(tmp_path: Path) -> None:
    store = Store(written(tmp_path / "rules"))
    told: list[tuple[str, str]] = []
    store.swapped = lambda before, after: told.append((before.meaning, after.meaning))
    assert store.reload()
    written(tmp_path / "rules", WORDS)
    assert store.reload()
    written(tmp_path / "rules", changed("warn.yaml", ("severity: alert", "severity: alrt")))
    assert not store.reload()
    assert told == [(FIRST.meaning, SECOND.meaning)]


def test_the_file_holds_keys_and_digests_and_nothing_else(cache: Cache, begin: Begin) -> None:
    cache.broken.touch()
    purger = begin()
    purger.swapped(FIRST, SECOND)
    assert eventually(lambda: purger.failed == 1)
    purger.stop()
    assert json.loads((cache.where / "data" / FILE).read_bytes()) == {
        "told": FIRST.meaning,
        "used": SECOND.meaning,
        "keys": ["rule:warn"],
        "problem": "it ended with status 1: nothing was said",
    }
