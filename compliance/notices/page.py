"""What the notices of one page share: footnotes, corners, the first place, and what they contradict.

Theory: a law speaks of one notice, and a page has several. Where they meet, each keeps its words and its
effects; what is given out is an order that is the same every time (the gravest first, then by id), and what
cannot be had by both is reported. Nothing is taken away here. A held notice takes no place: it is not shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from compliance.model.decision import Display, Instance, NoticeStatus
from compliance.model.facts import Facts, OneOf
from compliance.model.notice import ON_A_PICTURE, Corner, Medium, Merge, Placement, Severity
from compliance.notices.render import is_certain

MARK: Final = "*"
CORNER, FIRST_PLACE = "corner", "nothing-before"
_GRAVITY: Final = tuple(reversed(Severity))


@dataclass(frozen=True, slots=True)
class Collision:
    """Two or more notices that want one place: a corner, or to have nothing before them."""

    type: str
    at: str
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two notices that contradict each other, the rules behind both, and whether both are due for certain."""

    notices: tuple[str, str]
    rules: tuple[str, ...]
    status: NoticeStatus


def markers(instances: Sequence[Instance]) -> tuple[str, ...]:
    """The marker of each instance that shares a footnote, else nothing: `*` for the first, `**` for the next.

    Instances of one notice share one, unless some are certain and others have conditional words.
    """
    keys = [_footnote(each) for each in instances]
    order = sorted({key for key in keys if key is not None})
    return tuple("" if key is None else MARK * (order.index(key) + 1) for key in keys)


def _footnote(instance: Instance) -> tuple[str, bool] | None:
    if instance.notice.merge is not Merge.FOOTNOTE or instance.display is Display.HOLD:
        return None
    return instance.notice.id, not is_certain(instance)


def media(instance: Instance, facts: Facts) -> Mapping[str, Medium]:
    """What the notice has to be like in each medium in which the content may be shown."""
    known = facts.get("content.surface")
    found = instance.notice.layout.media
    if not isinstance(known, OneOf) or known.other:
        return found
    return {surface: medium for surface, medium in found.items() if surface in known.values}


def places(instance: Instance, facts: Facts) -> tuple[Placement, ...]:
    """Where the notice stands: in the place of its medium, where that is known and has one of its own."""
    known = facts.get("content.surface")
    if isinstance(known, OneOf) and known.is_known:
        medium = next(iter(media(instance, facts).values()), None)
        if medium is not None and medium.placement is not None:
            return (medium.placement,)
    return instance.notice.placements


def corners(
    instances: Sequence[Instance], where: Sequence[tuple[Placement, ...]], marked: Sequence[str]
) -> tuple[tuple[Corner | None, ...], tuple[Collision, ...]]:
    """The corner of each instance, the gravest choosing first, and who found every corner taken.

    Args:
        instances: what is to be shown.
        where: the places of each.
        marked: the marker of each; those that share one share a corner.
    """
    taken: dict[Corner, int] = {}
    found: list[Corner | None] = [None] * len(instances)
    collisions = []
    for number in sorted(range(len(instances)), key=lambda each: _order(instances[each])):
        wanted = instances[number].notice.layout.corners
        if not wanted or not ON_A_PICTURE & {*where[number]} or instances[number].display is Display.HOLD:
            continue
        mark = marked[number]
        mine = [corner for corner, holder in taken.items() if mark and marked[holder] == mark]
        free = mine or [corner for corner in wanted if corner not in taken]
        found[number] = (free or wanted)[0]
        if free:
            taken.setdefault(free[0], number)
        else:
            holder = instances[taken[wanted[0]]].notice.id
            collisions.append(Collision(CORNER, wanted[0].value, (holder, instances[number].notice.id)))
    return tuple(found), tuple(dict.fromkeys(collisions))


def _order(instance: Instance) -> tuple[int, str, str]:
    return _GRAVITY.index(instance.notice.severity), instance.notice.id, instance.entity or ""


def first_places(instances: Sequence[Instance], where: Sequence[tuple[Placement, ...]]) -> tuple[Collision, ...]:
    """The places in which several notices may have nothing before them."""
    wanting: dict[Placement, dict[str, None]] = defaultdict(dict)
    for number in sorted(range(len(instances)), key=lambda each: _order(instances[each])):
        instance = instances[number]
        if instance.notice.layout.nothing_before and instance.display is Display.SHOW:
            for place in where[number]:
                wanting[place][instance.notice.id] = None
    return tuple(
        Collision(FIRST_PLACE, place.value, tuple(wanting[place]))
        for place in Placement
        if len(wanting.get(place, ())) > 1
    )


def conflicts(instances: Sequence[Instance]) -> tuple[Conflict, ...]:
    """Every two notices of which one says that it contradicts the other, held ones among them."""
    by_notice: dict[str, list[Instance]] = defaultdict(list)
    for instance in instances:
        by_notice[instance.notice.id].append(instance)
    found = []
    for one, other in combinations(sorted(by_notice), 2):
        mine, others = by_notice[one], by_notice[other]
        if other in mine[0].notice.conflicts_with or one in others[0].notice.conflicts_with:
            rules = sorted({rule for each in (*mine, *others) for rule in each.rules})
            is_required = all(any(each.status is NoticeStatus.REQUIRED for each in side) for side in (mine, others))
            status = NoticeStatus.REQUIRED if is_required else NoticeStatus.POSSIBLE
            found.append(Conflict((one, other), tuple(rules), status))
    return tuple(found)
