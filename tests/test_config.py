"""Settings: from a file, the environment and flags, each over the one before; nothing is ignored."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.config import PREFIX, SETTINGS, Setting, Settings
from compliance.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent
NAMES = [setting.name for setting in SETTINGS]
Source = Callable[[str, object], Settings]


def from_file(name: str, value: object) -> Settings:
    return Settings.of({name: value})


def from_environment(name: str, value: object) -> Settings:
    return Settings.of(environment={f"{PREFIX}{name.upper()}": str(value)})


def from_flags(name: str, value: object) -> Settings:
    return Settings.of(flags={name: value})


SOURCES = pytest.mark.parametrize(
    ("source", "shown"),
    [(from_file, "`{0}`"), (from_environment, "`COMPLIANCE_{1}`"), (from_flags, "`--{2}`")],
    ids=["file", "environment", "flags"],
)


def shown_as(shown: str, name: str) -> str:
    return shown.format(name, name.upper(), name.replace("_", "-"))


def test_without_anything_the_defaults_hold() -> None:
    assert Settings.of() == Settings.of({}, {}, {}) == Settings()
    for setting in SETTINGS:
        assert getattr(Settings(), setting.name) == setting.default
    assert [each.name for each in dataclasses.fields(Settings)] == NAMES


@pytest.mark.parametrize("path", ["docs/operations.md", "deploy/compliance.toml"])
def test_every_setting_is_documented(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert [name for name in NAMES if name not in text] == []


@pytest.mark.parametrize("setting", SETTINGS, ids=NAMES)
def test_the_documentation_names_the_default_of_every_setting(setting: Setting) -> None:
    lines = (ROOT / "docs/operations.md").read_text(encoding="utf-8").splitlines()
    (row,) = [line for line in lines if line.startswith(f"| `{setting.name}` |")]
    assert str(setting.default or "") in row
    assert setting.meaning


def test_flags_win_over_the_environment_and_the_environment_over_the_file() -> None:
    file: dict[str, object] = {"port": 1, "threads": 1, "host": "a"}
    environment = {"COMPLIANCE_PORT": "2", "COMPLIANCE_THREADS": "2", "HOME": "x", "PORT": "9"}
    settings = Settings.of(file, environment, {"port": 3, "threads": None, "geo_databases": ()})
    assert (settings.port, settings.threads, settings.host) == (3, 2, "a")


def test_what_does_not_fit_says_where_each_of_the_settings_is_from() -> None:
    environment = {"COMPLIANCE_RULES_KEYS": "desk.example+8f3a12cd+AQ=="}
    with pytest.raises(ConfigError, match="`rules_keys` is for rules of your own") as raised:
        Settings.of({"port": 1}, environment)
    assert raised.value.problems[0].help == "`rules_keys` is from `COMPLIANCE_RULES_KEYS`"
    with pytest.raises(ConfigError, match="both say where the rules are") as raised:
        Settings.of({"rules_url": "https://rules.example/a"}, {**environment, "COMPLIANCE_RULES_DIR": "a"})
    told = "`rules_url` is from the settings file; `rules_dir` is from `COMPLIANCE_RULES_DIR`"
    assert raised.value.problems[0].help == told
    with pytest.raises(ConfigError, match="`workers` is 2") as raised:
        Settings.of(flags={"workers": 2})
    assert raised.value.problems[0].help == "`workers` is from `--workers`"


@SOURCES
def test_an_unknown_setting_is_an_error_with_the_nearest_name(source: Source, shown: str) -> None:
    with pytest.raises(ConfigError) as raised:
        source("prot", 1)
    assert str(raised.value) == f"unknown setting {shown_as(shown, 'prot')}; the nearest is `port`"
    with pytest.raises(ConfigError) as raised:
        source("zzzzzz", 1)
    assert str(raised.value) == f"unknown setting {shown_as(shown, 'zzzzzz')}"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["purge", "a b", ""], ("purge", "a b", "")),
        ("purge 'a b' \\'c\\' $HOME *", ("purge", "a b", "'c'", "$HOME", "*")),
        (" /usr/bin/purge ", ("/usr/bin/purge",)),
        ("", ()),
        ([], ()),
    ],
)
def test_a_command_is_a_list_of_words_or_text_that_is_taken_apart(written: object, read: tuple[str, ...]) -> None:
    assert Settings.of({"purge_command": written}).purge_command == read


@SOURCES
@pytest.mark.parametrize("text", ["''", "' ' purge"])
def test_a_command_without_a_program_is_none(source: Source, shown: str, text: str) -> None:
    with pytest.raises(ConfigError, match="a list of words such as"):
        source("purge_command", text)


@pytest.mark.parametrize("value", [7, ["a", 7], ["a", "b\0"], [" "], b"a"])
def test_what_cannot_be_run_is_no_command(value: object) -> None:
    with pytest.raises(ConfigError, match="`purge_command` is a list of words"):
        Settings.of({"purge_command": value})


def test_a_quote_in_a_command_that_does_not_end_is_told() -> None:
    with pytest.raises(ConfigError, match="has a quote that does not end"):
        Settings.of({"purge_command": "purge 'a"})


@SOURCES
def test_processes_need_a_server_that_has_them(source: Source, shown: str) -> None:
    assert source("workers", 1).workers == 1
    with pytest.raises(ConfigError, match='`workers` is 2, but `waitress` has one process: set `server` to "granian"'):
        source("workers", 2)


@SOURCES
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "eighty"),
        ("port", -1),
        ("port", 65536),
        ("port", "1e3"),
        ("port", "٨٠"),
        ("port", "9" * 5000),
        ("port", "tcp://10.0.0.1:8000"),
        ("workers", 0),
        ("workers", 65),
        ("threads", 0),
        ("threads", 257),
        ("body_limit", 1023),
        ("reload_seconds", 3601),
        ("rules_dir", " "),
        ("host", "\t"),
        ("trusted_hops", 0),
        ("trusted_hops", 21),
        ("trusted_hops", "one"),
        ("client_address", " "),
        ("cdn", " "),
    ],
)
def test_a_value_that_is_none_of_its_kind_is_an_error(source: Source, shown: str, name: str, value: object) -> None:
    with pytest.raises(ConfigError) as raised:
        source(name, value)
    message = str(raised.value)
    assert message.startswith(f"{shown_as(shown, name)} is ")
    assert message.endswith(f", not `{value}`")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", True),
        ("port", 8000.0),
        ("port", None),
        ("port", [8000]),
        ("host", 127),
        ("rules_dir", ["rules"]),
        ("geo_databases", 1),
        ("geo_databases", ["a", 1]),
        ("geo_databases", ["a", ""]),
        ("geo_databases", b"a"),
        ("trusted_proxies", 1),
        ("trusted_proxies", ["10.0.0.0/8", 1]),
        ("trusted_proxies", b"10.0.0.0/8"),
        ("client_address", 1),
        ("client_address", ["x-real-ip"]),
        ("trusted_hops", 1.0),
        ("cdn", 1),
        ("cdn", ["cloudflare"]),
        ("cdn_headers", 1),
        ("cdn_headers", ["country", 1]),
        ("cdn_headers", b"country"),
    ],
)
def test_a_value_of_another_type_in_the_file_is_an_error(name: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"^`{name}` is (a|text)"):
        from_file(name, value)


@pytest.mark.parametrize(
    ("text", "paths"),
    [("", ()), ("/a.mmdb", ("/a.mmdb",)), ("/a.mmdb:b.mmdb", ("/a.mmdb", "b.mmdb")), (":/a.mmdb:", ("/a.mmdb",))],
)
def test_a_list_in_the_environment_is_separated_by_colons(text: str, paths: tuple[str, ...]) -> None:
    assert from_environment("geo_databases", text).geo_databases == paths


def test_a_list_in_the_file_is_a_list_and_becomes_a_value() -> None:
    settings = from_file("geo_databases", ["/a.mmdb", "b:c.mmdb"])
    assert settings.geo_databases == ("/a.mmdb", "b:c.mmdb")
    assert hash(settings) == hash(from_file("geo_databases", ["/a.mmdb", "b:c.mmdb"]))


BESIDE: dict[str, object] = {"trusted_proxies": ["192.0.2.1"], "client_address": "x-forwarded-for"}


@pytest.mark.parametrize(
    ("written", "networks"),
    [
        ([], ()),
        (["10.0.0.0/8", "2001:db8::/32"], ("10.0.0.0/8", "2001:db8::/32")),
        (["192.0.2.1", "2001:DB8::1"], ("192.0.2.1/32", "2001:db8::1/128")),
        (["::ffff:10.0.0.0/104", "10.0.0.0/8"], ("10.0.0.0/8",)),
        (["::ffff:192.0.2.1"], ("192.0.2.1/32",)),
        (["fc00::/7", "fe80::/10", "unix"], ("fc00::/7", "fe80::/10", "unix")),
        ("10.0.0.0/8,192.0.2.1", ("10.0.0.0/8", "192.0.2.1/32")),
        (" fd00::/8 , unix\n10.0.0.0/8,", ("fd00::/8", "unix", "10.0.0.0/8")),
    ],
)
def test_trusted_proxies_are_networks_each_once_in_its_shortest_form(
    written: object, networks: tuple[str, ...]
) -> None:
    more = {"client_address": "x-forwarded-for"} if networks else {}
    assert Settings.of({"trusted_proxies": written, **more}).trusted_proxies == networks
    if isinstance(written, str):
        read = Settings.of(more, {"COMPLIANCE_TRUSTED_PROXIES": written})
        assert read.trusted_proxies == networks


@SOURCES
@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("0.0.0.0/0", "is wider than any network of proxies"),
        ("::/0", "is wider than any network of proxies"),
        ("::ffff:0.0.0.0/96", "is wider than any network of proxies"),
        ("0.0.0.0/1", "is wider than any network of proxies"),
        ("2000::/3", "is wider than any network of proxies"),
        ("2002::/16", "is wider than any network of proxies"),
        ("10.0.0.1/8", "begins in the middle of one: write `10.0.0.0/8`"),
        ("2001:db8::1/32", "begins in the middle of one: write `2001:db8::/32`"),
        ("10.0.0.0/33", "is no network such as `10.0.0.0/8`"),
        ("10.0.0.0/255.0.0.0", "is no network such as `10.0.0.0/8`"),
        ("10.0.0.0/-8", "is no network such as `10.0.0.0/8`"),
        ("010.0.0.0/8", "is no network such as `10.0.0.0/8`"),
        ("10/8", "is no network such as `10.0.0.0/8`"),
        ("10.0.0.0-10.0.0.9", "is no network such as `10.0.0.0/8`"),
        ("fe80::1%eth0", "is no network such as `10.0.0.0/8`"),
        ("nginx.example", "is no network such as `10.0.0.0/8`"),
        ("*", "is no network such as `10.0.0.0/8`"),
        ("unix:", "is no network such as `10.0.0.0/8`"),
        ("192.0.2.1:80", "is no network such as `10.0.0.0/8`"),
    ],
)
def test_what_is_no_network_of_proxies_is_an_error(source: Source, shown: str, written: str, wrong: str) -> None:
    with pytest.raises(ConfigError) as raised:
        source("trusted_proxies", written)
    assert str(raised.value) == f"{shown_as(shown, 'trusted_proxies')} names `{written}`, which {wrong}"


def test_all_that_is_wrong_in_a_list_of_proxies_is_said_at_once() -> None:
    with pytest.raises(ConfigError) as raised:
        Settings.of({"trusted_proxies": ["nginx", "10.0.0.0/8", "::/0"], "client_address": "forwarded"})
    assert str(raised.value) == (
        "`trusted_proxies` names `nginx`, which is no network such as `10.0.0.0/8`; "
        "`::/0`, which is wider than any network of proxies"
    )


def test_a_header_is_known_in_any_letters_and_a_slip_has_the_nearest() -> None:
    for written in ("X-Forwarded-For", "x-forwarded-for", "X-FORWARDED-FOR"):
        assert Settings.of({**BESIDE, "client_address": written}).client_address == "x-forwarded-for"
    for written, said in {
        "x-forwared-for": "; the nearest is `x-forwarded-for`",
        "X_Real_IP": "; the nearest is `x-real-ip`",
        "zzz": ": use x-forwarded-for, forwarded, cf-connecting-ip, ",
    }.items():
        with pytest.raises(ConfigError) as raised:
            Settings.of({**BESIDE, "client_address": written})
        assert str(raised.value).startswith(
            f"`client_address` names `{written}`, which is no header that is known here{said}"
        )


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"client_address": "forwarded"}, "`client_address` is believed from your proxies only: set `trusted_proxies`"),
        ({"trusted_proxies": ["unix"]}, "`trusted_proxies` says who is believed, and not what: set `client_address`"),
        (
            {"trusted_hops": 1},
            "`trusted_hops` counts in a list: set `client_address` to `x-forwarded-for` or `forwarded`",
        ),
        ({**BESIDE, "client_address": "x-real-ip", "trusted_hops": 1}, "`trusted_hops` counts in a list"),
    ],
)
def test_whom_to_believe_and_what_are_set_together(given_: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        Settings.of(given_)
    assert str(raised.value).startswith(said)


def test_whom_to_believe_and_what_may_come_from_different_places() -> None:
    environment = {"COMPLIANCE_TRUSTED_PROXIES": "10.0.0.0/8", "COMPLIANCE_TRUSTED_HOPS": "2"}
    settings = Settings.of({"client_address": "forwarded"}, environment)
    assert (settings.trusted_proxies, settings.client_address, settings.trusted_hops) == (
        ("10.0.0.0/8",),
        "forwarded",
        2,
    )


@given(st.integers(0, 65535))
def test_a_number_may_be_written_as_text(port: int) -> None:
    assert from_environment("port", port) == from_file("port", port) == from_flags("port", port)


def test_a_variable_that_is_not_ours_is_left_alone() -> None:
    assert Settings.of(environment={"COMPLIANC": "x", "XCOMPLIANCE_PORT": "x", "PATH": "/bin"}) == Settings()


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (["https://example.org"], ("https://example.org",)),
        (
            "https://example.org,http://127.0.0.1:8080 https://example.org",
            ("https://example.org", "http://127.0.0.1:8080"),
        ),
        (["http://[2001:db8::1]:8080", "http://localhost:443"], ("http://[2001:db8::1]:8080", "http://localhost:443")),
        ("", ()),
    ],
)
def test_origins_are_read_as_browsers_write_them(value: object, found: tuple[str, ...]) -> None:
    assert Settings.of({"allowed_origins": value}).allowed_origins == found


@pytest.mark.parametrize(
    "value",
    [
        *("*", "null", "example.org", "https://*.example.org", "https://example.org/", "https://example.org/a"),
        *("https://Example.org", "https://example.org:443", "http://example.org:80", "https://example.org:0"),
        *("ftp://example.org", "https://", "https://user@example.org", "https://example.org:port", "https://a..b"),
    ],
)
def test_what_no_browser_writes_as_an_origin_is_refused(value: str) -> None:
    """It would never be met, and whoever set it would look for the reason elsewhere."""
    with pytest.raises(ConfigError) as raised:
        Settings.of({"allowed_origins": [value, "https://example.org"]})
    assert str(raised.value).startswith(f"`allowed_origins` names `{value}`, which is no origin: write `https://")
