"""The canonical layout: it says what the file said, keeps every comment, and changes nothing the second time."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.language import format as layout
from compliance.language.format import format_file
from compliance.language.source import List, Map, Node, Text, read
from compliance.language.texts import FOLD_AT, MOST_COLUMNS
from tests.examples import step
from tests.language.layouts import layouts
from tests.tiny import TINY, ruleset

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted((ROOT / "rules").rglob("*.yaml"))
FOLDERS = sorted({path.parent.relative_to(ROOT).as_posix() for path in (*SHIPPED, *(ROOT / "tests").rglob("*.yaml"))})
"""A test for each folder: some have hundreds of small files, and a test of its own costs more than a file."""


def plain(node: Node | None) -> Any:
    """The tree as Python values; maps with the same entries are equal."""
    if isinstance(node, Map):
        return {key.text: plain(value) for key, value in node.entries}
    if isinstance(node, List):
        return [plain(item) for item in node.items]
    assert isinstance(node, Text)
    return node.text


def said(data: bytes) -> Any:
    tree, problems = read("a.yaml", data)
    assert [str(problem) for problem in problems] == []
    return plain(tree)


def laid_out(text: str) -> str:
    """The layout of a text, which has one, says the same and stays as it is."""
    found, problems = format_file("a.yaml", text.encode())
    assert [str(problem) for problem in problems] == []
    assert found is not None
    return same(text, found)


def same(text: str, found: bytes) -> str:
    """The layout of a text, which says the same and stays as it is; that holds by itself if it is the text."""
    if found != text.encode():
        assert said(found) == said(text.encode())
        assert format_file("a.yaml", found) == (found, [])
    return found.decode()


@cache
def layout_of(path: Path) -> bytes | None:
    found, problems = format_file(path.name, path.read_bytes())
    assert (found is None) is bool(problems)
    return found


def test_a_rule_gets_the_order_of_the_table_and_one_blank_line_between_its_sections() -> None:
    text = """\
# At the top.
rule: a
language: 1
scenarios:
- expect: none
  given:
     reader.location: [ NO,SE ]
     content.paid: 'no'
  date: "2024-01-15"
  name: 'one'
notice: {ref: b}
title: "A title"


owner: x
for_each: content.mentions
when:
    reader.location:
    - NO
effective: {timezone: Europe/Oslo, first_day: none, last_day: none}
unless: {content.kind: page}
"""
    assert (
        laid_out(text)
        == """\
# At the top.
language: 1
rule: a
title: A title
owner: x

effective: {first_day: none, last_day: none, timezone: Europe/Oslo}

for_each: content.mentions
when:
  reader.location: [NO]

unless: {content.kind: page}

notice: {ref: b}

scenarios:
  - name: one
    date: 2024-01-15
    given: {reader.location: [NO, SE], content.paid: "no"}
    expect: none
