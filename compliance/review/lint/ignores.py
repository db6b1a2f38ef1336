"""Comments that set findings aside: `# lint: ignore ID because REASON`.

Theory: a finding that somebody has looked at should not come back every day, and nobody should have to guess
later why it was set aside. So a comment names the check and gives a reason, on the line of the finding or alone
on the line before it. One without a reason sets nothing aside, and one that matches nothing is a finding: it
says something about the file that is no longer so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from compliance.errors import Span, nearest
from compliance.language.syntax import LINE_BREAK
from compliance.review.lint.findings import Finding, Ignored, Level

NO_REASON: Final = "ignore-without-reason"
NO_FINDING: Final = "ignore-without-finding"
REASON_HELP: Final = "write `# lint: ignore ID because REASON`"
_COMMENT: Final = re.compile(r"(?:^|(?<=\s))#\s*lint:\s*ignore\b[ \t]*(.*?)\s*$")
_BECAUSE: Final = re.compile(r"(?:^|\s)because(?:\s+(.*))?$")


@dataclass(frozen=True, slots=True)
class Ignore:
    """One comment: the ids it names, its reason, where it stands, and the line whose findings it sets aside."""

    ids: tuple[str, ...]
    reason: str
    span: Span
    line: int

    @property
    def is_whole(self) -> bool:
        """Whether it names a check and gives a reason."""
        return bool(self.ids and self.reason)


def comments(files: Mapping[str, str]) -> Iterator[Ignore]:
    """Every ignore comment of the files, by path and line."""
    for path in sorted(files):
        if "lint:" in files[path]:
            lines = LINE_BREAK.split(files[path])
            for number, text in enumerate(lines, 1):
                if (found := _COMMENT.search(text)) is not None:
                    yield _ignore(found, Span(path, number, found.start() + 1, len(found[0].rstrip()), text), lines)


def _ignore(found: re.Match[str], span: Span, lines: list[str]) -> Ignore:
    said = found[1]
    because = _BECAUSE.search(said)
    names = said[: because.start()] if because else said.partition(" because")[0]
    ids = tuple(name for name in re.split(r"[,\s]+", names) if name)
    return Ignore(ids, (because[1] or "").strip() if because else "", span, _line(span, lines))


def _line(span: Span, lines: list[str]) -> int:
    """The line that a comment speaks of: its own, or if it stands alone, the next one that is no comment."""
    if span.text[: span.column - 1].strip():
        return span.line
    below = enumerate(lines[span.line :], span.line + 1)
    return next((number for number, text in below if text.strip() and not text.lstrip().startswith("#")), span.line)


def applied(
    findings: Iterable[Finding], ignores: Iterable[Ignore], known: Collection[str]
) -> tuple[list[Finding], list[Ignored]]:
    """What stands and what is set aside; comments that are wrong themselves are findings, too.

    Args:
        findings: everything that the checks found.
        ignores: every comment.
        known: the ids of all checks.
    """
    asked, wrong = list(ignores), list[Finding]()
    by_place: dict[tuple[str, int, str], Ignore] = {}
    for ignore in asked:
        if ignore.is_whole:
            by_place.update({(ignore.span.path, ignore.line, name): ignore for name in ignore.ids})
        else:
            message = "this comment sets nothing aside: it " + ("gives no reason" if ignore.ids else "names no check")
            wrong.append(Finding(NO_REASON, Level.WARNING, message, REASON_HELP, ignore.span))
    stand, aside, used = list[Finding](), list[Ignored](), set[tuple[str, int, str]]()
    for finding in findings:
        key = (finding.span.path, finding.span.line, finding.id) if finding.span else ("", 0, finding.id)
        if key in by_place:
            used.add(key)
            aside.append(Ignored(finding, by_place[key].reason))
        else:
            stand.append(finding)
    for key, ignore in by_place.items():
        if key not in used:
            wrong.append(_unused(key[2], ignore, known))
    return [*stand, *wrong], aside


def _unused(name: str, ignore: Ignore, known: Collection[str]) -> Finding:
    if name in known:
        message, help_ = f"nothing here is found by `{name}` on this day", "take the comment away if it is settled"
    else:
        message, help_ = f"no check has the id `{name}`", nearest(name, known) or "the ids are in docs/lint/README.md"
    return Finding(NO_FINDING, Level.ADVICE, message, help_, ignore.span)
