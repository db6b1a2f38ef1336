"""The benchmark of the legal desk measures rules that hold, a change that is one, and writes its own part of a page."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from compliance.cli.testing import texts_of
from compliance.review.scenarios import run as run_scenarios
from compliance.review.suites import Suites
from compliance.store import read_rules, read_suites
from tests import warm
from tests.bench import audit, audit_reports, desk, geo, mentions
from tests.bench.parts import report
from tests.bench.parts.desk_files import Size, files_of, write
from tests.bench.parts.desk_rules import CHANGED, Rule, make_rules
from tests.bench.parts.fresh import ROOT, Spent, run

SMALL = Size(rules=100, entries=200, suites=2)
PAGE = "# Benchmarks\n\nThe engine.\n\n<!-- desk -->\nold\n<!-- end of desk -->\n"


@pytest.mark.parametrize("is_changed", [False, True])
def test_every_example_of_the_generated_rules_holds(tmp_path: Path, *, is_changed: bool) -> None:
    write(tmp_path, SMALL, is_changed=is_changed)
    ruleset = read_rules(tmp_path)
    suites = read_suites(tmp_path, ruleset)
    scenarios, cases = list(run_scenarios(ruleset)), list(Suites(ruleset, suites, texts_of).run())
    wrong = [
        *(str(each.problem) for each in scenarios if each.problem),
        *(str(problem) for each in cases for problem in each.problems),
    ]
    assert wrong == []
    assert (len(ruleset.rules), len(suites), len(cases)) == (100, 2, 120)
    assert sum(len(register.entries) for register in ruleset.registers.values()) == 200
    assert len(ruleset.notices) == 90  # one in ten rules uses that of another
    assert {each.expected for each in scenarios} == {"required", "possible", "review", "none"}


@pytest.mark.parametrize("size", [desk.QUICK.rules, desk.FULL.rules])
def test_ten_rules_are_changed_each_in_another_way(size: int) -> None:
    pairs = zip(make_rules(size, is_changed=False), make_rules(size, is_changed=True), strict=True)
    found = [
        {each.name for each in fields(Rule) if getattr(old, each.name) != getattr(new, each.name)}
        for old, new in pairs
        if old != new
    ]
    assert len(found) == CHANGED
    assert all(len(names) == 1 for names in found)
    assert len(set().union(*found)) == CHANGED - 1  # places change twice: one more, and one for another


def test_the_changed_rules_are_other_files() -> None:
    before, after = dict(files_of(desk.QUICK)), dict(files_of(desk.QUICK, is_changed=True))
    assert before.keys() == after.keys()
    assert sum(before[path] != after[path] for path in before if path.startswith("rules/")) == CHANGED


def test_a_quick_run_asks_the_real_commands_and_promises_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("subprocess.Popen", warm.Popen)
    assert desk.main(["--quick"]) == 0
    told = capsys.readouterr().out
    rows = dict(re.findall(r"^\| (.*?) \| .* \| (.*) \|$", told, re.MULTILINE))
    assert rows.keys() >= desk.COMMANDS.keys()
    assert rows[desk.TEST].endswith("120 case(s) of 2 suite(s), 0 failed")
    assert rows[desk.DIFF].startswith(f"{CHANGED} notice(s) change")
    assert told.count("not told by this run") == 3


def test_a_command_that_ends_badly_is_not_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subprocess.Popen", warm.Popen)
    spent = Spent()
    with pytest.raises(RuntimeError, match=r"ended with 2\n.*`nowhere` is not there"):
        run(tmp_path, (*desk.CLI, "test", "nowhere"), {0}, spent)
    assert spent.cpu == spent.megabytes == []


@pytest.mark.parametrize(
    ("seconds", "cpu", "verdict"), [(5.9, 5.0, True), (6.1, 5.9, None), (6.2, 6.1, False), (60.0, 6.1, False)]
)
def test_a_limit_is_missed_only_where_an_idle_machine_would_miss_it(
    seconds: float, cpu: float, verdict: bool | None
) -> None:
    half = Spent([seconds / 2], [cpu / 2], [100.0])
    _, both, _ = desk.figures(dict.fromkeys(desk.COMMANDS, half), is_full=True)
    assert both.is_kept is verdict
    assert "100 MB" in both.measured


def test_each_benchmark_writes_its_own_part_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(PAGE, encoding="utf-8")
    spent = Spent([1.0], [0.5], [99.0], "all is well")
    monkeypatch.setattr(desk, "measured", lambda *_: dict.fromkeys(desk.COMMANDS, spent))
    desk.main(["--write"], page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Benchmarks\n\nThe engine.\n\n<!-- desk -->\n## The legal desk\n")
    assert "all is well" in text
    assert "{" not in text
    part = report.part(text, "desk")
    assert part == report.part(report.filled(report.PAGE, {"desk": part}), "desk")
    with pytest.raises(ValueError, match="has no part"):
        report.part("# Benchmarks\n", "desk")


@pytest.mark.parametrize(
    "template",
    [report.PAGE, desk.TEMPLATE, geo.TEMPLATE, mentions.TEMPLATE, audit.TEMPLATE, audit_reports.TEMPLATE],
)
def test_the_page_says_what_the_templates_say(template: Path) -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    pieces = re.split(r"\{[\w-]+\}", template.read_text(encoding="utf-8").rstrip())
    assert [piece for piece in pieces if piece not in page] == []
