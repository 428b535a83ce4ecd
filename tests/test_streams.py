"""Workers on real brokers: each report is stored once and told, poison is buried, nothing is lost to a kill.

MINQING_FAULTS says how often a worker, or the broker, is killed; `make faults` takes 20, in 5,000 reports.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import copyfile
from typing import Any
from uuid import uuid4

import pytest
from serving import until
from sqlalchemy import select
from streaming import Outside, client, working

from api.events import events_after, last_event
from api.schema import ReportRow, StreamRow
from api.store import Store

KILLS = int(os.environ.get("MINQING_FAULTS", "1"))
REPORTS = 5000 if KILLS > 5 else 300
SERVICES = Path(__file__).parent / "services.sh"
PHONE = "13812345678"


def body(number: int, **more: Any) -> bytes:
    report = {"id": f"r{number}", "source": "热线", "text": f"第{number}栋路灯坏了，晚上很黑"} | more
    return json.dumps(report, ensure_ascii=False).encode()


def keys(count: int) -> list[str]:
    return sorted(f"热线/r{number}" for number in range(count))


@pytest.fixture(params=["nats", "redis", "rabbitmq"])
def broker(request: pytest.FixtureRequest, service_url: Callable[[str], str]) -> str:
    return service_url(request.param)


@pytest.fixture
def outside(broker: str) -> Outside:
    """Who sends reports and reads what is told, on subjects of its own."""
    return client(broker, f"t{uuid4().hex[:10]}")


@pytest.fixture
def path(sqlite_template: Path, tmp_path: Path) -> Path:
    return copyfile(sqlite_template, tmp_path / "store.db")


class Workers:
    """Workers of a test, and what is in their store."""

    def __init__(self, outside: Outside, path: Path) -> None:
        self.outside = outside
        self._url = f"sqlite:///{path}"
        self._log = path.with_suffix(".log")
        self.store = Store(self._url)

    def start(self, running: ExitStack, *, storing: bool = True) -> subprocess.Popen[bytes]:
        """Start a worker and wait until it takes reports."""
        before = self.log.count("taking reports")
        store = self._url if storing else None
        worker = running.enter_context(working(self.outside.url, self.outside.subjects.prefix, store, log=self._log))
        until(lambda: self.log.count("taking reports") > before, seconds=120)
        return worker

    @property
    def log(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    def read(self, name: str) -> list[dict[str, Any]]:
        """What was told so far on `tagged`, `issues` or `dead`."""
        return self.outside.read(getattr(self.outside.subjects, name))

    def stored(self) -> list[str]:
        with self.store.reading() as session:
            return sorted(session.scalars(select(ReportRow.key)))

    def check(self, count: int) -> None:
        """Every report is there once, and every event of the outbox was told, with its id."""
        until(lambda: self._done(count), seconds=600)
        told = until(lambda: self._all_told(count), seconds=240)
        assert self.stored() == keys(count)
        for name in ("tagged", "issues"):
            by_id = {(event["source"], event["id"]): event["subject"] for event in told[name]}
            assert len(by_id) == len({(event["id"], event["subject"]) for event in told[name]})
        assert Counter({event["id"]: event["subject"] for event in told["tagged"]}.values()) == Counter(keys(count))

    def _done(self, count: int) -> bool:
        """Whether the workers say so; they are asked first, for reading all that was told keeps a broker from them."""
        if self.store.size() < count:
            return False
        with self.store.reading() as session:
            return list(session.scalars(select(StreamRow.cursor))) == [last_event(session)]

    def _all_told(self, count: int) -> dict[str, list[dict[str, Any]]] | None:
        told = {name: self.read(name) for name in ("tagged", "issues")}
        with self.store.reading() as session:
            happened = {str(event.id) for event in events_after(session, 0, limit=10 * count)}
        return told if happened <= {event["id"] for events in told.values() for event in events} else None


@pytest.fixture
def workers(outside: Outside, path: Path) -> Iterator[Workers]:
    made = Workers(outside, path)
    yield made
    made.store.close()


def test_reports_that_come_twice_are_stored_and_told_once_and_poison_is_buried(workers: Workers) -> None:
    count = 40
    told_phone = f"请回电{PHONE}"
    poison = [b"\xff not json", body(900, text=f"毒，{told_phone}"), body(901, author="某人")]
    enveloped = {"specversion": "1.0", "id": "x", "source": "/elsewhere", "type": "report", "data": None}
    once = [body(number) for number in range(count - 1)]
    once.append(json.dumps(enveloped | {"data": json.loads(body(count - 1, text=told_phone))}).encode())
    with ExitStack() as running:
        workers.start(running)
        workers.outside.send([*once, *poison, *once])
        workers.check(count)
        dead = until(lambda: len(found := workers.read("dead")) >= len(poison) and found, seconds=60)
    assert sorted((event["data"]["reason"], event["data"]["tries"]) for event in dead) == [
        ("?: extra_forbidden", 3),
        ("ValueError", 3),
        ("is not JSON in UTF-8", 3),
    ]
    tagged = workers.read("tagged")
    assert len(tagged) == count
    assert {(event["specversion"], event["type"]) for event in tagged} == {("1.0", "minqing.report.tagged")}
    assert {event["data"]["primary"]["id"] for event in tagged} == {"service.transport"}
    assert all(event["type"].startswith("minqing.issue.") for event in workers.read("issues"))
    assert PHONE not in workers.log
    assert "毒" not in workers.log


def test_a_worker_is_killed_and_nothing_is_lost(workers: Workers) -> None:
    with ExitStack() as running:
        worker = workers.start(running)
        workers.outside.send([body(number) for number in range(REPORTS)])
        for kill in range(KILLS):
            due = kill * REPORTS // KILLS
            until(lambda due=due: workers.store.size() > due, seconds=120)
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            worker = workers.start(running)
        workers.check(REPORTS)


@pytest.mark.parametrize("broker", ["nats"], indirect=True)
def test_taggers_share_the_work_and_store_nothing(workers: Workers) -> None:
    with ExitStack() as running:
        for _ in range(2):
            workers.start(running, storing=False)
        workers.outside.send([body(number) for number in range(60)])
        told = until(lambda: len(found := workers.read("tagged")) >= 60 and found, seconds=60)
    assert sorted(event["subject"] for event in told) == keys(60)
    assert {"issue", "vector"}.isdisjoint(told[0]["data"])
    assert workers.store.size() == 0


@pytest.fixture(params=["nats", "redis"])
def server(request: pytest.FixtureRequest, service_url: Callable[[str], str]) -> str:
    """A kind of broker that is there."""
    service_url(request.param)
    return str(request.param)


@pytest.fixture
def own_broker(server: str, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """A broker that the test may kill; starts it, again too, and gives its URL."""
    environment = os.environ | {"MINQING_SERVICES": str(tmp_path / "services")}

    def start() -> str:
        call = [str(SERVICES), "start", server]
        told = subprocess.run(call, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
        return told.strip().partition("=")[2]

    yield start
    subprocess.run([str(SERVICES), "stop"], env=environment, check=True)


def test_the_broker_is_killed_and_nothing_is_lost(
    server: str, own_broker: Callable[[], str], path: Path, tmp_path: Path
) -> None:
    workers = Workers(client(own_broker(), "killed"), path)
    with ExitStack() as running:
        workers.start(running)
        workers.outside.send([body(number) for number in range(REPORTS)])
        for kill in range(KILLS):
            due = kill * REPORTS // KILLS
            until(lambda due=due: workers.store.size() > due, seconds=120)
            os.kill(int((tmp_path / "services" / f"{server}.pid").read_text()), signal.SIGKILL)
            own_broker()
        workers.check(REPORTS)
    workers.store.close()
