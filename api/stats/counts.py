"""Counts of reports, with what they are held against: the period before, last year's, and a quiet past."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, count, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from api.queries import below, read_columns
from api.schema import ReportRow
from api.statistics import read_groups, read_purged
from api.stats.reports import Seen, inside, midnight, on_days
from corpora import top
from nlp.baseline import Baseline, fit_baseline, kinds_of
from nlp.holidays import Calendar
from nlp.series import Period, Series, begin, count_series
from nlp.surge import PAST, WINDOWS
from nlp.trends import Change, Span, Unit, changes, span_before, span_last_year

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
    """What is counted in a region up to the end of a period: from its first day on, daily, by category too.

    A level-1 category counts all below it.
    """

    span: Span
    unit: Unit
    first: date
    daily: Series
    categories: Mapping[str, Series]
    baseline: Baseline
    calendar: Calendar

    def series(self, days: Iterable[tuple[date, int]]) -> Series:
        """A daily series over the record."""
        counts = [0] * len(self.daily.counts)
        for day, reports in days:
            if self.first <= day < self.span.end:
                counts[(day - self.first).days] += reports
        return Series("day", self.daily.start, tuple(counts))

    def figures(self, series: Mapping[str, Series]) -> list[Figure]:
        """The figures of daily series; every one is corrected by the rhythm of all reports together."""
        before, year = (
            changes(series.values(), self.span, then, self.baseline, self.calendar)
            for then in (span_before(self.unit, self.span), span_last_year(self.unit, self.span))
        )
        return list(map(Figure, series, before, year))


def read_record(session: Session, unit: Unit, span: Span, region: str, calendar: Calendar) -> Record:
    """Read the daily counts of a region ("" is everywhere)."""
    reach, end = span.start - timedelta(days=REACH), span.end - timedelta(days=1)
    stored = _by_day(session, Span(reach, span.end), region)
    purged = read_purged(session, ("day", "category"), first=reach, last=end, division=region or None)
    everywhere = read_groups(session, ("day",), first=reach, last=end) if region else purged
    first = _first(span, {day for day, *_ in everywhere} | stored.keys())
    tables = _tables(stored, purged, Span(first, span.end))
    total = sum(tables.values(), np.zeros((span.end - first).days, np.int_))
    for category in [category for category in tables if top(category) != category]:
        tables[top(category)] = tables.get(top(category), 0) + tables[category]
    start = midnight(first)
    daily, *each = (Series("day", start, tuple(counts.tolist())) for counts in (total, *tables.values()))
    baseline = fit_baseline(total, kinds_of(daily, calendar))
    return Record(span, unit, first, daily, dict(sorted(zip(tables, each, strict=True))), baseline, calendar)


def _by_day(session: Session, span: Span, region: str) -> dict[date, list[str]]:
    """The category of each report of a day."""
    # One row a day: a year has too many groups of day and category to be fetched each in a row of its own.
    query = select(ReportRow.day, func.aggregate_strings(ReportRow.category, ",")).group_by(ReportRow.day)
    found = read_columns(session, query.where(*inside(region), *on_days(span)))
    return {day: categories.split(",") for day, categories in found}


def _tables(
    stored: Mapping[date, Sequence[str]], purged: Iterable[Row[*tuple[Any, ...]]], span: Span
) -> dict[str, NDArray[np.int_]]:
    """The daily counts of a span by category: of each stored report's by day, and rows of day, category and purged."""
    rows: dict[str, int] = defaultdict(count().__next__)
    row = np.fromiter(map(rows.__getitem__, chain.from_iterable(stored.values())), np.int_)
    places = np.array([(day - span.start).days for day in stored], np.int_)
    place = np.repeat(places, [len(categories) for categories in stored.values()])
    more = [(rows[category], (day - span.start).days, reports) for day, category, reports in purged]
    counts = np.zeros((len(rows), span.days), np.int_)
    kept = place >= 0
    np.add.at(counts, (row[kept], place[kept]), 1)
    for at, day, reports in more:
        if day >= 0:
            counts[at, day] += reports
    return dict(zip(rows, counts, strict=True))


def _first(span: Span, days: Set[date]) -> date:
    """The first day on record before the end of a span, of those with reports in any region."""
    ordered = sorted(days)
    begun = [after for before, after in pairwise(ordered) if (after - before).days > GAP]
    return min(span.start, begun[-1] if begun else min(ordered, default=span.start))


def by_region(session: Session, record: Record, region: str, told: Mapping[Span, Seen]) -> dict[str, Series]:
    """Series of the divisions one level inside a region; the reports of a span that is told stand on its first day.

    What is known no deeper counts under the region.
    """
    depth = region.count("/") + 2 if region else 1
    days: dict[str, list[tuple[date, int]]] = {}
    for span, seen in told.items():
        first, last = span.start, span.end - timedelta(days=1)
        purged = read_purged(session, ("division",), first=first, last=last, division=region or None)
        for division, reports in chain(Counter(seen.divisions).items(), purged):
            days.setdefault("/".join(division.split("/")[:depth]), []).append((first, reports))
    return {key: record.series(found) for key, found in sorted(days.items())}


def spans_told(unit: Unit, span: Span) -> list[Span]:
    """The span, the one before it, and last year's, where there is one; no day twice."""
    year = span_last_year(unit, span)
    return [span, span_before(unit, span), *([year] if year else [])]


def figures(record: Record, series: Mapping[str, Series]) -> tuple[Figure, ...]:
    """The figures of those that have reports now or had some before, most first."""
    found = (figure for figure in record.figures(series) if figure.reports or figure.previous.then)
    return tuple(sorted(found, key=lambda f: (-f.reports, f.key)))


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


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "then": change.then,
        "ratio": _rounded(change.ratio),
        "corrected": _rounded(change.corrected),
        "missing": change.missing,
    }


def _rounded(ratio: float | None) -> float | None:
    return None if ratio is None else round(ratio, 4)
