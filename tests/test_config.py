"""Settings: from a file, the environment and flags, each over the one before; nothing is ignored."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.config import PLANNED, PREFIX, SETTINGS, Setting, Settings
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


@pytest.mark.parametrize(
    ("path", "names"), [("docs/operations.md", [*NAMES, *PLANNED]), ("deploy/compliance.toml", NAMES)]
)
def test_every_setting_is_documented(path: str, names: list[str]) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert [name for name in names if name not in text] == []


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


@SOURCES
def test_an_unknown_setting_is_an_error_with_the_nearest_name(source: Source, shown: str) -> None:
    with pytest.raises(ConfigError) as raised:
        source("prot", 1)
    assert str(raised.value) == f"unknown setting {shown_as(shown, 'prot')}; the nearest is `port`"
    with pytest.raises(ConfigError) as raised:
        source("zzzzzz", 1)
    assert str(raised.value) == f"unknown setting {shown_as(shown, 'zzzzzz')}"


@SOURCES
@pytest.mark.parametrize("name", PLANNED)
def test_a_planned_setting_is_refused_so_that_nobody_relies_on_it(source: Source, shown: str, name: str) -> None:
    with pytest.raises(ConfigError) as raised:
        source(name, "x")
    assert str(raised.value) == f"{shown_as(shown, name)} is planned and not read by this version: leave it out"


def test_what_is_planned_is_not_there_yet() -> None:
    assert not set(PLANNED) & set(NAMES)


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
        ("threads", 0),
        ("threads", 257),
        ("body_limit", 1023),
        ("reload_seconds", 3601),
        ("rules_dir", " "),
        ("host", "\t"),
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


@given(st.integers(0, 65535))
def test_a_number_may_be_written_as_text(port: int) -> None:
    assert from_environment("port", port) == from_file("port", port) == from_flags("port", port)


def test_a_variable_that_is_not_ours_is_left_alone() -> None:
    assert Settings.of(environment={"COMPLIANC": "x", "XCOMPLIANCE_PORT": "x", "PATH": "/bin"}) == Settings()
