"""What may be said of a request in an error or a log line: the last defence of the reader's address.

Theory: whoever writes a message takes care that it repeats no address. But a library logs what it was
given, and somebody will forget. So here, just before anything is sent or logged, what can be read as an
address is taken out, and of an exception only its kind and its place in the code are left.

Source: RFC 4291, section 2.2, for how IPv6 addresses are written.
"""

from __future__ import annotations

import logging
import re
import traceback
import unicodedata
from typing import Final

WITHHELD: Final = "(withheld)"
_RUN: Final = re.compile(r"[0-9A-Fa-f:.]{2,}")
_FOUR: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_GROUPS: Final = 8


def withheld(text: str) -> str:
    """The text without what can be read as an IP address; rather one too many than one too few.

    >>> withheld("`[::ffff:192.0.2.7]:443` is no country")
    '`[(withheld)]:443` is no country'
    """
    plain = unicodedata.normalize("NFKC", text).replace("\u3002", ".")
    without = _RUN.sub(_unless_no_address, plain)
    return text if without == plain else without


def holds_address(text: str) -> bool:
    """Whether something in the text can be read as an IP address."""
    return withheld(text) != text


def place_of(error: BaseException) -> str:
    """The kind of an error and where in the code it came up; its text may hold what was sent, so it is left out."""
    frames = traceback.extract_tb(error.__traceback__)
    place = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-6:]))
    return f"{type(error).__name__} at {place or 'no place'}"


class WithoutWords(logging.Filter):
    """Passes log records of libraries, which name peers, paths and values, with nothing but where they come from."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record pass, without its words."""
        error = record.exc_info[1] if record.exc_info else None
        what = f": {place_of(error)}" if error else ""
        record.msg, record.args = f"reported from {record.funcName}:{record.lineno}{what}", ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True


_without_words: Final = WithoutWords()


def silence_words(logger: str) -> None:
    """Have a library's logger log without words, however often this is called."""
    logging.getLogger(logger).addFilter(_without_words)


def _unless_no_address(match: re.Match[str]) -> str:
    """What stands for a run of hexadecimal digits, colons and dots, of which `12:30:45` is no address."""
    run = match[0]
    is_six = "::" in run or run.count(":") >= _GROUPS - 1
    return WITHHELD if is_six or _FOUR.search(run) else run
