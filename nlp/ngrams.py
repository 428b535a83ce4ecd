"""A text as its character n-grams, hashed: the cheapest likeness that survives other words around the same facts."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)

#: Hash buckets; a power of two, so wide that two grams of one board seldom share one. Bucket 0 is kept for padding.
BITS = 22
BUCKETS = 1 << BITS

_NOISE = re.compile(r"(?:_x000D_|https?://[\w./?=&%-]+|[\W_])+")
_PLAIN_NOISE = re.compile(r"[\W_]+")
_BREAK = 10  # the code of "\n", which stands for any run of noise: no gram reaches over it
_MULTIPLIERS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))
_SHIFT = np.uint64(64 - BITS)


def spelled(text: str) -> str:
    """Letters, digits and Han characters in lower case; a line feed for each run of anything else."""
    noise = _NOISE if "http" in text or "_x000D_" in text else _PLAIN_NOISE
    return noise.sub("\n", text).lower()


def letters(text: str) -> NDArray[np.uint32]:
    """The code points of a text as it is spelled."""
    return codes(spelled(text))


def codes(spelling: str) -> NDArray[np.uint32]:
    """Code points, one a character."""
    return np.frombuffer(spelling.encode("utf-32-le", "surrogatepass"), np.uint32)


def grams(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Buckets by where a gram begins, shape (3, len(codes)); 0 where a break or the end stands in its way.

    Of two letters together; of two with one between; of three. The order inside a gram does not count: people swap and
    drop letters of names, and 东能华府 stays near 能东华府.
    """
    count = len(codes)
    result = np.zeros((3, count), np.uint32)
    if count < 2:
        return result
    mixed = np.zeros((3, count), np.uint64)
    wide, word = codes.astype(np.uint64), codes != _BREAK
    low, high, kept = np.minimum(wide[:-1], wide[1:]), np.maximum(wide[:-1], wide[1:]), word[:-1] & word[1:]
    mixed[0, :-1] = low * _MULTIPLIERS[1] + high
    if count > 2:
        first, third = wide[:-2], wide[2:]
        mixed[1, :-2] = np.minimum(first, third) * _MULTIPLIERS[1] + np.maximum(first, third)
        low, high = low[:-1], high[:-1]
        least, most = np.minimum(low, third), np.maximum(high, third)
        mixed[2, :-2] = (least * _MULTIPLIERS[1] + (low + high + third - least - most)) * _MULTIPLIERS[2] + most
    buckets = np.maximum(_spread(mixed) >> _SHIFT, np.uint64(1))
    result[0, :-1] = buckets[0, :-1] * kept
    result[1:, :-2] = buckets[1:, :-2] * (kept[:-1] & word[2:])
    return result


def ngrams(codes: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Buckets of two and of three letters, each in their order, repeats kept, none across a break.

    >>> bool((ngrams(letters("停水"))[0] == ngrams(letters("水停"))[0]).all()), len(ngrams(letters("停水，停电"))[1])
    (True, 0)
    """
    two, three = np.split(grams(codes), [2])
    return two[two > 0], three[three > 0]


def starts(ordered: NDArray[Any]) -> NDArray[np.int64]:
    """Where each run of equal values begins."""
    return _begins(ordered).nonzero()[0]


def distinct(values: NDArray[Number]) -> NDArray[Number]:
    """Distinct values, ascending: numpy's `unique`, which takes four times as long for a few dozen."""
    ordered = values.copy()
    ordered.sort()
    return ordered[_begins(ordered)]


def _begins(ordered: NDArray[Any]) -> NDArray[np.bool_]:
    begins = np.empty(len(ordered), np.bool_)
    begins[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=begins[1:])
    return begins


def hashes(codes: NDArray[np.uint32], size: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """(64-bit hashes of the grams of `size` letters in their order, where each begins); none across a break."""
    count = max(len(codes) - size + 1, 0)
    wide, word = codes.astype(np.uint64), codes != _BREAK
    mixed, whole = wide[:count], word[:count]
    for step in range(1, size):
        mixed = mixed * _MULTIPLIERS[step % len(_MULTIPLIERS)] + wide[step : step + count]
        whole = whole & word[step : step + count]
    at = np.flatnonzero(whole)
    return _spread(mixed[at]), at


def _spread(mixed: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """What differs anywhere differs in the high bits, too."""
    return (mixed ^ mixed >> np.uint64(29)) * _MULTIPLIERS[0]
