"""The brokers: how each takes reports in from a group of workers, and keeps what goes out."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from api.errors import UsageError
from api.streams.subjects import Subjects
from nlp import BATCH

if TYPE_CHECKING:
    from faststream.message import StreamMessage

#: The consumer group that all workers of a prefix form.
GROUP = "minqing"
#: Seconds that what goes out is kept for those who read it; reports are kept until they are acknowledged.
KEPT = 7 * 24 * 3600
#: Messages of a subject that Redis keeps, which knows no time; about so many.
KEPT_BY_COUNT = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """A broker of FastStream, and what the brokers do each in their own way.

    subscribers: take a handler of reports; publisher: of a subject; prepare: what must be there before the start, given
    the connection; done: acknowledge a report that nobody needs any more.
    """

    broker: Any
    subscribers: Sequence[Callable[[Any], Any]]
    publisher: Callable[..., Any]
    prepare: Callable[[Any], Awaitable[None]]
    done: Callable[[Any], Awaitable[None]]


def connect(url: str, subjects: Subjects, *, redeliver_after: int) -> Wire:
    """A broker by its URL; nothing is sent yet.

    redeliver_after: seconds after which NATS and Redis give a report that was not acknowledged to another worker.
    Raises UsageError where the URL is none, or the broker's library is not installed.
    """
    parts = urlsplit(url)
    make = _BROKERS.get(parts.scheme)
    if make is None or not parts.netloc:
        schemes = ", ".join(f"{scheme}://" for scheme in _BROKERS)
        raise UsageError(f"--broker is no URL of a broker; write one of {schemes} with host and port")
    try:
        return make(url, subjects, redeliver_after)
    except ImportError as error:
        raise UsageError(f"{error.name} is not installed; pip install 'minqing[streams]'") from error


async def _whole(message: StreamMessage[Any]) -> StreamMessage[Any]:
    """Handlers get the message itself: what cannot be read is theirs to tell, and so is when to acknowledge."""
    return message


async def _acknowledge(message: StreamMessage[Any]) -> None:
    await message.ack()


async def _nothing(connection: Any) -> None:
    """These brokers make what they need themselves."""


def _nats(url: str, subjects: Subjects, redeliver_after: int) -> Wire:
    from faststream import AckPolicy
    from faststream.nats import JStream, NatsBroker, PullSub
    from nats.js.api import ConsumerConfig, RetentionPolicy

    name = subjects.prefix.replace(".", "-")
    reports = JStream(f"{name}-reports", subjects=[subjects.reports], retention=RetentionPolicy.WORK_QUEUE)
    told = JStream(f"{name}-told", subjects=[subjects.tagged, subjects.issues, subjects.dead], max_age=KEPT)
    broker = NatsBroker(url, max_reconnect_attempts=-1, **_common())

    subscriber = broker.subscriber(
        subjects.reports,
        stream=reports,
        durable=GROUP,
        pull_sub=PullSub(batch_size=BATCH, timeout=1),
        config=ConsumerConfig(ack_wait=redeliver_after, max_ack_pending=10 * BATCH),
        ack_policy=AckPolicy.MANUAL,
        no_reply=True,
    )

    def publisher(subject: str, **described: Any) -> Any:
        return broker.publisher(subject, stream=told, timeout=30, **described)

    return Wire(broker=broker, subscribers=[subscriber], publisher=publisher, prepare=_nothing, done=_acknowledge)


def _redis(url: str, subjects: Subjects, redeliver_after: int) -> Wire:
    from faststream import AckPolicy
    from faststream.redis import RedisBroker, StreamSub
    from redis.exceptions import ResponseError

    from api.streams.redis_format import PlainFormat

    broker = RedisBroker(url, message_format=PlainFormat, **_common())
    member: dict[str, Any] = {"group": GROUP, "consumer": f"{socket.gethostname()}-{os.getpid()}"}
    # Redis gives nothing again by itself: workers claim what others left.
    fresh = StreamSub(subjects.reports, polling_interval=500, max_records=BATCH, **member)
    left = StreamSub(subjects.reports, polling_interval=1000, min_idle_time=redeliver_after * 1000, **member)
    policy: dict[str, Any] = {"max_workers": BATCH, "ack_policy": AckPolicy.MANUAL, "no_reply": True}

    async def prepare(connection: Any) -> None:
        # FastStream's own group would begin with what comes after it.
        try:
            await connection.xgroup_create(subjects.reports, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def done(message: Any) -> None:
        await message.ack()
        await message.delete()

    return Wire(
        broker=broker,
        subscribers=[
            broker.subscriber(stream=fresh, **policy),
            broker.subscriber(stream=left, include_in_schema=False, **policy),
        ],
        publisher=lambda subject, **described: broker.publisher(
            stream=StreamSub(subject, maxlen=KEPT_BY_COUNT), **described
        ),
        prepare=prepare,
        done=done,
    )


def _rabbit(url: str, subjects: Subjects, redeliver_after: int) -> Wire:
    from faststream import AckPolicy
    from faststream.rabbit import Channel, RabbitBroker, RabbitQueue

    broker = RabbitBroker(url, **_common())
    told = {
        subject: RabbitQueue(subject, durable=True, arguments={"x-message-ttl": KEPT * 1000})
        for subject in (subjects.tagged, subjects.issues, subjects.dead)
    }

    async def prepare(connection: Any) -> None:
        # What goes to a queue that is not there yet would be lost.
        for queue in told.values():
            await broker.declare_queue(queue)

    subscriber = broker.subscriber(
        RabbitQueue(subjects.reports, durable=True),
        channel=Channel(prefetch_count=BATCH),
        ack_policy=AckPolicy.MANUAL,
        no_reply=True,
    )
    return Wire(
        broker=broker,
        subscribers=[subscriber],
        publisher=lambda subject, **described: broker.publisher(told[subject], persist=True, **described),
        prepare=prepare,
        done=_acknowledge,
    )


def _kafka(url: str, subjects: Subjects, redeliver_after: int) -> Wire:
    from faststream import AckPolicy
    from faststream.confluent import KafkaBroker

    broker = KafkaBroker(urlsplit(url).netloc, **_common())
    # An offset says that all before it is done, so a worker takes one message after the other.
    subscriber = broker.subscriber(
        subjects.reports,
        group_id=f"{GROUP}-{subjects.prefix}",
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.MANUAL,
        no_reply=True,
    )
    return Wire(
        broker=broker, subscribers=[subscriber], publisher=broker.publisher, prepare=_nothing, done=_acknowledge
    )


def _common() -> dict[str, Any]:
    # FastStream's own words on each message are for debugging; nothing of a message is in them.
    return {
        "decoder": _whole,
        "apply_types": False,
        "graceful_timeout": 60.0,
        "logger": logging.getLogger("minqing.stream"),
        "log_level": logging.DEBUG,
    }


_BROKERS: Mapping[str, Callable[[str, Subjects, int], Wire]] = {
    "nats": _nats,
    "redis": _redis,
    "rediss": _redis,
    "amqp": _rabbit,
    "amqps": _rabbit,
    "kafka": _kafka,
}
