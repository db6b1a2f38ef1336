"""What scanning costs, beside the bare automaton, beside others, and where a text is made to be slow.

Theory: the automaton alone, on a text that was folded before, is what no scanner can beat; so a scan is told as a
multiple of it, of the same round: a busy minute slows both down. Whether time grows with the length and not faster is
told by two lengths of the same trap, one ten times the other.
"""

from __future__ import annotations

import gc
import statistics
import tracemalloc
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from time import process_time
from typing import Final

import daachorse

from compliance.dictionary import forms
from compliance.mentions.anchors import anchors
from compliance.mentions.inflection import Forms
from compliance.mentions.names import names_of
from compliance.mentions.normalize import HIDDEN, MIXED, fold_with_care
from compliance.model.designation import Entity
from tests.bench.parts.mentions_corpus import CONSTRUCTED, HARD, NATURAL, Corpus
from tests.bench.parts.mentions_filler import news, organisations
from tests.bench.parts.mentions_finders import Contender, made_ready

SEED: Final = 6
PAGE: Final = 100_000
MANY: Final = 3_000
SHORT: Final = 0.02
"""A pass takes at least so many seconds of CPU; a shorter text is scanned several times."""
TRIES: Final = 2
"""So many rounds of each trap."""
Tell = Callable[[str], None]
Scan = Callable[[str], object]


@dataclass
class Passes:
    """Seconds of CPU for one scan of a text, of each round."""

    size: int
    """Bytes of UTF-8."""
    seconds: list[float] = field(default_factory=list)

    @property
    def megabytes(self) -> float:
        """A second."""
        return self.size / statistics.median(self.seconds) / 1e6

    def ratio(self, base: Passes) -> float:
        """How many times the other one, as the median of rounds."""
        return statistics.median(one / other for one, other in zip(self.seconds, base.seconds, strict=True))


def page(corpus: Corpus, kinds: Collection[str] = (NATURAL, HARD), size: int = PAGE) -> str:
    """Ordinary news with texts of the corpus in between: about one in a kilobyte."""
    random = Random(SEED)  # noqa: S311 - a seed
    texts = [each.text for each in corpus.texts if each.kind in kinds]
    random.shuffle(texts)
    found: list[str] = []
    done = number = 0
    while done < size:
        found.append(f"{news(800, random)}\n\n{texts[number % len(texts)]}\n\n")
        done += len(found[-1].encode())
        number += 1
    return "".join(found)


def bare(entities: Iterable[Entity]) -> Scan:
    """The automaton of the same anchors, which finds and does nothing else."""
    by_anchor = anchors(names_of(entities, forms()))
    patterns = list(dict.fromkeys([*by_anchor, *sorted(HIDDEN), *sorted(MIXED)]))
    return daachorse.CharwiseDoubleArrayAhoCorasick(patterns, daachorse.MATCH_KIND_LEFTMOST_LONGEST).find


def many(corpus: Corpus, number: int = MANY) -> list[Entity]:
    """The entities of the corpus, and as many invented ones as it takes."""
    return [*corpus.entities, *organisations(number - len(corpus.entities), Random(SEED))]  # noqa: S311 - a seed


def side_by_side(scans: Mapping[str, tuple[Scan, str]], rounds: int) -> dict[str, Passes]:
    """Each scan of its own text in turn, round by round; the first round is not counted."""
    found = {name: Passes(len(text.encode())) for name, (_, text) in scans.items()}
    for number in range(rounds + 1):
        for name, (scan, text) in scans.items():
            spent = _seconds(scan, text)
            if number:
                found[name].seconds.append(spent)
    return found


def _seconds(scan: Scan, text: str, least: int = 1) -> float:
    """The CPU seconds of a scan, the mean of at least so many."""
    gc.collect()
    times, started = 0, process_time()
    while (spent := process_time() - started) < SHORT or times < least:
        scan(text)
        times += 1
    return spent / times


def beside_others(finders: Sequence[Contender], corpus: Corpus, rounds: int) -> dict[str, Passes]:
    """Every contender on a page, after the bare automaton (named "")."""
    text = page(corpus)
    scans: dict[str, tuple[Scan, str]] = {"": (bare(corpus.entities), fold_with_care(text).text)}
    return side_by_side({**scans, **{each.name: (each.find, text) for each in finders}}, rounds)


