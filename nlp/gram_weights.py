"""How much a gram says: rarer is more, counted over a background of reports and the stream itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlp.ngrams import BUCKETS

#: Bits of an entry that mark the grams of one report while others are looked up; its count stands above them.
_MARK_BITS = 4
_MARKS, _ONE = np.uint32((1 << _MARK_BITS) - 1), np.uint32(1 << _MARK_BITS)
#: Logarithms that are made at once, as counts grow.
_ROOM = 1 << 14


class GramWeights:
    """Counts of reports holding each gram. A background keeps a store's first days from seeing all as rare.

    A look-up is a miss in a large table, and a comparison makes thousands: so a gram has one entry of four bytes, its
    count + 1 and the marks, and what counts weigh is read off a short table.
    """

    def __init__(self, counts: NDArray[np.int32] | None = None, documents: int = 0) -> None:
        self._entries = np.empty(BUCKETS, np.uint32)
        self.set(np.zeros(BUCKETS, np.int32) if counts is None else counts, documents)

    @property
    def counts(self) -> NDArray[np.int32]:
        """Reports that hold each gram, int32 (BUCKETS,); a copy."""
        counts = (self._entries >> _MARK_BITS).astype(np.int32) - 1
        counts[0] = 0
        return counts

    def copy(self) -> GramWeights:
        """The same counts, to be counted on."""
        return GramWeights(self.counts, self.documents)

    def set(self, counts: NDArray[np.int32], documents: int) -> None:
        """Take over other counts, in place."""
        np.left_shift(counts.astype(np.uint32) + 1, _MARK_BITS, out=self._entries)
        self._entries[0] = 0
        self._count(documents)
        self._make_logs()

    def add(self, buckets: NDArray[np.uint32]) -> None:
        """Count one report, told by its distinct buckets."""
        np.add.at(self._entries, buckets, _ONE)  # they are distinct: a look-up a gram where `+=` makes two
        self._count(self.documents + 1)
        if self.documents == self._enough_until:
            self._make_logs()

    def _count(self, documents: int) -> None:
        self.documents = documents
        self._log_documents = np.float32(np.log(documents + 2))

    def __call__(self, buckets: NDArray[np.uint32]) -> NDArray[np.float32]:
        """Natural log of how many reports come on one that holds the gram; any shape; 0 for padding."""
        return self._weigh(self._entries.take(buckets))

    def meet(
        self, own: NDArray[np.uint32], marks: NDArray[np.uint32], buckets: NDArray[np.uint32]
    ) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """(weight, marks) of buckets: which of `own` each is, by the sum of their marks; 0 for padding.

        marks: 1, 2, 4 or 8 by list; no list holds a bucket twice.
        """
        entries = self._entries
        before = entries.take(own)
        np.add.at(entries, own, marks)
        entries[0] = 0
        found = entries.take(buckets)
        entries[own] = before
        return self._weigh(found), (found & _MARKS).astype(np.uint8)

    def _weigh(self, entries: NDArray[np.uint32]) -> NDArray[np.float32]:
        weights = self._logs.take(entries >> _MARK_BITS)
        np.subtract(self._log_documents, weights, out=weights)
        return np.maximum(weights, 0, out=weights)

    def _make_logs(self) -> None:
        """log(1 + count) by count + 1, for the counts that the next documents can bring; padding weighs nothing."""
        most = int(self._entries.max() >> _MARK_BITS) + _ROOM
        self._logs = np.concatenate(([np.inf], np.log1p(np.arange(most), dtype=np.float32)), dtype=np.float32)
        self._enough_until = self.documents + _ROOM
