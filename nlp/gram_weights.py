"""How much a gram says: rarer is more, counted over a background of reports and the stream itself."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nlp.ngrams import BUCKETS


@dataclass(slots=True)
class GramWeights:
    """Counts of reports holding each gram. A background keeps a store's first days from seeing all as rare."""

    counts: NDArray[np.int32] = field(default_factory=lambda: np.zeros(BUCKETS, np.int32))
    documents: int = 0

    def add(self, buckets: NDArray[np.uint32]) -> None:
        """Count one report, told by its distinct buckets."""
        self.counts[buckets] += 1
        self.documents += 1

    def __call__(self, buckets: NDArray[np.uint32]) -> NDArray[np.float32]:
        """Natural log of how many reports come on one that holds the gram; any shape; 0 for padding."""
        weights = np.log(np.float32(self.documents + 2) / (self.counts[buckets] + np.float32(1)))
        weights[buckets == 0] = 0
        return np.asarray(np.maximum(weights, 0), np.float32)
