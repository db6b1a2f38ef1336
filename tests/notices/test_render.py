"""A notice as a reader sees it: the rule's words, filled, escaped, never dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compliance.model.decision import Display, Instance, NoticeStatus
from compliance.model.rule import Notice, Placement, Purpose, Severity
from compliance.notices.render import MOST_NAME, Rendered, Slot, Slots, is_certain
from compliance.notices.render import render as render_words
from compliance.notices.wording import choose

NOTICE = Notice(
    id="warn",
    purpose=Purpose.READER_SAFETY,
    severity=Severity.ALERT,
    placement=Placement.FOOTER,
    text={"en": "{publisher.title} is listed.", "ru": "{publisher.title} в списке.", "ar": "{publisher.title} مدرج"},
    text_if_possible={"en": "If you are in Russia, take care.", "ru": "Если вы в России, осторожно."},
    short={"en": "{publisher.title}: listed"},
    slots={"publisher.title": {"en": "This site", "ru": "Этот сайт"}},
)
CONDITIONAL = replace(NOTICE, conditional=True, text_if_possible={})
HOSTILE = "</p><script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;"
ATTRIBUTES = {
    "aside": {"role", "class", "lang", "dir"},
    "p": set[str](),
    "a": {"href", "rel"},
}


def instance(notice: Notice = NOTICE, status: NoticeStatus = NoticeStatus.REQUIRED) -> Instance:
    return Instance(notice, None, status, Display.SHOW, (), ("warn",))


def render(instance: Instance, languages: Sequence[str], slots: Slots) -> Rendered:
    chosen = choose(instance.notice, date(2024, 1, 1), "", certain=is_certain(instance))
    return render_words(instance.notice, chosen, languages, slots)


def rendered(
    notice: Notice = NOTICE, title: str | None = "Radio", *languages: str, called: str | None = None
) -> Rendered:
    return render(instance(notice), languages, {"publisher.title": Slot(title, called)})


class Seen(HTMLParser):
    """What a browser would see: tags in order, their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: dict[str, dict[str, str | None]] = {}
        self.words: list[str] = []
        self.strange: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes[tag] = dict(attrs)

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.strange.append(data)

    def handle_decl(self, decl: str) -> None:
        self.strange.append(decl)

    def handle_pi(self, data: str) -> None:
        self.strange.append(data)

    def unknown_decl(self, data: str) -> None:
        self.strange.append(data)


def test_a_required_notice_speaks_plainly_and_a_possible_one_conditionally() -> None:
    assert rendered().text == "Radio is listed."
    possible = render(instance(status=NoticeStatus.POSSIBLE), (), {"publisher.title": Slot("Radio")})
    assert possible.text == possible.short == "If you are in Russia, take care."
    assert possible.unresolved == ()


def test_words_that_are_conditional_already_serve_for_both() -> None:
    for status in NoticeStatus:
        found = render(instance(CONDITIONAL, status), ["ru"], {"publisher.title": Slot("Радио")})
        assert found.text == "Радио в списке."


def test_the_short_words_are_in_the_language_of_the_text_or_are_the_text() -> None:
    assert rendered().short == "Radio: listed"
    assert rendered(NOTICE, "Радио", "ru").short == "Радио в списке."


def test_a_language_written_from_right_to_left_says_so() -> None:
    found = rendered(NOTICE, "Radio", "ar-EG")
    assert (found.language, found.direction) == ("ar", "rtl")
    assert Seen(found.html).attributes["aside"] == {
        "role": "note",
        "class": "notice notice-alert",
        "lang": "ar",
        "dir": "rtl",
    }


def test_the_conditional_words_may_have_fewer_languages_and_still_there_are_words() -> None:
    found = render(instance(status=NoticeStatus.POSSIBLE), ["ar"], {})
    assert (found.language, found.text) == ("en", "If you are in Russia, take care.")


@pytest.mark.parametrize(
    ("slots", "languages", "text"),
    [
        ({"publisher.title": Slot("Radio", "radio.example")}, ("en",), "Radio is listed."),
        ({"publisher.title": Slot(None, "radio.example")}, ("en",), "radio.example is listed."),
        ({"publisher.title": Slot()}, ("en",), "This site is listed."),
        ({"publisher.title": Slot("", "")}, ("ru",), "Этот сайт в списке."),
        ({}, ("ru-UA",), "Этот сайт в списке."),
        ({}, ("ar",), "This site مدرج"),
    ],
)
def test_a_slot_that_nobody_can_fill_never_drops_the_notice(
    slots: dict[str, Slot], languages: tuple[str, ...], text: str
) -> None:
    found = render(instance(), languages, slots)
    assert found.text == text
    is_resolved = bool(slots) and slots["publisher.title"].title
    assert found.unresolved == (() if is_resolved else ("publisher.title",))


def test_without_any_stand_in_three_dots_stand_in() -> None:
    found = render(instance(replace(NOTICE, slots={})), (), {})
    assert found.text == "… is listed."
    assert found.unresolved == ("publisher.title",)


def test_a_title_that_looks_like_a_slot_is_not_filled_again() -> None:
    assert rendered(NOTICE, "{publisher.title} {mention.title}").text == "{publisher.title} {mention.title} is listed."


@pytest.mark.parametrize("called", ["", " ", "\u200b", "\u202e\u202c", "\x00\n"])
def test_a_name_of_which_nothing_can_be_seen_is_no_name(called: str) -> None:
    assert rendered(NOTICE, None, "en", called=called).text == "This site is listed."
    assert rendered(replace(NOTICE, slots={}), None, "en", called=called).text == "… is listed."


@given(st.text())
@example("x\n\u202eevil\x1b[31m\u2028")
@example("a" * 10_000)
def test_what_a_caller_called_a_thing_becomes_one_short_printable_line(called: str) -> None:
    text = rendered(NOTICE, None, called=called).text
    name = text.removesuffix(" is listed.")
    assert name.isprintable()
    assert len(name) <= MOST_NAME


def test_words_prescribed_by_a_law_are_kept_to_the_letter() -> None:
    words = 'Fürs Leben — 100 % «exact» & "quoted" <5\''
    found = rendered(replace(NOTICE, text={"de": words}))
    assert found.text == words
    assert "".join(Seen(found.html).words) == words


@given(title=st.text(), link=st.one_of(st.none(), st.text(min_size=1)), tag=st.sampled_from(["en", "ru", "ar"]))
@example(title=HOSTILE, link=f"https://x.example/{HOSTILE}", tag="en")
@example(title="<!-- <![CDATA[ <?php ?> <style>*{}</style> </aside>", link='" onclick="alert(1)', tag="ru")
@example(title="&lt;b&gt; &#60;", link="https://x.example/?a=1&lt=2", tag="en")
def test_html_holds_a_note_a_paragraph_and_a_link_whatever_the_words(title: str, link: str | None, tag: str) -> None:
    found = rendered(replace(NOTICE, link=link), title, tag)
    seen = Seen(found.html)
    inner = ["a", "/a"] if link else []
    assert seen.tags == ["aside", "p", *inner, "/p", "/aside"]
    assert seen.strange == []
    for name, attributes in seen.attributes.items():
        assert attributes.keys() == ATTRIBUTES[name]
    assert "".join(seen.words) == found.text + (f" {link}" if link else "")
    if link:
        assert seen.attributes["a"] == {"href": link, "rel": "noopener"}


@given(st.sampled_from(list(Severity)))
def test_the_class_names_the_severity(severity: Severity) -> None:
    assert f'class="notice notice-{severity}"' in rendered(replace(NOTICE, severity=severity)).html
