"""docs/language.md is the language: its examples load, its tables are complete, its "required" is true."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from compliance.errors import RulesError
from compliance.language import rules
from compliance.language.keys import KEYS
from compliance.language.load import load
from compliance.language.source import MOST_BYTES
from compliance.language.suite import DIRECTORY as SUITES
from compliance.language.syntax import MOST_DEPTH
from compliance.model.designation import Milestone, Stance
from compliance.model.facts import FACTS, Kind
from compliance.model.notice import Suppressible
from compliance.model.rule import Fixity, LawStatus, Placement, Purpose, Reach, Severity, Status
from compliance.model.ruleset import Ruleset
from compliance.model.territory import Extent
from compliance.review.scenarios import run
from compliance.store import known_zones
from tests.docs.blocks import shown_files
from tests.docs.console import difference, steps
from tests.docs.console import run as run_command
from tests.docs.service import DOCUMENTED
from tests.warm import commands

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "language.md").read_text(encoding="utf-8")
SHOWN = dict(shown_files(PAGE))
EXAMPLES = {path: text for path, text in SHOWN.items() if not path.startswith(f"{SUITES}/")}
RULE, LABEL, ENTITY, REGISTER, TERRITORY = (
    next(path for path in EXAMPLES if word in path)
    for word in ("reader-risk", "mention-label", "entities/", "registers/", "territories/")
)


def table(begin: str) -> list[list[str]]:
    """The rows of the first table below a line that begins so."""
    found = re.search(r"^\| .*?\n\n", PAGE[PAGE.index(f"\n{begin}") :], re.DOTALL | re.MULTILINE)
    assert found
    rows = [re.split(r" \| ", line.strip("| ")) for line in found[0].strip().splitlines() if "---" not in line]
    assert {len(row) for row in rows} == {len(rows[0])}
    return rows[1:]


def loaded(files: dict[str, str]) -> Ruleset:
    return load({name: text.encode() for name, text in files.items()}, known_zones())


def problems(files: dict[str, str]) -> list[str]:
    with pytest.raises(RulesError) as raised:
        loaded(files)
    return [problem.message for problem in raised.value.problems]


def without(path: str, key: str, indent: str = "") -> dict[str, str]:
    """The examples without a key (and what belongs to it) of one file."""
    text, count = re.subn(rf"^{indent}{key}:.*\n(?:{indent}  .*\n)*", "", EXAMPLES[path], count=1, flags=re.MULTILINE)
    assert count == 1, f"the example in {path} has no `{key}`"
    return {**EXAMPLES, path: text}


def required(section: str) -> Iterator[str]:
    yield from (key.name for key in KEYS[section] if key.required == "yes" and key.name != "language")


def test_the_examples_load_together_and_their_scenarios_hold() -> None:
    ruleset = loaded(EXAMPLES)
    assert (len(ruleset.rules), len(ruleset.entities), len(ruleset.registers), len(ruleset.territories)) == (3, 1, 1, 2)
    outcomes = list(run(ruleset))
    assert len(outcomes) > 6
    assert [str(outcome.problem) for outcome in outcomes if outcome.problem] == []


def test_the_commands_of_the_first_rule_print_what_the_page_shows(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(commands())
    first = next(path for path in EXAMPLES if path.startswith("my-rules/"))
    (tmp_path / first).parent.mkdir(parents=True)
    (tmp_path / first).write_text(EXAMPLES[first], encoding="utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    shown = [step for block in blocks for step in steps(block)]
    assert len(shown) > 3
    assert [difference(step.printed, run_command(step.command, tmp_path, DOCUMENTED)) for step in shown] == [
        None
    ] * len(shown)


def test_every_yaml_block_is_an_example_with_a_path() -> None:
    assert PAGE.count("```yaml") == len(SHOWN)


@pytest.mark.parametrize(
    ("path", "key", "indent"),
    [
        *((RULE, key, "") for key in required("rule")),
        *((RULE, key, "  ") for key in required("notice")),
        *((ENTITY, key, "") for key in required("entity")),
        *((REGISTER, key, "") for key in required("register")),
        *((TERRITORY, key, "") for key in required("territory")),
    ],
)
def test_a_key_that_the_table_requires_is_missed(path: str, key: str, indent: str) -> None:
    found = problems(without(path, key, indent))
    assert any(message.endswith(f"needs `{key}`") or "neither a rule nor" in message for message in found)


@pytest.mark.parametrize(
    ("path", "key", "indent"),
    [
        *((RULE, key, "") for key in ("summary", "if_unknown")),
        *((LABEL, key, "") for key in ("unless",)),
        *((RULE, key, "  ") for key in ("severity", "effects", "slots")),
        *((ENTITY, key, "") for key in ("names", "domains", "answers_to")),
    ],
)
def test_a_key_that_the_table_does_not_require_may_be_left_out(path: str, key: str, indent: str) -> None:
    assert loaded(without(path, key, indent)).rules


@pytest.mark.parametrize(
    ("path", "line", "key"),
    [
        (RULE, "    expect: required\n", "expect"),
        (RULE, "    date: 2024-02-20\n", "date"),
        (RULE, "    given: {publisher: rfe-rl, reader.location: RU}\n", "given"),
        (REGISTER, "    last_day: none\n", "last_day"),
        (REGISTER, "day: 2024-02-20, ", "day"),
        (TERRITORY, "extent: whole, ", "extent"),
        (TERRITORY, "codes: [UA-43, UA-40], ", "code"),
        (TERRITORY, "first_day: 2014-03-18, ", "first_day"),
        (RULE, ", timezone: Europe/Moscow", "timezone"),
    ],
)
def test_what_a_nested_table_requires_is_missed(path: str, line: str, key: str) -> None:
    assert line in EXAMPLES[path]
    found = problems({**EXAMPLES, path: EXAMPLES[path].replace(line, "", 1)})
    assert [message.split(" needs ")[-1] for message in found] == [f"`{key}`"]


def test_the_table_of_facts_is_the_vocabulary() -> None:
    rows = {row[0].strip("`"): row[1:] for row in table("## Facts")}
    assert list(rows) == list(FACTS)
    for name, (values, how_many, meaning, supplied_by) in rows.items():
        spec = FACTS[name]
        if spec.domain is not None:
            assert re.findall(r"`([^`]+)`", values) == list(spec.domain)
        elif spec.kind is not Kind.WORD:
            assert values == spec.kind.value
        assert (how_many == "a set") is spec.many
        assert meaning == spec.meaning
        assert supplied_by == spec.supplied_by


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("placement", Placement),
        ("purpose", Purpose),
        ("severity", Severity),
        ("fixity", Fixity),
        ("reach", Reach),
        ("suppress", Suppressible),
        ("status", Status),
        ("law_status", LawStatus),
        ("arms", Milestone),
        ("stance", Stance),
        ("extent", Extent),
        ("expect", rules.EXPECTED),
    ],
)
def test_the_words_of_a_key_are_all_listed(key: str, words: Iterable[str]) -> None:
    found = next(each for keys in KEYS.values() for each in keys if each.name == key)
    listed = set(re.findall(r"`([a-z_-]+)`", f"{found.values} {found.meaning}"))
    assert {str(word) for word in words} <= listed


def test_the_message_that_is_shown_is_the_one_that_comes() -> None:
    found = problems({**EXAMPLES, RULE: EXAMPLES[RULE].replace("  reader.location: [", "  reader.localtion: [", 1)})
    assert f"error: {found[0]}\n" in PAGE


def test_the_limits_that_are_named_are_those_of_the_reader() -> None:
    assert f"{MOST_BYTES:,} bytes long, with at most {MOST_DEPTH} levels" in PAGE


def test_every_link_leads_to_a_page_or_a_heading() -> None:
    prose = re.sub(r"^```.*?^```$", "", PAGE, flags=re.DOTALL | re.MULTILINE)
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", prose, re.MULTILINE)}
    links = set(re.findall(r"\]\(([^)]+)\)", prose))
    assert len(links) > 8
    for link in links:
        path, _, anchor = link.partition("#")
        assert anchor in headings if anchor else (DOCS / path).exists()
