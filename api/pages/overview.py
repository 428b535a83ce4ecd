"""概览: what came in, where, about what; what grows; what cannot wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.http.auth import TRIAGE
from api.issue_queries import IssueFilter, list_issues, sparklines
from api.issues import Issue
from api.pages.charts import bars
from api.pages.desk import Desk
from api.pages.panel import Panel, Told
from api.pages.times import day_of
from api.queries import ReportFilter, count_reports, search_reports
from api.schema import IssueRow, ReportRow
from api.statistics import Count, count_by
from api.stats.reports import midnight
from api.stored import Stored
from corpora import top
from corpora.importers.dates import SHANGHAI
from nlp.series import Series

#: Days shown in charts.
DAYS = 30


@dataclass(frozen=True, slots=True)
class Row:
    """A category or region: reports of the day, of the day before, and of the seven days up to it."""

    key: str
    today: int
    before: int
    week: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that the page shows of one day."""

    day: date
    today: int
    before: int
    week_ago: int
    last_day: date | None
    unsure: int
    urgent: int
    fresh: int
    days: tuple[date, ...]
    counts: tuple[int, ...]
    categories: list[Row]
    regions: list[Row]
    growing: list[Issue]
    sparks: dict[str, Series]
    cases: list[Stored]


async def build(desk: Desk) -> None:
    """The page; `day` in the address goes back in time."""
    asked = day_of(desk.asked("day"))
    found = await desk.read(lambda session: read_overview(session, asked))

    async def go(told: Told) -> None:
        day = day_of(str(told["value"]))
        panel.show(**shown(desk, await desk.read(lambda session: read_overview(session, day))))

    panel = Panel(desk, "overview.html", {"day": go}, **shown(desk, found))


def shown(desk: Desk, found: Overview) -> dict[str, object]:
    """What the template is given."""
    chart = bars([day.isoformat() for day in found.days], found.counts, label=f"近 {DAYS} 天每日报告数")
    return {"o": found, "chart": chart, "week": found.day - timedelta(days=6), "triage": desk.may(TRIAGE)}


def read_overview(session: Session, asked: date | None) -> Overview:
    """The numbers of a day; where none is asked for, of today, or of the last day that has reports."""
    today = datetime.now(SHANGHAI).date()
    last_day = session.scalar(select(func.max(ReportRow.day)).where(ReportRow.day <= today))
    day = asked or (last_day if last_day and (today - last_day).days > DAYS else today)
    first = day - timedelta(days=DAYS - 1)
    counts = count_by(session, ["day", "category", "division"], first=first, last=day)
    by_day = dict.fromkeys((first + timedelta(days=i) for i in range(DAYS)), 0)
    for count in counts:
        if count.day is not None:
            by_day[count.day] += count.reports
    end = midnight(day + timedelta(days=1))
    growing = [i for i in list_issues(session, IssueFilter(), order="growth", now=end, limit=8).items if i.size > 1]
    return Overview(
        day=day,
        today=by_day[day],
        before=by_day[day - timedelta(days=1)],
        week_ago=by_day[day - timedelta(days=7)],
        last_day=last_day,
        unsure=count_reports(session, ReportFilter(decided=False, reviewed=False)),
        urgent=count_reports(session, ReportFilter(urgent=True, reviewed=False)),
        fresh=_fresh(session, end),
        days=tuple(by_day),
        counts=tuple(by_day.values()),
        categories=_rows(counts, day, lambda c: top(c.category or "")),
        regions=_rows(counts, day, lambda c: "/".join((c.division or "").split("/")[:2]))[:12],
        growing=growing,
        sparks=sparklines(session, [i.id for i in growing], first=end - timedelta(days=DAYS), last=end),
        cases=list(search_reports(session, ReportFilter(urgent=True, reviewed=False), order="newest", limit=8).items),
    )


def _rows(counts: list[Count], day: date, key_of: Callable[[Count], str]) -> list[Row]:
    found: dict[str, list[int]] = {}
    for count in counts:
        row = found.setdefault(key_of(count), [0, 0, 0])
        age = (day - (count.day or day)).days
        for place, counts_here in enumerate((age == 0, age == 1, age < 7)):
            row[place] += count.reports if counts_here else 0
    rows = [Row(key, *row) for key, row in found.items() if any(row)]
    return sorted(rows, key=lambda row: (-row.today, -row.week, row.key))


def _fresh(session: Session, end: datetime) -> int:
    """Issues whose first report came on the day before `end`."""
    asked = IssueFilter(born=end - timedelta(days=1), until=end)
    return session.scalar(select(func.count()).select_from(IssueRow).where(*asked.conditions())) or 0
