"""`compliance test`: scenarios and suites asked again, and what none of them tries."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import click

from compliance.assemble import Question, page_of
from compliance.cli.command import (
    FINDINGS,
    GOOD,
    config_option,
    json_option,
    print_json,
    reports_errors,
    rules_argument,
    rules_path,
)
from compliance.cli.junit import Tried, junit
from compliance.errors import ConfigError
from compliance.garbage import kept
from compliance.model.period import parse_day
from compliance.model.rule import Rule, Scenario
from compliance.model.ruleset import Ruleset
from compliance.model.suite import Case, Suite
from compliance.model.suite import Question as SuiteQuestion
from compliance.model.territory import LocationSet
from compliance.notices.spoken import speak
from compliance.review.coverage import Coverage, RuleCoverage, percent, totals
from compliance.review.scenarios import Outcome
from compliance.review.scenarios import run as run_scenarios
from compliance.review.suites import PLACE, CaseOutcome, Decided, Suites, Texts, label
from compliance.store import read_rules, read_suite_files, read_suites

LONG = 500
"""From so many cases on, a terminal shows how far the run is."""


@click.command()
@rules_argument
@click.option(
    "--suite",
    "suite_files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A suite to ask instead of those under `tests`; may be repeated.",
)
@click.option("-k", "text", metavar="TEXT", default="", help="Ask only cases with this text in file, id or name.")
@click.option("--as-of", "as_of", metavar="YYYY-MM-DD", help="Take the place of the `as_of` of every suite.")
@click.option("--coverage", "shows_coverage", is_flag=True, help="Say what no case tries, the worst rule first.")
@click.option("--threshold", type=click.IntRange(0, 100), metavar="PERCENT", help="Fail if less is covered in all.")
@click.option("--junit", "report", type=click.Path(path_type=Path), metavar="FILE", help="Also write JUnit XML.")
@config_option
@json_option
@reports_errors
def test(rules: Path | None, config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Ask every scenario and every suite again. Suites are the files under a directory `tests` of the rules."""
    options = _Options(**flags)
    path = rules_path(rules, config)
    ruleset = read_rules(path)
    suites = read_suite_files(options.suite_files, ruleset) if options.suite_files else read_suites(path, ruleset)
    coverage = Coverage(ruleset) if options.measures else None
    with kept():
        tried = _ask(ruleset, suites, options, coverage)
    if options.report is not None:
        _write(options.report, junit(tried))
    covered = None if coverage is None else coverage.rules()
    if as_json:
        print_json(_as_data(ruleset, tried, covered))
    else:
        _print(tried, covered, options)
    is_good = not any(case.problems for case in tried) and not options.is_too_little(covered)
    sys.exit(GOOD if is_good else FINDINGS)


@dataclass(frozen=True, slots=True)
class _Options:
    suite_files: Sequence[Path]
    text: str
    as_of: str | None
    shows_coverage: bool
    threshold: int | None
    report: Path | None

    @property
    def day(self) -> date | None:
        """The day that takes the place of that of the suites."""
        day = None if self.as_of is None else parse_day(self.as_of)
        if self.as_of is not None and day is None:
            raise ConfigError(f"`{self.as_of}` is not a calendar day: write it as YYYY-MM-DD")
        return day

    @property
    def measures(self) -> bool:
        """Whether coverage is wanted."""
        return self.shows_coverage or self.threshold is not None

    def is_too_little(self, covered: Sequence[RuleCoverage] | None) -> bool:
        """Whether less is covered than the threshold; not rounded."""
        tried, total = totals(covered or ())
        return self.threshold is not None and 100 * tried < self.threshold * total

    def wants_scenario(self, rule: Rule, scenario: Scenario) -> bool:
        """Whether a scenario is to be asked."""
        return self._is_named(scenario.span.path, rule.id, scenario.name)

    def wants_case(self, suite: Suite, question: SuiteQuestion, case: Case) -> bool:
        """Whether a case of a suite is to be asked."""
        return self._is_named(question.span.path, suite.name, label(question, case))

    def _is_named(self, *names: str) -> bool:
        return any(self.text.casefold() in name.casefold() for name in names)


def _ask(ruleset: Ruleset, suites: Sequence[Suite], options: _Options, coverage: Coverage | None) -> list[Tried]:
    """Every case that is wanted, asked; on a terminal a long run shows how far it is."""
    ready, day = Suites(ruleset, suites, texts_of), options.day
    of_scenarios = [options.wants_scenario(rule, each) for rule in ruleset.rules.values() for each in rule.scenarios]
    of_suites = [options.wants_case(suite, *each) for suite in suites for each in suite.each_case()]
    total = sum(of_scenarios) + sum(of_suites)
    if options.text and not total:
        raise ConfigError(f"no case has `{options.text}` in its file, id or name")
    run = chain(
        map(_of_scenario, run_scenarios(ruleset, coverage, options.wants_scenario)),
        map(_of_suite, ready.run(day, coverage, options.wants_case)),
    )
    if total < LONG or not sys.stderr.isatty():
        return list(run)
    with click.progressbar(run, length=total, label="asking", file=sys.stderr) as shown:
        return list(shown)


