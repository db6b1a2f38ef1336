"""The forms of words as bytes: what a dictionary said once, for whoever has none at hand.

Theory: the forms of a word follow from the dictionary and from our rules, and from nothing else. So a table of them
names both. A table by other rules of ours may lack forms that these give, and a form too few misses a mention: it is
for the reader of a table to work them out again. Of another version of the dictionary it counts, since it was made
where the rules were tried. A word that is not in a table has forms that nobody wrote down; it does not have none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Self, TypeVar

import msgspec

from compliance.mentions.inflection import RULES, Word

FORMAT: Final = 1
_Text = Annotated[str, msgspec.Meta(min_length=1)]


class TableError(ValueError):
    """Why bytes are no table of forms, in words that stand behind what holds them."""


class Maker(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What made a table."""

    analyzer: _Text
    """The package that reads the dictionary, with its version ..."""
    dictionary: _Text
    """... and the dictionary itself."""
    rules: int
    """Which version of our rules (`inflection.RULES`)."""


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A word: its forms beside itself, in the order of their letters."""

    forms: tuple[_Text, ...] = ()
    common: bool = False


class _Head(msgspec.Struct):
    format: int


class _Whole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table as it is written."""

    format: int
    made_by: Maker
    words: dict[_Text, dict[_Text, _Row]]


class Table(msgspec.Struct, frozen=True):
    """The forms of words, by language and word, and what made them."""

    made_by: Maker
    words: Mapping[str, Mapping[str, Word]]

    @classmethod
    def of(cls, made_by: Maker, words: Mapping[str, Mapping[str, Word]]) -> Self:
        """The table of some words, without those in letters that no dictionary is asked for."""
        return cls(made_by, {language: {name: word for name, word in every.items() if not name.isascii()}
                             for language, every in words.items()})  # fmt: skip

    @property
    def is_by_these_rules(self) -> bool:
        """Whether our rules were the same when it was made."""
        return self.made_by.rules == RULES

    @property
    def counts(self) -> tuple[int, int]:
        """How many words there are, and how many forms they have in all."""
        every = [word for words in self.words.values() for word in words.values()]
        return len(every), sum(len(word.forms) for word in every)

    def encoded(self) -> bytes:
        """The table as JSON: the same bytes for the same words."""
        words = {
            language: {name: _row(name, every[name]) for name in sorted(every)}
            for language, every in sorted(self.words.items())
        }
        return msgspec.json.encode(_Whole(FORMAT, self.made_by, words))

    @classmethod
    def decoded(cls, data: bytes) -> Self:
        """The table that bytes hold.

        Raises:
            TableError: they are no table, or one of a version that this program does not read.
        """
        if (version := _read(data, _Head).format) != FORMAT:
            raise TableError(f"has word forms of format {version}")
        whole = _read(data, _Whole)
        words = {
            language: {name: Word(frozenset({name, *row.forms}), row.common) for name, row in rows.items()}
            for language, rows in whole.words.items()
        }
        return cls(whole.made_by, words)


_Kind = TypeVar("_Kind")


def _read(data: bytes, kind: type[_Kind]) -> _Kind:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise TableError("has no word forms that can be read") from None


def _row(name: str, word: Word) -> _Row:
    return _Row(tuple(sorted(word.forms - {name})), word.is_common)
