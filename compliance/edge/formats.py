"""A table for those who look it up: as JSON for whatever can read it, and as a configuration of nginx.

Theory: nginx looks texts up in hashes (`map`), so a table is a chain of them: the place gives a zone, the page a row,
and row and zone a fragment. Its hashes do not tell capitals from small letters, and two addresses that differ in
nothing else may be two pages. So what is found has to be spelled as what was asked for, which a regular expression
sees to; names of pages that differ by that alone are regular expressions themselves.

A name in the table is an address in its one form, where nginx has a path without escapes. A path in which an escape
hides a slash, a question mark or a control character would be another one then, and is left out: its page is one that
the table does not know. What is left out, or has ended, is never "nothing": it is asked for elsewhere, or has what its
site has.

Source: nginx, the modules `map`, `geo` and `core` (`$uri`, `$msec`), and the reading of its configuration
(`ngx_conf_read_token`).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from compliance.edge.table import NOBODY_KNOWS, EdgeTable

CONFIG: Final = "compliance.conf"
HASHES: Final = "hashes.conf"
FALLBACK: Final = "fallback.html"
FRAGMENTS: Final = "fragments"
TABLE: Final = "table.json"
JSON_FORMAT: Final = 1
LONGEST_NAME: Final = 1500
"""Of a page, in letters; nginx reads no word of its configuration that is longer than 4 KiB."""
_SCHEME: Final = "https://"
_ESCAPE: Final = re.compile("%([0-9A-F]{2})")
_HIDDEN: Final = re.compile("%(?:2F|3F|5C|7F|[01][0-9A-F])")
_SPECIAL: Final = frozenset({"default", "hostnames", "include", "volatile"})
_IN_QUOTES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_DOLLAR: Final = "${compliance_dollar}"
_SPELLED: Final = r"(?s)^(?<compliance_name>.+)\|\k<compliance_name>\|(?<compliance_number>[0-9]+)$"
_CODE: Final = "(?<compliance_code>[A-Za-z]{2})"
_IS_OVER: Final = "$compliance_is_over"
_OF_ANY: Final = "$compliance_instead_of_any"
_LEAST_HASH: Final = 2048
_LEAST_BUCKET: Final = 128
_DIGITS: Final = 10


def stamp(instant: datetime | None) -> str | None:
    """An instant as tables write it, in UTC."""
    return None if instant is None else instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def site_of(name: str) -> str:
    """The site of a page by its name, which is an address in its one form; nothing for an id."""
    return re.split("[/?]", name.removeprefix(_SCHEME), maxsplit=1)[0] if name.startswith(_SCHEME) else ""


def to_json(table: EdgeTable) -> bytes:
    """The table as JSON in UTF-8: the same table always gives the same bytes."""
    basis = table.basis
    said = {
        "format": JSON_FORMAT,
        "table": table.digest,
        "ruleset": {"meaning": basis.meaning, "source": basis.source},
        "as_of": basis.as_of.isoformat(),
        "preview": basis.preview,
        "valid_until": stamp(basis.valid_until),
        "zones": table.zone_count,
        "places": dict(table.zone_of),
        "pages": dict(sorted(table.row_of.items())),
        "sites": dict(sorted(table.row_of_site.items())),
        "any": table.row_of_any,
        "when_over": dict(table.when_over),
        "rows": table.rows,
        "fragments": dict(table.fragments),
        "fallback": table.fallback,
    }
    return json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n"


# -- nginx ----------------------------------------------------------------------------------------------


def to_nginx(table: EdgeTable) -> dict[str, bytes]:
    """The table as files for nginx, by their names: fragments first, and last what leads to them."""
    blocks = [
        *_head(table),
        *_block("geo $compliance_table", [("default", table.digest)]),
        *_block("geo $compliance_dollar", [("default", quoted("$"))]),
        *_zones(table),
        *_rows(table),
        *_fragments(table),
        *_instead(table),
    ]
    text = "\n".join([*blocks, ""])
    return {
        **{f"{FRAGMENTS}/{name}.html": html.encode() for name, html in table.fragments.items()},
        FALLBACK: table.fallback.encode(),
        HASHES: _hashes(text).encode(),
        CONFIG: text.encode("utf-8", "surrogateescape"),
    }


def nginx_name(name: str) -> str | None:
    """The name of a page as nginx makes it of host, `$uri` and `$args`; None if it could be that of another page.

    Bytes that are no UTF-8 are half characters of Python (`surrogateescape`).

    >>> nginx_name("https://example.org/a%20b?id=%D1%8F")
    'example.org/a b?id=%D1%8F'
    """
    if not name.startswith(_SCHEME):
        return name
    path, mark, query = name.removeprefix(_SCHEME).partition("?")
    if _HIDDEN.search(path):
        return None
    plain = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), path)  # which is ASCII: each letter is a byte
    return plain.encode("latin-1").decode("utf-8", "surrogateescape") + mark + query


def quoted(text: str) -> str:
    """A word of a configuration of nginx that is this text, whatever is in it, where no variables are read."""
    return '"' + "".join(_IN_QUOTES.get(each, each) for each in text) + '"'


def key(text: str) -> str:
    """A key of a `map` that is this text, and neither a parameter of `map` nor a regular expression."""
    return quoted(f"\\{text}" if text in _SPECIAL or text[:1] in {"~", "\\"} else text)


def value(text: str) -> str:
    """A value of a `map` that is this text, without any variable in it."""
    return quoted(text).replace("$", _DOLLAR)


def before(instant: datetime) -> str:
    """A regular expression for `$msec` before an instant (UTC) of the years from 2001 to 2286."""
    digits = str(int(instant.timestamp())).rjust(_DIGITS, "0")
    less = [
        f"{digits[:number]}[0-{int(digit) - 1}][0-9]{{{_DIGITS - number - 1}}}"
        for number, digit in enumerate(digits)
        if digit != "0"
    ]
    return f"^(?:{'|'.join(less)})\\."


def _head(table: EdgeTable) -> Iterator[str]:
    """What it is and how long it holds, for people, and for whoever watches that it is renewed in time."""
    basis = table.basis
    yield "# Which notices pages have in which places: made by `compliance table --format nginx`, and not to be edited."
    yield f"# table: {table.digest}"
    yield f"# ruleset: {basis.meaning}"
    yield f"# source: {basis.source}"
    yield f"# as of: {basis.as_of.isoformat()}{' (a preview)' if basis.preview else ''}"
    yield f"# valid until: {stamp(basis.valid_until) or 'no change is foreseen'}"
    yield f"# pages: {len(table.row_of)}, rows: {len(table.rows)}, zones: {table.zone_count}"
    yield "#"
    yield "# From $compliance_site, $compliance_page and $compliance_place follow $compliance_zone, which is nobody's"
    yield "# business, $compliance_fragment, which is empty where the table does not know, $compliance_instead, which"
    yield "# never is, and $compliance_table, for keys of caches."


def _block(head: str, lines: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield ""
    yield f"{head} {{"
    for name, found in lines:
        yield f"  {name} {found};"
    yield "}"


def _zones(table: EdgeTable) -> Iterator[str]:
    """From a place, as `UA` or `UA-43`, to its zone: that of the code, else that of the country."""
    whole = {code: zone for code, zone in table.zone_of.items() if "-" not in code}
    parts = {code: zone for code, zone in table.zone_of.items() if "-" in code}
    own = [("default", "$compliance_place"), (quoted(f"~^{_CODE}-"), "$compliance_code")]
    yield from _block("map $compliance_place $compliance_country", own)
    numbers = [("default", str(NOBODY_KNOWS)), *((key(code), str(zone)) for code, zone in whole.items())]
    yield from _block("map $compliance_country $compliance_zone_of_country", numbers)
    known = {**parts, **whole}  # countries once more: most readers are found at once
    numbers = [("default", "$compliance_zone_of_country"), *((key(code), str(zone)) for code, zone in known.items())]
    yield from _block("map $compliance_place $compliance_zone", numbers)


def _rows(table: EdgeTable) -> Iterator[str]:
    """From a page to the number of its row, if it is spelled as it stands there."""
    alike: dict[bytes, dict[str, int]] = defaultdict(dict)
    for name, row in table.row_of.items():
        if (found := nginx_name(name)) is not None:
            alike[_lowered(found)][found] = row
    lines = [("default", '""')]
    for _, names in sorted(alike.items()):
        for name, row in sorted(names.items()):
            lines.append((key(name) if len(names) == 1 else _exactly(name), value(f"{name}|{row}")))
    yield from _block("map $compliance_page $compliance_spelled", lines)
    number = [("default", '""'), (quoted(f"~{_SPELLED}"), "$compliance_number")]
    yield from _block('map "$compliance_page|$compliance_spelled" $compliance_row', number)


def _lowered(name: str) -> bytes:
    """What nginx compares: bytes, with ASCII in small letters."""
    return name.encode("utf-8", "surrogateescape").lower()


def _exactly(name: str) -> str:
    """A key of a `map` that is a regular expression for one name."""
    escaped = "".join(each if each.isalnum() or ord(each) > 127 else f"\\{each}" for each in name)
    return quoted(f"~^{escaped}\\z")


def _fragments(table: EdgeTable) -> Iterator[str]:
    """From row and zone to the name of a fragment, as long as the table holds."""
    over = _IS_OVER if _ends(table) else ""
    if over and table.basis.valid_until is not None:
        lines = [("default", "over"), (quoted(f"~{before(table.basis.valid_until)}"), '""')]
        yield from _block(f"map $msec {over}", lines)
    found = [(f'"{row}|{zone}"', name) for row, names in enumerate(table.rows) for zone, name in enumerate(names)]
    source = f'map "{over}$compliance_row|$compliance_zone" $compliance_fragment'
    yield from _block(source, [("default", '""'), *found])


def _ends(table: EdgeTable) -> bool:
    """Whether the time of a table ends at an instant that nginx can tell."""
    until = table.basis.valid_until
    return until is not None and len(str(int(until.timestamp()))) == _DIGITS


def _instead(table: EdgeTable) -> Iterator[str]:
    """From site and zone to what any page of it may need; from the site alone, once the table is over."""
    of_any = table.rows[table.row_of_any]
    found = [("default", of_any[NOBODY_KNOWS]), *((str(zone), name) for zone, name in enumerate(of_any))]
    yield from _block(f"map $compliance_zone {_OF_ANY}", found)
    known = [
        (key(f"{site}|{zone}"), name)
        for site, row in sorted(table.row_of_site.items())
        for zone, name in enumerate(table.rows[row])
    ]
    ends = _ends(table)
    name = "$compliance_instead_by_zone" if ends else "$compliance_instead"
    yield from _block(f'map "$compliance_site|$compliance_zone" {name}', [("default", _OF_ANY), *known])
    if ends:
        late = [
            ("default", table.when_over[""]),
            *((key(site), html) for site, html in table.when_over.items() if site),
        ]
        yield from _block("map $compliance_site $compliance_instead_when_over", late)
        either = [("default", name), ("over", "$compliance_instead_when_over")]
        yield from _block(f"map {_IS_OVER} $compliance_instead", either)


def _hashes(text: str) -> str:
    """Sizes with which nginx takes the maps at once; by themselves, because they may be set once only."""
    names = [line.encode("utf-8", "surrogateescape") for line in text.split("\n") if line.startswith("  ")]
    longest = max(map(len, names), default=0)  # of key and value, which is more than enough
    bucket, most = _LEAST_BUCKET, _LEAST_HASH
    while bucket < longest + 64:
        bucket *= 2
    while most < 2 * len(names):
        most *= 2
    return f"map_hash_max_size {most};\nmap_hash_bucket_size {bucket};\n"


def files_of(kind: str, table: EdgeTable) -> Mapping[str, bytes]:
    """The files of a format, `json` or `nginx`, in the order in which they have to be written."""
    return {TABLE: to_json(table)} if kind == "json" else to_nginx(table)
