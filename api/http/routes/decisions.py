"""What people decide about issues: merge, split, move, undo. It outranks the machine, for ever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api.errors import UsageError
from api.http.answers import PLAIN, found
from api.http.auth import READ, allowed
from api.http.models import DecisionOut
from api.http.problems import Problem, responses
from api.http.routes.issues import IssueId, Svc, existing
from api.http.service import Service
from api.keys import Principal
from api.queries import find_report
from nlp import Verdict

router = APIRouter(prefix="/v1", tags=["decisions"])

Decider = Annotated[Principal, allowed(READ)]
_Id = Annotated[str, Field(min_length=1, max_length=401, pattern=PLAIN)]
_ERRORS = responses(400, 401, 403, 404, 408, 409, 413, 422, 429)


class MergeIn(BaseModel):
    """The issue that becomes one with this."""

    model_config = ConfigDict(extra="forbid")
    other: _Id


class SplitIn(BaseModel):
    """Keys of the reports that leave."""

    model_config = ConfigDict(extra="forbid")
    reports: list[_Id] = Field(min_length=1, max_length=10_000)


class MoveIn(BaseModel):
    """Key of the report that comes."""

    model_config = ConfigDict(extra="forbid")
    report: _Id


@router.post("/issues/{issue}/merge", response_model=DecisionOut, responses=_ERRORS, summary="Merge two issues")
def merge(issue: IssueId, body: MergeIn, service: Svc, principal: Decider) -> JSONResponse:
    """This and the other are one, for ever: the machine keeps to it."""
    for one in (issue, body.other):
        existing(service, one)
    return _decided(service, lambda: service.linked.merge(issue, body.other, by=principal.by))


@router.post("/issues/{issue}/split", response_model=DecisionOut, responses=_ERRORS, summary="Split an issue")
def split(issue: IssueId, body: SplitIn, service: Svc, principal: Decider) -> JSONResponse:
    """These reports are an issue of their own and never meet the rest again."""
    existing(service, issue)
    return _decided(service, lambda: service.linked.split(issue, body.reports, by=principal.by))


@router.post("/issues/{issue}/move", response_model=DecisionOut, responses=_ERRORS, summary="Move a report here")
def move(issue: IssueId, body: MoveIn, service: Svc, principal: Decider) -> JSONResponse:
    """The report goes to this issue and does not come back."""
    existing(service, issue)
    with service.store.reading() as session:
        found(find_report(session, body.report), "report")
    return _decided(service, lambda: service.linked.move(body.report, issue, by=principal.by))


@router.post("/decisions/{decision}/undo", response_model=DecisionOut, responses=_ERRORS, summary="Undo a decision")
def undo(decision: Annotated[int, Path(ge=0, lt=2**31)], service: Svc, principal: Decider) -> JSONResponse:
    """The decision binds no longer: the reports that it moved are where they were."""
    with service.store.reading() as session:
        if all(verdict.id != decision for verdict in service.store.verdicts(session)):
            raise Problem(404, "no such decision, or it was taken back")
    return _decided(service, lambda: service.linked.undo(decision, by=principal.by))


def _decided(service: Service, decide: Callable[[], Verdict]) -> JSONResponse:
    try:
        with service.writing:
            verdict: Any = decide()
    except (UsageError, ValueError) as error:
        # The reason names what the caller sent; that there is one is enough.
        raise Problem(409, "the issues are not as you think; look at them again") from error
    return JSONResponse({"decision": verdict.id})
