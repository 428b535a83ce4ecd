"""Why a report is in its issue: kept with it, masked, and still true after people and repairs moved it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from handmade import Told, analysed, put
from sqlalchemy import update

from api.pages.panel import render
from api.pages.reasons import Named, Reason, read_reasons
from api.queries import find_report, find_reports
from api.schema import ReportRow
from api.store import Store
from api.stored import Stored
from nlp import Change, Lineage, Link

LAMP, AGAIN, LID = "阳光花园路灯坏了", "阳光花园路灯坏了，电话13912345678", "污水井盖坏了"


def linked(report: Told, link: Link, *, store: Store) -> None:
    """Store one report with the link as told."""
    with store.writing() as session:
        store.add(session, [analysed(report)], [link])


@pytest.fixture
def town(store: Store) -> Store:
    """Issue a with lamp1, and lamp2 which joined by it; issue b with the lid, which is like a in little."""
    put(store, Told(id="lamp1", issue="a", text=LAMP))
    linked(
        Told(id="lid", issue="b", text=LID),
        Link("b", True, 1, None, 0.0, (), threshold=0.62, other=("a", 0.1)),
        store=store,
    )
    linked(
        Told(id="lamp2", issue="a", text=AGAIN, entities=(("phone", "13912345678", "13912345678"),)),
        Link(
            *("a", False, 2, "lamp1", 0.98765, ("阳光花园路灯坏了", "13912345678")),
            threshold=0.62,
            other=("b", 0.12344),
        ),
        store=store,
    )
    return store


def report(store: Store, key: str) -> Stored:
    with store.reading() as session:
        found = find_report(session, key)
    assert found is not None
    return found


def moved(store: Store, *moves: tuple[str, str], by: str, kind: Any = "moved") -> None:
    with store.writing() as session:
        store.apply(session, Change(moves, (Lineage(kind, "a", "b", len(moves), by=by),)))


def reason(store: Store, key: str) -> Reason | None:
    with store.reading() as session:
        return read_reasons(session, find_reports(session, [key])).get(key)


def test_it_is_kept_as_it_was_told_and_masked(town: Store) -> None:
    told = report(town, "lamp2").to_json()
    assert told["why"] == {
        "issue": "a",
        "report": "lamp1",
        "score": 0.9877,
        "threshold": 0.62,
        "shared": ["阳光花园路灯坏了", "139****5678"],
        "copy_of": None,
        "other": {"issue": "b", "score": 0.1234},
    }
    assert told["moved_by"] is None
    assert report(town, "lamp2").to_json(unmasked=True)["why"] == told["why"]
    opened = report(town, "lid").why
    assert opened is not None
    assert (opened["issue"], opened["report"], opened["other"]) == ("b", None, {"issue": "a", "score": 0.1})
    assert len(json.dumps(told["why"])) < 300


def test_who_moved_it_is_known_until_it_is_back(town: Store) -> None:
    before = report(town, "lamp2")
    moved(town, ("lamp2", "b"), by="li")
    assert (report(town, "lamp2").moved_by, report(town, "lamp2").why) == ("li", before.why)
    moved(town, ("lamp2", "a"), by="wang")
    assert report(town, "lamp2").to_json() == before.to_json()
    moved(town, ("lamp1", "b"), ("lamp2", "b"), by="consolidate", kind="merged_into")
    assert [report(town, key).moved_by for key in ("lamp1", "lamp2", "lid")] == ["consolidate", "consolidate", None]


def test_a_report_that_was_moved_while_it_was_linked_is_where_it_went(store: Store) -> None:
    """The report that ties two issues goes to the one that stays; it is named among those that were moved there."""
    put(store, Told(id="1", issue="a"), Told(id="2", issue="b"))
    change = Change((("2", "a"), ("3", "a")), (Lineage("merged_into", "b", "a", 2),))
    linked(Told(id="3", issue="a"), Link("a", False, 3, "2", 0.9, (), threshold=0.5, change=change), store=store)
    assert [report(store, key).moved_by for key in "123"] == [None, "linker", None]


def test_what_was_stored_before_has_no_reason(town: Store) -> None:
    with town.writing() as session:
        session.execute(update(ReportRow).values(why=None))
    assert report(town, "lamp2").to_json()["why"] is None
    assert reason(town, "lamp2") is None
    opened = reason(town, "lamp1")
    assert opened is not None
    assert opened.opened
    moved(town, ("lamp2", "b"), by="li")
    came = reason(town, "lamp2")
    assert came is not None
    assert (came.moved_by, came.near, came.opened) == ("li", None, False)


def test_a_reason_names_the_neighbour_and_the_nearest_other_issue(town: Store) -> None:
    joined = reason(town, "lamp2")
    assert joined is not None
    assert (joined.near, joined.holds, joined.opened) == (Named("lamp1", "阳光花园路灯坏了", "a"), True, False)
    assert (joined.score, joined.threshold, joined.shared) == (0.9877, 0.62, ("阳光花园路灯坏了",))
    assert joined.other is not None
    assert (joined.other[0].name, joined.other[1]) == ("污水井盖坏了", 0.1234)


def test_a_reason_holds_only_beside_its_neighbour(town: Store) -> None:
    def holds() -> tuple[bool, str | None]:
        found = reason(town, "lamp2")
        assert found is not None
        return found.holds, found.moved_by

    moved(town, ("lamp2", "b"), by="li")
    assert holds() == (False, "li")
    moved(town, ("lamp1", "b"), by="consolidate", kind="merged_into")
    assert holds() == (True, "li")
    moved(town, ("lamp2", "a"), by="li")
    assert holds() == (False, None)


def said(store: Store, key: str) -> tuple[str, str]:
    """What the issue's page says beside a report, and below it once it is opened; without tags."""
    with store.reading() as session:
        reports = find_reports(session, [key])
        reasons = read_reasons(session, reports)
    html = render("issue_members.html", page={"items": reports, "next": None}, reasons=reasons, first=True)
    beside, below = re.findall(
        r'<span class="dim">(?!20)(.*?)</span></summary>|<p class="dim">(.*?)</p>', html, re.DOTALL
    )
    return _plain(beside[0]), _plain(below[1])


