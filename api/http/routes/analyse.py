"""POST /v1/analyse: categories and facts of reports; nothing is stored."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from api.http.auth import ALL, allowed, may_unmask
from api.http.models import AnalysisOut, Reports, as_list
from api.http.problems import responses
from api.http.service import Service, the_service
from api.keys import Principal

router = APIRouter(prefix="/v1", tags=["analyse"])


@router.post(
    "/analyse",
    response_model=AnalysisOut | list[AnalysisOut],
    responses=responses(400, 401, 403, 408, 413, 422, 429, 503),
    summary="Tag reports",
)
async def analyse(
    body: Reports,
    service: Annotated[Service, Depends(the_service)],
    principal: Annotated[Principal, allowed(ALL)],
    unmasked: bool = False,
    scores: bool = False,
) -> Any:
    """One report or up to 500; an object for an object, a list for a list. Nothing is stored.

    `unmasked` shows personal data, to triage and admin; each such call is in the audit log.
    """
    if unmasked:
        may_unmask(principal)
    analyses = await service.analyse(as_list(body))
    if unmasked:
        await service.audited(principal, "analyse.unmasked", reports=len(analyses))
    # Masking a long list takes a while, in which others are served.
    results = await run_in_threadpool(lambda: [a.to_json(unmasked=unmasked, scores=scores) for a in analyses])
    return JSONResponse(results if isinstance(body, list) else results[0])
