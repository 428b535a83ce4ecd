"""A text as its character n-grams, hashed: the cheapest likeness that survives other words around the same facts."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

#: Hash buckets; a power of two.
BUCKETS = 1 << 20

_NOISE = re.compile(r"[\W_]+")
_MULTIPLIERS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))


def ngrams(text: str) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """Buckets of the 2- to 4-grams of letters, digits and Han characters, sorted and distinct, and 1 + log(count)."""
    codes = np.frombuffer(_NOISE.sub("", text).lower().encode("utf-32-le", "surrogatepass"), np.uint32)
    hashes = []
    with np.errstate(over="ignore"):
        mixed = codes.astype(np.uint64)
        for n, multiplier in enumerate(_MULTIPLIERS, 2):
            if len(codes) < n:
                break
            mixed = mixed[:-1] * multiplier + codes[n - 1 :]
            hashes.append((mixed * _MULTIPLIERS[0]) >> np.uint64(44))
    if not hashes:
        return np.zeros(0, np.uint32), np.zeros(0, np.float32)
    buckets, counts = np.unique(np.concatenate(hashes).astype(np.uint32), return_counts=True)
    return buckets, (1 + np.log(counts)).astype(np.float32)
