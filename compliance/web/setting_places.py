"""Where in a settings file a setting stands: what reads TOML does not tell.

Theory: a setting stands at the beginning of a line, before the first heading, or is a heading itself by mistake. Where
more than one line looks like it (in a text of several lines there may be anything) no place is named: none is better
than a wrong one.
"""

from __future__ import annotations

import re
from typing import Final

from compliance.errors import Span

_HEADING: Final = re.compile(r"^[ \t]*\[", re.MULTILINE)


def place_of(name: str, text: str, path: str) -> Span | None:
    """The place of a setting, without the line itself, which may hold a secret; None if it cannot be told.

    Args:
        name: as it is written in the file.
        text: of the file, which is TOML.
        path: of the file, as it is shown.
    """
    key = rf"(?:{re.escape(name)}|\"{re.escape(name)}\"|'{re.escape(name)}')"
    heading = _HEADING.search(text)
    top = text[: heading.start()] if heading else text
    found = list(re.finditer(rf"^[ \t]*({key})[ \t]*[=.]", top, re.MULTILINE))
    found = found or list(re.finditer(rf"^[ \t]*\[{{1,2}}[ \t]*({key})[ \t]*[\].]", text, re.MULTILINE))
    if len(found) != 1:
        return None
    start = found[0].start(1)
    return Span(path, text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start), len(found[0][1]))
