"""The server is killed while it takes reports: what was accepted is there once, and who follows misses nothing.

MINQING_FAULTS says how often; `make faults` takes 20, in 5,000 reports.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread, Timer

import httpx2
from receiving import Receiver, receiving
from serving import until
from sqlalchemy import select

from api.events import events_after, last_event
from api.keys import Keys, Role
from api.schema import ReportRow
from api.store import Store

KILLS = int(os.environ.get("MINQING_FAULTS", "2"))
REPORTS = 5000 if KILLS > 5 else 200
BATCH = 20
SERVING = Path(__file__).parent.parent / "serving.py"


class Killed:
    """A server in a process of its own, on a port that stays its own."""

    def __init__(self, store: str, token: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._call = [sys.executable, SERVING, store, str(self._port)]
        self._headers = {"Authorization": f"Bearer {token}"}
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with self.client() as client:
            until(lambda: self._ready(client), seconds=120)

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def client(self) -> httpx2.Client:
        url = f"http://127.0.0.1:{self._port}"
        return httpx2.Client(base_url=url, headers=self._headers, timeout=60, trust_env=False)

    def _ready(self, client: httpx2.Client) -> bool:
        with suppress(httpx2.TransportError):
            return client.get("/readyz").status_code == 200
        return False


def send(server: Killed, client: httpx2.Client, batch: list[dict[str, str]]) -> None:
    """Again and again until it is accepted, as a program does; who finds the server dead starts it."""
    while True:
        try:
            answer = client.post("/v1/reports", json=batch)
        except httpx2.TransportError:
            server.kill()
            server.start()
        else:
            assert answer.status_code in (200, 201), answer.text
            return


def follow(server: Killed, heard: list[int], done: Event) -> None:
    """All events by a stream, going on behind the last one heard."""
    with server.client() as client:
        while not done.wait(0.05):
            last = {"Last-Event-ID": str(heard[-1] if heard else 0)}
            with suppress(httpx2.TransportError), client.stream("GET", "/v1/events", headers=last) as stream:
                for line in stream.iter_lines():
                    if line.startswith("id: "):
                        heard.append(int(line[4:]))


def ids(receiver: Receiver) -> set[int]:
    """Of the events that came."""
    return {event["id"] for event in receiver.events}


def test_the_server_is_killed_and_nothing_is_lost(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/store.db")
    _, token = Keys(store).create(name="test", role=Role.ADMIN, by="test")
    server = Killed(f"sqlite:///{tmp_path}/store.db", token)
    heard: list[int] = []
    done = Event()
    reports = [{"id": f"r{n}", "source": "热线", "text": f"第{n}栋的路灯坏了，晚上很黑"} for n in range(REPORTS)]
    batches = [reports[at : at + BATCH] for at in range(0, REPORTS, BATCH)]
    rng = random.Random(3)
    # Each somewhere in the middle of a request, or right behind it.
    strikes = {number: Timer(rng.uniform(0, 0.05), server.kill) for number in rng.sample(range(len(batches)), KILLS)}
    with receiving() as receiver, server.client() as client:
        assert client.post("/v1/webhooks", json={"url": receiver.url, "kinds": ["report.tagged"]}).status_code == 201
        following = Thread(target=follow, args=(server, heard, done), daemon=True)
        following.start()
        for number, batch in enumerate(batches):
            if number in strikes:
                strikes[number].start()
            send(server, client, batch)
        for strike in strikes.values():
            strike.join()
        send(server, client, batches[-1])
        with store.reading() as session:
            last = last_event(session)
            events = {event.id: event.kind for event in events_after(session, 0, limit=last)}
            stored = Counter(session.scalars(select(ReportRow.key)))
        until(lambda: heard and heard[-1] >= last, seconds=120)
        until(lambda: len(ids(receiver)) >= REPORTS, seconds=240)
        done.set()
        server.kill()
        following.join()
    assert stored == Counter(f"热线/r{n}" for n in range(REPORTS))
    assert set(heard) == set(events)
    assert ids(receiver) == {event for event, kind in events.items() if kind == "report.tagged"}
    store.close()
