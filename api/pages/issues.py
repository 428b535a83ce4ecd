"""议题: the list, filtered and ordered, with how each has grown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from api.issue_queries import IssueFilter, IssueOrder, list_issues, sparklines
from api.issues import Issue
from api.names import STATUS
from api.pages.desk import Desk
from api.pages.listing import Asked, build_list
from api.pages.times import begin_of, end_of
from nlp.series import Series

#: Issues on a page of the list, and days that a sparkline tells of.
ROWS, DAYS = 50, 60
ORDERS: dict[IssueOrder, str] = {"size": "报告最多", "last_seen": "最近活动", "growth": "近七日增长"}


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuesAsked(Asked):
    """What the list's fields say."""

    status: str = ""
    urgent: str = ""
    fresh: str = ""
    order: str = ""

    def filter(self) -> IssueFilter:
        """The same as the store is asked."""
        return IssueFilter(
            status=self.status if self.status in STATUS else None,
            category=self.category or None,
            division=self.division.strip("/ ") or None,
            since=begin_of(self.since),
            born=begin_of(self.since) if self.fresh else None,
            until=end_of(self.until),
            text=self.text.strip() or None,
            urgent=True if self.urgent else None,
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of issues with their sparklines, which all end on the same day."""

    issues: tuple[Issue, ...]
    next: str | None
    sparks: dict[str, Series]
    last: datetime

    def growth(self, issue: str) -> int:
        """Reports of the last seven days less those of the seven before."""
        counts = self.sparks[issue].counts
        return sum(counts[-7:]) - sum(counts[-14:-7])


async def build(desk: Desk) -> None:
    """The page; the address carries what is asked for."""
    asked = IssuesAsked.of_address(desk)
    await build_list(desk, asked, read_issues, form="issues.html", rows="issue_rows.html", orders=ORDERS)


def read_issues(session: Session, asked: IssuesAsked, cursor: str | None) -> Listed:
    """A page of the list; sparklines end today, or where the latest issue listed was last active."""
    now = datetime.now(UTC)
    order: IssueOrder = next((name for name in ORDERS if name == asked.order), "size")
    page = list_issues(session, asked.filter(), order=order, now=now, cursor=cursor, limit=ROWS)
    last = max((i.last_seen for i in page.items if i.last_seen and i.last_seen <= now), default=now)
    last = now if now - last < timedelta(days=DAYS) else last
    sparks = sparklines(session, [i.id for i in page.items], first=last - timedelta(days=DAYS), last=last)
    return Listed(page.items, page.next, sparks, last)
