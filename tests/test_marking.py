"""Marks in pages and texts: where the law wants them, with everything else as it was."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from time import process_time
from typing import Final

import pytest

from compliance import Checker, Content, Reader, RequestError
from compliance.geo import Databases
from compliance.marking import Annotated, marked
from compliance.store import Store
from tests.language.prey import shipped
from tests.tiny import TINY, changed, written

RADIO: Final = TINY["radio.yaml"].replace("names: {en: [The Radio]}", "names: {en: [The Radio], ru: [Радио Маяковка]}")
LABELLING: Final = changed(
    "warn.yaml",
    ("when:\n  publisher.", "for_each: content.mentions\nwhen:\n  mention."),
    ("  publisher.designated_as: review", "  mention.designated_as: show"),
    ("publisher.title", "mention.title"),
    ("{publisher: radio", "{content.mentions: [radio]"),
    ("placement: footer", "placement: after-first-mention"),
    also={"radio.yaml": RADIO},
)
PAGE: Final = (
    '<html lang="ru"><head><title>Радио Маяковка</title></head><body><h1>О Радио Маяковке</h1>\n'
    "<p>Слушали Радио <b>Мая&shy;ковку</b>; Радио Маяковка молчит.</p></body></html>"
)


@pytest.fixture(scope="module")
def labelling(tmp_path_factory: pytest.TempPathFactory) -> Checker:
    return Checker(Store(written(tmp_path_factory.mktemp("rules"), LABELLING)), Databases())


def done(checker: Checker, country: str = "RU", **given: str) -> Annotated:
    content = Content(publisher="paper", **given)  # type: ignore[arg-type]
    return marked(checker, content, Reader(country=country), languages=["ru"], as_of=date(2026, 1, 15))


def test_the_first_mention_of_a_page_has_a_mark_and_the_page_a_footnote(labelling: Checker) -> None:
    found = done(labelling, html=PAGE)
    assert found.html is not None
    assert found.html.count("<sup") == 1
    assert found.html.index("<sup") > found.html.index("О Радио Маяковке")
    assert '<p lang="ru">1 Radio в списке.</p>' in found.html
    assert [each.id for each in found.answer.notices] == ["warn"]


def test_whoever_is_elsewhere_gets_the_page_as_it_was(labelling: Checker) -> None:
    assert done(labelling, "US", html=PAGE).html == PAGE


def test_a_marked_page_marked_again_is_the_same(labelling: Checker) -> None:
    once = done(labelling, html=PAGE).html or ""
    assert done(labelling, html=once).html == once


def test_a_text_has_its_footnotes_below(labelling: Checker) -> None:
    found = done(labelling, text="Слушали Радио Маяковку. Радио Маяковка молчит.", language="ru")
    assert found.html is None
    assert found.text is not None
    first, *rest = found.text.splitlines()
    assert first == "Слушали Радио Маяковку¹. Радио Маяковка молчит."
    assert rest[-1] == "¹ Radio в списке."


MARKS: Final = """\
marks:
  - {language: ru, phrases: [опасный вещатель, признана опасной]}
