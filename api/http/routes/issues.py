"""/v1/issues: list them, look at one, its time line, its members and what happened to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse, Response

from api.http.answers import PLAIN, Paging, found, read_page, tagged
from api.http.auth import READ, allowed, may_unmask
from api.http.models import HappenedOut, IssueOut, IssueTold, PageOf, StoredOut, TimelineOut
from api.http.problems import UNCHANGED, Problem, responses
from api.http.routes.reports import shown
from api.http.service import Service, the_service
from api.http.times import When
from api.issue_queries import IssueFilter, IssueOrder, exemplars, find_issue, lineage, list_issues, members, timeline
from api.issues import Issue
from api.keys import Principal

router = APIRouter(prefix="/v1", tags=["issues"])

IssueId = Annotated[str, Path(max_length=40, pattern=PLAIN, examples=["i3f2a9c01b7de"])]
Svc = Annotated[Service, Depends(the_service)]
Reader = Annotated[Principal, allowed(READ)]


@router.get(
    "/issues", response_model=PageOf[IssueOut], responses=responses(401, 403, 404, 422, 429), summary="List issues"
)
def issues(
    service: Svc,
    _: Reader,
    paging: Annotated[Paging, Depends()],
    category: Annotated[str | None, Query(max_length=40, pattern=PLAIN, description="With all below it.")] = None,
    division: Annotated[
        str | None, Query(max_length=200, pattern=PLAIN, description="`省/市`, with all inside it.")
    ] = None,
    since: Annotated[When | None, Query(description="With reports at this time or later.")] = None,
    until: Annotated[When | None, Query(description="With its first report before this time.")] = None,
    status: Annotated[str | None, Query(max_length=20, pattern=PLAIN)] = None,
    text: Annotated[
        str | None, Query(min_length=1, max_length=200, pattern=PLAIN, description="Of name or place.")
    ] = None,
    urgent: bool | None = None,
    order: IssueOrder = "size",
) -> Any:
    """Issues, a page at a time: the largest, the latest or the fastest growing first."""
    asked = IssueFilter(
        category=category, division=division, since=since, until=until, status=status, text=text, urgent=urgent
    )
    with service.store.reading() as session:
        page = read_page(
            lambda: list_issues(
                session, asked, order=order, now=datetime.now(UTC), cursor=paging.cursor, limit=paging.limit
            ),
            shown_issue,
        )
    return JSONResponse(page)


@router.get(
    "/issues/{issue}",
    response_model=IssueTold,
    responses=UNCHANGED | responses(401, 403, 404, 422, 429),
    summary="One issue",
)
def issue(issue: IssueId, request: Request, service: Svc, _: Reader) -> Response:
    """What it is about, how large it is, where its handling stands, and up to three reports that tell it best."""
    known = existing(service, issue)
    with service.store.reading() as session:
        told = [exemplar.to_json() for exemplar in exemplars(session, issue)]
    return tagged(request, shown_issue(known) | {"exemplars": told})


@router.get(
    "/issues/{issue}/timeline",
    response_model=TimelineOut,
    responses=responses(401, 403, 404, 422, 429),
    summary="An issue's time line",
)
def issue_timeline(
    issue: IssueId, service: Svc, _: Reader, period: Literal["hour", "day", "week"] = "day"
) -> JSONResponse:
    """Its reports counted by period (Asia/Shanghai), from the first to the last."""
    with service.store.reading() as session:
        series = found(timeline(session, issue, period=period), "issue")
    return JSONResponse({"period": period, "start": series.start.isoformat(), "counts": list(series.counts)})


@router.get(
    "/issues/{issue}/members",
    response_model=PageOf[StoredOut],
    responses=responses(401, 403, 404, 422, 429),
    summary="An issue's reports",
)
def issue_members(
    issue: IssueId, service: Svc, principal: Reader, paging: Annotated[Paging, Depends()], unmasked: bool = False
) -> JSONResponse:
    """Its reports in the order they came. With `unmasked`, for triage and admin, personal data is shown; audited."""
    if unmasked:
        may_unmask(principal)
    existing(service, issue)
    with service.store.reading() as session:
        page = read_page(
            lambda: members(session, issue, cursor=paging.cursor, limit=paging.limit),
            lambda stored: shown(stored, unmasked=unmasked),
        )
    if unmasked:
        service.audit.write(principal.by, "issue.unmasked", issue, reports=[item["key"] for item in page["items"]])
    return JSONResponse(page)


@router.get(
    "/issues/{issue}/history",
    response_model=list[HappenedOut],
    responses=responses(401, 403, 404, 422, 429),
    summary="What happened to an issue",
)
def issue_history(issue: IssueId, service: Svc, _: Reader) -> JSONResponse:
    """Births, merges, splits and moves, oldest first, with who or what did it. A merged issue keeps its history."""
    with service.store.reading() as session:
        happened = lineage(session, issue)
    if not happened:
        raise Problem(404, "no such issue")
    return JSONResponse(
        [
            {
                "at": h.at.isoformat(),
                "kind": h.kind,
                "issue": h.issue,
                "other": h.other,
                "reports": h.reports,
                "by": h.by,
            }
            for h in happened
        ]
    )


def existing(service: Service, issue: str) -> Issue:
    """The issue; Problem 404 where there is none, or it was merged away."""
    with service.store.reading() as session:
        known = find_issue(session, issue)
    if known is None or known.size == 0:
        raise Problem(404, "no such issue; it may have been merged: see its history")
    return known


def shown_issue(issue: Issue) -> dict[str, Any]:
    """An issue as it is answered."""
    return issue.to_json() | {
        "division": issue.division,
        "urgent": issue.urgent,
        "changed_at": issue.changed_at.isoformat() if issue.changed_at else None,
        "office": issue.office,
        "due_at": issue.due_at.isoformat() if issue.due_at else None,
    }
