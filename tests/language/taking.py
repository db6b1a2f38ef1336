"""What it means that the product takes rule files well, whatever is in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Final

from compliance.assemble import Moment, Question, assemble
from compliance.content.facts import Content, resolved
from compliance.content.publisher import Directory
from compliance.engine.index import Index
from compliance.errors import Problem, RulesError, Span
from compliance.language.format import format_file
from compliance.language.load import load
from compliance.language.source import Map, in_utf_8, read
from compliance.language.suite import load_suites, misplaced
from compliance.language.syntax import LINE_BREAK
from compliance.model.ruleset import Ruleset
from compliance.model.territory import LocationSet
from compliance.review.lint import lint
from compliance.review.scenarios import run
from tests.language.prey import MOST_FILES, Files, shipped, small, suites
from tests.language.reading import ZONES
from tests.language.test_json_schema import as_we_read, faults

DAYS: Final = (date(2026, 6, 1), date.min, date.max)
"""Lint is asked as of these: its horizon must not leave the calendar."""
_INNARDS: Final = re.compile(r"<class '|<[\w.]+ object|\bat 0x[0-9a-f]{6}|NoneType|Traceback")
_KNOWN: Final = frozenset(data for files in (*small(), shipped(), suites()) for data in files.values())


def take_rules(files: Files) -> None:
    """Load, try out, lint and lay out; a rule set or problems come out, and all readers of the files agree."""
    try:
        ruleset = load(files, ZONES, root="rules")
    except RulesError as error:
        told(error.problems, files, "rules")
        str(error)
        return
    use(ruleset, {f"rules/{name}": data for name, data in files.items()})
    new = {name: data for name, data in files.items() if data not in _KNOWN}
    laid_out = {name: take_layout(name, data) for name, data in new.items()}
    again = {**files, **{name: data for name, data in laid_out.items() if data is not None}}
    assert again == files or load(again, ZONES).meaning == ruleset.meaning, "the layout means something else"
    for name, data in new.items():
        assert faults(as_we_read(data)) == [], f"an editor underlines {name}, which loads"


def use(ruleset: Ruleset, files: Files) -> None:
    """What is done with every rule set that loads."""
    lines = lines_of(files)
    for day in DAYS if len(files) <= MOST_FILES else DAYS[:1]:
        for finding in lint(ruleset, day, files).findings:
            assert finding.span is not None, f"`{finding.id}` has no place"
            placed(finding.message, finding.span, lines)
            str(finding)
    failed = [outcome.problem for outcome in run(ruleset) if outcome.problem is not None]
    if failed:
        told(failed, files, "")
    answer(ruleset)


def answer(ruleset: Ruleset) -> None:
    """Answer what a few scenarios ask, on their day and on the first and the last that there are."""
    directory = Directory.of(ruleset.entities.values(), ruleset.registers, ruleset.words)
    index = Index(ruleset)
    for scenario in (each for rule in ruleset.active_rules[:4] for each in rule.scenarios[:2]):
        facts = resolved(scenario.given, directory)
        place = facts.get("reader.location")
        location = place if isinstance(place, LocationSet) else LocationSet.unknown()
        for day in (scenario.date, date.min, date.max):
            decision = index.decide(facts, days := dict.fromkeys(ruleset.zones, day))
            moment = Moment(datetime.combine(day, time(), UTC), days, day, None)
            assemble(ruleset, Question(Content(), facts, location), decision, moment, ("ru", "en"))


def take_layout(name: str, data: bytes) -> bytes | None:
    """The layout of a file, which stays as it is; None if it has none, and then problems say why."""
    found, problems = format_file(name, data)
    tree, wrong = read(name, data)
    if found is None:
        assert problems
        told(problems, {name: data}, "")
        assert wrong or not isinstance(tree, Map) or [each.message for each in problems] == ["the key is too long"]
        return None
    assert not problems
    assert not wrong
    assert format_file(name, found) == (found, []), "laid out twice, it is another"
    return found


def take_files(files: Files) -> None:
    """Lay out each file by itself, and see whether it stands where no rules are loaded."""
    for name, data in files.items():
        take_layout(name, data)
        problem = misplaced(name, data)
        if problem is not None:
            told([problem], {name: data.replace(b"\0", b"")}, "")  # what is UTF-16 is shown as it is meant


def take_suites(files: Files, ruleset: Ruleset) -> None:
    """Read suites; they come out, or problems."""
    try:
        load_suites(files, ruleset, root="rules/tests")
    except RulesError as error:
        told(error.problems, files, "rules/tests")
        str(error)


def told(problems: Iterable[Problem], files: Files, root: str) -> None:
    """Whether there are problems, each of them once, with file, line, column and message."""
    problems = list(problems)
    assert problems, "it is refused, and nothing says why"
    places = [(each.span.path, each.span.line, each.span.column) for each in problems if each.span]
    assert root == "" or places == sorted(places), "the problems are not in the order of the files"
    seen = set()
    lines = lines_of(files, root)
    for problem in problems:
        assert problem.span is not None, f"`{problem.message}` has no place"
        assert problem.help, f"`{problem.message}` has no help"
        placed(problem.message, problem.span, lines)
        key = problem.message, problem.span.path, problem.span.line, problem.span.column
        assert key not in seen, f"`{problem.message}` is said twice of one place"
        seen.add(key)
        told_as_text = str(problem)
        assert all(each.isprintable() or each == "\n" for each in told_as_text)
        assert "\n  --> " in told_as_text


def lines_of(files: Files, root: str = "") -> dict[str, list[str]]:
    """The lines of each file, by the path that places name."""
    return {
        in_utf_8(f"{root}/{name}" if root else name): LINE_BREAK.split(data.decode("utf-8-sig", "replace"))
        for name, data in files.items()
    }


def placed(message: str, span: Span, files: Mapping[str, list[str]]) -> None:
    """Whether a message is a sentence of ours about a place that there is."""
    assert message.strip()
    assert not message.endswith(".") or message.endswith("`."), message[:200]
    assert not _INNARDS.search(message), message[:200]
    lines = files[span.path]
    assert 1 <= span.line <= len(lines), f"`{message[:200]}` is on line {span.line} of {len(lines)}"
    line = lines[span.line - 1]
    assert span.text in {line, ""}, f"`{message[:200]}` shows another line than that which it names"
    assert 1 <= span.column <= len(line) + 1, f"`{message[:200]}` is in column {span.column} of {len(line)}"
    assert span.width >= 1
    assert span.column + span.width - 1 <= max(1, len(line)) + 1
