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


def ngrams(codes: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Buckets of 2 and of 3 letters that stand together, in their order, repeats kept, none across a break.

    The order inside a gram does not count, and a pair may have one letter between: people swap and drop letters of
    names, and 东能华府 stays near 能东华府.

    >>> bool((ngrams(letters("停水"))[0] == ngrams(letters("水停"))[0]).all()), len(ngrams(letters("停水，停电"))[1])
    (True, 0)
    """
    if len(codes) < 2:
        return np.zeros(0, np.uint32), np.zeros(0, np.uint32)
    word = codes != _BREAK
    one, two = codes[:-1], codes[1:]
    low, high, kept = np.minimum(one, two), np.maximum(one, two), word[:-1] & word[1:]
    if len(codes) < 3:
        return _buckets([low[kept], high[kept]]), np.zeros(0, np.uint32)
    # of three letters in a row: the least and the greatest of the first two, and the third
    first, third, whole = codes[:-2], codes[2:], kept[:-1] & word[2:]
    apart_low, apart_high = np.minimum(first, third)[whole], np.maximum(first, third)[whole]
    pairs = _buckets([np.concatenate((low[kept], apart_low)), np.concatenate((high[kept], apart_high))])
    low, high, third = low[:-1][whole], high[:-1][whole], third[whole]
    least, most = np.minimum(low, third), np.maximum(high, third)
    return pairs, _buckets([least, low + high + third - least - most, most])


def distinct(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Distinct values, ascending: numpy's `unique`, which takes three times as long for a few dozen."""
    ordered = np.sort(values)
    first = np.empty(len(ordered), np.bool_)
    first[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def hashes(codes: NDArray[np.uint32], size: int) -> NDArray[np.uint64]:
    """64-bit hashes of the grams of `size` letters in their order, none across a break."""
    count = len(codes) - size + 1
    if count <= 0:
        return np.zeros(0, np.uint64)
    breaks = np.concatenate(([0], np.cumsum(codes == _BREAK)))
    whole = breaks[size:] == breaks[:-size]
    return _mix([codes[step : step + count][whole] for step in range(size)])


def _mix(columns: list[NDArray[np.uint32]]) -> NDArray[np.uint64]:
    """One well-mixed hash for each row of the columns."""
    mixed = np.zeros(len(columns[0]), np.uint64)
    with np.errstate(over="ignore"):
        for column, multiplier in zip(columns, (*_MULTIPLIERS, *_MULTIPLIERS), strict=False):
            mixed *= multiplier
            mixed += column
        mixed ^= mixed >> np.uint64(29)
        mixed *= _MULTIPLIERS[0]
    return mixed


def _buckets(columns: list[NDArray[np.uint32]]) -> NDArray[np.uint32]:
    return np.maximum((_mix(columns) >> _SHIFT).astype(np.uint32), np.uint32(1))
