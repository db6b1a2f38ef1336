"""`compliance diff`: what it reads, what it prints, and the status that a pipeline sees."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from click.testing import CliRunner, Result

from compliance import dictionary
from compliance.cli import main
from tests.review.impact.comparing import simple
from tests.terminal import on_a_terminal
from tests.tiny import TINY, changed, written

GOOD, FINDINGS, UNUSABLE = 0, 1, 2
AS_OF = ("--as-of", "2026-01-15")
LATER = changed("warn.yaml", ("first_day: 2020-01-01", "first_day: 2026-06-01"))


@pytest.fixture(autouse=True)
def _sides(clean: Path) -> None:
    """Two rule directories in a working directory of their own: one in which the rule begins later."""
    written(clean / "old")
    written(clean / "new", LATER)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["diff", *(str(each) for each in arguments), *AS_OF])


def shown(result: Result, status: int = FINDINGS) -> Any:
    assert (result.exit_code, result.stderr) == (status, "")
    return json.loads(result.stdout)


def refused(*arguments: str | Path) -> str:
    """What a command that could not use its input says, in text and as data."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (UNUSABLE, "")
    problems = shown(run(*arguments, "--json"), UNUSABLE)["problems"]
    assert problems
    assert all(each["message"] in result.stderr for each in problems)
    return result.stderr


def test_what_readers_lose_is_said_with_days_places_and_pages_and_an_example() -> None:
    result = run("old", "new")
    assert result.exit_code == FINDINGS
    days = "From 2020-01-01 to 2026-05-31"
    where = "where `publisher.designated_as` has `x/list`"
    example = "    for example on 2026-01-15: {"
    lines = result.stdout.splitlines()
    assert lines == [
        "Removed or narrowed:",
        f"  warn: {days}, readers in `RU` no longer see it, {where}",
        f"{example}publisher.designated_as: x/list, reader.location: RU}}: required, now none",
        f"  warn: {days}, with `reader.location` not known, readers no longer see it, which was possible, {where}",
        f"{example}publisher.designated_as: x/list, reader.location: unknown}}: possible, now none",
        "",
        "Weaker:",
        lines[7],
        f"{example}reader.location: RU}}: review, now none",
        "",
        "1 notice(s) change: 1 removed or narrowed, 1 weaker",
    ]
    open_ = "`publisher.designated_as` or `reader.location`"
    assert lines[7] == f"  warn: {days}, with {open_} not known, readers in `RU` have nothing held for review any more"


def test_what_changes_no_decision_and_no_word_is_no_finding(clean: Path) -> None:
    written(
        clean / "new", {**TINY, "warn.yaml": "# a comment\n" + TINY["warn.yaml"].replace("2030-01-01", "2031-01-01")}
    )
    result = run("old", "new")
    assert (result.exit_code, result.stdout) == (GOOD, "no decision and no word changes\n")
    written(clean / "new", changed("warn.yaml", ('article: "1"', 'article: "2"')))
    result = run("old", "new")
    assert result.exit_code == GOOD
    assert "warn: changed, but in no decision and no word that was compared (warn)\n" in result.stdout


def test_all_is_given_as_data() -> None:
    data = shown(run("old", "new", "--json"))
    assert (data["differs"], len(data["changes"]), data["drafts"]) == (True, 3, [])
    first = data["changes"][0]
    assert (first["notice"], first["kind"], first["before"], first["after"]) == ("warn", "removed", "required", "none")
    assert first["days"] == [{"who": None, "first_day": "2020-01-01", "last_day": "2026-05-31"}]
    assert first["example"]["given"] == {"publisher.designated_as": "x/list", "reader.location": "RU"}
    assert first["example"]["before"]["text"] == "… is on the list."
    assert first["example"]["after"] == {"result": "none", "text": None}
    (notice,) = data["notices"]
    assert (notice["rules"], notice["exhaustive"]) == ({"added": [], "removed": [], "changed": ["warn"]}, True)
    assert data["old"]["meaning"] != data["new"]["meaning"]
    assert "content" not in data


