"""Reports that tell of something alike, by their vectors: an index in memory of what the store holds."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.schema import ReportRow, TurnRow
from api.stored import Stored, stored
from nlp.nearest import NearestVectors


@dataclass(slots=True)
class SimilarReports:
    """Brought up to date before each search; made anew after a purge. Not for several threads at once."""

    #: The `pk` of the newest report in it, 0 at first.
    newest: int = 0
    _index: NearestVectors | None = None
    _purges: int = field(default=-1)

    def similar_to(self, session: Session, report: Stored, k: int = 10) -> list[tuple[Stored, float]]:
        """Up to `k` other reports, most alike first, each with the cosine of the two vectors."""
        index = self.refresh(session, len(report.vector))
        pks = [int(pk) for pk in index.search(report.vector, k + 1) if pk != report.pk][:k]
        rows = {row.pk: stored(row) for row in session.scalars(select(ReportRow).where(ReportRow.pk.in_(pks)))}
        found = [(rows[pk], float(rows[pk].vector @ report.vector)) for pk in pks if pk in rows]
        return sorted(found, key=lambda pair: -pair[1])

    def refresh(self, session: Session, width: int) -> NearestVectors:
        """Take in what was stored since; vectors of `width`."""
        purges = session.scalars(select(TurnRow.purges)).one()
        if self._index is None or purges != self._purges:
            self._index, self.newest, self._purges = NearestVectors(width), 0, purges
        query = select(ReportRow.pk, ReportRow.vector).where(ReportRow.pk > self.newest).order_by(ReportRow.pk)
        for pk, vector in session.execute(query.execution_options(yield_per=1000)):
            self._index.add(pk, np.frombuffer(vector, "<f4"))
            self.newest = pk
        return self._index
