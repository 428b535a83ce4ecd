"""The database is killed, its disk fills up, the clock is set back: every accepted report is there once.

MINQING_FAULTS says how often each fault strikes, at other places each time; `make faults` takes 20, in 5,000 reports.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from handmade import Told, analysed
from sqlalchemy import Engine, event, select

import api.events
import api.stored
from api.errors import StoreError
from api.events import events_after
from api.ingest import Ingester
from api.issue_queries import IssueFilter, list_issues
from api.linking import LinkedStore
from api.paging import all_items
from api.queries import ReportFilter, search_reports
from api.schema import ReportRow
from api.store import Store
from corpora import Report
from nlp import Analysis
from nlp.link_score import PlainScorer

ROUNDS = int(os.environ.get("MINQING_FAULTS", "2"))
#: Reports sent around each strike.
EACH = 250
BATCH = 50
SERVICES = Path(__file__).parent.parent / "services.sh"
PLACES = ("东湖路", "湖滨小区", "河西中学", "城北菜市场", "火车站广场")
TROUBLES = ("路灯坏了晚上很黑", "垃圾没有人清运", "半夜施工噪音很大", "下水道堵了污水外溢", "电梯坏了一周没人修")


def reports(prefix: str, count: int) -> list[Report]:
    rng = random.Random(prefix)
    return [
        Report(f"{prefix}{n}", f"{rng.choice(PLACES)}{rng.choice(TROUBLES)}，第{rng.randrange(9)}栋")
        for n in range(count)
    ]


class ByHand:
    """A pipeline without an encoder."""

    def analyse(self, reports: Sequence[Report]) -> list[Analysis]:
        return [analysed(Told(id=r.id, issue="", text=r.text, received=None)) for r in reports]


class Sender:
    """Sends reports in batches, again and again until each is accepted, as a stream's worker does."""

    def __init__(self, store: Store) -> None:
        self.accepted: list[str] = []
        self._ingester = Ingester(LinkedStore(store, PlainScorer(4)), ByHand())

    def send(self, told: list[Report], *, mend: Callable[[], None]) -> int:
        """How often it had to be mended."""
        mended = 0
        for batch in [told[at : at + BATCH] for at in range(0, len(told), BATCH)]:
            while True:
                try:
                    done = list(self._ingester.ingest(batch))
                except StoreError:
                    mended += 1
                    mend()
                    continue
                self.accepted += [one.analysis.report.key for one in done]
                break
        return mended


def check(store: Store, accepted: list[str], sent: int) -> None:
    """Each report is there once, its event too, and the issues' summaries say so."""
    with store.reading() as session:
        keys = Counter(session.scalars(select(ReportRow.key)))
        told = Counter(e.subject for e in _events(session) if e.kind == "report.tagged")
        paged = [found.report.key for found in all_items(lambda c: search_reports(session, ReportFilter(), cursor=c))]
        sizes = sum(issue.size for issue in all_items(lambda c: list_issues(session, IssueFilter(), cursor=c)))
    assert set(accepted) <= set(keys)
    assert len(keys) == sizes == len(paged) == sent
    assert set(keys.values()) == {1}
    assert told == keys
    assert set(paged) == set(keys)


def _events(session: Any) -> Iterator[Any]:
    last = 0
    while found := events_after(session, last, limit=1000):
        yield from found
        last = found[-1].id


@contextmanager
def striking(statement: int, strike: Callable[[], None]) -> Iterator[None]:
    """Strike before the n-th statement from now on that is sent to any database."""
    left = statement

    def before(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            strike()

    event.listen(Engine, "before_cursor_execute", before)
    yield
    event.remove(Engine, "before_cursor_execute", before)


@pytest.fixture
def postgresql(service_url: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A server of our own, to be killed: its URL, how to kill it, and how to start it again."""
    service_url("postgresql")
    folder = Path(f"/tmp/minqing-faults-{os.getpid()}")
    environment = os.environ | {"MINQING_SERVICES": str(folder)}

    def start() -> str:
        said = subprocess.run([SERVICES, "start", "postgresql"], env=environment, check=True, capture_output=True)
        return said.stdout.decode().strip().partition("=")[2]

    def kill() -> None:
        server = int((folder / "postgresql.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        for pid in (server, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    yield start(), kill, start
    subprocess.run([SERVICES, "stop"], env=environment, check=True)


def test_postgresql_is_killed_in_the_middle_of_an_ingest(postgresql: Any) -> None:
    url, kill, start = postgresql
    store = Store(url)
    sender = Sender(store)
    rng = random.Random(5)
    strikes = 0
    for number in range(ROUNDS):
        with striking(rng.randrange(5, 8 * EACH // BATCH), kill):
            strikes += sender.send(reports(f"r{number}-", EACH), mend=start)
        check(store, sender.accepted, EACH * (number + 1))
    assert strikes >= ROUNDS
    store.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.decode().strip()}")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_the_disk_is_full(small_disk: Path) -> None:
    store = Store(f"sqlite:///{small_disk}/store.db")
    sender = Sender(store)
    ballast = small_disk / "ballast"
    rng = random.Random(6)
    full = 0
    for number in range(ROUNDS):

        def fill() -> None:
            with suppress(OSError), ballast.open("wb", buffering=0) as stream:
                while stream.write(b"x" * 4096):
                    pass

        with striking(rng.randrange(5, 60), fill):
            full += sender.send(reports(f"r{number}-", EACH), mend=lambda: ballast.unlink(missing_ok=True))
        ballast.unlink(missing_ok=True)
        check(store, sender.accepted, EACH * (number + 1))
    assert full >= 1
    store.close()


def test_a_store_that_may_not_grow_keeps_what_it_has(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/store.db")
    sender = Sender(store)
    sender.send(reports("first-", 100), mend=lambda: pytest.fail("nothing is wrong yet"))
    pages = 1 << 30

    def limit(connection: Any, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(Engine, "connect", limit)
    pages = (tmp_path / "store.db").stat().st_size // 4096 + 20
    store.close()

    def grow() -> None:
        nonlocal pages
        pages *= 2
        store.close()

    assert sender.send(reports("then-", 300), mend=grow) >= 1
    event.remove(Engine, "connect", limit)
    check(store, sender.accepted, 400)
    store.close()


def test_the_clock_is_set_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = Sender(store)
    for number in range(ROUNDS):
        back = timedelta(days=100 * number)

        class Clock(datetime):
            @classmethod
            def now(cls, tz: Any = None, *, back: timedelta = back) -> Any:
                return datetime.now(tz) - back

        monkeypatch.setattr(api.stored, "datetime", Clock)
        monkeypatch.setattr(api.events, "datetime", Clock)
        sender.send(reports(f"r{number}-", EACH), mend=lambda: pytest.fail("nothing is wrong"))
        check(store, sender.accepted, EACH * (number + 1))
    with store.reading() as session:
        times = list(session.scalars(select(ReportRow.stored_at).order_by(ReportRow.pk)))
    assert times[-1] < times[0] <= datetime.now(UTC)
