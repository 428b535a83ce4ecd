"""/v1/issues/{id}/status: where an issue's handling stands, and its next step."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api.http.answers import PLAIN
from api.http.auth import READ, TRIAGE, allowed
from api.http.problems import Problem, responses
from api.http.routes.issues import IssueId, Svc, existing
from api.http.times import When
from api.keys import Principal
from api.loop import MoveError, Standing, Step, history, move, standing
from api.schema import IssueRow

router = APIRouter(prefix="/v1", tags=["handling"])


class StepIn(BaseModel):
    """The next step. An office and a time limit go with `assigned`; without them routing decides."""

    model_config = ConfigDict(extra="forbid")
    to: Literal["assigned", "handling", "concluded", "reopened", "supervised"]
    note: str = Field(default="", max_length=2000, pattern=PLAIN)
    office: Annotated[str | None, Field(min_length=1, max_length=100, pattern=PLAIN)] = None
    due_at: When | None = None


class StepOut(BaseModel):
    """One step of the handling."""

    at: str
    by: str
    before: str
    after: str
    office: str
    note: str


class StandingOut(BaseModel):
    """Where it stands, and how it came there."""

    issue: str
    status: str
    since: str | None
    office: str
    due_at: str | None
    overdue: bool
    supervised: bool
    steps: list[StepOut]


@router.get(
    "/issues/{issue}/status",
    response_model=StandingOut,
    responses=responses(401, 403, 404, 422, 429),
    summary="Where an issue stands",
)
def status(issue: IssueId, service: Svc, _: Annotated[Principal, allowed(READ)]) -> JSONResponse:
    """Its status, office and time limit, and every step so far."""
    existing(service, issue)
    with service.store.reading() as session:
        row = session.get_one(IssueRow, issue)
        return JSONResponse(_shown(standing(session, row, now=datetime.now(UTC)), history(session, issue)))


@router.post(
    "/issues/{issue}/status",
    response_model=StandingOut,
    responses=responses(400, 401, 403, 404, 408, 409, 413, 422, 429),
    summary="Take the next step",
)
def step(issue: IssueId, body: StepIn, service: Svc, principal: Annotated[Principal, allowed(TRIAGE)]) -> JSONResponse:
    """Assign, handle, conclude, reopen or supervise an issue."""
    existing(service, issue)
    try:
        with service.store.writing() as session:
            now = move(
                session,
                issue,
                body.to,
                by=principal.by,
                at=datetime.now(UTC),
                routing=service.pipeline.routing,
                note=body.note,
                office=body.office,
                due_at=body.due_at,
            )
            service.audit.write(principal.by, "issue.status", issue, session=session, to=body.to)
            steps = history(session, issue)
    except MoveError as error:
        raise Problem(409, f"the issue cannot become {body.to} from where it stands; see GET …/status") from error
    return JSONResponse(_shown(now, steps))


def _shown(now: Standing, steps: list[Step]) -> dict[str, Any]:
    return now.to_json() | {"steps": [step.to_json() for step in steps]}
