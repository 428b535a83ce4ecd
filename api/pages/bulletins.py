"""简报: the bulletin of a day, a week or a month and a region, looked at and taken along."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import FileResponse, Response, StreamingResponse
from pydantic import AfterValidator
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from api.bulletin import Bulletin, read_bulletin, words, write_bulletin
from api.bulletin.html import begin_html, end_html
from api.http.auth import EXPORT, READ, allowed
from api.http.service import Service, the_service
from api.http.times import Day
from api.keys import Principal
from api.pages.atlas import first_and_last
from api.pages.desk import Desk
from api.pages.panel import Panel, Told, log_failure
from api.pages.times import day_of
from api.statistics import count_by
from api.stats import Unit, span_of
from corpora.importers.dates import SHANGHAI
from nlp.trends import span_before

router = APIRouter(prefix="/bulletins", include_in_schema=False)

UNITS: dict[Unit, str] = {"day": "日", "week": "周", "month": "月"}
KINDS = {"docx": "Word", "xlsx": "Excel", "html": "网页", "md": "Markdown"}

On = Annotated[Day, Query(alias="date")]
#: Province to town; a stroke at its ends means nothing.
Region = Annotated[str, Query(max_length=200), AfterValidator(lambda region: region.strip("/ "))]


@router.get("/preview")
async def preview(
    service: Annotated[Service, Depends(the_service)],
    _: Annotated[Principal, allowed(READ)],
    period: Unit,
    on: On,
    region: Region = "",
) -> StreamingResponse:
    """The bulletin as a page of its own, which runs nothing; the browser makes room for it while it is made."""
    now = datetime.now(UTC)

    def page() -> Iterator[str]:
        yield begin_html(words.title(period), words.subtitle(span_of(period, on), region, now))
        try:
            yield from end_html(_make(service, period, on, region, now=now))
        except Exception as error:  # the answer has begun, so its status cannot tell any more
            log_failure(error)
            yield "<p>出错了：未能完成，详见日志</p>\n</body></html>\n"

    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "Cache-Control": "no-store"}
    return StreamingResponse(page(), media_type="text/html", headers=headers)


@router.get("/file")
async def file(
    service: Annotated[Service, Depends(the_service)],
    principal: Annotated[Principal, allowed(EXPORT)],
    period: Unit,
    on: On,
    kind: Literal["docx", "xlsx", "html", "md"],
    region: Region = "",
) -> Response:
    """The bulletin as a file; the export is in the audit log."""
    await service.audited(principal, "bulletin.export", period=period, date=on.isoformat(), format=kind)
    bulletin = await run_in_threadpool(partial(_make, service, period, on, region, now=datetime.now(UTC)))
    path = await run_in_threadpool(_written, bulletin, kind)
    name = f"简报-{period}-{on.isoformat()}.{kind}"
    return FileResponse(path, filename=name, background=BackgroundTask(os.unlink, path))


async def build(desk: Desk) -> None:
    """The page: at first what the address asks for, else the last week that is over, or that of the last report."""
    today = datetime.now(SHANGHAI).date()
    _, last = await desk.read(first_and_last)
    latest = last.astimezone(SHANGHAI).date() if last else today
    start = latest if (today - latest).days > 7 else span_of("week", today).start - timedelta(days=1)

    def asked(fields: Mapping[str, Any]) -> tuple[Unit, date, str]:
        period: Unit = next((name for name in get_args(Unit) if name == fields.get("period")), "week")
        return period, day_of(str(fields.get("date", ""))) or start, str(fields.get("region", ""))[:200].strip("/ ")

    unit, on, region = asked(desk.request.query_params)

    async def choose(told: Told) -> None:
        nonlocal unit, on, region
        # The browser has asked for the bulletin by itself.
        chosen = unit, on, region = asked(told["fields"])
        found = await _counted(desk, *chosen)
        if chosen == (unit, on, region):
            counted.show(**found)

    Panel(desk, "bulletins.html", {"choose": choose}, units=UNITS, unit=unit, on=on, region=region)
    counted = Panel(desk, "bulletin_counted.html", **await _counted(desk, unit, on, region))
    Panel(desk, "bulletin.html", asked=_address(unit, on, region))


def _address(unit: Unit, on: date, region: str) -> str:
    """What the bulletin, and its files, are asked for by."""
    return urlencode({"period": unit, "date": on.isoformat(), "region": region})


async def _counted(desk: Desk, unit: Unit, on: date, region: str) -> dict[str, Any]:
    """How many reports the period and the one before it have, which is known before the bulletin is; and its files."""
    span = span_of(unit, on)
    before = span_before(unit, span)

    def count(session: Session) -> tuple[int, int]:
        first, last = before.start, span.end - timedelta(days=1)
        found = count_by(session, ("day",), first=first, last=last, division=region or None)
        now = sum(c.reports for c in found if c.day and c.day >= span.start)
        return now, sum(c.reports for c in found) - now

    reports, then = await desk.read(count)
    last = span.end - timedelta(days=1)
    files = {"asked": _address(unit, on, region), "kinds": KINDS, "may": desk.may(EXPORT)}
    return {"first": span.start, "last": last, "reports": reports, "before": words.BEFORE[unit], "then": then, **files}


def _make(service: Service, unit: Unit, on: date, region: str, *, now: datetime) -> Bulletin:
    with service.store.reading() as session:
        return read_bulletin(session, unit, on, now=now, region=region)


def _written(bulletin: Bulletin, kind: str) -> str:
    """The path of a new file, which is left to the caller."""
    handle, path = tempfile.mkstemp(suffix=f".{kind}")
    os.close(handle)
    try:
        write_bulletin(bulletin, Path(path))
    except BaseException:
        os.unlink(path)
        raise
    return path
