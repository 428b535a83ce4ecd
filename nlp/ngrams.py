"""A text as its character n-grams, hashed: the cheapest likeness that survives other words around the same facts."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

#: Hash buckets; a power of two, so wide that two grams of one board seldom share one. Bucket 0 is kept for padding.
BITS = 22
BUCKETS = 1 << BITS

_NOISE = re.compile(r"(?:_x000D_|https?://[\w./?=&%-]+|[\W_])+")
_BREAK = 10  # the code of "\n", which stands for any run of noise: no gram reaches over it
_MULTIPLIERS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))
_SHIFT = np.uint64(64 - BITS)


def letters(text: str) -> NDArray[np.uint32]:
    """Code points of letters, digits and Han characters in lower case; a line feed for each run of anything else."""
    return np.frombuffer(_NOISE.sub("\n", text).lower().encode("utf-32-le", "surrogatepass"), np.uint32)


def ngrams(codes: NDArray[np.uint32], size: int) -> NDArray[np.uint32]:
    """Buckets of the letters that stand together, in the order of the text, repeats kept, none across a break.

    The order inside a gram does not count, and a pair (size 2) may have one letter between: people swap and drop
    letters of names, and 东能华府 stays near 能东华府.

    >>> bool((ngrams(letters("停水"), 2) == ngrams(letters("水停"), 2)).all()), len(ngrams(letters("停水，停电"), 3))
    (True, 0)
    """
    spans = [_windows(codes, size)]
    if size == 2:
        spans.append(_windows(codes, 3)[:, ::2])
    mixed = np.concatenate([_mix(np.sort(span, axis=1)) for span in spans])
    return (mixed >> _SHIFT).astype(np.uint32).clip(1)


def hashes(codes: NDArray[np.uint32], size: int) -> NDArray[np.uint64]:
    """64-bit hashes of the grams of `size` letters in their order, none across a break."""
    return _mix(_windows(codes, size))


def _windows(codes: NDArray[np.uint32], size: int) -> NDArray[np.uint32]:
    """All runs of `size` letters without a break, shape (runs, size)."""
    if len(codes) < size:
        return np.zeros((0, size), np.uint32)
    runs = np.lib.stride_tricks.sliding_window_view(codes, size)
    return np.asarray(runs[(runs != _BREAK).all(axis=1)])


def _mix(grams: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """One well-mixed hash a row."""
    mixed = np.zeros(len(grams), np.uint64)
    with np.errstate(over="ignore"):
        for column, multiplier in zip(grams.T, (*_MULTIPLIERS, *_MULTIPLIERS), strict=False):
            mixed = mixed * multiplier + column
        mixed ^= mixed >> np.uint64(29)
        return np.asarray(mixed * _MULTIPLIERS[0])