"""
    )


def test_keys_whose_order_counts_stay_as_they_stand() -> None:
    """The first language is the default; conditions are explained in the order in which they were written."""
    text = "rule: a\nwhen:\n  reader.location: RU\n  content.kind: page\nnotice:\n  text:\n    ru: x\n    en: y\n"
    found = laid_out(text)
    assert found.index("reader.location") < found.index("content.kind")
    assert found.index("ru: x") < found.index("en: y")


def test_a_key_that_nobody_knows_comes_last_and_is_kept() -> None:
    assert laid_out("zz: 1\nentity: a\naa: 2\nlanguage: 1\n") == "language: 1\nentity: a\nzz: 1\naa: 2\n"


def test_a_file_of_no_kind_or_of_two_keeps_its_order() -> None:
    for text in ("title: a\nlanguage: 1\n", "title: a\nrule: b\nentity: c\nlanguage: 1\n"):
        assert laid_out(text) == text


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("a: 'x'", "a: x"),
        ('a: "x: y"', 'a: "x: y"'),
        ("a: 'it''s \"so\"'", 'a: it\'s "so"'),
        ("a: '\"so\" it is'", 'a: "\\"so\\" it is"'),
        ("a: '#x'", 'a: "#x"'),
        ("a: x#y", "a: x#y"),
        ("a: 'x #y'", 'a: "x #y"'),
        ("a: 'x:'", 'a: "x:"'),
        ("a: '- x'", 'a: "- x"'),
        ("a: '-x'", "a: -x"),
        ("a: ' x'", 'a: " x"'),
        ("a: 'x]'", 'a: "x]"'),
        ("a: 'x {y}}'", 'a: "x {y}}"'),
        ("a: 'x [y]'", "a: x [y]"),
        ('a: "x\\ty"', 'a: "x\\ty"'),
        ('a: "x\\u2028y\\x07\\uFEFF\\U0001F600"', 'a: "x\\u2028y\\x07\\uFEFF😀"'),
        ('a: "x\\Ny\\n"', 'a: "x\\Ny\\n"'),
        ("a: ''", 'a: ""'),
        ("a:", "a:"),
        ("a: ~", "a: ~"),
        ("a: https://x.example/?b#c", "a: https://x.example/?b#c"),
        ("'b c': x", "b c: x"),
        ("'': x", '"": x'),
        ("? a\n: x", "a: x"),
        ("---\na: x\n...", "a: x"),
        ("{a: x}", "a: x"),
        ("a: {}", "a: {}"),
        ("a: [\n]", "a: []"),
    ],
)
def test_quotation_marks_stand_only_where_they_are_needed(written: str, found: str) -> None:
    assert laid_out(written) == f"{found}\n"


@pytest.mark.parametrize("word", ["20.33", "9", "true", "no", "null", "~", "1e3", "0x1F", ".5", "12:30", "-1", ".nan"])
def test_marks_around_a_word_that_others_take_for_a_number_or_a_truth_value_stay(word: str) -> None:
    assert laid_out(f"a: '{word}'\nb: {word}\n") == f'a: "{word}"\nb: {word}\n'


def test_between_brackets_more_signs_need_marks() -> None:
    text = "a: {b: 'x, y', c: \"https://x.example\", d: 'why?', e: plain, f: [\"x]\", y]}\n"
    assert laid_out(text) == 'a: {b: "x, y", c: "https://x.example", d: "why?", e: plain, f: ["x]", y]}\n'


def test_a_list_of_texts_stands_on_one_line_as_long_as_it_fits() -> None:
    assert laid_out("a:\n- b\n- c\n") == "a: [b, c]\n"
    long = [f"number-{number}" for number in range(12)]
    just_fits = "a: [" + ", ".join([*long[:10], "x" * 15]) + "]\n"
    assert len(just_fits) - 1 == MOST_COLUMNS
    assert laid_out(just_fits) == just_fits
    wider = just_fits.replace("x]", "xx]")
    assert laid_out(wider).splitlines()[:2] == ["a:", "  - number-0"]


def test_a_map_stays_as_it_was_written_as_long_as_it_fits_and_holds_only_texts_and_lists() -> None:
    for text in ("a: {b: c, d: [e, f]}\n", "a:\n  b: c\n", "a:\n  - {b: c}\n", "a:\n  - b: c\n"):
        assert laid_out(text) == text
    assert laid_out("a: {b: {c: d}}\n") == "a:\n  b: {c: d}\n"
    assert laid_out("a: [{b: c}, [d]]\n") == "a:\n  - {b: c}\n  - [d]\n"
    long = "x" * 70
    assert laid_out(f"a: {{b: {long}, c: {long}}}\n") == f"a:\n  b: {long}\n  c: {long}\n"


def test_facts_of_a_scenario_are_brought_on_one_line() -> None:
    scenario = "rule: a\n\nscenarios:\n  - name: b\n"
    assert laid_out(f"{scenario}    given:\n      content.kind: page\n      reader.location: [NO]\n") == (
        f"{scenario}    given: {{content.kind: page, reader.location: [NO]}}\n"
    )
    many = "".join(f"      content.fact{number}: a-value\n" for number in range(6))
    assert laid_out(f"{scenario}    given:\n{many}") == f"{scenario}    given:\n{many}"


def test_a_long_text_is_folded_and_a_long_word_is_not() -> None:
    found = laid_out(f"a:\n  b: {'words and ' * 20}more\n  c: https://x.example/{'y' * 150}\n")
    assert found.startswith("a:\n  b: >-\n    words and")
    folded = found.splitlines()[2:-1]
    assert len(folded) == 3
    assert all(FOLD_AT - 10 < len(line) <= FOLD_AT for line in folded[:-1])
    assert found.endswith(f"\n  c: https://x.example/{'y' * 150}\n")


def test_lines_that_an_author_broke_by_sense_stay_while_they_are_short() -> None:
    text = "a: >-\n  One sentence.\n  Another, which is a little longer.\n\n  A paragraph.\n"
    assert laid_out(text) == text
    wide = "a: >-\n  One sentence.\n  " + "words " * 25 + "end\n"
    assert laid_out(wide).splitlines()[1].startswith("  One sentence. words words")


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("a: >\n  b\n  c\n", "a: >\n  b\n  c\n"),
        ("a: >2-\n    b\n  c\n", 'a: "  b\\nc"\n'),
        ("a: |1-\n b\n  c\n", "a: |-\n  b\n   c\n"),
        ("a: |+\n  b\n\n\nc: d\n", 'a: "b\\n\\n\\n"\n\nc: d\n'),
        ("a: |\n\n\n  b\n", 'a: "\\n\\nb\\n"\n'),
        ("a: |-\n  b # no comment\n\n  c\n", "a: |-\n  b # no comment\n\n  c\n"),
        ("a: |-\n  \n", 'a: ""\n'),
        ("a: >-  # why\n  b\n", "a: >-  # why\n  b\n"),
        ("a: >-\n  b \n  c\n", "a: >-\n  b  c\n"),
        ("- x\n", None),
        ("a: 'b\n\n  c'\n", 'a: "b\\nc"\n'),
    ],
)
def test_block_styles_keep_the_text_to_the_letter(written: str, found: str | None) -> None:
    if found is None:
        assert format_file("a.yaml", written.encode())[0] is None
    else:
        assert laid_out(written) == found


def test_a_comment_stays_on_its_line_or_above_what_it_precedes() -> None:
    text = """\
