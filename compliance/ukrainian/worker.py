"""The worker that opens the Ukrainian dictionary: words come in as JSON, their forms go out, and it ends."""

from __future__ import annotations

import importlib
import json
import sys

import msgspec

from compliance.mentions.inflection import Analyzer, by_dictionary
from compliance.ukrainian import Answer, installed


def main() -> int:
    """Answer for the words on standard input; 1 if there is no dictionary."""
    name = installed()
    if name is None:
        return 1
    analyzer: Analyzer = importlib.import_module("pymorphy3").MorphAnalyzer(lang="uk")
    words: list[str] = json.loads(sys.stdin.buffer.read())
    forms = {word: tuple(sorted(by_dictionary(word, analyzer))) for word in words}
    sys.stdout.buffer.write(msgspec.json.encode(Answer(name, forms)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
