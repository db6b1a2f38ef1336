"""What of an answer is printed, what stands together, and in which half of a page."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance import Checker, Content
from compliance.blocks import STAND_IN, UNSURE, Printed, PrintedFootnote, PrintedNotice, block, halves, printed
from compliance.model.notice import Placement

PLACES = [each.value for each in Placement]


def notice(html: str, **more: object) -> PrintedNotice:
    return msgspec.convert({"html": html, "display": "show", "placement": "footer", **more}, PrintedNotice)


def answers() -> st.SearchStrategy[Printed]:
    one = st.builds(
        PrintedNotice,
        html=st.sampled_from([f"<p>{number}</p>" for number in range(9)]),
        display=st.sampled_from(["show", "show", "hold"]),
        placement=st.sampled_from(PLACES),
        placements=st.lists(st.sampled_from(PLACES), max_size=3).map(tuple),
        group=st.sampled_from([None, "a", "b"]),
        marker=st.none(),
        nothing_before=st.booleans(),
    )
    return st.lists(one, max_size=6).map(lambda each: Printed(notices=tuple(each)))


@given(answers())
def test_whatever_is_shown_is_printed_and_nothing_that_is_held(answer: Printed) -> None:
    shown = {each.html for each in answer.notices if each.display == "show"}
    for html in (block(answer), "".join((halves(answer).before, halves(answer).behind))):
        for each in answer.notices:
            assert (each.html in html) == (each.html in shown)
    assert answer.is_empty == (block(answer) == "")
    assert all(block(answer).count(html) == 1 for html in shown)


@given(answers())
def test_the_placements_together_print_all_that_is_shown(answer: Printed) -> None:
    apart = "".join(block(answer, [place]) for place in PLACES)
    assert all(each.html in apart for each in answer.notices if each.display == "show")
    assert block(answer, []) == ""


def test_notices_of_one_group_are_one_block_at_the_place_of_the_first() -> None:
    grouped = (notice("<p>1</p>", group="g"), notice("<p>2</p>"), notice("<p>3</p>", group="g"))
    together = '<div class="notice-group"><p>1</p><p>3</p></div>'
    assert block(Printed(notices=grouped)) == f'<div class="notices">{together}<p>2</p></div>'
    assert block(Printed(notices=grouped[:2])) == '<div class="notices"><p>1</p><p>2</p></div>'


def test_what_may_have_nothing_before_it_comes_first() -> None:
    found = Printed(notices=(notice("<p>1</p>"), notice("<p>2</p>", nothing_before=True)))
    assert block(found) == '<div class="notices"><p>2</p><p>1</p></div>'


def test_instances_that_share_a_footnote_are_that_footnote_once() -> None:
    both = (notice("<p>one</p>", marker="*"), notice("<p>other</p>", marker="*"))
    note = PrintedFootnote(marker="*", html="<p>* both</p>")
    assert block(Printed(notices=both, footnotes=(note,))) == '<div class="notices"><p>* both</p></div>'
    assert "other" in block(Printed(notices=both))


def test_a_footer_stands_behind_the_text_and_a_top_before_it() -> None:
    found = halves(Printed(notices=(notice("<p>1</p>", placement="top"), notice("<p>2</p>"))))
    assert "1" in found.before and "2" not in found.before  # noqa: PT018
    assert "2" in found.behind and "1" not in found.behind  # noqa: PT018
    unheard = halves(Printed(notices=(notice("<p>3</p>", placement="on-the-moon"),)))
    assert "3" in unheard.before


def test_an_answer_is_printed_alike_as_a_value_and_as_bytes(checker: Checker) -> None:
    answer = checker.check(Content(publisher="rferl.org"))
    assert printed(answer) == printed(answer.to_json())
    assert not printed(answer).is_empty
    for wrong in (b"", b"[]", b"{}", b'{"notices": 1}', b"<html>", object()):
        with pytest.raises(msgspec.MsgspecError):
            printed(wrong)


def test_the_stand_in_speaks_three_languages_and_accuses_nobody() -> None:
    assert [STAND_IN.count(f'lang="{tag}" dir="ltr"') for tag in ("en", "ru", "uk")] == [1, 1, 1]
    assert UNSURE.before == STAND_IN