NAMED, ODD, QUIET = "with names", "with soft hyphens, stress marks and look-alike letters", "without any name"


@dataclass(frozen=True)
class Speed:
    """What comes out with some entities."""

    entities: int
    compiling: float
    """Seconds of CPU to make their names ready, with a dictionary that was asked nothing before ..."""
    cached: float
    """... and with the forms of all words there already, as a bundle or the cache has them."""
    memory: int
    """Bytes that Python has more for it, with these forms."""
    raw: Passes
    """The bare automaton on the page with names."""
    scans: Mapping[str, Passes]
    """Ours by kind of page."""


def speed(entities: Sequence[Entity], corpus: Corpus, rounds: int) -> Speed:
    """Names made ready, and three pages scanned."""
    cold = Forms(forms().analyzer)
    started = process_time()
    scanner = made_ready(entities, cold)
    compiling = process_time() - started
    cached, memory = _once_more(entities, cold)
    pages = {
        NAMED: page(corpus),
        ODD: page(corpus, (NATURAL, HARD, CONSTRUCTED)),
        QUIET: news(PAGE, Random(SEED)),  # noqa: S311 - a seed
    }
    scans: dict[str, tuple[Scan, str]] = {name: (scanner.scan, text) for name, text in pages.items()}
    passes = side_by_side({"": (bare(entities), fold_with_care(pages[NAMED]).text), **scans}, rounds)
    return Speed(len(entities), compiling, cached, memory, passes.pop(""), passes)


def _once_more(entities: Sequence[Entity], known: Forms) -> tuple[float, int]:
    """The seconds of CPU, the least of some, and the bytes that it takes where the forms of all words are known."""
    seconds = []
    for _ in range(TRIES + 1):
        gc.collect()
        started = process_time()
        made_ready(entities, known)
        seconds.append(process_time() - started)
    tracemalloc.start()
    scanner = made_ready(entities, known)
    memory, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return min(seconds), memory if scanner.names else 0


# -- traps ------------------------------------------------------------------------------------------------

TRAPS: Final[Mapping[str, str]] = {
    "one name, again and again": "Радио Свобода ",
    "the first word of a name": "Радио ",
    "a word of a hundred names": "International ",
    "words of names without a space": "Радио-Свобода-",
    "a weak name in a quotation that never ends": "«Листопад ",
    "one word that never ends": "а",
    "one word of two alphabets": "аa",
    "one that stays as it is": "аaŋ",
    "nothing but stress marks": "а\u0301",
    "characters that nobody sees": "\xad\u200b",
    "full stops and spaces": ". ",
}
"""What is repeated until the text is long enough."""


@dataclass(frozen=True)
class Trap:
    """How long a text takes that was made to be slow, and one ten times as long."""

    name: str
    small: int
    """Bytes."""
    seconds: Sequence[float]
    """Of each round."""
    ten_times: Sequence[float]

    @property
    def growth(self) -> float:
        """Ten is linear. Of the round that was disturbed least: what is slow by itself is slow in each."""
        return min(long / short for short, long in zip(self.seconds, self.ten_times, strict=True))

    @property
    def megabytes(self) -> float:
        """A second, of the long one."""
        return 10 * self.small / min(self.ten_times) / 1e6


def traps(scan: Scan, size: int, tell: Tell) -> list[Trap]:
    """Every trap, at `size` bytes and at ten times as many."""
    found = []
    for name, piece in TRAPS.items():
        tell(name)
        short = piece * (size // len(piece.encode()))
        rounds = [(_seconds(scan, short, 5), _seconds(scan, short * 10)) for _ in range(TRIES)]
        found.append(Trap(name, len(short.encode()), *map(list, zip(*rounds, strict=True))))
    return found


# -- quiet text -------------------------------------------------------------------------------------------


def false_certain(corpus: Corpus, size: int) -> tuple[int, int]:
    """How many certain and possible finds of shipped entities there are in so many bytes of news that name nobody."""
    text = news(size, Random(SEED))  # noqa: S311 - a seed
    scanned = made_ready(corpus.shipped.values(), forms()).scan(text)
    certain = sum(each.verdict == "certain" for each in scanned.mentions)
    return certain, len(scanned.mentions) - certain
