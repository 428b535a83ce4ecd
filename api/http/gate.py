"""What every request passes first: who calls, how often, how long, and what is said when something breaks."""

from __future__ import annotations

import logging
import time
import traceback

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.auth import NOBODY, foreign, identify, unknown
from api.http.limits import bounded, check_head
from api.http.problems import Problem
from api.http.service import Service
from api.keys import Principal

log = logging.getLogger("minqing.http")

#: Paths under /v1 that need no key.
OPEN = {"/v1/session", "/v1/openapi.json", "/v1/docs"}


class Gate:
    """Identifies the caller before a byte of the body is read; counts, times and logs without any caller's words."""

    def __init__(self, app: ASGIApp, service: Service, *, no_auth: bool) -> None:
        self._app = app
        self._service = service
        self._no_auth = no_auth

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        if scope["type"] == "websocket":
            connection.state.principal = await self._identify(connection)
            await self._app(scope, receive, send)
            return
        await self._http(connection, scope, bounded(receive, scope), send)

    async def _http(self, connection: HTTPConnection, scope: Scope, receive: Receive, send: Send) -> None:
        start = time.perf_counter()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        try:
            check_head(scope)
            await self._admit(connection, scope["path"])
            await self._app(scope, receive, sending)
        except Problem as problem:
            await problem.response()(scope, receive, sending)
        except Exception as error:
            # An exception's message may hold a text; where it happened does not.
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("%s at\n%s", type(error).__name__, where)
            if status == 0:
                mistake = Problem(500, "this is our mistake; the log tells more")
                await mistake.response()(scope, receive, sending)
        route = _route(scope)
        seconds = time.perf_counter() - start
        self._service.metrics.answered(scope["method"], route, status, seconds)
        log.info("%s %s %d %.0f ms", scope["method"], route, status, seconds * 1000)

    async def _admit(self, connection: HTTPConnection, path: str) -> None:
        principal = connection.state.principal = await self._identify(connection)
        if path.startswith("/v1/") and path not in OPEN:
            limits = self._service.limits
            address = connection.client.host if connection.client else ""
            if principal is None:
                await limits.may_try(address)
                if "authorization" in connection.headers:
                    await limits.wrong_key(address)
                raise unknown()
            await limits.call(principal.id)

    async def _identify(self, connection: HTTPConnection) -> Principal | None:
        if self._no_auth:
            return None if foreign(connection) and connection.scope["path"].startswith("/v1/") else NOBODY
        return await identify(connection, self._service.keys, self._service.sessions)


#: Said with every answer.
_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin"))


def _route(scope: Scope) -> str:
    """The route's template, for a path may hold an id that a caller chose; `-` where none matched."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else "-"
