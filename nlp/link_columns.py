"""Traits of many reports as columns: what a comparison reads, in few arrays, so that it is fetched in few steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.fingerprint import ROWS
from nlp.link_grams import HEAD, KEYS, NAME_AT
from nlp.link_traits import NUMBERED_AT, Traits

#: What a vector's greatest component may be; a byte holds -127 to 127 of it.
VECTOR_STEP = np.float32(0.5 / 127)


@dataclass(slots=True)
class Columns:
    """Grows in place; row numbers are given by `add` in order, from 0. About 1.5 KB a report.

    grams: buckets, uint32; placed: which of the headline's grams are of a name or district; keys, sketch: uint32;
    places: hashes, int32; numbers: day and length, float32; codes: copy, category, top, int64;
    first: row of the first report with the same letters, int32; vector: components in steps of VECTOR_STEP, int8.
    """

    width: int
    size: int
    grams: NDArray[np.uint32]
    placed: NDArray[np.bool_]
    keys: NDArray[np.uint32]
    sketch: NDArray[np.uint32]
    places: NDArray[np.int32]
    numbers: NDArray[np.float32]
    codes: NDArray[np.int64]
    first: NDArray[np.int32]
    vector: NDArray[np.int8]

    @classmethod
    def empty(cls, width: int, room: int = 1024) -> Columns:
        """No rows, vectors of `width`."""
        return cls(
            width=width,
            size=0,
            grams=np.zeros((room, NAME_AT.stop), np.uint32),
            placed=np.zeros((room, HEAD), np.bool_),
            keys=np.zeros((room, KEYS), np.uint32),
            sketch=np.zeros((room, ROWS), np.uint32),
            places=np.zeros((room, NUMBERED_AT.stop), np.int32),
            numbers=np.zeros((room, 2), np.float32),
            codes=np.zeros((room, 3), np.int64),
            first=np.zeros(room, np.int32),
            vector=np.zeros((room, width), np.int8),
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The columns by name, rows beyond `size` included."""
        return {name: getattr(self, name) for name in self.__slots__ if name not in ("width", "size")}

    def add(self, traits: Traits) -> int:
        """Append a report; gives its row."""
        row = self.size
        if row == len(self.grams):
            for column in self.arrays().values():
                grow(column)
        self.grams[row] = traits.grams
        self.placed[row] = traits.placed
        self.keys[row] = traits.keys
        self.sketch[row] = traits.sketch
        self.places[row] = traits.places
        self.numbers[row] = traits.day, traits.length
        self.codes[row] = traits.copy, traits.category, traits.top
        self.first[row] = row
        self.vector[row] = np.minimum(np.maximum(np.rint(traits.vector / VECTOR_STEP), -127), 127)
        self.size += 1
        return row

    def unit_vector(self, row: int) -> NDArray[np.float32]:
        """A report's vector, rounded."""
        return np.asarray(self.vector[row] * VECTOR_STEP, np.float32)


def grow(column: NDArray[Any]) -> None:
    """More rows of zeros, in place: a copy beside the old one would need twice the memory. No view must be held."""
    rows = len(column)
    column.resize((rows + max(1024, rows // 16), *column.shape[1:]), refcheck=False)
