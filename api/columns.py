"""Types of the store's columns that neither database has by itself."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, TypeDecorator


class Time(TypeDecorator[datetime]):
    """A time with a zone, kept as UTC; SQLite has no zones of its own."""

    impl = DateTime
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


#: A number that grows for ever; SQLite counts rows by plain INTEGER only.
Counter = BigInteger().with_variant(Integer(), "sqlite")
