"""Where a report belongs: its region, what its text tells, and the names known locally."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from handmade import Told, at, put

from api.errors import UsageError
from api.issues import read_issues
from api.regions import read_places, remove_place, set_places
from api.store import Store
from corpora import Report
from nlp import Entity, local_names, locate, read_path
from nlp.places import division_path

NOW = at("2026-03-02T10:00:00")
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


def test_a_table_of_names_places_reports_before_and_after(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/regions.db")
    put(store, Told(id="1", issue="i1", text="丽发新城的搅拌站"), Told(id="2", issue="i2", text="阳光花园的路灯"))
    assert divisions(store) == {"1": "", "2": ""}
    with store.writing() as session:
        assert set_places(session, {"丽发新城": "湖南省长沙市雨花区"}, by="王", at=NOW) == 1
    put(store, Told(id="3", issue="i1", text="又是丽发新城", division="湖南省/长沙市"))
    assert divisions(store) == {"1": "湖南省/长沙市/雨花区", "2": "", "3": "湖南省/长沙市/雨花区"}
    with store.reading() as session:
        assert [(p.name, p.division, p.by) for p in read_places(session)] == [
            ("丽发新城", "湖南省/长沙市/雨花区", "王")
        ]
        (issue,) = read_issues(session, ["i1"])
        assert issue.division == "湖南省/长沙市/雨花区"
    with store.writing() as session:
        assert remove_place(session, "丽发新城") == 2
    assert divisions(store)["1"] == ""
    store.close()


@pytest.mark.parametrize(
    ("name", "division", "message"),
    [("城", "长沙市", "'城' has 1 characters; write 2 to 100"), ("阳光花园", " / ", "has no division")],
)
def test_a_name_that_says_nothing_is_refused(tmp_path: Path, name: str, division: str, message: str) -> None:
    store = Store(f"sqlite:///{tmp_path}/regions.db")
    with pytest.raises(UsageError, match=message), store.writing() as session:
        set_places(session, {name: division}, by="王", at=NOW)
    with store.reading() as session:
        assert read_places(session) == []
    store.close()


def test_names_are_kept_by_the_command(minqing: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text("阳光花园,湖南省/长沙市/雨花区\n河西中学,长沙市岳麓区\n", "utf-8-sig")
    assert minqing("regions", "import", "names.csv", "--by", "王").out == "2 names set, 0 reports moved\n"
    assert minqing("regions", "remove", "阳光花园").code == 0
    assert minqing("regions", "set", "梅溪湖", "长沙市岳麓区", "--by", "李").code == 0
    assert minqing("regions", "list").out.splitlines() == [
        "梅溪湖\t湖南省/长沙市/岳麓区\t李",
        "河西中学\t湖南省/长沙市/岳麓区\t王",
    ]
    assert "no local name '阳光花园'" in minqing("regions", "remove", "阳光花园").err
    (tmp_path / "short.csv").write_text("阳光花园\n", "utf-8")
    assert "line 1 has 1 columns" in minqing("regions", "import", "short.csv").err


def divisions(store: Store) -> dict[str, str]:
    with store.reading() as session:
        return {one.report.id: one.division for one in store.reports(session)}
