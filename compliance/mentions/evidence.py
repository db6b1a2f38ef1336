"""What stands around a name and speaks for it: enough for a name of its strength, or not.

Theory: a strong name needs no more than that it is written as a name. A weak one is a word of the language, too: it
needs a capital letter, and quotation marks, a word of its context, a link to the entity or its full name elsewhere.
What is missing is said, so that an editor can see why a mention is only possible. A word for a thing of another kind
before its quotation marks outweighs all but a link.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import msgspec

from compliance.mentions.called import thing_before
from compliance.mentions.names import WORD, Name
from compliance.mentions.namesakes import stands_beside
from compliance.mentions.normalize import Folded
from compliance.mentions.sentences import is_inside, is_quoted, opening, sentence
from compliance.mentions.spellings import BARE, DOTTED, TAGGED, may_be_initials
from compliance.mentions.weakness import SHORTEST, Why
from compliance.mentions.words import words_of
from compliance.model.designation import Strength

_LETTERS: Final = re.compile(r"[^\W_]+")
"""A word of a folded text that has no apostrophe."""
NEAR: Final = 60
"""So many characters before or behind a name its context may stand, in the same sentence."""
CAPITAL: Final = "capital letter"
IN_QUOTES: Final = "quotation marks"
CONTEXT: Final = "a word of its context nearby"
PARTLY: Final = "a capital letter behind its first word"
NO_CAPITAL: Final = "it lacks a capital letter"
LINK: Final = "a link to it"
INSIDE: Final = "a capital letter inside a sentence"
IN_FULL: Final = "named in full elsewhere"
EXACT: Final = "written exactly so"
INITIAL: Final = "a full stop behind the initial"
# to ask an enumeration for a member takes longer than the rest of what is asked at most places
_NEVER, _STRONG, _MEDIUM = Strength.NEVER, Strength.STRONG, Strength.MEDIUM
_ACRONYM, _SURNAME, _WEAK = Strength.ACRONYM, Strength.SURNAME, Strength.WEAK
_SPELLING, _SHARED, _INITIAL, _DICTIONARY = Why.SPELLING, Why.SHARED, Why.INITIAL, Why.DICTIONARY


class Surroundings(msgspec.Struct, frozen=True, gc=False):
    """A name at a place: in the folded text, and in the original."""

    text: str
    folded: Folded
    folded_start: int
    folded_end: int
    start: int
    end: int


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """What speaks for a mention, and what is missing; enough if nothing is."""

    reasons: tuple[str, ...] = ()
    lacks: str = ""
    rules_out: str = ""
    """Why it is no mention at all."""


_IN_ITS_QUOTES: Final = Evidence((PARTLY, IN_QUOTES))
_WRITTEN_SO: Final = Evidence((EXACT,))
_IN_ANOTHER_WAY: Final = Evidence(rules_out="it is not written exactly so")
_OTHER_SIGNS: Final = Evidence(lacks=DOTTED)
_IN_SMALL_LETTERS: Final = Evidence(lacks=NO_CAPITAL)
_A_WORD: Final = Evidence(rules_out=NO_CAPITAL)
_A_NAME: Final = Evidence((CAPITAL,))
_A_SURNAME: Final = Evidence((CAPITAL,), "the full name is not in the text")
_OF_SOMEBODY: Final = Evidence(lacks="another name stands beside it")


def told_by_itself(name: Name, surface: str) -> Evidence | None:
    """What a name and its letters tell at a place, whatever stands around it; None if that has to be looked at.

    Args:
        name: of any strength; one that never means its entity is ruled out.
        surface: how it is written there.
    """
    strength = name.strength
    if strength is _NEVER:
        return Evidence(rules_out=name.weakened or "it never means the entity")
    if name.weakness is not None and name.weakness.why is _SPELLING:
        return None
    if strength is _ACRONYM:
        if "".join(surface.split()) in name.exact:
            return None if name.weakened else _WRITTEN_SO
        return _with_other_signs(name, surface)
    wanted = name.capitals
    is_small = bool(wanted) and wanted[0] and surface[0].islower()  # most of what is no name
    if is_small or not _has_capitals(surface, wanted):
        if True in wanted[1:] and _begins_small(surface, wanted):
            return None
        return _IN_SMALL_LETTERS if strength is _STRONG else _A_WORD
    return _A_NAME if strength is _STRONG or strength is _MEDIUM else None


def told_by_place(name: Name, around: Surroundings, linked: frozenset[str]) -> Evidence:
    """What speaks for a name at a place, where its letters alone do not tell.

    Args:
        name: one of which `told_by_itself` says nothing there.
        around: the place.
        linked: entities whose sites the content links to.
    """
    surface = around.text[around.start : around.end]
    if name.weakness is not None and name.weakness.why is _SPELLING:
        return _spelled(name, around, surface)
    if name.strength is _ACRONYM:
        return _shared_acronym(name, around, linked)
    if not _has_capitals(surface, name.capitals):
        return _behind_a_common_word(name, around, linked)
    if name.strength is _SURNAME:
        return _OF_SOMEBODY if stands_beside(around.text, around.start, around.end) else _A_SURNAME
    thing = _thing(name, around, surface) if name.entity not in linked else ""
    if thing:
        return Evidence(lacks=f"`{thing}` before it says that something else is called so")
    more = _more(name, around, linked)
    return Evidence((CAPITAL, *more), "" if more else _alone(name))


def _thing(name: Name, around: Surroundings, surface: str) -> str:
    """The word for a thing, directly before quotation marks that hold a name in its first form; else nothing."""
    opens = opening(around.text, around.start, around.end)
    if opens is None or tuple(words_of(surface)) != name.words:
        return ""
    return thing_before(around.text, opens)


def _behind_a_common_word(name: Name, around: Surroundings, linked: frozenset[str]) -> Evidence:
    """What speaks for a name whose first word says what it is, in small letters: «радио «Свобода»»."""
    is_shared = name.weakness is not None and name.weakness.why is _SHARED
    if not is_shared and is_quoted(around.text, around.start, around.end):
        return _IN_ITS_QUOTES
    more = _more(name, around, linked) if name.strength is _WEAK else []
    return Evidence((PARTLY, *more), "" if more else NO_CAPITAL)


def _shared_acronym(name: Name, around: Surroundings, linked: frozenset[str]) -> Evidence:
    """What speaks for an acronym that is written as it should be and that several entities have: more is needed."""
    more = _more(name, around, linked)
    return Evidence((EXACT, *more), "" if more else _alone(name))


def _with_other_signs(name: Name, surface: str) -> Evidence:
    """What speaks for an acronym that is not written as it should be: its letters, if only other signs are."""
    letters = _letters(surface)
    return _OTHER_SIGNS if any(_letters(each) == letters for each in name.exact) else _IN_ANOTHER_WAY


def _letters(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKC", text) if each.isalnum())


def _spelled(name: Name, around: Surroundings, surface: str) -> Evidence:
    """What speaks for another spelling of a name (`spellings`)."""
    if name.weakened == TAGGED:
        return Evidence(lacks=TAGGED)
    if name.weakened == DOTTED:
        return _IN_ANOTHER_WAY if may_be_initials(around.text, around.start, around.end) else _OTHER_SIGNS
    is_strong = name.strength is _STRONG or _has_capitals(surface, name.capitals)
    is_name = surface.isupper() or (len(name.slots) > 1 and is_strong)
    return Evidence((CAPITAL,), BARE) if is_name else Evidence(rules_out=BARE)


def _alone(name: Name) -> str:
    """Why a weak name is only possible by itself."""
    return f"{name.weakened}, and nothing else speaks for it" if name.weakened else "nothing else speaks for it"


def _more(name: Name, around: Surroundings, linked: frozenset[str]) -> list[str]:
    why = None if name.weakness is None else name.weakness.why
    found = []
    if why is not _SHARED and is_quoted(around.text, around.start, around.end):
        found.append(IN_QUOTES)
    if name.context and _is_near(name.context, around):
        found.append(CONTEXT)
    if name.entity in linked:
        found.append(LINK)
    is_in_use = why is _DICTIONARY or why is _INITIAL  # the letter tells it from a word; whose name it is, it does not
    if is_in_use and len(name.slots) > 1 and is_inside(around.text, around.start, around.end):
        found.append(INSIDE)
    if why is _INITIAL and around.text[around.start + 1 : around.start + 2] == ".":
        found.append(INITIAL)
    return found


def _has_capitals(surface: str, wanted: tuple[bool, ...]) -> bool:
    """Whether every word has a capital letter that has one in the name as it was declared."""
    if not wanted or (wanted[0] and surface[0].islower()):
        return not wanted  # most of what is no name
    if len(wanted) == 1 or (True not in wanted[1:] and surface[0].isalnum()):  # a letter in a circle is no word
        return True
    words = WORD.findall(surface)
    if len(words) != len(wanted):
        words, wanted = words[:1], wanted[:1]
    return all(not upper or not word[0].islower() for word, upper in zip(words, wanted, strict=False))


def _begins_small(surface: str, wanted: tuple[bool, ...]) -> bool:
    """Whether only the first word lacks its capital letter, and another one has one."""
    if True not in wanted[1:] or not wanted[0]:
        return False
    words = WORD.findall(surface)
    if len(words) != len(wanted) or len(words[0]) < SHORTEST:
        return False
    rest = [word for word, upper in zip(words[1:], wanted[1:], strict=True) if upper]
    return bool(rest) and not any(word[0].islower() for word in rest)


def _is_near(context: frozenset[str], around: Surroundings) -> bool:
    """Whether one of some words, folded, stands in the same sentence as a place, before or behind it."""
    folded, text, low = around.folded, around.text, around.folded.text
    begins, ends = max(around.folded_start - NEAR, 0), min(around.folded_end + NEAR, len(low))
    near_by = low[begins:ends]
    if "'" not in near_by and context.isdisjoint(_LETTERS.findall(near_by)):
        return False  # as it is at most places
    before, behind = WORD.findall(low, begins, around.folded_start), WORD.findall(low, around.folded_end, ends)
    if context.isdisjoint(before) and context.isdisjoint(behind):
        return False
    near = folded.original(begins), folded.end(ends)
    begins, ends = sentence(text, around.start, around.end, near)
    sides = text[begins : around.start], text[around.end : ends]
    likely_first = reversed(sides) if context.isdisjoint(before) else sides
    return any(not context.isdisjoint(words_of(each)) for each in likely_first)
