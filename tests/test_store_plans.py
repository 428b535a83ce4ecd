"""Listing stays an indexed query however much is stored: no page sorts or reads through a whole table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any

import pytest
from handmade import Told, at, put
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from api.events import events_after
from api.issue_queries import IssueFilter, lineage, list_issues, members, timeline
from api.queries import ReportFilter, find_report, search_reports
from api.statistics import count_by
from api.stats.fraud import fraud_by_manner
from api.stats.issues import new_issues
from api.stats.reports import Seen, read_seen
from api.store import Store
from nlp.trends import Span

TRIAGE = ReportFilter(reviewed=False, decided=False)

QUERIES: dict[str, Callable[[Session], Any]] = {
    "report_seen": lambda s: search_reports(s, ReportFilter()),
    "report_category_seen": lambda s: search_reports(s, ReportFilter(category="fraud.brushing")),
    "report_queue": lambda s: search_reports(s, TRIAGE, order="least-sure"),
    "report_urgent": lambda s: search_reports(s, ReportFilter(reviewed=False), order="urgent"),
    "report_unreviewed": lambda s: search_reports(s, ReportFilter(reviewed=False)),
    "issue_size": lambda s: list_issues(s, IssueFilter()),
    "issue_category_size": lambda s: list_issues(s, IssueFilter(category="fraud.brushing")),
    "issue_active": lambda s: list_issues(s, IssueFilter(), order="last_seen"),
    "report_issue": lambda s: members(s, "i7"),
    "report_day": lambda s: count_by(s, ["day", "category"], first=date(2026, 3, 1), last=date(2026, 3, 7)),
}
OTHERS: dict[str, Callable[[Session], Any]] = {
    "a key": lambda s: find_report(s, "1"),
    "a time line": lambda s: timeline(s, "i7"),
    "a history": lambda s: lineage(s, "i7"),
    "events": lambda s: events_after(s, 3),
    "growth": lambda s: list_issues(s, IssueFilter(), order="growth", now=at("2026-03-09T00:00:00")),
}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """100,000 reports as far as the planner knows: it decides by the shape of the tables, and by their statistics."""
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('plans')}/store.db")
    put(store, *(Told(id=str(n), issue=f"i{n % 40}", category="fraud.brushing") for n in range(100)))
    with store.writing() as session:
        session.execute(text("ANALYZE"))
        session.execute(
            text(
                "UPDATE sqlite_stat1 SET stat = CASE tbl WHEN 'report' THEN '100000 40 1 1' WHEN 'issue'"
                " THEN '60000 50 1' ELSE stat END WHERE tbl IN ('report', 'issue') AND idx IS NOT NULL"
            )
        )
    store.close()
    yield store
    store.close()


def plan(store: Store, read: Callable[[Session], Any]) -> list[str]:
    """The steps of every query that `read` sends."""
    steps: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, *_: object) -> None:
        steps.extend(row[3] for row in cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        with store.reading() as session:
            read(session)
    finally:
        event.remove(Engine, "before_cursor_execute", explain)
    return steps


def reads_all(steps: list[str]) -> list[str]:
    """Steps that read a whole table, or sort what they found."""
    return [s for s in steps if (s.startswith("SCAN") and "INDEX" not in s and "subquery" not in s) or "B-TREE" in s]


@pytest.mark.parametrize("index", QUERIES)
def test_a_page_is_read_from_its_index(full: Store, index: str) -> None:
    steps = plan(full, QUERIES[index])
    assert any(f"INDEX {index} " in f"{step} " for step in steps), steps
    if index != "report_day":  # groups of two tables are added up, a row each
        assert not reads_all(steps), steps


@pytest.mark.parametrize("read", OTHERS.values(), ids=OTHERS)
def test_the_rest_reads_no_table_through(full: Store, read: Callable[[Session], Any]) -> None:
    steps = plan(full, read)
    assert steps
    assert not [step for step in steps if step.startswith("SCAN report") and "INDEX" not in step], steps


def test_the_second_page_begins_in_the_index(full: Store) -> None:
    with full.reading() as session:
        cursor = list_issues(session, IssueFilter(), limit=5).next
        newest = search_reports(session, ReportFilter(), limit=5).next
    steps = plan(full, lambda s: list_issues(s, IssueFilter(), cursor=cursor))
    assert any(step.startswith("SEARCH issue USING INDEX issue_size") for step in steps), steps
    steps = plan(full, lambda s: search_reports(s, ReportFilter(), cursor=newest))
    assert any(step.startswith("SEARCH report USING INDEX report_seen") for step in steps), steps


def test_a_period_fetches_no_reports_row_for_its_counts_and_keys(full: Store) -> None:
    march = Span(date(2026, 3, 1), date(2026, 4, 1))
    for read in (read_seen, fraud_by_manner):
        steps = plan(full, partial(read, span=march, region=""))
        assert all("COVERING INDEX report_seen" in step for step in steps), steps
    steps = plan(full, lambda s: new_issues(s, Seen(), march))
    assert all("COVERING INDEX" in step for step in steps if " report " in step), steps
