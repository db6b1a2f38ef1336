"""`compliance table` for many pages: in each form in which they may be written, and as files that are never half."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from compliance.cli import main, table_files
from tests.edge.world import WORLD, in_few_countries
from tests.terminal import on_a_terminal
from tests.tiny import written

PAGES: list[dict[str, Any]] = [
    {"content": {"url": f"https://radio.example/{number}", "publisher": "radio"}} for number in range(3)
]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    written(tmp_path / "rules", WORLD)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPLIANCE_RULES_DIR", "rules")
    in_few_countries(monkeypatch)
    return tmp_path


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(main, ["table", *arguments], input=given)


def put(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def recorded() -> bool:
    """Whether anything is in the log: the first record brings the rule set with it."""
    return any(Path("data/evidence/blobs").glob("*/*"))


def lines(pages: list[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(each)}\n" for each in pages)


def test_one_page_an_array_and_lines_say_the_same_from_a_file_and_from_standard_input() -> None:
    expected = "".join(run("-", "--json", given=json.dumps(each)).stdout for each in PAGES)
    assert expected.count('"table":') == 2 * len(PAGES)  # in the table itself, and in what is recorded of it
    array, listed = json.dumps(PAGES, indent=2), f"\n{lines(PAGES)}\n"
    for told in (
        run(put("pages.json", array), "--json"),
        run("-", "--json", given=array),
        run("-", "--json", given=f"\ufeff{array}"),
        run(put("pages.jsonl", listed), "--json"),
        run(put("pages.ndjson", listed), "--json"),
        run(put("pages.txt", listed), "--json"),
        run("-", "--json", given=listed),
    ):
        assert (told.exit_code, told.stdout) == (0, expected)
    one = run(put("one.json", json.dumps(PAGES[0], indent=2)), "--json")
    assert expected.startswith(one.stdout)


def test_a_page_of_several_lines_is_one_page() -> None:
    assert run("-", given=json.dumps(PAGES[0], indent=2)).exit_code == 0
    broken = run("-", given='{"content": {}}\n}')
    assert broken.exit_code == 2
    assert "-:2" in broken.stderr


@pytest.mark.parametrize("kind", [[], ["--format", "json"], ["--format", "nginx", "--output", "out"]])
def test_everything_that_is_wrong_with_any_page_is_said_at_once(kind: list[str]) -> None:
    pages: list[Any] = [{"content": {"facts": {"content.kidn": "x"}}}, PAGES[0], {"content": {"ulr": "x"}}, 7]
    told = run(put("pages.json", json.dumps(pages)), *kind, "--json")
    assert told.exit_code == 2
    assert [each["where"] for each in json.loads(told.stdout)["problems"]] == [
        "pages.json item 3 content",
        "pages.json item 4",
        "pages.json item 1 content.facts.content.kidn",
    ]
    told = run(put("pages.jsonl", lines(pages[:2] * 2)), *kind, "--json")
    found = [each["where"] for each in json.loads(told.stdout)["problems"]]
    assert [each for each in found if "kidn" in each] == [
        f"pages.jsonl:{line} content.facts.content.kidn" for line in (1, 3)
    ]
    assert not Path("out").exists()


def test_nothing_is_recorded_where_a_page_cannot_be_understood() -> None:
    pages = [PAGES[0], {"content": {"facts": {"content.kidn": "x"}}}]
    assert run(put("pages.json", json.dumps(pages)), "--record").exit_code == 2
    assert not recorded()


@pytest.mark.parametrize("text", ["[", "[]", "[1", '[{"content"', "{", "", "[{]", "\n"])
def test_what_is_no_json_or_no_page_is_told_without_a_word_of_python(text: str) -> None:
    told = run("-", "--format", "json", given=text)
    assert (told.exit_code, told.stdout) == (2, "")
    assert "Traceback" not in told.stderr
    assert "msgspec" not in told.stderr


def test_for_the_edge_all_pages_are_one_table_printed_or_written() -> None:
    printed = run("-", "--format", "json", given=lines(PAGES))
    table = json.loads(printed.stdout)
    assert list(table["pages"]) == [page["content"]["url"] for page in PAGES]
    assert (table["zones"], len(table["rows"])) == (9, 2)
    told = run("-", "--format", "json", "--output", "out", given=lines(PAGES))
    assert (told.exit_code, told.stdout.count("3 pages, 9 zones")) == (0, 1)
    assert json.loads(Path("out/table.json").read_bytes()) == table
    assert [path.name for path in Path("out").iterdir()] == ["table.json"]


def test_files_for_nginx_are_written_and_whoever_watches_sees_how_long_they_hold() -> None:
    told = run("-", "--format", "nginx", "--output", "deep/out", "--json", given=lines(PAGES))
    assert told.exit_code == 0
    said = json.loads(told.stdout)
    out = Path("deep/out")
    assert {path.name for path in out.iterdir()} == {"compliance.conf", "fallback.html", "fragments", "hashes.conf"}
    head = out.joinpath("compliance.conf").read_text(encoding="utf-8").split("\n\n", 1)[0].splitlines()
    assert f"# table: {said['table']}" in head
    assert f"# ruleset: {said['ruleset']['meaning']}" in head
    assert "# valid until: no change is foreseen" in head
    assert (said["pages"], said["zones"], said["fragments"]) == (3, 9, len(list(out.glob("fragments/*.html"))))
    assert "Perhaps words of in-held." in out.joinpath("fallback.html").read_text(encoding="utf-8")
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in out.rglob("*.html"))


@pytest.mark.parametrize("arguments", [["--format", "nginx"], ["--output", "out"], ["--format", "xml"]])
def test_a_format_and_a_directory_belong_together(arguments: list[str]) -> None:
    told = run(put("pages.json", json.dumps(PAGES)), *arguments)
    assert told.exit_code == 2
    assert not Path("out").exists()


def test_tables_for_the_edge_are_recorded_page_by_page() -> None:
    arguments = ["--format", "nginx", "--output", "out", "--record"]
    told = run("-", *arguments, "--json", given=lines(PAGES))
    assert (told.exit_code, json.loads(told.stdout)["recorded"], recorded()) == (0, len(PAGES), True)
    preview = [{**PAGES[0], "as_of": "2026-01-01"}]
    assert "no evidence" in run("-", *arguments, given=lines(preview)).stderr


def test_a_name_that_nginx_could_not_read_keeps_the_table_from_being_written() -> None:
    long = {"content": {"url": f"https://radio.example/{'a' * 1600}", "publisher": "radio"}}
    told = run("-", "--format", "nginx", "--output", "out", "--record", given=lines([*PAGES, long]))
    assert (told.exit_code, Path("out").exists()) == (2, False)
    assert "-:4 content.url" in told.stderr
    assert "leave the page out" in told.stderr
    assert not recorded()
    assert run("-", "--format", "json", "--output", "out", given=lines([*PAGES, long])).exit_code == 0


def test_the_fragments_of_the_former_table_stay_and_older_ones_go() -> None:
    names: list[set[str]] = []
    for words in ("One.", "Two.", "Three."):
        changed = WORLD["in-belarus.yaml"].replace("Words of in-belarus.", words)
        written(Path("rules"), {**WORLD, "in-belarus.yaml": changed})
        assert run("-", "--format", "nginx", "--output", "out", given=lines(PAGES)).exit_code == 0
        names.append({path.stem for path in Path("out").glob("fragments/*.html")})
    first, second, third = names
    assert len(second - first) == 1
    assert first < second
    assert second - third == first - (second & third)
    assert len(third) == len(second)


def test_what_somebody_else_keeps_in_the_directory_stays() -> None:
    written(Path("out"), {"fragments/own.html": "own", "notes.txt": "own"})
    assert run("-", "--format", "nginx", "--output", "out", given=lines(PAGES)).exit_code == 0
    assert Path("out/fragments/own.html").read_text(encoding="utf-8") == "own"
    assert Path("out/notes.txt").is_file()


def test_a_write_that_fails_leaves_the_former_table_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("-", "--format", "nginx", "--output", "out", given=lines(PAGES)).exit_code == 0
    before = {path: path.read_bytes() for path in Path("out").rglob("*") if path.is_file()}
    real = os.replace

    def fails(source: Path, target: Path) -> None:
        if target.name == "compliance.conf":
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr("compliance.cli.table_files.os.replace", fails)
    told = run("-", "--format", "nginx", "--output", "out", given=lines(PAGES[:1]))
    assert (told.exit_code, "no space left on device" in told.stderr) == (2, True)
    assert {path: path.read_bytes() for path in before} == before


def test_of_two_that_write_one_table_at_once_the_second_waits_for_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    out, put_there, order = Path("out"), table_files._put, list[bytes]()

    def slowly(path: Path, data: bytes) -> None:
        if not order:
            order.append(data)
            other.start()
            other.join(0.05)
        order.append(data)
        put_there(path, data)

    other = threading.Thread(target=table_files.write, args=(out, {"one": b"new", "two": b"new"}))
    monkeypatch.setattr(table_files, "_put", slowly)
    table_files.write(out, {"one": b"old", "two": b"old"})
    other.join()
    assert order == [b"old"] * 3 + [b"new"] * 2
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {"one": b"new", "two": b"new"}


def test_a_file_where_the_directory_should_be_is_told() -> None:
    put("taken", "")
    told = run("-", "--format", "json", "--output", "taken/out", given=lines(PAGES))
    assert told.exit_code == 2
    assert "cannot be written" in told.stderr


def test_on_a_terminal_it_is_told_how_far_a_long_table_has_come() -> None:
    put("pages.json", json.dumps(PAGES))
    _, seen = on_a_terminal(Path.cwd(), "table", "pages.json", "--format", "json", "--output", "out")
    assert "tables" in seen
    assert "100%" in seen
