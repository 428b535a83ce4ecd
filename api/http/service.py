"""What the routes work with: one store, one analysing thread, one writing thread."""

from __future__ import annotations

import asyncio
import gc
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from api.audit import Audit
from api.http.auth import Sessions
from api.http.batching import Batcher, Overloaded
from api.http.destinations import Destinations
from api.http.events import Followers
from api.http.idempotency import Idempotency
from api.http.jobs import Jobs
from api.http.limits import RATE, RateLimits
from api.http.metrics import Metrics
from api.http.problems import Problem, busy
from api.http.webhooks import Webhooks
from api.ingest import Ingested, Ingester
from api.keys import Keys, Principal
from api.linking import LinkedStore
from api.loop import check_limits
from api.similar import SimilarReports
from api.store import Store
from corpora import Report
from nlp import Analysis, PairScorer, Pipeline

log = logging.getLogger("minqing.service")

T = TypeVar("T")
R = TypeVar("R")

#: Reports that are analysed together at most: few, so that some are stored while the next are analysed.
ANALYSED = 8
#: Reports that are stored together at most, in one transaction; a longer list takes turns with others after as many.
STORED = 32
#: Reports that may wait for their analysis.
ROOM = 512
#: Objects that are made before they are looked through for garbage: a question may read thousands of rows.
YOUNG = 10_000
#: Seconds between two rounds of removing what is kept no longer, marking what is overdue and reading new vectors.
HOUSEKEEPING_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Settings:
    """How a service is run."""

    rate: str = RATE
    #: Reports that may wait for their analysis.
    room: int = ROOM
    #: Where uploaded files are kept until they are ingested.
    uploads: Path = Path("minqing-uploads")
    #: Networks, such as 10.0.0.0/8, that webhooks may go to although they are private.
    webhook_networks: tuple[str, ...] = ()
    #: Seconds between two rounds of what is done now and then.
    housekeeping: float = HOUSEKEEPING_SECONDS


