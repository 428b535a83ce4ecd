"""Who follows what happens: streams to browsers and programs, woken by one look at the outbox."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence

from starlette.concurrency import run_in_threadpool

from api.events import Event, events_after, last_event
from api.store import Store

log = logging.getLogger("minqing.events")

#: Seconds between two looks at the outbox; other processes write to it, too.
LOOK_SECONDS = 0.5
#: Streams at the same time.
MOST_STREAMS = 200


class Followers:
    """Wakes whoever waits for events. The outbox is the truth: a follower reads on from the last one it had."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._last = 0
        self._news = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None
        self.streams = 0

    async def start(self) -> None:
        self._closing = False
        self._last = await self.last()
        self._task = asyncio.create_task(self._look())

    def close(self) -> None:
        """All streams come to their end."""
        self._closing = True
        self._news.set()

    async def stop(self) -> None:
        self.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def last(self) -> int:
        """The id of the latest event."""
        return await run_in_threadpool(self._read_last)

    async def after(self, event: int, kinds: Sequence[str] = (), *, limit: int = 100) -> list[Event]:
        """Events behind one, oldest first."""
        return await run_in_threadpool(self._read_after, event, kinds, limit)

    async def follow(self, event: int, kinds: Sequence[str]) -> AsyncGenerator[Event, None]:
        """Events behind one as they come, until the service closes."""
        self.streams += 1
        try:
            while not self._closing:
                news = self._news
                found = await self.after(event, kinds)
                for event_ in found:
                    yield event_
                    event = event_.id
                if not found:
                    await news.wait()
        finally:
            self.streams -= 1

    async def _look(self) -> None:
        while True:
            try:
                last = await self.last()
            except Exception as error:
                # The database may be away for a while; the next look tells.
                log.warning("the outbox cannot be read: %s", type(error).__name__)
            else:
                if last != self._last:
                    self._last = last
                    news, self._news = self._news, asyncio.Event()
                    news.set()
            await asyncio.sleep(LOOK_SECONDS)

    def _read_last(self) -> int:
        with self._store.reading() as session:
            return last_event(session)

    def _read_after(self, event: int, kinds: Sequence[str], limit: int) -> list[Event]:
        with self._store.reading() as session:
            return events_after(session, event, limit=limit, kinds=kinds)
