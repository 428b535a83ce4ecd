"""The keys of the reports that figures rest on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api.bulletin.document import Source
from api.bulletin.words import BEFORE, THIS, category, day, division
from api.queries import below
from api.schema import ReportRow
from api.stats import Rising, Stats
from api.stats.counts import inside
from nlp.trends import span_before, span_last_year


@dataclass(frozen=True, slots=True)
class Trace:
    """Finds the sources of figures; reads only keys."""

    session: Session
    stats: Stats

    def period(self, *, also_before: bool = False) -> tuple[Source, ...]:
        """The reports of the period, of the one before and of last year's."""
        unit, span, region = self.stats.unit, self.stats.span, self.stats.region
        spans = [(THIS[unit], span)]
        if also_before:
            year = span_last_year(unit, span)
            spans += [(BEFORE[unit], span_before(unit, span))] + ([("去年同期", year)] if year else [])
        found = (Source(f"{name}报告", self._keys(inside(region, which))) for name, which in spans)
        return tuple(source for source in found if source.reports)

    def category(self, category_id: str) -> tuple[Source, ...]:
        """The period's reports of a category with all below it."""
        where = [below(ReportRow.category, category_id, "."), *inside(self.stats.region, self.stats.span)]
        return _some(f"{THIS[self.stats.unit]}“{category(category_id)}”报告", self._keys(where))

    def division(self, path: str) -> tuple[Source, ...]:
        """The period's reports of a division; of the region itself, those that are known no deeper."""
        region = self.stats.region
        where = [ReportRow.division == path] if path == region else inside(path)
        name = division(path, within=region)
        return _some(f"{THIS[self.stats.unit]}“{name}”报告", self._keys([*where, *inside(region, self.stats.span)]))

    def issue(self, issue: str) -> tuple[Source, ...]:
        """The period's reports of an issue."""
        return _some(f"{THIS[self.stats.unit]}议题 {issue} 的报告", self.stats.issues[issue].reports)

    def surge(self, rising: Rising) -> tuple[Source, ...]:
        """The reports of the window in which a surge of an issue or a category was found."""
        verdict = rising.verdict
        if rising.key in self.stats.issues:
            what = f"议题 {rising.key}"
            which: ColumnElement[bool] = ReportRow.issue_id == rising.key
        else:
            what, which = f"“{category(rising.key)}”", below(ReportRow.category, rising.key, ".")
        where = [which, ReportRow.day >= verdict.start, ReportRow.day <= verdict.day, *inside(self.stats.region)]
        return _some(f"{what} {day(verdict.start)}至{day(verdict.day)}的报告", self._keys(where))

    def members(self, issues: Iterable[str], what: str) -> tuple[Source, ...]:
        """All reports of these issues."""
        return _some(what, self._keys([ReportRow.issue_id.in_(list(issues))]))

    def reports(self, what: str, keys: Iterable[str]) -> tuple[Source, ...]:
        """These reports."""
        return _some(what, tuple(keys))

    def report(self, key: str) -> tuple[Source, ...]:
        """This report."""
        return (Source("报告", (key,)),)

    def _keys(self, where: Iterable[ColumnElement[bool]]) -> tuple[str, ...]:
        query = select(ReportRow.key).where(*where).order_by(ReportRow.seen_at, ReportRow.pk)
        return tuple(self.session.scalars(query))


def _some(what: str, reports: tuple[str, ...]) -> tuple[Source, ...]:
    return (Source(what, reports),) if reports else ()
