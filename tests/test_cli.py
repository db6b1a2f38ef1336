"""The command line: one question asked by hand, rules tried out, and a status that a pipeline can read."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from compliance import Checker, __version__, store
from compliance.cli import main
from tests.commands import top_commands
from tests.tiny import TINY, changed, written
from tests.warm import Popen
from tests.web.process import SECONDS

GOOD, FINDINGS, UNUSABLE = 0, 1, 2
NOTICE = "ru-undesirable-organization-reader-risk"
MOSCOW = ["check", "--publisher", "rferl.org", "--country", "RU", "--as-of", "2024-02-21"]
BODY: dict[str, Any] = {
    "content": {"publisher": "rferl.org", "facts": {"content.kind": "article"}},
    "reader": {"location": {"country": "RU"}},
    "languages": ["ru"],
    "as_of": "2024-02-21",
}
BROKEN = changed(
    "warn.yaml", ("status: active", "status: maybe"), ("severity: alert", "severity: loud"), also={"x.yaml": "- x"}
)


@pytest.fixture(autouse=True)
def _clean(clean: Path, checker: Checker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command runs in an empty directory without settings; those in this process read the shipped rules once."""
    read = store.open_snapshot

    def opened(path: Path, *more: Any) -> store.Snapshot:
        return checker.store.current if path == store.packaged_rules() else read(path, *more)

    monkeypatch.setattr(store, "open_snapshot", opened)


def run(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments], input=stdin)


def shown(result: Result, status: int = GOOD) -> Any:
    """What a command printed with `--json`."""
    assert (result.exit_code, result.stderr) == (status, "")
    return json.loads(result.stdout)


def refused(*arguments: str | Path, stdin: str | bytes | None = None) -> str:
    """The message on standard error of a command that could not use its input, the same as it gives in JSON."""
    result = run(*arguments, stdin=stdin)
    assert (result.exit_code, result.stdout) == (UNUSABLE, "")
    problems = shown(run(*arguments, "--json", stdin=stdin), UNUSABLE)["problems"]
    assert problems
    assert all(problem["message"] in result.stderr for problem in problems)
    return result.stderr


# -- check ----------------------------------------------------------------------------------------------


def test_check_prints_the_notice_and_what_it_rests_on() -> None:
    result = run(*MOSCOW)
    assert result.exit_code == GOOD
    lines = result.stdout.splitlines()
    assert lines[0] == f"required: {NOTICE} (footer, alert)"
    assert lines[1].startswith("  Radio Free Europe/Radio Liberty has been declared")
    assert lines[2].startswith("  because publisher.designated_as is true: `rfe-rl` is declared in")
    assert lines[-1] == "1 notice(s) as of 2024-02-21"


def test_check_says_what_is_held_what_is_unknown_and_what_would_help() -> None:
    out = run("check", "--publisher", "a.example", "--country", "RU", "--as-of", "2025-01-10").stdout
    assert f"possible, held for review: {NOTICE}" in out
    assert "not known: publisher.designated_as" in out
    assert "advice: nobody declared this publisher" in out


@pytest.mark.parametrize(
    ("situation", "facts", "country", "lines"),
    [
        (
            "S09",
            ["publisher=herald", "content.mentions=[courier, gazette]"],
            "RU",
            ["  * In the list of agents: The Courier.", "footnote ** In the list of unwanted bodies: The Gazette."],
        ),
        (
            "S18",
            ["content.subject=[state-broadcaster]", "publisher.answers_to=[RU]"],
            "FR",
            ["these contradict each other (required): source-forbidden, source-must-be-named"],
        ),
        (
            "S19",
            ["content.age_rating=18+", "content.depicts=[retouched-person]", "content.ai_generated=fully"],
            "NO",
            ["in one place (corner upper-left): synthetic-mark, age-mark"],
        ),
    ],
)
def test_check_says_what_notices_share_and_where_they_meet(
    situation: str, facts: list[str], country: str, lines: list[str]
) -> None:
    rules = Path(__file__).parent / "language" / "situations" / situation
    given = [part for fact in facts for part in ("--fact", fact)]
    out = run("check", "--rules", rules, *given, "--country", country, "--as-of", "2026-09-01").stdout.splitlines()
    assert [line for line in lines if line not in out] == []


DATED = """\
  conditional: true
  wordings:
    - {first_day: 2022-01-01, last_day: none, text: {en: If the second.}}
    - {first_day: 2021-03-01, last_day: 2021-06-30, text: {en: If the first.}}
"""


