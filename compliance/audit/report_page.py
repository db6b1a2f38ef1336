"""Reports as a page for people: to read, to print, and to put into a file.

Theory: the page is one file that needs nothing else and does nothing: no script, nothing from elsewhere, and a policy
that forbids both. Names of pages and entities may be in any script, so each stands in an element of its own whose
direction the browser finds out. Charts are pictures of tables that follow them.

Source: HTML Living Standard (`bdi`); CSP Level 3, hashes of style elements.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from html import escape
from typing import Final

from compliance.audit.report import Cell, Column, Report, Section, more_rows
from compliance.audit.report_charts import Bar, chart
from compliance.audit.report_csv import basis_of
from compliance.audit.report_patterns import STATES

MEDIA_TYPE: Final = "text/html; charset=utf-8"
STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #c8d0d8; --paper: #fff; --band: #f4f6f8;
  --red: #a3262a; --amber: #b57a00; --blue: #2f6f9f; --green: #2e7d4f; --grey: #6b7280; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebee; --soft: #a3adb7; --line: #3d464f; --paper: #14181c;
  --band: #1c2227; --red: #f07178; --amber: #e5b455; --blue: #6cb6eb; --green: #7cc79a; --grey: #9aa4ae; } }
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p.note, caption { color: var(--soft); text-align: start; }
.scroll { overflow-x: auto; } .scroll:focus-visible { outline: 2px solid var(--blue); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top;
  overflow-wrap: anywhere; }
thead th { border-bottom: 2px solid var(--line); white-space: nowrap; }
td.number, th.number { text-align: end; white-space: nowrap; } td.day { white-space: nowrap; }
td.digest { font: 12px/1.6 ui-monospace, monospace; }
tbody tr:nth-child(even) { background: var(--band); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.chart { width: 100%; height: auto; max-width: 52rem; display: block; margin: .5rem 0 1rem; direction: ltr; }
.chart .word { font: 12px system-ui, sans-serif; fill: var(--ink); } .chart .label { text-anchor: end; }
.chart rect { stroke: var(--paper); stroke-width: 1; }
.is-required, .is-missing { fill: var(--red); } .is-possible, .is-other_words { fill: var(--amber); }
.is-held, .is-tables, .is-number { fill: var(--blue); } .is-shown { fill: var(--green); }
.is-unconfirmed { fill: var(--grey); }
@media print { :root { color-scheme: light; --ink: #000; --soft: #333; --line: #999; --paper: #fff; --band: #f2f2f2;
    --red: #8a1c20; --amber: #c9951a; --blue: #2f6f9f; --green: #2e7d4f; --grey: #777; }
  body { margin: 0; max-width: none; font-size: 10pt; } .scroll { overflow: visible; }
  thead { display: table-header-group; } tr, .chart { break-inside: avoid; } h2 { break-after: avoid; }
  rect { print-color-adjust: exact; } }
@page { margin: 18mm; }
"""
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The content security policy that fits the page, for whoever serves it."""
_PARTS: Final = (*STATES, "shown", "other_words", "missing", "unconfirmed")
_WHOLE: Final = ("tables", "number")
_KINDS: Final = {
    **dict.fromkeys(("day", "first", "last", "stopped_on"), "day"),
    **dict.fromkeys(("table", "decision", "ruleset", "source", "bundle"), "digest"),
}
"""How the cells of some columns look."""


def as_page(report: Report) -> bytes:
    """The report as HTML in UTF-8."""
    title = escape(report.title)
    body = "".join(_section(each) for each in report.sections)
    notes = "".join(f'<p class="note">{_sentence(each)}</p>\n' for each in report.notes)
    found = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="{escape(_in_page(POLICY), quote=True)}">
<title>{title} \u2013 {report.basis.generated}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p class="note">{_asked(report)}</p>
{notes}{body}{_basis(report)}
</main>
</body>
</html>
"""
    return found.encode("utf-8", "replace")


def _in_page(policy: str) -> str:
    """The policy as a page may state it itself, where what concerns frames does not count."""
    return policy.replace("; frame-ancestors 'none'", "")


def _asked(report: Report) -> str:
    """What was asked, as a sentence."""
    only = ", ".join(f"{name} {_text(value)}" for name, value in report.asked.filters.items())
    by = ", ".join(map(escape, report.asked.by))
    said = [f"Only {only}." if only else "Nothing is left out.", f"Counted by {by}." if by else ""]
    return " ".join(each for each in said if each)


