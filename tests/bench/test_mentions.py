"""The benchmark of mentions counts as it says, names nobody in its filler, and writes its own part of a page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random

import pytest

from compliance.dictionary import forms
from compliance.mentions.names import names_of
from compliance.mentions.scan import Scanner, Verdict
from tests.bench import mentions
from tests.bench.parts import mentions_speed
from tests.bench.parts import mentions_tables as tables
from tests.bench.parts.mentions_corpus import Label, Text, read
from tests.bench.parts.mentions_filler import news, organisations
from tests.bench.parts.mentions_finders import PEERS, Contender, Exact, Lemmas, Ours
from tests.bench.parts.mentions_html import html_page
from tests.bench.parts.mentions_score import Find, Score, mistakes, score
from tests.bench.parts.mentions_speed import NAMED, Passes, Trap, many, page

CORPUS = read()
TEXT = Text("x1", "en", "pos", "dev", "Cinder Gazette and Lantern Watch met.", (
    Label("cinder-gazette", "Cinder Gazette", 0, 14),
    Label("lantern-watch", "Lantern Watch", 19, 32),
))  # fmt: skip
NOBODY = Text("x2", "en", "neg", "dev", "Cinder on the road.", ())


@cache
def scanner() -> Scanner:
    """Of all names in the corpus."""
    return Scanner(names_of(CORPUS.entities, forms()))


@cache
def contender(kind: type[Contender]) -> Contender:
    """One that knows all names in the corpus."""
    return kind(CORPUS.entities)


class Told:
    """Finds what it was told to find."""

    def __init__(self, finds: Sequence[Find], suppressed: Sequence[Find] = ()) -> None:
        self.found = finds, suppressed

    def find(self, text: str) -> tuple[Sequence[Find], Sequence[Find]]:  # noqa: ARG002 - it was told
        return self.found


# -- counting -----------------------------------------------------------------------------------------------


def test_a_find_is_right_where_it_overlaps_a_label_of_the_same_entity() -> None:
    finds = [Find("cinder-gazette", 0, 14), Find("lantern-watch", 25, 32, is_certain=False), Find("other", 19, 32)]
    found = score([TEXT], Told(finds))
    assert (found.labels, found.found_labels, found.certain_labels, found.exact_labels) == (2, 2, 1, 1)
    assert (found.finds, found.right, found.certain, found.certain_right) == (3, 2, 2, 1)
    assert (found.recall, found.certain_recall, found.precision, found.certain_precision) == (1.0, 0.5, 2 / 3, 0.5)
    assert (found.exact, found.false_certain, found.false_possible, found.silent) == (0.5, 1, 0, 0)


def test_a_find_that_ends_where_a_label_begins_is_none_of_it() -> None:
    assert score([TEXT], Told([Find("lantern-watch", 14, 19)])).found_labels == 0


def test_only_what_is_not_even_suppressed_was_dropped_in_silence() -> None:
    found = score([TEXT], Told([], [Find("cinder-gazette", 0, 14), Find("cinder-gazette", 19, 32)]))
    assert (found.silent, found.recall, found.precision) == (1, 0.0, None)
    assert mistakes([TEXT], Told([], [Find("cinder-gazette", 0, 14)])) == [
        "x1 suppressed: cinder-gazette `Cinder Gazette`",
        "x1 dropped in silence: lantern-watch `Lantern Watch`",
    ]


def test_every_find_where_nobody_is_named_is_false() -> None:
    found = score([NOBODY], Told([Find("a", 0, 6), Find("b", 0, 6, is_certain=False)]))
    assert (found.false_certain, found.false_possible, found.recall) == (1, 1, None)
    assert mistakes([NOBODY], Told([Find("a", 0, 6)])) == ["x2 false certain: a `Cinder`"]


@pytest.mark.parametrize(
    ("share", "text"), [(None, "-"), (0.0, "0 %"), (1.0, "100 %"), (0.9997, "> 99.9 %"), (0.985, "98.5 %")]
)
def test_what_is_not_quite_all_is_never_written_so(share: float | None, text: str) -> None:
    assert tables.percent(share) == text


def test_a_mention_that_is_missed_too_often_breaks_the_promise() -> None:
    good = Score(labels=100, found_labels=99, certain=100, certain_right=97)
    assert [each.is_kept for each in tables.score_figures(good, (1, 5), is_full=True)] == [True] * 4
    bad = Score(labels=100, found_labels=98, certain=100, certain_right=96, silent=1)
    assert [each.is_kept for each in tables.score_figures(bad, (2, 0), is_full=True)] == [False] * 4


# -- contenders ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Ours, *(each for each in PEERS if each.version())])
def test_every_contender_finds_a_plain_name_where_it_stands(kind: type[Contender]) -> None:
    found, _ = contender(kind).find("Пишет Радио Простор, и Cinder Gazette тоже.")
    assert {("radio-prostor", 6, 19), ("cinder-gazette", 23, 37)} <= {
        (each.entity, each.start, each.end) for each in found
    }


def test_lemmas_find_a_form_and_exact_aliases_do_not() -> None:
    text = "По данным Радио Простора."
    assert [each.find(text)[0] for each in (contender(Exact), contender(Lemmas))] == [
        [],
        [Find("radio-prostor", 10, 24)],
    ]


# -- texts --------------------------------------------------------------------------------------------------


def test_the_filler_names_nobody_and_comes_out_the_same_every_time() -> None:
    text = news(100_000, Random(1))  # noqa: S311 - a seed
    assert text == news(100_000, Random(1))  # noqa: S311 - a seed
    assert 100_000 <= len(text.encode()) < 101_000
    found = scanner().scan(text).mentions
    assert {each.surface for each in found if each.verdict is Verdict.CERTAIN} == set()
    assert {each.surface for each in found} <= {"Дождь"}, "at the beginning of a sentence, where it may be a name"


def test_as_many_entities_are_invented_as_it_takes_and_no_two_share_a_russian_name() -> None:
    entities = many(CORPUS)
    assert len({each.id for each in entities}) == len(entities) == 3_000
    made = list(organisations(2_000, Random(2)))  # noqa: S311 - a seed
    assert len({each.aliases[0].name for each in made}) == 2_000


def test_pages_are_as_long_as_they_say_and_have_names_in_them() -> None:
    plain, html = page(CORPUS), html_page(CORPUS)
    assert 100_000 <= len(plain.encode()) < 103_000
    assert 499_000 < len(html.encode()) < 501_000
    assert len(scanner().scan(plain).mentions) > 50


def test_time_that_grows_with_the_square_breaks_the_promise() -> None:
    once = Passes(100_000, [0.001])
    speed = mentions_speed.Speed(3_000, 1.0, 0.1, 1_000_000, once, dict.fromkeys((NAMED, mentions_speed.QUIET), once))
    for ten_times, is_kept in ((1.2, True), (10.0, False)):
        trap = Trap("a", 1_000_000, [0.1], [ten_times])
        figures = tables.speed_figures((speed, speed), [trap], {}, is_full=True)
        assert [each.is_kept for each in figures] == [True, True, True, True, True, is_kept]


# -- the page -----------------------------------------------------------------------------------------------


@pytest.mark.prove
def test_a_run_without_a_package_measures_the_rest_and_leaves_the_page_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Absent(Exact):
        name = "somebody else"
        package = "no-such-package-anywhere"

    file = tmp_path / "benchmarks.md"
    file.write_text("# Benchmarks\n\n<!-- mentions -->\nold\n<!-- end of mentions -->\n", encoding="utf-8")
    for module in (mentions, tables):
        monkeypatch.setattr(module, "PEERS", (Exact, Absent))
    monkeypatch.setattr(mentions, "many", lambda corpus: corpus.entities)
    monkeypatch.setattr(mentions, "ROUNDS", 1)
    monkeypatch.setattr(mentions, "TRAP", 2_000)
    monkeypatch.setattr(mentions_speed, "SHORT", 0.0001)
    assert mentions.main(["--write"], file) == 1
    told = capsys.readouterr().out
    assert "NOT COMPARED: no-such-package-anywhere" in told
    assert "| somebody else | not installed |" in told
    assert "old" in file.read_text("utf-8")


def test_it_writes_its_own_part_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "benchmarks.md"
    file.write_text("# Benchmarks\n\n<!-- mentions -->\nold\n<!-- end of mentions -->\n", encoding="utf-8")
    ours, once = contender(Ours), Passes(100_000, [0.001])
    assert isinstance(ours, Ours)
    speed = mentions_speed.Speed(3_000, 1.0, 0.1, 1_000_000, once, dict.fromkeys((NAMED, mentions_speed.QUIET), once))
    scores = {each.name: Score(texts=1, labels=4, found_labels=3, finds=4, right=3) for each in PEERS}
    found = mentions.Run(
        CORPUS, ours, scores, {}, (speed, speed), [Trap("a", 1_000_000, [0.1], [1.0])], {}, (0, 0), is_quick=False
    )
    monkeypatch.setattr(mentions, "run", lambda **_: found)
    assert mentions.main(["--write"], file) == 0
    text = file.read_text("utf-8")
    assert text.startswith("# Benchmarks\n\n<!-- mentions -->\n## Names in texts\n")
    assert "{" not in text
    assert "| stems | 75.0 % | 75.0 % | 75.0 % |" in text


def test_mistakes_are_listed_for_the_texts_that_may_be_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    assert mentions.main(["--mistakes"]) == 0
    listed = {line.split()[0] for line in capsys.readouterr().out.splitlines() if line}
    assert listed <= {each.id for each in CORPUS.texts if each.split == "dev"}
