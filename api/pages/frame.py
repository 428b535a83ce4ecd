"""What is around every page: navigation by role, theme, who is here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import ui
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.http.auth import principal_of
from api.http.service import Service
from api.keys import Role
from api.pages.desk import Desk
from api.pages.panel import Panel, render

#: Where the pages' own files lie.
ASSETS = "/pages"


@dataclass(frozen=True, slots=True)
class Page:
    """An address, what stands there, and who may see it. `listed`: whether the navigation names it."""

    path: str
    title: str
    roles: frozenset[Role]
    build: Callable[[Desk], Awaitable[None]]
    listed: bool = True


Builder = Callable[[Request], Awaitable[Response | None]]


def framed(page: Page, pages: tuple[Page, ...], service: Service) -> Builder:
    """The function that builds a page for whoever asks: a login for who is unknown, a refusal for a wrong role."""

    async def build(request: Request) -> Response | None:
        principal = principal_of(request)
        if principal is None:
            return RedirectResponse("/login", 303)
        desk = Desk(service, principal, request)
        if page.path == "/" and not desk.may(page.roles):
            return RedirectResponse(next(p.path for p in pages if p.listed and desk.may(p.roles)), 303)
        ui.add_head_html(f'<link rel="stylesheet" href="{ASSETS}/pages.css"><script src="{ASSETS}/theme.js"></script>')
        ui.dark_mode({"dark": True, "light": False}.get(request.cookies.get("minqing_theme", "")))
        allowed = [p for p in pages if p.listed and desk.may(p.roles)]
        # Plain HTML, which is there before any script runs.
        ui.add_body_html(render("frame.html", page=page, pages=allowed, principal=principal))
        with ui.element("div").props('id=main tabindex="-1"').classes("page"):
            if desk.may(page.roles):
                await page.build(desk)
            else:
                ui.context.client.status_code = 403
                Panel(desk, "refused.html", page=page, principal=principal)
        return None

    return build
