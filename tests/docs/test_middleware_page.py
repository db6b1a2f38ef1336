"""What docs/middleware.md prints to be copied does what it says there."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest

from compliance import Checker
from compliance.middleware.deciding import PageRequest, Site
from compliance.model.notice import Severity

PAGE = (Path(__file__).parents[2] / "docs" / "middleware.md").read_text(encoding="utf-8")


def block(kind: str, beginning: str) -> str:
    """The block of a kind that begins so."""
    found = re.search(rf"^```{kind}\n({re.escape(beginning)}.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def luminance(colour: str) -> float:
    """Source: WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_settings_of_django_are_whole_and_their_publisher_shows_notices(caplog: pytest.LogCaptureFixture) -> None:
    settings: dict[str, Any] = {}
    exec(block("text", "from compliance import Checker\n"), settings)  # noqa: S102 - they are ours
    site = Site(**settings["COMPLIANCE_NOTICES"])
    decided = site.decided(PageRequest("GET", "https://rferl.org/a"))
    assert decided is not None
    assert "If you are in Russia" in decided.halves.behind
    assert "compliance.middleware.django.notices" in settings["MIDDLEWARE"]
    assert caplog.records == []


def test_the_warning_that_is_shown_is_the_one_that_is_logged(
    checker: Checker, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        Site(checker, publisher="rferl.rog")
    [record] = caplog.records
    assert f"{record.levelname} {record.name}: {record.getMessage()}\n" == block("text", "WARNING")


def test_every_publisher_that_is_printed_to_be_copied_is_declared(checker: Checker) -> None:
    named = set(re.findall(r"publisher\"?(?:=|: )\"([^\"]+)\"", PAGE))
    assert named
    assert [name for name in named if not checker.store.current.directory.identify(name)] == []


def test_the_style_sheet_has_every_severity_and_can_be_read() -> None:
    sheet = block("css", ".notices")
    named = set(re.findall(r"\.notice-(\w+)", sheet))
    assert named == {each.value for each in Severity} - {Severity.INFORM.value}  # which looks like any notice
    [text] = re.findall(r"[^-]color: (#\w{6})", sheet)
    for background in re.findall(r"background: (#\w{6})", sheet):
        assert (luminance(background) + 0.05) / (luminance(text) + 0.05) >= 7
