"""What the parser could not read, in an author's words, at the place where a person would mend it.

Theory: libyaml names what it expected, and where it gave up. That is seldom where the slip is: a bracket
that nobody closed is noticed lines later, and `mapping values are not allowed` means that a text with `: `
has no quotation marks. So each of its messages is read back into the slip that usually causes it.

Source: the messages of scanner.c and parser.c of libyaml 0.2.5.
"""

from __future__ import annotations

import re
from typing import Protocol

import yaml

from compliance.errors import Problem, Span

LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""What libyaml takes for the end of a line."""
MOST_DEPTH = 32
UNREADABLE = "this cannot be read"
"""What is said where no slip of an author is known; on a line that has a problem already it says nothing new."""
ONE_DOCUMENT = "a file holds one document"
ONE_DOCUMENT_HELP = "put each rule, entity, register or territory into a file of its own"
DIRECTIVE = "directives are not part of the rule language"
DIRECTIVE_HELP = "delete the line"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KEY_WITHOUT_SPACE = re.compile(r"\s*(?:- +)*[A-Za-z_][\w.-]*:(?=[^\s:/])")
_DASH_WITHOUT_SPACE = re.compile(r"\s*-(?=[^\s-])")
_QUOTES = "put the whole text in quotation marks"
_COLON_SPACE = "write a space after the colon: `key: value`"
_MERGE = re.compile(r"<{7}( |$)")
_TOKEN = re.compile(r"""(?<![^\[{,:\s])(?:"(?:\\.|[^"\\])*"|'[^']*')|(?<!\S)\#[^\n]*|[\[\]{}]""")
"""Quotation, comment or bracket."""
_CLOSING = {"[": "]", "{": "}"}
_OPENING = {"]": "[", "}": "{"}


def closes_nothing(text: str) -> bool:
    """Whether a text ends with a bracket that it does not open, as a list does that lost its first one."""
    return text[-1:] in _OPENING and text.count(text[-1]) > text.count(_OPENING[text[-1]])


class Lines(Protocol):
    """A file as its lines, which can say where in it a mark of the parser is."""

    path: str
    lines: list[str]

    def span(self, start: yaml.Mark, end: yaml.Mark | None = None) -> Span:
        """The place of a mark, or from one to the other."""


def syntax_problem(error: yaml.YAMLError, file: Lines) -> Problem:
    """The problem that `error` stands for."""
    if (merged := _unfinished_merge(file)) is not None:
        return merged
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return _forbidden_character(file)
    opened = getattr(error, "context_mark", None)
    context = getattr(error, "context", None) or ""
    said = getattr(error, "problem", None) or ""
    here = file.span(mark)
    start = here if opened is None else file.span(opened)
    if "tab character" in said or here.text[here.column - 1 : here.column] == "\t":
        return Problem("a tab cannot stand here", here, "indent with spaces")
    return (
        _in_brackets(context, said, start, here, file)
        or _in_quotes(context, said, start, here)
        or _in_block(said, start, here, file)
        or _at_colon(said, start, here, file)
        or _at_start(context, said, start, here)
        or Problem(f"{UNREADABLE}: {said}", here, "check the indentation and the colons around this line")
    )


def _unfinished_merge(file: Lines) -> Problem | None:
    """Lines of two versions between which somebody has to choose: no slip of theirs explains anything else."""
    for number, line in enumerate(file.lines, 1):
        if _MERGE.match(line):
            span = Span(file.path, number, 1, 7, line)
            help_ = "keep one of them, and delete the lines that begin with `<<<<<<<`, `=======` and `>>>>>>>`"
            return Problem("two versions of these lines were not brought together", span, help_)
    return None


def _forbidden_character(file: Lines) -> Problem:
    for number, line in enumerate(file.lines, 1):
        found = _FORBIDDEN.search(line)
        if found:
            span = Span(file.path, number, found.start() + 1, 1, line)
            message = f"the file holds a character that YAML does not allow: U+{ord(found[0]):04X}"
            return Problem(message, span, "delete it: it cannot be seen")
    return Problem("the file holds a character that YAML does not allow", Span(file.path, 1, 1))


