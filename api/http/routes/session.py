"""/v1/session: a person logs in with a key and gets a cookie, so that pages and API know the same roles."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from api.http.auth import ALL, foreign, unknown
from api.http.auth import allowed as allowed
from api.http.problems import responses
from api.http.service import Service, the_service
from api.keys import Principal, Role

router = APIRouter(prefix="/v1", tags=["session"])


class KeyIn(BaseModel):
    """The key to log in with."""

    key: str = Field(max_length=200, examples=["mq_3f2a9c01b7de_…"])


class SessionOut(BaseModel):
    """Who is logged in."""

    id: str
    name: str
    role: Role


@router.post("/session", summary="Log in", responses=responses(400, 401, 408, 413, 422, 429))
async def log_in(
    body: KeyIn, request: Request, response: Response, service: Annotated[Service, Depends(the_service)]
) -> SessionOut:
    """A cookie for a key: HttpOnly, SameSite=Strict, good for twelve hours or until the service starts anew."""
    address = request.client.host if request.client else ""
    await service.limits.may_try(address)
    principal = None if foreign(request) else await run_in_threadpool(service.keys.check, body.key.strip())
    if principal is None:
        await service.limits.wrong_key(address)
        raise unknown()
    service.sessions.start(response, principal, secure=request.url.scheme == "https")
    return _shown(principal)


@router.get("/session", summary="Who am I?", responses=responses(401, 429))
async def who(principal: Annotated[Principal, allowed(ALL)]) -> SessionOut:
    """Whose key or cookie this is."""
    return _shown(principal)


@router.delete("/session", summary="Log out", status_code=204, responses=responses(401, 429))
async def log_out(service: Annotated[Service, Depends(the_service)]) -> Response:
    """The browser forgets the cookie."""
    response = Response(status_code=204)
    service.sessions.end(response)
    return response


def _shown(principal: Principal) -> SessionOut:
    return SessionOut(id=principal.id, name=principal.name, role=principal.role)
