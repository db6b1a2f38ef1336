"""Names that count for less than their file says are told to whoever wrote them, each problem once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance.cli import main
from compliance.review.lint import Finding, Level, lint
from compliance.store import packaged_rules, read_with_files
from tests.mentions.naming import dictionary
from tests.review.lint.clean import DAY, ids, only, pointed_at, with_parts
from tests.review.lint.test_sources import other
from tests.tiny import ruleset, written


def with_dictionary(*blocks: str) -> list[Finding]:
    """What is found where the words of Russian are known."""
    files = with_parts(*blocks)
    data = {path: text.encode() for path, text in files.items()}
    return list(lint(ruleset(files), DAY, data, inflector=dictionary()).findings)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Germany", "it is the name of a country"),
        ("Россия", "it is the name of a country"),
        ("Німеччина", "it is the name of a country"),
        ("Vereinigte Staaten", "it is the name of a country"),
        ("Bosnia and Herzegovina", "it is the name of a country"),
        ("GmbH", "it is a legal form"),
        ("ООО", "it is a legal form"),
        ("XZ", "it is too short"),
    ],
)
def test_a_name_that_never_counts_is_a_warning_at_the_name(name: str, why: str) -> None:
    finding = only(other(f"{{en: [{name}]}}"))
    assert (finding.id, finding.severity) == ("weakened-name", Level.WARNING)
    assert finding.message == f"`{name}` never counts as a name of `other`: {why}"
    assert pointed_at(finding) == name


@pytest.mark.parametrize("names", ["[{name: Germany, strength: never}]", "[Radio Germany]", "[XZ Radio GmbH]"])
def test_what_says_so_itself_or_is_longer_is_no_finding(names: str) -> None:
    assert ids(other(f"{{en: {names}}}")) == set()


def test_an_acronym_that_is_the_name_of_a_country_never_counts() -> None:
    assert only(other("{acronym: [USA]}")).message.startswith("`USA` never counts")


def test_a_form_that_never_counts_is_found_and_the_name_is_not() -> None:
    finding = only(other("{ru: [{name: Новая Россия Сегодня, forms: [Россия]}]}"))
    assert finding.message == "`Россия` never counts as a name of `other`: it is the name of a country"
    assert pointed_at(finding) == "Россия"


def test_forms_of_what_never_counts_are_one_finding_with_it() -> None:
    assert pointed_at(only(other("{ru: [{name: Россия, forms: [Россиюшка]}]}"))) == "Россия"


def test_words_of_the_dictionary_are_advice_and_are_not_called_ordinary_besides() -> None:
    for name in ("Новое утро", "Дождь"):
        (finding,) = with_dictionary(other(f"{{ru: [{name}]}}"))
        assert (finding.id, finding.severity) == ("weakened-name", Level.ADVICE)
        assert finding.message == f"`{name}` counts as a weak name only of `other`: its words are in the dictionary"
        assert pointed_at(finding) == name


@pytest.mark.parametrize("more", ["context: [ведущий]", "strength: weak"])
def test_what_says_what_stands_near_it_or_that_it_is_weak_is_no_finding(more: str) -> None:
    assert with_dictionary(other(f"{{ru: [{{name: Новое утро, {more}}}]}}")) == []


def test_a_name_that_two_publishers_would_be_found_by_is_one_finding() -> None:
    assert [finding.id for finding in with_dictionary(other("{en: [The Radio]}"))] == ["shared-alias"]


def test_a_name_is_pointed_at_in_the_language_in_which_it_is_weak() -> None:
    names = "{en: [Новое утро], ru: [Новое утро]}"
    (finding,) = with_dictionary(other(names))
    assert finding.span is not None
    assert finding.span.column - 1 == f"names: {names}".rindex("Новое утро")


def test_the_shipped_rules_rely_on_no_name_that_is_weaker_than_they_say() -> None:
    rules, files = read_with_files(packaged_rules())
    found = lint(rules, DAY, files, inflector=dictionary()).findings
    assert [str(each) for each in found if each.id == "weakened-name"] == []


def test_the_command_asks_the_dictionary_and_shows_code_hosts_the_line(clean: Path) -> None:
    written(clean / "rules", with_parts(other("{ru: [Новое утро]}")))
    result = CliRunner().invoke(main, ["lint", "rules", "--as-of", str(DAY), "--sarif"])
    assert (result.exit_code, result.stderr) == (0, "")
    (found,) = json.loads(result.stdout)["runs"][0]["results"]
    assert found["ruleId"] == "weakened-name"
    (place,) = found["locations"]
    assert place["physicalLocation"]["region"]["startLine"] == 4
