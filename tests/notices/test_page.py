"""What the notices of one page share: an order that is the same every time, and nothing is taken away."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from compliance.model.decision import Display, Instance, NoticeStatus
from compliance.model.facts import Facts, OneOf
from compliance.model.notice import Corner, Layout, Medium, Merge, Notice, Placement, Purpose, Severity
from compliance.notices.page import conflicts, corners, first_places, markers, media, places

ON_IMAGE = (Placement.ON_IMAGE,)


def notice(
    name: str, severity: Severity = Severity.INFORM, merge: Merge = Merge.EACH, layout: Layout | None = None
) -> Notice:
    words = {"en": name}
    return Notice(
        name, Purpose.LEGAL_DUTY, severity, Placement.ON_IMAGE, words, words, merge=merge, layout=layout or Layout()
    )


def due(what: Notice, entity: str | None = None, *, required: bool = True, held: bool = False) -> Instance:
    status = NoticeStatus.REQUIRED if required else NoticeStatus.POSSIBLE
    return Instance(what, entity, status, Display.HOLD if held else Display.SHOW, (f"rule-{what.id}",))


INSTANCES = st.lists(
    st.builds(
        due,
        st.builds(
            notice,
            st.sampled_from("abcd"),
            st.sampled_from(Severity),
            st.sampled_from(Merge),
            st.builds(
                Layout,
                nothing_before=st.booleans(),
                corners=st.lists(st.sampled_from(Corner), max_size=3, unique=True).map(tuple),
            ),
        ),
        st.sampled_from([None, "one", "two"]),
        required=st.booleans(),
        held=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda each: (each.notice.id, each.entity),
)


def arranged(instances: list[Instance]) -> tuple[tuple[Corner | None, ...], int]:
    found, collisions = corners(instances, [ON_IMAGE] * len(instances), markers(instances))
    return found, len(collisions)


# -- footnotes ------------------------------------------------------------------------------------------


def test_markers_are_given_in_the_order_of_the_ids_not_of_the_page() -> None:
    late, early = notice("z", merge=Merge.FOOTNOTE), notice("a", merge=Merge.FOOTNOTE)
    assert markers([due(late, "one"), due(notice("m")), due(early), due(late, "two")]) == ("**", "", "*", "**")


def test_certain_and_conditional_words_of_a_notice_have_footnotes_apart() -> None:
    shared = notice("a", merge=Merge.FOOTNOTE)
    mixed = [due(shared, "one", required=False), due(shared, "two")]
    assert markers(mixed) == ("**", "*")
    alike = replace(shared, conditional=True)
    assert markers([due(alike, "one", required=False), due(alike, "two")]) == ("*", "*")


@given(INSTANCES)
def test_every_shown_instance_of_a_shared_footnote_has_a_marker_and_no_other_has(instances: list[Instance]) -> None:
    for instance, marker in zip(instances, markers(instances), strict=True):
        is_shared = instance.notice.merge is Merge.FOOTNOTE and instance.display is Display.SHOW
        assert bool(marker) is is_shared
        assert set(marker) <= {"*"}


@given(INSTANCES)
def test_what_is_shared_does_not_hang_on_the_order_of_the_instances(instances: list[Instance]) -> None:
    other = instances[::-1]
    given_markers = dict(zip(((each.notice.id, each.entity) for each in instances), markers(instances), strict=True))
    assert markers(other) == tuple(given_markers[each.notice.id, each.entity] for each in other)
    assert arranged(other)[0][::-1] == arranged(instances)[0]
    assert first_places(other, [ON_IMAGE] * len(other)) == first_places(instances, [ON_IMAGE] * len(instances))
    assert conflicts(other) == conflicts(instances)


# -- corners --------------------------------------------------------------------------------------------


@given(INSTANCES)
def test_a_notice_stands_in_a_corner_that_it_may_take_and_shares_one_only_if_that_is_said(
    instances: list[Instance],
) -> None:
    marked = markers(instances)
    found, collisions = corners(instances, [ON_IMAGE] * len(instances), marked)
    standing: dict[str, dict[str, str]] = defaultdict(dict)
    for number, (instance, corner) in enumerate(zip(instances, found, strict=True)):
        wanted = instance.notice.layout.corners if instance.display is Display.SHOW else ()
        assert (corner is not None) is bool(wanted)
        if corner is not None:
            standing[corner.value][marked[number] or str(number)] = instance.notice.id
    for at, holders in standing.items():
        said = {name for each in collisions if each.at == at for name in each.notices}
        assert said == ({*holders.values()} if len(holders) > 1 else set())


def test_the_gravest_chooses_its_corner_first() -> None:
    layout = Layout(corners=(Corner.UPPER_LEFT, Corner.LOWER_LEFT))
    light, grave = notice("a", Severity.INFORM, layout=layout), notice("b", Severity.CRITICAL, layout=layout)
    assert arranged([due(light), due(grave)]) == ((Corner.LOWER_LEFT, Corner.UPPER_LEFT), 0)


def test_a_notice_that_lies_on_nothing_here_takes_no_corner() -> None:
    layout = Layout(corners=(Corner.UPPER_LEFT,))
    found, collisions = corners([due(notice("a", layout=layout))], [(Placement.FOOTER,)], [""])
    assert (found, collisions) == ((None,), ())


def test_instances_of_one_footnote_share_a_corner() -> None:
    shared = notice("a", merge=Merge.FOOTNOTE, layout=Layout(corners=(Corner.UPPER_LEFT,)))
    assert arranged([due(shared, "one"), due(shared, "two")]) == ((Corner.UPPER_LEFT, Corner.UPPER_LEFT), 0)
    apart = replace(shared, merge=Merge.EACH)
    assert arranged([due(apart, "one"), due(apart, "two")]) == ((Corner.UPPER_LEFT, Corner.UPPER_LEFT), 1)


# -- the first place ------------------------------------------------------------------------------------


def test_nothing_may_stand_before_one_notice_but_before_two_it_is_reported() -> None:
    first = notice("a", layout=Layout(nothing_before=True))
    second = notice("b", Severity.ALERT, layout=Layout(nothing_before=True))
    both = [due(first, "one"), due(first, "two"), due(second)]
    assert first_places(both[:2], [ON_IMAGE] * 2) == ()
    (found,) = first_places(both, [ON_IMAGE] * 3)
    assert (found.type, found.at, found.notices) == ("nothing-before", "on-image", ("b", "a"))
    assert first_places(both, [ON_IMAGE, ON_IMAGE, (Placement.TOP,)]) == ()
    assert first_places([both[0], due(second, held=True)], [ON_IMAGE] * 2) == ()


# -- media ----------------------------------------------------------------------------------------------

VIDEO = Medium(min_seconds=3, placement=Placement.OVERLAY)
WITH_MEDIA = due(notice("a", layout=Layout(also=(Placement.FOOTER,), media={"print": Medium(), "video": VIDEO})))


def surface(*values: str, other: bool = False) -> Facts:
    return {"content.surface": OneOf(frozenset(values), other)}


def test_the_place_is_that_of_the_medium_only_where_it_is_known() -> None:
    own = (Placement.ON_IMAGE, Placement.FOOTER)
    assert places(WITH_MEDIA, surface("video")) == (Placement.OVERLAY,)
    for facts in ({}, surface("print"), surface("web"), surface("video", "web"), surface("video", other=True)):
        assert places(WITH_MEDIA, facts) == own


def test_the_media_are_those_in_which_the_content_may_be_shown() -> None:
    assert list(media(WITH_MEDIA, surface("video", "web"))) == ["video"]
    assert list(media(WITH_MEDIA, surface("web"))) == []
    for facts in ({}, surface("video", other=True)):
        assert list(media(WITH_MEDIA, facts)) == ["print", "video"]


# -- conflicts ------------------------------------------------------------------------------------------


def test_a_conflict_may_be_written_on_either_side_and_is_certain_if_both_are() -> None:
    one, other = notice("a"), replace(notice("b"), conflicts_with=("a", "c"))
    (found,) = conflicts([due(other), due(one, "x", required=False), due(one, "y")])
    assert (found.notices, found.rules, found.status) == (("a", "b"), ("rule-a", "rule-b"), NoticeStatus.REQUIRED)
    (found,) = conflicts([due(one, required=False), due(other)])
    assert found.status is NoticeStatus.POSSIBLE
    assert conflicts([due(other)]) == conflicts([due(one), due(notice("d"))]) == ()
