"""POST /v1/reports/upload: a file of reports, ingested in the background; /v1/jobs tells how far it is."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from api.http.auth import INGEST, allowed
from api.http.jobs import SUFFIXES, Job
from api.http.models import JobOut
from api.http.problems import FieldError, Problem, responses
from api.http.service import Service, the_service
from api.keys import Principal, Role
from corpora.importers.headers import FIELDS

router = APIRouter(prefix="/v1", tags=["uploads"])

_STRING = r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"'
_COLUMN = rf' *"(?:{"|".join(FIELDS)})" *: *{_STRING} *'
#: A JSON object of the names of columns by field; a form's empty field is as none.
_COLUMNS = rf"^(?: *\{{(?: *|{_COLUMN}(?:,{_COLUMN})*)\}} *)?$"
#: How a client has to name the file, for who reads the description only.
_NAMED = 'form-data; name="file"; filename="reports.csv"'
_FILE = {"file": {"headers": {"Content-Disposition": {"schema": {"type": "string"}, "example": _NAMED}}}}


class UploadIn(BaseModel):
    """A file, and what its columns are called where the names are not the usual ones."""

    model_config = ConfigDict(extra="forbid")
    file: UploadFile = Field(description="JSONL, CSV, XLSX or TXT, told by the end of its name.")
    map: str = Field(
        default="{}",
        max_length=2000,
        description='Columns by field: `{"text": "留言详情"}`.',
        json_schema_extra={"pattern": _COLUMNS},
    )


@router.post(
    "/reports/upload",
    status_code=202,
    response_model=JobOut,
    responses=responses(400, 401, 403, 408, 413, 422, 429, 503),
    summary="Upload a file of reports",
    openapi_extra={"requestBody": {"content": {"multipart/form-data": {"encoding": _FILE}}}},
    form_limits={"max_files": 1, "max_fields": 1, "max_part_size": 1 << 16},
)
async def upload(
    service: Annotated[Service, Depends(the_service)],
    principal: Annotated[Principal, allowed(INGEST)],
    form: Annotated[UploadIn, Form(media_type="multipart/form-data")],
) -> Any:
    """The file is kept, then read and ingested; `Location` is the job. A bad row stops nothing: the job lists it."""
    suffix = PurePath(form.file.filename or "").suffix.lower()
    errors = []
    if suffix not in SUFFIXES:
        errors.append(FieldError(pointer="/file", detail=f"its name has to end in one of {', '.join(SUFFIXES)}"))
    mapping = _mapping(form.map)
    if mapping is None:
        errors.append(FieldError(pointer="/map", detail=f"is no JSON object of columns by {', '.join(FIELDS)}"))
    if errors or mapping is None:
        raise Problem(422, "the request is not as described; see `errors`", errors=errors)
    job, path = service.jobs.place(suffix)
    with path.open("xb") as kept:
        while piece := await form.file.read(1 << 20):
            await run_in_threadpool(kept.write, piece)
    made = await run_in_threadpool(service.jobs.accept, job, path, mapping, principal.by)
    return JSONResponse(_shown(made), 202, {"Location": f"/v1/jobs/{made.id}"})


@router.get("/jobs", response_model=list[JobOut], responses=responses(401, 403, 429), summary="Uploads")
def jobs(
    service: Annotated[Service, Depends(the_service)], principal: Annotated[Principal, allowed(INGEST)]
) -> JSONResponse:
    """The latest uploads: one's own, an admin's view of all."""
    by = None if principal.role is Role.ADMIN else principal.by
    return JSONResponse([_shown(job) for job in service.jobs.list(by)])


@router.get("/jobs/{job}", response_model=JobOut, responses=responses(401, 403, 404, 422, 429), summary="One upload")
def job(
    job: Annotated[str, Path(max_length=40, pattern=r"^[a-z0-9]+$")],
    service: Annotated[Service, Depends(the_service)],
    principal: Annotated[Principal, allowed(INGEST)],
) -> JSONResponse:
    """How far it is, and which rows were rejected. Other people's jobs are not there, except for an admin."""
    known = service.jobs.find(job)
    if known is None or (known.by != principal.by and principal.role is not Role.ADMIN):
        raise Problem(404, "no such job")
    return JSONResponse(_shown(known))


def _mapping(text: str) -> dict[str, str] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not all(k in FIELDS and isinstance(v, str) for k, v in value.items()):
        return None
    return value


def _shown(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "at": job.at.isoformat(),
        "by": job.by,
        "state": job.state,
        "done": job.done,
        "known": job.known,
        "rejected": list(job.rejected),
        "error": job.error,
    }
