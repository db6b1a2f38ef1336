"""IP addresses in running text: the one answer to whether something that was written may be a reader's address.

Theory: what a caller wrote is said back in many places (a name in the words of a notice, a value in an error),
and a caller may put the reader's address anywhere. So whoever is about to repeat something asks here, and
rather one text too many is held back than one too few: a name that only looks like an address loses little.
Letters and digits of other widths and scripts count as the ones they stand for, invisible ones do not count.

Source: RFC 4291, section 2.2, for how IPv6 addresses are written; Unicode, for digits and full stops.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

WITHHELD: Final = "(withheld)"
_FULL_STOPS: Final = str.maketrans(dict.fromkeys("\u3002\u06d4\u0701\u2024\ua4f8\u00b7", "."))
_NUMBER: Final = re.compile(r"\s*(?:[0-9]{8,39}|0[xX][0-9A-Fa-f]{7,32})\s*")
"""An address as one number; every public one has eight digits or more."""
_RUN: Final = re.compile(r"[0-9A-Fa-f:.]{2,}")
_FOUR: Final = re.compile(r"[0-9]{1,3}(?:\s{0,3}\.\s{0,3}[0-9]{1,3}){3}")
_HOST: Final = re.compile(
    r"(?<![0-9])[0-9]{1,3}([-_])[0-9]{1,3}(?:\1[0-9]{1,3}){2}(?![0-9])"
    r"|(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{1,4}-){7}[0-9A-Fa-f]{1,4}(?![0-9A-Za-z])"
)
"""An address as providers write it into the names of hosts: `95-165-0-1.example.ru`."""
_MOST_COLONS: Final = 4
_SIX_IN_RUN: Final = re.compile(r":(?::|[0-9A-Fa-f.]*+(?::[0-9A-Fa-f.]*+){3}:)")
"""Two colons side by side or five in one run: what `_unless_no_address` holds for an IPv6 address."""
_IN_FOUR: Final = re.compile(r"\.\s{0,3}[0-9]{1,3}\s{0,3}\.")
_IN_HOST: Final = re.compile(r"[-_][0-9A-Fa-f]{1,4}[-_]")
"""What every match of `_FOUR` and of `_HOST` has in it, and is sooner looked for: it begins with what is rare."""


def withheld(text: str) -> str:
    """The text without what can be read as an IP address; rather one too many than one too few.

    >>> withheld("`[::ffff:192.0.2.7]:443` is no country")
    '`[(withheld)]:443` is no country'
    """
    plain = _plain(text)
    if _NUMBER.fullmatch(plain):
        return WITHHELD
    without = _RUN.sub(_unless_no_address, plain)
    without = _HOST.sub(WITHHELD, _FOUR.sub(WITHHELD, without))
    return text if without == plain else without


def holds_address(text: str) -> bool:
    """Whether something in the text can be read as an IP address.

    >>> holds_address("Radio 95 . 165 . 0 . 1"), holds_address("Radio 1.2")
    (True, False)
    """
    plain = _plain(text)
    return bool(
        _NUMBER.fullmatch(plain)
        or _SIX_IN_RUN.search(plain)
        or (_IN_FOUR.search(plain) and _FOUR.search(plain))
        or (_IN_HOST.search(plain) and _HOST.search(plain))
    )


def _plain(text: str) -> str:
    """The text in the letters and digits that it stands for."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text).translate(_FULL_STOPS)
    return "".join(map(_digit, (each for each in plain if unicodedata.category(each) != "Cf")))


def _digit(letter: str) -> str:
    """The ASCII digit that a digit of any script stands for; any other letter as it is."""
    return str(unicodedata.decimal(letter, letter))


def _unless_no_address(match: re.Match[str]) -> str:
    """What stands for a run of hexadecimal digits, colons and dots, of which `12:30:45` is no address."""
    run = match[0]
    is_six = "::" in run or run.count(":") > _MOST_COLONS
    return WITHHELD if is_six or _FOUR.search(run) else run
