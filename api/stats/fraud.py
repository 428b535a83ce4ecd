"""Fraud by manner: how many reports of each, and the money told in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.queries import below, read_columns
from api.schema import ReportRow
from api.stats.reports import inside
from nlp.trends import Span


@dataclass(frozen=True, slots=True)
class Manner:
    """Reports of one kind of fraud; `amounts` is (key, fen) of those that tell of money, the largest first.

    A report's amount is the largest that it names, the lower end of a range: what was lost is often told several times,
    and parts of it beside the whole. It is what reports say, not what was found.
    """

    category: str
    reports: tuple[str, ...]
    amounts: tuple[tuple[str, int], ...]

    @property
    def fen(self) -> int:
        return sum(fen for _, fen in self.amounts)

    def to_json(self) -> dict[str, Any]:
        """The public object."""
        return {
            "category": self.category,
            "reports": list(self.reports),
            "fen": self.fen,
            "with_amount": len(self.amounts),
            "largest": [{"report": key, "fen": fen} for key, fen in self.amounts[:3]],
        }


def fraud_by_manner(session: Session, span: Span, region: str) -> tuple[Manner, ...]:
    """The manners of fraud in a span: most reports first, then most money."""
    query = (
        select(ReportRow.category, ReportRow.key, ReportRow.amount)
        .where(below(ReportRow.category, "fraud", "."), *inside(region, span))
        .order_by(ReportRow.seen_at, ReportRow.pk)
    )
    reports: dict[str, list[str]] = {}
    amounts: dict[str, list[tuple[str, int]]] = {}
    for category, key, fen in read_columns(session, query):
        reports.setdefault(category, []).append(key)
        if fen:
            amounts.setdefault(category, []).append((key, fen))
    manners = (
        Manner(category, tuple(keys), tuple(sorted(amounts.get(category, []), key=lambda a: (-a[1], a[0]))))
        for category, keys in reports.items()
    )
    return tuple(sorted(manners, key=lambda m: (-len(m.reports), -m.fen, m.category)))
