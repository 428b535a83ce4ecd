"""How answers are made: pages, entity tags, times in queries."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, TypeVar

from fastapi import Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import AfterValidator

from api.errors import UsageError
from api.http.problems import FieldError, Problem
from api.paging import MOST, Page
from corpora.importers.dates import SHANGHAI

T = TypeVar("T")

#: What a string in a path or a query may be; databases take no NUL.
PLAIN = r"^[^\x00]*$"


def _in_our_time(value: datetime) -> datetime:
    if not 1900 <= value.year <= 2200:
        raise ValueError("is not between 1900 and 2200")
    return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)


#: A time in a query; Asia/Shanghai where it names no zone.
When = Annotated[datetime, AfterValidator(_in_our_time)]


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page is asked for."""

    limit: Annotated[int, Query(ge=1, le=MOST, description="Rows on a page.")] = 50
    cursor: Annotated[
        str | None, Query(max_length=500, pattern=r"^[A-Za-z0-9_-]+$", description="`next` of the page before.")
    ] = None


def read_page(read: Callable[[], Page[T]], make: Callable[[T], Mapping[str, Any]]) -> dict[str, Any]:
    """A page as it is answered. Problem 422 for a cursor of another list."""
    try:
        page = read()
    except UsageError:
        error = FieldError(pointer="query:cursor", detail="is none of this list; start again without it")
        raise Problem(422, "the request is not as described; see `errors`", errors=[error]) from None
    return {"items": [make(item) for item in page.items], "next": page.next}


def tagged(request: Request, body: Any) -> Response:
    """An answer with its ETag; 304 where the caller has it already."""
    data = json.dumps(body, ensure_ascii=False).encode()
    tag = f'"{sha256(data).hexdigest()[:20]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    known = [t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(data, headers=headers, media_type="application/json")


def found(thing: T | None, what: str) -> T:
    """The thing; Problem 404 where there is none."""
    if thing is None:
        raise Problem(404, f"no such {what}")
    return thing


def plain(value: Any) -> JSONResponse:
    """An answer that is never kept by anybody on the way."""
    return JSONResponse(value, headers={"Cache-Control": "no-store"})
