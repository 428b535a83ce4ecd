"""The store's tables. Migrations in `api/migrations` make them; this is what queries speak of.

No column describes a person: no author, no profile, no score of anyone.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Index, LargeBinary, String, Table, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from api.columns import Counter, Time


class Base(DeclarativeBase):
    pass


def table_of(row: type[Base]) -> Table:
    """The table of a class of rows: what every batch sends costs a third of the mapper's way when it speaks of that."""
    return cast(Table, row.__table__)


class TurnRow(Base):
    """One row, which whoever writes holds, so that writers take turns and events are told in the order of their ids."""

    __tablename__ = "turn"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: Grows with every change that a linker must know of.
    revision: Mapped[int] = mapped_column(BigInteger)
    #: How often reports were purged; what is kept of them elsewhere is then made anew.
    purges: Mapped[int]


class IssueRow(Base):
    """One problem that reports speak of: where its handling stands, and a summary of its members.

    The summary (`name` to `active_at`) is written with every change of the members, and holds no personal data.
    """

    __tablename__ = "issue"
    __table_args__ = (
        Index("issue_size", "size", "opened"),
        Index("issue_category_size", "category", "size", "opened"),
        Index("issue_active", "active_at", "opened"),
        Index("issue_status_due", "status", "due_at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    #: `new`, `assigned`, `handling`, `concluded`, `reopened`; overdue and supervised follow from `due_at`.
    status: Mapped[str] = mapped_column(String(20), default="new")
    changed_at: Mapped[datetime | None] = mapped_column(Time)
    office: Mapped[str] = mapped_column(String(100), default="")
    due_at: Mapped[datetime | None] = mapped_column(Time)
    name: Mapped[str] = mapped_column(String(100), default="")
    category: Mapped[str] = mapped_column(String(40), default="")
    place: Mapped[str | None] = mapped_column(String(200))
    #: Province to town with `/` between, "" where unknown.
    division: Mapped[str] = mapped_column(String(200), default="")
    size: Mapped[int] = mapped_column(default=0)
    urgent: Mapped[bool] = mapped_column(default=False)
    first_seen: Mapped[datetime | None] = mapped_column(Time)
    last_seen: Mapped[datetime | None] = mapped_column(Time)
    #: Its earliest report's `pk`; -1 where none is left.
    opened: Mapped[int] = mapped_column(default=-1)
    #: Its latest report's `seen_at`.
    active_at: Mapped[datetime | None] = mapped_column(Time)


class LineageRow(Base):
    """What happened to an issue: `born`, `merged_into`, `split_from`, `moved`; when, and by whom or what."""

    __tablename__ = "lineage"
    __table_args__ = (Index("lineage_issue", "issue"), Index("lineage_other", "other"))

    pk: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Time)
    kind: Mapped[str] = mapped_column(String(20))
    issue: Mapped[str] = mapped_column(String(40))
    other: Mapped[str | None] = mapped_column(String(40))
    reports: Mapped[int]
    by: Mapped[str] = mapped_column(String(100))


class VerdictRow(Base):
    """What a person decided about issues; `body` is the decision told by report keys, null once it is taken back."""

    __tablename__ = "verdict"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Time)
    by: Mapped[str] = mapped_column(String(100))
    body: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class ReportRow(Base):
    """One report with its analysis; its key makes a replay harmless."""

    __tablename__ = "report"
    __table_args__ = (
        Index("report_issue", "issue_id", "pk", "day"),
        # All that figures of a period ask of its reports, so that none of them is fetched.
        Index(
            *("report_seen", "seen_at", "pk", "key", "issue_id", "day", "category", "division"),
            *("amount", "urgent", "decided", "reviewed"),
        ),
        Index("report_category_seen", "category", "seen_at", "pk"),
        Index("report_queue", "reviewed", "decided", "score", "pk"),
        Index("report_unreviewed", "reviewed", "seen_at", "pk"),
        Index("report_urgent", "reviewed", "urgent", "seen_at", "pk"),
        Index("report_day", "day", "category", "division"),
    )

    pk: Mapped[int] = mapped_column(primary_key=True)
    #: `Report.key`: source and id in one.
    key: Mapped[str] = mapped_column(String(401), unique=True)
    source: Mapped[str] = mapped_column(String(200))
    external_id: Mapped[str] = mapped_column(String(200))
    issue_id: Mapped[str] = mapped_column(ForeignKey("issue.id"))
    #: Whether it opened the issue that it first went to, and the category then: what a restored linker needs to know.
    founder: Mapped[bool]
    linked_category: Mapped[str] = mapped_column(String(40))
    received_at: Mapped[datetime | None] = mapped_column(Time)
    stored_at: Mapped[datetime] = mapped_column(Time)
    #: `received_at`, or `stored_at` where that is unknown, and its local day: what queries order and count by.
    seen_at: Mapped[datetime] = mapped_column(Time)
    day: Mapped[date] = mapped_column(Date)
    channel: Mapped[str] = mapped_column(String(200))
    region: Mapped[str] = mapped_column(String(200))
    #: What queries ask of the analysis; a person's correction changes the category here and in `analysis`.
    category: Mapped[str] = mapped_column(String(40))
    score: Mapped[float]
    decided: Mapped[bool]
    urgent: Mapped[bool]
    #: The largest that it tells, in fen, of a range the lower end; 0 where it tells none.
    amount: Mapped[int] = mapped_column(BigInteger, default=0)
    reviewed: Mapped[bool] = mapped_column(default=False)
    #: Province to town with `/` between, "" where unknown.
    division: Mapped[str] = mapped_column(String(200), default="")
    #: One masked line, and the masked names of places, for summaries.
    headline: Mapped[str] = mapped_column(String(100))
    places: Mapped[list[str]] = mapped_column(JSON)
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    #: The analysis in its JSON form, unmasked, without the text.
    analysis: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: The unit vector, little-endian float32.
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    #: Why it went to the issue that it first went to (`issue`), masked; null where it was stored before this was kept,
    #: or where a report that it names was purged.
    why: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: Who or what brought it from one issue to another last.
    moved_by: Mapped[str | None] = mapped_column(String(100))