def _in_brackets(context: str, said: str, start: Span, here: Span, file: Lines) -> Problem | None:
    """A flow list or map, `[...]` or `{...}`."""
    if "node content" in said and (opened := _innermost_open(file)) is not None:
        return Problem(
            f"`{opened.text[opened.column - 1]}` is not closed",
            opened,
            f"add `{_CLOSING[opened.text[opened.column - 1]]}`",
        )
    if "expected ','" not in said or "flow" not in context:
        return None
    before = here.text[: here.column - 1].rstrip()[-1:]
    if before and before in "'\"" and (quoted := _opened_above(before, here, file)) is not None:
        return Problem("the quotation mark is not closed", quoted, "close it at the end of the text")
    bracket = "{" if "mapping" in context else "["
    closing = _CLOSING[bracket]
    found = here.text[here.column - 1 : here.column]
    other = "[" if bracket == "{" else "{"
    if found == _CLOSING[other] and here.line == start.line and other not in here.text[: start.column - 1]:
        return _closes_nothing(here)
    if not _is_closed(file.lines, start):
        return Problem(f"`{bracket}` is not closed", start, f"add `{closing}`")
    help_ = "write `,` between the items, and quotation marks around a text that holds `: ` or `,`"
    return Problem(f"here `,` or `{closing}` is expected", here, help_)


def _is_closed(lines: list[str], start: Span) -> bool:
    """Whether the bracket at `start` has its counterpart; brackets in quotation marks do not count."""
    rest = "\n".join([lines[start.line - 1][start.column - 1 :], *lines[start.line :]])
    open_: list[str] = []
    for token in _TOKEN.findall(rest):
        if token in _CLOSING:
            open_.append(_CLOSING[token])
        elif token in _CLOSING.values():
            if open_.pop() != token:
                return False
            if not open_:
                return True
    return False


def _innermost_open(file: Lines) -> Span | None:
    """The last bracket that is still open at the end of the file."""
    open_: list[Span] = []
    for number, line in enumerate(file.lines, 1):
        for token in _TOKEN.finditer(line):
            if token[0] in _CLOSING:
                open_.append(Span(file.path, number, token.start() + 1, 1, line))
            elif token[0] in _CLOSING.values() and open_:
                open_.pop()
    return open_[-1] if open_ else None


def _in_quotes(context: str, said: str, start: Span, here: Span) -> Problem | None:
    if "quoted scalar" not in context:
        return None
    if "end of stream" in said or "document indicator" in said:
        return Problem("the quotation mark is not closed", start, "close it at the end of the text")
    help_ = "use single quotation marks, or write the backslash twice"
    return Problem("between double quotation marks a backslash has a meaning of its own", here, help_)


def _in_block(said: str, start: Span, here: Span, file: Lines) -> Problem | None:
    """A map or list of one entry a line: something follows a value, or a line begins in the wrong column."""
    if "expected key" not in said and "expected '-'" not in said:
        return None
    before = here.text[: here.column - 1].rstrip()
    if not before:
        if here.text[here.column - 1 : here.column] in _CLOSING.values():
            return _closes_nothing(here)
        if "'-'" in said:
            help_ = f"the list begins on line {start.line}: indent this line less, or begin it with `- `"
            return Problem("this line is no item of the list above", here, help_)
        help_ = f"the map it would belong to begins on line {start.line}, in column {start.column}"
        return Problem("this line is indented unlike the lines above", here, help_)
    if here.text[here.column - 1] in _CLOSING.values():
        return _closes_nothing(here)
    if before[-1] in "'\"":
        opened = _opened_above(before[-1], here, file)
        if opened is not None:
            return Problem("the quotation mark is not closed", opened, "close it at the end of the text")
        help_ = f"{_QUOTES}; an apostrophe between single ones is written twice"
        return Problem("the text goes on after its closing quotation mark", here, help_)
    if before[-1] in _CLOSING.values():
        help_ = f"{_QUOTES}: it begins with a bracket"
        return Problem(f"the text goes on after `{before[-1]}`", here, help_)
    return None


