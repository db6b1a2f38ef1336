"""Settings that name signed rules: what they may be, and what does not go together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from compliance.cli.command import rules_path
from compliance.config import Settings
from compliance.errors import ConfigError
from compliance.signed.rules import SignedRules
from compliance.web.opening import opened, signed_rules
from tests.signed.building import KEY, OTHER, built
from tests.tiny import written

VKEY = KEY.public.vkey
URL = "https://rules.example/signed.bundle?token=1"


def refused(file: Mapping[str, object]) -> str:
    with pytest.raises(ConfigError) as raised:
        Settings.of(file)
    return str(raised.value)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ({"rules_url": URL}, "`rules_url` is for signed rules: set `rules_keys` to the key that signs them"),
        ({"rules_max_age": 30}, "`rules_max_age` is for signed rules: set `rules_keys` to the key that signs them"),
        (
            {"rules_keys": [VKEY], "rules_url": URL, "rules_dir": "rules"},
            "`rules_dir` and `rules_url` both say where the rules are: leave one of them out",
        ),
        (
            {"rules_keys": [VKEY]},
            "`rules_keys` is for rules of your own: set `rules_dir` to the signed bundle, or `rules_url`",
        ),
        (
            {"rules_keys": ["desk"]},
            "`rules_keys` names `desk`, which is no public key: `compliance build --new-key FILE` prints one",
        ),
        ({"rules_keys": 1}, "`rules_keys` is a list of public keys such as `desk.example+8f3a12cd+AQ...`, not `1`"),
        ({"rules_max_age": 0}, "`rules_max_age` is a whole number from 1 to 3650, not `0`"),
    ],
)
def test_what_says_nothing_or_does_not_fit_is_an_error(file: Mapping[str, object], message: str) -> None:
    assert refused(file) == message


def test_a_private_key_among_the_public_ones_is_not_shown() -> None:
    message = refused({"rules_keys": [KEY.skey]})
    assert message.startswith("`rules_keys` names a private key, which is no public key")
    assert KEY.skey not in message


@pytest.mark.parametrize(
    "url",
    [
        "http://rules.example/a",
        "http://127.0.0.1.example/a",
        "http://128.0.0.1/a",
        "https://user:secret@rules.example/a",
        "https://rules.example",
        "https:///a",
        "https://rules.example/a b",
        "https://rules.example/a#b",
        "ftp://rules.example/a",
        "file:///a",
        "/a",
        7,
    ],
)
def test_rules_come_over_https_or_from_this_machine(url: object) -> None:
    message = refused({"rules_keys": [VKEY], "rules_url": url})
    assert message.startswith("`rules_url` has to be an address such as `https://rules.example/rules.bundle`")
    assert "secret" not in message


@pytest.mark.parametrize(
    "url", [URL, "http://127.0.0.1:8080/a", "http://localhost/a", "http://[::1]:1/", "https://a:1/"]
)
def test_an_address_is_taken_as_it_is(url: str) -> None:
    assert Settings.of({"rules_keys": [VKEY], "rules_url": url}).rules_url == url


def test_keys_are_a_list_or_words() -> None:
    both = f"{VKEY} {OTHER.public.vkey}  {VKEY}"
    found = Settings.of({"rules_dir": "a"}, {"COMPLIANCE_RULES_KEYS": both})
    assert found.rules_keys == (VKEY, OTHER.public.vkey)
    assert Settings.of({"rules_dir": "a", "rules_keys": both.split()}).rules_keys == found.rules_keys


def test_whoever_names_a_directory_by_a_flag_means_that_one_and_it_has_to_be_signed_still() -> None:
    found = Settings.of({"rules_keys": [VKEY], "rules_url": URL}, {}, {"rules_dir": "rules"})
    assert (found.rules_dir, found.rules_url, found.rules_keys) == ("rules", None, (VKEY,))


def test_settings_say_what_is_served(tmp_path: Path) -> None:
    file: dict[str, object] = {"data_dir": "d", "rules_keys": [VKEY], "rules_max_age": 9}
    assert signed_rules(Settings.of({**file, "rules_dir": "a"})) == SignedRules((VKEY,), "d", Path("a"), None, 9, 300)
    at_address = signed_rules(Settings.of({**file, "rules_url": URL, "rules_url_seconds": 7}))
    assert at_address == SignedRules((VKEY,), "d", None, URL, 9, 7)
    assert signed_rules(Settings.of({"rules_dir": "a"})) is None
    path = built(tmp_path / "a.bundle", 7)
    checker = opened(Settings.of({"rules_dir": str(path), "rules_keys": [VKEY], "data_dir": str(tmp_path / "d")}))
    assert checker.store.current.vouched is not None
    plain = written(tmp_path / "rules")
    assert opened(Settings.of({"rules_dir": str(plain)})).store.current.vouched is None


def test_commands_that_read_rules_look_at_what_was_fetched(tmp_path: Path) -> None:
    config = tmp_path / "compliance.toml"
    config.write_text(f'rules_keys = ["{VKEY}"]\nrules_url = "{URL}"\ndata_dir = "there"\n', encoding="utf-8")
    assert rules_path(None, config) == Path("there/rules/fetched.bundle")
    assert rules_path(Path("mine"), config) == Path("mine")
