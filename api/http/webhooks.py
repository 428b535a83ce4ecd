"""Webhooks: each event goes to each URL that asked for it, signed, in order, and again until it is taken.

Signatures are those of https://www.standardwebhooks.com; an event's `webhook-id` stays the same over its retries.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import secrets
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from httpcore2 import AsyncConnectionPool
from sqlalchemy import select
from standardwebhooks import Webhook as Signer
from starlette.concurrency import run_in_threadpool

from api.audit import Audit
from api.errors import UsageError
from api.events import Event
from api.http.destinations import Destinations, ForbiddenAddressError, PinnedBackend
from api.http.events import Followers
from api.http.metrics import Metrics
from api.schema import WebhookRow
from api.store import Store

log = logging.getLogger("minqing.webhooks")

#: Seconds to wait after each failure; after the last an event is given up: a bit more than two days in all.
BACK_OFF = (5, 60, 300, 1800, 7200, 18000, 36000, 50400, 72000)
#: Seconds for one delivery.
DELIVERY_SECONDS = 15.0
#: Seconds between two looks for deliveries that are due again.
_TICK = 1.0
#: Hooks of a store.
MOST_HOOKS = 100


@dataclass(frozen=True, slots=True)
class Hook:
    """Where events go. `error` tells why the last delivery failed, empty where it did not."""

    id: str
    url: str
    kinds: Sequence[str]
    by: str
    at: datetime
    cursor: int
    attempts: int
    next_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class _Due:
    hook: Hook
    secret: str


class Webhooks:
    """The hooks of a store and their deliveries, each hook in a task of its own: a slow one delays no other."""

    def __init__(self, store: Store, followers: Followers, destinations: Destinations, metrics: Metrics) -> None:
        self._store = store
        self._followers = followers
        self._destinations = destinations
        self._metrics = metrics
        self._running: dict[str, asyncio.Task[None]] = {}
        self._task: asyncio.Task[None] | None = None
        self._pool: AsyncConnectionPool | None = None

    def start(self) -> None:
        self._pool = AsyncConnectionPool(network_backend=PinnedBackend(self._destinations), max_connections=MOST_HOOKS)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End at once; what was under way is delivered again at the next start."""
        tasks = [*self._running.values(), *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._pool is not None:
            await self._pool.aclose()

    async def create(self, *, url: str, kinds: Sequence[str], by: str) -> tuple[Hook, str]:
        """A new hook for events from now on, and its secret, which is not shown again.

        Raises UsageError for an URL that is none, or leads to where webhooks may not go.
        """
        host, port = self._destinations.check_url(url)
        try:
            await self._destinations.resolve(host, port)
        except OSError as error:
            raise UsageError("url names a host that has no address; mend it") from error
        except ForbiddenAddressError as error:
            raise UsageError("url leads to an address that is not public; see --webhook-network") from error
        secret = "whsec_" + b64encode(secrets.token_bytes(32)).decode()
        last = await self._followers.last()
        row = WebhookRow(
            id="w" + secrets.token_hex(8),
            url=url,
            secret=secret,
            kinds=list(kinds),
            by=by,
            at=datetime.now(UTC),
            cursor=last,
            attempts=0,
            error="",
        )
        return await run_in_threadpool(self._add, row), secret

    def all(self) -> list[Hook]:
        """All hooks, oldest first."""
        with self._store.reading() as session:
            return [_hook(row) for row in session.scalars(select(WebhookRow).order_by(WebhookRow.at))]

    def remove(self, hook: str, *, by: str) -> bool:
        """Whether there was one; nothing is delivered to it any more."""
        with self._store.writing() as session:
            row = session.get(WebhookRow, hook)
            if row is not None:
                session.delete(row)
                Audit(self._store).write(by, "webhook.remove", hook, session=session)
        return row is not None

    def _add(self, row: WebhookRow) -> Hook:
        with self._store.writing() as session:
            if len(session.scalars(select(WebhookRow.id)).all()) >= MOST_HOOKS:
                raise UsageError(f"there are {MOST_HOOKS} webhooks; remove one first")
            session.add(row)
            Audit(self._store).write(row.by, "webhook.create", row.id, session=session)
            return _hook(row)

    async def _run(self) -> None:
        while True:
            try:
                for due in await run_in_threadpool(self._due):
                    if due.hook.id not in self._running:
                        task = asyncio.create_task(self._deliver(due))
                        self._running[due.hook.id] = task
                        task.add_done_callback(partial(self._ended, due.hook.id))
            except Exception as error:
                # The database may be away for a while; the next look tells.
                log.warning("webhooks cannot be read: %s", type(error).__name__)
            await asyncio.sleep(_TICK)

    def _ended(self, hook: str, _: object) -> None:
        self._running.pop(hook, None)

    def _due(self) -> list[_Due]:
        now = datetime.now(UTC)
        with self._store.reading() as session:
            rows = session.scalars(select(WebhookRow)).all()
            return [_Due(_hook(row), row.secret) for row in rows if row.next_at is None or row.next_at <= now]

    async def _deliver(self, due: _Due) -> None:
        """Deliver what is waiting, in order, up to the first failure."""
        try:
            cursor, attempts = due.hook.cursor, due.hook.attempts
            for event in await self._followers.after(cursor, due.hook.kinds):
                error = await self._post(due, event)
                self._metrics.deliveries.labels("failed" if error else "delivered").inc()
                given_up = bool(error) and attempts >= len(BACK_OFF)
                if error:
                    log.warning("webhook %s, event %d, attempt %d: %s", due.hook.id, event.id, attempts + 1, error)
                if error and not given_up:
                    wait = BACK_OFF[attempts] * random.uniform(0.9, 1.1)
                    next_at = datetime.now(UTC) + timedelta(seconds=wait)
                    await run_in_threadpool(self._note, due.hook.id, cursor, attempts + 1, next_at, error)
                    return
                cursor, attempts = event.id, 0
                await run_in_threadpool(self._note, due.hook.id, cursor, 0, None, error)
        except Exception as error:
            log.error("webhook %s: %s", due.hook.id, type(error).__name__)

    def _note(self, hook: str, cursor: int, attempts: int, next_at: datetime | None, error: str) -> None:
        with self._store.writing() as session:
            row = session.get(WebhookRow, hook)
            if row is not None:
                row.cursor, row.attempts, row.next_at, row.error = cursor, attempts, next_at, error

    async def _post(self, due: _Due, event: Event) -> str:
        """Empty where the event was taken, else why not. No redirect is followed, no answer's body is read."""
        assert self._pool is not None
        message = f"msg_{due.hook.id}_{event.id}"
        now = datetime.now(UTC)
        body = json.dumps(
            {"type": event.kind, "timestamp": event.at.isoformat(), "id": event.id, "subject": event.subject}
            | {"data": dict(event.body)},
            ensure_ascii=False,
        )
        headers: dict[bytes | str, bytes | str] = {
            "content-type": "application/json",
            "user-agent": "minqing",
            "webhook-id": message,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Signer(due.secret).sign(message, now, body),
        }
        try:
            async with (
                asyncio.timeout(DELIVERY_SECONDS),
                self._pool.stream("POST", due.hook.url, headers=headers, content=body.encode()) as response,
            ):
                return "" if 200 <= response.status < 300 else f"answered {response.status}"
        except ForbiddenAddressError:
            return "its address is not public"
        except Exception as error:
            return type(error).__name__


def _hook(row: WebhookRow) -> Hook:
    return Hook(row.id, row.url, row.kinds, row.by, row.at, row.cursor, row.attempts, row.next_at, row.error)
