"""What may be said of a failure in a log line: the last defence of the reader's address.

Theory: whoever writes a message takes care that it repeats no address. But a library logs what it was
given, and somebody will forget. So of an exception only its kind and its place in the code are left, and of
a line of a library only where it comes from. What is sent goes through `model.address_text` instead.
"""

from __future__ import annotations

import logging
import traceback
from typing import Final


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