# head

# of the language
language: 1   # one
title: x# no comment
entity: b        # two
# above domains
domains:      # three
- a.example   # four

  # above b
- b.example
# above names
names: {en: [A,    # five
  B]} # six
# at the end"""
    assert (
        laid_out(text)
        == """\
# head

# of the language
language: 1  # one
entity: b  # two
title: x# no comment
# above names
names:  # six
  en:
    - A  # five
    - B
# above domains
domains:  # three
  - a.example  # four

  # above b
  - b.example
# at the end
"""
    )


def test_a_comment_below_the_last_entry_of_a_block_stays_in_the_block() -> None:
    text = "a:\n  b: c\n  # - of a\n  d:\n    e: f\n    # of d\n  # of a\n# of the file\nx: y\n"
    assert laid_out(text) == text
    moved = "title:\n  b: c\n  # inside\nlanguage: 1\nrule: a\n"
    assert laid_out(moved) == "language: 1\nrule: a\n\ntitle:\n  b: c\n  # inside\n"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("a: {b: c} # d", "a: {b: c}  # d\n"),
        ("a:\n- # d\n  b: c", "a:\n  # d\n  - b: c\n"),
        ("a: [ # d\n]", "a: []  # d\n"),
        ("a: [\n # d\n]", "# d\na: []\n"),
        ("a: [b,\n # d\n]", "a:\n  - b\n  # d\n"),
        ("{a: b} # d", "a: b\n# d\n"),
        ("x: y\n\na: [ # d\n b] # e", "x: y\n\n# d\na: [b]  # e\n"),
        (
            "rule: a\nscenarios:\n- date: b\n  # c\n\n  name: d",
            "rule: a\n\nscenarios:\n  # c\n\n  - name: d\n    date: b\n",
        ),
        ("# d\n{}", "{}\n# d\n"),
        ("--- # d\na: b", "# d\na: b\n"),
        ("a: b\n... # d", "a: b\n# d\n"),
        ("a: [b, # d\n c] # e", "a:  # e\n  - b  # d\n  - c\n"),
        ("a: [b #d\n,#e\n c]", "a:\n  - b  #d\n  #e\n  - c\n"),
        ("a:\n  - {b: {c: d}} # e", "a:\n  # e\n  - b: {c: d}\n"),
        ("a:\n  - b: c # d\n    # e\n", "a:\n  - b: c  # d\n    # e\n"),
        (
            "rule: a\nscenarios:\n- date: b\n  # c\n  name: d",
            "rule: a\n\nscenarios:\n  # c\n  - name: d\n    date: b\n",
        ),
    ],
)
def test_a_comment_in_an_odd_place_is_kept_near_what_it_speaks_of(written: str, found: str) -> None:
    assert laid_out(written) == found


def test_a_comment_keeps_every_byte() -> None:
    text = "a: b  #x \"y' \t: [ # 😀\xa0 - z  \n#\n# \n"
    assert laid_out(text) == text


def test_blank_lines_group_and_are_never_two() -> None:
    assert laid_out("\n\na: b\n\n\n\nc: d\n  \ne:\n\n  - {f: g}\n\n  - {h: i}\n\n") == (
        "a: b\n\nc: d\n\ne:\n  - {f: g}\n\n  - {h: i}\n"
    )


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_line_ends_and_a_byte_order_mark_are_made_ours(end: str, mark: str) -> None:
    lines = ["# é", "a: >-  # one", "  b", "  c", "d: e # two", "f: 'g", "", "  h'", ""]
    assert laid_out(mark + end.join(lines)) == '# é\na: >-  # one\n  b\n  c\nd: e  # two\nf: "g\\nh"\n'


