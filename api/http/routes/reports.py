"""/v1/reports: take reports in."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from api.http.auth import INGEST, allowed
from api.http.models import IngestedOut, KnownOut, Reports, as_list
from api.http.problems import responses
from api.http.service import Service, the_service
from api.keys import Principal

router = APIRouter(prefix="/v1", tags=["reports"])


@router.post(
    "/reports",
    status_code=201,
    response_model=IngestedOut | KnownOut | list[IngestedOut | KnownOut],
    responses=responses(400, 401, 403, 408, 409, 413, 422, 429, 503),
    summary="Take reports in",
)
async def ingest(
    body: Reports, service: Annotated[Service, Depends(the_service)], principal: Annotated[Principal, allowed(INGEST)]
) -> Any:
    """Tag, link to an issue and store. What is answered is stored; the same id from the same source changes nothing."""
    reports = as_list(body)
    results = [
        {"id": report.id, "key": report.key, "known": True} if ingested is None else ingested.to_json()
        for report, ingested in zip(reports, await service.ingest(reports), strict=True)
    ]
    return JSONResponse(results if isinstance(body, list) else results[0], 201)
