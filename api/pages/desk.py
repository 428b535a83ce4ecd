"""One person at one page: what they may do, and how their work reaches the store without holding up others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from api.http.service import Service
from api.keys import Principal, Role
from api.linking import LinkedStore

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Desk:
    """The service, who is at the page, and the request that opened it."""

    service: Service
    principal: Principal
    request: Request

    def asked(self, name: str) -> str | None:
        """A parameter of the address, None where it is missing or empty."""
        return self.request.query_params.get(name) or None

    def may(self, roles: frozenset[Role]) -> bool:
        return self.principal.role in roles

    async def read(self, query: Callable[[Session], T]) -> T:
        """Run a query in a thread with a session of its own."""

        def work() -> T:
            with self.service.store.reading() as session:
                return query(session)

        return await run_in_threadpool(work)

    async def write(self, change: Callable[[Session], T]) -> T:
        """Change the store in a thread, in one transaction."""

        def work() -> T:
            with self.service.store.writing() as session:
                return change(session)

        return await run_in_threadpool(work)

    async def decide(self, decision: Callable[[LinkedStore], T]) -> T:
        """A person's decision about issues, in a thread: one writer at a time."""

        def work() -> T:
            with self.service.writing:
                return decision(self.service.linked)

        return await run_in_threadpool(work)

    async def audit(self, action: str, subject: str = "", **detail: Any) -> None:
        await self.service.audited(self.principal, action, subject, **detail)

    async def still_known(self) -> bool:
        """Whether the key by which this person came in still works."""
        return await self.service.still_valid(self.principal)
