"""What the scanner finds and costs, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from tests.bench.parts import report
from tests.bench.parts.figures import Figure
from tests.bench.parts.mentions_finders import OURS, PEERS, Contender
from tests.bench.parts.mentions_html import ALL
from tests.bench.parts.mentions_score import Score
from tests.bench.parts.mentions_speed import MANY, NAMED, QUIET, Passes, Speed, Trap

MEGABYTE: Final = 1e6
LINEAR: Final = 15
"""Ten is linear; what grows with the square would take a hundred times as long."""
COPYING: Final = 50
"""At so many megabytes a second the caches of the processor decide how time grows, and not the scanner."""


def percent(share: float | None) -> str:
    """One decimal; all and nothing only where it is so."""
    if share is None:
        return report.NOTHING
    text = f"{100 * share:.1f} %"
    if share < 1 and text.startswith("100"):
        return "> 99.9 %"
    return f"{100 * share:.0f} %" if share in {0.0, 1.0} else text


def score_figures(held_out: Score, quiet: tuple[int, int], *, is_full: bool) -> list[Figure]:
    """What was promised about the half that nobody tunes to."""
    certain, possible = quiet
    recall, precision = held_out.recall or 0.0, held_out.certain_precision or 0.0
    return [
        Figure(
            "recall on `test`, certain and possible",
            ">= 99 %",
            f"{percent(recall)} of {held_out.labels}",
            recall >= 0.99,
        ),
        Figure(
            "precision on `test`, certain",
            ">= 97 %",
            f"{percent(precision)} of {held_out.certain}",
            precision >= 0.97,
        ),
        Figure("dropped in silence on `test`", "0", str(held_out.silent), held_out.silent == 0),
        Figure(
            "false certain finds in 200 KB of news that name nobody",
            "<= 1",
            f"{certain}, and {possible} possible",
            certain <= 1 if is_full else None,
        ),
    ]


def speed_figures(
    speeds: tuple[Speed, Speed], traps: Sequence[Trap], page: Mapping[str, Passes], *, is_full: bool
) -> list[Figure]:
    """What was promised about time."""

    def kept(is_kept: bool) -> bool | None:
        return is_kept if is_full else None

    few, many = speeds
    named, quiet = many.scans[NAMED], many.scans[QUIET]
    worst = max((each for each in traps if each.megabytes < COPYING), key=lambda each: each.growth)
    ratio, fast = few.scans[NAMED].ratio(few.raw), min(named.megabytes, quiet.megabytes)
    found = [
        Figure("a scan of 100 KB with names, against the bare automaton", "<= 3x", f"{ratio:.1f}x", kept(ratio <= 3)),
        Figure(
            f"with {many.entities:,} entities",
            ">= 20 MB/s",
            f"{named.megabytes:.1f}, {quiet.megabytes:.1f} without any name",
            kept(fast >= 20 and many.entities >= MANY),
        ),
        Figure(
            f"names of {many.entities:,} entities made ready",
            "<= 10 s",
            f"{many.compiling:.2f} s",
            kept(many.compiling <= 10),
        ),
        Figure("the same with their forms at hand", "<= 0.3 s", f"{many.cached:.2f} s", kept(many.cached <= 0.3)),
        Figure(
            "memory of the same",
            "<= 60 MB",
            f"{many.memory / MEGABYTE:.0f} MB",
            kept(many.memory <= 60 * MEGABYTE),
        ),
        Figure(
            f"time for a trap ten times as long ({10 * worst.small / MEGABYTE:.0f} MB)",
            f"linear: 10x, with noise {LINEAR}x",
            f"{worst.growth:.1f}x at most: {worst.name}",
            kept(worst.growth <= LINEAR),
        ),
    ]
    if page:
        spent = 1000 * page[ALL].size / page[ALL].megabytes / MEGABYTE
        found.append(Figure("500 KB of HTML read and scanned", "<= 25 ms", f"{spent:.0f} ms", kept(spent <= 25)))
    return found


_HEAD: Final = [
    "",
    "texts",
    "mentions",
    "recall",
    "certain: recall",
    "precision",
    "certain: precision",
    "same place",
    "silent",
]


def score_table(scores: Mapping[str, Score]) -> str:
    """What was found, by a group of texts."""
    rows = [
        [
            name,
            str(each.texts),
            str(each.labels),
            percent(each.recall),
            percent(each.certain_recall),
            percent(each.precision),
            percent(each.certain_precision),
            percent(each.exact),
            str(each.silent),
        ]
        for name, each in scores.items()
    ]
    return report.table(_HEAD, rows)


def negative_table(scores: Mapping[str, Score]) -> str:
    """What was found where there is nothing."""
    rows = [[name, str(each.texts), str(each.false_certain), str(each.false_possible)] for name, each in scores.items()]
    return report.table(["nobody is named", "texts", "false certain", "false possible"], rows)


def peers_table(scores: Mapping[str, Score], passes: Mapping[str, Passes]) -> str:
    """Ours beside others on all texts, with what they cost on the same page."""
    rows = []
    for each in (*OURS, *PEERS):
        score, spent = scores.get(each.name), passes.get(each.name)
        if score is None:
            rows.append([each.name, *["not installed"] * 2, *[report.NOTHING] * 3])
            continue
        cost = [report.NOTHING] * 2
        if spent is not None:
            cost = [f"{spent.megabytes:.2f}", f"{spent.ratio(passes['']):,.1f}x"]
        rows.append([each.name, percent(score.precision), percent(score.recall), _f1(score), *cost])
    return report.table(["", "precision", "recall", "F1", "MB/s", "bare automaton"], rows)


def _f1(score: Score) -> str:
    """The harmonic mean of precision and recall."""
    if not score.precision or not score.recall:
        return report.NOTHING
    return percent(2 * score.precision * score.recall / (score.precision + score.recall))


def forms_table(contenders: Sequence[type[Contender]]) -> str:
    """How each was asked."""
    return report.table(["", "version", "how"], [[each.name, each.version(), each.form] for each in contenders])


def speed_table(speeds: Sequence[Speed]) -> str:
    """Each kind of page by number of entities."""
    rows = []
    for each in speeds:
        lines = {"the bare automaton": each.raw, **{f"a page {name}": spent for name, spent in each.scans.items()}}
        rows += [
            [f"{each.entities:,} entities, {name}", f"{spent.megabytes:.1f}", f"{spent.ratio(each.raw):.1f}x"]
            for name, spent in lines.items()
        ]
    return report.table(["100 KB", "MB/s", "bare automaton"], rows)


def traps_table(traps: Sequence[Trap]) -> str:
    rows = [
        [
            each.name,
            f"{10 * each.small / MEGABYTE:.1f} MB",
            f"{min(each.ten_times):.2f} s",
            f"{each.megabytes:.1f}",
            f"{each.growth:.1f}x",
        ]
        for each in traps
    ]
    return report.table(["repeated", "size", "time", "MB/s", "for ten times the size"], rows)


def html_table(page: Mapping[str, Passes]) -> str:
    rows = [[name, f"{1000 * each.size / each.megabytes / MEGABYTE:.1f}"] for name, each in page.items()]
    return report.table(["500 KB of HTML", "ms"], rows)
