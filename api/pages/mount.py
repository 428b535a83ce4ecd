"""Put the pages on the app: those of NiceGUI, the login, and the files they load."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from nicegui import app as nicegui
from nicegui import ui
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from api.http.auth import INGEST, READ, TRIAGE
from api.http.service import Service
from api.pages import bulletins, issue, issues, login, map, overview, reports, settings, submit, triage
from api.pages.atlas import Asked, Atlases
from api.pages.frame import ASSETS, Page, framed
from api.pages.panel import compile_templates


def mount_pages(app: FastAPI) -> None:
    """Everything that is not of the API is a page. To be called once, before the app is served."""
    service: Service = app.state.service
    atlases = app.state.atlases = Atlases(service.store, service.pipeline.taxonomy)
    for part in (login, submit, map, bulletins):
        app.include_router(part.router)
    app.mount(ASSETS, StaticFiles(directory=Path(__file__).parent / "static"))
    service.preparations += [
        compile_templates,
        partial(_look, service),
        partial(atlases.make, Asked(issues=False, since=None, until=None)),
    ]
    pages = _pages(atlases)
    for page in pages:
        ui.page(page.path, title=f"{page.title} · 民情", response_timeout=30)(framed(page, pages, service))
    ui.run_with(
        app,
        title="民情",
        favicon=Path(__file__).parent / "static" / "icon.svg",
        language="zh-CN",
        tailwind=False,
        binding_refresh_interval=None,
        # Seconds that a browser may be gone, or the machine be too busy to answer it, before its page starts anew.
        reconnect_timeout=30,
        gzip_middleware_factory=_compressed,
        show_welcome_message=False,
    )
    # Quasar would show a bar of its own, which nobody can name, for every request that a page makes.
    nicegui.config.quasar_config["loadingBar"]["skipHijack"] = True
    # A page's connection is told by its address, which lets in whoever knows it.
    logging.getLogger("uvicorn.error").addFilter(_names_no_page)
    mounted = app.router.routes.pop()
    assert isinstance(mounted, Mount)
    app.router.routes.append(_Pages("/", mounted.app))


def _pages(atlases: Atlases) -> tuple[Page, ...]:
    return (
        Page("/", "概览", READ, overview.build),
        Page("/triage", "分拣", TRIAGE, triage.build),
        Page("/issues", "议题", READ, issues.build),
        Page("/issues/{issue}", "议题", READ, issue.build, listed=False),
        Page("/reports", "报告", READ, reports.build),
        Page("/reports/{key:path}", "报告", READ, reports.build_one, listed=False),
        Page("/map", "主题地图", READ, partial(map.build, atlases)),
        Page("/bulletins", "简报", READ, bulletins.build),
        Page("/submit", "提交", INGEST, submit.build),
        Page("/settings", "设置", READ, settings.build),
    )


def _look(service: Service) -> None:
    """What every overview asks of the store is then in memory."""
    with service.store.reading() as session:
        overview.read_overview(session, None)


class _Pages(Mount):
    """Leaves the API's addresses to the API, which tells of mistakes in its own way."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["path"].startswith("/v1/"):
            return Match.NONE, {}
        return super().matches(scope)


def _names_no_page(record: logging.LogRecord) -> bool:
    return "WebSocket" not in record.getMessage()


def _compressed(app: ASGIApp) -> GZipMiddleware:
    return GZipMiddleware(app, minimum_size=2000, compresslevel=4)
