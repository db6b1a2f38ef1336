"""What a comparison found, for people: text, Markdown for a pull request, and data.

Theory: a reader who stops early has to have seen the worst. So all that takes a notice away from somebody comes
first, over all notices; then what is weaker, then words, then what is stronger or new. Drafts stand apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from compliance.model.ruleset import Ruleset
from compliance.review.impact.archive import Counted
from compliance.review.impact.days import joined
from compliance.review.impact.drawn import Redrawn
from compliance.review.impact.groups import GRAVITY, Group, Kind, folded
from compliance.review.impact.report import NoticeChange
from compliance.review.impact.sentences import flow, sentence
from compliance.review.impact.sides import Result
from compliance.review.impact.words import FILLED_IN

HEADINGS: Final[Mapping[Kind, str]] = {
    Kind.REMOVED: "Removed or narrowed",
    Kind.WEAKER: "Weaker",
    Kind.WORDS: "Other words",
    Kind.STRONGER: "Stronger",
    Kind.ADDED: "Added",
}
MOST_GROUPS: Final = 12
"""So many changes of one kind are told of a notice in text; data has all."""
MOST_TEXT: Final = 400
_MARKS: Final = re.compile(r"([\\`*_\[\]<>#|~])")


class Told:
    """Everything that a comparison found, ready to be told."""

    def __init__(
        self,
        changes: Sequence[NoticeChange],
        rulesets: Sequence[Ruleset],
        counted: Counted | None = None,
        redrawn: Sequence[Redrawn] = (),
    ) -> None:
        """Put the counted changes before those of drafts.

        Args:
            changes: what changed, notice by notice.
            rulesets: the new one, then the old one.
            counted: what changes in an archive.
            redrawn: what finds readers to be in other places.
        """
        self.changes = [each for each in changes if not each.draft and each.differs]
        self.drafts = [each for each in changes if each.draft]
        self.silent = [each for each in changes if not each.draft and not each.differs]
        self.rulesets, self.counted, self.redrawn = rulesets, counted, redrawn

    @property
    def differs(self) -> bool:
        """Whether any decision or word differs, or readers may be found elsewhere; drafts do not count."""
        return bool(self.changes or self.redrawn or self._by_names)

    @property
    def _by_names(self) -> int:
        """How many items get something else although no question does: their texts are found to name others."""
        return 0 if self.changes or self.counted is None else self.counted.affected

    @property
    def is_open(self) -> bool:
        """Whether no difference was found, and not everything was compared: then nobody knows that there is none."""
        return not self.changes and any(not each.exhaustive for each in self.silent)

    def summary(self) -> str:
        """How many notices change, and how; and whether readers may be found elsewhere."""
        found = len({each.territory for each in self.redrawn})
        also = f"; by {found} territory(s) readers may be found in other places" if found else ""
        return self._of_notices() + also

    def _of_notices(self) -> str:
        if self.is_open:
            count = sum(not each.exhaustive for each in self.silent)
            return f"no change was found, but {count} notice(s) could not be compared in every case{self._also()}"
        if not self.changes:
            return f"no decision and no word changes{self._also()}"
        counts = [
            (sum(any(group.kind is kind for group in each.groups) for each in self.changes), HEADINGS[kind].lower())
            for kind in GRAVITY
        ]
        moved = sum(bool(each.moved) for each in self.changes)
        said = [f"{count} {word}" for count, word in (*counts, (moved, "counted in another time zone")) if count]
        return f"{len(self.changes)} notice(s) change: {', '.join(said)}"

    def _also(self) -> str:
        count = self._by_names
        return f" for given facts, but {count} item(s) get something else by the names in their texts" if count else ""

    # -- text ---------------------------------------------------------------------------------------

    def text(self) -> Iterator[str]:
        """Line by line, for a terminal."""
        for heading, told in self._sections():
            yield f"{heading}:"
            for change, group, more in told:
                yield from self._text_of(change, group)
                yield from [f"    and {more} more changes of this kind: `--json` has all"] if more else ()
            yield ""
        yield from self._rest()
        yield from self.counted.text() if self.counted is not None else ()
        yield self.summary()

    def _text_of(self, change: NoticeChange, group: Group) -> Iterator[str]:
        yield f"  {change.notice}: {self._sentence(change, group)}{_not_all(change)}"
        for was, now in _words(group):
            yield from [f"    - {was}"] if was else ()
            yield from [f"    + {now}"] if now else ()
        example = group.example
        yield f"    for example on {example.day}: {flow(example.given)}: {group.before}, now {group.after}"

    def _sentence(self, change: NoticeChange, group: Group) -> str:
        return sentence(group, change.places, self.rulesets)

    def _sections(self) -> Iterator[tuple[str, list[tuple[NoticeChange, Group, int]]]]:
        """Every heading with what stands under it, and how many changes follow that are not told."""
        for kind in GRAVITY:
            if told := _told(self.changes, [kind]):
                yield HEADINGS[kind], told
        if told := _told(self.drafts, GRAVITY):
            yield "Drafts, as if they were active (not counted)", told

    def _rest(self) -> Iterator[str]:
        """What has no sections of its own, a line for each."""
        yield from (each.sentence for each in self.redrawn)
        for change in self.changes:
            for moved in change.moved:
                yield (
                    f"{change.notice}: the days of {moved.what} `{moved.name}` are counted in {moved.after}, "
                    f"no longer in {moved.before}: it begins and ends some hours earlier or later"
                )
        for change in self.changes:
            yield from _of_rules(change)
        for change in self.silent:
            names = ", ".join((*change.removed, *change.added, *change.changed))
            said = "changed, but in no decision and no word that was compared"
            if not names:
                said = "what it rests on changed, but no decision and no word that was compared"
            yield f"{change.notice}: {said}{f' ({names})' if names else ''}{_not_all(change)}"

    # -- Markdown -----------------------------------------------------------------------------------

    def markdown(self) -> Iterator[str]:
        """Line by line, for a pull request."""
        said = self.summary()
        yield f"## {said[0].upper()}{said[1:]}"
        for heading, told in self._sections():
            yield from ("", f"### {heading}", "")
            for change, group, more in told:
                yield from self._markdown_of(change, group)
                yield from [f"- and {more} more changes of this kind of `{change.notice}`"] if more else ()
        if rest := list(self._rest()):
            yield from ("", "### Besides", "", *(f"- {line}" for line in rest))
        yield from ("", *self.counted.markdown()) if self.counted is not None else ()

    def _markdown_of(self, change: NoticeChange, group: Group) -> Iterator[str]:
        plain = _MARKS.sub(r"\\\1", change.title)
        title = f" ({plain})" if plain else ""
        yield f"- **`{change.notice}`**{title}: {self._sentence(change, group)}.{_not_all(change)}"
        example = group.example
        yield from ("", "  <details><summary>for example</summary>", "")
        yield from ("  ~~~yaml", f"  date: {example.day}", f"  given: {flow(example.given)}")
        yield from (f"  expect: {group.after}  # before: {group.before}", "  ~~~", "")
        if words := _words(group) or _shown(example.before, example.after):
            yield "  ~~~diff"
            for was, now in words:
                yield from [f"  - {was}"] if was else ()
                yield from [f"  + {now}"] if now else ()
            yield from ("  ~~~", "")
        yield "  </details>"

    # -- data ---------------------------------------------------------------------------------------

    def data(self) -> dict[str, object]:
        """The same as data; nothing is left out."""
        found: dict[str, object] = {
            "differs": self.differs,
            "exhaustive": all(each.exhaustive for each in (*self.changes, *self.silent)),
            "summary": self.summary(),
            "old": {"meaning": self.rulesets[1].meaning, "source": self.rulesets[1].source},
            "new": {"meaning": self.rulesets[0].meaning, "source": self.rulesets[0].source},
            "changes": [self._change(change, group) for group, change in _graded(self.changes)],
            "drafts": [self._change(change, group) for group, change in _graded(self.drafts)],
            "territories": [{"territory": each.territory, "sentence": each.sentence} for each in self.redrawn],
            "notices": [_notice(change) for change in (*self.changes, *self.drafts, *self.silent)],
        }
        if self.counted is not None:
            found["content"] = self.counted.data()
        return found

    def _change(self, change: NoticeChange, group: Group) -> dict[str, object]:
        example = group.example
        return {
            "notice": change.notice,
            "kind": group.kind,
            "before": group.before,
            "after": group.after,
            "sentence": self._sentence(change, group),
            "in_some_cases": group.unclear,
            "days": [
                {"who": name or None, "first_day": each.first, "last_day": each.last}
                for name, stretches in group.who.items()
                for each in joined(stretches)
            ],
            "relation": group.relation or None,
            "conditions": [
                {
                    "fact": each.dimension.fact,
                    "classes": [choice.key for choice in each.choices],
                    "about": each.dimension.about or None,
                    "unknown": each.unclear,
                }
                for each in group.conditions
            ],
            "words": [{"part": part.name, "before": part.before, "after": part.after} for part in group.parts],
            "example": {
                "date": example.day,
                "given": example.given,
                "entity": example.entity or None,
                "before": {"result": example.before.word, "text": _first_text(example.before)},
                "after": {"result": example.after.word, "text": _first_text(example.after)},
            },
        }


def _told(changes: Sequence[NoticeChange], kinds: Sequence[Kind]) -> list[tuple[NoticeChange, Group, int]]:
    """The groups of some kinds, notice by notice; the last one of a notice with how many are left out."""
    found = []
    for change in changes:
        mine = [group for group in folded(change.groups) if group.kind in kinds]
        for number, group in enumerate(mine[:MOST_GROUPS], start=1):
            found.append((change, group, max(len(mine) - MOST_GROUPS, 0) if number == MOST_GROUPS else 0))
    return found


def _graded(changes: Sequence[NoticeChange]) -> list[tuple[Group, NoticeChange]]:
    return sorted(
        ((group, change) for change in changes for group in change.groups), key=lambda pair: GRAVITY.index(pair[0].kind)
    )


def _notice(change: NoticeChange) -> dict[str, object]:
    rules = {"added": change.added, "removed": change.removed, "changed": change.changed}
    moved = [
        {"what": each.what, "name": each.name, "before": each.before, "after": each.after} for each in change.moved
    ]
    state = {"exhaustive": change.exhaustive, "draft": change.draft, "differs": change.differs}
    return {"notice": change.notice, "title": change.title, "rules": rules, "moved": moved, **state}


def _of_rules(change: NoticeChange) -> Iterator[str]:
    """Which of its rules came and went."""
    said = [
        f"rule(s) {word}: {', '.join(names)}"
        for word, names in (("removed", change.removed), ("added", change.added))
        if names
    ]
    if said:
        yield f"{change.notice}: {'; '.join(said)}"


def _not_all(change: NoticeChange) -> str:
    return "" if change.exhaustive else " [not exhaustive]"


def _words(group: Group) -> list[tuple[str, str]]:
    """The parts that read otherwise, before and after; long ones cut."""
    example = group.example
    if any(part.name == FILLED_IN for part in group.parts) and example.before.said and example.after.said:
        texts = zip(example.before.said.texts, example.after.said.texts, strict=False)
        return [(f"{was[0]}: {_cut(was[1])}", f"{now[0]}: {_cut(now[1])}") for was, now in texts if was != now][:1]
    return [
        (
            f"{part.name}: {_cut(part.before)}" if part.before is not None else "",
            f"{part.name}: {_cut(part.after)}" if part.after is not None else "",
        )
        for part in group.parts
    ]


def _shown(before: Result, after: Result) -> list[tuple[str, str]]:
    was, now = _first_text(before), _first_text(after)
    return [] if was == now else [(_cut(was) if was else "", _cut(now) if now else "")]


def _first_text(result: Result) -> str | None:
    return result.said.texts[0][1] if result.said is not None and result.said.texts else None


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MOST_TEXT else f"{line[: MOST_TEXT - 1]}…"
