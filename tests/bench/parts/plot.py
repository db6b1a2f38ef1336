"""A log-log plot as SVG: latency against the number of rules, one line for each engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Final

WIDTH: Final = 960
HEIGHT: Final = 600
LEFT, RIGHT, TOP, BOTTOM = 90, 270, 70, 70
COLOURS: Final = (
    "#0b57d0", "#7fb2ff", "#12807a", "#444444", "#9a9a9a", "#d93025", "#e37400",
    "#a142f4", "#b06000", "#c2185b", "#5f8a00", "#00796b",
)  # fmt: skip
MARKS: Final = ("circle", "square", "diamond")
Lines = Mapping[str, Sequence[tuple[int, float]]]


def plot(lines: Lines, title: str, below: str) -> str:
    """The picture; `lines` holds microseconds by number of rules."""
    drawn = {name: points for name, points in lines.items() if points}
    values = [value for points in drawn.values() for _, value in points]
    sizes = sorted({size for points in drawn.values() for size, _ in points})
    frame = _Frame(log10(sizes[0]), log10(sizes[-1]), floor(log10(min(values))), ceil(log10(max(values))))
    ranked = sorted(drawn.items(), key=lambda each: -each[1][-1][1])
    parts = [*_head(title, below), *_grid(frame, sizes)]
    for number, (name, points) in enumerate(drawn.items()):
        parts += _line(frame, points, COLOURS[number % len(COLOURS)], MARKS[number % 3], is_ours=number == 0, name=name)
    colours = {name: (COLOURS[n % len(COLOURS)], MARKS[n % 3]) for n, name in enumerate(drawn)}
    parts += _legend([(name, *colours[name]) for name, _ in ranked])
    return "\n".join([*parts, "</svg>\n"])


class _Frame:
    """Where a number of rules and a time stand on the picture."""

    def __init__(self, first: float, last: float, low: int, high: int) -> None:
        self.first, self.last, self.low, self.high = first, max(last, first + 0.1), low, max(high, low + 1)

    def x(self, size: float) -> float:
        share = (log10(size) - self.first) / (self.last - self.first)
        return LEFT + 20 + share * (WIDTH - LEFT - RIGHT - 40)

    def y(self, value: float) -> float:
        share = (log10(value) - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _head(title: str, below: str) -> list[str]:
    middle = (LEFT + WIDTH - RIGHT) / 2
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"',
        f'font-family="system-ui, sans-serif" font-size="13" aria-label="{escape(title)}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="30" font-size="18" font-weight="600">{escape(title)}</text>',
        f'<text x="{LEFT}" y="50" fill="#555">{escape(below)}</text>',
        f'<text x="{middle}" y="{HEIGHT - 22}" text-anchor="middle">rules</text>',
        f'<text transform="translate(24 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">one question (median)</text>',
    ]


def _grid(frame: _Frame, sizes: Sequence[int]) -> list[str]:
    parts, right = [], WIDTH - RIGHT
    for power in range(frame.low, frame.high + 1):
        y = frame.y(10.0**power)
        parts.append(f'<line x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#333">{_time(power)}</text>')
    for size in sizes:
        x, bottom = frame.x(size), HEIGHT - BOTTOM
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{bottom}" stroke="#eee"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle" fill="#333">{size:,}</text>')
    return parts


def _time(power: int) -> str:
    """A power of ten of microseconds, in the unit that a person would use."""
    if power < 0:
        return f"{10 ** (power + 3)} ns"
    if power < 3:
        return f"{10**power} µs"
    return f"{10 ** (power - 3)} ms" if power < 6 else f"{10 ** (power - 6)} s"


def _line(
    frame: _Frame, points: Sequence[tuple[int, float]], colour: str, mark: str, *, is_ours: bool, name: str
) -> list[str]:
    at = [(frame.x(size), frame.y(value)) for size, value in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
    width = 3.5 if is_ours else 1.8
    marks = [_mark(mark, x, y, colour) for x, y in at]
    line = f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
    return [f"<g><title>{escape(name)}</title>", line, *marks, "</g>"]


def _mark(mark: str, x: float, y: float, colour: str) -> str:
    if mark == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
    turn = f' transform="rotate(45 {x:.1f} {y:.1f})"' if mark == "diamond" else ""
    return f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7" fill="{colour}"{turn}/>'


def _legend(entries: Sequence[tuple[str, str, str]]) -> list[str]:
    """The names, in the order in which the lines end."""
    parts, x = [], WIDTH - RIGHT + 18
    for number, (name, colour, mark) in enumerate(entries):
        y = TOP + 14 + number * 24
        parts.append(f'<line x1="{x}" x2="{x + 26}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="2.5"/>')
        parts.append(_mark(mark, x + 13, y, colour))
        parts.append(f'<text x="{x + 34}" y="{y + 4}">{escape(name)}</text>')
    return parts
