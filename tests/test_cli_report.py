"""`compliance report` and `compliance audit rebuild`: reports from the sealed log, without a service."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from compliance.audit.log_files import LogFiles
from compliance.audit.record import ErasureRecord, encode
from compliance.audit.table import Footnote, Row
from compliance.audit.views import VIEWS, rebuild
from compliance.cli import main
from tests.audit.logs import log_of, nonce, written
from tests.audit.reporting import FIRST, HEX, RULESETS, Made, ruleset
from tests.audit.test_reports import NOTICE, OUTCOME, everything, table

EVIDENCE = Path("data/evidence")


@pytest.fixture(autouse=True)
def _log(clean: Path) -> None:
    """A sealed log with a table of everything, where the settings look for it."""
    EVIDENCE.mkdir(parents=True)
    everything().reporter(EVIDENCE).close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_a_report_is_printed_as_lines_and_says_what_it_rests_on() -> None:
    result = run("report", "decisions", "--by", "notice,place", "--status", "required")
    assert result.exit_code == 0
    assert "agent   RU" in result.stdout
    assert "root: " in result.stdout
    assert "only status: required" in result.stdout


@pytest.mark.parametrize("how", [["--json"], ["--format", "json"]])
def test_a_report_is_printed_as_json(how: list[str]) -> None:
    result = run("report", "unknowns", *how)
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert [row["fact"] for row in found["unknowns"]["rows"]] == ["publisher.designated_as"]
    assert "a register leaves it open" in found["unknowns"]["rows"][0]["advice"]


@pytest.mark.parametrize(("form", "begin"), [("csv", "section,"), ("html", "<!DOCTYPE html>")])
def test_a_report_is_written_to_a_file(form: str, begin: str) -> None:
    result = run("report", "rulesets", "--format", form, "--output", "found")
    assert (result.exit_code, result.stdout) == (0, "")
    assert Path("found").read_text().startswith(begin)


def test_pages_that_lack_a_confirmation_are_findings() -> None:
    assert run("report", "coverage").exit_code == 1
    assert run("report", "coverage", "--place", "DE").exit_code == 0


@pytest.mark.parametrize("form", ["text", "json", "csv", "html"])
def test_a_page_that_the_log_does_not_have_is_said_in_every_form(form: str) -> None:
    result = run("report", "decisions", "--content", "https://a.example/never.html", "--format", form)
    assert result.exit_code == 0
    assert "the log has no table of this page" in result.stdout.lower()


def test_everything_that_is_wrong_with_a_question_is_said_at_once() -> None:
    result = run("report", "decisions", "--place", "XX", "--on", "soon", "--by", "noticed", "--json")
    assert result.exit_code == 2
    problems = json.loads(result.stdout)["problems"]
    assert {each["where"] for each in problems} == {"place", "on", "by"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data-dir", "nowhere"], "holds no sealed log"),
        (["--json", "--format", "csv"], "two formats"),
        (["--output", "no/such/file"], "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_without_a_traceback(arguments: list[str], message: str) -> None:
    result = run("report", "decisions", *arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output


def test_views_are_made_anew_where_they_were_lost() -> None:
    (EVIDENCE / VIEWS).unlink()
    assert "compliance audit rebuild" in run("report", "decisions").output
    result = run("audit", "rebuild", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"leaves": len(everything().records)})
    assert run("report", "decisions").exit_code == 0


@pytest.mark.parametrize("arguments", [("report", "decisions"), ("audit", "show", "0" * 64, "--place", "RU")])
def test_damaged_views_are_said_and_never_counted_nor_taken_for_an_empty_log(arguments: tuple[str, ...]) -> None:
    size = (EVIDENCE / VIEWS).stat().st_size
    (EVIDENCE / VIEWS).write_bytes((EVIDENCE / VIEWS).read_bytes()[:4096] + b"\xa7" * (size - 4096))
    result = run(*arguments)
    assert (result.exit_code, "compliance audit rebuild" in result.output) == (2, True)
    assert "Traceback" not in result.output


def test_without_a_log_there_is_nothing_to_make_views_of() -> None:
    result = run("audit", "rebuild", "--data-dir", "nowhere")
    assert result.exit_code == 2
    assert "holds no sealed log" in result.output


def test_a_decision_is_shown_by_the_key_that_a_report_has() -> None:
    found = json.loads(run("report", "decisions", "--by", "decision,content", "--json").stdout)
    row = found["due"]["rows"][0]
    result = run("audit", "show", row["decision"], "--place", "RU")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{row['content']}: decision {row['decision']}\n")
    assert "agent (radio): required, by r1" in result.stdout
    assert f"words with the digest {HEX}" in result.stdout
    assert "the words cannot be looked up" in result.stdout
    assert json.loads(run("audit", "show", row["decision"], "--json").stdout)["decision"] == row["decision"]


def test_a_decision_that_may_have_been_erased_is_not_said_to_have_never_been(clean: Path) -> None:
    assert run("audit", "show", table(1).key).exit_code == 0
    made = everything()
    leaf = next(at for at, each in enumerate(made.records) if each == table(1))
    made.records.append(ErasureRecord(nonce=nonce(98), day=FIRST, leaves=(leaf,), hashes=(HEX,), reason="asked for"))
    files = LogFiles(written(EVIDENCE, log_of([encode(each) for each in made.records], erased=[leaf])))
    rebuild(files)
    result = run("audit", "show", table(1).key)
    assert (result.exit_code, "1 leaf of it was erased" in result.stdout) == (1, True)
    assert "rebuild" not in result.stdout


def test_what_was_held_is_printed_apart_from_what_was_shown(clean: Path) -> None:
    held = msgspec.structs.replace(NOTICE, id="later", status="possible", display="hold")
    notes = tuple(Footnote(id=id_, entities=("radio",), words=0) for id_ in ("agent", "later"))
    both = Row(notices=(0, 1), footnotes=(0, 1), places=("RU",))
    outcome = msgspec.structs.replace(
        OUTCOME, notices=(NOTICE, held), footnotes=notes, rows=(Row(notices=(1,)), both), unknown=0
    )
    of = table(1, outcome=outcome.key)
    Made([ruleset(0, FIRST, 1), outcome, of]).reporter(EVIDENCE).close()
    lines = run("audit", "show", of.key, "--place", "RU").stdout.splitlines()
    shown, apart = lines.index("shown in RU:"), lines.index("held for a person, not shown in RU:")
    assert [line for line in lines[shown:apart] if "by r1" in line] == ["  agent (radio): required, by r1"]
    assert [line for line in lines[apart:] if "by r1" in line] == ["  later (radio): possible, by r1"]
    assert "shown in DE: nothing" in run("audit", "show", of.key, "--place", "DE").stdout
    found = json.loads(run("audit", "show", of.key, "--place", "RU", "--json").stdout)["shown"]
    parts = ("notices", "footnotes", "held", "held_footnotes")
    assert [[each["id"] for each in found[name]] for name in parts] == [["agent"], ["agent"], ["later"], ["later"]]


def test_a_decision_that_nobody_made_is_a_finding() -> None:
    assert run("audit", "show", "0" * 64).exit_code == 1
    assert json.loads(run("audit", "show", "0" * 64, "--json").stdout) is None
    result = run("audit", "show", "x", "--json")
    assert (result.exit_code, "neither a key" in result.stdout) == (2, True)


def test_a_rule_set_is_named_with_every_leaf_that_says_it_was_in_use(clean: Path) -> None:
    log = log_of([encode(each) for each in (*everything().records, ruleset(1, FIRST, 70), ruleset(0, FIRST, 71))])
    files = LogFiles(written(EVIDENCE, log))
    rebuild(files)
    size = files.size()
    for digest, leaves in ((RULESETS[0], [0, size - 1]), (RULESETS[1], [size - 2])):
        found = json.loads(run("audit", "show", digest, "--json").stdout)
        assert [each["leaf"] for each in found] == leaves
        assert {each["ruleset"] for each in found} == {each["source"] for each in found} == {digest}
        assert not any(each["is_kept"] for each in found)
        said = run("audit", "show", digest).stdout
        assert [f"leaf {leaf}: taken into use" in said for leaf in leaves] == [True] * len(leaves)
        assert said.count("GONE") == len(leaves)


def test_a_rule_set_is_found_by_the_bytes_of_its_files_and_said_to_be_kept(clean: Path) -> None:
    data = b"the files of a rule set"
    record = msgspec.structs.replace(
        ruleset(0, FIRST, 1), source=RULESETS[1], bundle=hashlib.sha256(data).hexdigest(), product="1\x1b[31m"
    )
    Made([record]).reporter(EVIDENCE).close()
    LogFiles(EVIDENCE).put_blob(data)
    [by_meaning], [by_source] = (json.loads(run("audit", "show", each, "--json").stdout) for each in RULESETS)
    assert by_meaning == by_source
    assert (by_source["leaf"], by_source["recorded_on"], by_source["is_kept"]) == (0, FIRST.isoformat(), True)
    shown = run("audit", "show", RULESETS[1]).stdout
    assert f"{record.bundle}, which is kept" in shown
    assert "\x1b" not in shown


def test_views_that_name_another_leaf_for_a_rule_set_tell_nothing(clean: Path) -> None:
    with closing(sqlite3.connect(EVIDENCE / VIEWS)) as database, database:
        database.execute("UPDATE announced SET leaf = leaf + 1")
    assert run("audit", "show", RULESETS[0], "--json").exit_code == 1


def test_a_rule_set_that_was_never_in_use_is_a_finding_and_is_shown_for_no_place() -> None:
    result = run("audit", "show", f"sha256:{'e' * 64}")
    assert (result.exit_code, result.stdout) == (1, f"no leaf of the log names the rule set sha256:{'e' * 64}\n")
    assert json.loads(run("audit", "show", f"sha256:{'e' * 64}", "--json").stdout) == []
    result = run("audit", "show", RULESETS[0], "--place", "RU")
    assert (result.exit_code, "leave out `--place`" in result.output) == (2, True)
