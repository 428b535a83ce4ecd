"""提交: paste texts and see what comes out, or upload a file with its columns named."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from nicegui import ui
from nicegui.element import Element
from starlette.concurrency import run_in_threadpool

from api.errors import UsageError
from api.http.auth import INGEST, allowed
from api.http.jobs import SUFFIXES, Job
from api.http.limits import MAX_UPLOAD
from api.http.models import MAX_CHARACTERS, MOST
from api.http.problems import Problem
from api.ingest import Ingested
from api.keys import Principal, Role
from api.pages.columns import read_columns
from api.pages.desk import Desk
from api.pages.panel import Panel, Told, guarded
from api.reading import UnreadableError
from corpora import Report, content_id
from corpora.importers.headers import FIELDS
from nlp import Analysis

router = APIRouter(include_in_schema=False)

#: Where pasted texts come from, as the store keeps it.
SOURCE = "pages"
#: Seconds between two looks at an upload under way.
PACE = 0.4


@router.post("/submit/columns", max_body_size=MAX_UPLOAD)
async def columns(
    request: Request, _: Annotated[Principal, allowed(INGEST)], name: Annotated[str, Query(max_length=300)]
) -> JSONResponse:
    """Look into the beginning of a file, or all of a workbook; nothing is kept."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise Problem(422, f"its name has to end in one of {', '.join(SUFFIXES)}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{suffix}"
        with path.open("wb") as kept:
            async for piece in request.stream():
                await run_in_threadpool(kept.write, piece)
        try:
            return JSONResponse(asdict(await run_in_threadpool(read_columns, path)))
        except UnreadableError as error:
            raise Problem(422, str(error)) from error


class Upload(Element, component="static/upload.js"):
    """A field for a file: `chosen` tells its columns, `sent` the job, `refused` why not."""

    def send(self, mapping: dict[str, str]) -> None:
        """Send the file that was chosen."""
        self.run_method("send", mapping)


async def build(desk: Desk) -> None:
    """The page."""
    page = _Submit(desk)
    with ui.element("div").classes("columns"):
        with ui.element("div"):
            Panel(desk, "submit_paste.html", {"try": page.look, "store": page.store})
            page.results = Panel(desk, "submit_results.html", analyses=[], stored=[], known=0)
        with ui.element("div"):
            Panel(desk, "submit_upload.html", suffixes=SUFFIXES)
            page.upload = Upload()
            for name, handler in (("chosen", page.chosen), ("sent", page.sent), ("refused", page.refused)):
                page.upload.on(name, guarded(desk, handler))
            page.columns = Panel(desk, "submit_columns.html", {"send": page.send}, file=None, fields=FIELDS)
            page.job = Panel(desk, "submit_job.html", {"look": page.look_at}, job=None, rows=0, past=await page.past())
    page.timer = ui.timer(PACE, page.tick, active=False)


class _Submit:
    """What people do on the page."""

    results: Panel
    upload: Upload
    columns: Panel
    job: Panel
    timer: ui.timer

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.watched = ""
        self.rows = 0

    async def look(self, told: Told) -> None:
        """Analyse and keep nothing."""
        analyses = await self.desk.service.analyse(_reports(told))
        self.results.show(analyses=analyses, stored=[], known=0)

    async def store(self, told: Told) -> None:
        """Analyse, link and store."""
        ingested = await self.desk.service.ingest(_reports(told))
        stored: list[Ingested] = [one for one in ingested if one is not None]
        analyses: list[Analysis] = []
        self.results.show(analyses=analyses, stored=stored, known=len(ingested) - len(stored))
        ui.notify(f"已保存 {len(stored)} 条", type="positive", position="top")

    async def chosen(self, told: Told) -> None:
        self.rows = int(told["about"])
        self.columns.show(file=told, fields=FIELDS)

    async def send(self, told: Told) -> None:
        mapping = {name: str(told["fields"].get(name, "")) for name in FIELDS}
        self.upload.send({name: column for name, column in mapping.items() if column})

    async def sent(self, told: Told) -> None:
        self.columns.show(file=None, fields=FIELDS)
        self.watched = str(told["job"])
        self.timer.activate()
        await self.tick()

    async def refused(self, told: Told) -> None:
        self.columns.show(file=None, fields=FIELDS)
        ui.notify(f"文件未被接受：{told['detail']}", type="negative", position="top", timeout=10000)

    async def look_at(self, told: Told) -> None:
        self.watched, self.rows = str(told["job"]), 0
        await self.tick()

    async def tick(self) -> None:
        """Tell how far the upload is, until it is done."""
        job = await run_in_threadpool(self.desk.service.jobs.find, self.watched)
        if job is None or not self._may_see(job):
            self.timer.deactivate()
            return
        if job.state in ("done", "failed"):
            self.timer.deactivate()
        self.job.show(job=job, rows=self.rows, past=await self.past())

    async def past(self) -> list[Job]:
        """The latest uploads: one's own, an admin's view of all."""
        principal = self.desk.principal
        by = None if principal.role is Role.ADMIN else principal.by
        return await run_in_threadpool(lambda: self.desk.service.jobs.list(by, most=8))

    def _may_see(self, job: Job) -> bool:
        return job.by == self.desk.principal.by or self.desk.principal.role is Role.ADMIN


def _reports(told: Told) -> list[Report]:
    """The reports that were pasted: one, or one a line. UsageError where there are none, too many or too long."""
    fields = told["fields"]
    pasted = str(fields.get("text", ""))
    texts = [line.strip() for line in pasted.splitlines()] if fields.get("lines") else [pasted.strip()]
    texts = [text for text in texts if text]
    if not texts:
        raise UsageError("请先粘贴文字")
    if len(texts) > MOST or any(len(text) > MAX_CHARACTERS for text in texts):
        raise UsageError(f"一次至多 {MOST} 条，每条至多 {MAX_CHARACTERS:,} 字；更多请上传文件")
    now, region = datetime.now(UTC), str(fields.get("region", "")).strip()[:200]
    title = "" if fields.get("lines") else str(fields.get("title", "")).strip()[:1000]
    made = [text.replace("\x00", "") for text in texts]
    return [
        Report(content_id(title, text), text, title, received_at=now, channel="网页", region=region, source=SOURCE)
        for text in made
    ]
