"""How many reports there were, by day, category and division; those that were purged are counted too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Row, Select, func, select, union_all
from sqlalchemy.orm import Session

from api.queries import below, read_columns
from api.schema import PurgedRow, ReportRow

Dimension = Literal["day", "category", "division"]


@dataclass(frozen=True, slots=True)
class Count:
    """Reports of one group; what it was not grouped by is None. `day` is local, `category` as analysed or corrected."""

    reports: int
    day: date | None = None
    category: str | None = None
    division: str | None = None


def count_by(
    session: Session,
    by: Sequence[Dimension],
    *,
    first: date | None = None,
    last: date | None = None,
    category: str | None = None,
    division: str | None = None,
) -> list[Count]:
    """Counts of the groups that have any, ordered by the group; days from `first` to `last`, both included.

    category and division hold all that is below them.
    """
    found = count_groups(session, by, first=first, last=last, category=category, division=division)
    # Sorted here: databases order words by rules of their own.
    return [Count(reports=reports, **dict(zip(by, group, strict=True))) for group, reports in sorted(found.items())]


def count_groups(
    session: Session,
    by: Sequence[Dimension],
    *,
    first: date | None = None,
    last: date | None = None,
    category: str | None = None,
    division: str | None = None,
) -> dict[tuple[Any, ...], int]:
    """The same by group, in no order."""
    counts: dict[tuple[Any, ...], int] = {}
    for row in read_groups(session, by, first=first, last=last, category=category, division=division):
        # without groups there is a row, of nothing, where there is nothing to count
        if reports := row[-1]:
            group = row[:-1]
            counts[group] = counts.get(group, 0) + int(reports)
    return counts


def read_groups(
    session: Session,
    by: Sequence[Dimension],
    *,
    first: date | None = None,
    last: date | None = None,
    category: str | None = None,
    division: str | None = None,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The same as rows of the group and its reports; a group of which reports were purged may have two."""
    parts = union_all(
        _part(ReportRow, func.count(), by, first, last, category, division),
        _part(PurgedRow, func.sum(PurgedRow.reports), by, first, last, category, division),
    )
    return read_columns(session, parts)


def read_purged(
    session: Session, by: Sequence[Dimension], *, first: date, last: date, division: str | None = None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The same of reports that were purged alone: a row a group."""
    return read_columns(session, _part(PurgedRow, func.sum(PurgedRow.reports), by, first, last, None, division))


def _part(
    table: type[ReportRow] | type[PurgedRow],
    count: Any,
    by: Sequence[Dimension],
    first: date | None,
    last: date | None,
    category: str | None,
    division: str | None,
) -> Select[*tuple[Any, ...]]:
    groups = [getattr(table, name) for name in by]
    query = select(*groups, count.label("reports")).select_from(table).group_by(*groups)
    if first is not None:
        query = query.where(table.day >= first)
    if last is not None:
        query = query.where(table.day <= last)
    if category is not None:
        query = query.where(below(table.category, category, "."))
    if division is not None:
        query = query.where(below(table.division, division, "/"))
    return query
