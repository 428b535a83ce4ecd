"""GET /v1/taxonomy: the categories that reports are given."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from api.http.answers import tagged
from api.http.auth import ALL, allowed
from api.http.problems import UNCHANGED, responses
from api.http.service import Service, the_service
from api.keys import Principal

router = APIRouter(prefix="/v1", tags=["analyse"])


class CategoryOut(BaseModel):
    """`id` is `level1` or `level1.level2`; `name` is for people, `covers` says what belongs here."""

    id: str
    name: str
    covers: str


class TaxonomyOut(BaseModel):
    """All categories, in order."""

    version: str
    categories: list[CategoryOut]


@router.get(
    "/taxonomy",
    response_model=TaxonomyOut,
    responses=UNCHANGED | responses(401, 403, 429),
    summary="Categories",
)
def taxonomy(
    request: Request, service: Annotated[Service, Depends(the_service)], _: Annotated[Principal, allowed(ALL)]
) -> Response:
    """What `primary` and `categories` may be."""
    known = service.pipeline.taxonomy
    categories = [{"id": c.id, "name": c.name, "covers": c.covers} for c in known]
    return tagged(request, {"version": known.version, "categories": categories})
