"""The dictionary of Russian, opened when names are made ready and there is no table of their forms.

Theory: it is large, and slow to ask, so nobody opens it who does not look for names, and no word is asked twice.
"""

from __future__ import annotations

from functools import cache

import pymorphy3

from compliance.mentions.inflection import Forms
from compliance.mentions.names import names_of
from compliance.mentions.scan import Scanner
from compliance.model.ruleset import Ruleset


@cache
def forms() -> Forms:
    """What is known of words, shared by all rule sets of a process."""
    return Forms(pymorphy3.MorphAnalyzer(lang="ru"))


def scanner_of(ruleset: Ruleset) -> Scanner:
    """A scanner of the names of all entities of a rule set."""
    return Scanner(names_of(ruleset.entities.values(), forms()))
