"""GET /v1/events: what happens, as it happens (server-sent events)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from sse_starlette import EventSourceResponse, ServerSentEvent

from api.events import Event
from api.http.auth import READ, allowed
from api.http.events import MOST_STREAMS
from api.http.problems import busy, responses
from api.http.service import Service, the_service
from api.keys import Principal

router = APIRouter(prefix="/v1", tags=["events"])

_ID = r"^\d{1,18}$"


def _with_room(service: Annotated[Service, Depends(the_service)]) -> Service:
    """Refused before the stream begins: later there is no status to tell it with."""
    if service.followers.streams >= MOST_STREAMS:
        raise busy(30, "too many streams are open")
    return service


@router.get(
    "/events",
    response_class=EventSourceResponse,
    responses=responses(401, 403, 422, 429, 503),
    summary="Follow what happens",
)
async def events(
    service: Annotated[Service, Depends(_with_room)],
    principal: Annotated[Principal, allowed(READ)],
    last_event_id: Annotated[str | None, Header(pattern=_ID, description="Go on behind this event.")] = None,
    after: Annotated[str | None, Query(pattern=_ID, description="The same, for who cannot set headers.")] = None,
    kinds: Annotated[
        list[Annotated[str, Query(pattern=r"^[a-z.]{1,40}$")]], Query(description="Of these kinds only.")
    ] = [],  # noqa: B006
) -> EventSourceResponse:
    """`report.tagged`, `issue.born`, `issue.grew`, `issue.merged` …, each with its id; from now on by default.

    Delivered at least once: after a break, send the last id you had as `Last-Event-ID`. No event holds personal data.
    """
    begin = last_event_id or after
    start = int(begin) if begin else await service.followers.last()
    return EventSourceResponse(_stream(service, principal, start, kinds), ping=15)


async def _stream(
    service: Service, principal: Principal, start: int, kinds: Sequence[str]
) -> AsyncIterator[ServerSentEvent]:
    async with aclosing(service.followers.follow(start, kinds)) as found:
        async for event in found:
            if not await service.still_valid(principal):
                return
            data = json.dumps(told(event), ensure_ascii=False)
            yield ServerSentEvent(data, event=event.kind, id=str(event.id))


def told(event: Event) -> dict[str, object]:
    """An event as it is sent."""
    return {
        "id": event.id,
        "at": event.at.isoformat(),
        "kind": event.kind,
        "subject": event.subject,
        "body": dict(event.body),
    }
