"""Web addresses in one form, so that an order about a page finds it however the page was asked for.

Theory: what tells pages apart is host, path and query. Scheme, letter case of the host, a leading `www.`,
a trailing slash, the fragment, the order of parameters and those that only track the reader are not; nor is
whether a name or a path stands in its own letters or is escaped, since browsers show the one and send the
other. To take two addresses for one page shows a notice too often; to take one page for two may miss it.

Source: RFC 3986, sections 5.2.4 and 6.2; RFC 3987, section 3.1; for host names, IDNA 2003 (RFC 3490) through
Python's codec. A host that browsers read in another way than that is none.
"""

from __future__ import annotations

import re
from typing import Final

_PARTS: Final = re.compile(r"https?://([^/?#\s@]+)([^?#\s]*)(?:\?([^#\s]*))?(?:#\S*)?", re.IGNORECASE)
_HOST: Final = re.compile(r"([\w-]+(?:\.[\w-]+)+)\.?(?::0*([0-9]*))?")
_IN_ASCII: Final = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")
_READ_DIFFERENTLY: Final = re.compile("[ßẞς]")
"""Letters on which IDNA 2003 and 2008 disagree."""
_TRACKING: Final = re.compile(r"(?:utm_\w+|fbclid|gclid|yclid|mc_[ce]id)(?:=|\Z)", re.IGNORECASE)
_ESCAPE: Final = re.compile(r"%([0-9a-fA-F]{2})")
_ESCAPED: Final = re.compile(r'[^!-~]|["<>\\^`{|}]')
"""What stands escaped in the one form; all else that may stand as it is does so, but for signs that part things."""
_PARTING: Final = frozenset("%/?#&=+")
MOST_LETTERS: Final = 2000
_MOST_HOST: Final = 253


def canonical_url(text: str) -> str | None:
    """The address in the one form, or None if `text` is no web address of a page.

    >>> canonical_url("HTTP://www.Example.org:80/a/?utm_source=x#top")
    'https://example.org/a'
    """
    found = _PARTS.fullmatch(text) if len(text) <= MOST_LETTERS else None
    host = _HOST.fullmatch(found[1]) if found else None
    name = _in_ascii(host[1]) if host else None
    if found is None or host is None or name is None:
        return None
    port = f":{host[2]}" if host[2] and host[2] not in {"80", "443"} else ""
    path = _without_dots(_escaped(found[2].replace("\\", "/"))).rstrip("/")
    parts = (_escaped(part) for part in (found[3] or "").split("&"))
    query = "&".join(sorted(part for part in parts if part and not _TRACKING.match(part)))
    return f"https://{name}{port}{path}" + (f"?{query}" if query else "")


def _in_ascii(host: str) -> str | None:
    """The host as browsers send it, or None if it is not sure which one is meant."""
    if _READ_DIFFERENTLY.search(host):
        return None
    try:
        found = host.encode("idna").decode("ascii").lower()
    except ValueError:  # a UnicodeError is one too
        return None
    while found.startswith("www.") and found.count(".") > 1:
        found = found.removeprefix("www.")
    return found if len(found) <= _MOST_HOST and _IN_ASCII.fullmatch(found) else None


def _escaped(text: str) -> str:
    """A part of an address in which each sign is either escaped or not, and always the same."""
    plain = _ESCAPE.sub(_unescaped, text)
    return _ESCAPED.sub(lambda match: "".join(f"%{each:02X}" for each in _bytes(match[0])), plain)


def _unescaped(match: re.Match[str]) -> str:
    sign = chr(int(match[1], 16))
    is_plain = "!" <= sign <= "~" and sign not in _PARTING
    return sign if is_plain else match[0].upper()


def _bytes(sign: str) -> bytes:
    return sign.encode("utf-8", "surrogatepass")


def _without_dots(path: str) -> str:
    """The path without `.` and `..`, which browsers follow before they ask."""
    kept: list[str] = []
    for part in path.split("/")[1:]:
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    return "".join(f"/{part}" for part in kept)
