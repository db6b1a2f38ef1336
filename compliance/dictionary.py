"""Names made ready for a rule set: once, when the first text comes, with the forms from a dictionary.

Theory: the dictionary is large, and slow to ask, so nobody opens it who does not look for names, and no word is
asked twice in a process. A text that comes again, as a page does for each of its readers, is not read again: what
was found is kept under the hash of the text. The text itself is not kept.
"""

from __future__ import annotations

import logging
import threading
from functools import cache
from typing import Final

import pymorphy3

from compliance.content.facts import Content
from compliance.content.mentioned import NOTHING, Looked, digest_of, look
from compliance.content.publisher import Directory
from compliance.engine.memo import Memo
from compliance.mentions.inflection import Forms
from compliance.mentions.names import names_of
from compliance.mentions.scan import Scanner
from compliance.model.ruleset import Ruleset

_log = logging.getLogger("compliance.dictionary")
MOST_KEPT: Final = 1024
"""So many contents are remembered, ..."""
MOST_FOUND: Final = 200
"""... if not more than so much was found in one: no page of names fills the memory."""


@cache
def forms() -> Forms:
    """What is known of words, shared by all rule sets of a process."""
    logging.getLogger("pymorphy3").setLevel(logging.WARNING)  # which file it opened is of no interest
    return Forms(pymorphy3.MorphAnalyzer(lang="ru"))


def scanner_of(ruleset: Ruleset) -> Scanner:
    """A scanner of the names of all entities of a rule set."""
    return Scanner(names_of(ruleset.entities.values(), forms()))


class Names:
    """The names of a rule set's entities, looked for in contents. Threads may share it."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._ruleset = ruleset
        self._scanner: Scanner | None = None
        self._lock = threading.Lock()
        self._kept: Memo[Looked] = Memo(MOST_KEPT)

    @property
    def is_ready(self) -> bool:
        """Whether the scanner was made."""
        return self._scanner is not None

    def ready(self) -> Scanner:
        """The scanner, made when it is first asked for."""
        with self._lock:
            if self._scanner is None:
                self._scanner = scanner_of(self._ruleset)
            return self._scanner

    def look(self, content: Content, directory: Directory) -> Looked:
        """What is in the texts of a page."""
        key = digest_of(content)
        if key is None:
            return NOTHING
        found = self._kept.get(key)
        if found is None:
            try:
                found = look(content, directory, self.ready().scan_fields)
            except Exception as error:  # noqa: BLE001 - whatever goes wrong here, whom a page mentions is unknown
                _log.error("a content was not looked through: %s", type(error).__name__)
                return NOTHING
            if len(found.mentions) + len(found.suppressed) <= MOST_FOUND:
                self._kept.put(key, found)
        return found
