"""Scenarios: each asks its own rule alone, and says plainly what came out instead."""

from __future__ import annotations

import pytest

from compliance.errors import Problem
from compliance.model.decision import Decision
from compliance.model.rule import Status
from compliance.review.scenarios import Outcome, found_in, run
from tests.tiny import TINY, changed, ruleset

LISTED = "given: {publisher: radio, reader.location: RU}\n    expect: required"


def outcomes(*edits: tuple[str, str], also: dict[str, str] | None = None) -> dict[str, Outcome]:
    found = run(ruleset(changed("warn.yaml", *edits, also=also)))
    return {outcome.scenario: outcome for outcome in found if outcome.rule == "warn"}


def problem(scenario: str, *edits: tuple[str, str], also: dict[str, str] | None = None) -> Problem:
    found = outcomes(*edits, also=also)
    assert [name for name, each in found.items() if each.problem] == [scenario]
    result = found[scenario].problem
    assert result is not None
    return result


def test_scenarios_that_hold_have_no_problem() -> None:
    found = outcomes()
    assert {name: each.found for name, each in found.items()} == {
        "listed": "required",
        "elsewhere": "none",
        "place not known": "possible",
    }
    assert all(each.problem is None and each.found == each.expected for each in found.values())


@pytest.mark.parametrize("expected", ["none", "possible", "review"])
def test_a_scenario_that_fails_says_what_was_expected_and_what_came_out(expected: str) -> None:
    found = problem("listed", (LISTED, LISTED.replace("required", expected)))
    assert found.message == f"scenario `listed` expects {expected}, and the rule says required"
    assert found.help is not None
    assert "`radio` is declared in `x/list`" in found.help
    assert found.span is not None
    assert (found.span.path, found.span.line) == ("warn.yaml", 27)


def test_a_scenario_that_fails_because_of_a_slip_in_the_publisher_names_the_declared_one() -> None:
    for slip, near in (("raddio", "radio"), ("raddio.example", "radio.example")):
        found = problem("listed", (LISTED, LISTED.replace("publisher: radio", f"publisher: {slip}")))
        assert found.help == f"not known: `publisher.designated_as`; nobody declared `{slip}`: the nearest is `{near}`"
    found = problem("listed", (LISTED, LISTED.replace("publisher: radio", "publisher: some-site.example")))
    assert found.help == "not known: `publisher.designated_as`"


def test_a_scenario_in_another_place_than_the_law_is_told_that_the_reach_gives_the_notice() -> None:
    reach = ("placement: footer", "placement: footer\n  reach: everywhere")
    found = problem("elsewhere", reach)
    assert found.message == "scenario `elsewhere` expects none, and the rule says possible"
    assert found.help == "`reach: everywhere` gives it to readers in all other places too, as possible"


def test_a_scenario_on_a_day_outside_a_listing_says_on_which_days_it_is_listed() -> None:
    before = "name: listed\n    date: 2020-06-01"
    found = problem("listed", ("name: listed\n    date: 2021-06-01", before))
    assert found.help == "`publisher.designated_as` is not `x/list`: `radio` is in `x/list` from 2021-01-01 only"


def test_a_scenario_that_finds_nothing_says_which_condition_failed() -> None:
    found = problem("listed", (LISTED, LISTED.replace("RU", "US")))
    assert found.message == "scenario `listed` expects required, and the rule says none"
    assert found.help == "`reader.location` is not `RU`"


def test_a_scenario_whose_rule_fires_for_no_special_reason_is_told_that_it_does() -> None:
    everybody = ("  publisher.designated_as: x/list\n  reader.location: RU\nif", "  content.kind: [article]\nif")
    asked = ("publisher: radio, reader.location: RU}\n    expect: required", "content.kind: article}\n    expect: none")
    unknowns = ("if_unknown:\n  publisher.designated_as: review\n", "")
    words = ("{publisher.title} is", "It is")
    rest = ("radio, reader.location: US}\n    expect: none", "radio}\n    expect: possible")
    last = (
        "reader.location: unknown}\n    expect: possible\n    because: reader.location unknown",
        "content.kind: page}\n    expect: none",
    )
    found = problem("listed", everybody, asked, unknowns, words, rest, last)
    assert found.help == "each of its conditions holds"


