"""What people say of a report's categories: accepted or corrected, by whom and when, and taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.audit import Audit
from api.errors import UsageError
from api.events import emit, told_report
from api.schema import CorrectionRow, ReportRow
from api.store import Store
from api.stored import stored
from api.summaries import refresh
from corpora import Taxonomy


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person said of one report; a correction that only accepts has the same primary before and after."""

    id: int
    at: datetime
    by: str
    report: str
    primary_before: str
    primary: str
    categories: tuple[str, ...]
    undone: bool


def correct(
    store: Store, report: str, primary: str, categories: Sequence[str] = (), *, by: str, taxonomy: Taxonomy
) -> Correction:
    """A person says what a report (by key) is about; the same as the machine said is an acceptance.

    categories: all that apply, the primary among them or not. The report is then decided and reviewed, with
    probability 1; the audit log says who did it. Raises UsageError where the report or a category is unknown.
    """
    wanted = list(dict.fromkeys((primary, *categories)))
    known = {category.id for category in taxonomy}
    if unknown := [category for category in wanted if category not in known]:
        raise UsageError(f"category {unknown[0]!r} is not in the taxonomy; see corpora/taxonomy.toml")
    with store.writing() as session:
        row = session.scalar(select(ReportRow).where(ReportRow.key == report))
        if row is None:
            raise UsageError(f"there is no report {report!r}; give its key as `minqing issues show` tells it")
        after = {
            "primary": {"id": primary, "score": 1.0},
            "categories": [{"id": category, "score": 1.0} for category in wanted],
            "decided": True,
            "reviewed": True,
        }
        made = CorrectionRow(at=datetime.now(UTC), by=by, report_pk=row.pk, before=_state(row), after=after)
        session.add(made)
        _set(session, row, after)
        session.flush()
        Audit(store).write(by, "report.correct", row.key, session=session, primary=primary)
        return _correction(made, row.key)


def undo_correction(store: Store, correction: int, *, by: str) -> Correction:
    """Take a correction back: the report is as it was before. Raises UsageError where a later one stands on it."""
    with store.writing() as session:
        made = session.get(CorrectionRow, correction)
        if made is None or made.undone:
            raise UsageError(f"there is no correction {correction} in force")
        later = select(CorrectionRow.id).where(
            CorrectionRow.report_pk == made.report_pk, CorrectionRow.id > made.id, CorrectionRow.undone.is_(False)
        )
        if (newer := session.scalar(later)) is not None:
            raise UsageError(f"correction {newer} was made after correction {correction}; take that back first")
        row = session.get_one(ReportRow, made.report_pk)
        made.undone = True
        _set(session, row, made.before)
        Audit(store).write(by, "correction.undo", row.key, session=session, correction=correction)
        return _correction(made, row.key)


def corrections(session: Session, report: str) -> list[Correction]:
    """What people said of a report, oldest first, taken back or not."""
    query = select(CorrectionRow).join(ReportRow).where(ReportRow.key == report).order_by(CorrectionRow.id)
    return [_correction(row, report) for row in session.scalars(query)]


def training_examples(session: Session) -> Iterator[dict[str, Any]]:
    """Corrections in force as labelled reports, as `minqing eval` reads them: the last one of each report. Unmasked."""
    query = (
        select(CorrectionRow, ReportRow)
        .join(ReportRow)
        .where(CorrectionRow.undone.is_(False))
        .order_by(ReportRow.pk, CorrectionRow.id.desc())
        .execution_options(yield_per=500)
    )
    last = None
    for made, row in session.execute(query):
        if row.pk == last:
            continue
        last = row.pk
        yield {
            "id": row.key,
            "text": stored(row).report.content,
            "primary": made.after["primary"]["id"],
            "labels": [category["id"] for category in made.after["categories"]],
            "acceptable": [],
            "by": made.by,
            "at": made.at.isoformat(),
        }


def _state(row: ReportRow) -> dict[str, Any]:
    analysis = row.analysis
    return {
        "primary": analysis["primary"],
        "categories": analysis["categories"],
        "decided": row.decided,
        "reviewed": row.reviewed,
    }


def _set(session: Session, row: ReportRow, state: dict[str, Any]) -> None:
    row.analysis = row.analysis | {name: state[name] for name in ("primary", "categories", "decided")}
    row.category, row.score = state["primary"]["id"], state["primary"]["score"]
    row.decided, row.reviewed = state["decided"], state["reviewed"]
    emit(session, "report.corrected", row.key, told_report(row))
    refresh(session, [row.issue_id])


def _correction(row: CorrectionRow, report: str) -> Correction:
    return Correction(
        id=row.id,
        at=row.at,
        by=row.by,
        report=report,
        primary_before=row.before["primary"]["id"],
        primary=row.after["primary"]["id"],
        categories=tuple(category["id"] for category in row.after["categories"]),
        undone=row.undone,
    )
