"""What goes in and out over HTTP. The only place where pydantic is met."""

from __future__ import annotations

import re
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, Field, JsonValue, Tag, field_validator, model_validator

from api.http.times import RECEIVED
from corpora import Report, content_id
from corpora.importers.dates import parse_received_at

T = TypeVar("T")

#: Reports in one request.
MOST = 500
#: Characters of title and text together.
MAX_CHARACTERS = 100_000

_NO_NUL = r"^[^\x00]*$"
#: A letter, a digit, a sign: something that no reader of the description takes for a blank.
_SOMETHING = r"[^\s\x00-\x1f\x7f-\x9f\ufeff]"
_EXAMPLE: dict[str, JsonValue] = {
    "id": "188006",
    "title": "路灯不亮",
    "text": "阳光花园三期门口的路灯坏了一周，晚上很不安全，请尽快修理。",
    "received_at": "2026-03-02T19:20:00+08:00",
    "channel": "12345",
    "region": "湖南省长沙市",
}


def _short(description: str) -> Any:
    return Field(default="", max_length=200, pattern=_NO_NUL, description=description)


class ReportIn(BaseModel):
    """One message. There is no field for an author."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [_EXAMPLE],
            "anyOf": [
                {"required": [name], "properties": {name: {"pattern": _SOMETHING}}} for name in ("text", "title")
            ],
        },
    )

    text: str = Field(default="", max_length=MAX_CHARACTERS, pattern=_NO_NUL, description="Required unless `title`.")
    title: str = Field(default="", max_length=1000, pattern=_NO_NUL)
    id: str = _short("Made from the content where missing.")
    received_at: Annotated[str, Field(max_length=40, json_schema_extra={"pattern": RECEIVED})] | None = Field(
        default=None, description="ISO 8601, or `2019/8/19 11:34:04`; Asia/Shanghai where no zone."
    )
    channel: str = _short("How it came: a hotline, a board.")
    region: str = _short("Where it belongs, if known.")
    source: str = _short("Whose ids these are; source and id together name a report.")

    @field_validator("received_at")
    @classmethod
    def _is_time(cls, value: str | None) -> str | None:
        try:
            time = parse_received_at(value)
        except ValueError:
            raise ValueError("is no time; write 2019-08-19T11:34:04") from None
        if time is not None and not 1900 <= time.year <= 2199:
            raise ValueError("is not between 1900 and 2199")
        return value

    @model_validator(mode="after")
    def _has_text(self) -> ReportIn:
        if not (re.search(_SOMETHING, self.text) or re.search(_SOMETHING, self.title)):
            raise ValueError("neither `text` nor `title` holds anything")
        return self

    def to_report(self) -> Report:
        """The same as `minqing` reads it from a file."""
        title, text = (self.title, self.text) if self.text.strip() else ("", self.title)
        return Report(
            id=self.id.strip() or content_id(title, text),
            text=text,
            title=title if title.strip() else "",
            received_at=parse_received_at(self.received_at),
            channel=self.channel,
            region=self.region,
            source=self.source,
        )


def _one_or_many(value: Any) -> str:
    return "many" if isinstance(value, list) else "one"


#: One report, or a list of them.
Reports = Annotated[
    Annotated[ReportIn, Tag("one")] | Annotated[list[ReportIn], Field(min_length=1, max_length=MOST), Tag("many")],
    Discriminator(_one_or_many),
]


def as_list(body: ReportIn | list[ReportIn]) -> list[Report]:
    """The reports of a body."""
    return [one.to_report() for one in (body if isinstance(body, list) else [body])]


class Scored(BaseModel):
    """A category and its calibrated probability."""

    id: str
    score: float


class Evidence(BaseModel):
    """`[start, end)` in characters of `title。text`."""

    start: int
    end: int


class EntityOut(BaseModel):
    """A fact; masked where it is personal."""

    type: str
    start: int
    end: int
    text: str
    value: Any = None


class UrgencyOut(BaseModel):
    """Why it cannot wait, and where it says so."""

    model_config = ConfigDict(extra="allow")

    reason: str
    start: int
    end: int


class AnalysisOut(BaseModel):
    """What `minqing tag` prints."""

    id: str
    text: str = Field(description="Personal data masked, as long as the original, so that offsets hold in both.")
    primary: Scored
    categories: list[Scored]
    decided: bool = Field(description="False: the model is unsure, a person should look.")
    evidence: list[Evidence]
    entities: list[EntityOut]
    urgent: list[UrgencyOut]
    route: dict[str, Any] | None
    versions: dict[str, str]
    scores: dict[str, float] | None = None


class OtherIssue(BaseModel):
    """The nearest issue that was not chosen, and how likely report and issue tell of one problem."""

    issue: str
    score: float


class Why(BaseModel):
    """Why a report went to an issue; scores are calibrated probabilities."""

    report: str | None = Field(description="Key of the member that it is most like, null where it opened the issue.")
    score: float = Field(description="How likely it is that report and issue tell of one problem.")
    threshold: float = Field(description="From which score on it joins.")
    shared: list[str] = Field(description="Phrases that both texts hold.")
    copy_of: str | None = Field(description="Key of an earlier report with the same letters.")
    other: OtherIssue | None


class KeptWhy(Why):
    """Why it went to the issue that it went to when it came; personal data masked."""

    issue: str


class IssueLink(BaseModel):
    """The issue that a report went to, and why."""

    id: str
    new: bool
    size: int
    why: Why


class IngestedOut(AnalysisOut):
    """What `minqing ingest` prints."""

    issue: IssueLink


class KnownOut(BaseModel):
    """A report that was stored before; nothing changed."""

    id: str
    key: str
    known: bool = Field(description="Always true.")


class StoredOut(AnalysisOut):
    """A stored report, as it is known now: a person may have corrected it."""

    key: str = Field(description="Source and id in one; what paths and decisions call it.")
    issue: str
    why: KeptWhy | None = Field(
        description="Null where it was stored before this was kept, or a report that it names was purged."
    )
    moved_by: str | None = Field(
        description="The person, or `linker`, `consolidate` or `relink`, that brought it to this issue from another;"
        " null where it is where it went when it came."
    )
    reviewed: bool = Field(description="A person accepted or corrected its categories.")
    division: str = Field(description="Province to town, `/` between.")
    received_at: str | None
    channel: str
    region: str
    source: str


class PageOf(BaseModel, Generic[T]):
    """Some rows, and the cursor of the page behind them: null on the last."""

    items: list[T]
    next: str | None


class IssueOut(BaseModel):
    """What `minqing issues export` prints, without the members, and where its handling stands."""

    issue: str
    name: str
    category: str
    place: str | None
    division: str
    size: int
    urgent: bool
    first_seen: str | None
    last_seen: str | None
    status: str
    changed_at: str | None
    office: str
    due_at: str | None


class ExemplarOut(BaseModel):
    """A report that shows what an issue is about: its key and one masked line."""

    report: str
    headline: str


class IssueTold(IssueOut):
    """One issue, with up to three of its reports: the most typical, and those that tell it otherwise."""

    exemplars: list[ExemplarOut]


class TimelineOut(BaseModel):
    """`counts[i]` reports in the i-th period from `start` on."""

    period: str
    start: str
    counts: list[int]


class HappenedOut(BaseModel):
    """What happened to an issue, and by whom or what."""

    at: str
    kind: str
    issue: str
    other: str | None
    reports: int
    by: str


class DecisionOut(BaseModel):
    """A person's decision; take it back with POST /v1/decisions/{id}/undo."""

    decision: int


class JobOut(BaseModel):
    """How far an upload is."""

    id: str
    at: str
    by: str
    state: Literal["queued", "running", "done", "failed"]
    done: int = Field(description="Reports ingested so far.")
    known: int = Field(description="Of these, stored before.")
    rejected: list[dict[str, Any]] = Field(description="`{row, reason}` of rows that could not be read.")
    error: str
