"""The keys of the reports that figures rest on, read at once and handed out by what each figure counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
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

#: A report's key and local day.
Dated = tuple[str, date]


@dataclass(slots=True)
class Trace:
    """Finds the sources of figures; `made` reads them.

    periods: of the region, in the period, the one before and last year's; categories, issues: those of the period and
    of surges that reach into it, by category (of level 1 too) and by issue, oldest first; divisions: those of the
    period, one level inside the region; belonging: all reports of the issues told of, wherever from, with their place
    in time.
    """

    stats: Stats
    periods: list[Source] = field(default_factory=list)
    categories: dict[str, list[Dated]] = field(default_factory=dict)
    issues: dict[str, list[Dated]] = field(default_factory=dict)
    divisions: dict[str, list[str]] = field(default_factory=dict)
    belonging: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

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
        keys = _between(self.categories.get(category_id, ()), self.stats.span)
        return _some(f"{THIS[self.stats.unit]}“{category(category_id)}”报告", keys)

    def division(self, path: str) -> tuple[Source, ...]:
        """The period's reports of a division; of the region itself, those that are known no deeper."""
        name = division(path, within=self.stats.region)
        return _some(f"{THIS[self.stats.unit]}“{name}”报告", self.divisions.get(path, ()))

    def issue(self, issue: str) -> tuple[Source, ...]:
        """The period's reports of an issue."""
        return _some(f"{THIS[self.stats.unit]}议题 {issue} 的报告", self.stats.issues[issue].reports)

    def surge(self, rising: Rising) -> tuple[Source, ...]:
        """The reports of the window in which a surge of an issue or a category was found."""
        verdict, known = rising.verdict, rising.key in self.stats.issues
        what = f"议题 {rising.key}" if known else f"“{category(rising.key)}”"
        reports = (self.issues if known else self.categories).get(rising.key, ())
        keys = tuple(key for key, on in reports if verdict.start <= on <= verdict.day)
        return _some(f"{what} {day(verdict.start)}至{day(verdict.day)}的报告", keys)

    def members(self, issues: Iterable[str], what: str) -> tuple[Source, ...]:
        """All reports of these issues."""
        found = sorted(report for issue in issues for report in self.belonging.get(issue, ()))
        return _some(what, (key for _, key in found))

    def reports(self, what: str, keys: Iterable[str]) -> tuple[Source, ...]:
        """These reports."""
        return _some(what, keys)

    def report(self, key: str) -> tuple[Source, ...]:
        """This report."""
        return (Source("报告", (key,)),)

    def _read_days(self, session: Session) -> None:
        stats, unit, span, region = self.stats, self.stats.unit, self.stats.span, self.stats.region
        surges = (rising.verdict.start for rising in (*stats.surging, *stats.surging_categories))
        on = inside(region, Span(min([span.start, *surges]), span.end))
        columns = (ReportRow.key, ReportRow.day, ReportRow.category, ReportRow.issue_id, ReportRow.division)
        depth, period = region.count("/") + 2 if region else 1, []
        for key, local, category_id, issue, path in read_columns(session, _ordered(select(*columns).where(*on))):
            told = (key, local)
            for name in {category_id, top(category_id)}:
                self.categories.setdefault(name, []).append(told)
            self.issues.setdefault(issue, []).append(told)
            if local >= span.start:
                period.append(key)
                self.divisions.setdefault("/".join(path.split("/")[:depth]), []).append(key)
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
        query = _ordered(select(ReportRow.issue_id, ReportRow.key).where(or_(*told_of)))
        for place, (issue, key) in enumerate(read_columns(session, query)):
            self.belonging.setdefault(issue, []).append((place, key))


def _ordered(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return query.order_by(ReportRow.seen_at, ReportRow.pk)


def _between(reports: Sequence[Dated], span: Span) -> tuple[str, ...]:
    return tuple(key for key, on in reports if span.start <= on < span.end)


def _some(what: str, reports: Iterable[str]) -> tuple[Source, ...]:
    keys = tuple(reports)
    return (Source(what, keys),) if keys else ()
