"""Only bundles that a known key vouches for are served, none older than one that was, and none past its day."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from compliance import Checker, bundle
from compliance.errors import ConfigError, Problem, RulesError
from compliance.signed.admission import Admission
from compliance.signed.rules import SignedRules
from compliance.store import Store, open_snapshot
from tests.signed.building import FRESH, KEY, OTHER, TODAY, admission, built, of_file
from tests.tiny import TINY, changed, written

BUILD = "build it with `compliance build --key FILE`"
TRUST = "put the public key of whoever built it into `rules_keys`, if you trust it"
BACK = "to go back, build the old rules again: a new version"
LOOKED = f"{BUILD} again, once the rules were looked at"


def let_in(by: Admission, path: Path) -> bundle.Bundle:
    return by.admitted(bundle.read(path, path.name), path.name)


def refused(by: Admission, path: Path) -> Problem:
    with pytest.raises(RulesError) as raised:
        let_in(by, path)
    (problem,) = raised.value.problems
    return problem


def served(by: Admission, path: Path) -> None:
    by.taken(let_in(by, path).vouched)


def test_a_bundle_that_a_known_key_signed_is_let_in_with_who_vouches_for_it(tmp_path: Path) -> None:
    found = let_in(admission(tmp_path), built(tmp_path / "a.bundle", 7, commit="ab" * 20))
    assert found.vouched is not None
    assert (found.vouched.by, found.vouched.version) == (("desk.example/rules",), 7)
    assert (found.fresh, found.commit) == (None, "ab" * 20)


def test_what_nobody_signed_is_refused_with_what_to_do(tmp_path: Path) -> None:
    message = "`a.bundle` is not signed, and with `rules_keys` only signed bundles are served"
    help_ = f"{BUILD}, or take `rules_keys` out of where `compliance config` says that it is from"
    assert refused(admission(tmp_path), built(tmp_path / "a.bundle", key=None)) == Problem(message, help=help_)


def test_what_another_key_signed_is_refused(tmp_path: Path) -> None:
    message = "`a.bundle` is not served: no known key has signed the note"
    assert refused(admission(tmp_path), built(tmp_path / "a.bundle", key=OTHER)) == Problem(message, help=TRUST)


def test_a_wrong_signature_of_a_known_key_is_refused(tmp_path: Path) -> None:
    whole = bundle.read(built(tmp_path / "a.bundle"), "it")
    assert whole.signature is not None
    forged = replace(whole, signature=whole.signature.replace(b"version 1\n", b"version 2\n"))
    with pytest.raises(
        RulesError, match=r"`it` is not served: the signature of `desk\.example/rules\+[0-9a-f]+` is wrong"
    ):
        admission(tmp_path).admitted(forged, "it")


def test_a_directory_is_refused_for_nobody_signed_it(tmp_path: Path) -> None:
    rules = written(tmp_path / "rules", FRESH)
    with pytest.raises(RulesError, match="is not signed, and with `rules_keys` only signed bundles are served"):
        Checker.open(of_file(rules))


def test_an_older_version_than_was_served_is_refused(tmp_path: Path) -> None:
    by = admission(tmp_path)
    served(by, built(tmp_path / "new.bundle", 5))
    message = "`old.bundle` is version 4, older than version 5, which was served already"
    old = built(tmp_path / "old.bundle", 4)
    assert refused(by, old) == Problem(message, help=BACK)
    assert refused(admission(tmp_path), old) == Problem(message, help=BACK)  # after a restart
    served(by, built(tmp_path / "newer.bundle", 6))
    assert "older than version 6" in refused(admission(tmp_path), built(tmp_path / "new.bundle", 5)).message


def test_another_bundle_of_the_version_that_was_served_is_refused_and_the_same_one_is_not(tmp_path: Path) -> None:
    by, path = admission(tmp_path), built(tmp_path / "a.bundle", 5)
    served(by, path)
    other = built(tmp_path / "other.bundle", 5, files=TINY)
    assert refused(by, other) == Problem(
        "`other.bundle` is another bundle of version 5, which was served already", help=BACK
    )
    assert let_in(admission(tmp_path), path).vouched == let_in(by, path).vouched


def test_what_was_only_looked_at_is_not_the_newest(tmp_path: Path) -> None:
    by = admission(tmp_path)
    let_in(by, built(tmp_path / "new.bundle", 5))
    assert let_in(by, built(tmp_path / "old.bundle", 4)).vouched is not None


@pytest.mark.parametrize(
    ("days", "max_age", "last_day", "message"),
    [
        (10, None, date(2026, 3, 11), "`a.bundle` is stale: its last day was 2026-03-11"),
        (10, 20, date(2026, 3, 11), "`a.bundle` is stale: its last day was 2026-03-11"),
        (
            None,
            20,
            date(2026, 3, 21),
            "`a.bundle` is stale: it was signed on 2026-03-01, and `rules_max_age` is 20 days",
        ),
        (30, 20, date(2026, 3, 21), "`a.bundle` is stale: it was signed on 2026-03-01, and `rules_max_age` is 20 days"),
    ],
)
def test_a_bundle_is_let_in_until_the_first_of_its_last_days(
    tmp_path: Path, days: int | None, max_age: int | None, last_day: date, message: str
) -> None:
    path = built(tmp_path / "a.bundle", days=days)
    assert let_in(admission(tmp_path, last_day, max_age), path).fresh == (TODAY, last_day)
    late = admission(tmp_path, last_day + timedelta(days=1), max_age)
    assert refused(late, path) == Problem(message, help=LOOKED)


def test_the_end_of_the_calendar_is_the_last_day_of_what_is_believed_beyond_it(tmp_path: Path) -> None:
    path = built(tmp_path / "a.bundle", signed_on=date(9999, 12, 1))
    assert let_in(admission(tmp_path, max_age=3650), path).fresh == (date(9999, 12, 1), date.max)


def test_the_very_one_that_was_served_is_let_in_after_its_last_day_and_no_other(tmp_path: Path) -> None:
    path = built(tmp_path / "a.bundle", 5, days=10)
    served(admission(tmp_path), path)
    late = admission(tmp_path, date(2026, 6, 1))
    assert let_in(late, path).fresh == (TODAY, date(2026, 3, 11))
    assert "is stale" in refused(late, built(tmp_path / "b.bundle", 6, days=10)).message


@pytest.mark.parametrize("state", ["", "{}", '{"version": 1}', '{"version": "1", "digest": ""}', "directory"])
def test_where_nobody_knows_what_was_the_newest_nothing_is_let_in_until_somebody_looked(
    tmp_path: Path, state: str
) -> None:
    newest = tmp_path / "newest.json"
    newest.mkdir() if state == "directory" else newest.write_text(state)
    problem = refused(admission(tmp_path), built(tmp_path / "a.bundle"))
    assert problem.message == f"`{newest}` does not say which rules were the newest"
    assert problem.help == "restore it, or remove it if you know that the rules are the newest"


def test_whoever_may_not_read_what_the_service_keeps_is_told_to_be_its_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    path, by = built(tmp_path / "a.bundle"), admission(tmp_path)
    monkeypatch.setattr(Path, "read_bytes", denied)
    monkeypatch.setattr(Path, "is_file", denied)
    whole = bundle.read(path, "it")
    fetched = SignedRules((KEY.public.vkey,), str(tmp_path / "data"), url="https://rules.example/a.bundle")
    for call in (lambda: by.admitted(whole, "it"), lambda: fetched.opened(0, None, lambda: TODAY)):
        with pytest.raises(RulesError) as raised:
            call()
        (problem,) = raised.value.problems
        assert "may not be read" in problem.message
        assert problem.help == "run this as the user of the service"


def test_a_disk_that_takes_no_version_keeps_no_notice_from_being_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    by, new = admission(tmp_path), built(tmp_path / "new.bundle", 5)
    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR, "compliance.signed"):
        patch.setattr("compliance.signed.admission.write_file", full)
        served(by, new)
    assert "is not kept in" in caplog.text
    assert "No space left on device" in caplog.text
    assert "older than version 5" in refused(by, built(tmp_path / "old.bundle", 4)).message
    served(by, new)  # as after a reload, once there is room
    assert json.loads((tmp_path / "newest.json").read_text())["version"] == 5


def test_the_file_of_the_newest_version_never_goes_back(tmp_path: Path) -> None:
    """As where two processes serve: the slower one tells of the older bundle later."""
    slow = admission(tmp_path)
    slow_one = let_in(slow, built(tmp_path / "old.bundle", 4))
    served(admission(tmp_path), built(tmp_path / "new.bundle", 5))
    slow.taken(slow_one.vouched)
    assert json.loads((tmp_path / "newest.json").read_text())["version"] == 5


def test_settings_with_a_key_that_is_none_are_an_error(tmp_path: Path) -> None:
    vkey = KEY.public.vkey
    id_ = vkey.split("+")[1]
    signed = replace(of_file(built(tmp_path / "a.bundle")), keys=(vkey.replace(id_, "00000000"),))
    with pytest.raises(
        ConfigError, match="`rules_keys` names what is no key: the id `00000000` is not that of the key"
    ):
        Checker.open(signed)


# -- in a store ---------------------------------------------------------------------------------------------

Swap = Callable[[Path], object]


def store(path: Path) -> Store:
    return of_file(path).opened(0, None, lambda: TODAY)


@pytest.mark.parametrize(
    ("swap", "message"),
    [
        (lambda path: built(path, 9, key=None), "is not signed"),
        (lambda path: built(path, 9, key=OTHER), "no known key has signed the note"),
        (lambda path: built(path, 4), "is version 4, older than version 5"),
        (lambda path: built(path, 9, signed_on=date(2026, 1, 1), days=10), "is stale: its last day was 2026-01-11"),
        (lambda path: path.write_bytes(b"PK"), "is no bundle, or was cut"),
    ],
    ids=["unsigned", "other-key", "older", "stale", "cut"],
)
def test_the_last_good_set_stays_when_a_bundle_is_refused_and_the_failure_shows(
    tmp_path: Path, swap: Swap, message: str
) -> None:
    opened = store(built(tmp_path / "rules.bundle", 5))
    stop = opened.watch(0)
    try:
        before = opened.current
        swap(tmp_path / "rules.bundle")
        assert not opened.reload()
        assert opened.current is before
        assert message in str(opened.failure)
        assert opened.failures == 1
        built(tmp_path / "rules.bundle", 6, files=changed("radio.yaml", ("title: Radio", "title: The New Radio")))
        assert opened.reload()
        assert (opened.failure, opened.reloads) == (None, 1)
        assert opened.current.ruleset.entities["radio"].title == "The New Radio"
        assert json.loads((tmp_path / "data" / "rules" / "newest.json").read_text())["version"] == 6
    finally:
        stop()


def test_what_nobody_has_signed_is_not_unpacked_from_a_file_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unpacked(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("compliance.bundle._unpacked", unpacked)
    with pytest.raises(RulesError, match="is not signed"):
        open_snapshot(built(tmp_path / "a.bundle", key=None), origin=admission(tmp_path))


@pytest.mark.parametrize("name", ["unsigned", "older"])
def test_at_a_start_what_is_refused_is_an_error(tmp_path: Path, name: str) -> None:
    path = built(tmp_path / "rules.bundle", 5)
    store(path).watch(0)()  # it was served once
    built(path, 4 if name == "older" else 6, key=None if name == "unsigned" else KEY)
    with pytest.raises(RulesError):
        store(path)


def test_a_command_that_only_asks_does_not_say_what_is_the_newest(tmp_path: Path) -> None:
    store(built(tmp_path / "rules.bundle", 5))
    assert not os.path.exists(tmp_path / "data")


def test_rules_that_are_signed_again_are_taken_into_use_and_nothing_they_decide_changes(tmp_path: Path) -> None:
    opened = store(built(tmp_path / "rules.bundle", 5))
    before = opened.current.ruleset
    built(tmp_path / "rules.bundle", 6)
    assert opened.reload()
    assert opened.current.vouched is not None
    assert (opened.current.vouched.version, opened.reloads, opened.former) == (6, 0, {})
    assert (opened.current.ruleset.meaning, opened.current.ruleset.source) == (before.meaning, before.source)


def test_rules_that_are_signed_for_fewer_days_than_a_register_is_fresh_are_another_set(tmp_path: Path) -> None:
    opened = store(built(tmp_path / "rules.bundle", 5))
    before = opened.current.ruleset
    built(tmp_path / "rules.bundle", 6, days=10)
    assert opened.reload()
    after = opened.current.ruleset
    assert (after.source, after.fresh_until) == (before.source, date(2026, 3, 11))
    assert (opened.reloads, opened.former) == (1, {before.meaning: before})
    assert after.meaning != before.meaning
