"""/v1/corrections: what people say of reports' categories."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api.corrections import Correction, correct, corrections, undo_correction
from api.errors import UsageError
from api.http.answers import PLAIN, found
from api.http.auth import READ, TRIAGE, allowed
from api.http.problems import Problem, responses
from api.http.service import Service, the_service
from api.keys import Principal
from api.queries import find_report

router = APIRouter(prefix="/v1", tags=["corrections"])

Svc = Annotated[Service, Depends(the_service)]
Corrector = Annotated[Principal, allowed(TRIAGE)]
ReportKey = Annotated[str, Field(min_length=1, max_length=401, pattern=PLAIN)]
_Category = Annotated[str, Field(max_length=40, pattern=PLAIN, examples=["fraud.investment"])]


class CorrectionIn(BaseModel):
    """What a report is about; the same as the machine said accepts it."""

    model_config = ConfigDict(extra="forbid")
    report: ReportKey
    primary: _Category
    categories: list[_Category] = Field(default=[], max_length=60, description="All that apply.")


class CorrectionOut(BaseModel):
    """Kept for ever, taken back or not."""

    id: int
    at: str
    by: str
    report: str
    primary_before: str
    primary: str
    categories: list[str]
    undone: bool


@router.post(
    "/corrections",
    status_code=201,
    response_model=CorrectionOut,
    responses=responses(400, 401, 403, 404, 408, 413, 422, 429),
    summary="Accept or correct",
)
def create(body: CorrectionIn, service: Svc, principal: Corrector) -> JSONResponse:
    """The report is decided and reviewed from now on."""
    with service.store.reading() as session:
        found(find_report(session, body.report), "report")
    taxonomy = service.pipeline.taxonomy
    unknown = [category for category in (body.primary, *body.categories) if category not in taxonomy]
    if unknown:
        where = "`primary`" if body.primary in unknown else "one of `categories`"
        raise Problem(404, f"no such category as {where}; see GET /v1/taxonomy")
    made = correct(service.store, body.report, body.primary, body.categories, by=principal.by, taxonomy=taxonomy)
    return JSONResponse(_shown(made), 201)


@router.get(
    "/corrections", response_model=list[CorrectionOut], responses=responses(401, 403, 422, 429), summary="Of a report"
)
def of_report(
    report: Annotated[str, Query(min_length=1, max_length=401, pattern=PLAIN)],
    service: Svc,
    _: Annotated[Principal, allowed(READ)],
) -> JSONResponse:
    """What people said of a report, oldest first."""
    with service.store.reading() as session:
        return JSONResponse([_shown(made) for made in corrections(session, report)])


@router.post(
    "/corrections/{correction}/undo",
    response_model=CorrectionOut,
    responses=responses(401, 403, 409, 422, 429),
    summary="Undo a correction",
)
def undo(correction: Annotated[int, Path(ge=1, lt=2**63)], service: Svc, principal: Corrector) -> JSONResponse:
    """The report is as it was before."""
    try:
        made = undo_correction(service.store, correction, by=principal.by)
    except UsageError as error:
        raise Problem(409, "there is no such correction in force, or a later one stands on it") from error
    return JSONResponse(_shown(made))


def _shown(made: Correction) -> dict[str, Any]:
    return {
        "id": made.id,
        "at": made.at.isoformat(),
        "by": made.by,
        "report": made.report,
        "primary_before": made.primary_before,
        "primary": made.primary,
        "categories": list(made.categories),
        "undone": made.undone,
    }
