"""A worker without an encoder, as a process of its own, and what a broker's plain clients send and see.

`python tests/streaming.py BROKER PREFIX [STORE]` runs the worker; a text with `毒` is one that it cannot analyse.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from handmade import Told, analysed

from api.linking import LinkedStore
from api.store import Store
from api.streams.service import run_worker
from api.streams.subjects import Subjects
from corpora import Report
from nlp import Analysis
from nlp.link_score import PlainScorer


class ByHand:
    """A pipeline without an encoder."""

    def analyse(self, reports: Sequence[Report]) -> list[Analysis]:
        if any("毒" in report.text for report in reports):
            raise ValueError(f"cannot be analysed: {[report.text for report in reports]}")
        return [analysed(Told(id=r.id, issue="", text=r.text, source=r.source, received=None)) for r in reports]


@contextmanager
def working(broker: str, prefix: str, store: str | None, *, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker; it is stopped on leaving, and has to end well unless it was killed."""
    call = [sys.executable, __file__, broker, prefix, *([store] if store else [])]
    with log.open("ab") as stream, subprocess.Popen(call, stdout=stream, stderr=stream) as worker:
        try:
            yield worker
        finally:
            worker.terminate()
            # Longer than it may take by itself.
            code = worker.wait(90)
    assert code in (0, -signal.SIGKILL), log.read_text()


@dataclass(frozen=True, slots=True)
class Outside(ABC):
    """Somebody on the other side of a broker, with a plain client of its own."""

    url: str
    subjects: Subjects

    def send(self, bodies: Sequence[bytes]) -> None:
        """Send reports."""
        asyncio.run(self._send(bodies))

    def read(self, subject: str) -> list[dict[str, Any]]:
        """All that was told on a subject; it stays there."""
        return [json.loads(body) for body in asyncio.run(self._read(subject))]

    @abstractmethod
    async def _send(self, bodies: Sequence[bytes]) -> None: ...

    @abstractmethod
    async def _read(self, subject: str) -> list[bytes]: ...


def client(broker: str, prefix: str) -> Outside:
    """Who speaks with the broker of a URL."""
    kind = {"nats": Nats, "redis": Redis, "amqp": Rabbit}[broker.partition(":")[0]]
    return kind(broker, Subjects(prefix))


class Nats(Outside):
    """JetStream."""

    async def _send(self, bodies: Sequence[bytes]) -> None:
        import nats

        connection = await nats.connect(self.url)
        try:
            for body in bodies:
                await connection.jetstream().publish(self.subjects.reports, body, timeout=60)
        finally:
            await connection.close()

    async def _read(self, subject: str) -> list[bytes]:
        import nats
        from nats.js.api import AckPolicy, ConsumerConfig
        from nats.js.errors import NotFoundError

        connection = await nats.connect(self.url)
        found: list[bytes] = []
        try:
            reader = await connection.jetstream().pull_subscribe(
                subject, config=ConsumerConfig(ack_policy=AckPolicy.NONE)
            )
            there = (await reader.consumer_info()).num_pending
            while len(found) < there:
                found += [message.data for message in await reader.fetch(there - len(found), timeout=30)]
        except NotFoundError:
            # No worker has made the stream yet.
            pass
        finally:
            await connection.close()
        return found


class Redis(Outside):
    """Redis Streams."""

    async def _send(self, bodies: Sequence[bytes]) -> None:
        from redis.asyncio import Redis

        async with Redis.from_url(self.url) as connection:
            for body in bodies:
                await connection.xadd(self.subjects.reports, {"__data__": body})

    async def _read(self, subject: str) -> list[bytes]:
        from redis.asyncio import Redis

        async with Redis.from_url(self.url) as connection:
            return [fields[b"__data__"] for _, fields in await connection.xrange(subject)]


class Rabbit(Outside):
    """RabbitMQ's queues."""

    async def _send(self, bodies: Sequence[bytes]) -> None:
        import aio_pika

        async with await aio_pika.connect(self.url) as connection:
            channel = await connection.channel()
            await channel.declare_queue(self.subjects.reports, durable=True)
            messages = [aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT) for body in bodies]
            # Together: else the workers would be done with the first before the last are sent.
            publish = channel.default_exchange.publish
            await asyncio.gather(*(publish(message, self.subjects.reports) for message in messages))

    async def _read(self, subject: str) -> list[bytes]:
        import aio_pika

        found: list[bytes] = []
        async with await aio_pika.connect(self.url) as connection:
            channel = await connection.channel()
            try:
                queue = await channel.get_queue(subject)
            except aio_pika.exceptions.ChannelNotFoundEntity:
                return []
            there = queue.declaration_result.message_count or 0
            async with queue.iterator(timeout=30) as messages:
                while len(found) < there:
                    found.append((await anext(messages)).body)
        return found


def _main(broker: str, prefix: str, store: str | None = None) -> None:
    linked = LinkedStore(Store(store), PlainScorer(4)) if store else None
    run_worker(broker, Subjects(prefix), pipeline=ByHand(), linked=linked, redeliver_after=2)  # type: ignore[arg-type]


if __name__ == "__main__":
    import logging

    logging.basicConfig(level=os.environ.get("MINQING_LOG", "INFO"))
    _main(*sys.argv[1:])
