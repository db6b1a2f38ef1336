"""What the pages say of databases, proxies and their care is what the product does."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from click import Context

from compliance import Checker, Content, Reader
from compliance.geo.databases import Databases, packaged
from compliance.geo.golden import read_golden
from compliance.language.overlays import read_overlay
from compliance.reader import NOT_SAID
from tests.commands import every_command
from tests.geo.mmdb import mmdb
from tests.geo.sources import spread, write

DOCS = Path(__file__).parents[2] / "docs"
WITHOUT_A_MAKER = mmdb({"1.2.0.0/16": {"country_code": "PL"}, "2.2.0.0/16": {"country_code": "DE"}}, "country ipvAll")


def page(name: str, heading: str) -> str:
    """What stands under a heading of a page."""
    text = (DOCS / name).read_text(encoding="utf-8")
    found = re.search(rf"^#+ {re.escape(heading)}$\n(.*?)(?=^##+ |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, heading
    return found[1]


def kind(folder: Path, name: str, asked: str = "") -> str:
    (folder / name).write_bytes(WITHOUT_A_MAKER)
    return str(Databases.open([f"{folder / name}{asked}"]).own[0].about.kind)


def makers() -> list[str]:
    sentence = re.search(
        r"or the name of the file begins with (.*?), and else", page("operations.md", "Databases of your own")
    )
    assert sentence
    return re.findall(r"`([^`]+)`", sentence[1])


def test_the_page_names_every_beginning_of_a_name_that_makes_a_database_locate(tmp_path: Path) -> None:
    assert "dbip-" in makers()
    assert {name: kind(tmp_path, f"{name}x.mmdb") for name in makers()} == dict.fromkeys(makers(), "location")
    assert kind(tmp_path, "country.mmdb") == "registration"


def test_a_renamed_database_is_what_the_page_says_behind_its_path(tmp_path: Path) -> None:
    assert kind(tmp_path, "dbip-country.mmdb") == "location"
    assert kind(tmp_path, "country.mmdb", "=location") == "location"
    assert kind(tmp_path, "dbip-country.mmdb", "=registration") == "registration"


def test_the_page_says_what_to_mend_for_every_reason_why_a_request_names_no_reader() -> None:
    rows = re.findall(r"^\| `([^`]+)` \|", page("proxies.md", "Trying it"), re.MULTILINE)
    assert set(rows) == {"not a public address", *NOT_SAID.values()}


def test_the_alarm_for_old_databases_leaves_out_the_packaged_ranges_and_nothing_else() -> None:
    alarms = re.findall(r'compliance_geo_age_days\{database!~"([^"]*)"\}', page("operations.md", "Health"))
    assert [set(each.split("|")) for each in alarms] == [{source.name for source in packaged().sources}]


def overlay(*rows: str) -> bytes:
    return "\n".join(["network,territory,first_day,last_day,action,source,reason", *rows, ""]).encode()


def removals(prefixes: dict[int, int]) -> list[str]:
    nets = [f"{'64.0.0.0' if version == 4 else '2000::'}/{length}" for version, length in prefixes.items()]
    rows = [f"{each},held,2026-01-31,none,remove,us,2026-01-31: ours" for each in nets]
    return [each.message for each in read_overlay("nets.csv", overlay(*rows), ["held"])[1]]


def test_the_widest_network_that_may_be_removed_is_the_one_on_the_page() -> None:
    said = re.search(r"wider than an IPv4 /(\d+) or an IPv6 /(\d+)\.", page("operations.md", "Overlays"))
    assert said
    widest = {4: int(said[1]), 6: int(said[2])}
    assert removals(widest) == []
    assert len(removals({version: length - 1 for version, length in widest.items()})) == 2


def test_a_row_of_an_overlay_makes_no_notice_required_as_the_page_says(tmp_path: Path) -> None:
    write(tmp_path / "own.mmdb", spread("US"), "dbip-country")
    (tmp_path / "nets.csv").write_bytes(overlay("8.8.8.0/24,RU,2020-01-01,none,add,us,"))
    own, page_of_rfe, reader = [tmp_path / "own.mmdb"], Content(publisher="rferl.org"), Reader("8.8.8.8")
    before = Checker.open(geo_databases=own).check(page_of_rfe, reader, as_of=date(2026, 3, 1))
    after = Checker.open(geo_databases=own, geo_overlays=[tmp_path / "nets.csv"])
    found = after.check(page_of_rfe, reader, as_of=date(2026, 3, 1))
    assert "RU" in found.location.places
    shown = {each.id: each.status for each in found.notices}
    assert shown.keys() > {each.id for each in before.notices}
    assert {shown[name] for name in shown.keys() - {each.id for each in before.notices}} == {"possible"}


def test_the_golden_table_on_the_page_is_one_that_is_read() -> None:
    table = page("operations.md", "Exchanging a database").partition("```csv\n")[2].partition("```")[0]
    rows, problems = read_golden("golden.csv", table.encode())
    assert [(row.country, row.database) for row in rows] == [("US", None), ("US", "dbip-city")]
    assert problems == []


def test_what_a_timer_runs_is_a_command_with_options_that_it_has() -> None:
    lines = re.findall(
        r"/opt/compliance/bin/compliance (geo update)(.*)$", page("operations.md", "A timer"), re.MULTILINE
    )
    assert len(lines) == 1  # under systemd the unit runs it, see tests of that
    for name, arguments in lines:
        command = every_command()[name]
        # a command keeps the first help option that it makes: it has to be the one of the program
        context = Context(command, help_option_names=["-h", "--help"])
        command.make_parser(context).parse_args(arguments.split())


def test_the_way_to_production_has_twelve_steps_that_lead_to_what_they_name() -> None:
    steps = re.findall(r"^[0-9]+\. (.+)$", page("operations.md", "From clone to production"), re.MULTILINE)
    assert len(steps) == 12
    said = " ".join(steps)
    for name in ("geo check", "test", "lint", "geo update"):
        assert name in said
        assert name in every_command()
