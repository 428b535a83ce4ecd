"""How often a key may call, and how long a client may take to send a request."""

from __future__ import annotations

import asyncio
import time

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from starlette.types import Message, Receive

from api.errors import UsageError
from api.http.problems import Problem, busy

#: Calls a key may make; a batch of 500 reports is one call.
RATE = "6000/minute"
#: Wrong keys that an address may try.
WRONG_KEYS = "30/minute"
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


def patient(receive: Receive, seconds: float = BODY_SECONDS) -> Receive:
    """A `receive` that gives up on a body whose next piece does not come: Problem 408."""
    whole = False

    async def received() -> Message:
        nonlocal whole
        if whole:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), seconds)
        except TimeoutError:
            raise Problem(408, f"nothing came for {seconds:.0f} s; send the body at once") from None
        whole = not message.get("more_body", False)
        return message

    return received
