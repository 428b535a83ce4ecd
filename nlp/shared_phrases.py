"""What two texts have in common, for a person to see why they were joined."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from nlp.ngrams import codes

#: Shortest phrase shown, longest, and how many.
SHORTEST, LONGEST, SHOWN = 3, 24, 3

#: Bits of a code point.
_CODE = np.uint64(21)


def shared_phrases(text: str, other: str) -> tuple[str, ...]:
    """Up to SHOWN longest runs of letters that both texts hold, longest first.

    >>> shared_phrases("魅力之城油烟扰民", "万科魅力之城小区油烟扰民严重")
    ('魅力之城', '油烟扰民')
    """
    found: dict[str, None] = {}
    past = 0
    for start, reach in _met(_beginnings(text), np.sort(_beginnings(other))):
        end = start + SHORTEST
        if start < past or not text[start:end].isalnum():
            continue
        limit = min(reach, start + LONGEST)
        if not text[end:limit].isalnum():
            limit = next((at for at in range(end, limit) if not text[at].isalnum()), end)
        if end < limit:  # what holds a longer piece holds a shorter one, too
            end += bisect_left(range(end + 1, limit + 1), True, key=lambda to: text[start:to] not in other)
        found[text[start:end]] = None
        past = end
    return tuple(sorted(found, key=len, reverse=True)[:SHOWN])


def _beginnings(text: str) -> NDArray[np.uint64]:
    """A number for the SHORTEST letters at each place, the same for the same letters."""
    letters = codes(text).astype(np.uint64)
    return letters[:-2] << _CODE + _CODE | letters[1:-1] << _CODE | letters[2:]


def _met(numbers: NDArray[np.uint64], ordered: NDArray[np.uint64]) -> Iterable[tuple[int, int]]:
    """(start, how far letters may be the same at most) of each place whose SHORTEST letters are among others."""
    if not len(ordered):
        return ()
    starts = (ordered.take(ordered.searchsorted(numbers), mode="clip") == numbers).nonzero()[0]
    last = np.diff(starts, append=len(numbers) + 1) != 1
    reach = starts[last] + SHORTEST
    return zip(starts.tolist(), np.repeat(reach, np.diff(last.nonzero()[0], prepend=-1)).tolist(), strict=True)
