"""Fact values as people write them: in a scenario's `given`, in a request, in a call from Python.

Theory: one way of writing for all three. A word is known; a list is "one of these" for a fact with one
value and "all of these" for a set; `unknown` is any value; `perhaps x` is a doubtful member of a set;
`nothing` is the empty set.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence
from functools import cache

from compliance.errors import nearest
from compliance.language.fields import KEBAB, LANGUAGE_TAG, day_help
from compliance.model.facts import (
    FACTS,
    NOTHING,
    PERSONAL_FACTS,
    FactSpec,
    FactValue,
    Kind,
    Members,
    OneOf,
    unknown,
)
from compliance.model.iso3166 import ALPHA_3, COUNTRIES
from compliance.model.period import parse_day
from compliance.model.territory import MARK, PLACES, LocationSet, code_of, is_place, marks_of, place, says_nothing
from compliance.model.web_address import canonical_url

UNKNOWN_WORD = "unknown"
PERHAPS_WORD = "perhaps"
NONE = "none"
"""What people write for an empty set; taken for a name, it would be somebody whom no file declares."""
WORDS_OF_DOUBT = frozenset({UNKNOWN_WORD, PERHAPS_WORD, NOTHING})
PIECE_HELP = "write a piece of a code like `UA-14/+ua-russia-controlled` (in it), or with `-` (not in it)"
PLACE_HELP = "use an ISO 3166 code, for example `UA` or `UA-43`"
PERHAPS = re.compile(r"perhaps\s+(\S.*)")
NO_LANGUAGE_IN_PARTICULAR = frozenset({"und", "mul"})
"""Language tags that name none: undetermined, and several (ISO 639-2)."""
MOST_LISTED = 20
MOST_PARTS = 60
_LATIN = str.maketrans("АВЕІЈКМНОРЅСТХУ", "ABEIJKMHOPSCTXY")
"""Cyrillic capitals, and the Latin ones that look like them."""
NOT_ASKED_HELP = "put the condition in the words of the notice: the service never asks who the reader is"


class GivenError(Exception):
    """A value cannot be read: the message, whether it repeats the value, the help, and which item of the list it is."""

    def __init__(self, message: str, help_: str | None = None, item: int = 0, *, repeats: bool = True) -> None:
        super().__init__(message)
        self.message, self.help, self.item, self.repeats = message, help_, item, repeats


def fact_problem(name: str) -> tuple[str, str | None] | None:
    """The message and help for a fact that is not in the vocabulary, or None if it is."""
    if name in FACTS:
        return None
    if name in PERSONAL_FACTS:
        return f"`{name}` is not asked", NOT_ASKED_HELP
    return f"unknown fact `{name}`", _whole_name(name) or _fact_help(name)


def _whole_name(name: str) -> str | None:
    """The help for the second half of a fact's name, such as `kind`."""
    return next((f"the nearest is `{each}`" for each in FACTS if each.partition(".")[2] == name.casefold()), None)


def _fact_help(name: str) -> str:
    """The help for a name that no fact has. That the first half is shared is no sign: `content.` fits most facts."""
    head, _, tail = name.partition(".")
    alike = {fact.partition(".")[2]: fact for fact in FACTS if fact.startswith(f"{head}.")}
    if not alike:
        return nearest(name, FACTS) or f"the facts are: {', '.join(FACTS)}"
    close = difflib.get_close_matches(tail.casefold(), alike, n=1)
    return f"the nearest is `{alike[close[0]]}`" if close else f"the facts of `{head}` are: {', '.join(alike.values())}"


def given(name: str, items: Sequence[str], *, is_list: bool, registers: Collection[str] | None = None) -> FactValue:
    """What is known of the fact `name` when somebody wrote `items`.

    Args:
        name: a fact of the vocabulary.
        items: one text, or the items of a list.
        is_list: which of the two it was.
        registers: the registers that there are; None where somebody else looks whether they are declared.

    Raises:
        GivenError: an item is not a value of the fact.
    """
    spec = FACTS[name]
    for number, item in enumerate(items):
        _refuse_half_written(spec, item, number)
    if not is_list and list(items) == [UNKNOWN_WORD]:
        return unknown(name)
    if spec.kind is Kind.PLACE:
        return _location(items)
    if spec.many:
        return _members(spec, items, registers)
    if not items:
        raise GivenError(f"`{name}` has exactly one value, and the list is empty", "write `unknown` if nobody knows")
    for number, item in enumerate(items):
        _refuse_doubt(spec, item, number)
    values = frozenset(_value(spec, item, number) for number, item in enumerate(items))
    if spec.kind is Kind.LANGUAGE:
        said = frozenset(tag for tag in values if tag.partition("-")[0] not in NO_LANGUAGE_IN_PARTICULAR)
        return OneOf(said, other=said != values)
    return OneOf(values)


