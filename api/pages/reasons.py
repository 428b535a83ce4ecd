"""Why reports are in the issue that they are in, as pages tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.issues import Issue, read_issues
from api.schema import ReportRow
from api.stored import Stored


@dataclass(frozen=True, slots=True)
class Named:
    """A report that a reason names: its key, its headline, and the issue that it is in now."""

    key: str
    headline: str
    issue: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a report joined its issue when it came, and whether that still holds.

    opened: it opened an issue of its own; near: the report that it was most like; holds: that one is in the same issue
    now; score, threshold: probabilities; shared: phrases in both, nothing masked in them; copy: an earlier report with
    the same letters; other: the nearest issue not chosen, with its score; moved_by: who brought it here since.
    """

    opened: bool
    near: Named | None
    holds: bool
    score: float
    threshold: float
    shared: tuple[str, ...]
    copy: Named | None
    other: tuple[Issue, float] | None
    moved_by: str | None


def read_reasons(session: Session, reports: Sequence[Stored]) -> dict[str, Reason]:
    """By key of the report; those of which nothing is known are left out."""
    whys = [report.why for report in reports if report.why is not None]
    keys = {key for why in whys for key in (why["report"], why["copy_of"]) if key is not None}
    rows = session.execute(select(ReportRow.key, ReportRow.headline, ReportRow.issue_id).where(ReportRow.key.in_(keys)))
    named = {row.key: Named(row.key, row.headline, row.issue_id) for row in rows}
    others = read_issues(session, {why["other"]["issue"] for why in whys if why["other"] is not None})
    issues = {issue.id: issue for issue in others}
    reasons = ((report.report.key, _reason(report, named, issues)) for report in reports)
    return {key: reason for key, reason in reasons if reason is not None}


def _reason(report: Stored, named: dict[str, Named], issues: dict[str, Issue]) -> Reason | None:
    why = report.why
    if why is None:
        if not report.founder and report.moved_by is None:
            return None
        return Reason(report.founder, None, False, 0.0, 0.0, (), None, None, report.moved_by)
    near, other = named.get(why["report"]), why["other"]
    return Reason(
        opened=why["report"] is None,
        near=near,
        holds=near is not None and near.issue == report.issue,
        score=why["score"],
        threshold=why["threshold"],
        shared=tuple(phrase for phrase in why["shared"] if "*" not in phrase),
        copy=named.get(why["copy_of"]),
        other=(issues[other["issue"]], other["score"]) if other is not None and other["issue"] in issues else None,
        moved_by=report.moved_by,
    )
