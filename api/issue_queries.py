"""Issues found in the store, and what belongs to one: members, time line, history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import numpy as np
from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from api.issues import Exemplar, Issue, issue_of
from api.paging import Page, read_page
from api.queries import below
from api.schema import IssueRow, LineageRow, ReportRow
from api.stored import Stored, stored
from api.summaries import voices
from nlp import issue_name
from nlp.series import Period, Series, begin, count_series

IssueOrder = Literal["size", "last_seen", "growth"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFilter:
    """Which issues are asked for; None asks nothing.

    category and division as in ReportFilter; since, until: an issue had reports from `since` on, and the first of them
    before `until`; born: the first of them from then on; text: a piece of its name or place.
    """

    status: str | None = None
    category: str | None = None
    division: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    born: datetime | None = None
    text: str | None = None
    urgent: bool | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same in SQL; issues without members are never asked for."""
        asked: list[ColumnElement[bool]] = [IssueRow.size > 0]
        if self.status is not None:
            asked.append(IssueRow.status == self.status)
        if self.category is not None:
            asked.append(below(IssueRow.category, self.category, "."))
        if self.division is not None:
            asked.append(below(IssueRow.division, self.division, "/"))
        if self.since is not None:
            asked.append(IssueRow.active_at >= self.since)
        if self.until is not None:
            asked.append(or_(IssueRow.first_seen.is_(None), IssueRow.first_seen < self.until))
        if self.born is not None:
            asked.append(IssueRow.first_seen >= self.born)
        if self.text is not None:
            words = (column.icontains(self.text, autoescape=True) for column in (IssueRow.name, IssueRow.place))
            asked.append(or_(*words))
        if self.urgent is not None:
            asked.append(IssueRow.urgent.is_(self.urgent))
        return asked


def list_issues(
    session: Session,
    asked: IssueFilter,
    *,
    order: IssueOrder = "size",
    now: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Issue]:
    """A page of issues: largest first, latest first, or fastest growing first; ties: the one opened last.

    Growth is the reports of the seven days before `now` less those of the seven before them; issues without reports in
    these fourteen days are left out of that order, and `now` is needed for it alone. Raises UsageError for a bad limit
    or cursor, ValueError for growth without `now`.
    """
    query = select(IssueRow).where(*asked.conditions())
    keys: tuple[Any, ...] = (IssueRow.size, IssueRow.opened)
    if order == "last_seen":
        keys = (IssueRow.active_at, IssueRow.opened)
    elif order == "growth":
        if now is None:
            raise ValueError("growth is counted back from a time; give now")
        recent = _growth(now).subquery()
        query = query.join(recent, recent.c.issue_id == IssueRow.id)
        keys = (recent.c.growth, IssueRow.opened)
    return read_page(session, query, keys, make=issue_of, cursor=cursor, limit=limit)


def find_issue(session: Session, issue: str) -> Issue | None:
    """An issue by id; one that was merged away or purged has size 0."""
    row = session.get(IssueRow, issue)
    return None if row is None else issue_of(row)


def exemplars(session: Session, issue: str) -> list[Exemplar]:
    """Up to three members that tell it best, the most typical first; none where it has no members."""
    query = select(ReportRow.key, ReportRow.headline, ReportRow.vector).where(ReportRow.pk.in_(voices()))
    rows = session.execute(query.order_by(ReportRow.pk), {"issues": [issue]}).all()
    if not rows:
        return []
    vectors = np.stack([np.frombuffer(row.vector, "<f4") for row in rows])
    headlines = [row.headline for row in rows]
    copies = [headline in headlines[:at] for at, headline in enumerate(headlines)]
    return [Exemplar(rows[at].key, rows[at].headline) for at in issue_name.exemplars(vectors, copies=copies)]


def members(session: Session, issue: str, *, cursor: str | None = None, limit: int = 50) -> Page[Stored]:
    """The reports of an issue in the order they came."""
    query = select(ReportRow).where(ReportRow.issue_id == issue)
    return read_page(session, query, (ReportRow.pk,), make=stored, ascending=True, cursor=cursor, limit=limit)


def timeline(session: Session, issue: str, *, period: Period = "day") -> Series | None:
    """How many reports an issue got in each period from its first to its last; None where it has none."""
    times = list(session.scalars(select(ReportRow.seen_at).where(ReportRow.issue_id == issue)))
    if not times:
        return None
    series = count_series(((t, issue) for t in times), period=period, first=min(times), last=max(times))
    return series[issue]


def sparklines(
    session: Session, issues: Sequence[str], *, first: datetime, last: datetime, period: Period = "day"
) -> dict[str, Series]:
    """The same for several issues over one span of time; all periods are there, zeros too, for every issue."""
    start = begin(first, period)
    query = select(ReportRow.seen_at, ReportRow.issue_id).where(
        ReportRow.issue_id.in_(issues), ReportRow.seen_at >= start
    )
    found = count_series(session.execute(query), period=period, first=first, last=last)
    empty = Series(period, start, (0,) * (Series(period, start, ()).index(last) + 1))
    return {issue: found.get(issue, empty) for issue in issues}


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened to an issue: `born`, `merged_into`, `split_from`, `moved`; by a person, `linker`, `consolidate`."""

    at: datetime
    kind: str
    issue: str
    other: str | None
    reports: int
    by: str


def lineage(session: Session, issue: str) -> list[Happened]:
    """What happened to an issue, or from it to another, oldest first."""
    query = select(LineageRow).where(or_(LineageRow.issue == issue, LineageRow.other == issue)).order_by(LineageRow.pk)
    return [Happened(r.at, r.kind, r.issue, r.other, r.reports, r.by) for r in session.scalars(query)]


def _growth(now: datetime) -> Any:
    week = now - timedelta(days=7)
    return (
        select(ReportRow.issue_id, func.sum(case((ReportRow.seen_at >= week, 1), else_=-1)).label("growth"))
        .where(ReportRow.seen_at >= week - timedelta(days=7), ReportRow.seen_at < now)
        .group_by(ReportRow.issue_id)
    )
