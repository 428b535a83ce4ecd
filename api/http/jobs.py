"""Uploads: a file is kept, then read and ingested in the background; what was accepted survives a restart."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from api.audit import Audit
from api.reading import UnreadableError, read_apart
from api.schema import JobRow
from api.store import Store
from corpora import Rejected, Report

log = logging.getLogger("minqing.jobs")

#: Kinds of files that are taken.
SUFFIXES = (".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".xlsx")
#: Rejected rows after which a job stops: it is the file that is wrong.
MOST_REJECTED = 10_000
#: Rows read before they are ingested.
_SLICE = 128

Ingest = Callable[[Sequence[Report]], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Job:
    """How far an upload is. `done` counts reports, of which `known` were stored before; rows are `{row, reason}`."""

    id: str
    at: datetime
    by: str
    state: str
    done: int
    known: int
    rejected: Sequence[Mapping[str, Any]]
    error: str


class Jobs:
    """The uploads of a store, one worked on at a time. `ingest` stores reports and gives how many were known."""

    def __init__(self, store: Store, folder: Path, ingest: Ingest) -> None:
        self._store = store
        self._folder = folder
        self._ingest = ingest
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Go on with what was accepted before; a replay of a file is harmless."""
        with self._store.reading() as session:
            open_ = select(JobRow.id).where(JobRow.state.in_(["queued", "running"])).order_by(JobRow.at)
            for job in session.scalars(open_):
                self._queue.put_nowait(job)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Leave the job under way for the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def place(self, suffix: str) -> tuple[str, Path]:
        """A new job's id and where to write its file. The name that a client gave is never part of a path."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        job = "j" + secrets.token_hex(8)
        return job, self._folder / f"{job}{suffix}"

    def accept(self, job: str, path: Path, mapping: Mapping[str, str], by: str) -> Job:
        """The file is whole: from now on the job is kept, whatever happens."""
        path.with_suffix(".map").write_text(json.dumps(dict(mapping)), "utf-8")
        for written in (path, path.with_suffix(".map"), self._folder):
            handle = os.open(written, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)
        row = JobRow(id=job, at=datetime.now(UTC), by=by, state="queued", done=0, known=0, rejected=[], error="")
        with self._store.writing() as session:
            session.add(row)
            made = _job(row)
            Audit(self._store).write(by, "reports.upload", job, session=session)
        self._queue.put_nowait(job)
        return made

    def find(self, job: str) -> Job | None:
        """How far a job is."""
        with self._store.reading() as session:
            row = session.get(JobRow, job)
        return None if row is None else _job(row)

    def list(self, by: str | None, *, most: int = 100) -> list[Job]:
        """The latest jobs, of one caller where given."""
        query = select(JobRow).order_by(JobRow.at.desc()).limit(most)
        with self._store.reading() as session:
            return [_job(row) for row in session.scalars(query if by is None else query.where(JobRow.by == by))]

    async def _run(self) -> None:
        while True:
            job = await self._queue.get()
            try:
                await self._work(job)
            except Exception as error:
                log.error("job %s: %s", job, type(error).__name__)
                await self._update(job, state="failed", error="this is our mistake; the log tells more")

    async def _work(self, job: str) -> None:
        path = next((p for s in SUFFIXES if (p := self._folder / f"{job}{s}").exists()), None)
        if path is None:
            await self._update(job, state="failed", error="the file is gone; send it again")
            return
        mapping = json.loads(path.with_suffix(".map").read_text("utf-8"))
        done = known = 0
        rejected: list[dict[str, Any]] = []
        await self._update(job, state="running")
        rows = read_apart(path, mapping)
        try:
            while rows_read := await run_in_threadpool(_some, rows):
                rejected += [{"row": r.row, "reason": r.reason} for r in rows_read if isinstance(r, Rejected)]
                if len(rejected) > MOST_REJECTED:
                    raise UnreadableError(f"more than {MOST_REJECTED:,} rows are bad; mend the file and send it again")
                reports = [r for r in rows_read if isinstance(r, Report)]
                known += await self._ingest(reports)
                done += len(reports)
                await self._update(job, done=done, known=known, rejected=list(rejected))
        except UnreadableError as error:
            await self._update(job, state="failed", rejected=rejected, error=str(error))
        else:
            await self._update(job, state="done")
        path.unlink()
        path.with_suffix(".map").unlink()

    async def _update(self, job: str, **values: Any) -> None:
        await run_in_threadpool(self._write, job, values)

    def _write(self, job: str, values: Mapping[str, Any]) -> None:
        with self._store.writing() as session:
            row = session.get_one(JobRow, job)
            for name, value in values.items():
                setattr(row, name, value)


def _some(rows: Iterator[Report | Rejected]) -> list[Report | Rejected]:
    return list(islice(rows, _SLICE))


def _job(row: JobRow) -> Job:
    return Job(row.id, row.at, row.by, row.state, row.done, row.known, row.rejected, row.error)
