"""A worker as a process: made of its parts, run until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from api.errors import BrokerError
from api.http.models import ReportIn
from api.ingest import Ingester
from api.linking import LinkedStore
from api.streams.brokers import Wire, connect
from api.streams.messages import CloudEvent, EnvelopedReport, tagged_message
from api.streams.relay import GIVE_UP_SECONDS, Relay
from api.streams.subjects import Subjects
from api.streams.worker import Work, Worker
from corpora import Report
from nlp import Pipeline

log = logging.getLogger("minqing.stream")


def run_worker(
    url: str, subjects: Subjects, *, pipeline: Pipeline, linked: LinkedStore | None, redeliver_after: int
) -> None:
    """Take reports from a broker until SIGTERM: tag them, and link and store them where there is a store.

    BrokerError where events could not be told for GIVE_UP_SECONDS: whoever supervises the worker starts it anew.
    """
    app, relay = _app(url, subjects, pipeline, linked, redeliver_after)
    asyncio.run(app.run())
    if relay is not None and relay.lost:
        raise BrokerError(
            f"events could not be told for {GIVE_UP_SECONDS:.0f} seconds and wait in the store; start the worker again"
        )


def describe(url: str, subjects: Subjects) -> str:
    """The AsyncAPI document of a worker, as JSON; connects to nothing."""
    from faststream.specification import AsyncAPI

    wire = connect(url, subjects, redeliver_after=60)

    async def reports(report: ReportIn | EnvelopedReport) -> None:
        """A report, bare or in a CloudEvent; acknowledged when it is stored, or told where there is no store."""

    for subscriber in wire.subscribers:
        subscriber(reports)
    for subject in (subjects.tagged, subjects.issues, subjects.dead):
        _publisher(wire, subject)
    document = AsyncAPI(wire.broker, title="minqing", version=version("minqing"))
    return document.to_specification().to_json()


def _app(
    url: str, subjects: Subjects, pipeline: Pipeline, linked: LinkedStore | None, redeliver_after: int
) -> tuple[Any, Relay | None]:
    from faststream import FastStream

    wire = connect(url, subjects, redeliver_after=redeliver_after)
    tagged, issues, dead = (
        _publisher(wire, subject).publish for subject in (subjects.tagged, subjects.issues, subjects.dead)
    )
    work = _tagging(pipeline, subjects.prefix) if linked is None else _storing(pipeline, linked)
    worker = Worker(work, tell=tagged, bury=dead, done=wire.done, prefix=subjects.prefix)
    relay = None
    if linked is not None:
        name = f"{url.partition(':')[0]}:{subjects.prefix}"
        relay = Relay(
            linked.store,
            stream=name,
            prefix=subjects.prefix,
            tagged=tagged,
            issues=issues,
            give_up=lambda: app.exit(),
        )
    for subscriber in wire.subscribers:
        subscriber(worker.handle)

    async def prepare() -> None:
        await wire.prepare(await wire.broker.connect())
        worker.start()

    async def started() -> None:
        if relay is not None:
            await relay.start()
        log.info("taking reports from %s", subjects.reports)

    async def stop() -> None:
        worker.stop()

    async def stopped() -> None:
        worker.close()

    app = FastStream(
        wire.broker,
        logger=log,
        on_startup=[prepare],
        after_startup=[started],
        on_shutdown=[stop, *([relay.stop] if relay else [])],
        after_shutdown=[stopped],
    )
    return app, relay


def _publisher(wire: Wire, subject: str) -> Any:
    return wire.publisher(subject, schema=CloudEvent)


def _storing(pipeline: Pipeline, linked: LinkedStore) -> Work:
    ingester = Ingester(linked, pipeline)

    def work(reports: Sequence[Report]) -> list[None]:
        for _ in ingester.ingest(reports):
            pass
        return [None] * len(reports)

    return work


def _tagging(pipeline: Pipeline, prefix: str) -> Work:
    def work(reports: Sequence[Report]) -> list[Mapping[str, Any]]:
        analyses = pipeline.analyse(reports)
        return [tagged_message(a.report.key, a.to_json(), prefix=prefix) for a in analyses]

    return work
