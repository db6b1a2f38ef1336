"""Many cells that say the same, as few boxes: for each dimension some of its classes, in every combination.

Theory: a cell is one class of each dimension. Boxes that agree in all dimensions but one are one box. What
comes out are the same cells, each in one box only; that it is the smallest number of boxes is not promised.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

Cell = tuple[str, ...]
Box = tuple[frozenset[str], ...]


def boxes(cells: Iterable[Cell]) -> list[Box]:
    """The cells as boxes.

    >>> [sorted(map(sorted, box)) for box in boxes([("a", "x"), ("b", "x")])]
    [[['a', 'b'], ['x']]]
    """
    found: list[Box] = [tuple(frozenset({each}) for each in cell) for cell in dict.fromkeys(cells)]
    size = len(found[0]) if found else 0
    before = len(found) + 1
    while len(found) < before:
        before = len(found)
        for place in reversed(range(size)):
            found = _merged(found, place)
    return found


def _merged(found: Sequence[Box], place: int) -> list[Box]:
    """The boxes, with those that differ in one dimension only made one."""
    alike: dict[Box, set[str]] = defaultdict(set)
    for box in found:
        alike[box[:place] + box[place + 1 :]] |= box[place]
    return [(*rest[:place], frozenset(each), *rest[place:]) for rest, each in alike.items()]


def hull(cells: Sequence[Cell]) -> Box:
    """The smallest box that holds all cells; it may hold others too."""
    return tuple(frozenset(each) for each in zip(*cells, strict=True))
