"""Names made ready for a rule set: once, when the first text comes, with the forms of their words.

Theory: the dictionary is large, and slow to ask, so nobody opens it who does not look for names, or whose words are
known: from the bundle that the rules came in, or from a former start. What is not known is asked, and no word twice
in a process. A text that comes again, as a page does for each of its readers, is not read again: what was found is
kept under the hash of the text. The text itself is not kept.
"""

from __future__ import annotations

import gc
import importlib
import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, cached_property
from importlib import metadata
from typing import Final

from compliance.content.facts import Content
from compliance.content.mentioned import NOTHING, Looked, digest_of, look
from compliance.content.publisher import Directory
from compliance.engine.memo import Memo
from compliance.forms_cache import FormsCache
from compliance.mentions.aware import AwareScanner
from compliance.mentions.endings import UKRAINIAN
from compliance.mentions.existing import Existing
from compliance.mentions.inflection import RULES, Analyzer, Forms, Parse
from compliance.mentions.names import Name, names_of
from compliance.mentions.table import Maker, Table
from compliance.model.designation import Entity
from compliance.model.ruleset import Ruleset
from compliance.ukrainian import installed
from compliance.ukrainian import known as known_in_ukrainian
from compliance.ukrainian import words_in as ukrainian_words

_log = logging.getLogger("compliance.dictionary")
MOST_KEPT: Final = 1024
"""So many contents are remembered, ..."""
MOST_FOUND: Final = 200
"""... if not more than so much was found in one: no page of names fills the memory."""
_READER: Final = "pymorphy3"
_WORDS: Final = "pymorphy3-dicts-ru"


class Dictionary:
    """The Russian dictionary, opened with the first word that it is asked. Threads may share it."""

    def __init__(self) -> None:
        self._opened: Analyzer | None = None
        self._lock = threading.Lock()

    def parse(self, word: str) -> Sequence[Parse]:
        """The readings of a word, the likeliest first."""
        return self._open().parse(word)

    def word_is_known(self, word: str) -> bool:
        """Whether the dictionary has the word."""
        return self._open().word_is_known(word)

    def _open(self) -> Analyzer:
        with self._lock:
            if self._opened is None:
                logging.getLogger(_READER).setLevel(logging.WARNING)  # which file it opened is of no interest
                opened: Analyzer = importlib.import_module(_READER).MorphAnalyzer(lang="ru")
                self._opened = opened
            return self._opened


@cache
def forms() -> Forms:
    """What is known of words, shared by all rule sets of a process that came without forms of their own."""
    return Forms(Dictionary())


def made_by(ukrainian: str | None = None) -> Maker:
    """What the forms that are worked out here are made by. No dictionary is opened for that.

    Args:
        ukrainian: the Ukrainian dictionary, with its version; None if rules alone were used.
    """
    reader, words = (f"{each} {metadata.version(each)}" for each in (_READER, _WORDS))
    return Maker(reader, words if ukrainian is None else f"{words}, {ukrainian}", RULES)


def table_of(ruleset: Ruleset) -> Table:
    """The forms of all words of the names and marks of a rule set, and of no others, as the dictionary has them."""
    asked = Forms(forms().analyzer)
    ukrainian = _ask_in_ukrainian(ruleset, asked)
    _asked(ruleset.entities.values(), ruleset, asked)
    return Table.of(made_by(ukrainian), asked.known)


def scanner_of(ruleset: Ruleset, shipped: Table | None = None, kept: FormsCache | None = None) -> AwareScanner:
    """A scanner of the names of all entities of a rule set.

    Args:
        ruleset: the rules.
        shipped: the forms that came with them. Words that it lacks are asked of the dictionary; all are, if our
            rules were others when it was made.
        kept: where forms are kept from one start to the next; unused where some came with the rules.
    """
    if shipped is not None and shipped.is_by_these_rules:
        known = {language: dict(words) for language, words in shipped.words.items()}
        return _scanner(ruleset, Forms(forms().analyzer, known))
    if shipped is not None:
        _log.warning("the word forms in the bundle are by other rules, and are worked out here: build it again")
    if kept is not None:
        return _with_kept(ruleset, kept)
    _ask_in_ukrainian(ruleset, forms())
    return _scanner(ruleset, forms())


