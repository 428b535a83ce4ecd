"""GET /v1/stats: how many reports, by day, category and place."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.http.answers import PLAIN
from api.http.auth import READ, allowed
from api.http.problems import responses
from api.http.service import Service, the_service
from api.http.times import Day
from api.keys import Principal
from api.statistics import Dimension, count_by

router = APIRouter(prefix="/v1", tags=["stats"])


class CountOut(BaseModel):
    """Reports of one group; what it was not grouped by is left out."""

    reports: int
    day: date | None = None
    category: str | None = None
    division: str | None = None


@router.get(
    "/stats", response_model=list[CountOut], responses=responses(401, 403, 422, 429), summary="Counts of reports"
)
def stats(
    service: Annotated[Service, Depends(the_service)],
    _: Annotated[Principal, allowed(READ)],
    by: Annotated[list[Dimension], Query(max_length=3, description="Group by these.")] = ["day"],  # noqa: B006
    first: Annotated[Day | None, Query(description="First local day (Asia/Shanghai).")] = None,
    last: Annotated[Day | None, Query(description="Last local day.")] = None,
    category: Annotated[str | None, Query(max_length=40, pattern=PLAIN, description="With all below it.")] = None,
    division: Annotated[
        str | None, Query(max_length=200, pattern=PLAIN, description="`省/市`, with all inside it.")
    ] = None,
) -> JSONResponse:
    """Groups that have reports; purged ones are counted, too."""
    groups = list(dict.fromkeys(by))
    with service.store.reading() as session:
        counts = count_by(session, groups, first=first, last=last, category=category, division=division)
    return JSONResponse(
        [
            {"reports": c.reports} | {name: str(value) for name in groups if (value := getattr(c, name)) is not None}
            for c in counts
        ]
    )