def place_help(text: str) -> str:
    """What to write instead of a place that is not a code of the table, where nobody may know the place."""
    if place(text) is None and says_nothing(text):
        return "write `unknown`: it is what vendors send when they do not know the place"
    return code_help(text) or PLACE_HELP


def code_help(text: str) -> str | None:
    """What another code or the name of a country means for sure; codes that look alike mean different places."""
    if (code := place(text)) is not None:
        return f"write `{code}`"
    is_mixed = not text.isascii() and any(letter.isascii() for letter in text)  # `РУ` is no slip for Paraguay
    if is_mixed and (code := place(text.translate(_LATIN))) is not None:
        return f"write `{code}`, in Latin letters only"
    head, hyphen, tail = text.strip().upper().partition("-") if text.isascii() else ("", "", "")
    country = ALPHA_3.get(head) or (place(head) if hyphen else None)
    if country is not None:
        return _part_help(country, tail, is_code=text.isupper()) if hyphen else f"write `{country}`"
    named = (code for code, name in COUNTRIES.items() if name.casefold() == text.strip().casefold())
    return next((f"write the code `{code}`" for code in named), None)


def _part_help(country: str, tail: str, *, is_code: bool) -> str | None:
    """What to write for a part of a country that is no part of it, or has it under another code of the country.

    In lower case (`is_code` is false) it is likely a name, `my-daily`, and no slip for a part of Malaysia.
    """
    parts = _parts(country)
    if (meant := f"{country}-{tail}") in parts:
        return f"write `{meant}`"
    if not is_code:
        return None
    if not parts:
        return f"`{country}` has no parts: write it"
    if len(parts) <= MOST_PARTS:
        return f"the parts of `{country}` are: {', '.join(parts)}"
    near = [each for each in parts if tail and each.startswith(f"{country}-{tail[0]}")]
    is_short = 0 < len(near) <= MOST_PARTS
    listed = f"those that begin alike are: {', '.join(near)}" if is_short else f"one of them is `{parts[0]}`"
    return f"`{country}` has {len(parts)} parts; {listed}"


@cache
def _parts(country: str) -> tuple[str, ...]:
    return tuple(sorted(each for each in PLACES if each.startswith(f"{country}-")))


def order_problem(text: str) -> tuple[str, str] | None:
    """What is wrong with `text` as a legal order, or None."""
    if text in COUNTRIES:
        return None
    code = place(text)
    help_ = f"write `{code.partition('-')[0]}`: law is asked by country" if code else code_help(text)
    return f"`{text}` is not a legal order", help_ or "use the ISO 3166 code of a country, for example `RU`"


def word_problem(spec: FactSpec, word: str) -> tuple[str, str | None] | None:
    """What is wrong with `word` as a value of the fact, or None."""
    if spec.domain is not None:
        if word in spec.domain:
            return None
        return f"`{spec.name}` is never `{word}`", f"use one of: {', '.join(spec.domain)}"
    if spec.kind is Kind.DAY:
        return None if parse_day(word) else (f"`{word}` is not a calendar day", day_help(word))
    if spec.kind is Kind.LANGUAGE:
        good = LANGUAGE_TAG.fullmatch(word)
        return None if good else (f"`{word}` is not a language tag", "write it like `en`, `pt-BR` or `sr-Latn`")
    if spec.kind is Kind.ORDER:
        return order_problem(word)
    if spec.kind is Kind.URL:
        good_url = canonical_url(word) is not None
        return None if good_url else (f"`{word}` is not a web address", "write it like `https://example.org/page`")
    if spec.kind is Kind.WORD and not KEBAB.fullmatch(word):
        return f"`{word}` is not a word", "use lower case letters, digits and hyphens"
    return None


def _value(spec: FactSpec, word: str, number: int) -> str:
    problem = word_problem(spec, word)
    if problem is not None:
        raise GivenError(*problem, item=number)
    return (canonical_url(word) or word) if spec.kind is Kind.URL else word


def _refuse_unknown_register(word: str, number: int, registers: Collection[str]) -> None:
    """Refuse a register that nobody declared: misspelt, it would be a list in which no rule looks.

    Raises:
        GivenError: there is no such register.
    """
    if word in registers:
        return
    known = sorted(registers)
    more = f" and {len(known) - MOST_LISTED} more" if len(known) > MOST_LISTED else ""
    listed = f"the registers are: {', '.join(known[:MOST_LISTED])}{more}" if known else "there is no register"
    raise GivenError(f"unknown register `{word}`", nearest(word, known) or listed, number)


