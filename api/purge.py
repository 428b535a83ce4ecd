"""What is too old is removed, text and all that was made of it; how many there were is kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from api.errors import UsageError
from api.events import emit
from api.issues import read_issues
from api.linker_cache import forget_linker
from api.schema import (
    AuditRow,
    EventRow,
    IdempotencyRow,
    JobRow,
    PurgedRow,
    ReportRow,
    TransitionRow,
    TurnRow,
    VerdictRow,
)
from api.store import Store
from api.summaries import refresh
from nlp import Verdict

#: What rows are named by: keys and ids, or numbers.
Named = TypeVar("Named", str, int)

#: Rows named in one statement.
_SLICE = 500


@dataclass(frozen=True, slots=True)
class Purged:
    """What was removed, or would be: reports, and issues of which none is left, of before a time."""

    before: datetime
    reports: int
    issues: int


def parse_age(age: str) -> timedelta:
    """`180d`, `26w`: an age in days or weeks. Raises UsageError."""
    found = re.fullmatch(r"([1-9][0-9]{0,4})([dw])", age)
    if found is None:
        raise UsageError(f"--older-than {age!r} is no age; write 180d or 26w")
    return timedelta(days=int(found[1]) * (7 if found[2] == "w" else 1))


def purge(store: Store, older_than: timedelta, *, by: str, now: datetime, dry_run: bool = False) -> Purged:
    """Remove the reports that came longer ago, with their corrections, and what events, decisions and answers kept.

    Counts stay by day, category and division. Issues keep their id, handling and history; one without reports loses
    its words and the notes on it. Linkers and indexes of vectors are made anew from what is left, and the event
    `reports.purged` tells whoever follows. A report that is sent again after it was purged is a new one.
    """
    before = now - older_than
    with store.writing() as session:
        old = select(ReportRow.pk).where(ReportRow.seen_at < before)
        issues = set(session.scalars(select(ReportRow.issue_id).where(ReportRow.pk.in_(old)).distinct()))
        alive = set(session.scalars(select(ReportRow.issue_id).where(ReportRow.seen_at >= before).distinct()))
        named = list(session.execute(select(ReportRow.key, ReportRow.external_id).where(ReportRow.pk.in_(old))))
        keys, ids = {key for key, _ in named}, {id_ for _, id_ in named}
        purged = Purged(before, len(keys), len(issues - alive))
        if dry_run:
            return purged
        _count(session, before)
        session.execute(delete(ReportRow).where(ReportRow.seen_at < before))
        refresh(session, issues)
        _forget_words(session, issues, emptied=issues - alive)
        _forget_keys(session, keys, before)
        _forget_reasons(session, keys)
        _forget_answers(session, keys | ids, before)
        _unbind(store, session, keys)
        session.execute(update(TurnRow).values(revision=TurnRow.revision + 1, purges=TurnRow.purges + 1))
        detail = {"before": before.isoformat(), "reports": purged.reports, "issues": purged.issues}
        emit(session, "reports.purged", "", detail)
        session.add(AuditRow(at=now, by=by, action="purge", subject="", detail=detail))
    forget_linker(store)
    store.settle()
    return purged


def _count(session: Session, before: datetime) -> None:
    query = select(ReportRow.day, ReportRow.category, ReportRow.division).where(ReportRow.seen_at < before)
    for (day, category, division), reports in Counter(tuple(row) for row in session.execute(query)).items():
        row = session.get(PurgedRow, (day, category, division))
        if row is None:
            session.add(PurgedRow(day=day, category=category, division=division, reports=reports))
        else:
            row.reports += reports


def _forget_words(session: Session, issues: set[str], *, emptied: set[str]) -> None:
    """Old events tell an issue's name of today; notes on an issue without reports are gone."""
    now = {issue.id: issue for part in _slices(issues) for issue in read_issues(session, part)}
    for part in _slices(issues):
        for row in session.scalars(select(EventRow).where(EventRow.subject.in_(part), EventRow.kind.like("issue.%"))):
            if "name" in row.body:
                row.body = row.body | {"name": now[row.subject].name, "place": now[row.subject].place}
    for part in _slices(emptied):
        session.execute(update(TransitionRow).where(TransitionRow.issue.in_(part)).values(note=""))


def _forget_keys(session: Session, keys: set[str], before: datetime) -> None:
    """Events of the purged reports, and jobs of that time."""
    for part in _slices(keys):
        session.execute(delete(EventRow).where(EventRow.subject.in_(part), EventRow.kind.like("report.%")))
    session.execute(delete(JobRow).where(JobRow.at < before))


def _forget_reasons(session: Session, keys: set[str]) -> None:
    """Why others joined an issue is not known any more where it names a purged report."""
    query = select(ReportRow.pk, ReportRow.why).where(ReportRow.why.is_not(None)).execution_options(yield_per=_SLICE)
    gone = [pk for pk, why in session.execute(query) if why and not keys.isdisjoint((why["report"], why["copy_of"]))]
    for part in _slices(gone):
        session.execute(update(ReportRow).where(ReportRow.pk.in_(part)).values(why=None))


def _forget_answers(session: Session, names: set[str], before: datetime) -> None:
    """Answers kept for repeated requests: those of that time, and those that name a purged report, however young."""
    session.execute(delete(IdempotencyRow).where(IdempotencyRow.at < before))
    for row in session.scalars(select(IdempotencyRow).execution_options(yield_per=_SLICE)):
        answers = row.body if isinstance(row.body, list) else [row.body or {}]
        if not names.isdisjoint(name for answer in answers for name in _names(answer)):
            session.delete(row)


def _names(answer: dict[str, Any]) -> Iterator[str]:
    """Of the report that was taken in, of the one that it was found alike, and of the one that it is a copy of."""
    yield answer.get("id", "")
    if "issue" in answer:
        why = answer["issue"]["why"]
        yield why["report"] or ""
        yield why["copy_of"] or ""


def _unbind(store: Store, session: Session, keys: set[str]) -> None:
    """Decisions name purged reports no longer; one that binds nothing any more is taken back."""
    for verdict in store.verdicts(session):
        kept = _without(verdict, keys)
        if kept == verdict:
            continue
        body = asdict(kept) if _binds(kept) else None
        session.execute(update(VerdictRow).where(VerdictRow.id == verdict.id).values(body=body))


def _without(verdict: Verdict, keys: set[str]) -> Verdict:
    def left(named: Iterable[str]) -> tuple[str, ...]:
        return tuple(key for key in named if key not in keys)

    return replace(
        verdict,
        left=left(verdict.left),
        right=left(verdict.right),
        away=left(verdict.away),
        before=tuple((key, issue) for key, issue in verdict.before if key not in keys),
        replaces=tuple(_without(replaced, keys) for replaced in verdict.replaces),
    )


def _binds(verdict: Verdict) -> bool:
    if verdict.kind == "split":
        return bool(verdict.left and verdict.right)
    together = len(verdict.left) + len(verdict.right) > 1
    return together or bool(verdict.left and verdict.away)


def _slices(ids: Iterable[Named]) -> Iterator[Sequence[Named]]:
    ordered = sorted(ids)
    return (ordered[at : at + _SLICE] for at in range(0, len(ordered), _SLICE))