def _of_scenario(outcome: Outcome) -> Tried:
    problems = () if outcome.problem is None else (outcome.problem,)
    place = ("", 0) if outcome.span is None else (outcome.span.path, outcome.span.line)
    return Tried(*place, outcome.rule, outcome.scenario, outcome.expected, outcome.found, problems, is_scenario=True)


def _of_suite(outcome: CaseOutcome) -> Tried:
    place = outcome.span.path, outcome.span.line
    return Tried(*place, outcome.suite, outcome.case, outcome.expected, outcome.found, outcome.problems)


def texts_of(decided: Decided) -> Texts:
    """The texts of the notices whose words a case reads, as an answer has them; no answer is made for the others."""
    asked, place = decided.page.question, decided.facts.get(PLACE)
    location = place if isinstance(place, LocationSet) else LocationSet.unknown()
    question = Question(decided.page.content, decided.facts, location)
    page = page_of(decided.ruleset, question, decided.days, asked.languages)
    read = {*asked.says, *asked.says_not}
    found: dict[str, list[str]] = {}
    for instance in decided.decision.instances:
        if instance.notice.id in read:
            found.setdefault(instance.notice.id, []).append(speak(page, instance, page.choose(instance)).text)
    return found


def _write(path: Path, report: bytes) -> None:
    try:
        path.write_bytes(report)
    except OSError as error:
        raise ConfigError(f"`{path}` cannot be written: {(error.strerror or 'no reason given').lower()}") from None


def _print(tried: Sequence[Tried], covered: Sequence[RuleCoverage] | None, options: _Options) -> None:
    for case in tried:
        for problem in case.problems:
            click.echo(f"{problem}\n")
    files = _files(tried)
    for file, cases, failed in files if len(files) > 1 else ():
        click.echo(f"{file}: {cases} case(s), {failed} failed")
    if covered is not None:
        _print_coverage(covered, options)
    click.echo(_summary(tried))


def _summary(tried: Sequence[Tried]) -> str:
    scenarios = [case for case in tried if case.is_scenario]
    cases = [case for case in tried if not case.is_scenario]
    parts = [f"{len(scenarios)} scenario(s) of {len({case.owner for case in scenarios})} rule(s)"]
    if cases:
        parts.append(f"{len(cases)} case(s) of {len({case.owner for case in cases})} suite(s)")
    return f"{', '.join(parts)}, {sum(bool(case.problems) for case in tried)} failed"


def _print_coverage(covered: Sequence[RuleCoverage], options: _Options) -> None:
    for rule in covered if options.shows_coverage else ():
        click.echo(f"{rule.percent:3d} %  {rule.rule} ({rule.cases} case(s))")
        for missing in rule.missing:
            click.echo(f"       {missing}")
    tried, total = totals(covered)
    click.echo(f"{percent(covered):3d} %  in all: {tried} of {total}")
    if options.is_too_little(covered):
        click.echo(f"error: less than {options.threshold} % is covered")


def _files(tried: Iterable[Tried]) -> list[tuple[str, int, int]]:
    """Every file with how many cases of it were asked, and how many failed."""
    groups = [(file, list(group)) for file, group in groupby(tried, key=lambda case: case.file)]
    return [(file, len(cases), sum(bool(case.problems) for case in cases)) for file, cases in groups]


def _as_data(ruleset: Ruleset, tried: Sequence[Tried], covered: Sequence[RuleCoverage] | None) -> dict[str, object]:
    data: dict[str, object] = {
        "scenarios": [_case(each, "rule", "scenario") for each in tried if each.is_scenario],
        "suites": [_case(each, "suite", "case") for each in tried if not each.is_scenario],
        "files": [{"file": file, "cases": cases, "failed": failed} for file, cases, failed in _files(tried)],
        "failed": sum(bool(case.problems) for case in tried),
        "meaning": ruleset.meaning,
    }
    if covered is not None:
        done, total = totals(covered)
        rules = [_covered(rule) for rule in covered]
        data["coverage"] = {"percent": percent(covered), "tried": done, "total": total, "rules": rules}
    return data


def _case(case: Tried, owner: str, name: str) -> dict[str, object]:
    place = {"file": case.file, "line": case.line}
    came = {"expected": case.expected, "found": case.found, "problems": case.problems}
    return {owner: case.owner, name: case.name, **place, **came}


def _covered(rule: RuleCoverage) -> dict[str, object]:
    lines = [{"fact": each.fact, "asks_for": each.asks_for, "missing": each.missing} for each in rule.lines]
    results = [result for result in rule.results if result not in rule.seen]
    counts = {"percent": rule.percent, "tried": rule.tried, "total": rule.total, "cases": rule.cases}
    return {"rule": rule.rule, **counts, "lines": lines, "missing": results}
