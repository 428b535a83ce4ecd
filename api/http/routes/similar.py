"""GET /v1/similar: reports that tell of something alike."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.http.answers import PLAIN, found
from api.http.auth import READ, allowed
from api.http.models import StoredOut
from api.http.problems import responses
from api.http.routes.reports import shown
from api.http.service import Service, the_service
from api.keys import Principal
from api.queries import find_report

router = APIRouter(prefix="/v1", tags=["reports"])


class SimilarOut(BaseModel):
    """A report, and the cosine of the two vectors."""

    report: StoredOut
    cosine: float


@router.get(
    "/similar",
    response_model=list[SimilarOut],
    responses=responses(401, 403, 404, 422, 429),
    summary="Reports that are alike",
)
def similar(
    service: Annotated[Service, Depends(the_service)],
    _: Annotated[Principal, allowed(READ)],
    report: Annotated[str, Query(min_length=1, max_length=401, pattern=PLAIN, description="Key of a report.")],
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
) -> JSONResponse:
    """The reports whose vectors are nearest to that of one, most alike first."""
    with service.store.reading() as session:
        stored = found(find_report(session, report), "report")
        with service.searching:
            near = service.similar.similar_to(session, stored, limit)
    return JSONResponse([{"report": shown(other), "cosine": round(cosine, 4)} for other, cosine in near])
