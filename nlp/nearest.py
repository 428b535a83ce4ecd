"""The nearest sentence vectors, from an index that grows and is searched in about log time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from usearch.index import Index

#: Graph of the index: links a node, and how wide it looks when adding and searching. Wider finds more and costs more.
LINKS, LOOK_ADDING, LOOK_SEARCHING = 12, 48, 32


class NearestVectors:
    """Row numbers of the most alike unit vectors (cosine). One byte a dimension is kept: 384 B a report."""

    def __init__(self, width: int) -> None:
        self._index = Index(
            ndim=width,
            metric="cos",
            dtype="i8",
            connectivity=LINKS,
            expansion_add=LOOK_ADDING,
            expansion_search=LOOK_SEARCHING,
        )

    def add(self, row: int, vector: NDArray[np.float32]) -> None:
        """Take in a vector under its row number; a zero vector (nothing known) is left out."""
        if vector.any():
            self._index.add(row, vector, threads=1)

    def copy(self) -> NearestVectors:
        """Another index of the same vectors, which grows by itself."""
        other = NearestVectors(self._index.ndim)
        other._index = self._index.copy()
        return other

    def save(self, path: Path) -> None:
        """Write the index to a file."""
        self._index.save(str(path))

    def load(self, path: Path) -> None:
        """Read an index of the same width."""
        self._index.load(str(path))

    def search(self, vector: NDArray[np.float32], count: int) -> NDArray[np.int64]:
        """Rows of up to `count` nearest vectors, nearest first."""
        if not len(self._index) or not vector.any():
            return np.zeros(0, np.int64)
        found = self._index.search(vector, min(count, len(self._index)), threads=1)
        return np.asarray(found.keys, np.int64)
