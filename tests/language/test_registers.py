"""Register files: copies that were cut, designations that are suspended, lists that states take over."""

from __future__ import annotations

from datetime import date

import pytest

from compliance.engine.decide import decide
from compliance.engine.explain import explain
from compliance.engine.index import Index
from compliance.model.designation import Entry, Phrases, Register
from compliance.model.facts import FactValue, Members, OneOf
from compliance.model.period import Period
from compliance.model.rule import Source
from compliance.model.ruleset import Ruleset
from compliance.model.territory import LocationSet
from tests.language.reading import loaded, messages
from tests.tiny import TINY, changed

LAST = "    last_day: none\n"
SECOND = "  - entity: paper\n    listed_on: {day: 2022-01-01}\n    last_day: none\n"
SUSPENDED = f"""\
{LAST}    suspended:
      - {{first_day: 2023-03-01, last_day: 2023-05-31, source: "https://court.example/1", note: interim order}}
      - {{first_day: 2024-01-01, last_day: none}}
"""
FACTS: dict[str, FactValue] = {"publisher": OneOf(frozenset({"radio"})), "reader.location": LocationSet.of(["RU"])}


def files(*edits: tuple[str, str]) -> dict[str, str]:
    return changed("list.yaml", *edits)


def register(*edits: tuple[str, str]) -> Register:
    return loaded(files(*edits)).registers["x/list"]


def entry(*edits: tuple[str, str]) -> Entry:
    (found,) = register(*edits).entries
    return found


# -- copies ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut_at", [1, 2])
def test_a_register_that_was_cut_between_two_entries_is_refused(cut_at: int) -> None:
    whole = TINY["list.yaml"].replace("entries:\n", "count: 3\nentries:\n") + SECOND + SECOND.replace("2022", "2024")
    assert loaded({**TINY, "list.yaml": whole}).registers["x/list"].entries[2].entity == "paper"
    cut = "  - entity".join(whole.split("  - entity")[: 1 + cut_at])
    assert messages({**TINY, "list.yaml": cut}) == [
        f"the register says 3 entries and has {cut_at}: it was cut, or `count` is old"
    ]


def test_a_register_that_grew_beyond_its_count_is_refused_too() -> None:
    grown = TINY["list.yaml"].replace("entries:\n", "count: 1\nentries:\n") + SECOND
    assert messages({**TINY, "list.yaml": grown}) == [
        "the register says 1 entry and has 2: it was cut, or `count` is old"
    ]


@pytest.mark.parametrize("written", ["0", "-1", "1.5", "many", "01", "1 entry"])
def test_a_count_is_a_whole_number(written: str) -> None:
    assert messages(files(("entries:\n", f"count: {written}\nentries:\n"))) == [
        f"`{written}` is not a number of entries"
    ]


def test_an_entry_that_cannot_be_read_still_counts() -> None:
    """Else a slip in an entry would be reported as a cut file as well."""
    edits = (("entries:\n", "count: 1\nentries:\n"), ("entity: radio", "entity: [radio]"))
    assert messages(files(*edits)) == ["`entity` is one text, not a list"]


def test_the_count_is_no_part_of_what_a_rule_set_means() -> None:
    assert loaded(files(("entries:\n", "count: 1\nentries:\n"))).meaning == loaded(TINY).meaning


# -- suspensions ----------------------------------------------------------------------------------------


def test_a_suspended_entry_keeps_its_days_and_its_gaps() -> None:
    found = register((LAST, SUSPENDED))
    gaps = (Period(date(2023, 3, 1), date(2023, 5, 31)), Period(date(2024, 1, 1), None))
    assert found.entries[0].suspended == gaps
    assert found.period(found.entries[0]) == Period(date(2021, 1, 1), None, None, gaps)


@pytest.mark.parametrize(
    ("day", "is_due", "next_turn"),
    [
        (date(2023, 2, 28), True, date(2023, 3, 1)),
        (date(2023, 3, 1), False, date(2023, 6, 1)),
        (date(2023, 5, 31), False, date(2023, 6, 1)),
        (date(2023, 6, 1), True, date(2024, 1, 1)),
        (date(2024, 1, 1), False, date(2026, 2, 1)),  # when the copy is too old to say that it still is
    ],
)
def test_a_suspended_designation_has_no_effect_and_comes_back_by_itself(
    day: date, is_due: bool, next_turn: date
) -> None:
    rules = loaded(files((LAST, SUSPENDED)))
    days = dict.fromkeys(rules.zones, day)
    decision = decide(rules, FACTS, days)
    assert Index(rules).decide(FACTS, days) == decision
    assert bool(decision.instances) == is_due
    assert dict(decision.changes)["Europe/Moscow"] == next_turn


