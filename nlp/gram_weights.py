"""How much a gram says: rarer is more, counted over a background of reports and the stream itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlp.ngrams import BUCKETS


class GramWeights:
    """Counts of reports holding each gram. A background keeps a store's first days from seeing all as rare."""

    def __init__(self, counts: NDArray[np.int32] | None = None, documents: int = 0) -> None:
        self.counts = np.zeros(BUCKETS, np.int32) if counts is None else counts.astype(np.int32)
        self.documents = documents
        self._logs = np.log1p(self.counts, dtype=np.float32)
        self._logs[0] = np.inf  # padding weighs nothing

    def copy(self) -> GramWeights:
        """The same counts, to be counted on."""
        return GramWeights(self.counts, self.documents)

    def set(self, counts: NDArray[np.int32], documents: int) -> None:
        """Take over other counts, in place."""
        self.counts[:], self.documents = counts, documents
        self._logs[:] = np.log1p(counts, dtype=np.float32)
        self._logs[0] = np.inf

    def add(self, buckets: NDArray[np.uint32]) -> None:
        """Count one report, told by its distinct buckets."""
        counts = self.counts[buckets] + 1
        self.counts[buckets] = counts
        self._logs[buckets] = np.log1p(counts, dtype=np.float32)
        self.documents += 1

    def __call__(self, buckets: NDArray[np.uint32]) -> NDArray[np.float32]:
        """Natural log of how many reports come on one that holds the gram; any shape; 0 for padding."""
        weights = self._logs[buckets]
        np.subtract(np.float32(np.log(self.documents + 2)), weights, out=weights)
        return np.maximum(weights, 0, out=weights)
