"""How often a key may call, and how long a client may take to send a request."""

from __future__ import annotations

import asyncio
import time

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from starlette.types import Message, Receive, Scope

from api.errors import UsageError
from api.http.problems import Problem, busy

#: Calls a key may make; a batch of 500 reports is one call.
RATE = "6000/minute"
#: Wrong keys that an address may try.
WRONG_KEYS = "30/minute"
#: Bytes of a request's head.
HEAD_BYTES = 32 << 10
#: Bytes of a JSON body, and of an uploaded file with its form.
MAX_BODY = 8 << 20
MAX_UPLOAD = 128 << 20
#: Seconds within which the next piece of a body has to come.
BODY_SECONDS = 20.0


class RateLimits:
    """Counts calls in a sliding window, in this process."""

    def __init__(self, rate: str) -> None:
        try:
            self._rate = parse(rate)
        except ValueError as error:
            raise UsageError(f"--rate {rate!r} is not COUNT/PERIOD; write {RATE}") from error
        self._wrong = parse(WRONG_KEYS)
        self._counter = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def call(self, principal: str) -> None:
        """Count a call; Problem 429 where there were too many."""
        if not await self._counter.hit(self._rate, "call", principal):
            raise await self._late(self._rate, "call", principal)

    async def may_try(self, address: str) -> None:
        """Problem 429 where an address has tried too many wrong keys."""
        if not await self._counter.test(self._wrong, "key", address):
            raise await self._late(self._wrong, "key", address)

    async def wrong_key(self, address: str) -> None:
        """Count a wrong key."""
        await self._counter.hit(self._wrong, "key", address)

    async def _late(self, item: RateLimitItem, *names: str) -> Problem:
        stats = await self._counter.get_window_stats(item, *names)
        return busy(stats.reset_time - time.time(), f"more than {item}; slow down", status=429)


def check_head(scope: Scope) -> None:
    """Problem 431 for a head that is too long, 413 for a body that says so of itself."""
    if sum(len(name) + len(value) for name, value in scope["headers"]) > HEAD_BYTES:
        raise Problem(431, f"the head has more than {HEAD_BYTES} bytes; send fewer or shorter fields")
    fields = dict(scope["headers"])
    if b"content-length" in fields and b"transfer-encoding" in fields:
        raise Problem(400, "the body's length is told in two ways; tell it in one")
    if int(fields.get(b"content-length", b"0")) > _most(scope):
        raise _too_large()


def bounded(receive: Receive, scope: Scope) -> Receive:
    """A `receive` that gives up on a body that is too long, Problem 413, or whose next piece does not come, 408."""
    whole = False
    size = 0

    async def received() -> Message:
        nonlocal whole, size
        if whole:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), BODY_SECONDS)
        except TimeoutError:
            raise Problem(408, f"nothing came for {BODY_SECONDS:.0f} s; send the body at once") from None
        whole = not message.get("more_body", False)
        size += len(message.get("body", b""))
        if size > _most(scope):
            raise _too_large()
        return message

    return received


def _most(scope: Scope) -> int:
    path: str = scope["path"]
    return MAX_BODY if path.startswith("/v1/") and path != "/v1/reports/upload" else MAX_UPLOAD


def _too_large() -> Problem:
    return Problem(413, "the body is too large; send fewer reports, or a file to POST /v1/reports/upload")
