"""How a record names a page: by what tells pages apart and can hardly tell readers apart.

Theory: records are kept for years and may be seized, so a page is named by its host and path. A query is left out,
for publishing systems hand on what the browser asked for, and that may be a session, a key or somebody's mail
address; an operator whose pages are told apart by parameters says by which. Two pages that then have one name are
still told apart by their facts. What is no web address is kept if it can be an id of a publishing system.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from compliance.model.address_text import WITHHELD, holds_address, withheld
from compliance.model.web_address import canonical_url

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}")
_MAIL: Final = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_ESCAPES: Final = re.compile("(?:%[0-9A-F]{2})+")


def reference_of(url: str | None, parameters: Collection[str] = ()) -> str | None:
    """The name of a page in records; None if it has none that can be kept. What may be somebody's address is withheld.

    >>> reference_of("http://www.example.org/a/?session=7&id=12", parameters=["id"])
    'https://example.org/a?id=12'

    Args:
        url: the page as its publishing system names it.
        parameters: those of the query that tell pages apart.
    """
    written = (url or "").strip()
    page = canonical_url(written)
    if page is None:
        found = written if _ID.fullmatch(written) else None
    else:
        path, _, query = page.partition("?")
        kept = "&".join(each for each in query.split("&") if each.partition("=")[0] in parameters)
        found = f"{path}?{kept}" if kept else path
    if found is None:
        return None
    found = withheld(_MAIL.sub(WITHHELD, found))
    return WITHHELD if holds_address(_ESCAPES.sub(_letters, found)) else found


def _letters(match: re.Match[str]) -> str:
    """The letters that escapes stand for."""
    return bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "replace")