def test_an_old_copy_cannot_say_that_a_suspension_still_holds() -> None:
    rules = loaded(files((LAST, SUSPENDED)))
    days = dict.fromkeys(rules.zones, date(2026, 2, 1))
    decision = decide(rules, FACTS, days)
    assert [each.display.value for each in decision.instances] == ["hold"]
    assert decision.stale == ("x/list",)
    (ground, *_) = explain(rules, FACTS, days).due[0].reasons[0].grounds
    assert ground.detail == (
        "`radio` is in `x/list` (An authority), suspended from 2024-01-01, as the copy of 2026-01-01 says, "
        "which is too old to say whether that still holds"
    )


def _why_not(rules: Ruleset, day: date) -> str:
    (absent,) = explain(rules, FACTS, dict.fromkeys(rules.zones, day)).absent
    return absent.because


def test_why_not_tells_suspended_from_never_listed_and_from_ended() -> None:
    suspended = loaded(files((LAST, SUSPENDED)))
    assert _why_not(suspended, date(2023, 4, 1)) == (
        "`publisher.designated_as` is not `x/list`: `radio` is in `x/list` (An authority), "
        "suspended from 2023-03-01 to 2023-05-31, as the copy of 2026-01-01 says"
    )
    ended = loaded(files((LAST, "    last_day: 2023-02-28\n")))
    for other, day, told in (
        (ended, date(2023, 4, 1), "was in `x/list` until 2023-02-28"),
        (suspended, date(2020, 6, 1), "is in `x/list` from 2021-01-01 only"),
    ):
        assert _why_not(other, day) == f"`publisher.designated_as` is not `x/list`: `radio` {told}"


def test_why_nothing_that_is_mentioned_counts_names_those_that_are_suspended() -> None:
    edits = (
        ("when:\n  publisher.designated_as", "for_each: content.mentions\nwhen:\n  mention.designated_as"),
        ("  publisher.designated_as: review", "  mention.designated_as: review"),
        ('"{publisher.title} is', '"{mention.title} is'),
    )
    text = TINY["warn.yaml"].partition("scenarios:")[0]
    for old, new in edits:
        text = text.replace(old, new)
    text += "scenarios:\n  - {name: x, date: 2021-06-01, given: {reader.location: US}, expect: none}\n"
    rules = loaded({**files((LAST, SUSPENDED)), "warn.yaml": text})
    facts = {**FACTS, "content.mentions": Members(frozenset({"paper", "radio"}))}
    (absent,) = explain(rules, facts, dict.fromkeys(rules.zones, date(2023, 4, 1))).absent
    assert absent.because == (
        "nothing in `content.mentions` meets its conditions: `radio` is in `x/list` (An authority), "
        "suspended from 2023-03-01 to 2023-05-31, as the copy of 2026-01-01 says"
    )


def test_a_second_entry_has_its_effect_while_the_first_is_suspended() -> None:
    rules = loaded(files((LAST, SUSPENDED + SECOND.replace("paper", "radio").replace("2022-01-01", "2024-06-01"))))
    (due,) = explain(rules, FACTS, dict.fromkeys(rules.zones, date(2024, 7, 1))).due
    assert due.reasons[0].grounds[0].detail == "`radio` is declared in `x/list` (An authority): listed on 2024-06-01"


def test_a_suspension_is_a_part_of_the_meaning_and_who_ordered_it_is_not() -> None:
    meaning = loaded(files((LAST, SUSPENDED))).meaning
    assert meaning != loaded(TINY).meaning
    assert meaning == loaded(files((LAST, SUSPENDED.replace("interim order", "by the court")))).meaning


@pytest.mark.parametrize("last_day", ["unknown", "none"])
def test_an_entry_that_may_have_ended_can_have_been_suspended(last_day: str) -> None:
    found = register((LAST, SUSPENDED.replace("last_day: none\n    susp", f"last_day: {last_day}\n    susp")))
    assert found.lists(found.entries, date(2023, 4, 1)).name == "FALSE"
    assert found.lists(found.entries, date(2023, 6, 1)).name == ("UNKNOWN" if last_day == "unknown" else "TRUE")


# -- who brought it about, and who took it over ----------------------------------------------------------