@pytest.mark.parametrize(
    ("day", "words", "shown_instead"),
    [
        ("2021-02-28", "If the first.", "those from 2021-03-01 to 2021-06-30 are shown"),
        ("2021-06-30", "If the first.", None),
        ("2021-07-01", "If the first.", "those from 2021-03-01 to 2021-06-30 are shown"),
        ("2021-12-31", "If the first.", "those from 2021-03-01 to 2021-06-30 are shown"),
        ("2022-01-01", "If the second.", None),
    ],
)
def test_check_says_whose_words_are_shown_on_a_day_for_which_none_are_written(
    clean: Path, day: str, words: str, shown_instead: str | None
) -> None:
    undated = TINY["warn.yaml"][TINY["warn.yaml"].index("  text:") : TINY["warn.yaml"].index("scenarios:")]
    rules = written(clean / "rules", changed("warn.yaml", (undated, DATED)))
    asked = ("--rules", rules, "--publisher", "radio.example", "--country", "RU", "--as-of", day)
    lines = run("check", *asked).stdout.splitlines()
    assert lines[:2] == ["required: warn (footer, alert)", f"  {words}"]
    said = [line for line in lines if "no words are written" in line]
    assert said == ([] if shown_instead is None else [f"  no words are written for this day: {shown_instead}"])


def test_check_says_why_not_and_what_is_too_old_to_say_no() -> None:
    out = run("check", "--publisher", "rferl.org", "--country", "US", "--explain", "--as-of", "2025-01-10").stdout
    assert f"not: {NOTICE}: `reader.location` is not `RU` or `ua-russia-controlled`" in out
    out = run("check", "--publisher", "example-daily", "--country", "RU", "--as-of", "2026-11-24").stdout
    assert "too old to say no: the copy of ru/undesirable-organization of 2026-09-22" in out


def test_a_question_in_a_file_on_standard_input_and_in_options_is_one_question(clean: Path) -> None:
    (clean / "question.json").write_text(json.dumps(BODY), encoding="utf-8")
    options = [*MOSCOW, "--fact", "content.kind=article", "--language", "ru"]
    answers = [
        shown(run("check", "question.json", "--json")),
        shown(run("check", "-", "--json", stdin=json.dumps(BODY))),
        shown(run(*options, "--json")),
    ]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["notices"][0]["language"] == "ru"
    assert answers[0]["notices"][0]["id"] == NOTICE


def test_options_of_check_become_the_question() -> None:
    place = shown(run("check", "--publisher", "rferl.org", "--country", "UA", "--subdivision", "43", "--json"))
    assert place["location"]["places"] == ["UA-43"]
    facts = ["--fact", "content.ai_generated = fully", "--fact", "content.subject=[public-interest, x]"]
    made = shown(run("check", "--url", "https://example-daily.org/a", "--country", "FR", *facts, "--json"))
    assert "eu-ai-generated-text-disclosure" in [each["id"] for each in made["notices"]]
    assert "content.subject" not in made["unknowns"]
    assert made["preview"] is False


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "there is no question"),
        (("--fact", "content.kind"), "`content.kind` is not a fact: write it as NAME=VALUE"),
        (("--fact", "content.knid=article"), "the nearest is `content.kind`"),
        (("--publisher", "x", "--as-of", "2024-02-30"), "this is not a calendar day"),
        (("--publisher", "x", "--country", "Russia"), "this is not a country code"),
        (("--publisher", "x", "--language", "e n"), "this is not a language tag"),
        (("nowhere.json",), "`nowhere.json` cannot be read: no such file or directory"),
        ((".",), "`.` cannot be read: is a directory"),
        (("-", "--country", "RU"), "the question is in a file or in options, not both: country"),
        (("--publisher", "x", "--rules", "nowhere"), "`nowhere` is not there"),
    ],
)
def test_a_question_that_cannot_be_understood_is_refused(arguments: tuple[str, ...], message: str) -> None:
    assert message in refused("check", *arguments)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("", "JSON"),
        ("{", "JSON"),
        (b"\xff\xfe", "error: "),
        ("[]", "this should be an object, and is a list"),
        ('{"content": {}, "raeder": {}}', "unknown field `raeder`"),
        ('{"content": {"publisher": 1}}', "content.publisher"),
        ('{"content": {}, "reader": {"address": "1.2.3.4.5"}}', "this is not an IP address"),
    ],
)
def test_a_body_that_cannot_be_understood_is_refused(body: str | bytes, word: str) -> None:
    stderr = refused("check", "-", stdin=body)
    assert word in stderr
    assert "1.2.3.4" not in stderr


# -- test ---------------------------------------------------------------------------------------------


