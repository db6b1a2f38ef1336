"""Whose key somebody sent: right ones are found at once, wrong ones cost little, and no way leads back to no keys."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from threading import Thread
from time import sleep

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.errors import ConfigError
from compliance.keys import keyring
from compliance.keys.key import AUDIT, CHECK, LETTERS, Key, Presented, presented, revoked, rotated, written
from compliance.keys.keyring import (
    MISTAKES,
    MOST_REMEMBERED,
    OVER,
    SECOND,
    STRANGERS,
    WRONG,
    Busy,
    Keyring,
    Known,
    Unknown,
)
from compliance.keys.making import new_id, new_secret
from tests.keys.made import TODAY, Hashing, filed, kept, key, secret, sent


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> Hashing:
    return Hashing.instead(monkeypatch)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


class Calendar:
    """A day that a test may change."""

    def __init__(self) -> None:
        self.day = TODAY

    def __call__(self) -> date:
        return self.day


def ring(path: Path, *keys: Key, day: Callable[[], date] = lambda: TODAY) -> Keyring:
    return Keyring(filed(path, *keys), day)


def wrong(ending: str, id_: str = "radio123") -> str:
    """A key that begins as the true one does."""
    return written(id_, secret("a")[: -len(ending)] + ending)


def strange(number: int, id_: str = "radio123") -> str:
    """A key that begins as none does."""
    return written(id_, f"z{number:042}")


def test_a_true_key_opens_what_it_may_with_its_true_hash(path: Path) -> None:
    made, entry = new_secret(TODAY)
    true = Key(id=new_id(()), name="x", scopes=("check", "audit"), created=TODAY, secrets=(entry,))
    found = ring(path, true).find(written(true.id, made), 0)
    assert found == Known(true.id, CHECK | AUDIT, None)
    assert ring(path, true).find(written(true.id, made[:-1] + ("a" if made[-1] != "a" else "b")), 0) == Unknown(WRONG)


def test_a_key_is_hashed_once_and_found_by_what_was_sent_from_then_on(path: Path, hashing: Hashing) -> None:
    found = ring(path, key())
    assert [type(found.find(sent(), each)) for each in range(5)] == [Known] * 5
    assert hashing.tried == [secret("a")]


def test_a_wrong_key_is_hashed_once_too(path: Path, hashing: Hashing) -> None:
    found = ring(path, key())
    assert {found.find(wrong("b"), each) for each in range(5)} == {Unknown(WRONG)}
    assert len(hashing.tried) == 1


def test_an_id_that_is_not_there_costs_as_many_hashes_as_one_that_is(path: Path, hashing: Hashing) -> None:
    ring(path, key()).find(strange(1, "radio123"), 0)
    ring(path, key()).find(strange(1, "nobody12"), 0)
    assert hashing.tried == [strange(1).rpartition("_")[2]] * 2
    ring(path, key(revoked=TODAY, letters="")).find(sent(), 0)
    assert len(hashing.tried) == 3


@pytest.mark.parametrize("ids", [["radio123"], ["radio123", "nobody12", "nobody34"]])
def test_keys_without_end_that_were_never_made_cost_some_hashes_a_minute_and_keep_nobody_out(
    path: Path, hashing: Hashing, ids: list[str]
) -> None:
    found = ring(path, key())
    for each in range(20_000):  # over two minutes
        assert found.find(strange(each, ids[each % len(ids)]), each * 6_000_000) == Unknown(WRONG)
    rate, burst = STRANGERS
    assert burst <= len(hashing.tried) <= burst + 2 * rate
    assert isinstance(found.find(sent(), 120 * SECOND), Known)
    assert found.state is not None
    assert len(found.state.wrong) <= MOST_REMEMBERED


def test_a_key_that_begins_right_may_be_tried_a_few_times_and_others_are_not_kept_out(
    path: Path, hashing: Hashing
) -> None:
    found = ring(path, key(), key("other123"))
    _, burst = MISTAKES
    tries = [found.find(wrong(f"b{each:03}"), 0) for each in range(burst + 5)]
    assert tries[:burst] == [Unknown(WRONG)] * burst
    assert all(isinstance(each, Busy) and each.wait > 0 for each in tries[burst:])
    assert len(hashing.tried) == burst
    assert isinstance(found.find(sent("other123"), 0), Known)
    assert isinstance(found.find(sent(), 60 * SECOND), Known)


def test_a_key_that_is_remembered_is_found_whatever_others_try(path: Path, hashing: Hashing) -> None:
    found = ring(path, key())
    found.find(sent(), 0)
    for each in range(50):
        found.find(wrong(f"b{each:03}"), 0)
    assert isinstance(found.find(sent(), 0), Known)


def test_one_hash_is_made_at_a_time_and_threads_with_one_key_share_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, most, made = [0], [0], [0]

    def slow(_: str, given: str) -> bool:
        running[0] += 1
        most[0], made[0] = max(most[0], running[0]), made[0] + 1
        sleep(0.02)  # as argon2 does, it lets other threads run
        running[0] -= 1
        return len(set(given)) == 1

    monkeypatch.setattr(keyring, "is_hash_of", slow)
    found = ring(path, key(), key("other123"))
    got: list[object] = []
    callers = [
        Thread(target=lambda id_=id_: got.append(found.find(sent(id_), 0))) for id_ in ("radio123", "other123") * 6
    ]
    callers += [Thread(target=lambda n=n: found.find(strange(n), 0)) for n in range(6)]
    for each in callers:
        each.start()
    for each in callers:
        each.join()
    assert most == [1]
    assert {type(each) for each in got} == {Known}
    assert made[0] <= 2 + 6


def test_a_last_day_is_included_and_the_next_one_is_not(path: Path, hashing: Hashing) -> None:
    calendar = Calendar()
    found = ring(path, key(last_day=TODAY + timedelta(days=1)), day=calendar)
    for day, told in ((0, Known), (1, Known), (2, Unknown), (3, Unknown), (1, Known)):
        calendar.day = TODAY + timedelta(days=day)
        found.look()
        assert type(found.find(sent(), 0)) is told
    assert found.find(sent(), 0) != Unknown(OVER)
    calendar.day = TODAY + timedelta(days=2)
    found.look()
    assert found.find(sent(), 0) == Unknown(OVER)
    assert found.find(wrong("b"), 0) == Unknown(WRONG)  # who does not know the secret is not told that it ended


def test_a_rotated_key_has_two_secrets_for_some_days_and_then_one(path: Path, hashing: Hashing) -> None:
    calendar = Calendar()
    found = ring(path, rotated(key(letters="a"), kept("b"), TODAY, 7), day=calendar)
    for days, told in ((0, Known), (7, Known), (8, Unknown)):
        calendar.day = TODAY + timedelta(days=days)
        found.look()
        assert type(found.find(sent(letter="a"), 0)) is told
        assert isinstance(found.find(sent(letter="b"), 0), Known)


def test_two_secrets_of_a_key_share_its_rate(path: Path, hashing: Hashing) -> None:
    found = ring(path, key(letters="ab", rate=60))
    first, second = found.find(sent(letter="a"), 0), found.find(sent(letter="b"), 0)
    assert isinstance(first, Known)
    assert isinstance(second, Known)
    assert first.bucket is second.bucket is not None


def test_rotating_keeps_what_still_counts_and_forgets_the_rest() -> None:
    day = TODAY + timedelta(days=10)
    twice = rotated(rotated(key(letters="a"), kept("b"), TODAY, 3), kept("c"), day, 5)
    assert [(each.begins[0], each.last_day) for each in twice.secrets] == [("c", None), ("b", day + timedelta(days=5))]
    soon = rotated(rotated(key(letters="a"), kept("b"), TODAY, 3), kept("c"), TODAY, 30)
    assert [each.last_day for each in soon.secrets] == [None, TODAY + timedelta(days=30), TODAY + timedelta(days=3)]
    assert [each.begins[0] for each in rotated(key(), kept("b"), TODAY, 0).secrets] == ["b"]
    assert revoked(revoked(key(), TODAY), day) == key(letters="", revoked=TODAY)


def test_a_change_of_the_file_counts_at_the_next_look(path: Path, hashing: Hashing) -> None:
    found = ring(path, key(), key("other123", rate=60))
    assert isinstance(found.find(sent(), 0), Known)
    first = found.find(sent("other123"), 0)
    filed(path, revoked(key(), TODAY), key("other123", rate=60), key("later123"))
    assert isinstance(found.find(sent(), 0), Known)
    found.look()
    assert found.find(sent(), 0) == Unknown(WRONG)
    assert isinstance(found.find(sent("later123"), 0), Known)
    second = found.find(sent("other123"), 0)
    assert isinstance(first, Known)
    assert isinstance(second, Known)
    assert second.bucket is first.bucket  # who has asked too often still has
    filed(path, key("other123", rate=61))
    found.look()
    third = found.find(sent("other123"), 0)
    assert isinstance(third, Known)
    assert third.bucket is not None
    assert third.bucket.rate == 61


def told(found: Keyring) -> str:
    """What is wrong with the file."""
    return found.problem or ""


def is_closed(found: Keyring) -> bool:
    return found.state is not None


def _gone(path: Path) -> None:
    path.unlink()


def _open(path: Path) -> None:
    path.chmod(0o644)


def _damaged(path: Path) -> None:
    path.write_bytes(b"{}")


@pytest.mark.parametrize("harm", [_gone, _open, _damaged])
def test_what_happens_to_the_file_lets_nobody_in_and_keeps_nobody_out(
    path: Path, hashing: Hashing, harm: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    found = ring(path, key())
    assert told(found) == ""
    harm(path)
    with caplog.at_level(logging.ERROR, "compliance.keys"):
        for _ in range(3):
            found.look()
    assert len(caplog.records) == 1
    assert told(found)
    assert told(found) in caplog.text
    assert "the last good keys are in use" in caplog.text
    assert isinstance(found.find(sent(), 0), Known)
    assert found.find(sent(letter="b"), 0) == Unknown(WRONG)
    path.unlink(missing_ok=True)
    filed(path, key("other123"))
    found.look()
    assert told(found) == ""
    assert found.find(sent(), 0) == Unknown(WRONG)


def test_the_first_key_closes_a_service_that_runs_also_if_it_cannot_be_read(
    path: Path, hashing: Hashing, caplog: pytest.LogCaptureFixture
) -> None:
    found = Keyring(path, lambda: TODAY)
    found.look()
    assert not is_closed(found)
    filed(path, key())
    path.chmod(0o644)
    with caplog.at_level(logging.ERROR, "compliance.keys"):
        found.look()
        found.look()
    assert [each.getMessage() for each in caplog.records] == [f"{told(found)}; nobody is let in"]
    assert is_closed(found)
    assert found.find(sent(), 0) == Unknown(WRONG)
    path.chmod(0o600)
    found.look()
    assert isinstance(found.find(sent(), 0), Known)


def test_at_the_start_a_file_has_to_be_good_and_one_that_is_needed_has_to_be_there(path: Path) -> None:
    assert Keyring(path, lambda: TODAY).state is None
    with pytest.raises(ConfigError) as raised:
        Keyring(path, lambda: TODAY, is_needed=True)
    assert str(raised.value) == f"there are no keys in `{path}`: make one with `compliance keys create`"
    path.write_bytes(b"")
    os.chmod(path, 0o600)
    with pytest.raises(ConfigError, match="damaged"):
        Keyring(path, lambda: TODAY)


WORDS = st.text(st.characters(codec="latin-1"), max_size=80) | st.from_regex(r"ck_[a-z0-9]{0,9}_?[A-Za-z0-9]{0,44}\Z")


@given(WORDS)
def test_whatever_is_sent_is_a_key_or_none_and_its_secret_is_not_shown(text: str) -> None:
    found = presented(text)
    if found is None:
        assert text != sent()
    else:
        assert written(*found) == text
        assert found.secret not in repr(found)
        assert set(found.secret) <= set(LETTERS)


@pytest.mark.parametrize(
    "text",
    ["", "ck_", f"{sent()}\n", f" {sent()}", sent().upper(), sent()[:-1], f"{sent()}a", sent().replace("_", "-")],
)
def test_what_is_nearly_a_key_is_none(text: str) -> None:
    assert presented(text) is None
    assert presented(sent()) == Presented("radio123", secret("a"))


def test_what_is_made_is_made_by_chance() -> None:
    first, _ = new_secret(TODAY)
    second, entry = new_secret(TODAY)
    assert presented(written(new_id(()), second)) is not None
    assert entry.begins == second[:6]
    assert len({first, second, new_id(()), new_id(())}) == 4


def test_it_is_told_how_many_keys_still_count_when_the_file_changes_or_a_day_ends_some(
    path: Path, hashing: Hashing, caplog: pytest.LogCaptureFixture
) -> None:
    day = Calendar()
    found = ring(path, key(), key("other123", last_day=TODAY), day=day)

    def told_after(change: Callable[[], object]) -> list[int]:
        caplog.clear()
        with caplog.at_level(logging.INFO, "compliance.keys"):
            change()
            found.look()
            found.look()
        assert {getattr(each, "event", None) for each in caplog.records} <= {"keys-read"}
        return [each.facts["keys"] for each in caplog.records]  # type: ignore[attr-defined]

    assert told_after(lambda: None) == []
    assert told_after(lambda: filed(path, key(), key("other123", last_day=TODAY), key("third123"))) == [3]
    assert told_after(lambda: setattr(day, "day", TODAY + timedelta(days=1))) == [2]
    assert told_after(lambda: setattr(day, "day", TODAY + timedelta(days=2))) == [], "nothing else ended"
    taken_back = [revoked(key(each), day.day) for each in ("radio123", "other123", "third123")]
    assert told_after(lambda: filed(path, *taken_back)) == [0]
    assert is_closed(found)
