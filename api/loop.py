"""From text to action: an issue is assigned, handled and concluded, within a time limit; who, when, and their note.

`overdue` and `supervised` are no statuses but follow from the time limit: an issue in hand is overdue behind its
`due_at`, and supervised where it is so by more than GRACE or where a person said so. Everything here is written in the
caller's transaction (`Store.writing`), with an event for whoever follows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from api.errors import UsageError
from api.events import emit
from api.schema import IssueRow, ReportRow, TransitionRow
from nlp import Routing


class Status(StrEnum):
    """Where an issue's handling stands."""

    NEW = "new"
    ASSIGNED = "assigned"
    HANDLING = "handling"
    CONCLUDED = "concluded"
    REOPENED = "reopened"


#: What may follow what. `assigned` after itself or `handling` hands the issue to another office.
MOVES: dict[Status, tuple[Status, ...]] = {
    Status.NEW: (Status.ASSIGNED,),
    Status.ASSIGNED: (Status.ASSIGNED, Status.HANDLING),
    Status.HANDLING: (Status.ASSIGNED, Status.CONCLUDED),
    Status.CONCLUDED: (Status.REOPENED,),
    Status.REOPENED: (Status.ASSIGNED,),
}
#: Marks beside the status, kept in its history.
OVERDUE, SUPERVISED = "overdue", "supervised"
IN_HAND = (Status.ASSIGNED, Status.HANDLING)
#: How long an issue may be overdue before it is supervised.
GRACE = timedelta(hours=24)
#: Who signs what the machine does.
MACHINE = "minqing"


class MoveError(UsageError):
    """A move that is not allowed from where the issue stands."""


