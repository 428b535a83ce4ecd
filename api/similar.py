"""Reports that tell of something alike, by their vectors: an index in memory of what the store holds."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.queries import read_columns
from api.schema import ReportRow, TurnRow
from api.stored import Stored, stored
from nlp import Linker
from nlp.nearest import NearestVectors


@dataclass(slots=True)
class SimilarReports:
    """Brought up to date before each search; made anew after a purge. Not for several threads at once."""

    #: The `pk` of the newest report in it, 0 at first.
    newest: int = 0
    _index: NearestVectors | None = None
    #: By row of the index.
    _pks: list[int] = field(default_factory=list)
    _purges: int = field(default=-1)

    def similar_to(self, session: Session, report: Stored, k: int = 10) -> list[tuple[Stored, float]]:
        """Up to `k` other reports, most alike first, each with the cosine of the two vectors."""
        index = self.refresh(session, len(report.vector))
        near = (self._pks[row] for row in index.search(report.vector, k + 1))
        pks = [pk for pk in near if pk != report.pk][:k]
        rows = {row.pk: stored(row) for row in session.scalars(select(ReportRow).where(ReportRow.pk.in_(pks)))}
        found = [(rows[pk], float(rows[pk].vector @ report.vector)) for pk in pks if pk in rows]
        return sorted(found, key=lambda pair: -pair[1])

    def begin(self, session: Session, linker: Linker) -> None:
        """Start from what a linker knows, if it is of this store: much faster than to read all vectors.

        To be called before anything was searched for.
        """
        keys = linker.partition.keys
        query = select(ReportRow.pk, ReportRow.key).order_by(ReportRow.pk).limit(len(keys))
        rows = read_columns(session, query)
        if keys and [row.key for row in rows] == keys:
            self._index, self._pks = linker.candidates.nearest.copy(), [row.pk for row in rows]
            self.newest, self._purges = self._pks[-1], session.scalars(select(TurnRow.purges)).one()

    def refresh(self, session: Session, width: int) -> NearestVectors:
        """Take in what was stored since; vectors of `width`."""
        purges = session.scalars(select(TurnRow.purges)).one()
        if self._index is None or purges != self._purges:
            self._index, self._pks, self.newest, self._purges = NearestVectors(width), [], 0, purges
        query = select(ReportRow.pk, ReportRow.vector).where(ReportRow.pk > self.newest).order_by(ReportRow.pk)
        for pk, vector in session.execute(query.execution_options(yield_per=1000)):
            self._index.add(len(self._pks), np.frombuffer(vector, "<f4"))
            self._pks.append(pk)
            self.newest = pk
        return self._index
