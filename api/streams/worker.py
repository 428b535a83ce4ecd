"""A worker: takes reports from a broker, and acknowledges each after what became of it is safe."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from api.errors import StoreError
from api.http.batching import Batcher, Overloaded
from api.streams.messages import UnreadableError, dead_message, read_report
from corpora import Report
from nlp import BATCH

log = logging.getLogger("minqing.stream")

#: How often a message is tried before it is given up.
TRIES = 3
#: Seconds to wait for a store that is away.
_PAUSE = 1.0

Publish = Callable[[Mapping[str, Any]], Awaitable[Any]]
#: What is to be told of each report of a batch, nothing where the outbox tells it.
Work = Callable[[Sequence[Report]], Sequence[Mapping[str, Any] | None]]


class Worker:
    """Works on reports that come at the same time together.

    work: does a batch, all or nothing, and is safe to do again; tell, bury: publish what it gave, and messages that
    nothing can be made of; done: acknowledges.
    """

    def __init__(
        self, work: Work, *, tell: Publish, bury: Publish, done: Callable[[Any], Awaitable[None]], prefix: str
    ) -> None:
        self._batcher: Batcher[Report, Mapping[str, Any] | None] = Batcher(
            work, name="minqing-stream", most=BATCH, room=100 * BATCH
        )
        self._tell = tell
        self._bury = bury
        self._done = done
        self._prefix = prefix
        self._stopping = False

    def start(self) -> None:
        self._batcher.start()

    def stop(self) -> None:
        """Wait for nothing any more; what is not done is left to the broker."""
        self._stopping = True

    def close(self) -> None:
        """After the broker stopped."""
        self._batcher.stop()

    async def handle(self, message: Any) -> None:
        """Handle one message. It is acknowledged when its report is committed or told, or itself given up."""
        body = bytes(message.body)
        try:
            await self._work(body)
        except _LeftError:
            await message.nack()
            return
        except _PoisonError as poison:
            log.error("a message was given up after %d tries: %s", TRIES, poison)
            await self._bury(dead_message(body, str(poison), tries=TRIES, prefix=self._prefix))
        await self._done(message)

    async def _work(self, body: bytes) -> None:
        reason = ""
        tries = 0
        waited = False
        while tries < TRIES:
            try:
                (future,) = self._batcher.submit([read_report(body)])
                result = await asyncio.wrap_future(future)
            except (StoreError, Overloaded) as error:
                # Not the message's fault: it waits until the store is back, and so do those behind it.
                if not waited:
                    log.warning("a report waits: %s", error)
                waited = True
                if self._stopping:
                    raise _LeftError from error
                await asyncio.sleep(_PAUSE)
            except UnreadableError as error:
                reason, tries = str(error), tries + 1
            except Exception as error:
                # Its message may hold something of the text.
                reason, tries = type(error).__name__, tries + 1
            else:
                if result is not None:
                    await self._tell(result)
                return
        raise _PoisonError(reason)


class _PoisonError(Exception):
    """Nothing can be made of a message; says why, without what is in it."""


class _LeftError(Exception):
    """The worker stops before a message is done."""
