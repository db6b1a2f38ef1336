"""Names made ready for a rule set: once, when the first text comes, with the forms from a dictionary.

Theory: the dictionary is large, and slow to ask, so nobody opens it who does not look for names, and no word is
asked twice in a process. A text that comes again, as a page does for each of its readers, is not read again: what
was found is kept under the hash of the text. The text itself is not kept.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Final

import pymorphy3

from compliance.engine.memo import Memo
from compliance.mentions.inflection import Forms
from compliance.mentions.names import names_of
from compliance.mentions.scan import Scanned, Scanner
from compliance.model.ruleset import Ruleset

MOST_KEPT: Final = 4096
"""So many contents are remembered."""


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
        self._kept: Memo[Scanned] = Memo(MOST_KEPT)

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

    def scan(self, parts: Mapping[str, str]) -> Scanned:
        """What is in the parts of a content."""
        key = sha256("\0".join(f"{name}\0{text}" for name, text in parts.items()).encode("utf-8", "surrogatepass"))
        found = self._kept.get(key.digest())
        return self._kept.put(key.digest(), self.ready().scan_fields(parts)) if found is None else found
