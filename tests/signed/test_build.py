"""`compliance build` makes keys, signs with them, and says what it did; nothing of a private key is ever shown."""

from __future__ import annotations

import json
import stat
import time
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from compliance import bundle
from compliance.audit.note import public_key
from compliance.check import today
from compliance.cli import main
from compliance.signed.signature import Signed, digest_of, verified
from tests.signed.building import KEY
from tests.tiny import written


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return written(tmp_path / "rules")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "desk.key"
    path.write_text(f"{KEY.skey}\n", encoding="ascii")
    path.chmod(0o600)
    return path


def run(*arguments: str | Path | int) -> Result:
    return CliRunner().invoke(main, ["build", *map(str, arguments)])


def said(path: Path) -> Signed:
    whole = bundle.read(path, "it")
    assert whole.signature is not None
    return verified(whole.signature, whole.manifest, [KEY.public])


def test_a_new_key_is_for_its_owner_alone_and_its_public_half_is_printed(tmp_path: Path) -> None:
    path = tmp_path / "new.key"
    done = run("--new-key", path, "--name", "desk.example/rules")
    assert done.exit_code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    vkey = done.stdout.strip()
    assert public_key(vkey).name == "desk.example/rules"
    assert done.stderr == f"the private key is in {path}\n"
    private = path.read_text(encoding="ascii").strip()
    assert private.startswith("PRIVATE+KEY+desk.example/rules+")
    assert private.rpartition("+")[2] not in done.output
    again = run("--new-key", path, "--name", "other")
    assert (again.exit_code, again.output) == (2, f"error: the key `{path}` is there already\n")


def test_a_new_key_is_told_as_json_and_signs_what_the_public_half_verifies(tmp_path: Path, rules: Path) -> None:
    path, target = tmp_path / "new.key", tmp_path / "a.bundle"
    told = json.loads(run("--new-key", path, "--name", "desk", "--json").output)
    assert told == {"vkey": told["vkey"], "path": str(path)}
    assert run(rules, "-o", target, "--key", path).exit_code == 0
    whole = bundle.read(target, "it")
    assert whole.signature is not None
    assert verified(whole.signature, whole.manifest, [public_key(told["vkey"])]).by == ("desk",)


def test_a_signed_bundle_has_the_version_and_the_days_that_were_asked_for(
    tmp_path: Path, rules: Path, key: Path
) -> None:
    target = tmp_path / "a.bundle"
    done = run(rules, "-o", target, "--key", key, "--version", 7, "--expires", 30)
    assert done.exit_code == 0
    last = today() + timedelta(days=30)
    assert f"\nsigned by desk.example/rules as version 7, to be believed until {last}\n" in done.output
    statement = said(target).statement
    assert (statement.version, statement.signed_on, statement.last_day) == (7, today(), last)
    assert statement.manifest == digest_of(bundle.read(target, "it").manifest)


def test_left_out_the_version_is_the_second_and_there_is_no_last_day(tmp_path: Path, rules: Path, key: Path) -> None:
    target, before = tmp_path / "a.bundle", int(time.time())
    done = run(rules, "-o", target, "--key", key)
    assert before <= said(target).statement.version <= time.time()
    assert said(target).statement.last_day is None
    assert done.output.endswith(f"\nsigned by desk.example/rules as version {said(target).statement.version}\n")


def test_what_was_signed_is_told_as_json(tmp_path: Path, rules: Path, key: Path) -> None:
    target = tmp_path / "a.bundle"
    told = json.loads(run(rules, "-o", target, "--key", key, "--version", 7, "--expires", 1, "--json").output)
    assert told["signature"] == {
        "key": KEY.public.vkey,
        "version": 7,
        "signed_on": str(today()),
        "last_day": str(today() + timedelta(days=1)),
    }
    assert "signature" not in json.loads(run(rules, "-o", target, "--json").output)


def test_but_for_its_signature_a_signed_bundle_is_the_unsigned_one(tmp_path: Path, rules: Path, key: Path) -> None:
    run(rules, "-o", tmp_path / "plain")
    run(rules, "-o", tmp_path / "signed", "--key", key)
    plain, signed = (bundle.read(tmp_path / name, "it") for name in ("plain", "signed"))
    assert (signed.files, signed.forms, signed.manifest) == (plain.files, plain.forms, plain.manifest)
    assert plain.signature is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "a", "--version", "7"], "`--version` is that of a signature: give `--key`"),
        (["-o", "a", "--expires", "7"], "`--expires` is said by a signature: give `--key`"),
        (["-o", "a", "--name", "desk"], "`--name` is that of a new key: give `--new-key`"),
        (["--new-key", "k"], "a new key needs a name: give `--name`"),
        (["--new-key", "k", "--name", "a+b"], "`a+b` is no name of a key: it is empty, or has a space or a `+` in it"),
        (["--new-key", "k", "--name", "n", "-o", "a"], "`--new-key` builds nothing: leave the other options out"),
        (["--new-key", "k", "--name", "n", "--key", "x"], "`--new-key` builds nothing: leave the other options out"),
        (["--new-key", "no/such.key", "--name", "n"], "`no/such.key` cannot be written: no such file or directory"),
        (["-o", "no/such.bundle"], "`no/such.bundle` cannot be written: no such file or directory"),
        ([], "say with `--output` which file to write"),
        (
            ["-o", "a", "--key", "nowhere"],
            "there is no key `nowhere`: make one with `compliance build --new-key nowhere --name NAME`",
        ),
    ],
)
def test_options_that_say_nothing_together_are_an_error_and_nothing_is_written(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPLIANCE_RULES_DIR", str(written(tmp_path_factory.mktemp("rules"))))
    done = run(*arguments)
    assert (done.exit_code, done.output) == (2, f"error: {message}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("option", "value"), [("--version", "0"), ("--version", f"1{'0' * 15}"), ("--expires", "0")])
def test_a_number_out_of_range_is_an_error(rules: Path, key: Path, option: str, value: str) -> None:
    assert run(rules, "-o", rules.parent / "a", "--key", key, option, value).exit_code == 2
    assert not (rules.parent / "a").exists()


def test_a_key_that_others_may_read_signs_nothing(rules: Path, key: Path) -> None:
    key.chmod(0o640)
    done = run(rules, "-o", rules.parent / "a", "--key", key)
    assert done.exit_code == 2
    assert "others than its owner may read the key" in done.output
    assert not (rules.parent / "a").exists()


def test_what_is_no_key_is_not_shown(rules: Path, key: Path) -> None:
    key.write_text("something secret", encoding="ascii")
    done = run(rules, "-o", rules.parent / "a", "--key", key)
    assert (done.exit_code, "secret" in done.output) == (2, False)
    assert not (rules.parent / "a").exists()
