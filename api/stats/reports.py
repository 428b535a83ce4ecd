"""The reports that figures of a period are counted from, and that they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api.queries import below, read_columns
from api.schema import ReportRow
from corpora.importers.dates import SHANGHAI
from nlp.trends import Span


@dataclass(frozen=True, slots=True)
class Seen:
    """Reports of a span, oldest first: each field has an entry a report."""

    keys: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()


def read_seen(session: Session, span: Span, region: str) -> Seen:
    """The reports of a span in a region. All that is told of them stands in the index `report_seen`."""
    told = select(ReportRow.key, ReportRow.issue_id, ReportRow.category, ReportRow.division)
    query = told.where(*inside(region, span)).order_by(ReportRow.seen_at, ReportRow.pk)
    return Seen(*zip(*read_columns(session, query), strict=True))


def inside(region: str, span: Span | None = None) -> list[ColumnElement[bool]]:
    """The conditions on ReportRow: in a region ("" is everywhere), and on the days of a span."""
    conditions: list[ColumnElement[bool]] = []
    if region:
        conditions.append(below(ReportRow.division, region, "/"))
    if span is not None:
        conditions += [ReportRow.seen_at >= midnight(span.start), ReportRow.seen_at < midnight(span.end)]
    return conditions


def on_days(span: Span) -> list[ColumnElement[bool]]:
    """The days of a span, too, where issues are asked for: theirs stand in the index `report_issue`, times do not."""
    return [ReportRow.day >= span.start, ReportRow.day < span.end]


def midnight(day: date) -> datetime:
    """When a local day begins, as `ReportRow.day` is told: without the summer time of 1986 to 1991."""
    return datetime.combine(day, time(), SHANGHAI)
