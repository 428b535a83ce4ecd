"""/v1/exports: reports and issues as files, corrections as training data; each export is in the audit log."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import FileResponse
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask

from api.corrections import training_examples
from api.http.answers import PLAIN
from api.http.auth import ADMIN, EXPORT, allowed
from api.http.problems import responses
from api.http.service import Service, the_service
from api.http.times import When
from api.issues import export_issues
from api.keys import Principal
from api.output import open_jsonl, open_writer
from api.queries import ReportFilter
from api.schema import ReportRow
from api.stored import stored

router = APIRouter(prefix="/v1/exports", tags=["exports"])

Svc = Annotated[Service, Depends(the_service)]
Exporter = Annotated[Principal, allowed(EXPORT)]
Format = Literal["jsonl", "csv", "xlsx"]

_TYPES: Mapping[str, str] = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A file.", "content": {kind: {"schema": {"type": "string"}} for kind in _TYPES.values()}}
}
_LINES: dict[int | str, dict[str, Any]] = {
    200: {"description": "One object a line.", "content": {_TYPES["jsonl"]: {"schema": {"type": "string"}}}}
}
Rows = Callable[[Session], Iterator[dict[str, Any]]]


@router.get("/reports", response_class=FileResponse, responses=_FILE | responses(401, 403, 422, 429), summary="Reports")
def reports(
    service: Svc,
    principal: Exporter,
    format: Format = "jsonl",
    category: Annotated[str | None, Query(max_length=40, pattern=PLAIN)] = None,
    division: Annotated[str | None, Query(max_length=200, pattern=PLAIN)] = None,
    since: When | None = None,
    until: When | None = None,
) -> FileResponse:
    """All reports that are asked for, personal data masked."""
    asked = ReportFilter(category=category, division=division, since=since, until=until)

    def rows(session: Session) -> Iterator[dict[str, Any]]:
        query = select(ReportRow).where(*asked.conditions()).order_by(ReportRow.pk)
        for row in session.scalars(query.execution_options(yield_per=500)):
            found = stored(row).to_json()
            session.expunge(row)
            yield found | ({} if format == "jsonl" else {"issue": {"id": found["issue"]}})

    return _file(service, principal, "reports", format, rows, since=since, until=until)


@router.get("/issues", response_class=FileResponse, responses=_LINES | responses(401, 403, 429), summary="Issues")
def issues(service: Svc, principal: Exporter) -> FileResponse:
    """What `minqing issues export` prints, one object a line."""
    return _file(service, principal, "issues", "jsonl", export_issues)


@router.get(
    "/corrections",
    response_class=FileResponse,
    responses=_LINES | responses(401, 403, 429),
    summary="Corrections as training data",
)
def corrections(service: Svc, principal: Annotated[Principal, allowed(ADMIN)]) -> FileResponse:
    """What people said of reports, as `minqing eval` reads it: unmasked, for who trains with it."""
    return _file(service, principal, "corrections", "jsonl", training_examples)


def _file(
    service: Service, principal: Principal, what: str, format: Format, rows: Rows, **asked: datetime | None
) -> FileResponse:
    detail = {name: value.isoformat() for name, value in asked.items() if value is not None}
    service.audit.write(principal.by, f"{what}.export", format=format, asked=detail)
    handle, path = tempfile.mkstemp(suffix=f".{format}")
    os.close(handle)
    taxonomy = service.pipeline.taxonomy
    opened = open_jsonl(path) if format == "jsonl" else open_writer(path, taxonomy)
    try:
        with service.store.reading() as session, opened as writer:
            for row in rows(session):
                writer.write(row)
    except BaseException:
        os.unlink(path)
        raise
    task = BackgroundTask(os.unlink, path)
    return FileResponse(path, media_type=_TYPES[format], filename=f"{what}.{format}", background=task)
