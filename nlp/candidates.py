"""Which reports are worth comparing: near copies, nearest vectors and sharers of rare grams; never more than a few.

The cost of a query does not grow with the store: chains are walked from the newest report back, a bounded way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.fingerprint import BANDS, bands
from nlp.gram_weights import GramWeights
from nlp.link_traits import KEYS, Traits
from nlp.nearest import NearestVectors

#: Steps back along each chain.
STEPS = 24
#: Reports that are compared, by source.
NEAREST, SHARING = 20, 30

_HEADS = 1 << 22


@dataclass(slots=True)
class Chains:
    """Lists of rows by key, as linked lists in two arrays: 4 B an entry, whatever the number of keys.

    heads[key] is the latest entry of a key (-1: none), before[entry] the one before it; entry = row * slots + slot.
    Two keys may share a head; who asks compares anyway.
    """

    slots: int
    heads: NDArray[np.int64]
    before: NDArray[np.int64]

    @classmethod
    def empty(cls, slots: int, room: int = 1024) -> Chains:
        return cls(slots, np.full(_HEADS, -1, np.int64), np.full((room, slots), -1, np.int64))

    def add(self, row: int, keys: NDArray[np.int64]) -> None:
        """Put a row under up to `slots` distinct keys."""
        if row >= len(self.before):
            self.before = np.concatenate((self.before, np.full_like(self.before, -1)))
        self.before[row, : len(keys)] = self.heads[keys]
        self.heads[keys] = row * self.slots + np.arange(len(keys))

    def walk(self, keys: NDArray[np.int64], steps: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(rows, index of the key each was found under), up to `steps` rows a key, the latest first."""
        rows, under = [], []
        flat = self.before.reshape(-1)
        entries, which = self.heads[keys], np.arange(len(keys))
        for _ in range(steps):
            kept = entries >= 0
            entries, which = entries[kept], which[kept]
            if not len(entries):
                break
            rows.append(entries // self.slots)
            under.append(which)
            entries = flat[entries]
        if not rows:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        return np.concatenate(rows), np.concatenate(under)


class Candidates:
    """The three indexes together."""

    def __init__(self, width: int, weights: GramWeights) -> None:
        self._weights = weights
        self._copies = Chains.empty(BANDS)
        self._rare = Chains.empty(KEYS)
        self._nearest = NearestVectors(width)

    def add(self, row: int, traits: Traits) -> None:
        """Make a report findable."""
        self._copies.add(row, _band_keys(traits))
        self._rare.add(row, _distinct(traits.keys))
        self._nearest.add(row, traits.vector)

    def find(self, traits: Traits) -> NDArray[np.int64]:
        """Distinct rows worth comparing, ascending; at most about NEAREST + SHARING + a few copies."""
        near = self._nearest.search(traits.vector, NEAREST)
        copies, _ = self._copies.walk(_band_keys(traits), 4)
        # asked with more keys than a report is filed under: what stands in this text may be the other's headline
        keys = _distinct(np.concatenate((traits.keys, traits.rare)))
        weight = self._weights(keys.astype(np.uint32))
        rows, under = self._rare.walk(keys, STEPS)
        if len(rows):
            distinct, at = np.unique(rows, return_inverse=True)
            shared = np.bincount(at, weight[under])
            # heaviest first; ties by age, so that equal stores answer alike
            rows = distinct[np.lexsort((distinct, -shared))[:SHARING]]
        return np.unique(np.concatenate((near, copies, rows)))


def _distinct(buckets: NDArray[np.uint32]) -> NDArray[np.int64]:
    keys = np.unique(buckets)
    return np.asarray(keys[keys > 0].astype(np.int64))


def _band_keys(traits: Traits) -> NDArray[np.int64]:
    return np.asarray(np.unique(bands(traits.sketch) >> np.uint64(42)).astype(np.int64))
