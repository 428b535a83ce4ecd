"""/v1/reports: take reports in, find them, look at one."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from api.http.answers import PLAIN, Paging, found, read_page, tagged
from api.http.auth import INGEST, READ, allowed, may_unmask
from api.http.idempotency import Answered
from api.http.models import IngestedOut, KnownOut, PageOf, Reports, StoredOut, as_list
from api.http.problems import UNCHANGED, responses
from api.http.service import Service, the_service
from api.http.times import When
from api.ingest import Ingested
from api.keys import Principal
from api.queries import ReportFilter, ReportOrder, find_report, search_reports
from api.stored import Stored
from corpora import Report

router = APIRouter(prefix="/v1", tags=["reports"])

Key = Annotated[str, Path(max_length=401, pattern=PLAIN, description="Source and id: `source/id`, or the id alone.")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="A name of your own for this request. Repeated within 24 hours, it is answered as the first time.",
    ),
]


_ALL_KNOWN: dict[int | str, dict[str, Any]] = {
    200: {"model": KnownOut | list[KnownOut], "description": "All were stored before."}
}


@router.post(
    "/reports",
    status_code=201,
    response_model=IngestedOut | KnownOut | list[IngestedOut | KnownOut],
    responses=_ALL_KNOWN | responses(400, 401, 403, 408, 409, 413, 422, 429, 503),
    summary="Take reports in",
)
async def ingest(
    body: Reports,
    request: Request,
    service: Annotated[Service, Depends(the_service)],
    principal: Annotated[Principal, allowed(INGEST)],
    idempotency_key: IdempotencyKey = None,
) -> Any:
    """Tag, link to an issue and store. What is answered is stored; the same id from the same source changes nothing."""
    if idempotency_key is None:
        answered = await _ingest(body, service)
        return JSONResponse(answered.body, answered.status)
    digest = sha256(b"/v1/reports\n" + await request.body()).hexdigest()
    kept = await run_in_threadpool(service.idempotency.claim, principal, idempotency_key, digest)
    if kept is not None:
        return JSONResponse(kept.body, kept.status, {"Idempotency-Replayed": "true"})
    try:
        answered = await _ingest(body, service)
        await run_in_threadpool(service.idempotency.answer, principal, idempotency_key, answered)
    except BaseException:
        await run_in_threadpool(service.idempotency.forget, principal, idempotency_key)
        raise
    return JSONResponse(answered.body, answered.status)


async def _ingest(body: Reports, service: Service) -> Answered:
    reports = as_list(body)
    ingested = await service.ingest(reports)
    # Masking a long list takes a while, in which others are served.
    results = await run_in_threadpool(_told, reports, ingested)
    status = 201 if any(one is not None for one in ingested) else 200
    return Answered(status, results if isinstance(body, list) else results[0])


def _told(reports: Sequence[Report], ingested: Sequence[Ingested | None]) -> list[dict[str, Any]]:
    return [
        {"id": report.id, "key": report.key, "known": True} if one is None else one.to_json()
        for report, one in zip(reports, ingested, strict=True)
    ]


@router.get(
    "/reports", response_model=PageOf[StoredOut], responses=responses(401, 403, 404, 422, 429), summary="Find reports"
)
def search(
    service: Annotated[Service, Depends(the_service)],
    principal: Annotated[Principal, allowed(READ)],
    paging: Annotated[Paging, Depends()],
    category: Annotated[str | None, Query(max_length=40, pattern=PLAIN, description="With all below it.")] = None,
    division: Annotated[
        str | None, Query(max_length=200, pattern=PLAIN, description="`省/市`, with all inside it.")
    ] = None,
    since: Annotated[When | None, Query(description="Seen at this time or later.")] = None,
    until: Annotated[When | None, Query(description="Seen before this time.")] = None,
    issue: Annotated[str | None, Query(max_length=40, pattern=PLAIN)] = None,
    text: Annotated[
        str | None, Query(min_length=1, max_length=200, pattern=PLAIN, description="A piece of the text, as shown.")
    ] = None,
    decided: bool | None = None,
    reviewed: bool | None = None,
    urgent: bool | None = None,
    order: ReportOrder = "newest",
    unmasked: bool = False,
) -> Any:
    """Reports by category, place, time, issue and text, a page at a time.

    With `unmasked`, for triage and admin, personal data is shown and searched; it is in the audit log.
    """
    if unmasked:
        may_unmask(principal)
    asked = ReportFilter(
        category=category,
        division=division,
        since=since,
        until=until,
        issue=issue,
        text=text,
        decided=decided,
        reviewed=reviewed,
        urgent=urgent,
    )
    with service.store.reading() as session:
        page = read_page(
            lambda: search_reports(
                session, asked, order=order, cursor=paging.cursor, limit=paging.limit, unmasked=unmasked
            ),
            lambda stored: shown(stored, unmasked=unmasked),
        )
    if unmasked:
        keys = [item["key"] for item in page["items"]]
        service.audit.write(principal.by, "reports.unmasked", searched=text is not None, reports=keys)
    return JSONResponse(page)


@router.get(
    "/reports/{key:path}",
    response_model=StoredOut,
    responses=UNCHANGED | responses(401, 403, 404, 422, 429),
    summary="One report",
)
def report(
    key: Key,
    request: Request,
    service: Annotated[Service, Depends(the_service)],
    principal: Annotated[Principal, allowed(READ)],
    unmasked: bool = False,
) -> Response:
    """A report with its analysis. With `unmasked`, for triage and admin, personal data is shown; it is audited."""
    if unmasked:
        may_unmask(principal)
    with service.store.reading() as session:
        stored = found(find_report(session, key), "report")
    if unmasked:
        service.audit.write(principal.by, "report.unmasked", stored.report.key)
    return tagged(request, shown(stored, unmasked=unmasked))


def shown(stored: Stored, *, unmasked: bool = False) -> dict[str, Any]:
    """A stored report as it is answered."""
    return {"key": stored.report.key} | stored.to_json(unmasked=unmasked)
