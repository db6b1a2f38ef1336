"""The documentation is compared for real: what is false in it fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from sybil import Example
from sybil.document import Document
from sybil.example import SybilFailure

from tests.docs.blocks import PARSERS, shown_files
from tests.docs.console import Step, difference, steps

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.fixture
def evaluate(documented_service: str, tmp_path: Path) -> Evaluate:
    return Evaluate(documented_service, tmp_path / "document.md")


class Evaluate:
    """Evaluates the blocks of a text that hold a word, as if it were a document; the documents try their own."""

    def __init__(self, service: str, path: Path) -> None:
        self.service, self.path = service, path

    def __call__(self, text: str, word: str) -> None:
        for example in self.blocks(text, word):
            example.evaluate()

    def blocks(self, text: str, word: str) -> list[Example]:
        self.path.write_text(text, encoding="utf-8")
        document = Document.parse(str(self.path), *PARSERS)
        document.namespace["documented_service"] = self.service
        return [example for example in document.examples() if word in example.parsed]


@pytest.mark.parametrize(
    ("word", "true", "false"),
    [
        ("curl", '"status": "required"', '"status": "possible"'),
        ("curl", '"detail": "the reader is in RU"', '"detail": "the reader is in UA"'),
        ("curl", "  ...\n", '  ...\n  "receipt": null\n  ...\n'),
        ("mkdir", "the nearest is", "did you mean"),
        ("mkdir", "broken/rule.yaml:14:3", "broken/rule.yaml:15:3"),
        ("compliance test", "3 scenario(s)", "4 scenario(s)"),
        ("compliance test my-rules\n3", "last_day: none", "last_day: 2023-12-31"),
        ("scenarios:", "reader.location: NO\n", "reader.location: NOWAY\n"),
        ("scenarios:", "expect: possible", "expect: required"),
        (">>> ", "'required')", "'possible')"),
    ],
)
def test_a_readme_that_says_something_false_fails(evaluate: Evaluate, word: str, true: str, false: str) -> None:
    assert evaluate.blocks(README, word), "the README no longer holds such a block"
    assert true in README
    with pytest.raises(SybilFailure):
        evaluate(README.replace(true, false), word)


@pytest.mark.parametrize(
    ("word", "true", "false"),
    [
        ("A headline", '"content.promotes": "nothing"', '"content.promotse": "no"'),
        ("healthz", '{"status":"ok"}', '{"status":"well"}'),
        ("artcle", '"where": "content.facts.content.kind"', '"where": "content.kind"'),
    ],
)
def test_a_reference_that_says_something_false_fails(evaluate: Evaluate, word: str, true: str, false: str) -> None:
    assert evaluate.blocks(API, word), "the reference no longer holds such a block"
    assert true in API
    with pytest.raises(SybilFailure):
        evaluate(API.replace(true, false), word)


def test_a_python_block_that_is_no_session_fails(evaluate: Evaluate) -> None:
    with pytest.raises(SybilFailure, match="session"):
        evaluate("```python\nprint(1)\n```\n", "print")


def test_a_rule_file_without_a_path_fails(evaluate: Evaluate) -> None:
    with pytest.raises(SybilFailure, match="names its path"):
        evaluate("A rule:\n\n```yaml\nlanguage: 1\n```\n", "language")


def test_the_readme_shows_one_rule_file_with_its_path() -> None:
    assert [path for path, _ in shown_files(README)] == ["my-rules/no/retouched-person-mark.yaml"]


def test_equal_output_does_not_differ() -> None:
    assert difference("one\ntwo", "one\ntwo\n") is None


def test_no_output_is_compared_too() -> None:
    assert difference("", "") is None
    assert difference("", "something\n") is not None
    assert difference("something", "") is not None


def test_dots_in_a_line_stand_for_characters_of_that_line() -> None:
    assert difference("one ... three", "one two three\n") is None
    assert difference("one ... three", "one\ntwo three\n") is not None


def test_dots_on_a_line_stand_for_whole_lines() -> None:
    assert difference("one\n  ...\nfour", "one\ntwo\nthree\nfour\n") is None
    assert difference("one\n...\nfour", "one\nfour\n") is None
    assert difference("one\n...\nfour", "one\ntwofour\n") is not None


@pytest.mark.parametrize(
    "found", ["one\n", "one\ntwo\nthree\n", "two\none\n", "One\ntwo\n", "one\n two\n", "one.two\n"]
)
def test_wrong_output_differs(found: str) -> None:
    assert difference("one\ntwo", found) is not None


def test_a_difference_shows_both_sides() -> None:
    assert difference("one\ntwo", "one\nthree\n") == "--- documented\n+++ printed\n@@ -1,2 +1,2 @@\n one\n-two\n+three"


def test_a_command_goes_on_while_a_quote_is_open() -> None:
    block = "$ echo 'one\ntwo' \\\n  three\none\ntwo three\n$ true\n"
    assert steps(block) == [Step("echo 'one\ntwo' \\\n  three", "one\ntwo three"), Step("true", "")]


def test_a_console_block_begins_with_a_command() -> None:
    with pytest.raises(ValueError, match="begins with"):
        steps("echo one\none\n")