class CorrectionRow(Base):
    """What a person said of a report's categories: accepted or corrected, by whom and when; training data.

    `before` and `after` are {"primary", "categories"}; undone corrections are kept.
    """

    __tablename__ = "correction"
    __table_args__ = (Index("correction_report", "report_pk"),)

    id: Mapped[int] = mapped_column(Counter, primary_key=True)
    at: Mapped[datetime] = mapped_column(Time)
    by: Mapped[str] = mapped_column(String(100))
    report_pk: Mapped[int] = mapped_column(ForeignKey("report.pk", ondelete="CASCADE"))
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    undone: Mapped[bool] = mapped_column(default=False)


class TransitionRow(Base):
    """A step of an issue's handling: from one status to another, who, when, and what they noted."""

    __tablename__ = "transition"
    __table_args__ = (Index("transition_issue", "issue"),)

    id: Mapped[int] = mapped_column(Counter, primary_key=True)
    issue: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(Time)
    by: Mapped[str] = mapped_column(String(100))
    before: Mapped[str] = mapped_column(String(20))
    after: Mapped[str] = mapped_column(String(20))
    office: Mapped[str] = mapped_column(String(100), default="")
    note: Mapped[str] = mapped_column(Text, default="")


class EventRow(Base):
    """What happened, for those who follow: written with the change, told after it; `body` is masked."""

    __tablename__ = "event"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 -- an id is never given twice

    id: Mapped[int] = mapped_column(Counter, primary_key=True)
    at: Mapped[datetime] = mapped_column(Time)
    #: `report.tagged`, `report.corrected`, `issue.born`, `issue.grew`, `issue.merged`, `issue.split`, `issue.status`, …
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(401))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


class WebhookRow(Base):
    """Where events are sent; `cursor` is the last event that was delivered or given up."""

    __tablename__ = "webhook"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(String(100))
    #: Kinds of events, or all where empty.
    kinds: Mapped[list[str]] = mapped_column(JSON)
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(Time)
    cursor: Mapped[int] = mapped_column(BigInteger, default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None] = mapped_column(Time)
    error: Mapped[str] = mapped_column(Text, default="")


class StreamRow(Base):
    """A broker that events are told to; `cursor` is the last one that it took."""

    __tablename__ = "stream"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    cursor: Mapped[int] = mapped_column(BigInteger)


class KeyRow(Base):
    """An API key: its hash, never itself."""

    __tablename__ = "api_key"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    #: `submitter`, `triage`, `analyst` or `admin`.
    role: Mapped[str] = mapped_column(String(20))
    hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Time)
    revoked_at: Mapped[datetime | None] = mapped_column(Time)


class AuditRow(Base):
    """Who looked at what unmasked, changed or exported it; rows are only ever added."""

    __tablename__ = "audit"
    __table_args__ = (Index("audit_at", "at"),)

    id: Mapped[int] = mapped_column(Counter, primary_key=True)
    at: Mapped[datetime] = mapped_column(Time)
    by: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(401))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class IdempotencyRow(Base):
    """The answer to a request that carried an idempotency key, so that its repetition changes nothing."""

    __tablename__ = "idempotency"

    by: Mapped[str] = mapped_column(String(100), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    at: Mapped[datetime] = mapped_column(Time)
    #: SHA-256 of the request; another request under the same key is refused.
    request: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[Any] = mapped_column(JSON)


class JobRow(Base):
    """A long ingest: how far it is and which rows were rejected (row number and reason, no text)."""

    __tablename__ = "job"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(Time)
    by: Mapped[str] = mapped_column(String(100))
    #: `queued`, `running`, `done` or `failed`.
    state: Mapped[str] = mapped_column(String(20))
    done: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[list[Any]] = mapped_column(JSON)
    error: Mapped[str] = mapped_column(Text, default="")


class LocalPlaceRow(Base):
    """A name that people here use (estate, village, road) and the division that it lies in."""

    __tablename__ = "local_place"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    division: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(Time)


class PurgedRow(Base):
    """How many reports of a day, category and division were purged: what is left of them."""

    __tablename__ = "purged"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    category: Mapped[str] = mapped_column(String(40), primary_key=True)
    division: Mapped[str] = mapped_column(String(200), primary_key=True)
    reports: Mapped[int]
