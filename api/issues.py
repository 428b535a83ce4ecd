"""Issues as they are listed, shown and exported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from api.schema import IssueRow, ReportRow, table_of

_TABLE = table_of(IssueRow)
_ISSUES = select(_TABLE).where(_TABLE.c.id.in_(bindparam("ids", expanding=True))).order_by(_TABLE.c.id)


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue's summary and where its handling stands.

    `name` and `place` hold no personal data; `first_seen` and `last_seen` are times at which its reports were received,
    None where all are unknown. `division`: province to town, `/` between, "" where unknown. `urgent`: a member is.
    """

    id: str
    name: str
    category: str
    place: str | None
    division: str
    size: int
    urgent: bool
    first_seen: datetime | None
    last_seen: datetime | None
    status: str
    changed_at: datetime | None
    office: str
    due_at: datetime | None

    def to_json(self, reports: Sequence[str] | None = None) -> dict[str, Any]:
        """The public object of `minqing issues export`, without `reports` (ids in the order they came) if not given."""
        return {
            "issue": self.id,
            "name": self.name,
            "category": self.category,
            "place": self.place,
            "size": self.size,
            **({} if reports is None else {"reports": list(reports)}),
            "first_seen": self.first_seen.isoformat() if self.first_seen else None,
            "last_seen": self.last_seen.isoformat() if self.last_seen else None,
            "status": self.status,
        }


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A report that shows what an issue is about: its key and one masked line."""

    report: str
    headline: str

    def to_json(self) -> dict[str, str]:
        """The public object."""
        return {"report": self.report, "headline": self.headline}


def issue_of(row: IssueRow | Row[Any]) -> Issue:
    """Read a row, of the class or of the table."""
    return Issue(
        id=row.id,
        name=row.name,
        category=row.category,
        place=row.place,
        division=row.division,
        size=row.size,
        urgent=row.urgent,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        status=row.status,
        changed_at=row.changed_at,
        office=row.office,
        due_at=row.due_at,
    )


def read_issues(session: Session, ids: Iterable[str]) -> list[Issue]:
    """Those of the issues that are there, by id."""
    session.flush()
    return [issue_of(row) for row in session.execute(_ISSUES, {"ids": list(ids)})]


def export_issues(session: Session) -> Iterator[dict[str, Any]]:
    """Every issue with its members as a public object, largest first, then earliest."""
    query = (
        select(IssueRow, ReportRow.external_id)
        .join(ReportRow, ReportRow.issue_id == IssueRow.id)
        .order_by(IssueRow.size.desc(), IssueRow.opened, ReportRow.pk)
        .execution_options(yield_per=1000)
    )
    for row, members in groupby(session.execute(query), lambda found: found[0]):
        yield issue_of(row).to_json([report for _, report in members])
