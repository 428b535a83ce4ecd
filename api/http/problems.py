"""Errors over HTTP: RFC 9457 problem documents. None repeats a value that a caller sent, for it may be a text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException

from api.errors import UsageError

MEDIA_TYPE = "application/problem+json"

#: Where the description keeps what routes refer to.
_REFERENCE = "#/components/schemas/{model}"

#: Names of fields that may be repeated; anything else a caller wrote could be part of a report.
_NAME = re.compile(r"[A-Za-z_]{1,30}")

#: Marks that pydantic puts into a location and that are no part of the document.
_TAGS = {"one", "many"}


#: Today's names of what older Pythons call otherwise.
_TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}


class FieldError(BaseModel):
    """What is wrong with one field."""

    pointer: str = Field(description="JSON pointer (RFC 6901) into the body, or the parameter's name.")
    detail: str


class ProblemDocument(BaseModel):
    """RFC 9457."""

    type: str = Field(examples=["urn:minqing:problem:not-found"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["no such report; see GET /v1/reports"])
    errors: list[FieldError] | None = Field(default=None, description="With 422: field by field.")


class Problem(HTTPException):
    """An answer that is a problem document. `detail` says what was seen and how to mend it, without any text."""

    def __init__(
        self, status: int, detail: str, *, headers: Mapping[str, str] | None = None, errors: Sequence[FieldError] = ()
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.errors = list(errors)

    def response(self) -> JSONResponse:
        """The document as it is sent."""
        status = self.status_code
        title = _TITLES.get(status) or HTTPStatus(status).phrase
        document: dict[str, Any] = {
            "type": "urn:minqing:problem:" + re.sub("[^a-z]+", "-", title.lower()),
            "title": title,
            "status": status,
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = [error.model_dump() for error in self.errors]
        return JSONResponse(document, status, self.headers, MEDIA_TYPE)


def busy(seconds: float, detail: str, *, status: int = 503) -> Problem:
    """Come again after so many seconds, rounded up."""
    return Problem(status, detail, headers={"Retry-After": str(max(1, -int(-seconds // 1)))})


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route says of its problems in the API's description."""
    content = {MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(model="ProblemDocument")}}}
    return {
        status: {"description": _TITLES.get(status) or HTTPStatus(status).phrase, "content": content}
        for status in statuses
    }


#: What a route with an ETag says of it.
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "As the ETag says."}}


def install(app: FastAPI) -> None:
    """Every error of the app is answered by a problem document, and its description says what that is."""
    described = app.openapi

    def openapi() -> dict[str, Any]:
        description = described()
        if ProblemDocument.__name__ in description["components"]["schemas"]:
            return description
        _, documents = models_json_schema([(ProblemDocument, "validation")], ref_template=_REFERENCE)
        description["components"]["schemas"] |= documents["$defs"]
        return description

    app.openapi = openapi  # type: ignore[method-assign]

    @app.exception_handler(Problem)
    async def _problem(_: Request, error: Problem) -> JSONResponse:
        return error.response()

    @app.exception_handler(UsageError)
    async def _usage(_: Request, error: UsageError) -> JSONResponse:
        return Problem(409, str(error)).response()

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        headers = _allow(request, error.headers) if error.status_code == 405 else error.headers
        return Problem(error.status_code, _DETAILS.get(error.status_code, "refused"), headers=headers).response()

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        errors = [_field_error(e) for e in error.errors()]
        if any(e["type"] == "json_invalid" for e in error.errors()):
            return Problem(400, "the body is not JSON").response()
        return Problem(422, "the request is not as described; see `errors`", errors=errors).response()


_DETAILS = {
    400: "the request cannot be read",
    404: "nothing is here; see /v1/openapi.json",
    405: "this path does not take this method; see `Allow`",
    415: "the body is not of a kind taken here; see /v1/openapi.json",
}


def _allow(request: Request, headers: Mapping[str, str] | None) -> Mapping[str, str] | None:
    """All methods of a path that is described; the router tells those of the first route that fits."""
    path = getattr(request.scope.get("route"), "path", None)
    described = request.app.openapi()["paths"].get(path)
    return {"Allow": ", ".join(described).upper()} if described else headers


def _field_error(error: Mapping[str, Any]) -> FieldError:
    where, *path = [str(part) for part in error["loc"]]
    parts = [p for p in path if p not in _TAGS]
    shown = [p if p.isdecimal() or _NAME.fullmatch(p) else "?" for p in parts]
    pointer = "".join(f"/{part}" for part in shown) if where == "body" else f"{where}:{'/'.join(shown)}"
    # These messages tell bounds and types, and those of value errors are ours: none repeats the value seen.
    return FieldError(pointer=pointer, detail=str(error["msg"]).removeprefix("Value error, "))
