"""/v1/webhooks: where events are sent."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from api.errors import UsageError
from api.http.auth import ADMIN, allowed
from api.http.problems import Problem, responses
from api.http.service import Service, the_service
from api.http.webhooks import Hook
from api.keys import Principal

router = APIRouter(prefix="/v1", tags=["webhooks"])

Svc = Annotated[Service, Depends(the_service)]
Admin = Annotated[Principal, allowed(ADMIN)]


class HookIn(BaseModel):
    """Where events are to go, and which."""

    model_config = ConfigDict(extra="forbid")
    url: str = Field(max_length=2000, pattern="^https?://", examples=["https://example.org/minqing"])
    kinds: list[Annotated[str, Field(pattern=r"^[a-z.]{1,40}$")]] = Field(
        default=[], max_length=20, description="Kinds of events; all where empty.", examples=[["issue.born"]]
    )


class HookOut(BaseModel):
    """A webhook, and how its deliveries go."""

    id: str
    url: str
    kinds: list[str]
    by: str
    at: str
    delivered: int = Field(description="Id of the last event that was delivered or given up.")
    attempts: int = Field(description="Failures of the next one so far.")
    next_at: str | None = Field(description="When it is tried again.")
    error: str


class NewHookOut(HookOut):
    """The same with the secret, shown this once."""

    secret: str = Field(description="Verify signatures with it: https://www.standardwebhooks.com")


@router.post(
    "/webhooks",
    status_code=201,
    response_model=NewHookOut,
    responses=responses(400, 401, 403, 408, 409, 413, 422, 429),
    summary="Send events to a URL",
)
async def create(body: HookIn, service: Svc, principal: Admin) -> JSONResponse:
    """Events from now on go there by POST, signed, in order, and again with back-off until they are taken.

    409 where the host has no address, or one that is not public.
    """
    try:
        hook, secret = await service.webhooks.create(url=body.url, kinds=body.kinds, by=principal.by)
    except UsageError as error:
        raise Problem(409, str(error)) from error
    return JSONResponse(_shown(hook) | {"secret": secret}, 201)


@router.get("/webhooks", response_model=list[HookOut], responses=responses(401, 403, 429), summary="Webhooks")
def hooks(service: Svc, _: Admin) -> JSONResponse:
    """All of them, and how their deliveries go."""
    return JSONResponse([_shown(hook) for hook in service.webhooks.all()])


@router.delete(
    "/webhooks/{hook}", status_code=204, responses=responses(401, 403, 404, 422, 429), summary="Remove a webhook"
)
def remove(
    hook: Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9]+$")], service: Svc, principal: Admin
) -> Response:
    """Nothing is sent there any more."""
    if not service.webhooks.remove(hook, by=principal.by):
        raise Problem(404, "no such webhook")
    return Response(status_code=204)


def _shown(hook: Hook) -> dict[str, Any]:
    return {
        "id": hook.id,
        "url": hook.url,
        "kinds": list(hook.kinds),
        "by": hook.by,
        "at": hook.at.isoformat(),
        "delivered": hook.cursor,
        "attempts": hook.attempts,
        "next_at": hook.next_at.isoformat() if hook.next_at else None,
        "error": hook.error,
    }
