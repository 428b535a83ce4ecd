"""The relay: what the store's outbox says goes to the broker, in order, and again where it may not have gone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.events import Event, events_after, last_event
from api.schema import ReportRow, StreamRow
from api.store import Store
from api.stored import stored
from api.streams.messages import event_message

log = logging.getLogger("minqing.stream")

#: Seconds between two looks at the outbox, and after a failure.
_LOOK_SECONDS = 0.2
#: Seconds of failures after which the relay gives up: a broker's client may not find its way back by itself.
GIVE_UP_SECONDS = 60.0
#: Events between two notes of how far it came.
_MOST = 200

Publish = Callable[[Mapping[str, Any]], Awaitable[Any]]


class Relay:
    """Tells of tagged reports and of issues, whoever stored or changed them; `stream` names how far it came.

    A stream that the store does not know yet begins with what happens from now on. Where nothing can be told for
    `patience` seconds, `lost` is set and `give_up` is called, so that the worker ends and is started anew.
    """

    def __init__(
        self,
        store: Store,
        *,
        stream: str,
        prefix: str,
        tagged: Publish,
        issues: Publish,
        give_up: Callable[[], None],
        patience: float = GIVE_UP_SECONDS,
    ) -> None:
        self._store = store
        self._stream = stream
        self._prefix = prefix
        self._tagged = tagged
        self._issues = issues
        self._give_up = give_up
        self._patience = patience
        self._task: asyncio.Task[None] | None = None
        self.lost = False

    async def start(self) -> None:
        cursor = await asyncio.to_thread(self._begin)
        self._task = asyncio.create_task(self._run(cursor))

    async def stop(self) -> None:
        """End at once; what is not told yet is told after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, cursor: int) -> None:
        told = monotonic()
        while True:
            try:
                found = await asyncio.to_thread(self._after, cursor)
                for event, tagged in found:
                    if tagged is not None:
                        await self._tagged(event_message(event, prefix=self._prefix, data=tagged))
                    elif event.kind.startswith("issue."):
                        await self._issues(event_message(event, prefix=self._prefix))
                if found:
                    cursor = found[-1][0].id
                    await asyncio.to_thread(self._note, cursor)
                told = monotonic()
                if found:
                    continue
            except Exception as error:
                # The broker or the database may be away for a while; the events are kept.
                log.warning("events cannot be told: %s", type(error).__name__)
                if monotonic() - told > self._patience:
                    self.lost = True
                    self._give_up()
                    return
            await asyncio.sleep(_LOOK_SECONDS)

    def _begin(self) -> int:
        with self._store.writing() as session:
            row = session.get(StreamRow, self._stream)
            if row is None:
                row = StreamRow(name=self._stream, cursor=last_event(session))
                session.add(row)
            return row.cursor

    def _after(self, cursor: int) -> list[tuple[Event, dict[str, Any] | None]]:
        with self._store.reading() as session:
            return [(event, _tagged(session, event)) for event in events_after(session, cursor, limit=_MOST)]

    def _note(self, cursor: int) -> None:
        with self._store.writing() as session:
            row = session.get_one(StreamRow, self._stream)
            row.cursor = max(row.cursor, cursor)


def _tagged(session: Session, event: Event) -> dict[str, Any] | None:
    """The masked public object of a report that was tagged; nothing of one that is there no more."""
    if event.kind != "report.tagged":
        return None
    row = session.scalars(select(ReportRow).where(ReportRow.key == event.subject)).one_or_none()
    return None if row is None else stored(row).to_json()
