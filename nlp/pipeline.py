"""The way of a text from report to analysis: a loop one can read. Reads nothing, writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from corpora import Report, Span, Taxonomy
from nlp.analysis import Analysis
from nlp.borders import settle_borders
from nlp.classify import classify
from nlp.drugs import standard_name
from nlp.encoder import Encoder, Encoding
from nlp.entity import Entity
from nlp.merge import merge_entities
from nlp.normalise import Normal, normalise
from nlp.places import division_path
from nlp.recognise import RULES_VERSION, recognise
from nlp.region import locate
from nlp.route import Routing
from nlp.urgent import find_urgent

#: Reports encoded together; sorting by length inside it keeps padding small.
BATCH = 128


@dataclass(frozen=True, slots=True)
class _Begun:
    """A batch that the encoder is reading."""

    reports: Sequence[Report]
    normals: Sequence[Normal]
    encodings: Iterator[Encoding]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Normalise, encode, classify, extract, route: one batch at a time, no state between batches."""

    encoder: Encoder
    taxonomy: Taxonomy
    routing: Routing

    def analyse(self, reports: Sequence[Report]) -> list[Analysis]:
        """One analysis a report, in order; the same report gives the same analysis in any batch."""
        return list(self._finish(self._begin(reports)))

    def stream(self, reports: Iterable[Report]) -> Iterator[Analysis]:
        """Analyse as reports come, in order, in batches of BATCH: one is encoded while that before it is finished."""
        source = iter(reports)
        batches = map(self._begin, iter(lambda: list(islice(source, BATCH)), []))
        begun = next(batches, None)
        while begun is not None:
            ahead = next(batches, None)
            yield from self._finish(begun)
            begun = ahead

    def _begin(self, reports: Sequence[Report]) -> _Begun:
        normals = [normalise(report.content) for report in reports]
        return _Begun(reports, normals, self.encoder.encode([normal.text for normal in normals]))

    def _finish(self, begun: _Begun) -> Iterator[Analysis]:
        versions = {"model": self.encoder.version, "taxonomy": self.taxonomy.version, "rules": RULES_VERSION}
        versions["routing"] = self.routing.version
        for report, normal, encoding in zip(begun.reports, begun.normals, begun.encodings, strict=True):
            decision = classify(encoding, self.encoder)
            tagged = [_entity(normal, s, report.region) for s in settle_borders(normal.text, encoding.spans)]
            entities = merge_entities(recognise(normal, report.received_at), tagged)
            urgent = find_urgent(normal, entities, report.received_at)
            division = locate(report, entities)
            yield Analysis(
                report=report,
                primary=decision.primary,
                categories=decision.categories,
                decided=decision.decided,
                evidence=tuple(normal.raw_span(a, b) for a, b in encoding.evidence),
                entities=tuple(entities),
                urgent=urgent,
                division=division,
                route=self.routing.route(
                    decision.primary[0],
                    [category for category, _ in decision.categories],
                    [urgency.reason for urgency in urgent],
                    "/".join(division),
                ),
                scores=dict(zip(self.encoder.ids, map(float, encoding.labels), strict=True)),
                vector=encoding.vector,
                versions=versions,
            )


def _entity(normal: Normal, span: Span, region: str) -> Entity:
    """A tag in offsets of the raw text, with the normal form that its type has."""
    start, end = normal.raw_span(span.start, span.end)
    text = normal.text[span.start : span.end]
    value: Any = None
    if span.type == "place":
        path = division_path(text, region)
        value = list(path) if path else None
    elif span.type == "drug":
        value = standard_name(text)
    return Entity(span.type, start, end, normal.raw[start:end], value)
