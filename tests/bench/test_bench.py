"""The benchmark's own rules and questions, answered by our engine: nothing that it measures is wrong."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from compliance import Checker
from compliance.engine.decide import decide
from compliance.language import digest
from tests.bench.parts.contender import Absent
from tests.bench.parts.job import DAY, make_job, make_questions, right_answer
from tests.bench.parts.ours import OURS, Ours, checker_of, files_of, loaded, modelled, statuses
from tests.bench.parts.peers import Lookup, Loop

JOB = make_job(50)
KNOWN = make_questions(JOB, 150, is_known=True)
UNKNOWN = make_questions(JOB, 20, is_known=False)
ASKED = [*KNOWN, *UNKNOWN]


@cache
def opened() -> Checker:
    """On the rules of the job; what is asked changes nothing in it."""
    return checker_of(JOB)


@cache
def plain(absent: Absent) -> list[list[tuple[str, str]]]:
    """What the plain evaluator says to each question."""
    inside, ruleset = OURS[-1](), opened().ruleset
    inside.use(opened())
    days = dict.fromkeys(ruleset.zones, DAY)
    return [list(statuses(decide(ruleset, inside.prepare(each, absent), days))) for each in ASKED]


@pytest.mark.parametrize("kind", OURS)
@pytest.mark.parametrize("absent", Absent)
def test_our_answers_are_right_and_those_of_the_plain_evaluator(kind: type[Ours], absent: Absent) -> None:
    ours = kind()
    ours.use(opened())
    for question, expected in zip(ASKED, plain(absent), strict=True):
        found = list(statuses(ours.ask(ours.prepare(question, absent))))
        assert found == expected
        status = "possible" if question.country is None else "required"
        assert dict(found) == dict.fromkeys(right_answer(JOB, question), status)


@pytest.mark.parametrize("kind", [Loop, Lookup])
def test_the_engines_written_by_hand_are_right(kind: type[Loop]) -> None:
    engine = kind()
    engine.load(engine.encode(JOB))
    for question in ASKED:
        found = engine.ask(engine.prepare(question, Absent.MISSING))
        assert found == right_answer(JOB, question)


def test_the_rule_set_built_in_the_model_is_the_one_that_the_files_mean() -> None:
    ruleset = loaded(files_of(JOB))
    assert digest.meaning(modelled(JOB)) == ruleset.meaning
    assert replace(modelled(JOB)).zones == ruleset.zones


def test_the_questions_meet_every_kind_of_rule() -> None:
    answers = [right_answer(JOB, question) for question in KNOWN]
    assert any(answers)
    assert not all(answers)
    assert any(question.on_lists for question in KNOWN)


def test_among_many_rules_no_question_comes_twice() -> None:
    questions = make_questions(make_job(400), 150, is_known=True)
    assert len(set(questions)) == len(questions) == 150


def test_the_same_seed_gives_the_same_job() -> None:
    assert make_job(50) == JOB
    assert make_questions(JOB, 150, is_known=True) == KNOWN