class Service:
    """Everything behind the routes. `start` and `stop` are called by the app's lifespan."""

    def __init__(self, *, store: Store, pipeline: Pipeline, scorer: PairScorer, settings: Settings) -> None:
        self.store = store
        self.settings = settings
        self.pipeline = pipeline
        self.keys = Keys(store)
        self.audit = Audit(store)
        self.sessions = Sessions(self.keys, secrets.token_bytes(32))
        self.limits = RateLimits(settings.rate)
        self.metrics = Metrics()
        #: Held by whoever uses `linked`: it is one writer.
        self.writing = Lock()
        self.linked = LinkedStore(store, scorer)
        self._ingester = Ingester(self.linked, pipeline)
        self.analysing = Batcher(self._analyse, name="analysing", most=ANALYSED, room=settings.room)
        self.ingesting = Batcher(self._ingest, name="ingesting", most=STORED, room=settings.room)
        self.idempotency = Idempotency(store)
        self.jobs = Jobs(store, settings.uploads, self._ingest_upload)
        self.followers = Followers(store)
        destinations = Destinations(settings.webhook_networks)
        self.webhooks = Webhooks(store, self.followers, destinations, self.metrics)
        self.similar = SimilarReports()
        #: Held by whoever uses `similar`.
        self.searching = Lock()
        #: What is done once at the start, in order, so that nobody has to wait for it later.
        self.preparations: list[Callable[[], object]] = [self._know_all, self._read_vectors]
        self._prepared = 0
        self._stopping = False
        self._tasks: list[asyncio.Task[None]] = []
        self.metrics.watch("analysing_waiting", "Reports that wait for analysis.", lambda: self.analysing.waiting)
        self.metrics.watch("ingesting_waiting", "Reports that wait to be stored.", lambda: self.ingesting.waiting)

    async def start(self) -> None:
        self.analysing.start()
        self.ingesting.start()
        await self.followers.start()
        self.webhooks.start()
        self.jobs.start()
        self._tasks = [asyncio.create_task(self._housekeeping())]

    @property
    def ready(self) -> bool:
        """Whether all preparations are done, and reports are taken."""
        return self._prepared == len(self.preparations) and self.analysing.alive and self.ingesting.alive

    def close(self) -> None:
        """Streams come to their end, so that the server can stop."""
        self.followers.close()

    async def stop(self) -> None:
        """Finish what was taken, then end."""
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.jobs.stop()
        await self.webhooks.stop()
        await self.followers.stop()
        await run_in_threadpool(self.analysing.stop)
        await run_in_threadpool(self.ingesting.stop)

    async def audited(self, principal: Principal, action: str, subject: str = "", **detail: Any) -> None:
        """Write to the audit log before the answer goes out."""
        await run_in_threadpool(partial(self.audit.write, principal.by, action, subject, **detail))

    async def still_valid(self, principal: Principal) -> bool:
        """Whether the key has not been revoked since."""
        return not principal.id or await run_in_threadpool(self.keys.find, principal.id) is not None

    async def analyse(self, reports: Sequence[Report]) -> list[Analysis]:
        """Analyses in order; Problem 503 where too much waits. Long lists take turns with other callers'."""
        done: list[Analysis] = []
        for some in _turns(reports):
            done += await _begin(self.analysing, some)
        return done

    async def ingest(self, reports: Sequence[Report]) -> list[Ingested | None]:
        """Analyse, link and store one report or more, in order; None for a report that was stored before.

        While some are stored, the next are analysed.
        """
        done: list[Ingested | None] = []
        first, *others = _turns(reports)
        ahead = _begin(self.analysing, first)
        try:
            for following in others:
                analyses = await ahead
                ahead = _begin(self.analysing, following)
                done += await _begin(self.ingesting, analyses)
            return done + await _begin(self.ingesting, await ahead)
        finally:
            ahead.cancel()

    def _analyse(self, reports: Sequence[Report]) -> list[Analysis]:
        self.metrics.batch.observe(len(reports))
        return self.pipeline.analyse(reports)

    def _ingest(self, analyses: Sequence[Analysis]) -> list[Ingested | None]:
        with self.writing:
            stored = {id(one.analysis): one for one in self._ingester.add(analyses)}
        self.metrics.reports.labels("stored").inc(len(stored))
        self.metrics.reports.labels("known").inc(len(analyses) - len(stored))
        return [stored.get(id(analysis)) for analysis in analyses]

    async def _ingest_upload(self, reports: Sequence[Report]) -> int:
        """How many were known. A file waits while others are served; it is never refused."""
        known = 0
        for start in range(0, len(reports), STORED):
            while True:
                try:
                    known += (await self.ingest(reports[start : start + STORED])).count(None)
                except Problem:
                    await asyncio.sleep(1)
                else:
                    break
        return known

    async def _housekeeping(self) -> None:
        while True:
            for work in (self._prepare, self.idempotency.expire, self._check_limits, self._read_vectors):
                try:
                    await run_in_threadpool(work)
                except Exception as error:
                    # The database may be away for a while; the next round tells.
                    log.warning("housekeeping: %s", type(error).__name__)
            await asyncio.sleep(self.settings.housekeeping)

    def _prepare(self) -> None:
        for work in self.preparations[self._prepared :]:
            if self._stopping:
                return
            work()
            self._prepared += 1
            if self._prepared == len(self.preparations):
                # What was read stays: to look through it for garbage again and again would hold up whoever asks.
                gc.freeze()
                gc.set_threshold(YOUNG)

    def _know_all(self) -> None:
        with self.writing:
            self.linked.warm(wanted=lambda: not self._stopping)
            if self.linked.linker is not None:
                with self.searching, self.store.reading() as session:
                    self.similar.begin(session, self.linked.linker)

    def _check_limits(self) -> None:
        with self.store.writing() as session:
            check_limits(session, now=datetime.now(UTC))

    def _read_vectors(self) -> None:
        """Before somebody asks for what is alike."""
        with self.searching, self.store.reading() as session:
            self.similar.refresh(session, self.linked.scorer.width)


def _turns(reports: Sequence[Report]) -> list[Sequence[Report]]:
    return [reports[start : start + STORED] for start in range(0, len(reports), STORED)]


def _begin(batcher: Batcher[T, R], items: Sequence[T]) -> asyncio.Future[list[R]]:
    try:
        futures = batcher.submit(items)
    except Overloaded as error:
        raise busy(error.retry_after, "too many reports wait; come again") from error
    return asyncio.gather(*map(asyncio.wrap_future, futures))


def service_of(connection: HTTPConnection) -> Service:
    """The service of the app that a request reached."""
    service: Service = connection.app.state.service
    return service


def the_service(request: Request) -> Service:
    """The same as a dependency of routes."""
    return service_of(request)