def _section(section: Section) -> str:
    note = f'<p class="note">{_sentence(section.note)}</p>' if section.note else ""
    more = f'<p class="note">{more_rows(section.left_out)} not shown.</p>' if section.left_out else ""
    head = f'<section aria-labelledby="{section.name}"><h2 id="{section.name}">{escape(section.title)}</h2>'
    if not section.rows:
        return f'{head}{note}<p class="note">There is nothing to show.</p></section>'
    return f"{head}{note}{_chart(section)}{_table(section)}{more}</section>"


def _chart(section: Section) -> str:
    """A chart of a section that has numbers, and words to put beside them."""
    counts = [at for at in range(len(section.columns)) if _is_number(section, at)]
    numbers = [at for at in counts if section.columns[at].name in _PARTS]
    numbers = numbers or [at for at in counts if section.columns[at].name in _WHOLE]
    words = range(min(counts, default=0))
    if not numbers or not words or len(section.rows) < 2:
        return ""
    bars = [Bar(" \u00b7 ".join(_word(row[at]) for at in words), _parts(row, numbers)) for row in section.rows]
    if all(section.columns[at].name not in _KINDS for at in words):
        bars.sort(key=lambda bar: -bar.size)
    parts = [(section.columns[at].name, section.columns[at].title) for at in numbers]
    return chart(section.title, parts, bars, section.left_out)


def _parts(row: Sequence[Cell], numbers: Sequence[int]) -> tuple[int, ...]:
    return tuple(each if isinstance(each := row[at], int) else 0 for at in numbers)


def _table(section: Section) -> str:
    sorts = [_is_number(section, at) for at in range(len(section.columns))]
    heads = "".join(_head(each, is_number=sort) for each, sort in zip(section.columns, sorts, strict=True))
    kinds = [_KINDS.get(each.name) for each in section.columns]
    rows = "".join(f"<tr>{''.join(map(_cell, row, kinds))}</tr>\n" for row in section.rows)
    name = escape(section.title, quote=True)
    return (
        f'<div class="scroll" role="region" aria-label="{name}" tabindex="0"><table>'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>"
    )


def _is_number(section: Section, at: int) -> bool:
    return any(isinstance(row[at], int) for row in section.rows)


def _head(column: Column, *, is_number: bool) -> str:
    kind = ' class="number"' if is_number else ""
    return f'<th scope="col"{kind}>{escape(column.title)}</th>'


def _cell(cell: Cell, kind: str | None) -> str:
    if isinstance(cell, int):
        return f'<td class="number">{cell:,}</td>'
    looks = f' class="{kind}"' if kind else ""
    return f"<td{looks}>{_text(cell)}</td>"


def _text(cell: Cell) -> str:
    """A cell whose direction is its own."""
    if isinstance(cell, tuple):
        return "; ".join(map(_text, cell))
    return "" if cell is None else f"<bdi>{escape(str(cell))}</bdi>"


def _word(cell: Cell) -> str:
    return "; ".join(cell) if isinstance(cell, tuple) else "\u2013" if cell is None else str(cell)


def _basis(report: Report) -> str:
    told = "".join(_pairs(report))
    return f'<section aria-labelledby="basis"><h2 id="basis">What this rests on</h2><dl>{told}</dl></section>'


_TITLES: Final = {
    "generated": "made on",
    "origin": "log",
    "size": "leaves in the log",
    "root": "root of the log",
    "counted": "leaves counted here",
    "unsealed": "do records wait to be sealed",
    "rulesets": "rule sets",
    "least": "counts are told from",
    "suppressed": "counts too small to be told",
    "outages": "times without recording",
}


def _pairs(report: Report) -> Iterator[str]:
    for name, value in basis_of(report):
        if name in _TITLES:
            said = f"{value:,}" if isinstance(value, int) else _text(value) or "none"
            yield f"<dt>{_TITLES[name]}</dt><dd>{said}</dd>"


def _sentence(text: str) -> str:
    """A note as a sentence, with what stands in backticks as code."""
    parts = escape(text[:1].upper() + text[1:]).split("`")
    coded = [f'<code dir="auto">{part}</code>' if at % 2 else part for at, part in enumerate(parts)]
    return "".join(coded) + "."
