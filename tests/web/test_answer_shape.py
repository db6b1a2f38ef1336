"""Whole answers as callers get them, pinned: what changes here changes for every caller."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.web.asking import ARTICLE, DAY, Asker

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "answers"
OF_THE_RULES = re.compile(r"sha256:[0-9a-f]{64}|(?<=ruleset:)[0-9a-f]{12}|\b[0-9a-f]{32}\b")
"""What changes with every edit of any rule file, and so is left out of the pinned answers."""
QUESTIONS: dict[str, dict[str, Any]] = {
    "required-in-russia": {
        "content": ARTICLE,
        "reader": {"location": {"country": "RU"}},
        "languages": ["en", "ru"],
        "as_of": DAY,
    },
    "possible-in-ukraine": {
        "content": ARTICLE,
        "reader": {"location": {"country": "UA"}},
        "languages": ["uk"],
        "as_of": DAY,
    },
    "held-for-a-publisher-nobody-declared": {
        "content": {**ARTICLE, "publisher": "some-site.example"},
        "reader": {"location": {"country": "RU"}},
        "as_of": DAY,
    },
    "explained-in-the-united-states": {
        "content": ARTICLE,
        "reader": {"address": "8.8.8.8"},
        "as_of": DAY,
        "explain": True,
    },
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_answer_is_the_pinned_one(asker: Asker, name: str) -> None:
    response = asker.check(QUESTIONS[name])
    pinned = {"question": QUESTIONS[name], "answer": json.loads(OF_THE_RULES.sub("DIGEST", response.text))}
    shown = json.dumps(pinned, indent=2, ensure_ascii=False) + "\n"
    path = GOLDEN / f"{name}.json"
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == shown, "if this is meant, run `make golden` and read the diff"


def test_digests_in_an_answer_name_the_rules_and_the_question(asker: Asker) -> None:
    answers = [json.loads(asker.check(question).data) for question in QUESTIONS.values()]
    assert len({answer["decision"] for answer in answers}) == len(answers)
    assert len({answer["cache"]["key"] for answer in answers}) == len(answers)
    assert len({answer["ruleset"]["meaning"] for answer in answers}) == 1
    again = [json.loads(asker.check(question).data) for question in QUESTIONS.values()]
    assert again == answers
