"""Web addresses in one form, so that an order about a page finds it however the page was asked for.

Theory: what tells pages apart is host, path and query. Scheme, letter case of the host, a leading `www.`,
a trailing slash, the fragment and parameters that only track the reader are not. To take two addresses for
one page shows a notice too often; to take one page for two may miss it.

Source: RFC 3986, section 6.2.
"""

from __future__ import annotations

import re
from typing import Final

_PARTS: Final = re.compile(r"https?://([^/?#\s@]+)([^?#\s]*)(?:\?([^#\s]*))?(?:#\S*)?", re.IGNORECASE)
_HOST: Final = re.compile(r"([a-z0-9\w-]+(?:\.[\w-]+)+)\.?(?::(\d+))?")
_TRACKING: Final = re.compile(r"(?:utm_\w+|fbclid|gclid|yclid|mc_[ce]id)(?:=|\Z)", re.IGNORECASE)
_ESCAPE: Final = re.compile(r"%[0-9a-fA-F]{2}")
MOST_LETTERS: Final = 2000


def canonical_url(text: str) -> str | None:
    """The address in the one form, or None if `text` is no web address of a page.

    >>> canonical_url("HTTP://www.Example.org:80/a/?utm_source=x#top")
    'https://example.org/a'
    """
    found = _PARTS.fullmatch(text) if len(text) <= MOST_LETTERS else None
    host = _HOST.fullmatch(found[1].lower()) if found else None
    if found is None or host is None:
        return None
    port = f":{host[2]}" if host[2] not in {None, "80", "443"} else ""
    path = _ESCAPE.sub(lambda match: match[0].upper(), found[2]).rstrip("/")
    query = "&".join(part for part in (found[3] or "").split("&") if part and not _TRACKING.match(part))
    return f"https://{host[1].removeprefix('www.')}{port}{path}" + (f"?{query}" if query else "")
