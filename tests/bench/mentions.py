"""What names are found in labelled texts, beside others, and what it costs: `make bench-mentions`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.engine import DOCS, say, tell
from tests.bench.parts import mentions_tables as tables
from tests.bench.parts import report
from tests.bench.parts.mentions_corpus import CONSTRUCTED, DEV, HARD, NATURAL, NOTHING, TEST, Corpus, Text, read
from tests.bench.parts.mentions_finders import OURS, PEERS, Contender, Ours
from tests.bench.parts.mentions_html import html_speed, is_there
from tests.bench.parts.mentions_score import Score, mistakes, score
from tests.bench.parts.mentions_speed import Passes, Speed, Trap, beside_others, false_certain, many, speed, traps

TEMPLATE: Final = Path(report.__file__).with_name("mentions.md")
ROUNDS: Final = 9
TRAP: Final = 1_000_000
QUIET: Final = 200_000
KINDS: Final = {
    NATURAL: "as media write",
    CONSTRUCTED: "constructed",
    NOTHING: "no name at all",
    HARD: "what looks like a name",
}


@dataclass
class Run:
    """Everything that one run found."""

    corpus: Corpus
    ours: Ours
    scores: Mapping[str, Score]
    """On all texts, by contender; those that are not installed are missing."""
    passes: Mapping[str, Passes]
    speeds: tuple[Speed, Speed]
    """With the entities of the corpus, and with many."""
    traps: Sequence[Trap]
    page: Mapping[str, Passes]
    """Empty where pages cannot be read yet."""
    quiet: tuple[int, int]
    is_quick: bool

    @property
    def missing(self) -> list[str]:
        return [each.package for each in PEERS if each.name not in self.scores]


def run(*, is_quick: bool) -> Run:
    """Find names in all texts and measure what it costs."""
    rounds, trap = (2, TRAP // 50) if is_quick else (ROUNDS, TRAP)
    corpus = read()
    tell("making names ready")
    ours = Ours(corpus.entities)
    finders: list[Contender] = [ours, *(each(corpus.entities) for each in (*OURS[1:], *PEERS) if each.version())]
    tell("looking for names")
    scores = {each.name: score(corpus.texts, each) for each in finders}
    tell("beside others")
    passes = beside_others([each for each in finders if not isinstance(each, OURS[1])], corpus, 1 if is_quick else 3)
    tell("many entities")
    speeds = speed(corpus.entities, corpus, rounds), speed(many(corpus), corpus, rounds)
    found = traps(ours.scanner.scan, trap, tell)
    tell("a page of HTML")
    page = html_speed(ours.scanner, corpus, rounds) if is_there() else {}
    tell("")
    return Run(corpus, ours, scores, passes, speeds, found, page, false_certain(corpus, QUIET), is_quick)


def shown(found: Run) -> dict[str, str]:
    """Each table of the page by its name in the template."""
    is_full = not found.is_quick
    halves, kinds, languages = (_scores(found, each) for each in ("split", "kind", "lang"))
    figures = [
        *tables.score_figures(halves[TEST], found.quiet, is_full=is_full),
        *tables.speed_figures(found.speeds, found.traps, found.page, is_full=is_full),
    ]
    with_names = {KINDS[kind]: kinds[kind] for kind in (NATURAL, CONSTRUCTED)}
    return {
        "figures": report.promises(figures),
        "found": tables.score_table({**halves, **with_names, **languages}),
        "nothing": tables.negative_table({KINDS[kind]: kinds[kind] for kind in (NOTHING, HARD)}),
        "peers": tables.peers_table(found.scores, found.passes),
        "forms": tables.forms_table((*OURS, *PEERS)),
        "speed": tables.speed_table(found.speeds),
        "traps": tables.traps_table(found.traps),
        "html": tables.html_table(found.page) if found.page else "Pages of HTML are not read yet.",
        "texts": str(len(found.corpus.texts)),
        "named": str(sum(len(each.mentions) for each in found.corpus.texts)),
    }


def _scores(found: Run, key: str) -> dict[str, Score]:
    """Our score for each group of texts."""
    groups: dict[str, list[Text]] = {}
    for each in found.corpus.texts:
        groups.setdefault(getattr(each, key), []).append(each)
    return {name: score(texts, found.ours) for name, texts in groups.items()}


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.mentions", description=__doc__)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--quick", action="store_true", help="short texts and few rounds: half a minute")
    how.add_argument("--write", action="store_true", help="write the part of docs/benchmarks.md")
    how.add_argument("--mistakes", action="store_true", help="list what goes wrong in the texts of `dev`, and stop")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None, page: Path = DOCS / "benchmarks.md") -> int:
    options = arguments(given)
    if options.mistakes:
        corpus = read()
        lines = mistakes((each for each in corpus.texts if each.split == DEV), Ours(corpus.entities))
        say("\n".join([*lines, ""]))
        return 0
    found = run(is_quick=options.quick)
    parts = shown(found)
    say("\n".join(part for part in parts.values() if "|" in part))
    if found.missing:
        say(f"\nNOT COMPARED: {', '.join(found.missing)} are not installed; `make bench-mentions` installs them\n")
    if options.write and found.missing:
        say(f"not written: {page}\n")
        return 1
    if options.write:
        report.put(page, TEMPLATE, "mentions", {**parts, "rounds": str(ROUNDS), "machine": report.machine()})
        say(f"\nwritten: {page}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
