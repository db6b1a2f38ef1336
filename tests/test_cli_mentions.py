"""`compliance mentions`: whom texts name, from files, lines of JSON, directories and standard input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

import pytest

from compliance import dictionary
from compliance.cli.command import cache_directory
from compliance.config import Settings
from compliance.forms_cache import NAME
from compliance.mentions.inflection import Forms
from compliance.setting_values import NO_CACHE
from tests.test_cli import UNUSABLE, refused, run, shown
from tests.tiny import TINY, changed, written

NAMED = changed(
    "radio.yaml",
    (
        "names: {en: [The Radio]}",
        "names:\n  en: [The Radio]\n  ru: [Радио Маяковка, {name: Вереск, strength: weak}]",
    ),
    also={"paper.yaml": TINY["paper.yaml"]},
)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return written(tmp_path / "rules", NAMED)


def test_a_text_is_read_from_standard_input_with_what_registers_say(rules: Path) -> None:
    result = run("mentions", "-", "--rules", rules, "--as-of", "2026-01-15", stdin="Мы\nслушали Радио Маяковку.\n")
    assert result.stdout.splitlines() == [
        "standard input:2:9: radio: `Радио Маяковку` certain (capital letter)",
        "    declared in `x/list` by: An authority, from 2021-01-01",
    ]


def test_before_the_day_of_the_listing_nothing_is_declared(rules: Path) -> None:
    result = run("mentions", "-", "--rules", rules, "--as-of", "2020-12-31", stdin="Слушали Радио Маяковку.")
    assert result.stdout == "standard input:1:9: radio: `Радио Маяковку` certain (capital letter)\n"


def test_lines_of_json_are_documents_and_their_parts_speak_for_one_another(rules: Path, tmp_path: Path) -> None:
    file = tmp_path / "archive.jsonl"
    lines = [{"headline": "Вереск закрыт", "text": "Радио Маяковка молчит"}, {"content": {"text": "ничего"}}]
    file.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in lines), "utf-8")
    data: Any = shown(run("mentions", file, "--rules", rules, "--as-of", "2026-01-15", "--json"))
    assert (data["as_of"], [each["document"] for each in data["documents"]]) == (
        "2026-01-15",
        [f"{file}:1", f"{file}:2"],
    )
    found = [(each["field"], each["surface"], each["verdict"]) for each in data["documents"][0]["mentions"]]
    assert found == [("headline", "Вереск", "certain"), ("text", "Радио Маяковка", "certain")]
    (status,) = data["documents"][0]["mentions"][0]["statuses"]
    assert (status["register"], status["first_day"], status["certain"]) == ("x/list", "2021-01-01", True)
    assert data["documents"][1]["mentions"] == []


def test_what_was_found_and_is_no_mention_is_shown_on_request(rules: Path) -> None:
    text = "цвёл вереск"
    assert run("mentions", "-", "--rules", rules, stdin=text).stdout == ""
    result = run("mentions", "-", "--rules", rules, "--suppressed", stdin=text)
    assert result.stdout == "standard input:1:6: radio: `вереск` suppressed: it lacks a capital letter\n"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_directory_is_read_file_by_file_in_order_by_one_process_or_more(
    rules: Path, tmp_path: Path, jobs: str
) -> None:
    texts = tmp_path / "texts"
    for number in range(9):
        (texts / f"{number % 2}").mkdir(parents=True, exist_ok=True)
        (texts / f"{number % 2}" / f"{number}.txt").write_text(f"Радио Маяковка {number}", "utf-8")
    (texts / "picture.png").write_bytes(b"\x89PNG")
    result = run("mentions", texts, "--rules", rules, "--jobs", jobs, "--as-of", "2020-01-01")
    named = [line.split(":")[0] for line in result.stdout.splitlines()]
    assert named == sorted(str(each) for each in texts.rglob("*.txt"))


def test_nothing_of_a_text_reaches_the_terminal_as_a_command(rules: Path) -> None:
    result = run("mentions", "-", "--rules", rules, stdin="Радио \x1b[2J\n".replace("\x1b[2J", "") + "Маяковка \x1b[2J")
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "name a file or a directory, or give `-` and write the text to standard input"),
        (["nowhere.txt"], "`nowhere.txt` is neither a file nor a directory"),
        (["-", "--as-of", "2026-13-01"], "`2026-13-01` is not a calendar day: write it as YYYY-MM-DD"),
    ],
)
def test_what_cannot_be_used_is_said(rules: Path, arguments: list[str], says: str) -> None:
    assert says in refused("mentions", *arguments, "--rules", rules)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.txt", "Радио".encode("cp1251"), "byte 0 is not UTF-8: save it as UTF-8"),
        ("a.jsonl", b"{", "this is not JSON: write one object on each line"),
        ("a.jsonl", b"[1]", "it has no text: give one of `headline`, `text`, `html`"),
        ("a.jsonl", b'{"text": 1}', "`text` is no text"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(rules: Path, tmp_path: Path, name: str, data: bytes, says: str) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    message = refused("mentions", file, "--rules", rules)
    assert says in message
    assert str(file) in message


def test_the_shipped_names_are_found_in_news_prose() -> None:
    text = "Журналистка «Новой газеты Европа» дала интервью Радио Свободе; редакция The Insider промолчала."
    result = run("mentions", "-", "--as-of", "2026-01-15", stdin=text)
    assert result.exit_code != UNUSABLE
    named = [line.split(": ")[1] for line in result.stdout.splitlines() if line.startswith("standard input")]
    assert named == ["novaya-gazeta-europe", "rfe-rl", "the-insider"]


PAGE = "<html><body><p>Мы</p>\n<p>слушали Радио <b>Мая&shy;ковку</b></p></body></html>"


def test_a_page_is_read_through_its_tags_and_places_are_those_of_its_source(rules: Path, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(PAGE, "utf-8")
    result = run("mentions", file, "--rules", rules, "--as-of", "2020-01-01")
    assert result.stdout == f"{file}:html.body:2:12: radio: `Радио Мая\xadковку` certain (capital letter)\n".replace(
        "\xad", " "
    )


def test_a_report_shows_the_texts_and_nothing_of_them_is_markup(rules: Path, tmp_path: Path) -> None:
    text, page = "<script>alert(1)</script> Радио Маяковка & вереск, Вереск", tmp_path / "report.html"
    run("mentions", "-", "--rules", rules, "--as-of", "2026-01-15", "--html", page, stdin=text)
    shown = page.read_text("utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; <mark" in shown
    assert '<mark class="certain" title="radio: capital letter">Радио Маяковка</mark> &amp; ' in shown
    assert '<mark class="suppressed" title="radio: it lacks a capital letter">вереск</mark>' in shown
    assert "declared in x/list by: An authority, from 2021-01-01" in shown
    assert "<script" not in shown


def test_a_report_that_cannot_be_written_is_said(rules: Path, tmp_path: Path) -> None:
    page = tmp_path / "nowhere" / "report.html"
    assert "cannot be written" in refused("mentions", "-", "--rules", rules, "--html", page, stdin="Радио")


# -- word forms that are kept -------------------------------------------------------------------------------


class Refusing:
    """Stands for a dictionary that nobody should ask."""

    def parse(self, word: str) -> NoReturn:
        pytest.fail(f"the dictionary was asked for `{word}`")

    def word_is_known(self, word: str) -> NoReturn:
        self.parse(word)


def test_a_second_command_asks_the_dictionary_for_nothing(
    rules: Path, clean: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clean / "compliance.toml").write_text('cache_dir = "kept"\n', encoding="utf-8")
    command = ("mentions", "-", "--rules", rules, "--as-of", "2026-01-15")
    known, unknown = Forms(dictionary.Dictionary()), Forms(Refusing())
    monkeypatch.setattr(dictionary, "forms", lambda: known)
    first = run(*command, stdin="Слушали Радио Маяковку.")
    assert [each.name for each in (clean / "kept").iterdir()] == [NAME]
    monkeypatch.setattr(dictionary, "forms", lambda: unknown)
    assert run(*command, stdin="Слушали Радио Маяковку.").stdout == first.stdout
    assert "certain" in first.stdout


def test_where_nothing_is_to_be_kept_nothing_is(rules: Path, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(clean / "user"))
    (clean / "compliance.toml").write_text(f'cache_dir = "{NO_CACHE}"\n', encoding="utf-8")
    assert "certain" in run("mentions", "-", "--rules", rules, stdin="Слушали Радио Маяковку.").stdout
    assert not (clean / "user").exists()
    assert not (clean / NO_CACHE).exists()


@pytest.mark.parametrize(
    ("setting", "cache", "home", "found"),
    [
        ("/kept", "/cache", "/home/x", "/kept"),
        (None, "/cache", "/home/x", "/cache/compliance"),
        (None, "", "/home/x", "/home/x/.cache/compliance"),
        (None, "relative", "/home/x", "/home/x/.cache/compliance"),
        (None, "", "relative", None),
        (NO_CACHE, "/cache", "/home/x", None),
    ],
)
def test_word_forms_are_kept_where_the_settings_say_or_in_the_cache_of_the_user(
    monkeypatch: pytest.MonkeyPatch, setting: str | None, cache: str, home: str, found: str | None
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", cache)
    monkeypatch.setenv("HOME", home)
    assert cache_directory(Settings(cache_dir=setting)) == (None if found is None else Path(found))


def test_what_is_skipped_in_a_directory_is_named(rules: Path, tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    (texts / "deep").mkdir(parents=True)
    (texts / "ONE.TXT").write_text("Радио Маяковка молчит.", "utf-8")
    (texts / "deep" / "two.docx").write_bytes(b"PK")
    result = run("mentions", texts, "--rules", rules, "--as-of", "2020-01-15")
    assert result.stdout == f"{texts / 'ONE.TXT'}:1:1: radio: `Радио Маяковка` certain (capital letter)\n"
    assert f"skipped: `{texts / 'deep' / 'two.docx'}`, whose name ends in none of .htm, .html, " in result.stderr
    assert "1 document(s), 1 mention(s), 1 file(s) skipped\n" in result.stderr
    data: Any = shown(run("mentions", texts, "--rules", rules, "--as-of", "2020-01-15", "--json"))
    assert data["skipped"] == [str(texts / "deep" / "two.docx")]


def test_a_directory_without_texts_says_so(rules: Path, tmp_path: Path) -> None:
    result = run("mentions", tmp_path / "empty", "--rules", rules, "--as-of", "2020-01-15")
    assert (result.exit_code, "is neither a file nor a directory" in result.stderr) == (2, True)
    (tmp_path / "empty").mkdir()
    result = run("mentions", tmp_path / "empty", "--rules", rules, "--as-of", "2020-01-15")
    assert (result.stdout, "0 document(s), 0 mention(s)" in result.stderr) == ("", True)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("[" * 100_000, "this is not JSON"),
        ('{"headline": "x", "text": 5}', "`text` is no text"),
        ('{"body": "Радио Маяковка", "text": ""}', "it has no text"),
    ],
)
def test_a_line_whose_text_would_be_lost_is_refused(rules: Path, tmp_path: Path, line: str, why: str) -> None:
    (tmp_path / "lines.jsonl").write_text(line, "utf-8")
    result = run("mentions", tmp_path / "lines.jsonl", "--rules", rules, "--as-of", "2020-01-15")
    assert (result.exit_code, why in result.stderr) == (2, True)


def test_a_separator_of_lines_inside_a_text_ends_no_line_of_json(rules: Path, tmp_path: Path) -> None:
    (tmp_path / "lines.jsonl").write_text('{"text": "Слушали\u2028Радио Маяковку"}\n', "utf-8")
    result = run("mentions", tmp_path / "lines.jsonl", "--rules", rules, "--as-of", "2020-01-15")
    assert "`Радио Маяковку` certain" in result.stdout
