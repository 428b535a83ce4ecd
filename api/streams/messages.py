"""What messages hold: reports as they come in, CloudEvents 1.0 as they go out."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from api.events import Event
from api.http.models import ReportIn
from corpora import Report


class UnreadableError(Exception):
    """A message is no report; the reason holds nothing of what it says."""


class CloudEvent(BaseModel):
    """The envelope of every message that goes out; what happened once has one `id`, however often it is sent."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str = Field(description="`/minqing/` and the prefix of the subjects; with `id` it tells an event.")
    type: str = Field(examples=["minqing.report.tagged", "minqing.issue.born"])
    subject: str = Field(description="The key of a report or the id of an issue.")
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    data: dict[str, Any]


class EnvelopedReport(BaseModel):
    """A report in a CloudEvent of any source; the envelope's own fields are not kept."""

    specversion: Literal["1.0"]
    data: ReportIn


def read_report(body: bytes) -> Report:
    """A report, bare or as the data of a CloudEvent. Raises UnreadableError."""
    try:
        message = json.loads(body)
    except ValueError:
        raise UnreadableError("is not JSON in UTF-8") from None
    if not isinstance(message, dict):
        raise UnreadableError("is no JSON object")
    try:
        if "specversion" in message:
            return EnvelopedReport.model_validate(message).data.to_report()
        return ReportIn.model_validate(message).to_report()
    except ValidationError as error:
        raise UnreadableError("; ".join(_without_input(found) for found in error.errors())) from None


def _without_input(found: Mapping[str, Any]) -> str:
    known = {*ReportIn.model_fields, *EnvelopedReport.model_fields}
    where = "/".join(part if part in known else "?" for part in map(str, found["loc"]))
    # Messages of values and types quote what was sent in some kinds of errors; kinds themselves never do.
    return f"{where or 'the report'}: {found['type']}"


def event_message(event: Event, *, prefix: str, data: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An event of the outbox, with other data than its body if given."""
    return _cloud_event(
        str(event.id), event.kind, event.subject, dict(event.body if data is None else data), prefix, event.at
    )


def tagged_message(key: str, tagged: Mapping[str, Any], *, prefix: str) -> dict[str, Any]:
    """A tagged report that is not stored: the same result has the same id, however often it is made."""
    content = json.dumps([key, tagged], ensure_ascii=False, sort_keys=True)
    return _cloud_event(_digest(content.encode()), "report.tagged", key, dict(tagged), prefix, datetime.now(UTC))


def dead_message(body: bytes, reason: str, *, tries: int, prefix: str) -> dict[str, Any]:
    """A message that was given up: its bytes as they came, for whoever mends and sends it again."""
    digest = _digest(body)
    data = {"reason": reason, "tries": tries, "message_base64": b64encode(body).decode()}
    return _cloud_event(digest, "message.dead", digest, data, prefix, datetime.now(UTC))


def _cloud_event(
    id_: str, kind: str, subject: str, data: dict[str, Any], prefix: str, time: datetime
) -> dict[str, Any]:
    event = CloudEvent(
        id=id_, source=f"/minqing/{prefix}", type=f"minqing.{kind}", subject=subject, time=time, data=data
    )
    return event.model_dump(mode="json")


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:32]
