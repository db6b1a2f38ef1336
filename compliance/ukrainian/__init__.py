"""The forms of Ukrainian words from a dictionary that is not ours to ship, asked in a process of its own.

Theory: the dictionary is under the GPL, so it is an extra that an operator installs, and names are found without it,
by rules. To open it in a process in which the Russian one is open breaks the grammar of the latter; so a worker opens
it, gives a table, and ends. Words are asked when names are made ready, all at once, never while a page is answered.
If anything goes wrong the rules are left, and the log says so: a form too few misses a mention.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from importlib import metadata
from typing import Final

import msgspec

from compliance.mentions.endings import UKRAINIAN
from compliance.mentions.inflection import Word
from compliance.mentions.words import words_of
from compliance.model.designation import Entity

_log = logging.getLogger("compliance.ukrainian")
DISTRIBUTION: Final = "pymorphy3-dicts-uk"
PATIENCE: Final = 120.0
"""Seconds after which a worker that has not answered is ended: a thousand words take less than two."""
WORKER: Final = (sys.executable, "-P", "-m", "compliance.ukrainian.worker")


class UkrainianError(Exception):
    """Why the dictionary told nothing, in words for a log."""


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a worker writes."""

    dictionary: str
    """The dictionary that it asked, with its version."""
    forms: dict[str, tuple[str, ...]]
    """For each word that was asked its forms, folded; the rules have others."""


def installed() -> str | None:
    """The dictionary with its version, as it is recorded beside forms that come from it; None if it is not there."""
    try:
        return f"{DISTRIBUTION} {metadata.version(DISTRIBUTION)}"
    except metadata.PackageNotFoundError:
        return None


def words_in(entities: Iterable[Entity]) -> frozenset[str]:
    """The words of all Ukrainian names, and of what stands near them."""
    aliases = (alias for entity in entities for alias in entity.aliases)
    texts = (text for each in aliases if _is_ukrainian(each.language) for text in (each.name, *each.context))
    return frozenset(word for text in texts for word in words_of(text) if not word.isascii())


def known(words: Collection[str]) -> tuple[Mapping[str, Word], str | None]:
    """The forms of words by the dictionary, and which one that was; nothing and None where it is not there or fails.

    They are to be joined with those of the rules (`Forms.slots` does so for `known["uk"]`).
    """
    if not words or installed() is None:
        return {}, None
    try:
        answer = ask(words)
    except UkrainianError as error:
        _log.warning("the Ukrainian dictionary %s: names are declined by rules alone", error)
        return {}, None
    return {word: Word(frozenset({word, *forms})) for word, forms in answer.forms.items()}, answer.dictionary


def ask(words: Collection[str], worker: Sequence[str] = WORKER, patience: float = PATIENCE) -> Answer:
    """What a worker says of some words.

    Args:
        words: folded.
        worker: the command that starts it; it reads a list of words as JSON, and writes an `Answer`.
        patience: how many seconds it may take.

    Raises:
        UkrainianError: it cannot be started, fails, takes too long, or says something else.
    """
    asked = json.dumps(sorted(words)).encode()
    try:
        done = subprocess.run(worker, input=asked, capture_output=True, timeout=patience, check=False)
    except subprocess.TimeoutExpired:
        raise UkrainianError(f"did not answer within {patience:g} s") from None
    except OSError as error:
        raise UkrainianError(f"cannot be started ({(error.strerror or 'no reason given').lower()})") from None
    if done.returncode != 0:
        raise UkrainianError(f"ended with status {done.returncode}")
    try:
        answer = msgspec.json.decode(done.stdout, type=Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UkrainianError("gave no table of forms") from None
    if answer.forms.keys() != set(words):
        raise UkrainianError("answered for other words than it was asked for")
    return answer


def _is_ukrainian(language: str | None) -> bool:
    return (language or "").partition("-")[0] == UKRAINIAN
