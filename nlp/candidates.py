"""Which reports are worth comparing: near copies, nearest vectors and sharers of rare grams; never more than a few.

The cost of a query does not grow with the store: chains are walked from the newest report back, a bounded way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.fingerprint import BANDS
from nlp.gram_weights import GramWeights
from nlp.link_columns import grow
from nlp.link_grams import KEYS, RARE
from nlp.nearest import NearestVectors
from nlp.ngrams import distinct, starts

#: Steps back along each chain.
STEPS, COPIES = 16, 4
#: Reports that are compared, by source.
NEAREST, SHARING = 16, 20

_HEADS = 1 << 22
#: Bits that tell one key from another of those that a report is looked for by.
_ASKED = (KEYS + RARE).bit_length()
#: Stands before buckets that are sorted, so that each distinct one but padding differs from the one before it.
_PADDING = np.zeros(1, np.uint32)


@dataclass(slots=True)
class Chains:
    """Lists of rows by key, as linked lists in two arrays: 4 B an entry, whatever the number of keys.

    heads[key] is the latest entry of a key (-1: none), before[entry] the one before it; entry = row * slots + slot.
    Two keys may share a head; who asks compares anyway.
    """

    slots: int
    heads: NDArray[np.int32]
    before: NDArray[np.int32]

    @classmethod
    def empty(cls, slots: int, room: int = 1024) -> Chains:
        return cls(slots, np.full(_HEADS, -1, np.int32), np.full((room, slots), -1, np.int32))

    def add(self, row: int, keys: NDArray[np.int64]) -> None:
        """Put a row under up to `slots` distinct keys."""
        if row + 1 >= len(self.before):
            self.make_room(row + 2)
        self.before[row, : len(keys)] = self.heads[keys]
        self.heads[keys] = row * self.slots + np.arange(len(keys))

    def make_room(self, rows: int) -> None:
        """Room for rows 0 to rows - 1, at least; the last one is never taken."""
        while len(self.before) < rows:
            old = len(self.before)
            grow(self.before)
            self.before[old:] = -1

    def walk(self, keys: NDArray[np.int64], steps: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(rows, index of the key each was found under), up to `steps` rows a key, the latest first."""
        latest = self.heads.take(keys)
        if latest.max(initial=-1) < 0:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        entries = np.empty((steps, len(keys)), np.int32)
        entries[0] = latest
        flat = self.before.reshape(-1)
        for step in range(1, steps):
            if step % 4 == 1 and entries[step - 1].max() < 0:
                entries = entries[:step]
                break
            # the entry behind the last one is nobody's, so that what has ended (-1) stays ended
            flat.take(entries[step - 1], out=entries[step], mode="wrap")
        there = (entries >= 0).ravel().nonzero()[0]
        return entries.take(there).astype(np.int64) // self.slots, there % len(keys)


class Candidates:
    """The three indexes together."""

    def __init__(self, width: int, weights: GramWeights) -> None:
        self._weights = weights
        self._copies = Chains.empty(BANDS)
        self._rare = Chains.empty(KEYS)
        self.nearest = NearestVectors(width)

    def add(self, row: int, *, keys: NDArray[np.uint32], bands: NDArray[np.int64], vector: NDArray[np.float32]) -> None:
        """Make a report findable by its traits of these names."""
        self._copies.add(row, bands)
        self._rare.add(row, keys[keys > 0].astype(np.int64))
        self.nearest.add(row, vector)

    def chains(self) -> dict[str, Chains]:
        """The two that are lists of rows, by name."""
        return {"copies": self._copies, "rare": self._rare}

    def copies(self, bands: NDArray[np.int64]) -> NDArray[np.int64]:
        """Distinct rows that share a band of the sketch, ascending: copies, near ones too, and a few strangers."""
        rows, _ = self._copies.walk(bands, COPIES)
        return distinct(rows) if len(rows) else rows

    def find(
        self,
        *,
        keys: NDArray[np.uint32],
        rare: NDArray[np.uint32],
        vector: NDArray[np.float32],
        copies: NDArray[np.int64],
    ) -> NDArray[np.int64]:
        """Distinct rows worth comparing, ascending; at most about NEAREST + SHARING + a few copies."""
        near = self.nearest.search(vector, NEAREST)
        # asked with more keys than a report is filed under: what stands in this text may be the other's headline
        asked = np.concatenate((_PADDING, keys, rare))
        asked.sort()
        asked = asked[1:][asked[1:] != asked[:-1]]
        weight = self._weights(asked).astype(np.float64)
        rows, under = self._rare.walk(asked.astype(np.int64), STEPS)
        if len(rows):
            # sorted as one number: several times as fast as an order of rows
            ordered = rows << _ASKED | under
            ordered.sort()
            rows = ordered >> _ASKED
            first = starts(rows)
            met, shared = rows[first], np.add.reduceat(weight.take(ordered - (rows << _ASKED)), first)
            if len(met) > SHARING:
                enough = (shared >= np.partition(shared, -SHARING)[-SHARING]).nonzero()[0]
                met, shared = met[enough], shared[enough]
            # heaviest first; ties by age, so that equal stores answer alike
            rows = met[np.argsort(-shared, kind="stable")[:SHARING]]
        return distinct(np.concatenate((near, copies, rows)))