class UnknownIssueError(UsageError):
    """There is no such issue."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an issue stands at a moment; `since` is when its status last changed, None for one that never did."""

    issue: str
    status: str
    since: datetime | None
    office: str
    due_at: datetime | None
    overdue: bool
    supervised: bool

    def to_json(self) -> dict[str, Any]:
        """The public object."""
        return {
            "issue": self.issue,
            "status": self.status,
            "since": self.since.isoformat() if self.since else None,
            "office": self.office,
            "due_at": self.due_at.isoformat() if self.due_at else None,
            "overdue": self.overdue,
            "supervised": self.supervised,
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an issue's history; `after` is a status, or a mark (`overdue`, `supervised`) set beside `before`."""

    at: datetime
    by: str
    before: str
    after: str
    office: str
    note: str

    def to_json(self) -> dict[str, Any]:
        """The public object."""
        return {
            "at": self.at.isoformat(),
            "by": self.by,
            "before": self.before,
            "after": self.after,
            "office": self.office,
            "note": self.note,
        }


def move(
    session: Session,
    issue: str,
    to: str,
    *,
    by: str,
    at: datetime,
    routing: Routing,
    note: str = "",
    office: str | None = None,
    due_at: datetime | None = None,
) -> Standing:
    """Move an issue to a status, or put it under supervision (`supervised`), as a person decides.

    An assignment without `office` goes where routing says; its `due_at` is routing's hours after `at` unless given.
    Handing an issue on keeps its time limit. Raises UnknownIssueError, and MoveError for a move that is not allowed.
    """
    row = session.get(IssueRow, issue)
    if row is None or row.size == 0:
        raise UnknownIssueError(f"no issue {issue!r}; see `minqing issues list`")
    if to == SUPERVISED:
        _supervise(session, row, by=by, at=at, note=note)
        return standing(session, row, now=at)
    status = _checked(row, to)
    if status != Status.ASSIGNED and (office is not None or due_at is not None):
        raise MoveError(f"an office or a time limit goes with `assigned`, not with {to!r}; leave them out")
    if status == Status.ASSIGNED:
        _assign(session, row, at=at, routing=routing, office=office, due_at=due_at)
    elif status == Status.REOPENED:
        row.office, row.due_at = "", None
    _step(session, row, status, by=by, at=at, note=note)
    return standing(session, row, now=at)


def reopen(session: Session, issues: Iterable[str], *, at: datetime) -> list[str]:
    """Reopen those of the issues that were concluded: new reports came. Gives them, in order of id."""
    query = select(IssueRow).where(IssueRow.id.in_(set(issues)), IssueRow.status == Status.CONCLUDED)
    concluded = list(session.scalars(query.order_by(IssueRow.id)))
    for row in concluded:
        row.office, row.due_at = "", None
        _step(session, row, Status.REOPENED, by=MACHINE, at=at, note="new reports came after the conclusion")
    return [row.id for row in concluded]


def take_over(session: Session, gone: str, into: str, *, at: datetime) -> None:
    """Two issues became one: where the one that stays is not in hand, it takes over the other's handling."""
    old, row = session.get(IssueRow, gone), session.get(IssueRow, into)
    if old is None or row is None or old.status not in IN_HAND or row.status in IN_HAND:
        return
    row.office, row.due_at = old.office, old.due_at
    _step(session, row, Status(old.status), by=MACHINE, at=at, note=f"taken over from {gone}")


def check_limits(session: Session, *, now: datetime, grace: timedelta = GRACE) -> list[tuple[str, str]]:
    """Mark the issues that became overdue, or supervised for that, and tell of each once; to be called now and then.

    Gives (issue, mark) in order of the time limit.
    """
    marked: list[tuple[str, str]] = []
    rows = session.scalars(select(IssueRow).where(is_overdue(now)).order_by(IssueRow.due_at, IssueRow.id))
    for row in list(rows):
        due = row.due_at
        assert due is not None
        marks = [OVERDUE] if now <= due + grace else [OVERDUE, SUPERVISED]
        for mark in marks:
            if not _bears(session, row.id, mark):
                _mark(session, row, mark, by=MACHINE, at=now, note=f"due {due.isoformat()}")
                marked.append((row.id, mark))
    return marked


def standing(session: Session, row: IssueRow, *, now: datetime, grace: timedelta = GRACE) -> Standing:
    """Where an issue stands."""
    late = row.status in IN_HAND and row.due_at is not None and row.due_at < now
    beyond = late and row.due_at is not None and row.due_at + grace < now
    supervised = row.status != Status.CONCLUDED and (beyond or _bears(session, row.id, SUPERVISED))
    return Standing(row.id, row.status, row.changed_at, row.office, row.due_at, late, supervised)


def history(session: Session, issue: str) -> list[Step]:
    """Every step of an issue, oldest first."""
    rows = session.scalars(select(TransitionRow).where(TransitionRow.issue == issue).order_by(TransitionRow.id))
    return [Step(row.at, row.by, row.before, row.after, row.office, row.note) for row in rows]


def is_overdue(now: datetime) -> ColumnElement[bool]:
    """The condition on IssueRow: in hand, and behind its time limit."""
    return and_(IssueRow.status.in_(IN_HAND), IssueRow.due_at < now)


def is_supervised(now: datetime, *, grace: timedelta = GRACE) -> ColumnElement[bool]:
    """The condition on IssueRow: overdue by more than the grace, or supervised by a person."""
    beyond = and_(is_overdue(now), IssueRow.due_at < now - grace)
    # Few ever were: those are looked for first, so that not every issue is asked.
    ever = IssueRow.id.in_(select(TransitionRow.issue).where(TransitionRow.after == SUPERVISED))
    return and_(IssueRow.status != Status.CONCLUDED, or_(beyond, and_(ever, _has_mark(SUPERVISED))))


def _checked(row: IssueRow, to: str) -> Status:
    if to == OVERDUE:
        raise MoveError("overdue follows from the time limit and cannot be set; `supervised` can")
    allowed = MOVES[Status(row.status)]
    if to not in allowed:
        ways = " or ".join([*allowed, SUPERVISED] if row.status != Status.CONCLUDED else allowed)
        raise MoveError(f"issue {row.id} is {row.status} and cannot become {to!r}; it can become {ways}")
    return Status(to)


def _assign(
    session: Session, row: IssueRow, *, at: datetime, routing: Routing, office: str | None, due_at: datetime | None
) -> None:
    if row.status in IN_HAND:
        if office is None or office == row.office:
            raise MoveError(f"issue {row.id} is with {row.office} already; name another office to hand it on")
        row.office, row.due_at = office, due_at or row.due_at
        return
    route = routing.route(row.category, [row.category], _urgent(session, row.id), row.division)
    row.office = office or route.to
    row.due_at = due_at or at + timedelta(hours=route.hours)


def _urgent(session: Session, issue: str) -> Collection[str]:
    """The urgent reasons of an issue's reports."""
    query = select(ReportRow.analysis).where(ReportRow.issue_id == issue, ReportRow.urgent)
    return {urgent["reason"] for analysis in session.scalars(query) for urgent in analysis["urgent"]}


def _supervise(session: Session, row: IssueRow, *, by: str, at: datetime, note: str) -> None:
    if row.status == Status.CONCLUDED:
        raise MoveError(f"issue {row.id} is concluded and cannot become {SUPERVISED!r}; reopen it first")
    if _bears(session, row.id, SUPERVISED):
        raise MoveError(f"issue {row.id} is supervised already")
    _mark(session, row, SUPERVISED, by=by, at=at, note=note)


def _has_mark(mark: str) -> ColumnElement[bool]:
    """The condition on IssueRow: it bears a mark. Supervision ends with the conclusion, lateness with an assignment."""
    ends = Status.CONCLUDED if mark == SUPERVISED else Status.ASSIGNED
    last = (
        select(func.coalesce(func.max(TransitionRow.id), 0))
        .where(TransitionRow.issue == IssueRow.id, TransitionRow.after == ends)
        .correlate(IssueRow)
    )
    marks = aliased(TransitionRow)
    return exists().where(marks.issue == IssueRow.id, marks.after == mark, marks.id > last.scalar_subquery())


def _bears(session: Session, issue: str, mark: str) -> bool:
    return session.scalar(select(IssueRow.id).where(IssueRow.id == issue, _has_mark(mark))) is not None


def _step(session: Session, row: IssueRow, to: Status, *, by: str, at: datetime, note: str) -> None:
    before, row.status, row.changed_at = row.status, to, at
    _keep(session, row, before, to, kind="issue.status", by=by, at=at, note=note)


def _mark(session: Session, row: IssueRow, mark: str, *, by: str, at: datetime, note: str) -> None:
    _keep(session, row, row.status, mark, kind=f"issue.{mark}", by=by, at=at, note=note)


def _keep(
    session: Session, row: IssueRow, before: str, after: str, *, kind: str, by: str, at: datetime, note: str
) -> None:
    session.add(TransitionRow(issue=row.id, at=at, by=by, before=before, after=after, office=row.office, note=note))
    # The note is a person's own words and may name people: it stays in the store.
    due = row.due_at.isoformat() if row.due_at else None
    emit(session, kind, row.id, {"before": before, "after": after, "office": row.office, "due_at": due, "by": by})
    session.flush()
