"""Idempotency-Key: a request that is repeated under its key is answered as the first time and does nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete

from api.http.problems import Problem, busy
from api.keys import Principal
from api.schema import IdempotencyRow
from api.store import Store

#: How long an answer is kept, and after what time a request that never came to an end may be repeated.
KEPT = timedelta(hours=24)
STALE = timedelta(minutes=5)

#: Status of a request that is still worked on.
_OPEN = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered; `body` is JSON and holds what the answer held, masked."""

    status: int
    body: Any


@dataclass(frozen=True, slots=True)
class Idempotency:
    """The answers of a store, by caller and key."""

    store: Store

    def claim(self, principal: Principal, key: str, request: str) -> Answered | None:
        """Begin a request whose SHA-256 is `request`; None where it is new, else its answer.

        Problem 409 where the key was used for another request, or the same one is worked on right now.
        """
        now = datetime.now(UTC)
        with self.store.writing() as session:
            row = session.get(IdempotencyRow, (principal.id, key))
            if row is None or row.at < now - KEPT or (row.status == _OPEN and row.at < now - STALE):
                session.merge(
                    IdempotencyRow(by=principal.id, key=key, at=now, request=request, status=_OPEN, body=None)
                )
                return None
            if row.request != request:
                raise Problem(409, "this `Idempotency-Key` was used for another request; take a new one")
            if row.status == _OPEN:
                raise busy(1, "the same request is worked on right now", status=409)
            return Answered(row.status, row.body)

    def answer(self, principal: Principal, key: str, answered: Answered) -> None:
        """Keep the answer of a request that was claimed."""
        with self.store.writing() as session:
            row = session.get_one(IdempotencyRow, (principal.id, key))
            row.status, row.body = answered.status, answered.body

    def forget(self, principal: Principal, key: str) -> None:
        """The request failed: it may be sent again under the same key."""
        with self.store.writing() as session:
            session.execute(delete(IdempotencyRow).where(IdempotencyRow.by == principal.id, IdempotencyRow.key == key))

    def expire(self) -> None:
        """Remove answers that are kept no longer."""
        with self.store.writing() as session:
            session.execute(delete(IdempotencyRow).where(IdempotencyRow.at < datetime.now(UTC) - KEPT))
