"""Whether it lives, whether it is ready, and what is counted."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api.http.auth import READ, allowed
from api.http.problems import Problem, responses
from api.http.service import Service, the_service
from api.keys import Principal

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """All is well."""

    status: str = "ok"


@router.get("/healthz", summary="Does it live?")
async def healthz() -> Health:
    """The process answers."""
    return Health()


@router.get("/readyz", summary="Can it work?", responses=responses(503))
async def readyz(service: Annotated[Service, Depends(the_service)]) -> Health:
    """The store answers, what it holds has been read, and both threads work."""
    if not service.ready:
        raise Problem(503, "starting, or stopping", headers={"Retry-After": "5"})
    try:
        await run_in_threadpool(service.store.size)
    except Exception as error:
        raise Problem(503, "the store does not answer", headers={"Retry-After": "5"}) from error
    return Health()


@router.get("/metrics", summary="Prometheus", response_class=Response, responses=responses(401, 403))
async def metrics(
    service: Annotated[Service, Depends(the_service)], principal: Annotated[Principal, allowed(READ)]
) -> Response:
    """Counters in Prometheus' text format."""
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