def test_a_scenario_that_hangs_on_an_unknown_fact_names_it() -> None:
    found = problem("listed", (LISTED, LISTED.replace("RU", "[RU, US]")))
    assert found.message == "scenario `listed` expects required, and the rule says possible"
    assert found.help == "not known: `reader.location`"


def test_a_reason_that_is_not_the_reason_is_a_problem() -> None:
    found = problem("place not known", ("because: reader.location", "because: publisher"))
    assert "rests on `publisher` unknown, and it is not what decides" in found.message
    assert found.help == "the result hangs on `reader.location`"


def test_a_reason_where_nothing_is_unknown_is_a_problem() -> None:
    found = problem("listed", (LISTED, f"{LISTED}\n    because: reader.location unknown"))
    assert found.help == "the result hangs on no fact"


def test_a_held_notice_is_found_as_review() -> None:
    nobody = "given: {publisher: nobody.example, reader.location: RU}\n    expect: review"
    assert outcomes((LISTED, nobody))["listed"].problem is None
    assert outcomes((LISTED, nobody))["listed"].found == "review"


def test_a_publisher_is_written_as_a_caller_would_write_it() -> None:
    for clue in ("radio.example", '"https://www.radio.example/a"', "The Radio", "radio"):
        assert outcomes((LISTED, LISTED.replace("radio", clue)))["listed"].problem is None


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_a_rule_that_does_not_fire_is_tried_out_as_if_it_were_active(status: str) -> None:
    rules = ruleset(changed("warn.yaml", ("status: active", f"status: {status}")))
    assert rules.active_rules == ()
    assert all(outcome.problem is None for outcome in run(rules))
    assert rules.rules["warn"].status == Status(status)


def test_another_rule_can_neither_make_a_scenario_pass_nor_fail() -> None:
    bolder = changed(
        "warn.yaml",
        ("rule: warn", "rule: bolder"),
        ("purpose: reader-safety", "purpose: legal-duty\n  supersedes: [warn]"),
    )["warn.yaml"]
    assert all(each.problem is None for each in outcomes(also={"bolder.yaml": bolder}).values())
    twin = changed("warn.yaml", ("rule: warn", "rule: twin"), ("purpose:", "id: twin-notice\n  purpose:"))["warn.yaml"]
    found = problem("listed", ("  reader.location: RU\nif", "  reader.location: UA\nif"), also={"twin.yaml": twin})
    assert found.help == "`reader.location` is not `UA`"


def test_rules_that_share_a_notice_are_still_tried_one_by_one() -> None:
    text = TINY["warn.yaml"].replace("rule: warn", "rule: shares")
    notice = text[text.index("notice:") : text.index("scenarios:")]
    shares = text.replace(notice, "notice: {ref: warn}\n").replace("reader.location: RU", "reader.location: BY")
    found = list(run(ruleset({**TINY, "shares.yaml": shares})))
    assert {outcome.rule for outcome in found} == {"warn", "shares"}
    assert all(outcome.problem is None for outcome in found)


def test_of_several_instances_the_strongest_is_found() -> None:
    assert found_in(Decision()) == "none"
    bound = (
        ("when:\n", "for_each: content.mentions\nwhen:\n"),
        ("  publisher.designated_as: x/list\n", "  mention.designated_as: x/list\n"),
        ("  publisher.designated_as: review", "  mention.designated_as: review"),
        ("{publisher: radio, reader", "{content.mentions: [perhaps radio, radio, paper], reader"),
    )
    assert {name: each.found for name, each in outcomes(*bound).items()} == {
        "listed": "required",
        "elsewhere": "none",
        "place not known": "possible",
    }
