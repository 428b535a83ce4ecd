"""Issues near a report or an issue, by likeness of what their reports say, and issues found by name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.issue_queries import IssueFilter, find_issue, list_issues
from api.issues import Issue, read_issues
from api.pages.desk import Desk
from api.stored import Stored

#: Reports that are looked at around one, and issues that are shown.
AROUND, SHOWN = 30, 9


@dataclass(frozen=True, slots=True)
class Near:
    """An issue and the likeness of its nearest report (cosine); None where it was found by name."""

    issue: Issue
    cosine: float | None


async def near_issues(desk: Desk, *reports: Stored) -> list[Near]:
    """The issues of the reports most like these, their own left out, most alike first."""
    own = {report.issue for report in reports}

    def read(session: Session) -> list[Near]:
        best: dict[str, float] = {}
        for report in reports:
            with desk.service.searching:
                found = desk.service.similar.similar_to(session, report, AROUND)
            for other, cosine in found:
                if other.issue not in own:
                    best[other.issue] = max(cosine, best.get(other.issue, -1.0))
        nearest = sorted(best, key=lambda issue: -best[issue])[:SHOWN]
        issues = {issue.id: issue for issue in read_issues(session, nearest)}
        return [Near(issues[issue], best[issue]) for issue in nearest if issue in issues]

    return await desk.read(read)


async def issue_named(desk: Desk, words: str) -> list[Near]:
    """The largest issues with these words in name or place; that of an id."""

    def read(session: Session) -> list[Near]:
        exact = find_issue(session, words)
        found = list_issues(session, IssueFilter(text=words), limit=SHOWN).items
        return [Near(issue, None) for issue in ((exact,) if exact and exact.size else ()) + found]

    return await desk.read(read)
