"""What an issue is, told from its members: kept in its row, written in the transaction that changed the members."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, func, or_, select, update
from sqlalchemy.orm import Session

from api.schema import IssueRow, ReportRow
from nlp.issue_name import Member, common_place, issue_name

#: Members that tell what an issue is about: so many of its first, and as many of its newest.
VOICES = 25

#: Issues read at once.
_SLICE = 500

_MEMBERS: Select[*tuple[Any, ...]] = select(
    ReportRow.issue_id,
    ReportRow.pk,
    ReportRow.category,
    ReportRow.division,
    ReportRow.urgent,
    ReportRow.received_at,
    ReportRow.seen_at,
).order_by(ReportRow.issue_id, ReportRow.pk)


def refresh(session: Session, issues: Iterable[str]) -> None:
    """Write the summaries of these issues anew; one without members is left with a size of 0 and no words."""
    session.flush()
    for ids in _slices(sorted(set(issues))):
        members = session.execute(_MEMBERS.where(ReportRow.issue_id.in_(ids)))
        told = _members(session, ids)
        summaries = {
            issue: _summary(list(theirs), told[issue])
            for issue, theirs in groupby(members, lambda member: member.issue_id)
        }
        session.execute(update(IssueRow), [{"id": i, **summaries.get(i, _EMPTY)} for i in ids])


_EMPTY: dict[str, Any] = {
    "name": "",
    "category": "",
    "place": None,
    "division": "",
    "size": 0,
    "urgent": False,
    "first_seen": None,
    "last_seen": None,
    "opened": -1,
    "active_at": None,
}


def voices(issues: Sequence[str]) -> Select[tuple[int]]:
    """The `pk` of the first and the newest members of each issue, up to VOICES of both: enough to tell what it is."""
    first = func.row_number().over(partition_by=ReportRow.issue_id, order_by=ReportRow.pk)
    newest = func.row_number().over(partition_by=ReportRow.issue_id, order_by=ReportRow.pk.desc())
    ranked = (
        select(ReportRow.pk, first.label("first"), newest.label("newest"))
        .where(ReportRow.issue_id.in_(issues))
        .subquery()
    )
    return select(ranked.c.pk).where(or_(ranked.c.first <= VOICES, ranked.c.newest <= VOICES))


def _members(session: Session, issues: Sequence[str]) -> dict[str, list[Member]]:
    """The voices of each issue as its name needs them; those of the same words are one."""
    query = (
        select(ReportRow.issue_id, ReportRow.headline, ReportRow.places)
        .where(ReportRow.pk.in_(voices(issues)))
        .order_by(ReportRow.issue_id, ReportRow.pk)
    )
    told = groupby(session.execute(query), lambda member: member.issue_id)
    return {issue: list(dict.fromkeys(Member(m.headline, tuple(m.places)) for m in theirs)) for issue, theirs in told}


def _summary(members: Sequence[Row[*tuple[Any, ...]]], told: Sequence[Member]) -> dict[str, Any]:
    times = [m.received_at for m in members if m.received_at is not None]
    divisions = Counter(m.division for m in members if m.division)
    return {
        "name": issue_name(told),
        "category": Counter(m.category for m in members).most_common(1)[0][0],
        "place": common_place(told),
        "division": divisions.most_common(1)[0][0] if divisions else "",
        "size": len(members),
        "urgent": any(m.urgent for m in members),
        "first_seen": min(times, default=None),
        "last_seen": max(times, default=None),
        "opened": members[0].pk,
        "active_at": max(m.seen_at for m in members),
    }


def _slices(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[at : at + _SLICE] for at in range(0, len(ids), _SLICE))
