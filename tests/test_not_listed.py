"""Pages with very many names: an answer lists the first, counts the rest, and decides on all."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import pytest

from compliance import Answer, Checker, Content, Reader
from compliance.answer import NotListed
from compliance.assemble import MOST_LISTED, mentions_of
from compliance.content.mentioned import Found, Looked
from compliance.geo import Databases
from compliance.marking import Annotated, marked
from compliance.mentions.scan import Suppressed
from compliance.store import Store
from tests.test_marking import LABELLING, MARKED
from tests.tiny import written

DAY: Final = date(2026, 1, 15)
HEATHER: Final = MARKED["heather.yaml"]
FOOTNOTE: Final = (
    MARKED["warn.yaml"]
    .replace("placement: after-first-mention", "placement: footer\n  merge: footnote")
    .replace("mention.title}", "mention.titles}")
)
NAME: Final = "Радио Маяковка "
MORE: Final = 100
MANY: Final = MOST_LISTED + MORE


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Checker:
    return Checker(
        Store(written(tmp_path_factory.mktemp("rules"), {**LABELLING, "heather.yaml": HEATHER})), Databases()
    )


def asked(checker: Checker, text: str) -> Answer:
    content = Content(publisher="paper", text=text, language="ru")
    return checker.check(content, Reader(country="RU"), as_of=DAY)


def told(several: tuple[NotListed, ...]) -> list[tuple[str, str, int]]:
    return [(each.of, each.entity, each.count) for each in several]


def test_an_answer_lists_the_first_thousand_mentions_and_counts_the_rest_by_entity(checker: Checker) -> None:
    found = asked(checker, NAME * MANY)
    assert [each.start for each in found.mentions] == [len(NAME) * number for number in range(MOST_LISTED)]
    assert told(found.not_listed) == [("mentions", "radio", MORE)]
    assert found.not_listed[0].because == "only the first 1,000 are listed, and of every entity at least one"


def test_a_thousand_mentions_are_all_listed(checker: Checker) -> None:
    found = asked(checker, NAME * MOST_LISTED)
    assert (len(found.mentions), found.not_listed) == (MOST_LISTED, ())


def test_nobody_who_is_named_is_left_out_and_no_certain_mention_hides_behind_possible_ones(checker: Checker) -> None:
    found = asked(checker, f"{NAME.lower() * MANY} и «Вереск Европа», «Вереск Европа» {NAME}")
    assert [(each.entity, each.verdict) for each in found.mentions[MOST_LISTED:]] == [
        ("heather", "certain"),
        ("radio", "certain"),
    ]
    assert told(found.not_listed) == [("mentions", "heather", 1), ("mentions", "radio", MORE)]


def test_what_is_not_listed_counts_in_the_decision(checker: Checker) -> None:
    few, many = (asked(checker, f"{'Вереск Европа ' * number}{NAME}") for number in (200, MANY))
    assert [(each.id, each.entity, each.status, each.because) for each in many.notices] == [
        (each.id, each.entity, each.status, each.because) for each in few.notices
    ]
    assert ("radio", "required") in [(each.entity, each.status) for each in many.notices]


def test_two_pages_that_differ_in_what_is_not_listed_are_two(checker: Checker) -> None:
    one, other = asked(checker, NAME * MANY), asked(checker, f"{NAME * (MANY - 1)}да {NAME}")
    assert one.mentions == other.mentions
    assert one.cache.key != other.cache.key


def test_what_was_passed_over_is_listed_up_to_a_thousand_too_and_for_whoever_asks_whole(checker: Checker) -> None:
    gone = [
        Found(
            Suppressed("radio", "Радио", place, place + 1, "it lacks a capital letter", "text"), "р", (place, place + 1)
        )
        for place in range(MANY)
    ]
    other = Found(Suppressed("heather", "Вереск", MANY, MANY + 1, "it is a part of it", "text"), "в", (MANY, MANY + 1))
    looked = Looked(suppressed=(*gone, other))
    found = mentions_of(checker.ruleset, looked, DAY)
    assert [each.start for each in found.suppressed] == [*range(MOST_LISTED), MANY]
    assert told(found.not_listed) == [("suppressed", "radio", MORE)]
    whole = mentions_of(checker.ruleset, looked, DAY, most=None)
    assert (len(whole.suppressed), whole.not_listed) == (MANY + 1, ())


def test_an_endpoint_and_the_library_list_the_same(checker: Checker) -> None:
    found = checker.mentions(Content(text=NAME * MANY), as_of=DAY)
    assert found.mentions == asked(checker, NAME * MANY).mentions
    assert told(found.not_listed) == [("mentions", "radio", MORE)]


# -- marks ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def marking(tmp_path_factory: pytest.TempPathFactory) -> Checker:
    path: Path = tmp_path_factory.mktemp("marks")
    return Checker(Store(written(path, {**MARKED, "warn.yaml": FOOTNOTE})), Databases())


def annotated(checker: Checker, html: str) -> Annotated:
    content = Content(publisher="paper", html=html, language="ru")
    return marked(checker, content, Reader(country="RU"), languages=["ru"], as_of=DAY)


def test_every_mention_has_its_mark_also_those_that_are_not_listed(marking: Checker) -> None:
    found = annotated(marking, f"<p>{NAME * MANY}</p>")
    assert (found.html or "").count("<sup") == MANY
    assert told(found.answer.not_listed) == [("mentions", "radio", MORE)]
    assert found.not_listed == ()


def test_what_cannot_be_marked_is_listed_up_to_a_thousand_and_counted_beyond(marking: Checker) -> None:
    found = annotated(marking, f"<title>{NAME * MANY}</title><p>{NAME}</p>")
    assert [each.field for each in found.unmarked] == ["html.title"] * MOST_LISTED
    assert told(found.not_listed) == [("unmarked", "radio", MORE)]


def test_marks_that_are_there_are_listed_up_to_a_thousand_and_counted_beyond(marking: Checker) -> None:
    found = annotated(marking, "<p>Радио Маяковка (признана опасной)</p>" * MANY)
    assert len(found.already_marked) == MOST_LISTED
    assert {(each.notice, each.mention.surface) for each in found.already_marked} == {("warn", "Радио Маяковка")}
    assert told(found.not_listed) == [("already_marked", "radio", MORE)]


def test_an_unmarked_mention_that_the_answer_does_not_list_is_told_all_the_same(marking: Checker) -> None:
    found = annotated(marking, f"<p>{NAME * MANY}</p><title>{NAME}</title>")
    assert [each.field for each in found.unmarked] == ["html.title"]
    assert found.unmarked[0] not in found.answer.mentions
