"""What an issue is, told from its members: kept in its row, written in the transaction that changed the members."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import BindParameter, Row, Select, bindparam, case, func, or_, select, update
from sqlalchemy.orm import Session

from api.schema import IssueRow, ReportRow, table_of
from nlp.issue_name import Member, common_place, issue_name

#: Members that tell what an issue is about: so many of its first, and as many of its newest.
VOICES = 25

#: Issues read at once.
_SLICE = 500

_ISSUES, _REPORTS = table_of(IssueRow), table_of(ReportRow)
_IN: BindParameter[Any] = bindparam("issues", expanding=True)
#: Members by category and division, those first that came first: as many rows as an issue has kinds of members.
_KINDS: Select[*tuple[Any, ...]] = (
    select(
        _REPORTS.c.issue_id,
        _REPORTS.c.category,
        _REPORTS.c.division,
        func.count().label("size"),
        func.min(_REPORTS.c.pk).label("opened"),
        func.max(case((_REPORTS.c.urgent, 1), else_=0)).label("urgent"),
        func.min(_REPORTS.c.received_at).label("first_seen"),
        func.max(_REPORTS.c.received_at).label("last_seen"),
        func.max(_REPORTS.c.seen_at).label("active_at"),
    )
    .where(_REPORTS.c.issue_id.in_(_IN))
    .group_by(_REPORTS.c.issue_id, _REPORTS.c.category, _REPORTS.c.division)
    .order_by(_REPORTS.c.issue_id, func.min(_REPORTS.c.pk))
)


def refresh(session: Session, issues: Iterable[str]) -> None:
    """Write the summaries of these issues anew; one without members is left with a size of 0 and no words."""
    session.flush()
    for ids in _slices(sorted(set(issues))):
        kinds = session.execute(_KINDS, {"issues": ids})
        told = _members(session, ids)
        summaries = {
            issue: _summary(list(theirs), told[issue]) for issue, theirs in groupby(kinds, lambda kind: kind.issue_id)
        }
        session.execute(_UPDATE, [{"issue": i, **summaries.get(i, _EMPTY)} for i in ids])


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
_UPDATE = update(_ISSUES).where(_ISSUES.c.id == bindparam("issue"))


def voices() -> Select[tuple[int]]:
    """The `pk` of the first and the newest members of each of `issues`, up to VOICES of both: enough to tell of it."""
    first = func.row_number().over(partition_by=_REPORTS.c.issue_id, order_by=_REPORTS.c.pk)
    newest = func.row_number().over(partition_by=_REPORTS.c.issue_id, order_by=_REPORTS.c.pk.desc())
    ranked = (
        select(_REPORTS.c.pk, first.label("first"), newest.label("newest"))
        .where(_REPORTS.c.issue_id.in_(_IN))
        .subquery()
    )
    return select(ranked.c.pk).where(or_(ranked.c.first <= VOICES, ranked.c.newest <= VOICES))


_VOICES = (
    select(_REPORTS.c.issue_id, _REPORTS.c.headline, _REPORTS.c.places)
    .where(_REPORTS.c.pk.in_(voices()))
    .order_by(_REPORTS.c.issue_id, _REPORTS.c.pk)
)


def _members(session: Session, issues: Sequence[str]) -> dict[str, list[Member]]:
    """The voices of each issue as its name needs them; those of the same words are one."""
    told = groupby(session.execute(_VOICES, {"issues": issues}), lambda member: member.issue_id)
    return {issue: list(dict.fromkeys(Member(m.headline, tuple(m.places)) for m in theirs)) for issue, theirs in told}


def _summary(kinds: Sequence[Row[*tuple[Any, ...]]], told: Sequence[Member]) -> dict[str, Any]:
    categories, divisions = Counter[str](), Counter[str]()
    for kind in kinds:
        categories[kind.category] += kind.size
        divisions[kind.division] += kind.size
    del divisions[""]
    return {
        "name": issue_name(told),
        "category": categories.most_common(1)[0][0],
        "place": common_place(told),
        "division": divisions.most_common(1)[0][0] if divisions else "",
        "size": categories.total(),
        "urgent": any(kind.urgent for kind in kinds),
        "first_seen": min((kind.first_seen for kind in kinds if kind.first_seen), default=None),
        "last_seen": max((kind.last_seen for kind in kinds if kind.last_seen), default=None),
        "opened": kinds[0].opened,
        "active_at": max(kind.active_at for kind in kinds),
    }


def _slices(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[at : at + _SLICE] for at in range(0, len(ids), _SLICE))