def test_markdown_has_a_heading_for_each_kind_and_an_example_to_paste() -> None:
    result = run("old", "new", "--markdown")
    assert result.exit_code == FINDINGS
    lines = result.stdout.splitlines()
    assert lines[:3] == ["## 1 notice(s) change: 1 removed or narrowed, 1 weaker", "", "### Removed or narrowed"]
    assert "- **`warn`** (A warning): From 2020-01-01 to 2026-05-31, readers in `RU` no longer see it" in result.stdout
    assert "  given: {publisher.designated_as: x/list, reader.location: RU}" in lines
    assert "  expect: none  # before: required" in lines
    assert lines.count("  ~~~yaml") == 3


def test_words_are_shown_before_and_after(clean: Path) -> None:
    written(clean / "new", changed("warn.yaml", ("is on the list.", "stands on the list."), ("footer", "top")))
    text = run("old", "new").stdout
    assert "get it otherwise (text in en, placement)" in text
    assert "    - text in en: {publisher.title} is on the list.\n" in text
    assert "    + text in en: {publisher.title} stands on the list.\n" in text
    assert '  - placement: "footer"\n  + placement: "top"\n' in run("old", "new", "--markdown").stdout


def test_drafts_stand_apart_and_are_no_finding(clean: Path) -> None:
    draft = simple("content.kind: article", "simple", ("status: active", "status: draft"))
    written(clean / "new", {**TINY, "draft.yaml": draft})
    result = run("old", "new")
    assert result.exit_code == GOOD
    assert (
        "Drafts, as if they were active (not counted):\n  simple: From 2020-01-01, readers additionally"
        in result.stdout
    )
    assert [each["notice"] for each in shown(run("old", "new", "--json"), GOOD)["drafts"]] == ["simple"] * 2


def test_two_formats_at_once_and_days_that_are_none_are_refused() -> None:
    assert "two formats" in run("old", "new", "--json", "--markdown").output
    result = CliRunner().invoke(main, ["diff", "old", "new", "--as-of", "soon"])
    assert (result.exit_code, result.stderr) == (
        UNUSABLE,
        "error: `soon` is not a calendar day: write it as YYYY-MM-DD\n",
    )


def test_the_problems_of_both_sides_are_said_at_once(clean: Path) -> None:
    written(clean / "old", changed("warn.yaml", ("status: active", "status: maybe")))
    written(clean / "new", changed("warn.yaml", ("severity: alert", "severity: loud")))
    said = refused("old", "new")
    assert "--> old/warn.yaml:" in said
    assert "--> new/warn.yaml:" in said
    assert "2 problem(s)" in said


def test_what_could_not_be_compared_in_every_case_is_no_clean_pass(clean: Path) -> None:
    text = "content.kind: article; content.genre: news; content.audience: public; content.paid: 'yes'"
    text += "; content.surface: web; content.language: en; content.human_review: none; content.ai_generated: none"
    one, two = (
        "unless: {content.age_rating: [6+, 12+]}\n",
        "unless: [{content.age_rating: 6+}, {content.age_rating: 12+}]\n",
    )
    written(clean / "a", {"r.yaml": simple(text, "simple", ("notice:", f"{one}notice:"))})
    written(clean / "b", {"r.yaml": simple(text, "simple", ("notice:", f"{two}notice:"))})
    result = run("a", "b")
    assert result.exit_code == FINDINGS
    assert result.stdout.splitlines()[-1] == "no change was found, but 1 notice(s) could not be compared in every case"
    assert shown(run("a", "b", "--json"))["exhaustive"] is False
    assert run("a", "a").exit_code == GOOD


# -- revisions in git ---------------------------------------------------------------------------------------


