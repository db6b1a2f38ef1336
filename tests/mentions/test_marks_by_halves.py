"""One mark that would change a page costs the others nothing."""

from __future__ import annotations

import pytest

from compliance.mentions import annotate
from compliance.mentions.annotate import _Draft, _Insertion
from compliance.mentions.markup import Markup
from tests.mentions.annotating import SUP

PAGE = "<p>one</p><p title='two'>three</p><p>four</p>"


def placed(before: str) -> _Insertion:
    return _Insertion(PAGE.index(before), SUP)


GOOD = [placed("</p><p t"), placed("</p><p>f"), placed("our</p>")]
IN_AN_ATTRIBUTE = placed("two'")


def test_only_the_mark_that_changes_the_page_is_left_out() -> None:
    among = sorted([*GOOD, IN_AN_ATTRIBUTE], key=lambda each: each.place)
    assert _Draft(Markup(PAGE)).sound(among) == GOOD
    assert _Draft(Markup(PAGE)).sound([IN_AN_ATTRIBUTE]) == []


def test_after_so_many_tries_what_is_not_known_to_be_sound_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annotate, "_MOST_TRIES", 0)
    among = sorted([*GOOD, IN_AN_ATTRIBUTE], key=lambda each: each.place)
    assert _Draft(Markup(PAGE)).sound(among) == []
    assert _Draft(Markup(PAGE)).sound(GOOD) == GOOD
