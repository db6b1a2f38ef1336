"""What a page prints where a check cannot answer: the notices that a publisher's page may need, whoever reads it.

Theory: a failure must never take a notice away. Of a page of which nothing is known but its publisher, and of a
reader who may be anywhere, an answer has every notice that may be due, in conditional words. Such answers are made
while all is well, one for each publisher that was asked about, and kept until the rules or the day change; one that
cannot be made anew is used on. Notices that would accuse somebody by guess are held, as in every answer; where
nothing is left to be shown, it is said that nobody knows.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date
from typing import Final
from urllib.parse import urlsplit

from compliance.blocks import Printed, printed
from compliance.check import Checker, today
from compliance.content.facts import Content
from compliance.engine.memo import Memo
from compliance.errors import RequestError
from compliance.store import Snapshot

MOST_KEPT: Final = 4096
"""So many publishers are remembered, in the languages that were asked for."""
MOST_NAME: Final = 300
"""A name of a publisher that is longer is none."""
UNKNOWN: Final = Printed(notices=())
_log = logging.getLogger("compliance.fallback")
_Key = tuple[str, tuple[str, ...] | None]
"""What a publisher is called, and the languages that are read; None is whichever came first."""


class Fallbacks:
    """Fallbacks of a checker, made beforehand. Threads may share it; nothing here raises."""

    def __init__(self, checker: Checker) -> None:
        """Make those of `checker`; the one for any publisher at once."""
        self._checker = checker
        self._of: tuple[Snapshot, date] | None = None
        self._kept, self._old = Memo[Printed](MOST_KEPT), Memo[Printed](MOST_KEPT)
        self.learn([])

    def learn(self, publishers: Sequence[str], languages: Sequence[str] = ()) -> None:
        """Make ready what pages of publishers print; of each that is known already nothing is done."""
        for each in publishers or [""]:
            self._one((each, tuple(languages)))

    def printed(self, publishers: Sequence[str], languages: Sequence[str] = (), *, is_new: bool = True) -> Printed:
        """What a page prints that is of any of these publishers, or of any at all if none is given.

        Args:
            publishers: the names of the publisher.
            languages: BCP 47 tags, best first.
            is_new: whether what is not remembered is worked out.
        """
        look = self._one if is_new else self._remembered
        found = [look((each, tuple(languages))) for each in publishers or [""]]
        notices = tuple(dict.fromkeys(notice for each in found for notice in each.notices))
        notes = tuple(dict.fromkeys(note for each in found for note in each.footnotes))
        return Printed(notices=notices, footnotes=notes)

    def _one(self, key: _Key) -> Printed:
        publisher, languages = key
        try:
            self._turn()
            return self._kept.get(key) or self._made(publisher, languages or ())
        except RequestError:
            return self._one((publisher, ())) if languages else UNKNOWN  # nobody can be called so
        except Exception as error:  # noqa: BLE001 - it is asked for when something is broken already
            _log.error("no fallback could be made: %s", type(error).__name__)
        return self._remembered(key)

    def _remembered(self, key: _Key) -> Printed:
        """What is known of a publisher in some language, or of any."""
        publisher, languages = key
        tried: list[_Key] = [key, (publisher, ()), (publisher, None), ("", languages), ("", None)]
        found = (kept.get(each) for each in tried for kept in (self._kept, self._old))
        return next((each for each in found if each is not None), UNKNOWN)

    def _made(self, publisher: str, languages: tuple[str, ...]) -> Printed:
        content = Content(publisher=publisher or None)
        made = printed(self._checker.check(content, languages=languages, is_given=False))
        if self._kept.get((publisher, None)) is None:
            self._kept.put((publisher, None), made)  # in another language rather than not at all
        return self._kept.put((publisher, languages), made)

    def _turn(self) -> None:
        """Begin anew where the rules or the day are others than those of what is kept."""
        now = (self._checker.store.current, today())
        if self._of is None or self._of[0] is not now[0] or self._of[1] != now[1]:
            self._old, self._kept, self._of = self._kept, Memo(MOST_KEPT), now


def publishers(publisher: object, url: object) -> list[str]:
    """The names by which a page may be somebody's: what was said, and the host of its address."""
    found = [publisher] if isinstance(publisher, str) else []
    if isinstance(url, str):
        try:
            found.append(urlsplit(url.strip()).hostname or "")
        except ValueError:
            found.append("")
    return [each.strip() for each in dict.fromkeys(found) if each.strip() and len(each) <= MOST_NAME]