def test_test_asks_every_scenario_again(clean: Path) -> None:
    written(clean / "rules")
    assert run("test", "rules").output == "3 scenario(s) of 1 rule(s), 0 failed\n"
    result = shown(run("test", "rules", "--json"))
    assert result["failed"] == 0
    assert [each["found"] for each in result["scenarios"]] == ["required", "none", "possible"]
    written(clean / "rules", changed("warn.yaml", ("expect: none", "expect: required")))
    failed = run("test", "rules")
    assert failed.exit_code == FINDINGS
    assert "error: scenario `elsewhere` expects required, and the rule says none" in failed.output
    assert "  --> rules/warn.yaml:31:5" in failed.output
    assert "  help: `reader.location` is not `RU`" in failed.output
    assert shown(run("test", "rules", "--json"), FINDINGS)["failed"] == 1


@pytest.mark.parametrize(
    "command", [["lint"], ["test"], ["check", "--publisher", "x", "--rules"], ["serve", "--rules"]]
)
def test_broken_rules_are_refused_with_every_problem_and_unwrapped_paths(clean: Path, command: list[str]) -> None:
    rules = written(clean / ("deep/" * 30 + "rules"), BROKEN)
    stderr = refused(*command, rules.relative_to(clean))
    path = rules.relative_to(clean).as_posix()
    for place in (f"{path}/warn.yaml:4:9\n", f"{path}/warn.yaml:17:13\n", f"{path}/x.yaml:1:"):
        assert f"  --> {place}" in stderr
    assert "3 problem(s); nothing was loaded" in stderr


def test_rules_come_from_the_argument_the_environment_the_file_or_the_package(
    clean: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two", "three"):
        written(clean / name, changed("radio.yaml", ("title: Radio", f"title: {name}")))
    meanings = [shown(run("test", "--json"))["meaning"]]
    (clean / "compliance.toml").write_text('rules_dir = "one"\n', encoding="utf-8")
    meanings.append(shown(run("test", "--json"))["meaning"])
    monkeypatch.setenv("COMPLIANCE_RULES_DIR", "two")
    meanings.append(shown(run("test", "--json"))["meaning"])
    meanings.append(shown(run("test", "three", "--json"))["meaning"])
    assert len(set(meanings)) == 4


# -- commands that are not there ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["chek", "--publisher", "x"], "there is no command `chek`\n  help: the nearest is `check`"),
        (["qqqqqq"], "there is no command `qqqqqq`\n  help: `compliance --help` lists the commands"),
        (["audit", "reciept", "3"], "there is no command `reciept`\n  help: the nearest is `receipt`"),
        (["keys", "x"], "there is no command `x`\n  help: `compliance keys --help` lists the commands"),
        (["geo", "wehre"], "there is no command `wehre`\n  help: the nearest is `where`"),
    ],
)
def test_a_command_that_is_not_there_is_answered_with_the_nearest(arguments: list[str], told: str) -> None:
    done = CliRunner().invoke(main, arguments, prog_name="compliance")
    assert (done.exit_code, done.stdout, done.stderr) == (UNUSABLE, "", f"error: {told}\n")


# -- settings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prot = 1", "unknown setting `prot`; the nearest is `port`"),
        ("workers = 2", '`workers` is 2, but `waitress` has one process: set `server` to "granian"'),
        (
            "server = 'granit'",
            "`server` names `granit`, which is no server that is known here; the nearest is `granian`",
        ),
        ("port = 'x'", "`port` is a whole number from 0 to 65535, not `x`"),
        ("= 1", "`settings.toml` is not TOML"),
        ("host = '\x00'", "`settings.toml` is not TOML"),
        ("host = '\udcff'", "`settings.toml` is not UTF-8: save it as UTF-8"),
    ],
)
def test_settings_that_cannot_be_used_keep_the_service_from_starting(clean: Path, text: str, message: str) -> None:
    (clean / "settings.toml").write_text(text, encoding="utf-8", errors="surrogateescape")
    assert message in refused("serve", "--config", "settings.toml")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--config", "nowhere.toml"), "`nowhere.toml` cannot be read: no such file or directory"),
        (("--config", "."), "`.` cannot be read: is a directory"),
        (("--port", "65536"), "`--port` is a whole number from 0 to 65535, not `65536`"),
        (("--geo-database", "nowhere.mmdb"), "`nowhere.mmdb` does not exist"),
        (("--rules", "nowhere"), "`nowhere` is not there"),
    ],
)
def test_a_service_that_cannot_start_says_why(arguments: tuple[str, ...], message: str) -> None:
    assert message in refused("serve", *arguments)


def test_a_wrong_setting_is_no_traceback_in_any_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPLIANCE_PORT", "tcp://10.0.0.1:8000")
    for command in (["lint"], ["test"], ["serve"], MOSCOW):
        assert "`COMPLIANCE_PORT` is a whole number" in refused(*command)


def test_check_asks_the_databases_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPLIANCE_GEO_DATABASES", "nowhere.mmdb")
    assert "`nowhere.mmdb` does not exist" in refused(*MOSCOW)


