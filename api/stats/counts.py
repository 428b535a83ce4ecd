"""Counts of reports, with what they are held against: the period before, last year's, and a quiet past."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api.queries import below
from api.schema import ReportRow
from api.statistics import Count, Dimension, count_by
from corpora import top
from nlp.baseline import Baseline, fit_baseline, kinds_of
from nlp.holidays import Calendar
from nlp.series import SHANGHAI, Period, Series, begin, count_series
from nlp.surge import PAST, WINDOWS
from nlp.trends import Change, Span, Unit, change, span_before, span_last_year

#: After so many days without a single report a record begins anew: what lies before says nothing of what is usual.
GAP = 28
#: Days before a period that are looked at: last year's, and the past that a surge is judged by.
REACH = PAST[1] + WINDOWS[-1] + 31


@dataclass(frozen=True, slots=True)
class Figure:
    """How many reports, and how that changed; `key` is a category, a division, or "" for all."""

    key: str
    previous: Change
    last_year: Change

    @property
    def reports(self) -> int:
        return self.previous.now

    def to_json(self) -> dict[str, Any]:
        """The public object."""
        return {
            "key": self.key,
            "reports": self.reports,
            "previous": _change_json(self.previous),
            "last_year": _change_json(self.last_year),
        }


@dataclass(frozen=True, slots=True)
class Record:
    """What is counted in a region up to the end of a period: from its first day on, daily."""

    span: Span
    unit: Unit
    first: date
    daily: Series
    baseline: Baseline
    calendar: Calendar

    def series(self, days: Iterable[tuple[date, int]]) -> Series:
        """A daily series over the record."""
        counts = [0] * len(self.daily.counts)
        for day, reports in days:
            if self.first <= day < self.span.end:
                counts[(day - self.first).days] += reports
        return Series("day", self.daily.start, tuple(counts))

    def figure(self, key: str, daily: Series) -> Figure:
        """The figure of a daily series; every series is corrected by the rhythm of all reports together."""
        before, year = span_before(self.unit, self.span), span_last_year(self.unit, self.span)
        return Figure(
            key,
            change(daily, self.span, before, self.baseline, self.calendar),
            change(daily, self.span, year, self.baseline, self.calendar),
        )


def read_record(session: Session, unit: Unit, span: Span, region: str, calendar: Calendar) -> Record:
    """Read the daily counts of a region ("" is everywhere)."""
    first = _first(session, span)
    counts = np.zeros((span.end - first).days, dtype=np.int_)
    for c in _days(session, ("day",), span, region):
        if c.day is not None and c.day >= first:
            counts[(c.day - first).days] = c.reports
    daily = Series("day", datetime.combine(first, time(), SHANGHAI), tuple(map(int, counts)))
    return Record(span, unit, first, daily, fit_baseline(counts, kinds_of(daily, calendar)), calendar)


def _first(session: Session, span: Span) -> date:
    """The first day on record before the end of a span, in any region."""
    days = [c.day for c in _days(session, ("day",), span, "") if c.day is not None]
    begun = [after for before, after in pairwise(days) if (after - before).days > GAP]
    return min(span.start, begun[-1] if begun else min(days, default=span.start))


def by_category(session: Session, record: Record, region: str) -> dict[str, Series]:
    """Daily series of every category with reports on record; a level-1 id counts all below it."""
    days: dict[str, list[tuple[date, int]]] = {}
    for c in _days(session, ("day", "category"), record.span, region):
        if c.day is not None and c.category is not None:
            for key in dict.fromkeys((top(c.category), c.category)):
                days.setdefault(key, []).append((c.day, c.reports))
    return {key: record.series(found) for key, found in sorted(days.items())}


def by_region(session: Session, record: Record, region: str) -> dict[str, Series]:
    """Daily series of the divisions one level inside a region; what is known no deeper counts under the region."""
    depth = region.count("/") + 2 if region else 1
    days: dict[str, list[tuple[date, int]]] = {}
    for c in _days(session, ("day", "division"), record.span, region):
        if c.day is not None and c.division is not None:
            key = "/".join(c.division.split("/")[:depth])
            days.setdefault(key, []).append((c.day, c.reports))
    return {key: record.series(found) for key, found in sorted(days.items())}


def figures(record: Record, series: dict[str, Series]) -> tuple[Figure, ...]:
    """The figures of those that have reports now or had some before, most first."""
    found = [record.figure(key, daily) for key, daily in series.items()]
    return tuple(sorted((f for f in found if f.reports or f.previous.then), key=lambda f: (-f.reports, f.key)))


def read_trend(
    session: Session,
    *,
    period: Period,
    first: datetime,
    last: datetime,
    region: str = "",
    category: str | None = None,
    issue: str | None = None,
) -> Series:
    """Reports an hour, day or week, from the one that holds `first` to the one that holds `last`; zeros too."""
    start = begin(first, period)
    conditions = [*inside(region), ReportRow.seen_at >= start]
    if category is not None:
        conditions.append(below(ReportRow.category, category, "."))
    if issue is not None:
        conditions.append(ReportRow.issue_id == issue)
    times = session.scalars(select(ReportRow.seen_at).where(*conditions))
    empty = Series(period, start, (0,) * (Series(period, start, ()).index(last) + 1))
    return count_series(((t, "") for t in times), period=period, first=first, last=last).get("", empty)


def inside(region: str, span: Span | None = None) -> list[ColumnElement[bool]]:
    """The conditions on ReportRow: in a region ("" is everywhere), and on the days of a span."""
    conditions: list[ColumnElement[bool]] = []
    if region:
        conditions.append(below(ReportRow.division, region, "/"))
    if span is not None:
        conditions += [ReportRow.day >= span.start, ReportRow.day < span.end]
    return conditions


def _days(session: Session, by: tuple[Dimension, ...], span: Span, region: str) -> list[Count]:
    first, last = span.start - timedelta(days=REACH), span.end - timedelta(days=1)
    return count_by(session, by, first=first, last=last, division=region or None)


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "then": change.then,
        "ratio": _rounded(change.ratio),
        "corrected": _rounded(change.corrected),
        "missing": change.missing,
    }


def _rounded(ratio: float | None) -> float | None:
    return None if ratio is None else round(ratio, 4)
