"""Finding what is stored: every filter and order, pages that miss and repeat nothing, and words that stay hidden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from handmade import Told, at, put
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.errors import UsageError
from api.issue_queries import IssueFilter, IssueOrder, exemplars, list_issues, members, sparklines, timeline
from api.paging import Page, all_items
from api.queries import ReportFilter, ReportOrder, count_reports, find_report, find_reports, search_reports
from api.schema import ReportRow
from api.similar import SimilarReports
from api.statistics import Count, count_by
from api.store import Store

BOARD = (
    Told(id="1", issue="a", text="路灯坏了100%", category="service.transport", division="江城市/东湖区",
         received="2026-03-01T09:00:00"),
    Told(id="2", issue="a", text="路灯 BROKEN", category="service.transport", division="江城市/西湖区",
         received="2026-03-02T23:30:00", decided=False),
    Told(id="3", issue="b", text="刷单被骗，电话13912345678", category="fraud.brushing", division="江城市",
         received="2026-03-03T00:30:00", urgent=("stop_payment",), entities=(("phone", "13912345678", "13912345678"),)),
    Told(id="4", issue="c", text="冒充客服", category="fraud.impersonation", division="江城市东/东湖区",
         received="2026-03-03T00:30:00", decided=False),
    Told(id="5", issue="c", text="再次冒充客服", category="fraud.impersonation", received=None, source="hotline"),
)  # fmt: skip


@pytest.fixture
def board(store: Store) -> Store:
    put(store, *BOARD)
    return store


def ids(page: Page[Any]) -> list[str]:
    return [item.report.id for item in page.items]


def every(read: Callable[[str | None], Page[Any]]) -> list[str]:
    return [getattr(item, "report", item).id for item in all_items(read)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (ReportFilter(), "54321"),
        (ReportFilter(category="fraud"), "543"),
        (ReportFilter(category="fraud.impersonation"), "54"),
        (ReportFilter(category="frau"), ""),
        (ReportFilter(division="江城市"), "321"),
        (ReportFilter(division="江城市/东湖区"), "1"),
        (ReportFilter(since=at("2026-03-02T23:30:00"), until=at("2026-03-03T00:30:00")), "2"),
        (ReportFilter(issue="c"), "54"),
        (ReportFilter(decided=False), "42"),
        (ReportFilter(urgent=True), "3"),
        (ReportFilter(reviewed=True), ""),
        (ReportFilter(text="路灯"), "21"),
        (ReportFilter(text="broken"), "2"),
        (ReportFilter(text="0%"), "1"),
        (ReportFilter(text="路_"), ""),
        (ReportFilter(text="客服", category="fraud", decided=True), "5"),
    ],
)
def test_reports_are_found_by_what_is_asked(board: Store, asked: ReportFilter, found: str) -> None:
    with board.reading() as session:
        assert ids(search_reports(session, asked)) == list(found)
        assert count_reports(session, asked) == len(found)


def test_hidden_words_are_found_only_by_who_may_see_them(board: Store) -> None:
    phone = ReportFilter(text="13912345678")
    with board.reading() as session:
        assert ids(search_reports(session, phone)) == []
        assert ids(search_reports(session, ReportFilter(text="139****5678"))) == []
        assert ids(search_reports(session, phone, unmasked=True)) == ["3"]
        found = find_report(session, "3")
    assert found is not None
    assert found.to_json()["text"] == "刷单被骗，电话139****5678"
    assert found.to_json()["entities"][0]["value"] == "139****5678"
    assert found.to_json(unmasked=True)["text"].endswith("13912345678")


def test_a_stored_report_is_the_object_of_tag_and_more(board: Store) -> None:
    with board.reading() as session:
        found = find_report(session, "hotline/5")
        assert find_report(session, "5") is None
        assert [f.report.id for f in find_reports(session, ["3", "9", "1"])] == ["3", "1"]
    assert found is not None
    shown = found.to_json()
    assert list(shown)[:10] == [
        *("id", "text", "primary", "categories", "decided", "evidence", "entities", "urgent", "route", "versions")
    ]
    assert (shown["issue"], shown["source"], shown["received_at"]) == ("c", "hotline", None)


@pytest.mark.parametrize("order", ["newest", "least-sure", "urgent"])
@pytest.mark.parametrize("limit", [1, 2, 5])
def test_pages_of_reports_miss_and_repeat_nothing(board: Store, order: ReportOrder, limit: int) -> None:
    with board.writing() as session:
        for pk, score in ((1, 0.5), (2, 0.1), (3, 0.5), (4, 1.0), (5, 0.30000000000000004)):
            session.get_one(ReportRow, pk).score = score
    expected = {"newest": "54321", "least-sure": "25134", "urgent": "35421"}[order]
    with board.reading() as session:
        found = every(lambda cursor: search_reports(session, ReportFilter(), order=order, cursor=cursor, limit=limit))
        words = every(
            lambda cursor: search_reports(session, ReportFilter(text="了"), order=order, cursor=cursor, limit=limit)
        )
    assert found == list(expected)
    assert words == ["1"]


def test_a_page_begins_behind_the_last_whatever_comes_in_between(board: Store) -> None:
    with board.reading() as session:
        first = search_reports(session, ReportFilter(), limit=2)
    put(board, Told(id="6", issue="d", received="2026-04-01T00:00:00"))
    with board.reading() as session:
        assert ids(first) == ["5", "4"]
        assert ids(search_reports(session, ReportFilter(), limit=2, cursor=first.next)) == ["3", "2"]


@pytest.mark.parametrize("cursor", ["", "x", "e30", "W10", "bnVsbA", "WzEsMl0", "é", "A" * 5000])
def test_a_cursor_that_is_none_is_refused(board: Store, cursor: str) -> None:
    with board.reading() as session, pytest.raises(UsageError, match="start again without it"):
        search_reports(session, ReportFilter(), cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1, 501])
def test_a_limit_has_bounds(board: Store, limit: int) -> None:
    with board.reading() as session, pytest.raises(UsageError, match="is not 1 to 500"):
        search_reports(session, ReportFilter(), limit=limit)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (IssueFilter(), "cab"),
        (IssueFilter(status="new"), "cab"),
        (IssueFilter(status="handling"), ""),
        (IssueFilter(category="fraud"), "cb"),
        (IssueFilter(division="江城市"), "ab"),
        (IssueFilter(since=at("2026-03-03T00:00:00"), until=at("2026-03-03T12:00:00")), "cb"),
        (IssueFilter(until=at("2026-03-02T00:00:00")), "a"),
        (IssueFilter(text="客服"), "c"),
        (IssueFilter(urgent=True), "b"),
    ],
)
def test_issues_are_found_by_what_is_asked(board: Store, asked: IssueFilter, found: str) -> None:
    with board.reading() as session:
        assert [issue.id for issue in list_issues(session, asked).items] == list(found)


@pytest.mark.parametrize(("order", "found"), [("size", "cab"), ("last_seen", "cba"), ("growth", "abc")])
def test_pages_of_issues_miss_and_repeat_nothing(board: Store, order: IssueOrder, found: str) -> None:
    put(board, Told(id="7", issue="c", received="2026-02-25T00:00:00"), Told(id="8", issue="c", received=None))
    now = at("2026-03-05T00:00:00")
    with board.reading() as session:
        assert every(lambda c: list_issues(session, IssueFilter(), order=order, now=now, cursor=c, limit=1)) == list(
            found
        )


def test_growth_needs_a_time(board: Store) -> None:
    with board.reading() as session, pytest.raises(ValueError, match="give now"):
        list_issues(session, IssueFilter(), order="growth")


def test_an_issue_has_members_and_a_time_line_with_its_zeros(board: Store) -> None:
    put(board, Told(id="6", issue="a", received="2026-03-05T01:00:00"))
    with board.reading() as session:
        assert every(lambda cursor: members(session, "a", cursor=cursor, limit=1)) == ["1", "2", "6"]
        days = timeline(session, "a")
        weeks = timeline(session, "a", period="week")
        assert timeline(session, "nothing") is None
        lines = sparklines(session, ["a", "x"], first=at("2026-03-02T00:00:00"), last=at("2026-03-05T00:00:00"))
    assert days is not None
    assert (days.day(0), days.counts) == (date(2026, 3, 1), (1, 1, 0, 0, 1))
    assert weeks is not None
    assert (weeks.day(0), weeks.counts) == (date(2026, 2, 23), (1, 2))
    assert {issue: line.counts for issue, line in lines.items()} == {"a": (1, 0, 0, 1), "x": (0, 0, 0, 0)}


def test_counts_are_by_local_day_category_and_division(board: Store) -> None:
    with board.reading() as session:
        by_day = count_by(session, ["day"], last=date(2026, 3, 3))
        by_category = count_by(session, ["category"], category="fraud", first=date(2026, 3, 1), last=date(2026, 3, 3))
        by_both = count_by(session, ["division", "category"], division="江城市", last=date(2026, 3, 2))
        (total,) = count_by(session, [])
    assert [(c.day, c.reports) for c in by_day] == [(date(2026, 3, day), n) for day, n in ((1, 1), (2, 1), (3, 2))]
    assert by_category == [Count(1, category="fraud.brushing"), Count(1, category="fraud.impersonation")]
    assert [(c.division, c.category, c.reports) for c in by_both] == [
        ("江城市/东湖区", "service.transport", 1),
        ("江城市/西湖区", "service.transport", 1),
    ]
    assert total == Count(5)


def test_an_issue_is_told_by_its_most_typical_member_and_by_others(store: Store) -> None:
    texts = ("路灯不亮", "路灯不亮", "张三：路灯全灭", "灯杆歪了")
    vectors = ([1, 0, 0, 0], [1, 0, 0, 0], [0.8, 0.6, 0, 0], [0.8, -0.6, 0, 0])
    people = {"张三：路灯全灭": (("person", "张三", None),)}
    put(store, *(Told(id=str(n), issue="a", text=t, entities=people.get(t, ())) for n, t in enumerate(texts)))
    with store.writing() as session:
        for row, vector in zip(session.scalars(select(ReportRow).order_by(ReportRow.pk)), vectors, strict=True):
            row.vector = np.array(vector, "<f4").tobytes()
    with store.reading() as session:
        told = [(one.report, one.headline) for one in exemplars(session, "a")]
        assert exemplars(session, "b") == []
    assert told[0] == ("0", "路灯不亮")
    assert set(told[1:]) == {("2", "张*：路灯全灭"), ("3", "灯杆歪了")}


def test_the_nearest_reports_are_found_as_they_come(board: Store) -> None:
    def turn(session: Session, pk: int, vector: list[float]) -> None:
        session.get_one(ReportRow, pk).vector = np.array(vector, "<f4").tobytes()

    with board.writing() as session:
        vectors: list[list[float]] = [[1, 0, 0, 0], [0, 1, 0, 0], [0.8, 0.6, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
        for pk, vector in enumerate(vectors, 1):
            turn(session, pk, vector)
    similar = SimilarReports()
    with board.reading() as session:
        one = find_report(session, "1")
        assert one is not None
        found = similar.similar_to(session, one, 2)
    assert (found[0][0].report.id, round(found[0][1], 2)) == ("3", 0.8)
    put(board, replace(BOARD[0], id="6"))
    with board.writing() as session:
        turn(session, 6, [0.96, 0.28, 0, 0])
    with board.reading() as session:
        assert [near.report.id for near, _ in similar.similar_to(session, one, 2)] == ["6", "3"]
