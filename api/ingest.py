"""Ingesting: analyse, link, store; commit before anything is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from api.linking import LinkedStore, incoming
from corpora import Report
from nlp import BATCH, Analysis, Link, Pipeline, mask


@dataclass(frozen=True, slots=True)
class Ingested:
    """An analysed report and the issue it went to."""

    analysis: Analysis
    link: Link

    def to_json(self, *, unmasked: bool = False, scores: bool = False) -> dict[str, Any]:
        """The public object of `minqing ingest`: that of `tag` plus `issue`."""
        link = self.link
        why = {
            "report": link.report,
            "score": round(link.score, 4),
            "threshold": round(link.threshold, 4),
            "shared": list(link.shared if unmasked else self._masked(link.shared)),
            "copy_of": link.copy_of,
            "other": None if link.other is None else {"issue": link.other[0], "score": round(link.other[1], 4)},
        }
        issue = {"id": link.issue, "new": link.new, "size": link.size, "why": why}
        return self.analysis.to_json(unmasked=unmasked, scores=scores) | {"issue": issue}

    def _masked(self, phrases: Iterable[str]) -> Iterator[str]:
        content = self.analysis.report.content
        hidden = mask(content, self.analysis.entities)
        for phrase in phrases:
            start = content.find(phrase)
            yield hidden[start : start + len(phrase)] if start >= 0 else "*" * len(phrase)


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
        with self.linked.writing() as (store, session, linker):
            seen = store.known(session, [report.key for report in batch])
            new = []
            for report in batch:
                if report.key not in seen:
                    seen.add(report.key)
                    new.append(report)
            self.known += len(batch) - len(new)
            analyses = self.pipeline.analyse(new)
            links = linker.link([incoming(a.report, a.vector, a.primary[0], a.entities) for a in analyses])
            store.add(session, analyses, links)
        return [Ingested(a, link) for a, link in zip(analyses, links, strict=True)]
