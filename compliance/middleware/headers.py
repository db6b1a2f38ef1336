"""Which responses are pages that notices go into, and what of their headers changes with them.

Theory: a page with notices is another page. So what names its bytes (length, digests, `ETag`) is mended or taken away,
and the tag is weak and says which notices are in it. A browser that has the page with other notices, or from a time
before there were any, has to get it anew: so only tags with the notices of now reach the application. Where notices
depend on where the reader is, no shared cache may keep the page, whether there are notices in it or not.

Source: RFC 9110, sections 8.8.3 (ETag), 13.1.2 (If-None-Match) and 14 (ranges); RFC 9111, section 5.2.2 (private).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Final

Headers = list[tuple[str, str]]
_TAG: Final = re.compile(r'\s*(W/)?"([!#-~\x80-\xff]*)"\s*')
_OURS: Final = re.compile(r"(.*)\.notices-([0-9a-f]{16})")
_CHARSET: Final = re.compile(r';\s*charset\s*=\s*"?\s*([^\s";]+)', re.IGNORECASE)
_UTF_16: Final = {"utf-16": "utf-16-le", "utf-16le": "utf-16-le", "unicode": "utf-16-le", "utf-16be": "utf-16-be"}
_SHIFTING: Final = ("iso-2022-", "csiso2022", "hz-gb-2312")
"""The beginnings of names of encodings in which `<` may be half of a letter."""
_OF_THE_BYTES: Final = frozenset(
    ("content-length", "content-md5", "digest", "content-digest", "repr-digest", "accept-ranges", "last-modified")
)
_SHARED: Final = frozenset(("surrogate-control", "cdn-cache-control", "cloudflare-cdn-cache-control", "expires"))
"""Headers by which shared caches keep a page in spite of `private`."""
_NOT_PRIVATE: Final = ("public", "s-maxage", "proxy-revalidate", "private")


def value(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    """The values of a header, with commas between them; None if it is not there. The name is in lower case."""
    found = [each for key, each in headers if key.lower() == name]
    return ", ".join(found) if found else None


def is_page(status: int, headers: Headers) -> bool:
    """Whether notices go into a response: a whole page of HTML that is not compressed."""
    kind = (value(headers, "content-type") or "").partition(";")[0].strip().lower()
    encoding = (value(headers, "content-encoding") or "identity").strip().lower()
    is_whole = status == 200 and value(headers, "content-range") is None
    return is_whole and kind == "text/html" and encoding in {"identity", ""}


def encoding_of(headers: Headers) -> str | None:
    """The encoding of a page whose markup cannot be read as ASCII, as Python calls it; None of any other."""
    found = _CHARSET.search(value(headers, "content-type") or "")
    name = found[1].lower().strip("'") if found else ""
    return "ascii" if name.startswith(_SHIFTING) else _UTF_16.get(name)


def may_be_page(accept: str | None) -> bool:
    """Whether somebody asks for a page, and not for what belongs to one: by `Accept`."""
    return accept is None or "text/html" in accept.lower()


def version(*texts: str) -> str:
    """What names the notices in a page: 16 hexadecimal digits."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def has_ours(tags: str | None) -> bool:
    """Whether a page with notices was got before, by `If-None-Match`."""
    return any(_OURS.fullmatch(tag) for tag in _tags(tags or ""))


def asked_tags(tags: str, of: str | None, *, is_page: bool) -> str | None:
    """The tags that the application may compare: None if there are none.

    Args:
        tags: the value of `If-None-Match`.
        of: what names the notices of now; None if nobody looked.
        is_page: whether a page is asked for, so that a tag without notices is that of an older one.
    """
    kept = []
    for tag in _tags(tags):
        ours = _OURS.fullmatch(tag)
        if ours is None and not is_page:
            kept.append(f'"{tag}"')
            kept.append(f'W/"{tag}"')
        elif ours is not None and ours[2] == of:
            kept += [f'"{ours[1]}"', f'W/"{ours[1]}"']
    return ", ".join(dict.fromkeys(kept)) or None


def _tags(text: str) -> list[str]:
    return [each[2] for each in _TAG.finditer(text)]


def tagged(headers: Headers, of: str) -> Headers:
    """Headers whose `ETag` says which notices are in the page, too."""
    return [(name, _joined(each, of)) if name.lower() == "etag" else (name, each) for name, each in headers]


def _joined(tag: str, of: str) -> str:
    found = _TAG.fullmatch(tag)
    opaque = hashlib.sha256(tag.encode()).hexdigest()[:16] if found is None else found[2]
    return f'W/"{opaque}.notices-{of}"'


def mended(headers: Headers, of: str, *, length: int | None, is_private: bool) -> Headers:
    """The headers of a page with notices.

    Args:
        headers: those of the page.
        of: what names the notices.
        length: how many bytes it has now; None if nobody knows.
        is_private: whether notices depend on where the reader is.
    """
    kept = [(name, each) for name, each in headers if name.lower() not in _OF_THE_BYTES]
    if length is not None:
        kept.append(("Content-Length", str(length)))
    kept = tagged(kept, of)
    return _private(kept) if is_private else kept


def _private(headers: Headers) -> Headers:
    said = value(headers, "cache-control") or ""
    parts = [each.strip() for each in said.split(",") if each.strip()]
    kept = [each for each in parts if each.partition("=")[0].strip().lower() not in _NOT_PRIVATE]
    if not any(each.lower() == "no-store" for each in kept):
        kept.insert(0, "private")
    others = [(name, each) for name, each in headers if name.lower() not in {*_SHARED, "cache-control"}]
    return [*others, ("Cache-Control", ", ".join(kept))]


def length_of(headers: Sequence[tuple[str, str]]) -> int | None:
    """The length of the body as it is said; None if it is not."""
    said = value(headers, "content-length")
    return int(said) if said is not None and said.isascii() and said.isdigit() and len(said) < 16 else None
