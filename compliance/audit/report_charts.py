"""Charts of a table as SVG: bars, as wide as a number is large.

Theory: a chart is a picture of numbers that stand in a table beside it, so a reader who cannot see it lacks nothing:
its text says what it shows and where the numbers are. Everything in it is made of rectangles and words, by classes of
the page's style: no script, no font, nothing from elsewhere.

Source: SVG 2; WCAG 2.2, 1.1.1 (text alternatives) and 1.4.1 (colour is not all that tells parts apart).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

MOST_BARS: Final = 24
_LABEL, _BAR, _NUMBER, _HEIGHT, _GAP = 260, 380, 140, 18, 6
_BEGINNING, _ENDING = 13, 18
_MOST_CHARACTERS: Final = _BEGINNING + 1 + _ENDING


@dataclass(frozen=True, slots=True)
class Bar:
    """A label, and how large each part is."""

    label: str
    parts: tuple[int, ...]

    @property
    def size(self) -> int:
        """How large it is."""
        return sum(self.parts)


def chart(title: str, parts: Sequence[tuple[str, str]], bars: Sequence[Bar], left_out: int = 0) -> str:
    """The bars as SVG; empty if there is nothing to see.

    Args:
        title: what is counted.
        parts: the name of each part for the style of the page, and its title.
        bars: at most `MOST_BARS` are drawn.
        left_out: how many there are besides.
    """
    shown = bars[:MOST_BARS]
    most = max((bar.size for bar in shown), default=0)
    if not most:
        return ""
    head = (_HEIGHT + _GAP) if len(parts) > 1 else 0
    height = head + len(shown) * (_HEIGHT + _GAP)
    left_out += len(bars) - len(shown)
    more = f"; {left_out} more are in the table" if left_out else ""
    text = escape(f"{title}, as bars. The numbers are in the table that follows{more}.", quote=True)
    drawn = [_legend(parts)] if head else []
    labels = _labels(shown)
    drawn += [_bar(bar, labels[at], parts, head + at * (_HEIGHT + _GAP), most) for at, bar in enumerate(shown)]
    width = _LABEL + _BAR + _NUMBER
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{text}" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(drawn)}</svg>'
    )


def _legend(parts: Sequence[tuple[str, str]]) -> str:
    drawn, x = [], _LABEL
    for name, title in parts:
        drawn.append(f'<rect class="is-{name}" x="{x}" y="3" width="12" height="12"/>')
        drawn.append(f'<text class="word" x="{x + 17}" y="13">{escape(title)}</text>')
        x += 40 + 8 * len(title)
    return "".join(drawn)


def _bar(bar: Bar, short: str, parts: Sequence[tuple[str, str]], y: int, most: int) -> str:
    drawn: list[str] = []
    x, middle = float(_LABEL), y + _HEIGHT - 5
    label = f"\u2068{short}\u2069"  # a direction of its own
    whole = f"<title>{escape(bar.label)}</title>" if short != bar.label else ""
    drawn.append(f'<text class="word label" x="{_LABEL - 8}" y="{middle}">{whole}{escape(label)}</text>')
    for (name, _), part in zip(parts, bar.parts, strict=True):
        width = round(_BAR * part / most, 1)
        if part:
            drawn.append(f'<rect class="is-{name}" x="{x:g}" y="{y}" width="{max(width, 1):g}" height="{_HEIGHT}"/>')
        x += width
    number = " + ".join(f"{part:,}" for part in bar.parts if part)  # one table may be in several parts: no sum
    drawn.append(f'<text class="word" x="{x + 6:g}" y="{middle}">{number}</text>')
    return "".join(drawn)


def _labels(bars: Sequence[Bar]) -> list[str]:
    """What stands beside each bar: no two that differ read the same."""
    short = [_short(bar.label) for bar in bars]
    many = {each for each, number in Counter(short).items() if number > 1}
    return [f"{at + 1}. {each}" if each in many else each for at, each in enumerate(short)]


def _short(label: str) -> str:
    """Both ends of a long label: there names differ."""
    return label if len(label) <= _MOST_CHARACTERS else f"{label[:_BEGINNING]}\u2026{label[-_ENDING:]}"
