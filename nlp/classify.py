"""From probabilities to a decision: which categories apply, which is meant first, and whether a person should look."""

from __future__ import annotations

from dataclasses import dataclass

from nlp.encoder import Encoder, Encoding


@dataclass(frozen=True, slots=True)
class Decision:
    """`categories` are best first and hold the primary; `decided` is False where the model is unsure."""

    primary: tuple[str, float]
    categories: tuple[tuple[str, float], ...]
    decided: bool


def classify(encoding: Encoding, encoder: Encoder) -> Decision:
    """Apply the encoder's own thresholds; ties go to the earlier id."""
    best = int(encoding.primary.argmax())
    primary = (encoder.ids[best], float(encoding.primary[best]))
    others = [
        (category_id, float(score))
        for k, (category_id, score) in enumerate(zip(encoder.ids, encoding.labels, strict=True))
        if k != best and score >= encoder.applies_above
    ]
    others.sort(key=lambda pair: -pair[1])
    return Decision(primary, (primary, *others), primary[1] >= encoder.decided_above)
