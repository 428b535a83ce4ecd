"""What a text's words speak for: a linear model of its n-grams.

Beside an encoder it is worth more than a taller encoder: the one blends words into meanings, the other keeps each
apart, and they err on different texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.ngrams import codes

Floats = NDArray[np.float32]
Keys = NDArray[np.uint64]

#: Bits of a code point; a gram's key holds three.
_BITS = np.uint64(21)


def grams(text: str) -> list[Keys]:
    """Keys of the runs of one, two and three characters that begin at each place of a text, as far as they go."""
    ones = codes(text).astype(np.uint64)
    twos = (ones[:-1] << _BITS) | ones[1:]
    return [ones, twos, (twos[:-1] << _BITS) | ones[2:]]


@dataclass(frozen=True, slots=True)
class Words:
    """Linear support vector machines on the TF-IDF of character 1- to 3-grams (Joachims 1998).

    ids: what each column speaks for; keys (grams,): ascending; rarity (grams,): inverse document frequencies;
    weights (grams, ids): int8; scale, offset (ids,): a column's score is `tf-idf @ weights * scale + offset`.
    """

    ids: tuple[str, ...]
    keys: Keys
    rarity: Floats
    weights: NDArray[np.int8]
    scale: Floats
    offset: Floats

    @classmethod
    def load(cls, path: Path) -> Words:
        """Read what `save` wrote; no pickled object is ever read."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(tuple(stored["ids"].tolist()), *(stored[name] for name in _ARRAYS))

    def save(self, path: Path) -> None:
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        np.savez_compressed(path, ids=np.array(self.ids), **arrays)

    def scores(self, text: str) -> Floats:
        """The score of each column, (ids,): log-odds, not calibrated."""
        keys, counts = np.unique(np.concatenate(grams(text)), return_counts=True)
        at, known = self._find(keys)
        found: Floats = self._tf_idf(at[known], counts[known]) @ self.weights[at[known]] * self.scale + self.offset
        return found

    def parts(self, text: str, column: int, other: int) -> Floats:
        """How much each character adds to the score of a column over the other's, (characters,).

        They add up to the scores' difference, less that of the offsets; a gram's part is shared by its characters.
        """
        runs = grams(text)
        keys, back, counts = np.unique(np.concatenate(runs), return_inverse=True, return_counts=True)
        at, known = self._find(keys)
        at, counts = at[known], counts[known]
        difference = self.weights[at, column] * self.scale[column] - self.weights[at, other] * self.scale[other]
        part = np.zeros(len(keys), np.float32)
        part[known] = self._tf_idf(at, counts) * difference / counts
        shares = np.zeros(len(text), np.float32)
        for size, run in enumerate(np.split(part[back], np.cumsum([len(run) for run in runs[:-1]])), 1):
            for k in range(size):
                shares[k : k + len(run)] += run / size
        return shares

    def _find(self, keys: Keys) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        at = np.searchsorted(self.keys, keys).clip(max=len(self.keys) - 1)
        return at, self.keys[at] == keys

    def _tf_idf(self, at: NDArray[np.int64], counts: NDArray[np.int64]) -> Floats:
        weight = (1 + np.log(counts, dtype=np.float32)) * self.rarity[at]
        return np.asarray(weight / (float(np.linalg.norm(weight)) or 1.0), np.float32)


_ARRAYS = ("keys", "rarity", "weights", "scale", "offset")
