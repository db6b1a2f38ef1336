"""`compliance keys`: a secret is printed once, and what is wrong is said at once."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from compliance.check import today
from compliance.cli import main
from compliance.keys.hashing import is_hash_of
from compliance.keys.key import presented
from compliance.keys.key_file import read_keys


def run(clean: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["keys", *words, "--data-dir", str(clean / "data")])


def made(clean: Path, *more: str) -> str:
    done = run(clean, "create", "--name", "the CMS", "--scope", "check", *more)
    assert done.exit_code == 0, done.output
    return done.stdout.strip()


def listed(clean: Path) -> Any:
    return json.loads(run(clean, "list", "--json").stdout)["keys"]


def everything(clean: Path) -> str:
    return "".join(each.read_text(encoding="utf-8") for each in clean.rglob("*") if each.is_file())


def test_a_key_is_printed_alone_and_once_and_only_its_hash_is_kept(clean: Path) -> None:
    done = run(clean, "create", "--name", "the CMS", "--scope", "report", "--scope", "check", "--rate", "60")
    sent = presented(done.stdout.removesuffix("\n"))
    assert sent is not None
    assert done.stderr == f"this is the only time that it is shown: `{sent.id}` of the CMS\n"
    (key,) = read_keys(clean / "data" / "keys.json") or ()
    assert (key.id, key.scopes, key.rate, key.created) == (sent.id, ("check", "report"), 60, today())
    assert is_hash_of(key.secrets[0].hash, sent.secret)
    shown = run(clean, "list").output + run(clean, "list", "--json").output + everything(clean)
    assert sent.secret not in shown
    assert sent.secret[:7] not in shown
    assert run(clean, "list").output == f"{sent.id}  in use  the CMS: check, report, 60 a minute\n1 key(s)\n"


def test_as_json_the_key_is_told_once_too(clean: Path) -> None:
    done = run(clean, "create", "--name", "x", "--scope", "admin", "--last-day", str(today()), "--json")
    told = json.loads(done.stdout)
    assert presented(told.pop("key")) is not None
    assert told == listed(clean)[0]
    assert (told["state"], told["last_day"], told["revoked"]) == ("in use", str(today()), None)


def test_everything_that_is_wrong_with_a_key_is_said_at_once_and_none_is_made(clean: Path) -> None:
    done = run(
        clean, "create", "--name", "a\nb", "--scope", "chek", "--scope", "root", "--last-day", "x", "--rate", "0"
    )
    assert done.exit_code == 2
    assert done.stdout == ""
    for part in (
        "`chek`, `root`; the nearest is `check`",
        "`--name`",
        "`--last-day`",
        "not `x`",
        "`--rate`",
        "not `0`",
    ):
        assert part in done.stderr
    assert run(clean, "create", "--name", "x").stderr.startswith("error: a key without a scope opens nothing")
    yesterday = str(today() - timedelta(days=1))
    assert "from today on" in run(clean, "create", "--name", "x", "--scope", "check", "--last-day", yesterday).stderr
    assert "no address" in run(clean, "create", "--name", "at 203.0.113.7", "--scope", "check").stderr
    assert not (clean / "data").exists()


def test_a_new_secret_stands_beside_the_old_one_for_some_days(clean: Path) -> None:
    old = made(clean, "--rate", "9")
    id_ = old.split("_")[1]
    new = run(clean, "rotate", id_, "--overlap", "3").stdout.strip()
    assert new != old
    assert new.split("_")[1] == id_
    (told,) = listed(clean)
    assert [each["last_day"] for each in told["secrets"]] == [None, str(today() + timedelta(days=3))]
    assert told["rate"] == 9
    run(clean, "rotate", id_, "--overlap", "0")
    assert len(listed(clean)[0]["secrets"]) == 1
    assert run(clean, "rotate", id_, "--overlap", "-1").exit_code == 2


def test_a_key_that_is_taken_back_has_no_secret_any_more(clean: Path) -> None:
    first, second = made(clean).split("_")[1], made(clean).split("_")[1]
    assert run(clean, "revoke", first).stdout == f"{first} is revoked: the CMS\n"
    assert run(clean, "revoke", first).exit_code == 0
    assert [(each["id"], each["state"], len(each["secrets"])) for each in listed(clean)] == [
        (first, "revoked", 0),
        (second, "in use", 1),
    ]
    done = run(clean, "rotate", first)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"error: the key `{first}` is revoked: make another one\n"


@pytest.mark.parametrize("command", ["rotate", "revoke"])
def test_an_id_that_is_none_is_told_with_the_nearest_and_a_whole_key_without_its_secret(
    clean: Path, command: str
) -> None:
    key = made(clean)
    id_ = key.split("_")[1]
    near = run(clean, command, id_[:-1])
    assert (near.exit_code, near.stderr) == (2, f"error: there is no key `{id_[:-1]}`; the nearest is `{id_}`\n")
    other = key.replace(id_, "zzzzzzzz")
    far = run(clean, command, other)
    assert far.exit_code == 2
    assert other.rpartition("_")[2] not in far.output
    assert run(clean, command, key).exit_code == 0


def test_the_file_of_the_settings_is_used(clean: Path) -> None:
    (clean / "mine.toml").write_text('keys_file = "secrets/keys.json"', encoding="utf-8")
    done = CliRunner().invoke(main, ["keys", "create", "--name", "x", "--scope", "check", "--config", "mine.toml"])
    assert done.exit_code == 0
    assert read_keys(clean / "secrets" / "keys.json")


def test_a_file_that_others_may_read_is_told_by_every_command(clean: Path) -> None:
    id_ = made(clean).split("_")[1]
    (clean / "data" / "keys.json").chmod(0o644)
    for words in (("create", "--name", "x", "--scope", "check"), ("list",), ("rotate", id_), ("revoke", id_)):
        done = run(clean, *words)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "others than its owner may read" in done.stderr
