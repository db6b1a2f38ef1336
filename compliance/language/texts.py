"""How a text is laid out: plain where it can be, quoted where it must be, folded where it is long.

Theory: the rule language reads every scalar as text, so quotation marks are needed only where the letters would
be taken for signs of YAML. Other readers, such as an editor, take `20.33` for a number: marks that an author put
around such a word stay. A text that somebody broke into lines keeps them as long as they are short, so that a
diff of the words of a law shows the sentence that changed.

Source: YAML 1.1, chapters 5.7 (escapes), 8 (block styles) and 9 (flow styles), as libyaml reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from compliance.language.syntax import closes_nothing
from compliance.language.written import Scalar

MOST_COLUMNS: Final = 120
"""How wide a line may be."""
FOLD_AT: Final = 100
"""How wide a text is that is folded here."""
MOST_OF_A_KEY: Final = 1_000
"""How long a key may be; YAML ends at 1,024."""
_NO_LETTER = r"[^\n\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_HIDDEN = re.compile(_NO_LETTER)
"""What cannot be seen, or would end a line."""
_ESCAPED = re.compile(rf'["\\\n\t]|{_NO_LETTER}')
_SIGN = re.compile(r"[\[\]{},#&*!|>'\"%@`?:]|-(?: |$)|---|\.\.\.|<<$|=$")
_SIGN_INSIDE = re.compile(r"[\n\t]|: |:$| #|^ | $")
_SIGN_IN_BRACKETS = re.compile(r"[\[\]{},:?]")
"""Some readers of YAML end a text in brackets at each of these."""
_OTHERWISE = re.compile(
    r"true|false|yes|no|on|off|y|n|null|~"
    r"|[-+]?(0x[0-9a-f_]+|0o?[0-7_]+|0b[01_]+|[0-9][0-9_]*(:[0-5]?[0-9])*(\.[0-9_]*)?(e[-+]?[0-9]+)?"
    r"|\.[0-9][0-9_]*(e[-+]?[0-9]+)?|\.inf)|\.nan",
    re.IGNORECASE,
)
"""What readers of YAML that know types take for something else than text."""
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\x85": "\\N"}
_BREAK = re.compile(r"(?<=[^ \t]) (?=[^ \t])")
"""Where a line may end: at one space between words."""


def on_line(scalar: Scalar, *, in_brackets: bool = False) -> str:
    """The text on one line: plain, else between double quotation marks."""
    text = scalar.text
    if not text:
        return '""' if in_brackets or scalar.style else ""
    is_kept = scalar.style in {"'", '"'} and _OTHERWISE.fullmatch(text)
    needs_marks = _SIGN.match(text) or _SIGN_INSIDE.search(text) or _HIDDEN.search(text) or closes_nothing(text)
    if is_kept or needs_marks or (in_brackets and _SIGN_IN_BRACKETS.search(text)):
        return '"' + _ESCAPED.sub(lambda found: _escape(found[0]), text) + '"'
    return text


def key(scalar: Scalar, *, in_brackets: bool = False) -> str:
    """A key, which is never left empty."""
    return on_line(scalar, in_brackets=in_brackets) or '""'


def in_block(scalar: Scalar, used: int, indent: int) -> tuple[str, list[str]]:
    """The text behind a key or a dash: what stands there, and the lines below it.

    Args:
        scalar: the text as it was written.
        used: the columns that are taken before it.
        indent: how far lines below are indented.
    """
    body = scalar.text.removesuffix("\n")
    ending = "" if body != scalar.text else "-"
    if scalar.style == "|" and _is_block(body):
        return f"|{ending}", body.split("\n")
    can_fold = _is_block(body) and not re.search(r"^[ \t]", body, re.MULTILINE)
    if scalar.style == ">" and can_fold:
        return f">{ending}", _kept_lines(scalar, body, indent) or list(_folded(body, FOLD_AT - indent))
    line = on_line(scalar)
    if can_fold and "\n" not in scalar.text and used + len(line) > MOST_COLUMNS:
        lines = list(_folded(body, FOLD_AT - indent))
        if len(lines) > 1:
            return f">{ending}", lines
    return line, []


def _escape(letter: str) -> str:
    code = ord(letter)
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def _is_block(body: str) -> bool:
    """Whether the text can stand below its key as it is, without a mark for its indentation or its end."""
    if not body or body[0] in " \t\n" or body[-1] == "\n":
        return False
    return not _HIDDEN.search(body) and not re.search(r"[ \t]$|^\t", body, re.MULTILINE)


def _kept_lines(scalar: Scalar, body: str, indent: int) -> list[str] | None:
    """The lines that the author broke the text into, if they are short and still say the same."""
    lines = [line.strip(" ") for line in scalar.lines]
    while lines and not lines[-1]:
        lines.pop()
    is_short = all(indent + len(line) <= MOST_COLUMNS for line in lines)
    return lines if is_short and _unfolded(lines) == body else None


def _unfolded(lines: list[str]) -> str:
    """The text that folded lines stand for: line ends are spaces, and blank lines are line ends."""
    found, blank = "", 0
    for line in lines:
        if not line:
            blank += 1
            continue
        found += ("\n" * blank or " ") + line if found else line
        blank = 0
    return found


def _folded(body: str, width: int) -> Iterator[str]:
    """The text in lines that are not wider than `width`, as far as its words allow."""
    for number, paragraph in enumerate(body.split("\n")):
        if number:
            yield ""
        line = ""
        for word in _BREAK.split(paragraph):
            if line and len(line) + 1 + len(word) > width:
                yield line
                line = word
            else:
                line = f"{line} {word}" if line else word
        if line:
            yield line