# -- every command --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(top_commands()))
def test_every_command_takes_json_and_explains_itself(name: str) -> None:
    result = run(name, "-h")
    assert result.exit_code == GOOD
    assert "--json" in result.output
    assert len(result.output.splitlines()) > 4


def test_the_program_says_its_version_and_refuses_what_it_does_not_know() -> None:
    assert __version__ in run("--version").output
    assert run("--no-such-option").exit_code == UNUSABLE
    assert run("sreve").exit_code == UNUSABLE


# -- real processes -------------------------------------------------------------------------------------


def process(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "compliance.cli", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    return Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize(
    "arguments",
    [["check", "--rules", "rules", "--publisher", "radio", "--json"], ["lint", "rules", "--as-of", "2040-01-01"]],
)
def test_a_reader_of_the_pipe_that_leaves_early_gets_no_traceback(clean: Path, arguments: list[str]) -> None:
    written(clean / "rules")
    with process(*arguments) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        assert child.stderr.read() == b""
        assert child.wait(SECONDS) == GOOD


def test_words_in_other_scripts_survive_a_terminal_that_knows_no_unicode() -> None:
    with process(*MOSCOW, "--language", "ru", "--json") as child:
        out, err = child.communicate(timeout=SECONDS)
    assert (child.returncode, err) == (GOOD, b"")
    assert "нежелательной" in json.loads(out.decode())["notices"][0]["text"]


def test_a_port_in_use_is_named_and_nothing_is_served(clean: Path) -> None:
    rules = written(clean / "rules")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with process("serve", "--port", port, "--rules", str(rules)) as child:
            out, err = child.communicate(timeout=SECONDS)
    assert (child.returncode, out) == (UNUSABLE, b"")
    message = f"error: cannot listen on `127.0.0.1` port `{port}`: address already in use; "
    instead = "stop what listens there, or take another with `--port`"
    assert err.decode().splitlines()[-1] == message + instead


def test_a_service_that_is_told_to_stop_stops_well(clean: Path) -> None:
    rules = written(clean / "rules", TINY)
    with process("serve", "--port", "0", "--rules", str(rules), "--json") as child:
        assert child.stdout is not None
        lines = iter(child.stdout.readline, b"")
        text = ""
        for line in lines:
            text += line.decode()
            if line.rstrip() == b"}":
                break
        ready = json.loads(text)
        assert ready["url"].startswith("http://127.0.0.1:")
        assert ready["rules"] == 1
        child.send_signal(signal.SIGTERM)
        out, err = child.communicate(timeout=SECONDS)
    assert (child.returncode, out, err) == (GOOD, b"", b"")


# -- explain --------------------------------------------------------------------------------------------

DAY_BEFORE = ["explain", "--publisher", "rferl.org", "--country", "RU", "--as-of", "2024-02-19"]


def test_explain_says_from_when_a_notice_will_be_asked_for() -> None:
    result = run(*DAY_BEFORE)
    assert result.exit_code == GOOD
    why = (
        "`publisher.designated_as` is not `ru/undesirable-organization`: "
        "`rfe-rl` is in `ru/undesirable-organization` from 2024-02-20 only; that changes on 2024-02-20"
    )
    assert f"`{NOTICE}` is not asked for: {why}" in result.stdout.splitlines()
    assert result.stdout.splitlines()[-1].startswith("0 notice(s), ")


def test_explain_says_the_same_as_data() -> None:
    explained = shown(run(*DAY_BEFORE, "--json"))
    assert explained["due"] == []
    assert {each["rule"]: each["changes_on"] for each in explained["absent"]}[NOTICE] == "2024-02-20"
    assert run(*DAY_BEFORE).stdout.splitlines()[:-1] == explained["sentences"]


def test_explain_gives_the_grounds_of_what_is_due() -> None:
    (due,) = shown(run("explain", "--json", "-", stdin=json.dumps(BODY)))["due"]
    assert (due["notice"], due["status"], due["display"], due["changes_on"]) == (NOTICE, "required", "show", None)
    assert [each["fact"] for each in due["reasons"][0]["facts"]] == ["publisher.designated_as", "reader.location"]
    assert {each["truth"] for each in due["reasons"][0]["facts"]} == {"true"}


@pytest.mark.parametrize("arguments", [["explain"], ["explain", "--country", "Ukraine", "--publisher", "x"]])
def test_explain_refuses_what_check_refuses(arguments: list[str]) -> None:
    assert refused(*arguments) == refused("check", *arguments[1:])


def test_check_with_explain_names_the_day_too() -> None:
    result = run("check", *DAY_BEFORE[1:], "--explain")
    assert f"not: {NOTICE}: `publisher.designated_as` is not `ru/undesirable-organization`: " in result.stdout
    assert "from 2024-02-20 only; that changes on 2024-02-20" in result.stdout
