"""The way in: a key is given once, the browser keeps a cookie."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from api.http.auth import Sessions, foreign
from api.http.problems import Problem
from api.http.service import Service, the_service
from api.pages.panel import render

router = APIRouter(include_in_schema=False)


@router.get("/login")
async def ask() -> HTMLResponse:
    """The form."""
    return _form("")


@router.post("/login")
async def enter(
    request: Request, service: Annotated[Service, Depends(the_service)], key: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Take a key and give the cookie; after too many wrong ones an address has to wait."""
    if foreign(request):
        raise Problem(403, "this form is sent from its own page only")
    address = request.client.host if request.client else ""
    await service.limits.may_try(address)
    principal = await run_in_threadpool(service.keys.check, key.strip())
    if principal is None:
        await service.limits.wrong_key(address)
        return _form("密钥无效：请核对是否完整，或向管理员索取新的密钥。", status=401)
    response = RedirectResponse("/", 303)
    service.sessions.start(response, principal, secure=request.url.scheme == "https")
    return response


@router.post("/logout")
async def leave(request: Request) -> Response:
    """Take the cookie back."""
    response = RedirectResponse("/login", 303)
    if not foreign(request):
        Sessions.end(response)
    return response


def _form(error: str, *, status: int = 200) -> HTMLResponse:
    return HTMLResponse(render("login.html", error=error), status, headers={"Cache-Control": "no-store"})
