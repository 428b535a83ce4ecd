"""The outbox: what happened is written in the transaction of the change, and told after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from api.issues import Issue
from api.schema import EventRow, ReportRow, table_of
from nlp import Lineage

_INSERT = insert(table_of(EventRow))


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; `subject` is a report's key or an issue's id, `body` holds no personal data."""

    id: int
    at: datetime
    kind: str
    subject: str
    body: Mapping[str, Any]


def emit(session: Session, kind: str, subject: str, body: Mapping[str, Any]) -> None:
    """Tell of a change in its own transaction, which must come from `Store.writing`: ids grow as changes commit."""
    session.add(EventRow(at=datetime.now(UTC), kind=kind, subject=subject, body=dict(body)))


def emit_all(session: Session, kind: str, told: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """The same of many subjects, each with its body, in their order."""
    now = datetime.now(UTC)
    rows = [{"at": now, "kind": kind, "subject": subject, "body": dict(body)} for subject, body in told]
    if rows:
        session.execute(_INSERT, rows)


def events_after(session: Session, event_id: int, *, limit: int = 100, kinds: Sequence[str] = ()) -> list[Event]:
    """Events after one, oldest first; of some kinds only where given."""
    query = select(EventRow).where(EventRow.id > event_id).order_by(EventRow.id).limit(limit)
    if kinds:
        query = query.where(EventRow.kind.in_(kinds))
    return _events(session.scalars(query))


def last_event(session: Session) -> int:
    """The id of the latest event; 0 where there is none."""
    return session.scalar(select(func.max(EventRow.id))) or 0


def _events(rows: Iterable[EventRow]) -> list[Event]:
    return [Event(row.id, row.at, row.kind, row.subject, row.body) for row in rows]


def told_report(row: ReportRow) -> dict[str, Any]:
    """The body of `report.tagged` and `report.corrected`: what it is about, not what it says."""
    analysis = row.analysis
    return {
        "source": row.source,
        "id": row.external_id,
        "issue": row.issue_id,
        "primary": analysis["primary"],
        "categories": analysis["categories"],
        "decided": row.decided,
        "urgent": [urgent["reason"] for urgent in analysis["urgent"]],
        "division": row.division,
        "route": analysis["route"],
        "versions": analysis["versions"],
    }


def told_issue(issue: Issue) -> dict[str, Any]:
    """The body of an event about an issue: its public object without the members."""
    return issue.to_json() | {"division": issue.division, "urgent": issue.urgent}


def told_lineage(happened: Lineage) -> dict[str, Any]:
    """The body of `issue.merged`, `issue.split` and `issue.moved`: with or from which other issue, and by whom."""
    return {"issue": happened.issue, "other": happened.other, "reports": happened.reports, "by": happened.by}
