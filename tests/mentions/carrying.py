"""A rule set whose notices and marks texts may carry, with invented names, and scanners of it."""

from __future__ import annotations

from functools import cache
from typing import Final

from compliance.mentions.aware import AwareScanner
from compliance.mentions.existing import Existing
from compliance.mentions.names import names_of
from compliance.mentions.scan import Mention, Scanner
from compliance.model.ruleset import Ruleset
from tests.mentions.naming import dictionary
from tests.tiny import TINY, changed, ruleset

SHORT: Final = "{mention.title} внесена властями в перечень опасных для слушателя вещателей."
BRACKETS: Final = "({mention.title} has been entered in the register of harmful papers)"
LONG: Final = (
    "{publisher.title}: власти объявили, что слушать это опасно. Если вы находитесь в стране или у вас есть её "
    "паспорт, имейте в виду: {publisher.title} не может вас защитить, а за пересказ вам может грозить штраф."
)
LABEL: Final = changed(
    "warn.yaml",
    ("when:\n  publisher.", "for_each: content.mentions\nwhen:\n  mention."),
    ("  publisher.designated_as: review", "  mention.designated_as: show"),
    (
        '"{publisher.title} is on the list."',
        "The authorities have put {mention.title} on a list of dangerous broadcasters",
    ),
    ('"{publisher.title} в списке."', f'"{SHORT}"'),
    ('  short: {en: "{publisher.title}: listed"}\n', ""),
    ("{publisher: radio", "{content.mentions: [radio]"),
    ("placement: footer", "placement: after-first-mention"),
)["warn.yaml"]
PAPERS: Final = (
    LABEL.replace("rule: warn", "rule: papers")
    .replace("x/list", "x/papers")
    .replace("mentions: [radio]", "mentions: [heather]")
    .replace("The authorities have put {mention.title} on a list of dangerous broadcasters", f'"{BRACKETS}"')
    .replace(f'"{SHORT}"', "(внесена властями в реестр вредных для читателя газет)")
)
RISK: Final = (
    TINY["warn.yaml"]
    .replace("rule: warn", "rule: risk")
    .replace('"{publisher.title} в списке."', f'"{LONG}"')
    .replace('  short: {en: "{publisher.title}: listed"}\n', "")
)
MARKS: Final = """\
marks:
  - language: ru
    phrases: [признана опасной, признанная опасной, опасный вещатель, "{more}"]
    confidence: D
  - language: en
    phrases: [declared dangerous, a dangerous broadcaster]
"""
LISTS: Final = TINY["list.yaml"].replace(
    "entries:\n", MARKS.replace("{more}", "внесена в перечень опасных") + "entries:\n"
)
FILES: Final = {
    "warn.yaml": LABEL,
    "papers.yaml": PAPERS,
    "risk.yaml": RISK,
    "radio.yaml": TINY["radio.yaml"]
    .replace("title: Radio", "title: Радио Маяковка")
    .replace("names: {en: [The Radio]}", "names: {ru: [Радио Маяковка]}"),
    "heather.yaml": "language: 1\nentity: heather\ntitle: Вереск\ndomains: [heather.example]\nnames:\n"
    "  ru: [{name: Вереск, strength: weak, context: [газета]}]\n",
    "heather-europe.yaml": "language: 1\nentity: heather-europe\ntitle: Вереск Европа\nnames: {ru: [Вереск Европа]}\n",
    "wave.yaml": "language: 1\nentity: wave\ntitle: Волна2\nnames: {ru: [Волна2]}\n",
    "paper.yaml": TINY["paper.yaml"],
    "list.yaml": LISTS,
    "papers-list.yaml": TINY["list.yaml"]
    .replace("x/list", "x/papers")
    .replace("entity: radio", "entity: heather")
    .replace(
        "entries:\n",
        "marks:\n  - {language: ru, phrases: [вредная газета, признана вредной, признан вредным]}\nentries:\n",
    ),
}


@cache
def rules() -> Ruleset:
    return ruleset(FILES)


@cache
def aware() -> AwareScanner:
    """A scanner of all names, aware of notices and marks."""
    names = names_of(rules().entities.values(), dictionary())
    return AwareScanner(names, Existing.of(rules(), names, dictionary()))


@cache
def unaware() -> Scanner:
    """A scanner of the same names that knows of neither."""
    return Scanner(names_of(rules().entities.values(), dictionary()))


def mention(text: str) -> Mention:
    """The one mention in a text."""
    (found,) = aware().scan(text).mentions
    return found


def marked(text: str) -> list[str]:
    """The registers whose mark the first mention in a text has."""
    return sorted(aware().scan(text).mentions[0].marked_by)
