"""What an issue is, told from its members: kept in its row, written in the transaction that changed the members."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, select, update
from sqlalchemy.orm import Session

from api.schema import IssueRow, ReportRow

#: Longest name, in characters: one line on a screen.
NAME = 40

#: Issues read at once.
_SLICE = 500

_MEMBERS: Select[*tuple[Any, ...]] = select(
    ReportRow.issue_id,
    ReportRow.pk,
    ReportRow.headline,
    ReportRow.places,
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
        summaries = {
            issue: _summary(list(theirs)) for issue, theirs in groupby(members, lambda member: member.issue_id)
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


def _summary(members: Sequence[Row[*tuple[Any, ...]]]) -> dict[str, Any]:
    times = [m.received_at for m in members if m.received_at is not None]
    places = Counter(place for m in members for place in m.places)
    divisions = Counter(m.division for m in members if m.division)
    return {
        "name": _name([m.headline for m in members]),
        "category": Counter(m.category for m in members).most_common(1)[0][0],
        "place": max(places, key=lambda p: (places[p], len(p))) if places else None,
        "division": divisions.most_common(1)[0][0] if divisions else "",
        "size": len(members),
        "urgent": any(m.urgent for m in members),
        "first_seen": min(times, default=None),
        "last_seen": max(times, default=None),
        "opened": members[0].pk,
        "active_at": max(m.seen_at for m in members),
    }


def _name(headlines: Sequence[str]) -> str:
    name = headlines[0]
    return name if len(name) <= NAME else name[: NAME - 1] + "…"


def _slices(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[at : at + _SLICE] for at in range(0, len(ids), _SLICE))
