"""Where a report belongs: its region, what its text tells, and the names known locally."""

from __future__ import annotations

import pytest

from corpora import Report
from nlp import Entity, local_names, locate, read_path
from nlp.places import division_path

LOCAL = local_names({"丽发新城": ("A市", "A2区", "暮云街道"), "丽发": ("A市", "A9区")})


def places(*texts: str, region: str = "") -> list[Entity]:
    return [
        Entity("place", 0, len(text), text, list(path) if (path := division_path(text, region)) else None)
        for text in texts
    ]


@pytest.mark.parametrize(
    ("region", "told", "expected"),
    [
        ("", (), ()),
        ("", ("米兰春天",), ()),
        ("", ("长沙市雨花区",), ("湖南省", "长沙市", "雨花区")),
        ("长沙市", ("雨花区井湾子街道",), ("湖南省", "长沙市", "雨花区", "井湾子街道")),
        ("长沙市", (), ("湖南省", "长沙市")),
        # What the text tells of elsewhere does not move a report out of its region.
        ("长沙市", ("杭州市余杭区",), ("湖南省", "长沙市")),
        # The path that most places lie on, not the one named first.
        ("", ("杭州市", "长沙市", "长沙市岳麓区"), ("湖南省", "长沙市", "岳麓区")),
        ("", ("A市A3区联丰路", "A3区"), ("A市", "A3区")),
        ("城东网格/第三片", ("长沙市",), ("城东网格", "第三片")),
    ],
)
def test_a_report_belongs_where_its_region_and_its_places_lead(
    region: str, told: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert locate(Report("1", "路灯坏了", region=region), places(*told, region=region)) == expected


def test_a_local_name_is_found_in_the_text_and_the_longest_counts() -> None:
    report = Report("1", "丽发新城旁边建搅拌站")
    assert locate(report, []) == ()
    assert locate(report, [], LOCAL) == ("A市", "A2区", "暮云街道")


def test_a_local_name_says_what_a_region_is() -> None:
    assert read_path("丽发新城小区", LOCAL) == ("A市", "A2区", "暮云街道")
    assert read_path("湖南省长沙市", LOCAL) == ("湖南省", "长沙市")
    assert read_path("", LOCAL) == ()
