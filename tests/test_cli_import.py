"""`compliance import` on real files: it shows, it writes whole files, and its status can be read by a pipeline."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from compliance.cli import main
from compliance.store import packaged_rules, read_rules
from tests.tiny import TINY, written

GOOD, FINDINGS, UNUSABLE = 0, 1, 2
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
HEAD = TINY["list.yaml"].partition("entries:")[0]
"""A register without entries."""
RADIO = "language: 1\nentity: radio\ntitle: Radio House\ndomains: [radio.example]\n"
LIST = 'name,listed_on\n"Radio House («Радиодом»)",2021-01-01\nRiver Fund,2022-02-02\n'
PERSON = {"id": "NK-1", "schema": "Person", "properties": {"name": ["A. Nonymous"], "listingDate": ["2024-01-02"]}}


@pytest.fixture
def place(clean: Path) -> Path:
    """A working directory with a rule directory `rules` and a list `list.csv`."""
    written(clean / "rules", {"list.yaml": HEAD, "radio.yaml": RADIO})
    (clean / "list.csv").write_text(LIST, encoding="utf-8")
    return clean


def run(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["import", *(str(each) for each in arguments)], input=stdin)


def imported(*arguments: str | Path, source: str = "list.csv", stdin: str | bytes | None = None) -> Result:
    return run(source, "rules", "--register", "x/list", *arguments, stdin=stdin)


def refused(result: Result) -> str:
    assert (result.exit_code, result.stdout) == (UNUSABLE, "")
    return result.stderr


def tree(place: Path) -> dict[str, bytes]:
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()}


def test_without_write_it_shows_what_would_change_and_touches_nothing(place: Path) -> None:
    before = tree(place)
    result = imported("--retrieved-on", "2026-02-01")
    assert result.exit_code == FINDINGS
    assert result.stdout.splitlines() == [
        "+ added radio (line 2): first listing, 2021-01-01: Radio House («Радиодом»)",
        "+ added river-fund (line 3): 2022-02-02: River Fund",
        "~ names radio (line 2): further names or ids: `Радиодом`",
        "",
        "2 row(s): 2 added, 1 names, 0 as before, 0 left out",
    ]
    assert tree(place) == before


def test_write_writes_once_and_then_there_is_nothing_to_do(place: Path) -> None:
    options = ["--retrieved-on", "2026-02-01", "--confidence", "B", "--source", "https://law.example/list"]
    first = imported(*options, "--write")
    assert (first.exit_code, first.stdout.splitlines()[-1]) == (GOOD, "3 file(s) written")
    after = tree(place)
    again = imported(*options, "--write")
    assert (again.exit_code, again.stdout) == (GOOD, "\n2 row(s): no change, 2 as before, 0 left out\n")
    assert tree(place) == after
    ruleset = read_rules(place / "rules")
    assert {entry.entity for entry in ruleset.registers["x/list"].entries} == {"radio", "river-fund"}
    (place / "list.csv").write_text(f"{LIST}River Fund,2025-05-05\n", encoding="utf-8")
    assert "+ added river-fund (line 4): another listing, 2025-05-05: River Fund" in imported(*options).stdout
    assert (place / "rules/entities/x-list/river-fund.yaml").is_file()
    assert not [name for name in after if ".import-" in name]


def test_files_keep_their_rights_and_new_ones_can_be_read_by_all(place: Path) -> None:
    (place / "rules/radio.yaml").chmod(0o640)
    assert imported("--write", "--folder", "entities").exit_code == GOOD
    assert stat.S_IMODE((place / "rules/radio.yaml").stat().st_mode) == 0o640
    assert stat.S_IMODE((place / "rules/entities/river-fund.yaml").stat().st_mode) == 0o644


def test_json_says_the_same_as_the_text(place: Path) -> None:
    (place / "list.csv").write_text(LIST + "x,y\n" + ",2022-01-01\n", encoding="utf-8")
    result = imported("--json", "--write")
    assert result.exit_code == FINDINGS
    shown: dict[str, Any] = json.loads(result.stdout)
    assert [(each["kind"], each["entity"], each["line"]) for each in shown["changes"]] == [
        ("added", "radio", 2),
        ("added", "river-fund", 3),
        ("names", "radio", 2),
    ]
    assert [(each["line"], each["is_fault"]) for each in shown["left_out"]] == [(4, True), (5, True)]
    assert shown["files"] == ["entities/x-list/river-fund.yaml", "list.yaml", "radio.yaml"]
    assert (shown["written"], shown["blocked"], shown["rows"], shown["perhaps_the_same"]) == (True, False, 2, [])


def test_what_is_perhaps_the_same_keeps_everything_from_being_written(place: Path) -> None:
    (place / "rules/river.yaml").write_text("language: 1\nentity: river\ntitle: River Funds\n", encoding="utf-8")
    before = tree(place)
    result = imported("--write")
    assert result.exit_code == FINDINGS
    assert "? River Fund (line 3): `river`, `River Fund` is like `River Funds`, settle this" in result.stdout
    assert result.stdout.endswith("nothing was written: settle what is perhaps the same first\n")
    assert tree(place) == before


def test_a_list_comes_from_standard_input_too(place: Path) -> None:
    assert imported(source="-", stdin=LIST).stdout == imported().stdout


def test_columns_are_mapped(place: Path) -> None:
    (place / "list.csv").write_text("who;since\nRiver Fund;2022-02-02\n", encoding="utf-8")
    assert "no column is `name`" in refused(imported())
    assert "+ added river-fund" in imported("--map", "name=who,listed_on=since").stdout
    assert "+ added river-fund" in imported("--map", "name=who", "--map", "listed_on=since").stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--map", "name"), "`name` is not a mapping: write it as FIELD=COLUMN"),
        (("--map", "nmae=who"), "there is no field `nmae`: the nearest is `name`"),
        (("--map", "x=who"), "there is no field `x`: the fields are: name, "),
        (("--retrieved-on", "2026-2-1"), "`2026-2-1` is not a calendar day: write it as YYYY-MM-DD"),
        (("--folder", "../elsewhere"), "`../elsewhere` is not below the rule directory"),
        (("--folder", "/tmp"), "`/tmp` is not below the rule directory"),  # noqa: S108 - refused, nothing is written
        (("--register", "x/lost"), "there is no register `x/lost`"),
        (("--format", "ftm"), "no row could be read"),
    ],
)
def test_what_cannot_be_understood_is_refused(place: Path, options: tuple[str, ...], message: str) -> None:
    assert message in refused(imported(*options))


def test_a_file_that_is_not_there_and_one_in_another_encoding_are_refused(place: Path) -> None:
    assert "`nowhere.csv` cannot be read: no such file or directory" in refused(imported(source="nowhere.csv"))
    (place / "old.csv").write_bytes(LIST.encode("cp1251"))
    message = refused(imported(source="old.csv"))
    assert "the list is not UTF-8" in message
    assert "iconv -f cp1251 -t utf-8 old.csv" in message


def test_rules_that_could_not_be_loaded_afterwards_are_not_written(place: Path) -> None:
    (place / "rules/list.yaml").write_text(HEAD.replace("30 days", "soon"), encoding="utf-8")
    before = tree(place)
    assert "`soon` is not a number of days" in refused(imported("--write"))
    assert tree(place) == before


def test_a_place_where_no_file_can_be_is_said_to_be_that(place: Path) -> None:
    (place / "rules/entities").write_text("a file", encoding="utf-8")
    assert "cannot be written: " in refused(imported("--write"))


def test_natural_persons_come_into_rules_of_ones_own_only_and_on_request(place: Path) -> None:
    (place / "list.ftm").write_text(json.dumps(PERSON) + "\n", encoding="utf-8")
    result = imported(source="list.ftm")
    assert "! A. Nonymous (line 1): it is a natural person" in result.stdout
    assert "added" not in result.stdout.splitlines()[0]
    assert "+ added a-nonymous" in imported("--allow-persons", source="list.ftm").stdout
    for directory in (packaged_rules(), os.path.relpath(packaged_rules())):
        shipped = run("list.ftm", directory, "--register", "ru/foreign-agent", "--allow-persons", "--write")
        assert "natural persons are never imported into the shipped rules" in refused(shipped)


def test_the_shipped_register_says_what_its_own_notes_say(place: Path) -> None:
    """The lines that the list had stand in the notes: importing them again changes nothing."""
    path = packaged_rules() / "registers" / "ru-undesirable-organizations.yaml"
    entries = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)["entries"]  # noqa: S506 - plain text
    claims = [(entry, entry["listed_on"]) for entry in entries if "known_since" in entry]
    lines = [
        json.dumps({"name": entry["note"], "listed_on": (claim if isinstance(claim, dict) else claim[-1])["day"]})
        for entry, claim in claims
    ]
    assert len(lines) == 407
    (place / "notes.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = run("notes.jsonl", packaged_rules(), "--register", "ru/undesirable-organization", "--json")
    assert {change["kind"] for change in json.loads(result.stdout)["changes"]} == {"removed"}
