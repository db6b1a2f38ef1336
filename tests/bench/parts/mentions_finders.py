"""Our scanner, and the usual ways to find names of a list, each with the same aliases.

Theory: a peer gets every alias that may mean its entity, in any letter case, as whole words, and of matches inside one
another the longest. It cannot say how sure it is, so all its finds are certain. Packages are looked up by name: this
file needs none of them.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib import import_module, metadata
from typing import Any, Final

from compliance import dictionary
from compliance.dictionary import forms
from compliance.mentions.aware import AwareScanner
from compliance.mentions.inflection import Forms
from compliance.mentions.scan import Verdict
from compliance.model.designation import Entity
from compliance.model.ruleset import Ruleset
from compliance.store import packaged_rules, read_rules
from tests.bench.parts.mentions_score import Find

_WORD: Final = re.compile(r"[^\W_]+")
Spans = Sequence[tuple[int, int, Sequence[str]]]


class Contender(ABC):
    """Something that looks for names."""

    name: str
    package: str = ""
    """What it needs from PyPI."""
    form: str
    """What is asked of it."""

    @abstractmethod
    def __init__(self, entities: Iterable[Entity]) -> None:
        """Get ready for the names of some entities."""

    @abstractmethod
    def find(self, text: str) -> tuple[Sequence[Find], Sequence[Find]]:
        """What it found, and what it passed over and says so."""

    @classmethod
    def version(cls) -> str:
        """The version that is installed, or "" if none is."""
        try:
            return metadata.version(cls.package) if cls.package else "-"
        except metadata.PackageNotFoundError:
            return ""


@cache
def _rules() -> Ruleset:
    return read_rules(packaged_rules())


def made_ready(entities: Iterable[Entity], known: Forms) -> AwareScanner:
    """The scanner that answers rest on: of some entities, with the shipped notices and marks."""
    return dictionary.made_ready(entities, _rules(), known)


class Ours(Contender):
    name = "compliance"
    form = "the scanner as it is: certain and possible"

    def __init__(self, entities: Iterable[Entity]) -> None:
        self.scanner = made_ready(entities, forms())

    def find(self, text: str) -> tuple[Sequence[Find], Sequence[Find]]:
        found = self.scanner.scan(text)
        mentions = [
            Find(each.entity, each.start, each.end, is_certain=each.verdict is Verdict.CERTAIN)
            for each in found.mentions
        ]
        return mentions, [Find(each.entity, each.start, each.end) for each in found.suppressed]


class OursCertain(Ours):
    name = "compliance, certain alone"
    form = "the same without what is only possible"

    def find(self, text: str) -> tuple[Sequence[Find], Sequence[Find]]:
        found, suppressed = super().find(text)
        return [each for each in found if each.is_certain], suppressed


class Peer(Contender):
    """Somebody else's way."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        self.owners: dict[str, list[str]] = defaultdict(list)
        for entity in entities:
            for alias in entity.aliases:
                low = alias.name.lower()
                if alias.may_mean_it and entity.id not in self.owners[low]:
                    self.owners[low].append(entity.id)
        self.prepare()

    @abstractmethod
    def prepare(self) -> None:
        """Get ready for the aliases in `owners`."""

    @abstractmethod
    def spans(self, text: str) -> Spans:
        """Start, end and entities of each match."""

    def find(self, text: str) -> tuple[Sequence[Find], Sequence[Find]]:
        return [Find(entity, start, end) for start, end, entities in self.spans(text) for entity in entities], ()


class Exact(Peer):
    """Words compared one by one, after `key` has been asked what each counts as."""

    name = "exact aliases"
    form = "word by word"

    def prepare(self) -> None:
        self.by_first: dict[str, list[tuple[tuple[str, ...], list[str]]]] = defaultdict(list)
        key = self.key()
        for low, entities in self.owners.items():
            if words := tuple(key(each) for each in _WORD.findall(low)):
                self.by_first[words[0]].append((words, entities))
        for each in self.by_first.values():
            each.sort(key=lambda known: -len(known[0]))

    def key(self) -> Callable[[str], str]:
        return str

    def spans(self, text: str) -> Spans:
        found: list[tuple[int, int, Sequence[str]]] = []
        key, place = self.key(), 0
        places = [(each.start(), each.end()) for each in _WORD.finditer(text)]
        words = [key(text[start:end].lower()) for start, end in places]
        while place < len(words):
            size = 1
            for known, entities in self.by_first.get(words[place], ()):
                if tuple(words[place : place + len(known)]) == known:
                    size = len(known)
                    found.append((places[place][0], places[place + size - 1][1], entities))
                    break
            place += size
        return found


class Stems(Exact):
    name = "stems"
    package = "snowballstemmer"
    form = "word by word, the stems of both (Russian for Cyrillic, else English)"

    def key(self) -> Callable[[str], str]:
        make = import_module("snowballstemmer").stemmer
        russian, english = make("russian").stemWord, make("english").stemWord
        return lambda word: english(word) if word.isascii() else russian(word)


class Lemmas(Exact):
    name = "lemmas at run time"
    package = "pymorphy3"
    form = "word by word, the likeliest Russian lemma of both"

    def key(self) -> Callable[[str], str]:
        if not hasattr(self, "parse"):
            self.parse = import_module("pymorphy3").MorphAnalyzer(lang="ru").parse
        return lambda word: word if word.isascii() else self.parse(word)[0].normal_form


class FlashText(Peer):
    name = "flashtext2"
    package = "flashtext2"
    form = "`KeywordProcessor`, letter case does not matter"

    def prepare(self) -> None:
        self.processor: Any = import_module("flashtext2").KeywordProcessor(case_sensitive=False)
        for low in self.owners:
            self.processor.add_keyword(low)

    def spans(self, text: str) -> Spans:
        found = self.processor.extract_keywords_with_span(text)
        return [(start, end, self.owners[name]) for name, start, end in found]


class Phrases(Peer):
    name = "spaCy PhraseMatcher"
    package = "spacy"
    form = "a blank pipeline for all languages, `attr=LOWER`"

    def prepare(self) -> None:
        spacy = import_module("spacy")
        self.filtered = import_module("spacy.util").filter_spans
        self.pipe: Any = spacy.blank("xx")
        self.matcher: Any = import_module("spacy.matcher").PhraseMatcher(self.pipe.vocab, attr="LOWER")
        for low in self.owners:
            self.matcher.add(low, [self.pipe.make_doc(low)])

    def spans(self, text: str) -> Spans:
        found = self.filtered(self.matcher(self.pipe.make_doc(text), as_spans=True))
        return [(each.start_char, each.end_char, self.owners[each.label_]) for each in found]


OURS: Final[tuple[type[Ours], ...]] = (Ours, OursCertain)
PEERS: Final[tuple[type[Peer], ...]] = (Exact, Stems, Lemmas, FlashText, Phrases)
