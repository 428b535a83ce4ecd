"""From probabilities to a decision: which categories apply, which is meant first, and whether a person should look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from corpora import top
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
    others = applying(encoder.ids, encoding.labels, best, encoder.applies_above)
    categories = ((encoder.ids[k], float(encoding.labels[k])) for k in others)
    return Decision(primary, (primary, *categories), primary[1] >= encoder.decided_above)


def applying(ids: Sequence[str], labels: NDArray[np.float32], best: int, above: float) -> list[int]:
    """Which ids apply besides the primary `best`, likeliest first; labels (ids,) are probabilities.

    An id applies from `above` on. Where those of one level 1 only reach it together (the chance that at least one of
    them applies), the likeliest of them applies. `other` says that nothing does, so it never stands beside anything.
    """
    chances = labels.tolist()
    chosen = {k for k, chance in enumerate(chances) if chance >= above and ids[k] != "other"}
    families: dict[str, list[int]] = {}
    for k, category in enumerate(ids):
        families.setdefault(top(category), []).append(k)
    for family, members in families.items():
        if family != "other" and best not in members and chosen.isdisjoint(members):
            together = 1 - prod(1 - chances[k] for k in members)
            if together >= above:
                chosen.add(max(members, key=lambda k: (chances[k], -k)))
    chosen.discard(best)
    return sorted(chosen, key=lambda k: (-chances[k], k))
