"""Put the service together: routes, the gate before them, and threads that live as long as the app."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api.http import problems
from api.http.gate import Gate
from api.http.routes import (
    analyse,
    corrections,
    decisions,
    events,
    exports,
    handling,
    health,
    issues,
    keys,
    period,
    reports,
    session,
    similar,
    stats,
    taxonomy,
    uploads,
    webhooks,
)
from api.http.service import Service, Settings
from api.store import Store
from nlp import PairScorer, Pipeline

#: Names under which a browser may reach a service that asks for no key: no other site can pretend to be it.
LOOPBACK = ["localhost", "127.0.0.1", "[::1]", "::1"]

DESCRIPTION = """Citizens' reports in Chinese, understood: categories, facts, and the issue each belongs to.

Every call but `/healthz` and `/readyz` takes a key: `Authorization: Bearer mq_…`. Personal data is masked unless a role
may see it and asks; each look is in the audit log. Errors are RFC 9457 problem documents and never repeat a text.
"""


def create_app(
    *, store: Store, pipeline: Pipeline, scorer: PairScorer, settings: Settings | None = None, no_auth: bool = False
) -> FastAPI:
    """The app over a store. `no_auth` lets everybody in as admin: for loopback only, which the caller sees to."""
    service = Service(store=store, pipeline=pipeline, scorer=scorer, settings=settings or Settings())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.start()
        yield
        await service.stop()

    app = FastAPI(
        title="minqing 民情",
        version=version("minqing"),
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False},
    )
    app.state.service = service
    problems.install(app)
    # Uploads before reports: a report's key may hold any letters, `upload` too.
    reading = (reports, similar, issues, stats, period, exports, events)
    for part in (
        health,
        session,
        analyse,
        taxonomy,
        uploads,
        *reading,
        decisions,
        corrections,
        handling,
        webhooks,
        keys,
    ):
        app.include_router(part.router)
    app.add_middleware(Gate, service=service, no_auth=no_auth)
    if no_auth:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK)
    return app
