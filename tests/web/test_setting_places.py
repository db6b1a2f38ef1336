"""Whatever is wrong with settings is told at once, each with its place in the file, and no secret with it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from compliance.cli import main
from compliance.config import SETTINGS, Settings
from compliance.errors import ConfigError
from compliance.web import opening
from compliance.web.setting_places import place_of

NAMES = st.sampled_from([each.name for each in SETTINGS])


def placed(name: str, text: str) -> tuple[int, int] | None:
    tomllib.loads(text)
    found = place_of(name, text, "compliance.toml")
    return None if found is None else (found.line, found.column)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("port = 1", (1, 1)),
        ("# port = 2\n\n\thost='a'\n  port=1", (4, 3)),
        ('"port" = 1', (1, 1)),
        ("report = 1\nport.a = 1", (2, 1)),
        ("host = 'a'\n[port]\na = 1", (2, 2)),
        ("[[ port ]]\na = 1", (1, 4)),
        ("[server]\nport = 1", None),
        ('host = """\nport = 1\n"""\nport = 1', None),
        ("ports = 1", None),
    ],
)
def test_a_setting_stands_at_the_beginning_of_a_line_before_all_headings(
    text: str, place: tuple[int, int] | None
) -> None:
    assert placed("port", text) == place


@given(st.lists(NAMES, unique=True, min_size=1), st.data())
def test_every_setting_of_a_plain_file_is_found_where_it_is(names: list[str], data: st.DataObject) -> None:
    lines = []
    for name in names:
        lines += data.draw(st.sampled_from([[], [""], ["# port = 1"]]))
        lines.append(f"{name} = 1")
    text = "\n".join(lines)
    for name in names:
        assert placed(name, text) == (lines.index(f"{name} = 1") + 1, 1)


def refused(*arguments: str) -> str:
    done = CliRunner().invoke(main, ["config", *arguments])
    assert done.exit_code == 2
    return done.output


def test_all_slips_are_told_at_once_with_place_and_nearest_name(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (clean / "compliance.toml").write_text('prot = 1\nhst = "a"\n\n  workers = "many"\n', encoding="utf-8")
    monkeypatch.setenv("COMPLIANCE_THRADS", "4")
    assert refused() == (
        "error: unknown setting `prot`; the nearest is `port`\n  --> compliance.toml:1:1\n\n"
        "error: unknown setting `hst`; the nearest is `host`\n  --> compliance.toml:2:1\n\n"
        "error: `workers` is a whole number from 1 to 64, not `many`\n  --> compliance.toml:4:3\n\n"
        "error: unknown setting `COMPLIANCE_THRADS`; the nearest is `threads`\n"
    )
    told = json.loads(refused("--json"))["problems"]
    assert [(each["span"] or {}).get("line") for each in told] == [1, 2, 4, None]


def test_a_server_that_is_not_ours_is_told_the_places_too(clean: Path) -> None:
    (clean / "mine.toml").write_text("port = -1\nthreads = 0\n", encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        opening.settings(clean / "mine.toml")
    first, second = str(raised.value).split("\n")
    assert first == f"{clean / 'mine.toml'}:1:1: `port` is a whole number from 0 to 65535, not `-1`"
    assert second.startswith(f"{clean / 'mine.toml'}:2:1: `threads` is ")


def test_a_secret_that_cannot_be_one_is_not_shown_with_its_place(clean: Path) -> None:
    (clean / "compliance.toml").write_text('audit_token = "swordfish"\n', encoding="utf-8")
    text = refused()
    assert "compliance.toml:1:1" in text
    assert "swordfish" not in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[server]\nport = 1", "`server` is a table, and no setting is one: write what it holds (`port`) without"),
        ("[compliance]\nport = 1", "`compliance` is a table, and no setting is one: write what it holds (`port`)"),
        ("[[server]]\nport = 1", "`server` is a table, and no setting is one: write what it holds (`port`)"),
        ("[purge_command]", "`purge_command` is a table, and no setting is one: write what it holds without"),
    ],
)
def test_a_table_is_told_as_what_it_is(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        Settings.of(tomllib.loads(text))
    assert str(raised.value).startswith(said)


def test_all_that_does_not_go_together_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as raised:
        Settings.of({"workers": 2, "rules_max_age": 3, "trusted_hops": 1, "evidence": "every"})
    assert [each.message.split(" ")[0] for each in raised.value.problems] == [
        "`rules_max_age`",
        "`workers`",
        "`trusted_hops`",
        "`evidence",
    ]


def test_what_does_not_go_together_is_not_looked_for_while_values_are_wrong() -> None:
    """What is missing beside a setting may be the one with the slip."""
    with pytest.raises(ConfigError) as raised:
        Settings.of({"workers": 2, "sever": "granian"})
    assert str(raised.value) == "unknown setting `sever`; the nearest is `server`"


def test_a_number_may_stand_in_quotes_in_the_file_too() -> None:
    assert Settings.of({"port": "8000"}).port == 8000