def _ask_in_ukrainian(ruleset: Ruleset, inflector: Forms) -> str | None:
    """Have the words of Ukrainian names looked up, those that are not known yet; which dictionary has told them all."""
    wanted, before = ukrainian_words(ruleset.entities.values()), inflector.known.get(UKRAINIAN, {})
    if wanted <= before.keys():
        return installed() if wanted else None
    found, dictionary = known_in_ukrainian(wanted - before.keys())
    if found:
        inflector.known[UKRAINIAN] = {**before, **found}
    return dictionary


def _scanner(ruleset: Ruleset, inflector: Forms) -> AwareScanner:
    return made_ready(ruleset.entities.values(), ruleset, inflector)


def made_ready(entities: Iterable[Entity], ruleset: Ruleset, inflector: Forms) -> AwareScanner:
    """A scanner of the names of some entities, aware of the notices and marks of a rule set."""
    with _uncollected():
        return AwareScanner(*_asked(entities, ruleset, inflector))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for cycles: of a hundred thousand values that are all kept it takes a third of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():  # they count as old at once, and are not walked through first
            gc.freeze()
            gc.unfreeze()
        if was:
            gc.enable()


def _asked(entities: Iterable[Entity], ruleset: Ruleset, inflector: Forms) -> tuple[list[Name], Existing]:
    """Everything of a rule set whose words have forms, with the names of some entities."""
    names = names_of(entities, inflector)
    return names, Existing.of(ruleset, names, inflector)


def _with_kept(ruleset: Ruleset, kept: FormsCache) -> AwareScanner:
    """A scanner of a rule set, with what a former start left behind, and leaving behind what this one learned."""
    known, ukrainian = forms().known, installed() if ukrainian_words(ruleset.entities.values()) else None
    maker = made_by(ukrainian)
    before = kept.read(maker) or Table(maker, {})
    for language, words in before.words.items():
        mine = known.setdefault(language, {})
        for name, word in words.items():
            mine.setdefault(name, word)
    is_whole = _ask_in_ukrainian(ruleset, forms()) == ukrainian
    made = _scanner(ruleset, forms())
    now = Table.of(maker, {language: dict(words) for language, words in known.items()})
    if is_whole and now.counts[0] > before.counts[0]:
        kept.write(now)
    return made


class Names:
    """The names of a rule set's entities, looked for in contents. Threads may share it."""

    def __init__(self, ruleset: Ruleset, shipped: Table | None = None, kept: FormsCache | None = None) -> None:
        """See `scanner_of`."""
        self._ruleset, self._shipped, self._forms_cache = ruleset, shipped, kept
        self._scanner: AwareScanner | None = None
        self._lock = threading.Lock()
        self._kept: Memo[Looked] = Memo(MOST_KEPT)

    @property
    def is_ready(self) -> bool:
        """Whether the scanner was made."""
        return self._scanner is not None

    @cached_property
    def made_by(self) -> str:
        """By what and with which dictionary the forms are found that are looked for."""
        shipped = self._shipped
        if shipped is not None and shipped.is_by_these_rules:
            maker = shipped.made_by
        else:
            maker = made_by(installed() if ukrainian_words(self._ruleset.entities.values()) else None)
        return f"{maker.analyzer}; {maker.dictionary}; rules {maker.rules}"

    def ready(self) -> AwareScanner:
        """The scanner, made when it is first asked for."""
        with self._lock:
            if self._scanner is None:
                self._scanner = scanner_of(self._ruleset, self._shipped, self._forms_cache)
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
