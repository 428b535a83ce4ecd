"""Reports found in the store: by what analysis said of them, by time and place, by words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, CompoundSelect, Row, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.paging import Page, read_page
from api.schema import ReportRow
from api.stored import Stored, stored

ReportOrder = Literal["newest", "least-sure", "urgent"]

_ORDERS: dict[ReportOrder, tuple[tuple[InstrumentedAttribute[Any], ...], bool]] = {
    "newest": ((ReportRow.seen_at, ReportRow.pk), False),
    "least-sure": ((ReportRow.score, ReportRow.pk), True),
    "urgent": ((ReportRow.urgent, ReportRow.seen_at, ReportRow.pk), False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFilter:
    """Which reports are asked for; None asks nothing.

    category: an id of the taxonomy, of level 1 with all below it; division: `省/市`, with all inside it; since, until:
    half-open, of `seen_at`; text: a piece of the content, case aside.
    """

    category: str | None = None
    division: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    issue: str | None = None
    text: str | None = None
    decided: bool | None = None
    reviewed: bool | None = None
    urgent: bool | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same in SQL."""
        asked: list[ColumnElement[bool]] = []
        if self.category is not None:
            asked.append(below(ReportRow.category, self.category, "."))
        if self.division is not None:
            asked.append(below(ReportRow.division, self.division, "/"))
        if self.since is not None:
            asked.append(ReportRow.seen_at >= self.since)
        if self.until is not None:
            asked.append(ReportRow.seen_at < self.until)
        if self.issue is not None:
            asked.append(ReportRow.issue_id == self.issue)
        if self.text is not None:
            asked.append(_says(self.text))
        for column, wanted in ((ReportRow.decided, self.decided), (ReportRow.reviewed, self.reviewed)):
            if wanted is not None:
                asked.append(column.is_(wanted))
        if self.urgent is not None:
            asked.append(ReportRow.urgent.is_(self.urgent))
        return asked


def _says(words: str) -> ColumnElement[bool]:
    """Whether the content, which is title and text with `。` between, holds words, case aside."""
    title, text = ReportRow.title, ReportRow.text
    # Putting the two together, and changing the case, takes longer than looking: only where words ask for it.
    columns = (title + "。" + text,) if "。" in words else (title, text)
    if words.lower() == words.upper():
        return or_(*(column.contains(words, autoescape=True) for column in columns))
    return or_(*(column.icontains(words, autoescape=True) for column in columns))


def below(column: InstrumentedAttribute[str], path: str, separator: str) -> ColumnElement[bool]:
    """Whether a column holds a path or one that begins with it; categories have two levels, divisions up to four."""
    if separator == "." and separator in path:
        return column == path  # the only question of these that an index answers
    return or_(column == path, column.startswith(path + separator, autoescape=True))


def read_columns(
    session: Session, query: Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The rows of a query for columns: past the mapper, which takes twice as long and has nothing to do."""
    return session.connection().execute(query).all()


def search_reports(
    session: Session,
    asked: ReportFilter,
    *,
    order: ReportOrder = "newest",
    cursor: str | None = None,
    limit: int = 50,
    unmasked: bool = False,
) -> Page[Stored]:
    """A page of reports. Words are looked for in the masked text unless `unmasked`: no one finds what is hidden.

    Orders: newest first; the lowest probability of the primary first; urgent ones, then newest. Raises UsageError for a
    bad limit or cursor.
    """
    keys, ascending = _ORDERS[order]
    words = None if asked.text is None or unmasked else asked.text.lower()
    return read_page(
        session,
        select(ReportRow).where(*asked.conditions()),
        keys,
        make=stored,
        ascending=ascending,
        cursor=cursor,
        limit=limit,
        keep=None if words is None else lambda found: words in found.masked.lower(),
    )


def count_reports(session: Session, asked: ReportFilter) -> int:
    """How many reports there are; words count in the unmasked text, so ask for none on behalf of who may not see it."""
    return session.scalar(select(func.count()).select_from(ReportRow).where(*asked.conditions())) or 0


def find_report(session: Session, key: str) -> Stored | None:
    """The report of a key (`Report.key`: source and id in one)."""
    row = session.scalar(select(ReportRow).where(ReportRow.key == key))
    return None if row is None else stored(row)


def find_reports(session: Session, keys: Sequence[str]) -> list[Stored]:
    """The reports of these keys that are stored, in the order asked."""
    found = {row.key: row for row in session.scalars(select(ReportRow).where(ReportRow.key.in_(keys)))}
    return [stored(found[key]) for key in keys if key in found]
