"""All reports of a store linked anew, with another encoder or pair score; ids and people's decisions stay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.linker_cache import forget_linker
from api.linking import incoming
from api.schema import ReportRow, TurnRow
from api.store import Store
from api.stored import Stored, stored
from corpora import Report
from nlp import BATCH, Analysis, Change, Linker, PairScorer, consolidate
from nlp.partition import Partition


class Analyser(Protocol):
    """What relinking asks of a pipeline."""

    def analyse(self, reports: Sequence[Report]) -> list[Analysis]: ...


def relink(store: Store, scorer: PairScorer, pipeline: Analyser) -> Change:
    """Link every report again in the order they came, then repair, in one transaction that holds the store.

    The pipeline makes the vectors anew; categories, entities and what people corrected stay as they are stored. An
    issue keeps its id where most of its reports stay together, and what people merged, split or moved outranks the
    model. Linkers and indexes that other processes hold are made anew when they next look.
    """
    with store.writing() as session:
        linker, before = Linker(scorer=scorer), Partition()
        for verdict in store.verdicts(session):
            linker.verdicts.add(verdict)
        for batch in _batches(session):
            analyses = pipeline.analyse([one.report for one in batch])
            for one, analysis in zip(batch, analyses, strict=True):
                _link(session, linker, before, one, analysis)
        consolidate(linker)
        change = before.assign(list(linker.partition.members.values()), by="relink")
        store.apply(session, change)
        session.execute(update(TurnRow).values(purges=TurnRow.purges + 1))
    forget_linker(store)
    return change


def _batches(session: Session) -> Iterator[list[Stored]]:
    """All reports in the order they came; read in parts, as each is written to before the next is read."""
    query, last = select(ReportRow).order_by(ReportRow.pk).limit(BATCH), -1
    while rows := list(session.scalars(query.where(ReportRow.pk > last))):
        yield [stored(row) for row in rows]
        last = rows[-1].pk
        session.expunge_all()


def _link(session: Session, linker: Linker, before: Partition, one: Stored, analysis: Analysis) -> None:
    told = incoming(one.report, analysis.vector, one.linked_category, one.entities)
    (link,) = linker.link([told])
    before.add(told.report.id, told.opens, one.issue)
    vector = analysis.vector.astype("<f4").tobytes()
    session.execute(update(ReportRow).where(ReportRow.pk == one.pk).values(vector=vector, founder=link.new))