def _plain(html: str) -> str:
    return re.sub(r"<[^>]*>|\n", "", html)


def test_the_page_says_why(town: Store) -> None:
    assert said(town, "lamp1") == ("由它立题", "到来时没有足够相似的议题，自成一题。")
    assert said(town, "lid") == (
        "由它立题",
        "到来时没有足够相似的议题，自成一题。最近的另一议题：阳光花园路灯坏了（分数 0.10）。",
    )
    assert said(town, "lamp2") == (
        "因与《阳光花园路灯坏了》相似 0.99「阳光花园路灯坏了」",
        "因为与《阳光花园路灯坏了》相似（分数 0.99，阈值 0.62），共有：「阳光花园路灯坏了」。"
        "最近的另一议题：污水井盖坏了（分数 0.12）。",
    )


def test_the_page_says_who_moved_it_where_its_reason_holds_no_more(town: Store) -> None:
    moved(town, ("lamp2", "b"), by="li")
    assert said(town, "lamp2") == (
        "由人工移入（li）",
        "到来时与《阳光花园路灯坏了》相似（分数 0.99，阈值 0.62），共有：「阳光花园路灯坏了」；该报告现在另一议题。"
        "最近的另一议题：本议题（分数 0.12）。后由人工移入（li）。",
    )
    moved(town, ("lamp1", "b"), by="consolidate", kind="merged_into")
    assert said(town, "lamp1")[0] == "由系统整理移入"
    assert said(town, "lamp2")[0] == "因与《阳光花园路灯坏了》相似 0.99「阳光花园路灯坏了」；由人工移入（li）"


def test_the_page_says_that_the_neighbour_left_and_that_it_is_a_copy(town: Store) -> None:
    link = Link("a", False, 3, "lamp2", 1.0, (), threshold=0.62, copy_of="lamp1")
    linked(Told(id="lamp3", issue="a", text=LAMP), link, store=town)
    assert said(town, "lamp3")[1].endswith("相似（分数 1.00，阈值 0.62）。与lamp1文字相同。")
    moved(town, ("lamp2", "b"), by="li")
    assert said(town, "lamp3")[0] == "到来时与《阳光花园路灯坏了，电话139****5678》相似 1.00，该报告已移出"


def test_the_command_says_why(minqing: Callable[..., Any], town: Store, store_url: str) -> None:
    ran = minqing("issues", "why", "lamp2", "--store", store_url)
    assert json.loads(ran.out) == {
        "report": "lamp2",
        "issue": "a",
        "moved_by": None,
        "why": report(town, "lamp2").why,
    }
    assert minqing("issues", "why", "nothing", "--store", store_url).code == 2
