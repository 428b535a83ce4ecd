"""The audit log: who looked at personal data, changed or exported something. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.schema import AuditRow
from api.store import Store


@dataclass(frozen=True, slots=True)
class Audited:
    """One entry. `detail` holds ids, counts and names of fields: never a text."""

    id: int
    at: datetime
    by: str
    action: str
    subject: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Audit:
    """The log of a store; there is no way to change or remove an entry."""

    store: Store

    def write(self, by: str, action: str, subject: str = "", *, session: Session | None = None, **detail: Any) -> None:
        """Add an entry, in the caller's transaction where one is given: no deed without its entry."""
        row = AuditRow(at=datetime.now(UTC), by=by, action=action, subject=subject, detail=detail)
        if session is not None:
            session.add(row)
            return
        with self.store.writing() as own:
            own.add(row)

    def read(self, *, before: int | None = None, most: int = 100) -> list[Audited]:
        """Entries, newest first, those before an id where given."""
        query = select(AuditRow).order_by(AuditRow.id.desc()).limit(most)
        if before is not None:
            query = query.where(AuditRow.id < before)
        with self.store.reading() as session:
            return [Audited(r.id, r.at, r.by, r.action, r.subject, r.detail) for r in session.scalars(query)]
