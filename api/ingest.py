"""Ingesting: analyse, link, store; commit before anything is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from api.linking import LinkedStore, incoming
from api.why import told_why
from corpora import Report
from nlp import BATCH, Analysis, Link, Pipeline


@dataclass(frozen=True, slots=True)
class Ingested:
    """An analysed report and the issue it went to."""

    analysis: Analysis
    link: Link

    def to_json(self, *, unmasked: bool = False, scores: bool = False) -> dict[str, Any]:
        """The public object of `minqing ingest`: that of `tag` plus `issue`."""
        link, told = self.link, self.analysis.to_json(unmasked=unmasked, scores=scores)
        why = told_why(link, self.analysis.report.content, told["text"])
        return told | {"issue": {"id": link.issue, "new": link.new, "size": link.size, "why": why}}


@dataclass(slots=True)
class Ingester:
    """One writer of one store. `known` counts reports passed over because they were stored before."""

    linked: LinkedStore
    pipeline: Pipeline
    known: int = 0

    def ingest(self, reports: Iterable[Report]) -> Iterator[Ingested]:
        """Ingest as reports come, a transaction a batch; what is yielded is stored."""
        source = iter(reports)
        while batch := list(islice(source, BATCH)):
            yield from self._ingest(batch)

    def _ingest(self, batch: list[Report]) -> list[Ingested]:
        with self.linked.store.reading() as session:
            new = self._unknown(session, batch)
        return self.add(self.pipeline.analyse(new))

    def add(self, analyses: Sequence[Analysis]) -> list[Ingested]:
        """Link and store what was analysed, here or elsewhere; what was stored meanwhile is passed over."""
        with self.linked.writing() as (store, session, linker):
            new = set(self._unknown(session, [a.report for a in analyses]))
            fresh = [a for a in analyses if a.report in new]
            links = linker.link([incoming(a.report, a.vector, a.primary[0], a.entities) for a in fresh])
            store.add(session, fresh, links)
        return [Ingested(a, link) for a, link in zip(fresh, links, strict=True)]

    def _unknown(self, session: Session, reports: Sequence[Report]) -> list[Report]:
        """The first report of each key that is not stored yet; the others are counted as known."""
        seen = self.linked.store.known(session, [report.key for report in reports])
        new = []
        for report in reports:
            if report.key not in seen:
                seen.add(report.key)
                new.append(report)
        self.known += len(reports) - len(new)
        return new
