"""All files of a rule set together: order does not count, nothing is lost, and nobody is blamed for another's slip."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.errors import Problem, RulesError, Span
from compliance.language.load import MOST_GUESSES, load
from tests.language.reading import ZONES, loaded, messages, problems, warn
from tests.tiny import TINY, changed

SECOND = TINY["warn.yaml"].replace("rule: warn", "rule: second")
SHARED = "notice:\n  id: shared\n"


def test_the_tiny_rule_set_loads() -> None:
    ruleset = loaded(TINY)
    assert (set(ruleset.rules), set(ruleset.entities), set(ruleset.registers)) == (
        {"warn"},
        {"radio", "paper"},
        {"x/list"},
    )
    assert ruleset.meaning.startswith("sha256:")
    assert len(ruleset.source) == len("sha256:") + 64


@given(st.permutations(sorted(TINY)))
def test_the_order_of_the_files_does_not_count(names: list[str]) -> None:
    assert loaded({name: TINY[name] for name in names}) == loaded(TINY)


@given(st.permutations(sorted(TINY)))
def test_the_order_of_the_files_does_not_count_for_problems(names: list[str]) -> None:
    broken = {name: text.replace("\ntitle:", "\ntitel:") for name, text in TINY.items()}
    assert problems({name: broken[name] for name in names}) == problems(broken)
    assert len(problems(broken)) == 4


def test_things_are_found_by_id_in_one_order_whatever_the_files_are_called() -> None:
    renamed = {f"{9 - number}/{name}": TINY[name] for number, name in enumerate(sorted(TINY))}
    found = loaded(renamed)
    assert list(found.entities) == ["paper", "radio"]
    assert found.meaning == loaded(TINY).meaning


def test_every_problem_of_every_file_is_reported_at_once() -> None:
    files = {
        **changed("warn.yaml", ("footer", "foot"), ("x/list", "x/lost")),
        "radio.yaml": TINY["radio.yaml"].replace("radio.example", "Radio"),
        "paper.yaml": "a: [",
        "empty.yaml": "",
    }
    found = problems(files)
    assert [problem.span.path for problem in found if problem.span] == [
        "empty.yaml", "paper.yaml", "radio.yaml", "warn.yaml", "warn.yaml"
    ]  # fmt: skip
    places = [(each.span.path, each.span.line, each.span.column) for each in found if each.span]
    assert places == sorted(places)
    with pytest.raises(RulesError, match=r"5 problem\(s\); nothing was loaded"):
        loaded(files)


def test_a_path_is_shown_below_the_root_that_is_given() -> None:
    with pytest.raises(RulesError) as raised:
        load({"a/b.yaml": b""}, ZONES, root="rules")
    assert [problem.span.path for problem in raised.value.problems if problem.span] == ["rules/a/b.yaml"]


@pytest.mark.parametrize("kind", ["warn.yaml", "radio.yaml", "list.yaml"])
def test_what_is_declared_twice_is_a_problem_of_the_second(kind: str) -> None:
    (problem,) = problems({**TINY, f"z-{kind}": TINY[kind]})
    assert problem.message.endswith("is declared twice")
    assert problem.span is not None
    assert problem.span.path == f"z-{kind}"
    assert problem.help == f"the other is {kind}:2"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("entity: other\ntitle: Other\n", "the file does not say which rule language it is written in"),
        ("language: 2\nentity: other\ntitle: Other\n", "unknown rule language `2`"),
        ("language: [1]\nentity: other\ntitle: Other\n", "`language` is a number"),
        ("language: *a\nentity: other\ntitle: Other\n", "anchors, aliases and tags are not part of the rule language"),
        ("langauge: 1\nentity: other\ntitle: Other\n", "unknown key `langauge` in an entity"),
        ("language: 1\nenttiy: other\ntitle: Other\n", "unknown key `enttiy` in an entity"),
        ("language: 1\ntitle: Other\n", "this is neither a rule nor an entity, register or territory"),
        ("language: 1\nentity: a\nrule: b\n", "a file declares one thing, and this one has `rule` and `entity`"),
        ("just words\n", "a rule file is a map"),
        ("*a\n", "anchors, aliases and tags are not part of the rule language"),
    ],
)
def test_a_file_says_its_language_and_declares_one_thing(text: str, message: str) -> None:
    assert messages({**TINY, "other.yaml": text}) == [message]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Radio\n", "title: Radio: one\n"),
        ("[The Radio]", "[The Radio"),
        ("title: Radio\n", "title: *radio\n"),
        ("entity: radio", "enttiy: radio"),
        ("domains:", "domians:"),
        ("language: 1", "language: 2"),
        ("title: Radio\n", "title: Rad\tio\n\x00"),
        ("title: Radio\n", "title: Radio\nregister: y/list\n"),
        ("title: Radio\n", "title: Radio\ntitle: Radio\n"),
    ],
)
def test_nobody_is_blamed_for_naming_what_a_broken_file_declares(old: str, new: str) -> None:
    (problem,) = problems(changed("radio.yaml", (old, new)))
    assert problem.span is not None
    assert problem.span.path == "radio.yaml"


@pytest.mark.parametrize(
    ("file", "data"),
    [
        ("radio.yaml", TINY["radio.yaml"].replace("entity: radio", "entity: *radio").encode()),
        ("radio.yaml", TINY["radio.yaml"].replace("entity: radio", "entity: [radio]").encode()),
        ("radio.yaml", TINY["radio.yaml"].encode("utf-16")),
        ("list.yaml", TINY["list.yaml"].replace("register: x/list", "register: &x x/list").encode()),
    ],
)
def test_nobody_is_blamed_for_naming_what_is_declared_under_a_name_that_cannot_be_read(file: str, data: bytes) -> None:
    (problem,) = problems({**TINY, file: data})
    assert problem.span is not None
    assert problem.span.path == file


def test_nobody_is_blamed_for_naming_what_has_a_bad_name() -> None:
    files = {name: text.replace("radio\n", "Radio_1\n") for name, text in TINY.items()}
    assert messages(files) == ["`Radio_1` is not a name for an entity"]
    only_there = changed("radio.yaml", ("entity: radio\n", "entity: Radio\n"))
    assert messages(only_there) == ["`Radio` is not a name for an entity"]


@pytest.mark.parametrize(
    ("old", "new", "message", "help_"),
    [
        ("x/list", "x/lits", "unknown register `x/lits`", "the nearest is `x/list`"),
        ("x/list", "far/away", "unknown register `far/away`", "declare it in a file with `register: far/away`"),
        ("location: RU\nif", "location: UK\nif", "unknown place `UK`", "write `GB`"),
        ("location: RU\nif", "location: RU-CR\nif", "unknown place `RU-CR`", "write `UA-43`"),
        ("location: RU\nif", "location: russia\nif", "unknown place `russia`", "write the code `RU`"),
        ("location: RU\nif", "location: USA\nif", "unknown place `USA`", "write `US`"),
        ("location: RU\nif", "location: usa-ca\nif", "unknown place `usa-ca`", "write `US-CA`"),
        ("location: RU\nif", "location: my-daily\nif", "unknown place `my-daily`", "use an ISO 3166 code"),
        ("location: RU\nif", "location: UK-LND\nif", "unknown place `UK-LND`", "write `GB-LND`"),
        ("location: RU\nif", "location: ßd\nif", "unknown place `ßd`", "use an ISO 3166 code"),
        ("location: RU\nif", "location: RU-X\nif", "unknown place `RU-X`", "`RU` has 83 parts; one of them is `RU-AD`"),
        ("location: RU\nif", "location: XX\nif", "unknown place `XX`", "use an ISO 3166 code"),
        ("location: RU\nif", "location: GI-9\nif", "unknown place `GI-9`", "`GI` has no parts: write it"),
        ("location: RU\nif", "location: РУ\nif", "unknown place `РУ`", "use an ISO 3166 code"),
        ("location: RU\nif", "location: ВY\nif", "unknown place `ВY`", "write `BY`, in Latin letters only"),
        ("x/list", "х/list", "unknown register `х/list`", "the nearest is `x/list`, in Latin letters only"),
        ("placement", "supersedes: [wran]\n  placement", "unknown notice `wran`", "the nearest is `warn`"),
    ],
)  # fmt: skip
def test_a_name_that_nobody_declared_is_answered_with_what_to_write(
    old: str, new: str, message: str, help_: str
) -> None:
    (problem,) = problems(warn((old, new)))
    assert problem.message == message
    assert problem.help is not None
    assert problem.help.startswith(help_)


def test_where_very_many_names_are_unknown_only_the_first_are_compared_with_what_there_is() -> None:
    """A folder that was forgotten is one slip; to compare thousands of names with thousands takes minutes."""
    entry = TINY["list.yaml"].partition("entries:\n")[2]
    entries = "".join(entry.replace("radio", f"radioo-{number}") for number in range(MOST_GUESSES + 5))
    found = problems({**TINY, "list.yaml": TINY["list.yaml"] + entries})
    assert [each.message for each in found] == [
        f"unknown entity `radioo-{number}`" for number in range(MOST_GUESSES + 5)
    ]
    helps = [each.help or "" for each in found]
    assert set(helps[:MOST_GUESSES]) == {"the nearest is `radio`"}
    assert all(each.startswith("declare it in a file with `entity: radioo-") for each in helps[MOST_GUESSES:])


def test_a_file_whose_name_is_not_utf_8_is_a_problem_and_not_read() -> None:
    (problem,) = problems({**TINY, "laws/a\udcff.yaml": TINY["warn.yaml"]})
    assert problem == Problem("the name of the file is not UTF-8", Span("laws/a?.yaml", 1, 1), "rename the file")
    assert loaded({"закон.yaml" if name == "warn.yaml" else name: text for name, text in TINY.items()}).rules


def test_a_territory_that_begins_like_a_code_is_answered_with_the_territory() -> None:
    text = (
        "language: 1\nterritory: ru-north\ntitle: The north\nsources: [{title: A map}]\n"
        "members: [{code: RU-MUR, extent: whole, first_day: none, last_day: none}]\n"
    )
    (problem,) = problems(warn(("location: RU\nif", "location: ru-nort\nif"), also={"north.yaml": text}))
    assert (problem.message, problem.help) == ("unknown place `ru-nort`", "the nearest is `ru-north`")


def test_of_many_parts_of_a_country_only_those_that_begin_alike_are_listed() -> None:
    (problem,) = problems(warn(("location: RU\nif", "location: GB-LON\nif")))
    listed = "GB-LAN, GB-LBC, GB-LBH, GB-LCE, GB-LDS, GB-LEC, GB-LEW, GB-LIN, GB-LIV, GB-LND, GB-LUT"
    assert problem.help == f"`GB` has 221 parts; those that begin alike are: {listed}"


@pytest.mark.parametrize("code", ["GB-LON", "SI-1", "RU-X", "US-CAL"])
def test_no_list_of_parts_is_a_wall(code: str) -> None:
    (problem,) = problems(warn(("location: RU\nif", f"location: {code}\nif")))
    assert problem.help is not None
    assert len(problem.help) < 500


def test_two_rules_may_write_out_the_same_notice() -> None:
    files = {**warn(("notice:\n", SHARED)), "second.yaml": SECOND.replace("notice:\n", SHARED)}
    ruleset = loaded(files)
    assert list(ruleset.notices) == ["shared"]
    assert [rule.id for rule in ruleset.rules_of_notice["shared"]] == ["second", "warn"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("placement: footer", "placement: top"),
        ("take care.", "beware."),
        ('{en: "{publisher.title}: listed"}', '{de: "{publisher.title}: listed"}'),
        ("    en: If you are in Russia, take care.\n    ru: Если вы в России, будьте осторожны.\n",
         "    ru: Если вы в России, будьте осторожны.\n    en: If you are in Russia, take care.\n"),
    ],
)  # fmt: skip
def test_notices_of_one_id_that_differ_are_refused_even_if_only_the_default_language_does(old: str, new: str) -> None:
    assert old in SECOND
    second = SECOND.replace("notice:\n", SHARED).replace(old, new)
    (problem,) = problems({**warn(("notice:\n", SHARED)), "second.yaml": second})
    assert problem.message == "notice `shared` is defined twice, and differently"
    assert problem.help == "the other is in second.yaml:2: write `notice: {ref: shared}` to share it"


def test_a_notice_that_cannot_be_read_is_not_called_different_too() -> None:
    second = SECOND.replace("notice:\n", SHARED).replace("placement: footer", "placement: foot")
    assert messages({**warn(("notice:\n", SHARED)), "second.yaml": second}) == ["unknown placement `foot`"]


def test_a_shared_notice_about_a_mention_needs_a_rule_that_binds_one() -> None:
    files = warn(
        ("when:\n", "for_each: content.mentions\nwhen:\n"),
        ('"{publisher.title}: listed"', '"{mention.title}: listed"'),
    )
    head, _, tail = SECOND.partition("notice:\n")
    second = f"{head}notice: {{ref: warn}}\nscenarios:{tail.partition('scenarios:')[2]}"
    assert messages({**files, "second.yaml": second}) == ["notice `warn` speaks of a mention, and this rule binds none"]
    bound = second.replace("when:\n", "for_each: content.mentions\nwhen:\n")
    assert messages({**files, "second.yaml": bound}) == []


LINES = [(name, number) for name, text in sorted(TINY.items()) for number in range(len(text.splitlines()))]
JUNK = st.sampled_from(
    [
        "", "x", "x: y", "[", "]", "}", "- ", "*a", "&a", "? ", "unknown", "nothing", "perhaps radio", "{}", "[]", '"',
        "'", "\x00", "{publisher.title", "on", "2024-02-30", "none", "ref: warn", "rule: warn", "<<: *a", ": ", "~",
        "!x", "RU", "a: {b: [c]}",
    ]
)  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(LINES), JUNK, st.sampled_from("+=:")), min_size=1, max_size=4))
def test_a_rule_set_with_any_slips_loads_or_gives_problems_that_lie_in_its_files(
    slips: list[tuple[tuple[str, int], str, str]],
) -> None:
    lines = {name: text.splitlines() for name, text in TINY.items()}
    for (name, number), junk, how in slips:
        old = lines[name][number]
        indent = old[: len(old) - len(old.lstrip())]
        lines[name][number] = {
            "+": f"{old}\n{indent}{junk}",
            "=": f"{indent}{junk}",
            ":": f"{old.partition(':')[0]}: {junk}",
        }[how]
    files = {name: "\n".join(each) + "\n" for name, each in lines.items()}
    found = problems(files)
    for problem in found:
        assert problem.span is not None
        texts = files[problem.span.path].split("\n")
        assert 1 <= problem.span.line <= len(texts)
        assert 1 <= problem.span.column <= len(texts[problem.span.line - 1]) + 1
        assert str(problem)
    assert len(set(found)) == len(found)


@given(st.randoms(use_true_random=False))
def test_losing_any_line_never_crashes_the_loader(chance: random.Random) -> None:
    name, number = chance.choice(LINES)
    lines = TINY[name].splitlines(keepends=True)
    del lines[number]
    for problem in problems({**TINY, name: "".join(lines)}):
        assert problem.span is not None
        assert problem.message