@pytest.fixture
def git(clean: Path, component: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Runs git in a repository of its own, in which the old rules are committed, then the new ones."""
    program = component("git")
    for name in [each for each in os.environ if each.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)

    def git_(*arguments: str) -> None:
        who = ("-c", "user.name=x", "-c", "user.email=x@x.example", "-c", "commit.gpgsign=false")
        subprocess.run([program, *who, *arguments], check=True, capture_output=True)

    (clean / "repository").mkdir()
    os.chdir(clean / "repository")
    git_("init", "-b", "main")
    for files in (TINY, LATER):
        written(Path("law/rules"), files)
        git_("add", ".")
        git_("commit", "-m", "rules")
    return git_


def test_a_revision_is_read_as_its_files_are(git: Callable[..., None]) -> None:
    wanted = shown(run("../old", "../new", "--json"))
    for old, new in (
        ("HEAD~1:law/rules", "law/rules"),
        ("HEAD~1", "law/rules"),
        ("main~1", "main:law/rules"),
        ("HEAD~1:law/rules", "HEAD"),
        ("../old", "HEAD:law/rules"),
    ):
        assert shown(run(old, new, "--json")) == wanted
    os.chdir("law")
    assert shown(run("HEAD~1", "rules", "--json")) == wanted
    assert shown(run("HEAD~1:./rules", "HEAD:law/rules", "--json")) == wanted
    os.chdir("..")
    assert run("HEAD:law/rules", "law/rules").exit_code == GOOD


def test_suites_and_hidden_files_of_a_revision_are_left_out_and_links_in_it_followed(git: Callable[..., None]) -> None:
    suite = "language: 1\nsuite: s\ntitle: S\nquestions: []\n"
    written(Path("law/rules"), {".hidden/x.yaml": "{", ".x.yaml": "{", "tests/s.yaml": suite, "README.md": "{"})
    Path("law/rules/paper.yaml").rename("law/paper.txt")
    Path("law/rules/paper.yaml").symlink_to("radio.yaml")
    written(Path("law/rules"), {"radio.yaml": TINY["radio.yaml"]})
    git("add", ".")
    git("commit", "-m", "more")
    said = refused("HEAD", "law/rules")
    assert "entity `radio` is declared twice" in said
    assert "--> HEAD:law/rules/radio.yaml" in said or "--> HEAD:law/rules/paper.yaml" in said
    Path("law/rules/paper.yaml").unlink()
    Path("law/rules/paper.yaml").symlink_to("../paper.txt")
    git("add", ".")
    git("commit", "-m", "out")
    assert "`HEAD:law/rules/paper.yaml` leads out of the tree, or nowhere" in refused("HEAD:law/rules", "../old")


def test_no_attribute_hides_a_rule_of_a_revision(git: Callable[..., None]) -> None:
    written(Path("law/rules"), {".gitattributes": "warn.yaml export-ignore\nradio.yaml export-subst\n"})
    git("add", ".")
    git("commit", "-m", "attributes")
    assert run("HEAD", "law/rules").exit_code == GOOD
    assert "no longer see it" in run("HEAD~2:law/rules", "HEAD:law/rules").stdout


@pytest.mark.parametrize(
    ("link", "to", "is_read"),
    [
        ("more", "../elsewhere", False),
        ("more", "/nowhere", False),
        ("more", ".hidden", False),
        ("more", "more", False),
        ("more", "tests", False),
        ("more", "sub", True),
        ("tests/more", "../tests", True),
        ("sub/more", "../README.md", True),
        (".more", "../elsewhere", True),
    ],
)
def test_a_link_behind_which_rules_would_go_unread_is_a_problem(
    git: Callable[..., None], link: str, to: str, is_read: bool
) -> None:
    hidden = {"elsewhere/a.yaml": simple("content.kind: article", "a"), "rules/.hidden/b.yaml": "{"}
    suite = "language: 1\nsuite: s\ntitle: S\nquestions: []\n"
    rules = {f"rules/{name}": TINY["radio.yaml"].replace("radio", "third") for name in ("sub/third.yaml", "README.md")}
    written(Path("law"), {**hidden, **rules, "rules/tests/s.yaml": suite})
    Path("law/rules", link).symlink_to(to)
    git("add", ".")
    git("commit", "-m", "link")
    if is_read:
        assert "third" not in run("HEAD~1", "HEAD:law/rules").stderr
        assert run("HEAD", "law/rules").exit_code == GOOD
    else:
        assert f"`HEAD:law/rules/{link}` leads out of the tree, or nowhere" in refused("HEAD:law/rules", "../old")


def test_another_repository_in_a_revision_is_a_problem_for_its_rules_would_go_unread(git: Callable[..., None]) -> None:
    git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},law/rules/more")
    git("commit", "-m", "submodule")
    said = refused("HEAD:law/rules", "../old")
    assert "`HEAD:law/rules/more` is another repository" in said
    assert "help: check it out, and give directories" in said


def test_a_broken_rule_file_of_a_revision_is_named_with_the_revision(git: Callable[..., None]) -> None:
    written(Path("law/rules"), {**LATER, "more.yaml": "- x\n", "tests/more.yaml": TINY["warn.yaml"]})
    git("add", ".")
    git("commit", "-m", "broken")
    said = refused("HEAD~1", "HEAD:law/rules")
    assert "--> HEAD:law/rules/tests/more.yaml:2:1" in said
    git("rm", "-f", "law/rules/tests/more.yaml")
    git("commit", "-m", "still broken")
    assert "--> HEAD:law/rules/more.yaml:1:1" in refused("HEAD~2", "HEAD:law/rules")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("nowhere", "law/rules", "`nowhere` is neither a directory nor a revision of this repository"),
        ("HEAD:nowhere", "law/rules", "`HEAD:nowhere` is neither a directory nor a revision of this repository"),
        ("HEAD:law", "HEAD~9", "`HEAD~9` is neither a directory nor a revision of this repository"),
        ("HEAD~1", "HEAD", "as a revision it needs a path: write `HEAD~1:rules`"),
        ("HEAD", "../old", "`../old` is not in the repository: write `HEAD:PATH`"),
        ("HEAD:law/rules/warn.yaml", "law/rules", "`HEAD:law/rules/warn.yaml` is neither a directory nor a revision"),
        ("HEAD", "empty", "`HEAD:empty` holds no rule file"),
        (":", "law/rules", "`:` is neither a directory nor a revision of this repository"),
    ],
)
def test_what_is_no_revision_is_refused_with_what_to_write(
    git: Callable[..., None], old: str, new: str, message: str
) -> None:
    written(Path("empty"), {"README.md": "nothing\n"})
    git("add", ".")
    git("commit", "-m", "empty")
    if new in {"../old", "empty"}:
        assert message in run(old, new).stderr
    else:
        assert message in refused(old, new)


def test_without_git_or_a_repository_a_revision_is_refused(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "is neither a directory nor a revision of this repository" in refused("HEAD:rules", "new")
    monkeypatch.setenv("PATH", str(clean))
    assert "git is not installed to read it as a revision" in refused("HEAD:rules", "new")


# -- archives -----------------------------------------------------------------------------------------------

ITEMS = [
    {"url": "https://radio.example/1", "headline": "One"},
    {"publisher": "Paper"},
    {"publisher": "nobody.example", "url": "https://nobody.example/3"},
    {"@type": "NewsArticle", "@context": "https://schema.org", "publisher": {"name": "Radio"}},
]


def archive(clean: Path, *lines: object) -> Path:
    path = clean / "archive.jsonl"
    path.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines), encoding="utf-8")
    return path


def test_the_affected_items_of_an_archive_are_counted_with_examples(clean: Path) -> None:
    result = run("old", "new", "--content", archive(clean, *ITEMS, "", ITEMS[0]))
    assert result.exit_code == FINDINGS
    assert result.stdout.splitlines()[-8:-1] == [
        "content: 4 of 5 item(s) affected as of 2026-01-15",
        "  warn: 3 removed",
        "    line 1 (https://radio.example/1), readers whose place is not known: possible, now none",
        "    line 4, readers whose place is not known: possible, now none",
        "    line 6 (https://radio.example/1), readers whose place is not known: possible, now none",
        "  warn: 1 weaker",
        "    line 3 (https://nobody.example/3), readers whose place is not known: review, now none",
    ]
    content = shown(run("old", "new", "--json", "--content", archive(clean, *ITEMS)))["content"]
    assert (content["items"], content["affected"], content["as_of"]) == (4, 3, "2026-01-15")
    assert [(each["kind"], each["items"]) for each in content["notices"]] == [("removed", 2), ("weaker", 1)]
    assert (
        "### Content: 3 of 4 item(s) affected as of 2026-01-15"
        in run("old", "new", "--markdown", "--content", archive(clean, *ITEMS)).stdout
    )


MINDS = simple("content.mentions: radio; reader.location: RU", "minds")
"""A rule that asks whom a page names, and of nobody in particular."""
WAVE = ("names: {en: [The Radio]}", "names: {en: [The Radio], ru: [Радио Маяковка]}")


@pytest.mark.parametrize("kind", ["text", "headline", "html"])
def test_texts_of_items_are_looked_through_with_the_names_of_each_side(clean: Path, kind: str) -> None:
    written(clean / "a", {"minds.yaml": MINDS, "radio.yaml": TINY["radio.yaml"]})
    written(clean / "b", {"minds.yaml": MINDS, "radio.yaml": TINY["radio.yaml"].replace(*WAVE)})
    texts = ("<p>Слушали Радио Маяковку.</p>", "<p>Слушали Радио Россия.</p>")
    items = [{kind: text, "language": "ru"} for text in texts]
    result = run("a", "b", "--content", archive(clean, *items))
    is_part = kind == "headline"  # with it alone somebody else may be named anyway
    example = (
        "readers in RU: possible, now required" if is_part else "readers whose place is not known: none, now possible"
    )
    assert result.stdout.splitlines()[-4:] == [
        "content: 1 of 2 item(s) affected as of 2026-01-15",
        f"  minds: 1 {'stronger' if is_part else 'added'}",
        f"    line 1, {example}",
        "no decision and no word changes for given facts, but 1 item(s) get something else by the names in their texts",
    ]
    assert result.exit_code == FINDINGS
    assert shown(run("a", "b", "--json", "--content", archive(clean, *items)))["differs"] is True
    assert run("a", "b").exit_code == GOOD  # no question shows it


def test_a_name_that_goes_is_a_notice_that_goes_also_between_bundles(clean: Path) -> None:
    written(clean / "old", changed("radio.yaml", WAVE, also={"minds.yaml": MINDS}))
    written(clean / "new", {**TINY, "minds.yaml": MINDS})
    for side in ("old", "new"):
        assert CliRunner().invoke(main, ["build", side, "-o", f"{side}.bundle"]).exit_code == GOOD
    said = {"text": "Слушали Радио Маяковку.", "language": "ru"}
    items = archive(clean, said, {"facts": {"content.mentions": "nothing"}})
    result = run("old.bundle", "new.bundle", "--content", items)
    assert "  minds: 1 removed\n" in result.stdout
    assert run("old", "new", "--content", items).stdout == result.stdout


def test_an_item_whose_texts_could_not_be_looked_through_is_not_counted_as_the_same(
    clean: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> NoReturn:
        raise OSError

    monkeypatch.setattr(dictionary, "scanner_of", broken)
    result = run("old", "new", "--content", archive(clean, ITEMS[1], {"text": "The Radio"}))
    assert (result.exit_code, result.stdout) == (UNUSABLE, "")
    assert "its texts could not be looked through for names" in result.stderr
    assert "archive.jsonl:2:1" in result.stderr


def test_at_most_five_examples_are_kept_and_all_are_counted(clean: Path) -> None:
    content = shown(run("old", "new", "--json", "--content", archive(clean, *[ITEMS[0]] * 7)))["content"]
    assert (content["affected"], content["notices"][0]["items"]) == (7, 7)
    assert [each["line"] for each in content["notices"][0]["examples"]] == [1, 2, 3, 4, 5]


def test_the_day_decides_what_is_affected(clean: Path) -> None:
    command = ["diff", "old", "new", "--json", "--content", str(archive(clean, *ITEMS)), "--as-of", "2026-06-01"]
    assert shown(CliRunner().invoke(main, command))["content"]["affected"] == 0


def test_items_that_cannot_be_read_are_all_named_with_their_lines(clean: Path) -> None:
    lines = [ITEMS[0], "{", "[1]", {"facts": {"content.knid": "article"}}, '{"url": "x"}, "as_of": "2020-01-01"']
    said = refused("old", "new", "--content", archive(clean, *lines, {"publischer": "x"}))
    for line in (2, 3, 4, 5, 6):
        assert f"archive.jsonl:{line}:1" in said
    assert "the nearest is `content.kind`" in said
    assert "5 problem(s)" in said
    Path("latin.jsonl").write_bytes('{"publisher": "Rädio"}'.encode("latin-1"))
    assert "this is not an item as JSON: it is not UTF-8" in refused("old", "new", "--content", "latin.jsonl")
    assert "`nowhere.jsonl` cannot be read" in refused("old", "new", "--content", "nowhere.jsonl")


# -- on a terminal ------------------------------------------------------------------------------------------


def test_a_long_comparison_shows_on_a_terminal_how_far_it_is(clean: Path) -> None:
    many = {f"r{n}.yaml": simple("content.kind: article", f"r{n}") for n in range(25)}
    written(clean / "many", {**TINY, **many})
    out, bar = on_a_terminal(clean, "diff", "old", "many", status=FINDINGS)
    assert re.search(r"comparing .*100%", bar)
    assert out.endswith("25 notice(s) change: 25 added\n")
    assert on_a_terminal(clean, "diff", "old", "new", status=FINDINGS)[1] == ""
