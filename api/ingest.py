"""Ingesting: analyse, link, store; commit before anything is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import Any

from api.store import Store
from corpora import Report
from nlp import BATCH, Analysis, Link, Linker, Pipeline


@dataclass(frozen=True, slots=True)
class Ingested:
    """An analysed report and the issue it went to."""

    analysis: Analysis
    link: Link

    def to_json(self, *, unmasked: bool = False, scores: bool = False) -> dict[str, Any]:
        """The public object of `minqing ingest`: that of `tag` plus `issue`."""
        link = self.link
        why = {"report": link.report, "score": round(link.score, 4), "shared": list(link.shared)}
        issue = {"id": link.issue, "new": link.new, "size": link.size, "why": why}
        return self.analysis.to_json(unmasked=unmasked, scores=scores) | {"issue": issue}


@dataclass(slots=True)
class Ingester:
    """One writer of one store. `known` counts reports passed over because they were stored before."""

    store: Store
    pipeline: Pipeline
    linker: Linker = field(default_factory=Linker)
    known: int = 0

    def __post_init__(self) -> None:
        for stored in self.store.reports():
            self.linker.restore(stored.report.id, stored.report.content, stored.issue)

    def ingest(self, reports: Iterable[Report]) -> Iterator[Ingested]:
        """Ingest as reports come, a transaction a batch; what is yielded is stored."""
        source = iter(reports)
        while batch := list(islice(source, BATCH)):
            yield from self._ingest(batch)

    def _ingest(self, batch: list[Report]) -> list[Ingested]:
        with self.store.writing() as session:
            seen = self.store.known(session, [(r.source, r.id) for r in batch])
            new = []
            for report in batch:
                if (report.source, report.id) not in seen:
                    seen.add((report.source, report.id))
                    new.append(report)
            self.known += len(batch) - len(new)
            analyses = self.pipeline.analyse(new)
            links = self.linker.link([(issue_id(r), r.id, r.content) for r in new])
            self.store.add(session, analyses, links)
        return [Ingested(a, link) for a, link in zip(analyses, links, strict=True)]


def issue_id(report: Report) -> str:
    """The id of the issue that this report opens, if it opens one: the same in every run."""
    return "i" + sha256(f"{report.source}\x1f{report.id}".encode()).hexdigest()[:12]