entries:
"""
MARKED: Final = {
    **LABELLING,
    "list.yaml": TINY["list.yaml"].replace("entries:\n", MARKS),
    "other.yaml": TINY["list.yaml"].replace("x/list", "x/other").replace("entries:\n", MARKS.replace("опасн", "вредн")),
    "heather.yaml": "language: 1\nentity: heather\ntitle: Heather\nnames: {ru: [Вереск Европа]}\n",
}


@pytest.fixture(scope="module")
def careful(tmp_path_factory: pytest.TempPathFactory) -> Checker:
    return Checker(Store(written(tmp_path_factory.mktemp("rules"), MARKED)), Databases())


def test_a_mention_that_has_the_mark_of_the_register_gets_no_second_one_and_that_is_told(careful: Checker) -> None:
    text = "Слушали Радио Маяковку (признана опасной). Радио Маяковка молчит."
    found = done(careful, text=text, language="ru")
    assert found.text == text
    (left,) = found.already_marked
    assert (left.notice, left.text, left.mention.surface) == ("warn", "Radio в списке.", "Радио Маяковку")
    assert left.mention.marked == ("`признана опасной` behind it",)
    assert [each.id for each in found.answer.notices] == ["warn"]
    page = "<p>Слушали <b>Радио Маяковку</b> (признана опасной). Радио Маяковка молчит.</p>"
    assert (done(careful, html=page).html, len(done(careful, html=page).already_marked)) == (page, 1)


@pytest.mark.parametrize(
    "text",
    [
        "Слушали Радио Маяковку (признана вредной).",  # of another register
        "Слушали Радио Маяковку*.",
        "Слушали Радио Маяковку. Радио Маяковка (признана опасной) молчит.",  # the law speaks of the first mention
        "Слушали Радио Маяковку (не признана опасной).",
    ],
)
def test_any_other_mark_leaves_ours_where_it_was(careful: Checker, text: str) -> None:
    found = done(careful, text=text, language="ru")
    assert found.text is not None
    assert found.text.startswith(text.replace("Радио Маяковку", "Радио Маяковку¹", 1))
    assert found.already_marked == ()


def test_where_every_mention_is_marked_those_that_have_a_mark_are_left_out(tmp_path: Path) -> None:
    shared = MARKED["warn.yaml"].replace("placement: after-first-mention", "placement: footer\n  merge: footnote")
    shared = shared.replace("mention.title}", "mention.titles}")
    checker = Checker(Store(written(tmp_path, {**MARKED, "warn.yaml": shared})), Databases())
    found = done(checker, text="Радио Маяковка, Радио Маяковка (опасный вещатель) и Радио Маяковка.", language="ru")
    assert found.text == "Радио Маяковка*, Радио Маяковка (опасный вещатель) и Радио Маяковка*.\n\n* Radio в списке."
    assert [each.mention.start for each in found.already_marked] == [16]


TWICE: Final = "Радио Маяковка и Радио Маяковка."
SHARED: Final = (
    LABELLING["warn.yaml"]
    .replace("rule: warn", "rule: shared")
    .replace("placement: after-first-mention", "placement: footer\n  merge: footnote")
    .replace("mention.title}", "mention.titles}")
)


def test_a_notice_after_the_first_mention_stands_once_where_another_stands_at_each(tmp_path: Path) -> None:
    checker = Checker(Store(written(tmp_path, {**LABELLING, "shared.yaml": SHARED})), Databases())
    text = done(checker, text=TWICE, language="ru").text or ""
    signs = sorted(text.splitlines()[0].partition(" и ")[0].removeprefix("Радио Маяковка").split())
    assert signs == sorted(["*", "\xb9"])
    assert text.splitlines()[0].endswith(" и Радио Маяковка*.")
    assert done(checker, text=text, language="ru").text == text


def test_a_notice_after_the_first_mention_that_shares_a_footnote_is_marked_there_only(tmp_path: Path) -> None:
    first = SHARED.replace("placement: footer", "placement: after-first-mention")
    checker = Checker(Store(written(tmp_path, {**LABELLING, "warn.yaml": first})), Databases())
    text = done(checker, text=TWICE, language="ru").text or ""
    assert text.splitlines()[0] == "Радио Маяковка* и Радио Маяковка."


@pytest.mark.parametrize("placement", ["beside", "[after-first-mention, beside]", "top"])
def test_placements_that_are_no_mark_are_told(tmp_path: Path, placement: str) -> None:
    rule = LABELLING["warn.yaml"].replace("placement: after-first-mention", f"placement: {placement}")
    checker = Checker(Store(written(tmp_path, {**LABELLING, "warn.yaml": rule})), Databases())
    found = done(checker, text=TWICE, language="ru")
    (left,) = found.not_placed
    assert (left.notice, left.entity) == ("warn", "radio")
    assert left.placements == ("beside" if "beside" in placement else placement,)
    assert ("\xb9" in (found.text or "")) == ("first" in placement)


def test_a_notice_of_whom_the_text_does_not_name_is_told_as_not_placed(labelling: Checker) -> None:
    content = Content(publisher="paper", text="Тихо.", language="ru", facts={"content.mentions": ["radio"]})
    found = marked(labelling, content, Reader(country="RU"), languages=["ru"], as_of=date(2026, 1, 15))
    assert [(each.notice, each.placements) for each in found.not_placed] == [("warn", ("after-first-mention",))]
    assert done(labelling, text=TWICE, language="ru").not_placed == ()


def test_the_decision_never_changes_by_a_mark(careful: Checker) -> None:
    plain = done(careful, text="Слушали Радио Маяковку.", language="ru").answer
    marked_ = done(careful, text="Слушали Радио Маяковку (признана опасной).", language="ru").answer
    assert [(each.id, each.entity, each.status) for each in marked_.notices] == [
        (each.id, each.entity, each.status) for each in plain.notices
    ]


def test_what_stands_where_nothing_can_be_put_is_told(labelling: Checker) -> None:
    page = '<html lang="ru"><head><title>Радио Маяковка</title></head><body><p>Ничего.</p></body></html>'
    found = done(labelling, html=page)
    assert [(each.entity, each.field) for each in found.unmarked] == [("radio", "html.title")]


def test_there_has_to_be_something_to_mark(labelling: Checker) -> None:
    with pytest.raises(RequestError, match="nothing to mark"):
        done(labelling, headline="Радио Маяковка")


OPERATOR: Final = """\
language: 1
entity: our-daily
title: Our Daily
domains: [our-daily.example]
answers_to: [RU]
stance: {RU: comply}
"""


def test_the_shipped_label_of_foreign_agents_works_from_the_page_to_the_mark(tmp_path: Path) -> None:
    """Switched on by an operator: a draft made active, and a stance on record."""
    rule = "ru/foreign-agent-mention-label.yaml"
    files = {name: data.decode() for name, data in shipped().items()}
    files[rule] = files[rule].replace("status: draft", "status: active")
    files["entities/our-daily.yaml"] = OPERATOR
    checker = Checker(Store(written(tmp_path, files)), Databases())
    page = "<article><p>По данным издания The Insider, ничего не случилось. The Insider молчит.</p></article>"
    content = Content(publisher="our-daily.example", html=page, language="ru", facts={"content.kind": "article"})
    found = marked(checker, content, Reader(country="RU"), languages=["ru"], as_of=date(2026, 7, 15))
    assert found.html is not None
    assert found.html.startswith("<article><p>По данным издания The Insider<sup")
    assert found.html.count("(власти России внесли в реестр иностранных агентов)") == 1
    said = page.replace("The Insider, ничего", "The Insider (признан в России иностранным агентом), ничего")
    content = Content(publisher="our-daily.example", html=said, language="ru", facts={"content.kind": "article"})
    found = marked(checker, content, Reader(country="RU"), languages=["ru"], as_of=date(2026, 7, 15))
    assert (found.html, [each.notice for each in found.already_marked]) == (said, ["ru-foreign-agent-mention-label"])


def test_words_of_others_under_our_class_are_looked_through_kept_and_told(labelling: Checker) -> None:
    aside = '<aside class="compliance-notes"><p>Слушали Радио Маяковку.</p></aside>'
    found = done(labelling, html=f"<p>Тихо.</p>{aside}")
    assert [(each.entity, each.field) for each in found.answer.mentions] == [("radio", "html.body")]
    assert (found.html or "").replace('<sup class="compliance-mark">1</sup>', "").startswith(f"<p>Тихо.</p>{aside}")
    assert found.not_ours == ("Слушали Радио Маяковку.",)


def test_the_mentions_of_a_marked_page_are_told_where_they_stand_in_it(careful: Checker) -> None:
    mark = '<sup class="compliance-mark">7</sup>'
    page = f"<p>Тихо{mark}. Слушали Радио Маяковку (признана опасной).</p>"
    found = done(careful, html=page)
    assert found.html == page.replace(mark, "")
    (left,) = found.already_marked
    assert (left.mention.start, left.mention.end) == (page.index("Радио"), page.index(" (признана"))
    assert left.mention in found.answer.mentions


def test_the_time_to_tell_marks_does_not_grow_with_the_square_of_their_number(tmp_path: Path) -> None:
    """With the square it took minutes."""
    shared = MARKED["warn.yaml"].replace("placement: after-first-mention", "placement: footer\n  merge: footnote")
    shared = shared.replace("mention.title}", "mention.titles}")
    checker = Checker(Store(written(tmp_path, {**MARKED, "warn.yaml": shared})), Databases())
    page = "<p>Радио Маяковка (признана опасной)</p>" * 10_000
    start = process_time()
    found = done(checker, html=page)
    assert len(found.already_marked) + sum(each.count for each in found.not_listed) == 10_000
    assert process_time() - start < 20


@pytest.mark.parametrize("page", ["<select><option>{}", f"{'<div>' * 50_000}{{}}"], ids=["open select", "too deep"])
def test_a_footnote_that_the_page_does_not_take_is_told(labelling: Checker, page: str) -> None:
    html = page.format("Радио Маяковка")
    found = done(labelling, html=html)
    assert "Radio в списке" not in (found.html or "")
    (left,) = (each for each in found.not_placed if each.entity)
    assert (left.notice, left.entity, left.placements) == ("warn", "radio", ("after-first-mention",))
    assert left.reason.startswith("no place in the page takes its footnote")


def test_each_notice_that_is_not_placed_says_why(tmp_path: Path, labelling: Checker) -> None:
    content = Content(publisher="paper", text="Тихо.", language="ru", facts={"content.mentions": ["radio"]})
    found = marked(labelling, content, Reader(country="RU"), languages=["ru"], as_of=date(2026, 1, 15))
    assert [each.reason for each in found.not_placed] == ["nothing that was marked names its entity"]
    beside = LABELLING["warn.yaml"].replace("placement: after-first-mention", "placement: beside")
    checker = Checker(Store(written(tmp_path, {**LABELLING, "warn.yaml": beside})), Databases())
    found = done(checker, text=TWICE, language="ru")
    assert [each.reason for each in found.not_placed] == ["marks and footnotes do not carry it out"]


def test_a_page_and_a_text_that_are_both_given_are_both_marked(labelling: Checker) -> None:
    page, text = "<p>Слушали Радио Маяковку.</p>", "Радио Маяковка молчит."
    both = done(labelling, html=page, text=text, language="ru")
    assert both.html == done(labelling, html=page, language="ru").html
    assert both.text == done(labelling, text=text, language="ru").text
    both = done(labelling, html=f"<title>{text}</title>", text=text, language="ru")
    assert [each.field for each in both.unmarked] == ["html.title"]
    assert (both.text or "").startswith("Радио Маяковка\xb9 молчит.")


@pytest.mark.parametrize(
    ("languages", "footnote"),
    [((), "Radio в списке."), (("de",), "Radio в списке."), (("en",), "Radio is on the list.")],
)
def test_a_footnote_is_in_the_language_of_the_page_where_the_reader_reads_no_other(
    labelling: Checker, languages: tuple[str, ...], footnote: str
) -> None:
    for content in (Content(publisher="paper", html=PAGE), Content(publisher="paper", text=TWICE, language="ru")):
        found = marked(labelling, content, Reader(country="RU"), languages=languages, as_of=date(2026, 1, 15))
        assert footnote in (found.html or found.text or "")


@pytest.mark.parametrize("order", [["Радио Маяковка", "Вереск Европа"], ["Вереск Европа", "Радио Маяковка"]])
def test_footnotes_are_numbered_in_the_order_of_the_page(tmp_path: Path, order: list[str]) -> None:
    listed = TINY["list.yaml"] + TINY["list.yaml"].partition("entries:\n")[2].replace("radio", "heather")
    checker = Checker(Store(written(tmp_path, {**MARKED, "list.yaml": listed})), Databases())
    text = f"{order[0]}, {order[1]} и {order[0]}."
    page = done(checker, html=f"<p>{text}</p>", language="ru").html or ""
    assert page.startswith(
        f'<p>{order[0]}<sup class="compliance-mark">1</sup>, {order[1]}<sup class="compliance-mark">2'
    )
    assert page.index(">1 ") < page.index(">2 ")
    plain = done(checker, text=text, language="ru").text or ""
    assert plain.startswith(f"{order[0]}\xb9, {order[1]}\xb2 и {order[0]}.\n\n\xb9 ")
    assert done(checker, text=plain, language="ru").text == plain
    assert done(checker, html=page, language="ru").html == page


def test_a_number_that_a_text_has_already_stays_that_of_its_footnote(tmp_path: Path) -> None:
    listed = TINY["list.yaml"] + TINY["list.yaml"].partition("entries:\n")[2].replace("radio", "heather")
    checker = Checker(Store(written(tmp_path, {**MARKED, "list.yaml": listed})), Databases())
    plain = done(checker, text="Радио Маяковка.", language="ru").text or ""
    more = done(checker, text=f"Вереск Европа. {plain}", language="ru").text or ""
    assert more.startswith("Вереск Европа\xb2. Радио Маяковка\xb9.\n")
    assert [each[0] for each in more.splitlines()[-2:]] == ["\xb9", "\xb2"]


def test_what_is_no_text_and_no_list_of_languages_is_refused_as_in_a_check(labelling: Checker) -> None:
    with pytest.raises(RequestError):
        marked(labelling, Content(html=PAGE, headline=1))  # type: ignore[arg-type]
    with pytest.raises(RequestError):
        marked(labelling, Content(html=1))  # type: ignore[arg-type]
    with pytest.raises(RequestError):
        marked(labelling, Content(html=PAGE), languages=1)  # type: ignore[arg-type]
