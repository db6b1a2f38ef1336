"""Suites ask all rules together, and say at once everything that did not come out as expected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from textwrap import indent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.cli.testing import texts_of
from compliance.engine.decide import decide
from compliance.errors import RulesError
from compliance.language.suite import load_suites, misplaced
from compliance.model.rule import Status
from compliance.model.suite import RESULTS
from compliance.review.results import strongest
from compliance.review.suites import CaseOutcome, Decided, Suites, Texts, label
from tests.tiny import TINY, changed, ruleset

HEAD = "language: 1\nsuite: readers\ntitle: Readers\nas_of: 2021-06-01\nlanguages: [en]\n"
LISTED = "given: {publisher: radio, reader.location: RU}"
SECOND = changed(
    "warn.yaml", ("rule: warn", "rule: second"), ("  publisher.designated_as: x/list\n", "  content.kind: article\n"),
    ("if_unknown:\n  publisher.designated_as: review\n", ""), ("publisher: radio,", "content.kind: article,"),
)["warn.yaml"]  # fmt: skip


def suite(*lines: str, head: str = HEAD) -> str:
    """A suite with one question."""
    return f"{head}questions:\n  - name: one\n" + indent("".join(f"{line}\n" for line in lines), "    ")


def run(text: str, files: Mapping[str, str] = TINY, as_of: date | None = None) -> list[CaseOutcome]:
    rules = ruleset(files)
    return list(Suites(rules, load_suites({"a.yaml": text.encode()}, rules), texts_of).run(as_of))


def wrong(text: str, files: Mapping[str, str] = TINY) -> list[tuple[str, str | None]]:
    """What is wrong with the one case of a suite: messages without their beginning, and reasons."""
    (outcome,) = run(text, files)
    return [(each.message.removeprefix("question `one` "), each.help) for each in outcome.problems]


def test_a_question_that_comes_out_as_expected_has_no_problem() -> None:
    (outcome,) = run(suite(LISTED, "expect: {warn: required}", "only: true"))
    assert (outcome.suite, outcome.case, outcome.problems) == ("readers", "one", ())
    assert outcome.expected == outcome.found == "warn: required"


@pytest.mark.parametrize("word", ["possible", "review", "none"])
def test_a_notice_that_comes_out_otherwise_is_named_with_the_nearest_reason(word: str) -> None:
    ((message, reason),) = wrong(suite(LISTED, f"expect: {{warn: {word}}}"))
    assert message == f"expects {word} of `warn`, and the rules say required"
    assert reason is not None
    assert reason.startswith("`radio` is declared in `x/list`")


def test_a_notice_that_is_missing_says_which_condition_fails() -> None:
    found = wrong(suite("given: {publisher: radio, reader.location: US}", "expect: {warn: required}"))
    assert found == [("expects required of `warn`, and the rules say none", "`reader.location` is not `RU`")]


def test_a_single_word_is_the_strongest_of_all_notices() -> None:
    page = "given: {publisher: radio, content.kind: article, reader.location: [RU, US]}"
    both = {**TINY, "second.yaml": SECOND}
    assert wrong(suite(page, "expect: possible"), both) == []
    ((message, reason),) = wrong(suite(page, "expect: none"), both)
    assert message == "expects none, and the rules say possible of `second` and possible of `warn`"
    assert reason == "not known: `reader.location`"


def test_where_nothing_comes_out_the_rule_that_came_nearest_says_why_not() -> None:
    page = "given: {publisher: paper, content.kind: article, reader.location: US}"
    ((message, reason),) = wrong(suite(page, "expect: required"), {**TINY, "second.yaml": SECOND})
    assert message == "expects required, and the rules say none"
    assert reason == "the nearest is `second`: `reader.location` is not `RU`"
    asleep = changed("warn.yaml", ("status: active", "status: retired"))
    assert wrong(suite(page, "expect: required"), asleep) == [(message, "no rule is active")]


def test_a_notice_that_nobody_named_counts_only_where_no_other_may_come() -> None:
    page = "given: {publisher: radio, content.kind: article, reader.location: RU}"
    both = {**TINY, "second.yaml": SECOND}
    assert wrong(suite(page, "expect: {warn: required}"), both) == []
    ((message, _),) = wrong(suite(page, "expect: {warn: required}", "only: true"), both)
    assert message == "expects no other notice, and the rules ask for `second`"


def test_a_notice_that_another_took_the_place_of_says_so() -> None:
    stronger = SECOND.replace("purpose: reader-safety", "purpose: legal-duty\n  supersedes: [warn]")
    page = "given: {publisher: radio, content.kind: article, reader.location: RU}"
    ((message, reason),) = wrong(suite(page, "expect: {warn: required}"), {**TINY, "second.yaml": stronger})
    assert message == "expects required of `warn`, and the rules say none"
    assert reason == "superseded by the required notice `second`"


def test_drafts_are_silent_until_a_suite_asks_for_them() -> None:
    draft = changed("warn.yaml", ("status: active", "status: draft"))
    ((_, reason),) = wrong(suite(LISTED, "expect: {warn: required}"), draft)
    assert reason == "only rules with `status: draft` ask for it, and they do not fire"
    assert wrong(suite(LISTED, "expect: {warn: required}", head=f"{HEAD}drafts: true\n"), draft) == []
    retired = changed("warn.yaml", ("status: active", "status: retired"))
    ((_, reason),) = wrong(suite(LISTED, "expect: {warn: required}", head=f"{HEAD}drafts: true\n"), retired)
    assert reason == "only rules with `status: retired` ask for it, and they do not fire"


# -- what a result hangs on, and what it says ---------------------------------------------------------------


def test_a_reason_that_is_not_the_reason_is_a_problem() -> None:
    page = "given: {publisher: radio, reader.location: [RU, US]}"
    assert wrong(suite(page, "expect: {warn: possible}", "because: reader.location unknown")) == []
    ((message, reason),) = wrong(suite(page, "expect: {warn: possible}", "because: publisher unknown"))
    assert message == "rests on `publisher` unknown, and it is not what decides"
    assert reason == "the result hangs on `reader.location`"


def test_a_reason_has_to_be_that_of_each_notice_that_is_named() -> None:
    both = {**TINY, "second.yaml": SECOND}
    page = "given: {publisher: radio, content.kind: [article, opinion], reader.location: [RU, US]}"
    expected = "expect: {warn: possible, second: possible}"
    assert wrong(suite(page, expected, "because: reader.location unknown"), both) == []
    assert wrong(suite(page, expected, "because: content.kind unknown"), both) == [
        (
            "rests on `content.kind` unknown, and it is not what decides of `warn`",
            "the result hangs on `reader.location`",
        )
    ]
    sure = "expect: {warn: required, second: possible}"
    page = page.replace("[RU, US]", "RU")
    assert wrong(suite(page, sure, "because: content.kind unknown"), both) == []
    assert wrong(suite(page.replace("RU", "[RU, US]"), "expect: possible", "because: content.kind unknown"), both) == []


def test_words_that_must_not_be_are_found_where_none_are_asked_for() -> None:
    found = wrong(suite(LISTED, "expect: required", "says_not: {warn: the list}"))
    assert found == [("reads `the list` in `warn`", "it reads: Radio is on the list.")]


def test_words_that_are_missing_or_should_be_are_shown_with_the_text() -> None:
    says = "says: {warn: [Radio, is off   the list]}"
    found = wrong(suite(LISTED, "expect: required", says, "says_not: {warn: [the list, banned]}"))
    assert found == [
        ("does not read `is off the list` in `warn`", "it reads: Radio is on the list."),
        ("reads `the list` in `warn`", "it reads: Radio is on the list."),
    ]


def test_words_are_read_in_the_language_of_the_question_or_of_the_suite() -> None:
    russian = suite(LISTED, "expect: required", "language: ru", "says: {warn: в списке}")
    assert wrong(russian) == []
    assert wrong(russian.replace("language: ru\n    ", "")) != []
    assert wrong(russian.replace("language: ru\n    ", "").replace("[en]", "[ru-RU, en]")) == []


def test_a_possible_notice_has_its_conditional_words() -> None:
    page = "given: {publisher: radio, reader.location: unknown}"
    assert wrong(suite(page, "expect: {warn: possible}", "says: {warn: If you are in Russia}")) == []


def test_words_of_a_notice_that_is_missing_are_no_second_problem() -> None:
    away = "given: {publisher: radio, reader.location: US}"
    assert len(wrong(suite(away, "expect: {warn: required}", "says: {warn: Radio}"))) == 1
    page = "given: {content.kind: article, publisher: paper, reader.location: RU}"
    found = wrong(suite(page, "expect: required", "says: {warn: Radio}"), {**TINY, "second.yaml": SECOND})
    why = "`publisher.designated_as` is not `x/list`"
    assert found == [("has no words of `warn`: nobody asks for it", why)]


def test_of_several_entities_the_strongest_result_counts_and_one_text_is_enough() -> None:
    files = changed(
        "warn.yaml",
        ("when:\n", "for_each: content.mentions\nwhen:\n"),
        ("  publisher.designated_as: x/list\n", "  mention.designated_as: x/list\n"),
        ("  publisher.designated_as: review", "  mention.designated_as: review"),
        ("{publisher.title}", "{mention.title}"),
        ("given: {publisher: radio, reader.location: RU}", "given: {content.mentions: radio, reader.location: RU}"),
        ("given: {publisher: radio, reader.location: US}", "given: {content.mentions: radio, reader.location: US}"),
        ("{publisher: radio, reader.location: unknown}", "{content.mentions: radio, reader.location: unknown}"),
    )
    page = "given: {content.mentions: [radio, perhaps paper], reader.location: RU}"
    assert wrong(suite(page, "expect: {warn: required}", "says: {warn: Radio is}"), files) == []


# -- days and places ----------------------------------------------------------------------------------------


def test_every_combination_of_days_and_places_is_a_case_with_a_name_of_its_own() -> None:
    outcomes = run(
        suite(
            "given: {publisher: radio}",
            "dates: [2020-12-31, 2021-01-01]",
            "places: [RU, unknown]",
            "expect: {2020-12-31: none, 2021-01-01: {RU: {warn: required}, unknown: {warn: possible}}}",
            "because: reader.location unknown",
            "says: {warn: Radio}",
        ).replace("says: {warn: Radio}", "says_not: {warn: Paper}")
    )
    assert [(each.case, each.found, each.problems) for each in outcomes] == [
        ("one (2020-12-31, RU)", "none", ()),
        ("one (2020-12-31, unknown)", "none", ()),
        ("one (2021-01-01, RU)", "warn: required", ()),
        ("one (2021-01-01, unknown)", "warn: possible", ()),
    ]


def test_places_may_stand_outside_and_days_inside_and_what_is_said_once_holds_for_all() -> None:
    days = "dates: [2020-12-31, 2021-01-01]"
    for expect in (
        "expect: {RU: {2020-12-31: none, 2021-01-01: required}, US: none}",
        "expect: {2020-12-31: none, 2021-01-01: {RU: required, US: none}}",
    ):
        outcomes = run(suite("given: {publisher: radio}", days, "places: [RU, US]", expect))
        assert [each.found for each in outcomes] == ["none", "none", "required", "none"]
        assert not any(each.problems for each in outcomes)


def test_a_question_without_a_day_has_that_of_its_suite_and_another_day_may_take_its_place() -> None:
    text = suite(LISTED, "expect: required")
    assert [each.found for each in run(text)] == ["required"]
    assert [each.found for each in run(text, as_of=date(2020, 12, 31))] == ["none"]
    own = suite(LISTED, "date: 2021-06-01", "expect: required")
    assert [each.found for each in run(own, as_of=date(2020, 12, 31))] == ["required"]


def test_a_page_is_described_as_a_caller_describes_it() -> None:
    for page in (
        "content: {url: 'https://www.radio.example/a', headline: X, language: en, date_published: 2009-12-17}",
        "content: {publisher: The Radio}",
        "content: {publisher: radio.example, text: words}",
    ):
        for place in ("reader: {country: RU}", "reader: {country: RU, subdivision: RU-MOW}", "places: [RU]"):
            assert wrong(suite(page, place, "expect: {warn: required}")) == []


def test_what_no_caller_could_ask_is_refused_before_anything_is_asked() -> None:
    text = suite("content: {publisher: radio, date_published: lately}", "expect: none")
    text += indent(f"- name: two\n  content: {{language: x}}\n  {LISTED}\n  expect: required\n", "  ")
    with pytest.raises(RulesError) as raised:
        run(text)
    problems = raised.value.problems
    assert [each.span.line for each in problems if each.span] == [7, 10]
    assert "this is no day" in problems[0].message
    assert "is not a language tag" in problems[1].message


@settings(max_examples=60)
@given(
    st.sampled_from(["radio", "paper", "nobody.example", "unknown"]),
    st.lists(st.sampled_from(["RU", "US", "UA", "unknown"]), min_size=1, unique=True),
    st.lists(st.dates(date(2020, 12, 29), date(2021, 1, 3)), min_size=1, max_size=3, unique=True),
)
def test_what_comes_out_is_what_the_plain_evaluator_says(publisher: str, places: list[str], days: list[date]) -> None:
    dates = ", ".join(day.isoformat() for day in days)
    text = suite(
        f"given: {{publisher: {publisher}}}", f"dates: [{dates}]", f"places: [{', '.join(places)}]", "expect: none"
    )
    rules = ruleset()
    seen: list[Decided] = []

    def watch(decided: Decided) -> Texts:
        seen.append(decided)
        return texts_of(decided)

    text += "    says_not: {warn: nowhere}\n"
    outcomes = list(Suites(rules, load_suites({"a.yaml": text.encode()}, rules), watch).run())
    assert len(outcomes) == len(seen) == len(places) * len(days)
    for outcome, decided in zip(outcomes, seen, strict=True):
        plain = decide(rules, decided.facts, decided.days)
        assert outcome.found == strongest(plain.instances)
        assert bool(outcome.problems) is (outcome.found != "none")
        assert label(decided.page.question, decided.case) == outcome.case


def test_the_results_are_ranked_from_nothing_to_certain() -> None:
    assert RESULTS == ("none", "review", "possible", "required")
    assert strongest(()) == "none"
    assert ruleset().rules["warn"].status is Status.ACTIVE


# -- rule files among the suites ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        TINY["warn.yaml"],
        TINY["radio.yaml"],
        TINY["list.yaml"],
        "language: 1\nterritory: t\n",
        "{language: 1, rule: warn}",
        "  language: 1\n  rule: warn\n",
        "language: 1\n'rule': warn\n",
        "language: 1\nrule: warn\ntitle: [\n",
        HEAD + "rule: warn\n",
    ],
)
def test_a_rule_file_among_the_suites_is_seen_however_it_is_written(text: str) -> None:
    problem = misplaced("rules/tests/a.yaml", text.encode())
    assert problem is not None
    assert problem.message == "rule files under `tests/` are not loaded"
    assert problem.help == "move it to another folder: under `tests/` stand suites"
    assert problem.span is not None
    assert problem.span.text[problem.span.column - 1 :].startswith(("rule", "entity", "register", "territory", "'rule"))


def test_a_rule_file_among_the_suites_is_seen_under_a_name_that_is_not_utf_8() -> None:
    problem = misplaced("rules/tests/a\udcff.yaml", TINY["warn.yaml"].encode())
    assert problem is not None
    assert problem.span is not None
    assert problem.span.path == "rules/tests/a?.yaml"


@pytest.mark.parametrize(
    "text",
    [
        suite(LISTED, "expect: required"),
        "",
        "- x\n",
        "{",
        "suite: a\nrule: [\n",
        "# rule: warn\n",
        "title: 'rule: x'\n",
    ],
)
def test_what_is_no_rule_file_is_left_alone(text: str) -> None:
    assert misplaced("rules/tests/a.yaml", text.encode()) is None
