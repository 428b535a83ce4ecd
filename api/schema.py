"""The store's tables. Migrations in `api/migrations` make them; this is what queries speak of.

No column describes a person: no author, no profile, no score of anyone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, LargeBinary, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Time(TypeDecorator[datetime]):
    """A time with a zone, kept as UTC; SQLite has no zones of its own."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    pass


class IssueRow(Base):
    """One problem that reports speak of."""

    __tablename__ = "issue"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    status: Mapped[str] = mapped_column(String(20), default="new")


class LineageRow(Base):
    """What happened to an issue: `born`, `merged_into`, `split_from`, `moved`; when, and by whom or what."""

    __tablename__ = "lineage"

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
    __table_args__ = (Index("report_issue", "issue_id"),)

    pk: Mapped[int] = mapped_column(primary_key=True)
    #: `Report.key`: source and id in one.
    key: Mapped[str] = mapped_column(String(401), unique=True)
    source: Mapped[str] = mapped_column(String(200))
    external_id: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime | None] = mapped_column(Time)
    channel: Mapped[str] = mapped_column(String(200))
    region: Mapped[str] = mapped_column(String(200))
    #: The analysis in its JSON form, unmasked, without the text.
    analysis: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: The unit vector, little-endian float32.
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    issue_id: Mapped[str] = mapped_column(ForeignKey("issue.id"))