def _refuse_half_written(spec: FactSpec, item: str, number: int) -> None:
    """Refuse what is no value of any fact.

    Raises:
        GivenError: the item is empty, has spaces around it, or is `perhaps` alone.
    """
    word = item.strip()
    if word and word != PERHAPS_WORD and word == item:
        return
    message, help_ = f"a value of `{spec.name}` has spaces around it", "write it without them"
    if not word:
        message, help_ = f"a value of `{spec.name}` is empty", f"write `{UNKNOWN_WORD}` if nobody knows"
    elif word == PERHAPS_WORD:
        message, help_ = (
            f"`{PERHAPS_WORD}` does not say what",
            f"write it like `{PERHAPS_WORD} x`, for a fact that is a set",
        )
    raise GivenError(message, help_, number, repeats=False)


def _refuse_doubt(spec: FactSpec, item: str, number: int) -> None:
    """Refuse the words of doubt that a fact with one value does not have.

    Raises:
        GivenError: the item is `perhaps x`, or `unknown` beside other values.
    """
    if PERHAPS.fullmatch(item):
        message = f"`{spec.name}` has exactly one value, and `perhaps` is for facts that have several"
        raise GivenError(message, "list every value that it may have", number)
    if item == UNKNOWN_WORD and spec.kind is not Kind.PLACE:
        raise GivenError(f"`{UNKNOWN_WORD}` stands alone", "write it without the list", number)


def _refuse_odd_doubt(spec: FactSpec, word: str, number: int) -> None:
    """Refuse `Unknown`, `perhaps nothing` and the like: read as a name, they would say that there is nobody else.

    Raises:
        GivenError: it is a word of doubt where none can stand, or with other letters.
    """
    first = word.casefold().split(maxsplit=1)[0]
    if word.casefold() in WORDS_OF_DOUBT or first == PERHAPS_WORD:
        help_ = f"write `{UNKNOWN_WORD}`, `{NOTHING}` or `{PERHAPS_WORD} x`, in small letters and nothing else"
        raise GivenError(f"this is not a value of `{spec.name}`", help_, number, repeats=False)


def _members(spec: FactSpec, items: Sequence[str], registers: Collection[str] | None) -> Members:
    certain: set[str] = set()
    perhaps: set[str] = set()
    other = False
    for number, item in enumerate(items):
        doubtful = PERHAPS.fullmatch(item)
        if item == UNKNOWN_WORD:
            other = True
        elif item == NOTHING:
            if len(items) > 1:
                raise GivenError(f"`{NOTHING}` stands alone", "leave it out of the list", number)
        elif item == NONE and (spec.domain is None or NONE not in spec.domain):
            raise GivenError(f"`{NONE}` would be the name of something", f"write `{NOTHING}` for an empty set", number)
        else:
            written = doubtful[1] if doubtful else item
            _refuse_odd_doubt(spec, written, number)
            word = _value(spec, written, number)
            if registers is not None and spec.kind is Kind.STATUS:
                _refuse_unknown_register(word, number, registers)
            (perhaps if doubtful else certain).add(word)
    return Members(frozenset(certain), frozenset(perhaps - certain), other)


def _location(items: Sequence[str]) -> LocationSet:
    if not items:
        raise GivenError("a reader is always somewhere, and the list is empty", "write `unknown` if nobody knows")
    codes = set()
    anywhere = False
    for number, item in enumerate(items):
        if item == UNKNOWN_WORD:
            anywhere = True
        elif item in PLACES:
            codes.add(item)
        elif MARK in item and code_of(item) in PLACES:
            codes.add(_piece(item, number))
        else:
            _refuse_doubt(FACTS["reader.location"], item, number)
            raise GivenError(f"unknown place `{item}`", place_help(item), number)
    return LocationSet(frozenset(codes), anywhere=anywhere, basis=("given",))


def _piece(item: str, number: int) -> str:
    """A piece of a code as it is written everywhere: its marks in order.

    Raises:
        GivenError: it is not written like one, or says of one territory that the reader is in it and is not.
    """
    code, *marks = item.split(MARK)
    if not is_place(item):
        raise GivenError(f"unknown place `{item}`", PIECE_HELP, number)
    if len(marks_of(item)) < len(set(marks)):
        raise GivenError(f"`{item}` is in a territory and outside of it", "keep one of the two marks", number)
    return MARK.join((code, *sorted(set(marks))))
