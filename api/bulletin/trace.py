"""The keys of the reports that figures rest on, read at once and handed out by what each figure counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from api.bulletin.document import Source
from api.bulletin.words import BEFORE, THIS, category, day, division
from api.queries import read_columns
from api.schema import ReportRow
from api.stats import Rising, Stats
from api.stats.counts import inside
from corpora import top
from nlp.trends import Span, span_before, span_last_year


@dataclass(slots=True)
class Trace:
    """Finds the sources of figures; `made` reads them.

    periods: reports of the region in the period, the one before and last year's; categories: rows of the period and of
    surges that reach into it, by category (of level 1 too), oldest first; divisions: reports of the period, one level
    inside the region; belonging: rows of all reports of the issues told of, wherever from, each with its place in time.
    """

    stats: Stats
    periods: list[Source] = field(default_factory=list)
    categories: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    divisions: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    belonging: dict[str, list[tuple[int, Any]]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def made(cls, session: Session, stats: Stats) -> Trace:
        """Read what the figures rest on."""
        trace = cls(stats)
        trace._read_days(session)
        trace._read_members(session)
        return trace

    def period(self, *, also_before: bool = False) -> tuple[Source, ...]:
        """The reports of the period, of the one before and of last year's."""
        told = self.periods if also_before else self.periods[:1]
        return tuple(source for source in told if source.reports)

    def category(self, category_id: str) -> tuple[Source, ...]:
        """The period's reports of a category with all below it."""
        keys = _between(self.categories[category_id], self.stats.span)
        return _some(f"{THIS[self.stats.unit]}“{category(category_id)}”报告", keys)

    def division(self, path: str) -> tuple[Source, ...]:
        """The period's reports of a division; of the region itself, those that are known no deeper."""
        name = division(path, within=self.stats.region)
        return _some(f"{THIS[self.stats.unit]}“{name}”报告", self.divisions[path])

    def issue(self, issue: str) -> tuple[Source, ...]:
        """The period's reports of an issue."""
        return _some(f"{THIS[self.stats.unit]}议题 {issue} 的报告", self.stats.issues[issue].reports)

    def surge(self, rising: Rising) -> tuple[Source, ...]:
        """The reports of the window in which a surge of an issue or a category was found."""
        verdict, region = rising.verdict, self.stats.region
        if rising.key in self.stats.issues:
            what = f"议题 {rising.key}"
            rows = [row for _, row in self.belonging[rising.key] if _lies_in(row.division, region)]
        else:
            what, rows = f"“{category(rising.key)}”", self.categories[rising.key]
        keys = _between(rows, Span(verdict.start, verdict.day + timedelta(days=1)))
        return _some(f"{what} {day(verdict.start)}至{day(verdict.day)}的报告", keys)

    def members(self, issues: Iterable[str], what: str) -> tuple[Source, ...]:
        """All reports of these issues."""
        found = sorted((place, row.key) for issue in issues for place, row in self.belonging[issue])
        return _some(what, (key for _, key in found))

    def reports(self, what: str, keys: Iterable[str]) -> tuple[Source, ...]:
        """These reports."""
        return _some(what, keys)

    def report(self, key: str) -> tuple[Source, ...]:
        """This report."""
        return (Source("报告", (key,)),)

    def _read_days(self, session: Session) -> None:
        stats, unit, span, region = self.stats, self.stats.unit, self.stats.span, self.stats.region
        first = min([span.start, *(rising.verdict.start for rising in stats.surging_categories)])
        query = select(ReportRow.key, ReportRow.day, ReportRow.category, ReportRow.division)
        depth, period = region.count("/") + 2 if region else 1, []
        for row in read_columns(session, _ordered(query.where(*inside(region, Span(first, span.end))))):
            key, local, category_id, path = row
            self.categories[category_id].append(row)
            if (broad := top(category_id)) != category_id:
                self.categories[broad].append(row)
            if local >= span.start:
                period.append(key)
                self.divisions["/".join(path.split("/")[:depth])].append(key)
        self.periods.append(Source(f"{THIS[unit]}报告", tuple(period)))
        for name, then in ((BEFORE[unit], span_before(unit, span)), ("去年同期", span_last_year(unit, span))):
            if then is not None:
                keys = read_columns(session, _ordered(select(ReportRow.key).where(*inside(region, then))))
                self.periods.append(Source(f"{name}报告", tuple(key for (key,) in keys)))

    def _read_members(self, session: Session) -> None:
        stats = self.stats
        late = (issue.id for issue in (*stats.overdue, *stats.supervised))
        others = {*late, *stats.concluded, *stats.returned}
        told_of = [ReportRow.issue_id.in_(select(ReportRow.issue_id).where(*inside(stats.region, stats.span)))]
        if others:
            told_of.append(ReportRow.issue_id.in_(others))
        query = select(ReportRow.issue_id, ReportRow.key, ReportRow.day, ReportRow.division).where(or_(*told_of))
        for place, row in enumerate(read_columns(session, _ordered(query))):
            self.belonging[row.issue_id].append((place, row))


def _ordered(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return query.order_by(ReportRow.seen_at, ReportRow.pk)


def _between(rows: Iterable[Any], span: Span) -> tuple[str, ...]:
    return tuple(row.key for row in rows if span.start <= row.day < span.end)


def _lies_in(path: str, region: str) -> bool:
    return not region or path == region or path.startswith(f"{region}/")


def _some(what: str, reports: Iterable[str]) -> tuple[Source, ...]:
    keys = tuple(reports)
    return (Source(what, keys),) if keys else ()
