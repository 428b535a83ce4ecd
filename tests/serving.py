"""A real server on a free port, with a key for every role, for tests to call.

`python tests/serving.py STORE PORT` serves a store in a process of its own, to be killed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
from plain import plain_pipeline

from api.http.app import create_app
from api.http.server import Server, configure
from api.http.service import Service, Settings
from api.keys import Keys, Role
from api.store import Store
from models import load_scorer
from nlp import Pipeline
from nlp.link_score import PlainScorer

LAMP = "阳光花园三期门口的路灯坏了一周，晚上很不安全，请尽快修理。"
LAMP_AGAIN = "阳光花园三期门口的路灯坏了一周多了，晚上出门很不安全，请尽快来修理。"
FRAUD = "我在微信上被拉进股票群，被骗了5万元，对方电话13800138000，请帮我追回。"
#: Two of one problem, and one of another.
THREE = [
    {"id": "1", "text": LAMP, "received_at": "2026-03-02T19:20:00+08:00", "source": "热线"},
    {"id": "2", "text": LAMP_AGAIN, "received_at": "2026/3/4 08:00:00", "source": "热线"},
    {"id": "3", "text": FRAUD, "received_at": "2026-03-05", "source": "热线"},
]


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers; `tokens` by role."""

    url: str
    service: Service
    tokens: dict[str, str]
    clients: dict[str | None, httpx2.Client]

    def client(self, role: str | None = "admin") -> httpx2.Client:
        """A new client that brings the key of a role, or none."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}"} if role else {}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=60, trust_env=False, verify=False)

    def call(self, method: str, path: str, role: str | None = "admin", **more: Any) -> httpx2.Response:
        """One call."""
        if role not in self.clients:
            self.clients[role] = self.client(role)
        return self.clients[role].request(method, path, **more)


@contextmanager
def serving(folder: Path, pipeline: Pipeline, *, no_auth: bool = False, **settings: Any) -> Iterator[Served]:
    """Serve a new store in a folder until the block ends."""
    store = Store(f"sqlite:///{folder}/served.db")
    keys = Keys(store)
    tokens = {role.value: keys.create(name=f"{role} of the test", role=role, by="test")[1] for role in Role}
    settings = {"uploads": folder / "uploads", "webhook_networks": ("127.0.0.0/8",)} | settings
    app = create_app(
        store=store, pipeline=pipeline, scorer=load_scorer(), settings=Settings(**settings), no_auth=no_auth
    )
    server = Server(configure(app, host="127.0.0.1", port=0), app.state.service)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started and app.state.service.ready)
    port = server.servers[0].sockets[0].getsockname()[1]
    served = Served(f"http://127.0.0.1:{port}", app.state.service, tokens, {})
    try:
        yield served
    finally:
        for client in served.clients.values():
            client.close()
        server.should_exit = True
        thread.join()
        store.close()


def until(happened: Any, *, seconds: float = 30) -> Any:
    """What `happened` gives once it is truthy; fails after some seconds."""
    end = time.monotonic() + seconds
    while not (result := happened()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
    return result


def ask(served: Served, method: str, path: str, role: str | None = "admin", **more: Any) -> Any:
    """The JSON of an answer that has to be a success."""
    response = served.call(method, path, role, **more)
    assert response.is_success, response.text
    return response.json() if response.content else None


def issue_of(served: Served, key: str) -> str:
    """The issue that a report is in."""
    return str(ask(served, "GET", f"/v1/reports/{key}")["issue"])


def serve_plainly(store: str, port: str) -> None:
    """Serve a store without an encoder, for tests that kill a server."""
    pipeline, scorer = plain_pipeline(64), PlainScorer(64)
    folder = Path(store.removeprefix("sqlite:///")).parent
    settings = Settings(rate="1000000/minute", uploads=folder / "uploads", webhook_networks=("127.0.0.0/8",))
    app = create_app(store=Store(store), pipeline=pipeline, scorer=scorer, settings=settings)
    Server(configure(app, host="127.0.0.1", port=int(port)), app.state.service).run()


if __name__ == "__main__":
    serve_plainly(*sys.argv[1:])
