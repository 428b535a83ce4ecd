"""The server under the app: uvicorn, with time limits that it lacks."""

from __future__ import annotations

import asyncio
import logging
import socket

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.http.limits import HEAD_BYTES
from api.http.service import Service

#: Seconds within which a client has to send a request's head.
HEAD_SECONDS = 10.0
#: Connections and requests under way; more are answered by 503.
CONNECTIONS = 1000
#: Seconds that open requests have to finish once the server is told to stop.
GRACE_SECONDS = 15


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that closes a connection whose request head does not come in time."""

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # Whatever the loggers are set to: the gate writes the log, without addresses.
        self.access_log = False
        self._wait()

    def data_received(self, data: bytes) -> None:
        if self._timer is None and self._between_requests():
            self._wait()
        super().data_received(data)
        if not self._between_requests():
            self._stop_waiting()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        # From here on it is a page's connection, which may be quiet for long.
        self._stop_waiting()
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _between_requests(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        self._timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Server(uvicorn.Server):
    """Tells streams to end before it waits for open requests."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._service.close()
        await super().shutdown(sockets)


def configure(app: FastAPI, *, host: str, port: int) -> uvicorn.Config:
    """How the app is served. The gate writes the access log, for a query may hold what nobody should read."""
    # It warns of each unknown address, and tells it in full.
    logging.getLogger("nicegui").setLevel(logging.ERROR)
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=PatientProtocol,
        access_log=False,
        log_config=None,
        server_header=False,
        h11_max_incomplete_event_size=HEAD_BYTES,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
