"""Who may ask for what: from a path and a header, without any framework."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.check import Checker
from compliance.config import Settings
from compliance.errors import ConfigError
from compliance.keys.bucket import MINUTE, at_once
from compliance.keys.key import ADMIN, ALL, AUDIT, CHECK, REPORT, SCOPES
from compliance.keys.keyring import SECOND, Keyring
from compliance.web.access import (
    EVERYTHING,
    NOTHING,
    OPEN,
    Access,
    Grant,
    Refusal,
    check_exposure,
    is_of_this_machine,
    keys_path,
    needed,
)
from compliance.web.app import create_app
from tests.keys.made import TODAY, Hashing, filed, key, secret, sent

TOKEN = "a-token-that-nobody-guesses"  # noqa: S105 - of this test
WANTED = {
    **dict.fromkeys(("/v1/check", "/v1/checks", "/v1/mentions", "/v1/annotate", "/v1/table", "/v1/fragment"), "check"),
    **dict.fromkeys(("/v1/reports/decisions", "/v1/reports/<name>", "/v1/reports/", "/v1/reports"), "report audit"),
    **dict.fromkeys((f"/v1/decisions/{'0' * 64}", "/v1/decisions/<key>", "/v1/decisions", "/v1/rendered"), "audit"),
    "/metrics": "report",
    **dict.fromkeys(
        (
            "/v1/ruleset",
            "/v1/changes",
            "/v1/rules",
            "/v1/designations",
            "/v1/territories",
            "/nowhere",
            "/",
            "",
            "/v1",
            "/v1/check/",
            "/V1/CHECK",
        ),
        " ".join(SCOPES),
    ),
}
"""Of which scopes one is needed; `admin` is always enough."""


class Clock:
    """Nanoseconds that a test moves."""

    def __init__(self) -> None:
        self.now = 10**15

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> Hashing:
    return Hashing.instead(monkeypatch)


def access(path: Path, *keys: Any, token: str | None = None, clock: Clock | None = None) -> Access:
    return Access(Keyring(filed(path / "keys.json", *keys), lambda: TODAY), token, clock or Clock())


def bearer(id_: str = "radio123", letter: str = "a") -> str:
    return f"Bearer {sent(id_, letter)}"


def refused(found: Grant | Refusal, status: int, kind: str) -> Refusal:
    assert isinstance(found, Refusal)
    assert (found.status, found.kind) == (status, kind)
    return found


@pytest.mark.parametrize("path", WANTED)
@pytest.mark.parametrize("scope", SCOPES)
def test_each_scope_opens_its_paths_and_no_others(tmp_path: Path, hashing: Hashing, scope: str, path: str) -> None:
    found = access(tmp_path, key("radio123", scope)).ask(path, bearer())
    if scope == "admin" or scope in WANTED[path].split():
        assert found == Grant(ALL if scope == "admin" else SCOPES[scope])
    else:
        wrong = refused(found, 403, "lacks-scope")
        assert f"`{WANTED[path].split()[0]}`" in wrong.detail
        assert dict(wrong.headers)["WWW-Authenticate"].startswith(
            'Bearer realm="compliance", error="insufficient_scope"'
        )


@given(st.lists(st.sampled_from(list(SCOPES)), min_size=1, unique=True), st.sampled_from(list(WANTED)))
def test_several_scopes_open_what_each_of_them_does(scopes: list[str], path: str) -> None:
    opens = key("radio123", *scopes).opens
    assert bool(opens & needed(path)) == any(key("radio123", each).opens & needed(path) for each in scopes)
    assert key("radio123", *reversed(scopes)).opens == opens


@given(st.sampled_from(list(WANTED)), st.integers(1, 5))
def test_more_slashes_before_a_path_open_no_more(path: str, slashes: int) -> None:
    """The framework takes them for one."""
    assert needed("/" * slashes + path.lstrip("/")) == needed(path)


def test_every_endpoint_is_open_on_purpose_or_needs_what_is_written_here(checker: Checker) -> None:
    served = {rule.rule for rule in create_app(checker).url_map.iter_rules()}
    assert served <= WANTED.keys() | OPEN
    assert {"/v1/check", "/v1/reports/<name>", "/v1/decisions/<key>", "/metrics"} <= served


@pytest.mark.parametrize(
    "header",
    [
        *(None, "", " ", "Bearer", "Bearer ", "bearer  ", "Basic cmFkaW86eA==", sent(), f"Token {sent()}"),
        *(f"Basic {sent()}", f"Bearer,{sent()}", f"Bearer\t{sent()}"),
    ],
)
def test_without_a_key_nobody_is_let_in_and_is_told_to_send_one(
    tmp_path: Path, hashing: Hashing, header: str | None
) -> None:
    wrong = refused(access(tmp_path, key()).ask("/v1/check", header), 401, "no-key")
    assert wrong.headers == (("WWW-Authenticate", 'Bearer realm="compliance"'),)
    assert hashing.tried == []


HOSTILE = {
    "another secret": bearer(letter="b")[:-1] + "c",
    "another id": f"{bearer('nobody12')}",
    "the secret alone": f"Bearer {secret('a')}",
    "the key twice": f"{bearer()}, {bearer()}",
    "the key twice with blanks": f"{bearer()} {sent()}",
    "small letters": bearer(letter="A").lower()[:-1] + "b",
    "one letter less": bearer()[:-1],
    "one letter more": f"{bearer()}a",
    "a line more": f"{bearer()}\r\nX: y",
    "a byte of nothing": f"{bearer()}\x00",
    "letters of another alphabet": f"Bearer {sent().replace('a', 'а')}",
    "half a letter": f"{bearer()[:-1]}\udc61",
    "a megabyte": f"Bearer ck_radio123_{'a' * 1_000_000}",
    "a token that is none": f"Bearer {TOKEN}x",
    "a path": "Bearer ck_../../ab_" + "a" * 43,
    "JSON": 'Bearer {"id": "radio123"}',
    "a hash": "Bearer ck_radio123_$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAA",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_wrong_key_lets_nobody_in_and_nothing_of_it_is_said_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.setattr("compliance.keys.keyring.is_hash_of", lambda _, given: given == secret("a"))
    found = access(tmp_path, key(), token=TOKEN)
    for _ in range(2):
        wrong = refused(found.ask("/v1/check", HOSTILE[case]), 401, "wrong-key")
        assert dict(wrong.headers)["WWW-Authenticate"] == 'Bearer realm="compliance", error="invalid_token"'
        assert "radio123" not in str(wrong)
        assert "aaaaaa" not in str(wrong)
    assert isinstance(found.ask("/v1/check", bearer()), Grant)


@given(st.text(max_size=100))
def test_whatever_is_sent_is_refused_and_nothing_breaks(header: str) -> None:
    found = Access(_CLOSED, TOKEN)
    assert isinstance(found.ask("/v1/check", header), Refusal)
    assert isinstance(found.ask("/v1/check", f"Bearer {header}"), Refusal)


class _Closed(Keyring):
    """Keys that nobody has."""

    def __init__(self) -> None:
        super().__init__(None, lambda: TODAY)
        self.state = self._made(())

    def look(self) -> None:
        """Nothing changes."""


_CLOSED = _Closed()


@pytest.mark.parametrize("header", [f"bearer {sent()}", f"BEARER {sent()}", f"Bearer  {sent()} "])
def test_the_word_before_the_key_may_be_in_any_letters(tmp_path: Path, hashing: Hashing, header: str) -> None:
    assert access(tmp_path, key()).ask("/v1/check", header) == Grant(CHECK)


@pytest.mark.parametrize("path", sorted(OPEN))
@pytest.mark.parametrize("header", [None, "Bearer x", HOSTILE["another secret"]])
def test_what_is_open_is_open_and_shows_nothing_to_whoever_has_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, header: str | None
) -> None:
    monkeypatch.setattr("compliance.keys.keyring.is_hash_of", lambda _, given: given == secret("a"))
    found = access(tmp_path, key())
    assert found.ask(path, header) == NOTHING
    assert found.ask(path, bearer()) == (NOTHING if path == "/healthz" else Grant(CHECK))


def test_without_a_file_of_keys_everything_is_open(tmp_path: Path) -> None:
    found = Access(Keyring(tmp_path / "keys.json", lambda: TODAY))
    for path in (*WANTED, *OPEN):
        assert found.ask(path, None) == found.ask(path, "Bearer x") == EVERYTHING
    assert not found.has_keys
    assert Access.free().ask("/metrics", None) == EVERYTHING


def test_a_file_without_a_key_is_no_open_door(tmp_path: Path) -> None:
    found = access(tmp_path)
    refused(found.ask("/v1/check", None), 401, "no-key")
    assert found.has_keys


def test_the_token_of_the_settings_is_a_key_of_an_auditor_where_there_are_keys(tmp_path: Path) -> None:
    found = access(tmp_path, key(), token=TOKEN)
    assert found.ask("/v1/rendered", f"Bearer {TOKEN}") == Grant(AUDIT)
    assert found.ask("/v1/reports/decisions", f"Bearer {TOKEN}") == Grant(AUDIT)
    refused(found.ask("/v1/check", f"Bearer {TOKEN}"), 403, "lacks-scope")
    refused(access(tmp_path, key()).ask("/v1/rendered", "Bearer None"), 401, "wrong-key")


def test_a_key_that_ended_is_told_so_to_whoever_has_it(tmp_path: Path, hashing: Hashing) -> None:
    found = access(tmp_path, key(last_day=date(2026, 2, 28)))
    refused(found.ask("/v1/check", bearer()), 401, "key-ended")
    refused(found.ask("/v1/check", bearer(letter="b")), 401, "wrong-key")


def test_whoever_asks_too_often_is_told_how_long_to_wait_and_others_are_not(tmp_path: Path, hashing: Hashing) -> None:
    clock = Clock()
    found = access(tmp_path, key(rate=20), key("other123"), clock=clock)
    answers = [found.ask("/v1/check", bearer()) for _ in range(at_once(20) + 1)]
    assert answers[:-1] == [Grant(CHECK)] * at_once(20)
    wrong = refused(answers[-1], 429, "asks-too-often")
    assert wrong.headers == (("Retry-After", "3"),)
    assert "20 times a minute" in wrong.detail
    assert found.ask("/v1/check", bearer("other123")) == Grant(CHECK)
    assert found.ask("/readyz", bearer()) == Grant(CHECK)
    clock.now += 3 * SECOND
    assert found.ask("/v1/check", bearer()) == Grant(CHECK)
    refused(found.ask("/v1/check", bearer()), 429, "asks-too-often")


@given(st.integers(1, 600), st.lists(st.integers(0, MINUTE // 20), min_size=1, max_size=100))
def test_no_key_is_answered_more_often_than_it_may_in_any_stretch_of_time(rate: int, pauses: list[int]) -> None:
    clock, ring = Clock(), _Closed()
    ring.state = ring._made((key(rate=rate),))
    found, answered = Access(ring, None, clock), list[int]()
    with pytest.MonkeyPatch.context() as patch:
        Hashing.instead(patch)
        for pause in pauses:
            clock.now += pause
            if isinstance(found.ask("/v1/check", bearer()), Grant):
                answered.append(clock.now)
    for first, begin in enumerate(answered):
        for last in range(first, len(answered)):
            assert last - first + 1 <= at_once(rate) + (answered[last] - begin) * rate / MINUTE


def test_what_is_refused_is_not_counted(tmp_path: Path, hashing: Hashing) -> None:
    found = access(tmp_path, key(rate=1))
    for _ in range(5):
        refused(found.ask("/metrics", bearer()), 403, "lacks-scope")
    assert found.ask("/v1/check", bearer()) == Grant(CHECK)


def test_a_key_that_is_sent_wrong_too_often_is_to_wait(tmp_path: Path, hashing: Hashing) -> None:
    found = access(tmp_path, key())
    kinds = []
    for number in range(10):
        answer = found.ask("/v1/check", bearer()[:-3] + f"{number:03}")
        assert isinstance(answer, Refusal)
        kinds.append((answer.status, answer.kind))
    assert kinds[0] == (401, "wrong-key")
    assert kinds[-1] == (429, "asks-too-often")


def test_a_change_of_the_file_counts_within_a_second(tmp_path: Path, hashing: Hashing) -> None:
    clock = Clock()
    found = access(tmp_path, key(), clock=clock)
    assert isinstance(found.ask("/v1/check", bearer()), Grant)
    filed(tmp_path / "keys.json", key("other123"))
    clock.now += SECOND
    refused(found.ask("/v1/check", bearer()), 401, "wrong-key")
    assert isinstance(found.ask("/v1/check", bearer("other123")), Grant)
    (tmp_path / "keys.json").unlink()
    clock.now += SECOND
    assert isinstance(found.ask("/v1/check", bearer("other123")), Grant)
    assert found.problem is not None


def test_scopes_are_bits_of_their_own() -> None:
    assert CHECK | REPORT | AUDIT | ADMIN == ALL
    assert sum(SCOPES.values()) == ALL


# -- where the service listens --------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1", "[::1]", "localhost", "LocalHost", "::1%lo"])
def test_what_only_this_machine_reaches(host: str) -> None:
    assert is_of_this_machine(host)


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "192.0.2.1", "2001:db8::1", "node.example", "localhost.example", "127.0.0.1.example", "*", "0"],  # noqa: S104
)
def test_what_others_may_reach_needs_keys_or_a_word(tmp_path: Path, host: str) -> None:
    assert not is_of_this_machine(host)
    settings = Settings.of({"host": host, "data_dir": str(tmp_path)})
    with pytest.raises(ConfigError) as raised:
        check_exposure(settings, Access.of(settings))
    for part in (f"`{host}`", "`compliance keys create --name NAME --scope check`", "`--allow-without-keys`"):
        assert part in str(raised.value)
    check_exposure(Settings.of({"host": host, "allow_without_keys": True}), Access.of(settings))
    filed(keys_path(settings), key())
    check_exposure(settings, Access.of(settings))


def test_a_file_of_keys_that_settings_name_has_to_be_there(tmp_path: Path) -> None:
    settings = Settings.of({"keys_file": str(tmp_path / "mine.json")})
    with pytest.raises(ConfigError, match=r"mine\.json"):
        Access.of(settings)
    filed(tmp_path / "mine.json", key())
    assert Access.of(settings).has_keys
