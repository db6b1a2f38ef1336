"""Every key of the rule language: the one table from which files are read, described and completed.

Theory: what a map may hold is said once. The loader takes from here which keys it knows, `docs/language.md`
its tables, the JSON Schema its properties, and the formatter the order in which it puts them. A line holds
the name, whether it is required (`yes`, `no`, or when), what may be written, what counts where it is left
out (`-` where it may not be), and the meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a map, in the words of the documentation (Markdown)."""

    name: str
    required: str
    values: str
    default: str
    meaning: str


_TABLES: Final[Mapping[str, str]] = {
    "rule": """
language | yes | `1` | - | version of this language
rule | yes | lower case words joined by hyphens | - | id; no two rules have the same
title | yes | text | - | what the rule is about, in a line
summary | no | text | none | what it does and why, for colleagues
status | yes | `draft`, `active`, `retired` | - | only an `active` rule fires
owner | yes | text | - | who answers for the rule
review_by | yes | day | - | when to read the law again; lint reminds you, nothing stops
legal_basis | yes | list of [sources](#sources) | - | the acts that it rests on
law_status | no | list of `{from: day, is: step}`, earliest first | none | how far the law has come: `adopted`, `in_force`, `applicable`, `enforced`, `repealed`; recorded, decides nothing
effective | yes | [days](#days-and-zones) | - | the days on which the rule applies
arms | no | a date for each register: `decided_on`, `announced_on`, `listed_on`, `effective` | that of the register | for this rule, another date of the register starts the effect, see [Registers](#registers)
for_each | no | a relation of [content to entities](#facts) | none | asks the rule once for each entity that stands in the relation
when | yes | conditions | - | see [Conditions](#conditions)
unless | no | conditions, or a list of them | none | exceptions
if_unknown | no | an answer for each fact | `show` for each | see [When a fact is not known](#when-a-fact-is-not-known)
notice | yes | a notice, or `{ref: id}` | - | what is to be said, see [Notices](#notices)
scenarios | yes | list, at least one | - | examples that every load repeats, see [Scenarios](#scenarios)
""",
    "effective": """
first_day | yes | day or `none` | - | the first day on which the rule applies
last_day | yes | day or `none` | - | the last one
timezone | yes | IANA name | - | whose days these are
suspended | no | list of [suspensions](#suspensions) | none | days in between on which it does not apply
""",
    "suspension": """
first_day | yes | day | - | the first day without effect
last_day | yes | day or `none` | - | the last one; `none`: until further notice
source | no | text | none | who says so
note | no | text | none | for colleagues
""",
    "notice": """
id | no | lower case words joined by hyphens | the rule's id | name of the notice
ref | no | id of a notice | none | use the notice of another rule; then no other key may stand here
purpose | yes | `legal-duty`, `reader-safety`, `editorial-policy` | - | why it is shown
severity | no | `inform`, `alert`, `critical` | `inform` | how loudly it speaks
placement | yes | `site-wide`, `top`, `after-headline`, `before-text`, `beside`, `on-image`, `after-first-mention`, `overlay`, `footer`, or a list of them | - | where it stands on the page; of several, in all of them
nothing_before | no | `true`, `false` | `false` | whether nothing else may stand before it in its places
corner | no | list of `upper-left`, `upper-right`, `lower-left`, `lower-right`, best first | none | the corners that it may take, for `on-image` and `overlay`
media | no | [media](#media) by the words of `content.surface` | none | what it has to be like in a medium
reach | no | `where_possible`, `everywhere` | `where_possible` | `everywhere` gives it to readers in all places, as possible; for `reader-safety` only
conditional | no | `true`, `false` | `false` | whether `text` is already true for every reader ("If you are in ...")
fixity | no | `exact`, `template`, `equivalent`, `idea` | `equivalent` | how far the words are those of the law; given out, changes nothing
link | no | web address | none | where more is said; shown behind the text
effects | no | [effects](#effects) | none | what is to be done besides showing words
group | no | lower case words joined by hyphens, or [a name and a rank](#groups) | none | given out with the notice; pages may show one group as one block
supersedes | no | list of ids of notices | none | notices that this one takes the place of, where it is required
conflicts_with | no | list of ids of notices | none | notices that contradict it; where both are due, the answer says so
merge | no | `each`, `footnote` | `each` | `footnote`: all that it says on a page shares one marker and one footnote
text | one of three | words by language | - | the wording
wordings | one of three | list of [wordings](#wordings-with-days) | - | wordings that change on a day
rotation | one of three | [a rotation](#rotation) | - | wordings that take turns
text_if_possible | unless conditional | words by language, without slots | none | the wording where it is not certain that the notice is due; not beside `wordings`
short | no | words by language | the text | a short wording; not beside `wordings`
short_form | no | `never`, `if_impractical` | `if_impractical` where there is a short wording, else `never` | when the short wording may stand for the text
slots | no | words by language for each title, [what fills it](#slots-of-your-own) for each other slot | `…` | what stands in braces in the words
translations | no | `machine`, `draft`, `reviewed` by language | not said | who stands for the words in a language; given out with them
""",
    "wording": """
first_day | yes | day or `none` | - | the first day of these words, in the zone of the rule that asks
last_day | yes | day or `none` | - | the last one
text | yes | words by language | - | the wording
text_if_possible | unless conditional | words by language, without slots | none | the wording where it is not certain that the notice is due
short | no | words by language | the text | a short wording
fixity | no | `exact`, `template`, `equivalent`, `idea` | that of the notice | how far the words are those of the law
source | no | text | none | who prescribes them
""",
    "rotation": """
every | yes | `item`, `day`, `week`, `month`, `quarter`, `half_year`, `year` | - | when the next text has its turn; `item`: each page has one for good
texts | yes | list of words by language, two at least | - | the texts, in the order of their turns
start | unless by item | day | - | the first day of a turn of the first text; turns before it are counted back
""",
    "slot": """
type | yes | `text`, `number`, `percent`, `money`, `date`, `url` | - | what the value has to be
value | yes | name of data | - | the value of the entity that fills the slot
of | no | `publisher`, `mention` | `publisher` | whose value; `mention` with `for_each` only
missing | no | words by language | `…` | what to say where there is no value on the day
""",
    "group": """
name | yes | lower case words joined by hyphens | - | name of the group
rank | yes | whole number | - | a required notice takes the place of those of lower rank about the same entity
""",
    "effects": """
suppress | no | `share`, `like`, `comment`, `save`, `contact`, `donate`, `subscribe`, `advertise`, or a list of them | none | parts of the page to leave out
withhold | no | `true`, `false` | `false` | whether the content must not be served
mark | no | `true`, `false` | `false` | whether the content itself is to be marked
metadata | no | text by name | none | what machines are to read in the page or file
editorial_task | no | text | none | what an editor has to do
""",
    "medium": """
min_seconds | no | number | none | how long it has to be seen or heard
min_area_percent | no | number up to 100 | none | how much of the picture or page it has to take
min_font_ratio | no | number | none | how large its letters are, those of the text being 1
contrast | no | number from 1 to 21 | none | contrast of its letters with what is behind them
placement | no | one of the placements | that of the notice | where it stands in this medium
""",
    "scenario": """
name | yes | text | - | what the example shows
date | yes | day | - | the law day
given | yes | map of facts | - | what is known; everything else is unknown
expect | yes | `required`, `possible`, `review`, `none` | - | the result: due for certain; may be due and is shown; may be due and is held (in answers: status `possible`, display `hold`); not due
because | no | `FACT unknown` | - | the result must hang on this fact: it is not known, and another value of it gives another result
""",
    "suite": """
language | yes | `1` | - | version of this language
suite | yes | lower case words joined by hyphens | - | id; no two suites have the same
title | yes | text | - | what it tries, in a line
as_of | no | day | none | the day on which every question without one is asked
languages | no | list of language tags | none | what the reader reads, best first
drafts | no | `true`, `false` | `false` | whether drafts are asked as if they were active
owner | no | text | none | who answers for the file
questions | yes | list of [questions](#questions-of-a-suite), at least one | - | what is asked
""",
    "question": """
name | yes | text | - | what it shows; no two of a suite have the same
date | one of them | day | the `as_of` of the suite | the law day
dates | one of them | list of days | none | each of these days is a case
content | one of them | [page](#the-page-and-the-reader) | none | the page, as a caller describes it
given | one of them | map of facts | none | what else is known, as in a scenario; everything else is unknown
reader | no | [place](#the-page-and-the-reader) | unknown | where the reader is; or `reader.location` in `given`, or `places`
places | no | list of ISO codes or `unknown` | none | each of these places is a case
expect | yes | a word, a map of notices to words, or one of both by day or place | - | the strongest result of all notices, or that of each named one: `required`, `possible`, `review`, `none`
only | no | `true`, `false` | `false` | whether no other notice may come out
because | no | `FACT unknown` | none | what is `possible` or `review` must hang on this fact
says | no | pieces of text by notice | none | what the words of a notice must hold
says_not | no | pieces of text by notice | none | what they must not hold
language | no | language tag | the `languages` of the suite | the language in which the words are read
""",
    "content": """
publisher | no | domain, URL, name or id | unknown | who publishes the page
url | no | web address | none | where the page stands; its host names the publisher if nothing else does
headline | no | text | none | accepted, not read yet
text | no | text | none | accepted, not read yet
language | no | language tag | unknown | the language that it is written in
date_published | no | day, or a day with a time | unknown | when it was first published
""",
    "reader": """
country | one of them | ISO 3166-1 code | - | the country
subdivision | one of them | ISO 3166-2 code | - | the place in it
""",
    "source": """
title | yes | text | - | name of the act or page
article | no | text | - | the place in it
href | no | web address | - | where it can be read
confidence | no | `A`, `B`, `C`, `D` | - | A the text itself, B a good secondary source, C partly seen, D memory
note | no | text | - | for colleagues
""",
    "entity": """
language | yes | `1` | - | version of this language
entity | yes | lower case words joined by hyphens | - | id
title | yes | text | - | the name in notices
kind | no | `organisation`, `person` | `organisation` | a person is found in texts by initials and by the surname, too
summary | no | text | none | for colleagues
names | no | lists of [names](#names) by language; `acronym` for short names | none | names by which callers call the publisher, and pages the entity; letter case does not matter
not_names | no | lists of texts by language | none | words that look like a name and are none; recorded, not used yet
domains | no | list of hosts | none | hosts, and all hosts under them; the longest that fits counts
parent | no | id of an entity | none | designations of the parent hold for this entity too
excludes | no | list of ids | none | children that the designations of this entity do not reach
identifiers | no | an id for each scheme, such as `wikidata`, `opensanctions` | none | ids elsewhere; `compliance import` compares `wikidata`, `opensanctions` and `registration-number`
handles | no | lists of handles by platform, such as `telegram` | none | what it is called there; recorded, not used yet
answers_to | no | list of country codes | not known | the legal orders that it answers to, all of them; `[]` is none
stance | no | `comply`, `decline` or `legal_hold` by country code | none | how it meets an order to label others; rules ask it as `publisher.complies_with`
values | no | lists of [values](#values) by name | none | data about it, such as a loss percentage; a child without the name has those of its parent
sources | no | list of [sources](#sources) | none | where this comes from
owner | no | text | none | who answers for the file
review_by | no | day | none | when to look again
""",
    "name": """
name | yes | text | - | the name
strength | no | `strong`, `medium`, `acronym`, `weak`, `surname`, `never` | `strong`; under `acronym`, `acronym` | how much of a sign it is: enough by itself; enough with an initial; in exactly these letters; only with another sign beside it; only where the whole name stands too; none. A publisher is found by the first three only
context | no | list of texts | none | words of which one stands near where this name is meant
forms | no | list of texts | none | other ways to write it, inflected ones above all
not_forms | no | list of texts | none | what looks like a form of it and is none
""",
    "value": """
value | yes | text | - | what it is
first_day | yes | day or `none` | - | the first day on which it is so
last_day | yes | day or `none` | - | the last one
source | no | text | none | who says so
note | no | text | none | for colleagues
""",
    "register": """
language | yes | `1` | - | version of this language
register | yes | two words with a slash, like `ru/foreign-agent` | - | id
title | yes | text | - | name of the list
summary | no | text | none | for colleagues
authority | yes | text | - | who decides, who keeps it
legal_basis | yes | list of [sources](#sources) | - | the act behind it
complete | yes | `true`, `false` | - | whether an entity that you declared and that is not in it is not designated
retrieved_on | yes | day | - | the day of this copy
fresh_for | yes | `30 days` | - | how long absence from it means *no*; after that it is unknown
arms | yes | `decided_on`, `announced_on`, `listed_on`, `effective` | - | which of its dates starts the effect
timezone | no | IANA name | that of the rule | whose days these are
copy_of | no | id of a register | none | the list of another state that this one takes over; recorded, decides nothing
count | no | whole number | not checked | how many entries the file must have: a copy that was cut is refused
marks | no | list of [marks](#marks) | none | what publishers write beside a name to say that it stands in this list; decides nothing
entries | yes | list, at least one | - | who stands in it
sources | no | list of [sources](#sources) | none | where this comes from
owner | no | text | none | who answers for the file
review_by | no | day | none | when to look again
""",
    "entry": """
entity | yes | id of an entity | - | who
decided_on | if it arms | claim, or list of claims | - | the decision
announced_on | if it arms | claim, or list of claims | - | the announcement
listed_on | if it arms | claim, or list of claims | - | the entry in the list
effective | if it arms | claim, or list of claims | - | the effect
last_day | yes | day, `none` or `unknown` | - | the last day in the list; `unknown`: from the first day on nobody knows
suspended | no | list of [suspensions](#suspensions) | none | days in between on which it stands in the list and has no effect
activated_by | no | a [source](#sources) | none | the later act that brought the effect; explanations name it
known_since | no | day | none | when our copy learned of it; recorded, decides nothing
note | no | text | - | for colleagues
""",
    "mark": """
language | yes | language tag | - | the language of the phrases
phrases | yes | list of texts | - | each says it by itself; a word counts in all its forms, and up to three other words may stand between two
source | no | text | none | who writes so, or prescribes it
confidence | no | `A`, `B`, `C`, `D` | none | how sure that is
note | no | text | none | for colleagues
""",
    "claim": """
day | yes | day | - | when
source | no | text | - | who says so
confidence | no | `A`, `B`, `C`, `D` | - | how sure that is
note | no | text | - | for colleagues
""",
    "territory": """
language | yes | `1` | - | version of this language
territory | yes | letters, digits and hyphens; no ISO code | - | id
title | yes | text | - | its name
summary | no | text | none | for colleagues; say what the list follows (control, membership)
members | yes | list, at least one | - | the places in it
areas | no | list of [areas](#areas) | none | drawn outlines of members
labelled_as | no | list of country codes | none | countries that databases name for addresses in it; where one names such a country without a region, the reader may be here too
time_zones | no | list of IANA names | none | a reader who is said to be in one of them may be here
timezone | no | IANA name | that of the rule | whose days these are
sources | yes | list of [sources](#sources) | - | where this comes from
owner | no | text | none | who answers for the file
review_by | no | day | none | when to look again
""",
    "member": """
code | one of them | ISO 3166 code | - | one place
codes | one of them | list of ISO 3166 codes | - | several places with the same days
extent | yes | `whole`, `partly` | - | a reader in a place that is partly in it is *maybe* in it
first_day | yes | day or `none` | - | first day in it
last_day | yes | day or `none` | - | last day in it
area | no | id of one of its areas | none | outlines what of the code is in it; coordinates outside prove that a reader is not
source | no | text | - | who says so
note | no | text | - | for colleagues
""",
    "area": """
id | yes | lower case words joined by hyphens | - | what members call it
margin_km | yes | number from 0 to 500 | - | the true line runs within so many kilometres of the drawn one
geometry | yes | a [geometry](#geometries) | - | where it is
source | yes | text | - | who drew it, and after what
drawn_on | no | day | none | when
note | no | text | - | for colleagues
""",
    "geometry": """
type | yes | `Polygon`, `MultiPolygon` | - | as in GeoJSON
coordinates | yes | lists of numbers | - | as in GeoJSON: closed rings of `[longitude, latitude]`, the outer one first, then holes
""",
}


def _read(table: str) -> tuple[Key, ...]:
    return tuple(Key(*(cell.strip() for cell in line.split(" | "))) for line in table.strip().splitlines())


KEYS: Final[Mapping[str, tuple[Key, ...]]] = {name: _read(table) for name, table in _TABLES.items()}
"""The keys of each map, by what a person calls the map, in the order of the documentation."""


def names(section: str) -> tuple[str, ...]:
    """The names of the keys of a map, such as `rule` or `notice`."""
    return tuple(key.name for key in KEYS[section])


def table(section: str) -> str:
    """The keys of a map as a Markdown table."""
    head = "| key | required | values | default | meaning |\n|---|---|---|---|---|\n"
    rows = (
        f"| `{key.name}` | {key.required} | {key.values} | {key.default} | {key.meaning} |\n" for key in KEYS[section]
    )
    return head + "".join(rows)
