"""GET /v1/stats/period: the figures of a day, a week or a month, as bulletins print them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api.http.answers import PLAIN
from api.http.auth import READ, allowed
from api.http.problems import responses
from api.http.service import Service, the_service
from api.http.times import Day
from api.keys import Principal
from api.stats import Unit, read_stats, span_of
from corpora.importers.dates import SHANGHAI

router = APIRouter(prefix="/v1", tags=["stats"])


_TOTAL: dict[str, JsonValue] = {
    "key": "",
    "reports": 9,
    "previous": {"then": 2, "ratio": 3.5, "corrected": 3.5, "missing": ""},
    "last_year": {"then": None, "ratio": None, "corrected": None, "missing": "no record"},
}
_SURGE: dict[str, JsonValue] = {
    "key": "i3f2a9c01b7de",
    "found": "2026-03-04",
    "since": "2026-03-02",
    "reports": 6,
    "expected": 0.07,
    "tail": 1.2e-9,
    "last": "2026-03-05",
}


class PeriodOut(BaseModel):
    """What a period brought, as known at `now`. Reports are told by their keys, issues and categories by their ids."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "unit": "week",
                    "start": "2026-03-02",
                    "end": "2026-03-09",
                    "region": "",
                    "now": "2026-03-09T00:00:00+00:00",
                    "total": _TOTAL,
                    "daily": [3, 3, 3, 0, 0, 0, 0],
                    "categories": [_TOTAL | {"key": "service.environment"}],
                    "regions": [_TOTAL | {"key": "湖南省"}],
                    "judged": True,
                    "surging": [_SURGE],
                    "surging_categories": [_SURGE | {"key": "service.environment"}],
                    "largest": ["i3f2a9c01b7de"],
                    "new": ["i3f2a9c01b7de"],
                    "returned": [],
                    "concluded": [],
                    "issues": {},
                    "in_hand": 1,
                    "overdue": [],
                    "supervised": [],
                    "fraud": [],
                    "urgent": [],
                    "unsure": ["188006"],
                    "reviewed": 0,
                }
            ]
        }
    )

    unit: Unit
    start: date
    end: date = Field(description="The first day behind it.")
    region: str = Field(description="`省/市`, with all inside it; empty: everywhere.")
    now: datetime
    total: dict[str, Any] = Field(description="Reports, with the change to the period before and to last year's.")
    daily: list[int]
    categories: list[dict[str, Any]]
    regions: list[dict[str, Any]] = Field(description="One level below `region`.")
    judged: bool = Field(description="Whether there is past enough to tell surges from chance.")
    surging: list[dict[str, Any]] = Field(description="Issues, the least likely by chance first.")
    surging_categories: list[dict[str, Any]]
    largest: list[str]
    new: list[str]
    returned: list[str] = Field(description="Issues that were concluded and came back.")
    concluded: list[str]
    issues: dict[str, dict[str, Any]] = Field(description="By id: what surging, largest and returned ones did.")
    in_hand: int
    overdue: list[dict[str, Any]]
    supervised: list[dict[str, Any]]
    fraud: list[dict[str, Any]] = Field(description="Manners, with reports and amounts in fen.")
    urgent: list[dict[str, Any]]
    unsure: list[str] = Field(description="Reports that the model was unsure of and nobody has looked at.")
    reviewed: int = Field(description="How many of the unsure were looked at.")


@router.get(
    "/stats/period",
    response_model=PeriodOut,
    responses=responses(401, 403, 422, 429),
    summary="Figures of a day, a week or a month",
)
def period_stats(
    service: Annotated[Service, Depends(the_service)],
    _: Annotated[Principal, allowed(READ)],
    period: Annotated[Unit, Query(description="A week begins on Monday.", examples=["week"])] = "week",
    on: Annotated[
        Day | None,
        Query(alias="date", description="A local day in it (Asia/Shanghai); else it is the last that is over."),
    ] = None,
    region: Annotated[str, Query(max_length=200, pattern=PLAIN, description="`省/市`, with all inside it.")] = "",
) -> JSONResponse:
    """Totals, changes, surges, issues and what is late: the figures of the bulletin of the same period and region."""
    now = datetime.now(UTC)
    day = on or span_of(period, now.astimezone(SHANGHAI).date()).start - timedelta(days=1)
    with service.store.reading() as session:
        stats = read_stats(session, period, day, now=now, region=region)
    return JSONResponse(stats.to_json())