def test_an_entry_keeps_the_act_that_activated_it_and_when_we_learned_of_it() -> None:
    act = '    activated_by: {title: Regulation 2, article: "1", confidence: A}\n    known_since: 2021-02-03\n'
    found = entry((LAST, LAST + act))
    assert found.activated_by == Source("Regulation 2", None, "1", "A")
    assert found.known_since == date(2021, 2, 3)
    assert (entry().activated_by, entry().known_since) == (None, None)


@pytest.mark.parametrize(
    ("arms", "detail"),
    [
        ("effective", "effective 2021-06-25 by `Regulation 2`, 1"),
        ("listed_on", "listed on 2021-01-01"),
    ],
)
def test_an_explanation_names_the_act_where_the_effect_is_what_counts(arms: str, detail: str) -> None:
    more = f'    effective: {{day: 2021-06-25}}\n    activated_by: {{title: Regulation 2, article: "1"}}\n{LAST}'
    rules = loaded(files((LAST, more), ("arms: listed_on", f"arms: {arms}")))
    (due,) = explain(rules, FACTS, dict.fromkeys(rules.zones, date(2022, 1, 1))).due
    assert due.reasons[0].grounds[0].detail == f"`radio` is declared in `x/list` (An authority): {detail}"


@pytest.mark.parametrize(
    "more",
    ["    known_since: 2021-02-03\n", "    known_since: 2021-02-04\n", "    activated_by: {title: Regulation 2}\n"],
)
def test_what_is_recorded_of_an_entry_is_a_part_of_the_meaning(more: str) -> None:
    other = loaded(files((LAST, LAST + "    known_since: 2021-02-05\n"))).meaning
    assert len({loaded(files((LAST, LAST + more))).meaning, loaded(TINY).meaning, other}) == 3


def test_a_register_may_be_another_states_copy_of_a_list() -> None:
    text = TINY["list.yaml"].replace("x/list", "y/list").replace("entries:\n", "copy_of: x/list\nentries:\n")
    rules = loaded({**TINY, "copy.yaml": text})
    assert (rules.registers["y/list"].copy_of, rules.registers["x/list"].copy_of) == ("x/list", None)
    assert rules.meaning != loaded({**TINY, "copy.yaml": text.replace("copy_of: x/list\n", "")}).meaning


def test_a_chain_of_copies_is_good_and_a_circle_is_one_problem() -> None:
    def copy(name: str, of: str) -> str:
        return TINY["list.yaml"].replace("x/list", name).replace("entries:\n", f"copy_of: {of}\nentries:\n")

    chain = {**TINY, "a.yaml": copy("y/a", "x/list"), "b.yaml": copy("y/b", "y/a")}
    assert loaded(chain).registers["y/b"].copy_of == "y/a"
    circle = {**chain, "a.yaml": copy("y/a", "y/b"), "c.yaml": copy("y/c", "y/a")}
    assert messages(circle) == ["`y/a` is a copy of itself: `y/a` > `y/b` > `y/a`"]


# -- marks ----------------------------------------------------------------------------------------------

MARKS = """\
marks:
  - language: ru
    phrases: [опасный вещатель, признана опасной]
    source: https://law.example/marks
    confidence: C
    note: as the press writes
  - {language: en, phrases: dangerous}
entries:
"""


def test_phrases_by_language_say_how_texts_mark_whom_a_register_lists() -> None:
    assert register(("entries:\n", MARKS)).marks == (
        Phrases("ru", ("опасный вещатель", "признана опасной"), "https://law.example/marks", "C"),
        Phrases("en", ("dangerous",)),
    )
    assert register().marks == ()


def test_marks_are_no_part_of_what_a_rule_set_means() -> None:
    assert loaded(files(("entries:\n", MARKS))).meaning == loaded(TINY).meaning


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ("{phrases: [dangerous]}", "a mark needs `language`"),
        ("{language: en}", "a mark needs `phrases`"),
        ("{language: en, phrases: []}", "`phrases` is empty"),
        ("{language: English, phrases: [dangerous]}", "`English` is not a language tag"),
        ('{language: en, phrases: ["*"]}', "`*` is no phrase: it has no word"),
        ("{language: en, phrases: [dangerous], confidence: E}", "unknown confidence `E`"),
        ("{language: en, phrases: [dangerous], phrase: x}", "unknown key `phrase` in a mark"),
    ],
)
def test_a_mark_that_says_nothing_is_refused(mark: str, message: str) -> None:
    assert messages(files(("entries:\n", f"marks: [{mark}]\nentries:\n"))) == [message]