def _opened_above(mark: str, here: Span, file: Lines) -> Span | None:
    """The quotation mark on a line above that the one before `here` closes by accident."""
    if here.text[: here.column - 1].count(mark) % 2 == 0:
        return None
    for number in range(here.line - 1, 0, -1):
        line = file.lines[number - 1]
        opening = list(re.finditer(rf"(?<![^\s\[{{,]){mark}", line))
        if opening and line.count(mark) % 2:
            return Span(here.path, number, opening[-1].start() + 1, 1, line)
    return None


def _closes_nothing(here: Span) -> Problem:
    bracket = here.text[here.column - 1]
    return Problem(f"`{bracket}` closes nothing", here, "delete it, or add the bracket that it closes")


def _at_colon(said: str, start: Span, here: Span, file: Lines) -> Problem | None:
    """A colon too many, or one too few."""
    if "could not find expected ':'" in said:
        return _missing_space(start) or Problem("this line has no `: `", _whole(start), "write it as `key: value`")
    if "mapping values are not allowed" not in said:
        return None
    if (slip := _missing_space(here)) is not None:
        return slip
    if re.search(r":(\s|$)", here.text[: here.column - 1]):
        return Problem("a text that holds `: ` needs quotation marks", here, _QUOTES)
    above = _line_above(here, file)
    if above is None:
        return None
    if (slip := _missing_space(above)) is not None:
        return slip
    if _indent(above.text) == _indent(here.text) and ":" not in above.text:
        return Problem("this line has no `: `", above, "write it as `key: value`")
    help_ = "indent it like the line above; if it goes on with the text above, put that text in quotation marks"
    first = Span(here.path, here.line, _indent(here.text) + 1, here.column - _indent(here.text) - 1, here.text)
    return Problem("this line is indented deeper than the line above allows", first, help_)


def _missing_space(line: Span) -> Problem | None:
    """`key:value` or `-item` on the line."""
    found = _KEY_WITHOUT_SPACE.match(line.text)
    if found:
        span = Span(line.path, line.line, found.end(), 1, line.text)
        return Problem("a colon needs a space after it", span, _COLON_SPACE)
    found = _DASH_WITHOUT_SPACE.match(line.text)
    if found:
        span = Span(line.path, line.line, found.end(), 1, line.text)
        return Problem("a dash needs a space after it", span, "write `- ` before each item")
    return None


def _line_above(here: Span, file: Lines) -> Span | None:
    """The nearest line above that says something."""
    for number in range(here.line - 1, 0, -1):
        text = file.lines[number - 1]
        if text.strip() and not text.lstrip().startswith("#"):
            return _whole(Span(here.path, number, 1, 1, text))
    return None


def _whole(span: Span) -> Span:
    """The line of a span without its indentation."""
    indent = _indent(span.text)
    return Span(span.path, span.line, indent + 1, max(1, len(span.text.rstrip()) - indent), span.text)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _at_start(context: str, said: str, start: Span, here: Span) -> Problem | None:
    """What a text, a list or a file may not begin with."""
    if "block sequence entries are not allowed" in said:
        help_ = "begin each item on a line of its own, or write the list as `[a, b]`"
        return Problem("a list cannot begin behind its key", here, help_)
    if "<document start>" in said:
        return Problem(ONE_DOCUMENT, here, ONE_DOCUMENT_HELP)
    if "directive" in context or "incompatible YAML" in said:
        return Problem(DIRECTIVE, start, DIRECTIVE_HELP)
    if "block scalar" in context:
        return Problem("the text begins on the line below `>` or `|`", here, "move it down and indent it")
    if "nested deeper" in said or "maximum nesting depth" in said:
        return Problem(f"nested deeper than {MOST_DEPTH} levels", here, "write it flatter")
    place = start if context.endswith(("an alias", "an anchor", "a tag")) else here
    character = place.text[place.column - 1 : place.column]
    if "cannot start any token" in said or "mapping keys" in said or place is start or "node content" in said:
        return Problem(f"a text cannot begin with `{character}`", place, f"{_QUOTES}") if character else None
    return None
