"""The figures of a day, a week or a month: what bulletins print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.issues import Exemplar, Issue
from api.loop import Status
from api.queries import read_columns
from api.schema import ReportRow
from api.stats.counts import Figure, by_region, figures, read_record, read_trend, spans_told
from api.stats.fraud import Manner, fraud_by_manner
from api.stats.issues import (
    Activity,
    Rising,
    activities,
    in_hand,
    issue_series,
    largest,
    late,
    moved_to,
    new_issues,
    rising,
)
from api.stats.reports import Seen, inside, read_seen
from nlp.holidays import Calendar, default_calendar
from nlp.surge import PAST, WINDOWS
from nlp.trends import Span, Unit, span_before, span_last_year, span_of

__all__ = [
    "Activity",
    "Exemplar",
    "Figure",
    "Manner",
    "Rising",
    "Stats",
    "Unit",
    "Urgent",
    "read_stats",
    "read_trend",
    "span_of",
]

#: Issues named as the largest.
LARGEST = 10


@dataclass(frozen=True, slots=True)
class Urgent:
    """A report that told of something urgent, with its reasons, one masked line, and the office it goes to."""

    report: str
    issue: str
    reasons: tuple[str, ...]
    headline: str
    to: str

    def to_json(self) -> dict[str, Any]:
        """The public object."""
        return {
            "report": self.report,
            "issue": self.issue,
            "reasons": list(self.reasons),
            "headline": self.headline,
            "to": self.to,
        }


@dataclass(frozen=True, slots=True)
class Stats:
    """Everything that is told of a period in a region ("" is everywhere), as known at `now`.

    daily: reports of each day of the period; judged: whether there is past enough to tell surges from chance;
    issues: by id, what those named in `surging`, `largest` and `returned` did; overdue, supervised: as at `now`;
    seen: the reports of the period; seen_before, seen_last_year: of those that it is held against.
    """

    unit: Unit
    span: Span
    region: str
    now: datetime
    total: Figure
    daily: tuple[int, ...]
    categories: tuple[Figure, ...]
    regions: tuple[Figure, ...]
    judged: bool
    surging: tuple[Rising, ...]
    surging_categories: tuple[Rising, ...]
    largest: tuple[str, ...]
    new: tuple[str, ...]
    returned: tuple[str, ...]
    concluded: tuple[str, ...]
    issues: Mapping[str, Activity]
    in_hand: int
    overdue: tuple[Issue, ...]
    supervised: tuple[Issue, ...]
    fraud: tuple[Manner, ...]
    urgent: tuple[Urgent, ...]
    unsure: tuple[str, ...]
    reviewed: int
    seen: Seen
    seen_before: Seen
    seen_last_year: Seen

    def to_json(self) -> dict[str, Any]:
        """The public object; no personal data in it."""
        return {
            "unit": self.unit,
            "start": self.span.start.isoformat(),
            "end": self.span.end.isoformat(),
            "region": self.region,
            "now": self.now.isoformat(),
            "total": self.total.to_json(),
            "daily": list(self.daily),
            "categories": [figure.to_json() for figure in self.categories],
            "regions": [figure.to_json() for figure in self.regions],
            "judged": self.judged,
            "surging": [rising.to_json() for rising in self.surging],
            "surging_categories": [rising.to_json() for rising in self.surging_categories],
            "largest": list(self.largest),
            "new": list(self.new),
            "returned": list(self.returned),
            "concluded": list(self.concluded),
            "issues": {issue: activity.to_json() for issue, activity in self.issues.items()},
            "in_hand": self.in_hand,
            "overdue": [_late_json(issue) for issue in self.overdue],
            "supervised": [_late_json(issue) for issue in self.supervised],
            "fraud": [manner.to_json() for manner in self.fraud],
            "urgent": [urgent.to_json() for urgent in self.urgent],
            "unsure": list(self.unsure),
            "reviewed": self.reviewed,
        }


def read_stats(
    session: Session,
    unit: Unit,
    day: date,
    *,
    now: datetime,
    region: str = "",
    calendar: Calendar | None = None,
    most: int | None = None,
) -> Stats:
    """The figures of the day, week or month that holds a local day, for a division (`省/市`, with all inside it).

    most: of the surging issues, `Stats.issues` holds so many, the clearest; all unless given.
    """
    calendar = calendar or default_calendar()
    span = span_of(unit, day)
    told = {one: read_seen(session, one, region) for one in spans_told(unit, span)}
    seen, before, year = told[span], told[span_before(unit, span)], span_last_year(unit, span)
    record = read_record(session, unit, span, region, calendar)
    by_issue = issue_series(session, record, region)
    # Issues and categories are judged together, which takes no longer than issues alone.
    surges = rising({**by_issue, **record.categories}, span, calendar)
    surging = tuple(surge for surge in surges if surge.key in by_issue)
    large = largest(session, seen, most=LARGEST)
    returned = moved_to(session, Status.REOPENED, span, region)
    named = dict.fromkeys([*(rise.key for rise in surging[:most]), *large, *returned])
    unsure, reviewed = _unsure(session, span, region)
    return Stats(
        unit=unit,
        span=span,
        region=region,
        now=now,
        total=record.figures({"": record.daily})[0],
        daily=record.daily.counts[-span.days :],
        categories=figures(record, record.categories),
        regions=figures(record, by_region(session, record, region, told)),
        judged=len(record.daily.counts) >= PAST[0] + WINDOWS[-1],
        surging=surging,
        surging_categories=tuple(surge for surge in surges if surge.key in record.categories),
        largest=tuple(large),
        new=tuple(new_issues(session, seen, span)),
        returned=tuple(returned),
        concluded=tuple(moved_to(session, Status.CONCLUDED, span, region)),
        issues=activities(session, span, region, before, list(named)),
        in_hand=in_hand(session, region),
        overdue=tuple(late(session, now, region)),
        supervised=tuple(late(session, now, region, supervised=True)),
        fraud=fraud_by_manner(session, span, region),
        urgent=_urgent(session, span, region),
        unsure=unsure,
        reviewed=reviewed,
        seen=seen,
        seen_before=before,
        seen_last_year=told[year] if year else Seen(),
    )


def _urgent(session: Session, span: Span, region: str) -> tuple[Urgent, ...]:
    reasons, to = ReportRow.analysis["urgent"], ReportRow.analysis[("route", "to")].as_string()
    query = (
        select(ReportRow.key, ReportRow.issue_id, reasons, ReportRow.headline, to)
        .where(ReportRow.urgent, *inside(region, span))
        .order_by(ReportRow.seen_at, ReportRow.pk)
    )
    return tuple(
        Urgent(key, issue, tuple(one["reason"] for one in reasons), headline, to)
        for key, issue, reasons, headline, to in read_columns(session, query)
    )


def _unsure(session: Session, span: Span, region: str) -> tuple[tuple[str, ...], int]:
    """Reports that the model was unsure of and nobody has looked at, and how many of the unsure were looked at."""
    query = (
        select(ReportRow.key, ReportRow.reviewed)
        .where(~ReportRow.decided, *inside(region, span))
        .order_by(ReportRow.seen_at, ReportRow.pk)
    )
    rows = read_columns(session, query)
    return tuple(key for key, reviewed in rows if not reviewed), sum(reviewed for _, reviewed in rows)


def _late_json(issue: Issue) -> dict[str, Any]:
    due = issue.due_at.isoformat() if issue.due_at else None
    return issue.to_json() | {"office": issue.office, "due_at": due}
