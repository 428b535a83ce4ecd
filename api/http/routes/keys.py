"""/v1/keys and /v1/audit: for administrators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from api.http.auth import ADMIN, allowed
from api.http.problems import Problem, responses
from api.http.service import Service, the_service
from api.keys import MAX_NAME, Key, Principal, Role

router = APIRouter(prefix="/v1", tags=["administration"])

Svc = Annotated[Service, Depends(the_service)]
Admin = Annotated[Principal, allowed(ADMIN)]


class KeyIn(BaseModel):
    """Whose key it is to be, and what for."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=MAX_NAME, pattern=r"^[\w.@-]+( [\w.@-]+)*$", examples=["分拣一组"])
    role: Role


class KeyOut(BaseModel):
    """A key, without its secret."""

    id: str
    name: str
    role: Role
    created_at: str
    revoked_at: str | None


class NewKeyOut(KeyOut):
    """The same with the key itself, shown this once."""

    key: str


class AuditedOut(BaseModel):
    """An entry of the audit log."""

    id: int
    at: str
    by: str
    action: str
    subject: str
    detail: dict[str, Any]


@router.post(
    "/keys",
    status_code=201,
    response_model=NewKeyOut,
    responses=responses(400, 401, 403, 408, 413, 422, 429),
    summary="Make a key",
)
def create(body: KeyIn, service: Svc, principal: Admin) -> JSONResponse:
    """It is shown once and cannot be shown again."""
    key, token = service.keys.create(name=body.name, role=body.role, by=principal.by)
    return JSONResponse(_shown(key) | {"key": token}, 201)


@router.get("/keys", response_model=list[KeyOut], responses=responses(401, 403, 429), summary="Keys")
def keys(service: Svc, _: Admin) -> JSONResponse:
    """All keys ever made, oldest first."""
    return JSONResponse([_shown(key) for key in service.keys.list()])


@router.delete("/keys/{key}", status_code=204, responses=responses(401, 403, 404, 422, 429), summary="Revoke a key")
def revoke(
    key: Annotated[str, Path(max_length=20, pattern=r"^[0-9a-f]+$")], service: Svc, principal: Admin
) -> Response:
    """It works no longer, at once."""
    if all(known.id != key for known in service.keys.list()):
        raise Problem(404, "no such key")
    service.keys.revoke(key, by=principal.by)
    return Response(status_code=204)


@router.get("/audit", response_model=list[AuditedOut], responses=responses(401, 403, 422, 429), summary="Audit log")
def audit(
    service: Svc,
    _: Admin,
    before: Annotated[int | None, Query(ge=1, lt=2**63, description="Id to read on from.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> JSONResponse:
    """Who looked at personal data, changed or exported something; newest first."""
    entries = service.audit.read(before=before, most=limit)
    return JSONResponse(
        [
            {
                "id": e.id,
                "at": e.at.isoformat(),
                "by": e.by,
                "action": e.action,
                "subject": e.subject,
                "detail": dict(e.detail),
            }
            for e in entries
        ]
    )


def _shown(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role.value,
        "created_at": key.created_at.isoformat(),
        "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
    }
