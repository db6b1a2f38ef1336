"""What is printed where nothing can be asked: made while all is well, and kept."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from compliance import Checker
from compliance.blocks import Printed, block
from compliance.fallback import MOST_NAME, Fallbacks, publishers
from tests.tiny import TINY

RADIO = ["rferl.org"]


def write(directory: Path, **changed: str) -> Path:
    for name, text in {**TINY, **changed}.items():
        directory.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
        directory.joinpath(name).write_text(text, encoding="utf-8")
    return directory


def fail(*_: object, **__: object) -> None:
    raise ZeroDivisionError("95.165.0.1")


def test_a_publisher_that_was_learned_is_known_when_nothing_works(
    checker: Checker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fallbacks = Fallbacks(checker)
    fallbacks.learn(RADIO, ["ru"])
    good = fallbacks.printed(RADIO, ["ru"])
    assert "Если вы находитесь в России" in block(good)
    monkeypatch.setattr(Checker, "check", fail)
    assert fallbacks.printed(RADIO, ["ru"]) == good
    assert fallbacks.printed(RADIO, ["uk"]) == good  # in another language rather than not at all
    with caplog.at_level(logging.ERROR):
        assert fallbacks.printed(["meduza.io"]).is_empty
    assert "ZeroDivisionError" in caplog.text
    assert "95.165" not in caplog.text


def test_no_language_is_taken_for_another_while_all_is_well(checker: Checker) -> None:
    fallbacks = Fallbacks(checker)
    fallbacks.learn(RADIO, ["ru"])
    assert "If you are in Russia" in block(fallbacks.printed(RADIO))


def test_a_checker_that_answers_nothing_from_the_start_is_no_failure(
    checker: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Checker, "check", fail)
    assert Fallbacks(checker).printed([]) == Printed(notices=())


def test_names_that_disagree_give_the_notices_of_both(checker: Checker) -> None:
    fallbacks = Fallbacks(checker)
    one, other = fallbacks.printed(RADIO), fallbacks.printed(["nobody.example"])
    both = fallbacks.printed([*RADIO, "nobody.example"])
    assert set(both.notices) == {*one.notices, *other.notices}


def test_a_language_that_is_none_takes_no_notice_away(checker: Checker) -> None:
    fallbacks = Fallbacks(checker)
    assert not fallbacks.printed(RADIO, ["\ud800"]).is_empty


def test_changed_rules_are_followed_and_a_failure_keeps_what_the_old_ones_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checker = Checker.open(write(tmp_path))
    fallbacks = Fallbacks(checker)
    fallbacks.learn(["radio.example"])
    assert "If you are in Russia, take care" in block(fallbacks.printed(["radio.example"]))
    changed = TINY["warn.yaml"].replace("take care", "beware")
    write(tmp_path, **{"warn.yaml": changed})
    assert checker.store.reload()
    with monkeypatch.context() as patch:
        patch.setattr(Checker, "check", fail)
        assert "take care" in block(fallbacks.printed(["radio.example"]))
    assert "beware" in block(fallbacks.printed(["radio.example"]))


def test_a_page_is_called_by_its_publisher_and_by_its_host() -> None:
    assert publishers("radio.example", "https://Other.example:8443/a?b") == ["radio.example", "other.example"]
    assert publishers("radio.example", "https://radio.example/") == ["radio.example"]
    assert publishers(None, "http://[::1") == publishers(7, " ") == publishers("", None) == []
    assert publishers("x" * (MOST_NAME + 1), None) == []
