"""Issues in a period: the largest, the surging, the new, those that came back, and what is late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from api.issues import Exemplar, Issue, read_issues
from api.loop import IN_HAND, Status, is_overdue, is_supervised
from api.queries import below, read_columns
from api.schema import IssueRow, ReportRow, TransitionRow
from api.stats.counts import Record
from api.stats.reports import Seen, inside, midnight, on_days
from nlp.holidays import Calendar
from nlp.series import Series
from nlp.surge import FEWEST, WINDOWS, Verdict, find_all_surges
from nlp.trends import Span, count

#: Reports of an issue shown as examples.
EXEMPLARS = 3


@dataclass(frozen=True, slots=True)
class Activity:
    """An issue in a period: `reports` are keys, oldest first; `previous` how many came in the period before."""

    issue: Issue
    reports: tuple[str, ...]
    previous: int
    exemplars: tuple[Exemplar, ...]

    def to_json(self) -> dict[str, Any]:
        """The public object: the issue's, with its figures in the period."""
        return self.issue.to_json() | {
            "division": self.issue.division,
            "reports_in_period": list(self.reports),
            "previous": self.previous,
            "exemplars": [exemplar.to_json() for exemplar in self.exemplars],
        }


@dataclass(frozen=True, slots=True)
class Rising:
    """A surge that goes on in a period: of an issue, or of a category (`key`)."""

    key: str
    verdict: Verdict
    last: date

    def to_json(self) -> dict[str, Any]:
        """The public object; `found` is the day on which the surge was first told from chance."""
        verdict = self.verdict
        return {
            "key": self.key,
            "found": verdict.day.isoformat(),
            "since": verdict.start.isoformat(),
            "reports": verdict.count,
            "expected": round(verdict.expected, 2),
            "tail": verdict.tail,
            "last": self.last.isoformat(),
        }


def rising(series: Mapping[str, Series], span: Span, calendar: Calendar) -> tuple[Rising, ...]:
    """The surges that alarmed in a span, the first of each series, the least likely by chance first."""
    now = {key: daily for key, daily in series.items() if count(daily, span)}
    found = [
        Rising(key, surge.found, surge.last)
        for key, surges in zip(now, find_all_surges(list(now.values()), calendar, since=span.start), strict=True)
        if (surge := next((s for s in surges if s.found.day < span.end), None)) is not None
    ]
    return tuple(sorted(found, key=lambda r: (r.verdict.tail, r.key)))


def issue_series(session: Session, record: Record, region: str) -> dict[str, Series]:
    """Daily series over the record of the issues that could surge in its span, counting reports of the region."""
    span = record.span
    recent = Span(span.start - timedelta(days=WINDOWS[-1] - 1), span.end)
    busy = (
        select(ReportRow.issue_id)
        .where(*inside(region, recent))
        .group_by(ReportRow.issue_id)
        .having(func.count() >= FEWEST, func.max(ReportRow.seen_at) >= midnight(span.start))
    )
    query = (
        select(ReportRow.issue_id, ReportRow.day, func.count())
        .where(ReportRow.issue_id.in_(busy), *inside(region), *on_days(Span(record.first, span.end)))
        .group_by(ReportRow.issue_id, ReportRow.day)
        .order_by(ReportRow.issue_id)
    )
    days: dict[str, list[tuple[date, int]]] = {}
    for issue, day, reports in read_columns(session, query):
        days.setdefault(issue, []).append((day, reports))
    return {issue: record.series(found) for issue, found in days.items()}


def largest(session: Session, seen: Seen, *, most: int) -> list[str]:
    """The issues with most of these reports, more than one; ties: the one that is larger in all, then by id."""
    counts = {issue: n for issue, n in Counter(seen.issues).most_common() if n > 1}
    fewest = min(list(counts.values())[:most], default=0)
    sizes = {issue.id: issue.size for issue in read_issues(session, [i for i, n in counts.items() if n >= fewest])}
    return sorted(sizes, key=lambda issue: (-counts[issue], -sizes[issue], issue))[:most]


def activities(session: Session, span: Span, region: str, before: Seen, issues: Sequence[str]) -> dict[str, Activity]:
    """What the issues did in a span, counting reports of the region; `before` are those of the one before."""
    query = select(ReportRow.issue_id, ReportRow.key, ReportRow.headline)
    query = query.where(ReportRow.issue_id.in_(issues), *inside(region, span))
    now: dict[str, list[Exemplar]] = {issue: [] for issue in issues}
    for issue, key, headline in read_columns(session, query.order_by(ReportRow.seen_at, ReportRow.pk)):
        now[issue].append(Exemplar(key, headline))
    then = Counter(before.issues)
    return {
        issue.id: Activity(issue, tuple(e.report for e in now[issue.id]), then[issue.id], _examples(now[issue.id]))
        for issue in read_issues(session, issues)
    }


def new_issues(session: Session, seen: Seen, span: Span) -> list[str]:
    """The issues of these reports, which are those of a span, that have none before it; oldest first."""
    known = (
        select(ReportRow.issue_id)
        .where(ReportRow.issue_id.in_(select(ReportRow.issue_id).where(*inside("", span))))
        .group_by(ReportRow.issue_id)
        .having(func.min(ReportRow.day) < span.start)
    )
    old = {issue for (issue,) in read_columns(session, known)}
    return [issue for issue in dict.fromkeys(seen.issues) if issue not in old]


def moved_to(session: Session, status: Status, span: Span, region: str) -> list[str]:
    """Issues that came to a status in a span: concluded, or reopened; by id."""
    start, end = midnight(span.start), midnight(span.end)
    query = (
        select(TransitionRow.issue)
        .join(IssueRow, IssueRow.id == TransitionRow.issue)
        .where(TransitionRow.after == status, TransitionRow.at >= start, TransitionRow.at < end, *_in_region(region))
        .order_by(TransitionRow.issue)
    )
    return list(session.scalars(query.distinct()))


def in_hand(session: Session, region: str) -> int:
    """How many issues are assigned or handled now."""
    query = select(func.count()).select_from(IssueRow).where(IssueRow.status.in_(IN_HAND), *_in_region(region))
    return session.scalar(query) or 0


def late(session: Session, now: datetime, region: str, *, supervised: bool = False) -> list[Issue]:
    """The issues that are overdue, or supervised, at a moment; the longest overdue first."""
    condition = is_supervised(now) if supervised else is_overdue(now)
    query = select(IssueRow.id).where(condition, IssueRow.size > 0, *_in_region(region))
    found = {issue.id: issue for issue in read_issues(session, list(session.scalars(query)))}
    return sorted(found.values(), key=lambda i: (i.due_at or now, i.id))


def _in_region(region: str) -> list[ColumnElement[bool]]:
    return [below(IssueRow.division, region, "/")] if region else []


def _examples(reports: Iterable[Exemplar]) -> tuple[Exemplar, ...]:
    """The first of each headline, up to EXEMPLARS."""
    different: dict[str, Exemplar] = {}
    for exemplar in reports:
        different.setdefault(exemplar.headline, exemplar)
    return tuple(islice(different.values(), EXEMPLARS))
