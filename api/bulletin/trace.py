"""The keys of the reports that figures rest on, handed out by what each figure counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from api.bulletin.document import MOST, Source
from api.bulletin.words import BEFORE, THIS, day, division
from api.names import short_name
from api.queries import read_columns
from api.schema import ReportRow
from api.stats import Rising, Stats
from api.stats.reports import inside
from corpora import top
from nlp.trends import Span


@dataclass(frozen=True, slots=True)
class Trace:
    """Finds the sources of figures; `made` reads those that the figures themselves have not.

    categories, divisions: keys of the period's reports by category (of level 1 too), and by division one level inside
    the region; surging: keys and days of the region's reports of surging categories, from where the first surge began;
    belonging: rows of all reports of the issues that are told of one by one, wherever from, each with its place in
    time. All are oldest first.
    """

    stats: Stats
    categories: Mapping[str, Sequence[str]]
    divisions: Mapping[str, Sequence[str]]
    surging: Mapping[str, Sequence[tuple[str, date]]]
    belonging: Mapping[str, Sequence[tuple[int, Row[Any]]]]

    @classmethod
    def made(cls, session: Session, stats: Stats) -> Trace:
        """Read what the figures rest on."""
        return cls(stats, _by_category(stats), _by_division(stats), _surging(session, stats), _members(session, stats))

    def period(self, *, also_before: bool = False) -> tuple[Source, ...]:
        """The reports of the period, of the one before and of last year's."""
        stats = self.stats
        told = [(THIS[stats.unit], stats.seen)]
        if also_before:
            told += [(BEFORE[stats.unit], stats.seen_before), ("去年同期", stats.seen_last_year)]
        return tuple(source for name, seen in told for source in _some(f"{name}报告", seen.keys))

    def category(self, category_id: str) -> tuple[Source, ...]:
        """The period's reports of a category with all below it."""
        return _some(f"{THIS[self.stats.unit]}“{short_name(category_id)}”报告", self.categories.get(category_id, ()))

    def division(self, path: str) -> tuple[Source, ...]:
        """The period's reports of a division; of the region itself, those that are known no deeper."""
        name = division(path, within=self.stats.region)
        return _some(f"{THIS[self.stats.unit]}“{name}”报告", self.divisions.get(path, ()))

    def issue(self, issue: str) -> tuple[Source, ...]:
        """The period's reports of an issue."""
        return _some(f"{THIS[self.stats.unit]}议题 {issue} 的报告", self.stats.issues[issue].reports)

    def issues(self, issues: Collection[str], what: str) -> tuple[Source, ...]:
        """The period's reports of these issues."""
        asked, seen = frozenset(issues), self.stats.seen
        return _some(what, (key for key, issue in zip(seen.keys, seen.issues, strict=True) if issue in asked))

    def surge(self, rising: Rising) -> tuple[Source, ...]:
        """The reports of the window in which a surge of an issue or a category was found."""
        verdict, region = rising.verdict, self.stats.region
        if rising.key in self.stats.issues:
            what = f"议题 {rising.key}"
            rows = [(row.key, row.day) for _, row in self.belonging[rising.key] if _lies_in(row.division, region)]
        else:
            what, rows = f"“{short_name(rising.key)}”", list(self.surging[rising.key])
        keys = (key for key, local in rows if verdict.start <= local <= verdict.day)
        return _some(f"{what} {day(verdict.start)}至{day(verdict.day)}的报告", keys)

    def members(self, issues: Iterable[str], what: str) -> tuple[Source, ...]:
        """All reports of these issues, which are told of one by one."""
        found = sorted((place, row.key) for issue in issues for place, row in self.belonging.get(issue, ()))
        return _some(what, (key for _, key in found))

    def reports(self, what: str, keys: Iterable[str]) -> tuple[Source, ...]:
        """These reports."""
        return _some(what, keys)

    def report(self, key: str) -> tuple[Source, ...]:
        """This report."""
        return (Source("报告", (key,)),)


def _by_category(stats: Stats) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    broad = {category_id: top(category_id) for category_id in set(stats.seen.categories)}
    for key, category_id in zip(stats.seen.keys, stats.seen.categories, strict=True):
        found[category_id].append(key)
        if broad[category_id] != category_id:
            found[broad[category_id]].append(key)
    return found


def _by_division(stats: Stats) -> Mapping[str, Sequence[str]]:
    depth = stats.region.count("/") + 2 if stats.region else 1
    found: dict[str, list[str]] = defaultdict(list)
    within = {path: "/".join(path.split("/")[:depth]) for path in set(stats.seen.divisions)}
    for key, path in zip(stats.seen.keys, stats.seen.divisions, strict=True):
        found[within[path]].append(key)
    return found


def _surging(session: Session, stats: Stats) -> Mapping[str, Sequence[tuple[str, date]]]:
    found: dict[str, list[tuple[str, date]]] = {rising.key: [] for rising in stats.surging_categories}
    if not found:
        return found
    begun = min(rising.verdict.start for rising in stats.surging_categories)
    query = select(ReportRow.key, ReportRow.day, ReportRow.category)
    query = query.where(*inside(stats.region, Span(begun, stats.span.end)))
    of: dict[str, list[list[tuple[str, date]]]] = {}
    for key, local, category_id in read_columns(session, query.order_by(ReportRow.seen_at, ReportRow.pk)):
        if category_id not in of:
            of[category_id] = [found[one] for one in {category_id, top(category_id)} & found.keys()]
        for reports in of[category_id]:
            reports.append((key, local))
    return found


def _members(session: Session, stats: Stats) -> Mapping[str, Sequence[tuple[int, Row[Any]]]]:
    surging = (rising.key for rising in stats.surging[:MOST])
    late = (issue.id for issue in (*stats.overdue, *stats.supervised))
    told_of = {*surging, *late, *stats.concluded, *stats.returned}
    query = select(ReportRow.issue_id, ReportRow.key, ReportRow.day, ReportRow.division)
    query = query.where(ReportRow.issue_id.in_(told_of)).order_by(ReportRow.seen_at, ReportRow.pk)
    found: dict[str, list[tuple[int, Row[Any]]]] = defaultdict(list)
    for place, row in enumerate(read_columns(session, query)):
        found[row.issue_id].append((place, row))
    return found


def _lies_in(path: str, region: str) -> bool:
    return not region or path == region or path.startswith(f"{region}/")


def _some(what: str, reports: Iterable[str]) -> tuple[Source, ...]:
    keys = tuple(reports)
    return (Source(what, keys),) if keys else ()
