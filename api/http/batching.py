"""Requests that come at the same time are worked on together, by one thread, in the order they came."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Condition, Thread
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Overloaded(Exception):
    """More is waiting than can be done soon; `retry_after` is in seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"come again in {retry_after:.0f} s")
        self.retry_after = retry_after


class Batcher(Generic[T, R]):
    """One thread that takes what has gathered while it was busy; nothing waits for a batch to fill.

    work gives one result an item, in order. `most` bounds a batch, `room` what may wait, both in items.
    """

    def __init__(self, work: Callable[[Sequence[T]], Sequence[R]], *, name: str, most: int, room: int) -> None:
        self._work = work
        self._most = most
        self._room = room
        self._waiting: deque[tuple[T, Future[R]]] = deque()
        self._changed = Condition()
        self._stopping = False
        self._seconds_each = 0.05
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish what is waiting, then end; nothing is taken any more."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive() and not self._stopping

    @property
    def waiting(self) -> int:
        """Items that no batch has taken yet."""
        return len(self._waiting)

    def submit(self, items: Sequence[T]) -> list[Future[R]]:
        """A future for each item. Raises Overloaded where there is no room for all of them."""
        with self._changed:
            if self._stopping:
                raise Overloaded(5)
            if self._waiting and len(self._waiting) + len(items) > self._room:
                raise Overloaded(len(self._waiting) * self._seconds_each)
            futures: list[Future[R]] = [Future() for _ in items]
            self._waiting.extend(zip(items, futures, strict=True))
            self._changed.notify()
        return futures

    def _run(self) -> None:
        while (batch := self._take()) is not None:
            start = time.perf_counter()
            self._do(batch)
            each = (time.perf_counter() - start) / max(1, len(batch))
            self._seconds_each = 0.9 * self._seconds_each + 0.1 * each

    def _take(self) -> list[tuple[T, Future[R]]] | None:
        with self._changed:
            while not self._waiting:
                if self._stopping:
                    return None
                self._changed.wait()
            batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        return [(item, future) for item, future in batch if future.set_running_or_notify_cancel()]

    def _do(self, batch: Sequence[tuple[T, Future[R]]]) -> None:
        if not batch:
            return
        try:
            results = self._work([item for item, _ in batch])
        except Exception as error:
            if len(batch) == 1:
                batch[0][1].set_exception(error)
                return
            # One bad item must not fail its neighbours.
            for one in batch:
                self._do([one])
            return
        for (_, future), result in zip(batch, results, strict=True):
            future.set_result(result)
