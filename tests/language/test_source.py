"""Rule files as text: nothing means anything but itself, and every slip is reported where it is mended."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.language.source import MOST_BYTES, Broken, List, Map, Node, Text, is_whole, read
from compliance.language.syntax import MOST_DEPTH

_MERGED = "two versions of these lines were not brought together"


def tree(text: str) -> Node:
    node, problems = read("a.yaml", text.encode())
    assert [str(problem) for problem in problems] == []
    assert node is not None
    return node


def plain(node: Node) -> object:
    """The tree as Python values."""
    if isinstance(node, Map):
        return {key.text: plain(value) for key, value in node.entries}
    if isinstance(node, List):
        return [plain(item) for item in node.items]
    return node.text if isinstance(node, Text) else None


def slip(data: str | bytes) -> tuple[str, int, int]:
    """The message, line and column of the one problem."""
    _, problems = read("a.yaml", data.encode() if isinstance(data, str) else data)
    (problem,) = problems
    assert problem.span is not None
    assert problem.help is not None
    return problem.message, problem.span.line, problem.span.column


@pytest.mark.parametrize(
    "word",
    [
        "NO",
        "no",
        "on",
        "yes",
        "true",
        "null",
        "~",
        "12:30",
        "2024-2-30",
        "2024-02-20",
        "0x1F",
        "1_000",
        "1e3",
        ".inf",
        "=",
    ],
)
@pytest.mark.parametrize("written", ["{}", "'{}'", '"{}"'])
def test_every_scalar_stays_the_text_that_was_written(word: str, written: str) -> None:
    assert plain(tree(f"{word}: [{written.format(word)}]\n")) == {word: [word]}


def test_a_scalar_keeps_its_line_column_and_width() -> None:
    root = tree("# first\na:\n  - {b: 'c d'}\n  - ééé ü\n")
    assert isinstance(root, Map)
    found = root.get("a")
    assert isinstance(found, List)
    item, last = found.items
    assert isinstance(item, Map)
    quoted = item.get("b")
    assert isinstance(quoted, Text)
    assert isinstance(last, Text)
    assert [(each.span.line, each.span.column, each.span.width) for each in (quoted, last)] == [(3, 9, 5), (4, 5, 5)]
    assert last.span.text == "  - ééé ü"


def test_a_part_of_a_text_is_found_on_the_line_where_it_stands() -> None:
    root = tree("a: >-\n  one two\n  three {four}\nb: five\n")
    assert isinstance(root, Map)
    text = root.get("a")
    assert isinstance(text, Text)
    assert text.text == "one two three {four}"
    part = text.part("{four}")
    assert (part.line, part.column, part.width) == (3, 9, 6)
    assert text.part("five") == text.span  # it is not in the text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read_alike(end: str) -> None:
    text = end.join(["a: 1", "b:", "- c", "b: 2", ""])
    assert slip(text) == ("`b` is written twice", 4, 1)
    assert plain(tree(text.replace("b: 2", "d: 2"))) == {"a": "1", "b": ["c"], "d": "2"}


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    node, problems = read("a.yaml", b"\xef\xbb\xbflanguage: 1\n")
    assert not problems
    assert isinstance(node, Map)
    assert [(key.text, key.span.column) for key, _ in node.entries] == [("language", 1)]


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"\xff", 1, 1),
        (b"a: b\nc: caf\xe9\n", 2, 7),
        ("ä: ö\nü: ".encode() + b"\xff", 2, 4),
        (b"\xef\xbb\xbf\xff", 1, 1),
        (b"\xef\xbb\xbf" + "ä: öüß\n".encode() + b"b\xff", 2, 2),
        (b"\xff\xfea\x00", 1, 1),
        (b"a: \xed\xa0\x80", 1, 4),
    ],
)
def test_bytes_that_are_not_utf_8_are_reported_at_the_first_of_them(data: bytes, line: int, column: int) -> None:
    assert slip(data) == ("the file is not UTF-8", line, column)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n...\n", "\ufeff"])
def test_a_file_that_says_nothing_is_one_problem(text: str) -> None:
    node, problems = read("a.yaml", text.encode())
    assert node is None or plain(node) == ""
    assert len(problems) == (node is None)


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("a: &x b\n", "anchors, aliases and tags are not part of the rule language", 1, 4),
        ("a: *x\n", "anchors, aliases and tags are not part of the rule language", 1, 4),
        ("a: !!str b\n", "anchors, aliases and tags are not part of the rule language", 1, 4),
        ("a: ! b\n", "anchors, aliases and tags are not part of the rule language", 1, 4),
        ("a: &x [b]\n", "anchors, aliases and tags are not part of the rule language", 1, 4),
        ("a: &x\n  b: c\n", "anchors, aliases and tags are not part of the rule language", 1, 4),
        ("&x a: b\n", "anchors, aliases and tags are not part of the rule language", 1, 1),
        ("*x : b\n", "anchors, aliases and tags are not part of the rule language", 1, 1),
        ("a: *x, and more\n", "anchors, aliases and tags are not part of the rule language", 1, 4),
        ("a: *x* b\n", "a text cannot begin with `*`", 1, 4),
        ("a:\n  <<: *x\n", "anchors, aliases and tags are not part of the rule language", 2, 7),
        ("%YAML 1.1\n---\na: b\n", "directives are not part of the rule language", 1, 1),
        ("%TAG ! tag:x,2000:\n---\na: b\n", "directives are not part of the rule language", 1, 1),
        ("a: b\n---\nc: d\n", "a file holds one document", 2, 1),
        ("a: b\n---\na: [\n", "a file holds one document", 2, 1),
        ("a: b\nc: d\na: e\n", "`a` is written twice", 3, 1),
        ("x: {a: b, 'a': c}\n", "`a` is written twice", 1, 11),
        ("a:\n  b: [c,\nd: e\n", "`[` is not closed", 2, 6),
        ("a: {b: c,\n  d: e\nf: g\n", "`{` is not closed", 1, 4),
        ("a: {b: [c, d}\n", "`[` is not closed", 1, 8),
        ("a: {b: c], d: e}\n", "`]` closes nothing", 1, 9),
        ("a: b\n]\n", "`]` closes nothing", 2, 1),
        ("a: [b c: d, e f}]\n", "`}` closes nothing", 1, 16),
        ("a: ['b' c]\n", "here `,` or `]` is expected", 1, 9),
        ('a: "b\n', "the quotation mark is not closed", 1, 4),
        ("a: 'b\nc: d\n", "the quotation mark is not closed", 1, 4),
        ('a: "b\nc: "d"\n', "the quotation mark is not closed", 1, 4),
        ('a: {b: "c, d: e}\nf: "g"\n', "the quotation mark is not closed", 1, 8),
        ("a:\n  - ['b, c]\nd: 'e'\n", "the quotation mark is not closed", 2, 6),
        ('a: {b: "c",\n  d: "e" f}\n', "here `,` or `}` is expected", 2, 10),
        ("a: 'it's'\n", "the text goes on after its closing quotation mark", 1, 8),
        ("a: [b] c\n", "the text goes on after `]`", 1, 8),
        ("a: b: c\n", "a text that holds `: ` needs quotation marks", 1, 5),
        ("a:b\nc: d\n", "a colon needs a space after it", 1, 2),
        ("a: b\nc:d\n", "a colon needs a space after it", 2, 2),
        ("a:\n  -{b: c, d: e}\n", "a dash needs a space after it", 2, 3),
        ("a: b\nwords\nc: d\n", "this line has no `: `", 2, 1),
        ("a: b\n  c: d\n", "this line is indented deeper than the line above allows", 2, 3),
        ("a:\n    b: c\n  d: e\n", "this line is indented unlike the lines above", 3, 3),
        ("a:\n  - b\n  c: d\n", "this line is no item of the list above", 3, 3),
        ("[", "`[` is not closed", 1, 1),
        ("a: [b,\n", "`[` is not closed", 1, 4),
        ("a: b\nc: [d, {\n", "`{` is not closed", 2, 8),
        ("a: {b:\n", "`{` is not closed", 1, 4),
        ("a:\n\tb: c\n", "a tab cannot stand here", 2, 1),
        ("a: - b\n", "a list cannot begin behind its key", 1, 4),
        ("a: @b\n", "a text cannot begin with `@`", 1, 4),
        ("a: `b`\n", "a text cannot begin with ```", 1, 4),
        ("a: > b\n", "the text begins on the line below `>` or `|`", 1, 6),
        ('a: "\\d"\n', "between double quotation marks a backslash has a meaning of its own", 1, 5),
        ("a: b\x00c\n", "the file holds a character that YAML does not allow: U+0000", 1, 5),
        ("a: b\nc: d\x1b\n", "the file holds a character that YAML does not allow: U+001B", 2, 5),
        ("a: b\n<<<<<<< HEAD\nc: d\n=======\nc: e\n>>>>>>> f\n", _MERGED, 2, 1),
        ("a: >-\n  b\n<<<<<<< HEAD\n  c\n=======\n  d\n>>>>>>> f\n", _MERGED, 3, 1),
        ("a: b, c]\n", "`]` closes nothing", 1, 8),
        ("a:\n  - b, {c}\n    d}   # e\n", "`}` closes nothing", 3, 6),
        ("? [a]\n: b\n", "a key is a word", 1, 3),
        ("{a: b}: c\n", "a key is a word", 1, 1),
    ],
)
def test_a_slip_is_reported_where_a_person_would_mend_it(text: str, message: str, line: int, column: int) -> None:
    assert slip(text) == (message, line, column)


@pytest.mark.parametrize("word", ["see [1]", "f(x) {y}", "[a]b", "a]b", "{publisher.title}s", ")"])
def test_a_text_may_hold_brackets_that_it_opens(word: str) -> None:
    assert plain(tree(f"a: x {word}\nb: 'c]'\nd: |\n  e}}\n")) == {"a": f"x {word}", "b": "c]", "d": "e}\n"}


def test_reading_goes_on_after_what_is_not_part_of_the_language() -> None:
    _, problems = read("a.yaml", b"a: *x\nb: !t c\nd: 1\nd: 2\ne: &y [f]\ng: {h: 1, h: 2\n")
    assert [problem.span.line for problem in problems if problem.span] == [1, 2, 4, 5, 6, 6]


def test_what_cannot_be_read_is_broken_and_not_missing() -> None:
    node, _ = read("a.yaml", b"a: *x\nb: [*y, c]\nd: !z e\n")
    assert isinstance(node, Map)
    assert [type(value) for _, value in node.entries] == [Broken, List, Broken]
    assert [is_whole(value) for _, value in node.entries] == [False, False, False]
    assert node.is_whole


def test_a_key_that_cannot_be_read_leaves_its_map_not_whole() -> None:
    for text in ("*x : b\n", "<<: *x\n", "[a]: b\n"):
        node, _ = read("a.yaml", text.encode())
        assert isinstance(node, Map)
        assert not node.is_whole


@pytest.mark.parametrize(("depth", "is_good"), [(MOST_DEPTH - 1, True), (MOST_DEPTH + 1, False), (100_000, False)])
def test_a_file_is_not_nested_without_end(depth: int, is_good: bool) -> None:
    _, problems = read("a.yaml", f"a: {'[' * depth}{']' * depth}\n".encode())
    assert [problem.message for problem in problems] == ([] if is_good else [f"nested deeper than {MOST_DEPTH} levels"])


def test_a_file_that_is_too_large_is_not_read() -> None:
    padding = b"#" * (MOST_BYTES - 5) + b"\n"
    assert read("a.yaml", b"a: b" + padding)[1] == []
    assert slip(b"a: bc" + padding)[0] == f"the file is larger than {MOST_BYTES} bytes"


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)
PIECES = st.lists(
    st.sampled_from(
        [
         "a", "b: ", ":", "- ", "-", "[", "]", "{", "}", ",", "\n", "\n  ", "\r\n", "\t", '"', "'", "#", " #", "&x ",
         "*x", "!t ", ">-\n", "|\n", "? ", "%", "---\n", "...\n", "\\", "\x00", "\x85", "\u2028", "\ufeff", "é", "語",
         "<<: ", "@",
        ]
    ),
    max_size=25,
).map("".join)  # fmt: skip


@given(
    st.one_of(
        PIECES.map(str.encode),
        st.binary(max_size=60),
        st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace")),
    )
)
def test_any_bytes_give_a_tree_or_problems_whose_places_lie_in_the_file(data: bytes) -> None:
    node, problems = read("a.yaml", data)
    assert node is not None or problems
    lines = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    for each in ("\r", "\x85", "\u2028", "\u2029"):
        lines = lines.replace(each, "\n")
    texts = lines.split("\n")
    for problem in problems:
        span = problem.span
        assert span is not None
        assert span.path == "a.yaml"
        assert 1 <= span.line <= len(texts)
        assert 1 <= span.column <= len(texts[span.line - 1]) + 1
        assert span.text in {texts[span.line - 1], ""}
        assert span.width >= 1
        assert str(problem)


@given(st.dictionaries(WORDS, st.lists(WORDS, max_size=3), max_size=4))
def test_what_is_written_between_quotation_marks_is_read_back(written: dict[str, list[str]]) -> None:
    lines = [f"{quoted(key)}: [{', '.join(map(quoted, items))}]" for key, items in written.items()]
    assert plain(tree("\n".join(lines or ["{}"]) + "\n")) == written


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
