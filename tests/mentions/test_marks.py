"""Marks beside names: what a text says already, of which register, and when that is too doubtful to count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.mentions.html import read
from tests.mentions.carrying import aware, marked, mention, unaware

LIST, PAPERS = ["x/list"], ["x/papers"]
NAME = "Радио Маяковка"


@pytest.mark.parametrize(
    "text",
    [
        "Радио Маяковка (признана опасной) молчит.",
        "Радио Маяковка (признана судом опасной организацией) молчит.",
        "«Радио Маяковка» (опасный вещатель) молчит.",
        "Радио Маяковка [признана опасной] молчит.",
        "Радио Маяковка, признанная опасной, молчит.",
        "Радио Маяковку, опасного вещателя, слушают.",
        "Радио Маяковка — опасный вещатель, говорит суд.",
        "Сообщает опасный вещатель «Радио Маяковка».",
        "Вот опасный вещатель Радио Маяковка.",
        "Радио Маяковка* молчит.\n\n* признана опасной",
        "«Радио Маяковка»* молчит.\n\n*Признана властями опасной.",
        "«Радио Маяковка*» молчит.\n\n* Радио Маяковка признана опасной",
        "Радио Маяковка** молчит.\n\n* о погоде\n** признана опасной",
        "* признана опасной\n\nРадио Маяковка* молчит.",
        "Радио Маяковка¹ молчит.\n\n¹ признана опасной",
        "Радио Маяковка1 молчит.\n\n1. Признана опасной",
        "Радио Маяковка\uff0a молчит.\n\n\uff0a признана опасной",
        "Радио Маяковка\u2217\u2217 молчит.\n\n* о погоде\n** признана опасной",
        "Радио Маяковка (declared dangerous by the authorities) is silent.",
        "Радио Маяковка (внесена судом в перечень опасных) молчит.",
        "Радио Маяковка (The authorities have put Радио Маяковка on a list of dangerous broadcasters) молчит.",
    ],
)
def test_what_says_that_a_name_stands_in_a_register_is_a_mark_of_it(text: str) -> None:
    assert marked(text) == LIST


@pytest.mark.parametrize(
    "text",
    [
        "Радио Маяковка молчит.",
        "Радио Маяковка не признана опасной.",
        "Радио Маяковка (не признана опасной) молчит.",
        "Радио Маяковка (признана опасной, но не опасный вещатель) молчит.",
        "Радио Маяковка (слушать её опасно: признана опасной) молчит.",
        "Радио Маяковка (в отличие от «Вереска», признанного опасным) молчит.",
        "Радио Маяковка (признана опасной, как и Вереск Европа) молчит.",
        "Радио Маяковка (признана опасной",
        "Радио Маяковка, опасный вещатель Вереск Европа и другие.",
        "Радио Маяковка и признанная опасной река.",
        "Радио Маяковка. Признана опасной и река.",
        "Бывший опасный вещатель «Радио Маяковка».",
        "Это вовсе не опасный вещатель Радио Маяковка.",
        "Закон об опасных вещателях Радио Маяковка нарушила.",
        "Суд назвал опасным вещателем Радио Маяковка.",
        "Опасный вещатель. Радио Маяковка молчит.",
        "Радио Маяковка* молчит.",
        "Радио Маяковка* молчит.\n\n* о погоде",
        "Радио Маяковка* молчит.\n\n** признана опасной",
        "Радио Маяковка* молчит.\n\n* признана опасной\n* о погоде",
        "Радио Маяковка* молчит.\n\n* Вереск Европа признана опасной",
        "Радио Маяковка* молчит, а * признана опасной река.",
        "Радио Маяковка¹ молчит.\n\n² признана опасной",
        "Радио Маяковка* молчит.\n\n* не признана опасной",
        "Радио Маяковка * * молчит.\n\n* признана опасной",
        "Радио Маяковка * * молчит.\n\n* * признана опасной",
        "Радио Маяковка†† молчит.\n\n† признана опасной",
        "Радио Маяковка - - молчит.\n\n- - признана опасной",
    ],
)
def test_what_is_doubtful_is_no_mark(text: str) -> None:
    assert marked(text) == []


def test_a_mark_is_one_of_the_register_whose_phrase_it_is() -> None:
    assert marked("Радио Маяковка (вредная газета) молчит.") == PAPERS
    assert marked("Радио Маяковка (признана вредной, опасный вещатель) молчит.") == [*LIST, *PAPERS]
    assert marked("Радио Маяковка* молчит.\n\n* признана вредной") == PAPERS


def test_what_was_seen_is_told_whether_it_is_a_mark_or_not() -> None:
    assert mention("Радио Маяковка (признана опасной) молчит.").marked == ("`признана опасной` behind it",)
    assert mention("Вот опасный вещатель Радио Маяковка.").marked == ("`опасный вещатель` before it",)
    assert mention("Радио Маяковка* молчит.").marked == ("`*` behind it, and no note that begins so",)
    assert mention("Радио Маяковка* молчит.\n* о погоде").marked == (
        "`*` behind it, and a note that says nothing certain of it",
    )
    assert mention("Радио Маяковка * * молчит.").marked == (
        "`* *` behind it, of which nobody knows how many signs it is",
    )
    both = mention("Радио Маяковка* (признана опасной).\n\n* признана опасной")
    assert both.marked == ("`*` behind it, and a note to it: `признана опасной`", "`признана опасной` behind it")
    assert mention("Радио Маяковка молчит.").marked == ()


def test_a_note_may_stand_in_another_part_of_the_content() -> None:
    found = aware().scan_fields({"headline": "Радио Маяковка*", "text": "Тихо.\n\n* признана опасной"})
    assert [each.marked_by for each in found.mentions] == [frozenset(LIST)]


def test_a_notice_of_our_own_is_a_mark_of_whom_it_names_only() -> None:
    notice = "The authorities have put Вереск Европа on a list of dangerous broadcasters"
    assert marked(f"Радио Маяковка ({notice}) молчит.") == []
    assert mention(f"Радио Маяковка ({notice}) молчит.").marked == ("a notice of our own behind it",)


@pytest.mark.parametrize("sign", ["¹", "²³", "1"])
def test_digits_behind_a_name_are_no_part_of_it(sign: str) -> None:
    text = f"Радио Маяковка{sign} молчит.\n\n{sign} признана опасной"
    assert (mention(text).surface, mention(text).start, mention(text).end) == (NAME, 0, len(NAME))


def test_a_name_may_end_with_a_digit_although_a_note_begins_so() -> None:
    assert mention("Волна2 молчит.\n\n2 признана опасной").surface == "Волна2"


@pytest.mark.parametrize(
    ("html", "registers"),
    [
        ("<p>Радио Маяковка<sup>1</sup> молчит.</p><p><sup>1</sup>Признана опасной.</p>", LIST),
        ("<p>«Радио <b>Маяковка</b>»<sup>*</sup> молчит.</p><p>* Признана опасной.</p>", LIST),
        ("<p>Радио Маяковка<a href='#n'><sup>1</sup></a> молчит.</p><ul><li>1 Тихо.</ul>", []),
        ("<p>Радио Маяковка 24 января молчит.</p>", []),
    ],
)
def test_a_sign_that_is_raised_in_a_page_is_no_part_of_the_name(html: str, registers: list[str]) -> None:
    (found,) = aware().scan_fields(read(html).texts()).mentions
    assert (found.surface, sorted(found.marked_by)) == (NAME, registers)


def test_a_list_is_no_row_of_notes() -> None:
    """Also the time for very many does not grow with the square of their number."""
    lines = "* признана опасной\n" * 200
    assert marked(f"Радио Маяковка* молчит.\n\n{lines}") == []


WORDS = st.sampled_from(
    [
        *(
            "Радио Маяковка",
            "Вереск Европа",
            "газета «Вереск»",
            "признана опасной",
            "вредная газета",
            "опасный вещатель",
        ),
        *(
            "(",
            ")",
            "*",
            "* *",
            "\uff0a",
            "- -",
            "\u2020\u2020",
            "**",
            "¹",
            "1",
            "\n* ",
            "\n1 ",
            ", ",
            ". ",
            " — ",
            "не",
            "бывший",
            "в реестре",
            "«",
            "»",
            "\n\n",
        ),
    ]
)


@given(st.lists(st.tuples(WORDS, st.sampled_from(["", " "])), max_size=14))
def test_marks_never_change_who_is_mentioned(pieces: list[tuple[str, str]]) -> None:
    """No name is lost by them: a sign may end it, so that a longer one is found, but never a shorter one or none."""
    text = "".join(word + gap for word, gap in pieces)
    found = aware().scan(text).mentions
    for plain in unaware().scan(text).mentions:
        assert any(each.start <= plain.start and plain.end <= each.end for each in found)
    for each in found:
        assert text[each.start : each.end] == each.surface
