"""How answers are made: pages and entity tags."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, TypeVar

from fastapi import Query, Request
from fastapi.responses import JSONResponse, Response

from api.errors import UsageError
from api.http.problems import Problem
from api.paging import MOST, Page

T = TypeVar("T")

#: What a string in a path or a query may be; databases take no NUL.
PLAIN = r"^[^\x00]*$"


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page is asked for."""

    limit: Annotated[int, Query(ge=1, le=MOST, description="Rows on a page.")] = 50
    cursor: Annotated[
        str | None, Query(max_length=500, pattern=r"^[A-Za-z0-9_-]+$", description="`next` of the page before.")
    ] = None


def read_page(read: Callable[[], Page[T]], make: Callable[[T], Mapping[str, Any]]) -> dict[str, Any]:
    """A page as it is answered. Problem 404 for a cursor of another list."""
    try:
        page = read()
    except UsageError:
        raise Problem(404, "no such page: `cursor` is none of this list; start again without it") from None
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
