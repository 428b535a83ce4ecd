"""What is known of one report after analysis: frozen, JSON-safe, with the versions that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpora import Report
from nlp.entity import Entity
from nlp.mask import mask, mask_entities
from nlp.places import Path
from nlp.route import Route
from nlp.urgent import Urgency


@dataclass(frozen=True, slots=True)
class Analysis:
    """The result of one report; offsets are characters of `report.content`.

    `categories` are (id, probability), best first; `scores` has every id; `vector` is a unit vector (float32).
    `division` is the path of divisions that it belongs to, () where unknown.
    """

    report: Report
    primary: tuple[str, float]
    categories: tuple[tuple[str, float], ...]
    decided: bool
    evidence: tuple[tuple[int, int], ...]
    entities: tuple[Entity, ...]
    urgent: tuple[Urgency, ...]
    division: Path
    scores: Mapping[str, float]
    vector: NDArray[np.float32]
    versions: Mapping[str, str]
    route: Route

    @property
    def asked(self) -> tuple[str, tuple[str, ...], tuple[str, ...], str]:
        """What routing asks of a report: its primary, all categories, urgent reasons, and the division path."""
        categories = tuple(category for category, _ in self.categories)
        return self.primary[0], categories, tuple(u.reason for u in self.urgent), "/".join(self.division)

    def to_json(self, *, unmasked: bool = False, scores: bool = False) -> dict[str, Any]:
        """The public object of `minqing tag`; personal data is masked unless `unmasked`."""
        content = self.report.content
        entities = self.entities if unmasked else mask_entities(content, self.entities)
        result: dict[str, Any] = {
            "id": self.report.id,
            "text": content if unmasked else mask(content, self.entities),
            "primary": {"id": self.primary[0], "score": _round(self.primary[1])},
            "categories": [{"id": i, "score": _round(s)} for i, s in self.categories],
            "decided": self.decided,
            "evidence": [{"start": a, "end": b} for a, b in self.evidence],
            "entities": [
                {"type": e.type, "start": e.start, "end": e.end, "text": e.text, "value": e.value} for e in entities
            ],
            "urgent": [urgency.to_json() for urgency in self.urgent],
            "route": self.route.to_json(),
            "versions": dict(self.versions),
        }
        if scores:
            result["scores"] = {i: _round(s) for i, s in self.scores.items()}
        return result


def _round(probability: float) -> float:
    return round(float(probability), 4)