@pytest.mark.parametrize("text", ["a: [b", "a: b\na: c", "a: *x", "", "- a", "a", "a:\n\tb: c", "%YAML 1.1\n---\na: b"])
def test_a_file_with_a_problem_of_form_has_no_layout(text: str) -> None:
    found, problems = format_file("a.yaml", text.encode())
    assert found is None
    assert problems
    assert all(problem.span is not None and problem.span.path == "a.yaml" for problem in problems)


def test_a_key_that_could_not_be_written_on_a_line_is_a_problem() -> None:
    found, problems = format_file("a.yaml", f"? {'x' * 1100}\n: b\n".encode())
    assert found is None
    assert [problem.message for problem in problems] == ["the key is too long"]


@pytest.mark.parametrize("loss", [lambda line: line.replace("b", "c"), lambda line: line.replace("#d", "#")])
def test_a_layout_that_would_say_something_else_is_not_given_out(loss: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    right = layout._file
    monkeypatch.setattr(layout, "_file", lambda root: (loss(line) for line in right(root)))
    found, problems = format_file("a.yaml", b"a: b  #d\n")
    assert found is None
    assert [problem.message for problem in problems] == ["the file cannot be laid out without changing it"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_of_ours_that_can_be_read_has_a_layout(folder: str) -> None:
    """In every run each third of the many small ones that our tests have; of the shipped ones each."""
    for path in sorted((ROOT / folder).glob("*.yaml"))[:: step(3) if folder.startswith("tests/") else 1]:
        data = path.read_bytes()
        found = layout_of(path)
        if found is None:
            tree, problems = read(path.name, data)
            assert problems or not isinstance(tree, Map), path.name
        else:
            same(data.decode("utf-8-sig"), found)


def test_the_shipped_rules_and_suites_are_in_their_layout() -> None:
    """So that a change of a rule is all that its diff shows; `compliance fmt rules` brings them into it."""
    assert SHIPPED
    loose = [path for path in SHIPPED if layout_of(path) != path.read_bytes()]
    assert [path.relative_to(ROOT).as_posix() for path in loose] == []


def test_the_layout_of_the_shipped_rules_means_the_same_however_they_were_written() -> None:
    rules = {path.relative_to(ROOT / "rules").as_posix(): path.read_text(encoding="utf-8") for path in SHIPPED}
    shipped = {path: text for path, text in rules.items() if not path.startswith("tests/")}  # suites are not loaded
    entities = sorted(path for path in shipped if path.startswith("entities/"))
    loose = shipped.keys() - entities | {*entities[:: step(6)]}  # they are much alike
    on_one_line = {path: json.dumps(said(shipped[path].encode()), ensure_ascii=False) for path in loose}
    after = {path: laid_out(text) for path, text in on_one_line.items()}
    assert after["territories/eu.yaml"].count("\n") > on_one_line["territories/eu.yaml"].count("\n") == 0
    meanings = {ruleset({**shipped, **files}).meaning for files in (after, on_one_line, {})}
    assert len(meanings) == 1


def test_the_smallest_rule_set_means_the_same() -> None:
    assert ruleset({path: laid_out(text) for path, text in TINY.items()}).meaning == ruleset().meaning


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(layouts(), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]))
def test_whatever_was_written_says_the_same_keeps_its_comments_and_is_laid_out_once(
    drawn: tuple[str, list[str]], end: str, mark: str
) -> None:
    text, comments = drawn
    found = laid_out(mark + text.replace("\n", end))
    for comment in comments:
        assert len(re.findall(re.escape(comment) + "$", found, re.MULTILINE)) == 1
    assert "\r" not in found
    assert "\ufeff" not in re.sub(r"#<\d+>.*", "", found)


@given(
    st.lists(
        st.sampled_from(
            [
             "a: ", "b: ", "- ", "c", "\n", "\n  ", "\n    ", " # x\n", "# y\n", "? ", ": ", "[", "]", "{", "}", ", ",
             "'", '"', "|-\n  ", "|\n", ">+\n  ", "\n\n", "---\n", "...\n", "\r\n", "\t", "é", "\x85",
            ]
        ),
        max_size=16,
    ).map("".join)
)  # fmt: skip
def test_any_text_has_a_layout_that_says_the_same_or_a_problem(text: str) -> None:
    tree, problems = read("a.yaml", text.encode())
    if problems or not isinstance(tree, Map):
        found, problems = format_file("a.yaml", text.encode())
        assert found is None
        assert problems
    else:
        laid_out(text)
