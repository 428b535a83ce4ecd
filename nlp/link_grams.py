"""The grams that linking keeps of reports, read of many reports at once: a step costs more than what it is done on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.gram_weights import GramWeights
from nlp.ngrams import BITS, distinct, starts

#: Widths of the lists of grams, padded with bucket 0.
RARE, TOPIC, HEAD, NAME = 64, 48, 40, 24
#: Where each list stands in a report's row.
RARE_AT = slice(0, RARE)
TOPIC_AT = slice(RARE_AT.stop, RARE_AT.stop + TOPIC)
HEAD_AT = slice(TOPIC_AT.stop, TOPIC_AT.stop + HEAD)
NAME_AT = slice(HEAD_AT.stop, HEAD_AT.stop + NAME)
#: Grams by which a report can be found: the rarest of its headline and names, then some of its text.
KEYS, KEYS_OF_HEAD = 32, 24
#: Weights (natural logs) between which a gram tells what a report is about; below stands politeness, above names.
ABOUT_FROM, NAMES_FROM = 2.0, 6.5
#: Reports that can be read at once: a gram's bucket leaves so many bits for its report's number.
MOST = 1 << 32 - BITS

Grams = NDArray[np.uint32]
_BITS, _BUCKET = np.uint32(BITS), np.uint32((1 << BITS) - 1)
_WORD, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
#: Room for one flag behind a bucket.
_FLAG = np.uint32(1)


@dataclass(frozen=True, slots=True)
class GramLists:
    """Of each report, by row.

    lists: buckets, uint32 (reports, NAME_AT.stop), each list distinct and padded with 0: the weightiest of the whole
    text; those that tell what it is about, the most repeated first; those of the headline; those of names.
    placed: which of the headline's grams stand in a name or a district, bool (reports, HEAD).
    keys: distinct buckets by which the report can be found, uint32 (reports, KEYS), padded with 0.
    whole: all distinct buckets of the text.
    """

    lists: Grams
    placed: NDArray[np.bool_]
    keys: Grams
    whole: list[Grams]


def gram_lists(table: Grams, parts: NDArray[np.int64], background: GramWeights) -> GramLists:
    """Lists of up to MOST reports, of four parts each: the text, the headline, the names, the district codes.

    table: buckets by row and place, as `ngrams.grams` gives them; parts: (reports, 4), how many places each part takes.
    Raises ValueError where there are more reports.
    """
    reports = len(parts)
    if reports > MOST:
        raise ValueError(f"{reports} reports cannot be read at once, only up to {MOST}; read them in parts")
    part = np.repeat(np.tile(np.arange(4, dtype=np.uint8), reports), parts.ravel())
    # of many reports' headlines and names a gram is told as its report's number above its bucket
    number = np.arange(reports, dtype=np.uint32)[:, None] << _BITS
    numbers = np.repeat(number, parts.sum(axis=1))

    def told(chosen: NDArray[np.bool_], rows: int = 3) -> Grams:
        at = np.flatnonzero(chosen)
        some = table[:rows].take(at, axis=1)
        return (some | numbers.take(at))[some > 0]

    ends = parts.cumsum().reshape(-1, 4)[:, 0].tolist()
    texts = [table[:, end - size : end] for end, size in zip(ends, parts[:, 0].tolist(), strict=True)]
    whole, about, ends = _by_weight(texts, background)
    rare, topic = _padded(whole, ends, RARE), _padded(whole[about], np.searchsorted(about, ends), TOPIC)
    head, names = told(part == 1), told(part == 2, rows=2)
    first = _first(head, reports, HEAD)
    front = distinct(np.concatenate((head, names)))
    front_ends = np.searchsorted(front >> _BITS, np.arange(reports), side="right")
    front &= _BUCKET
    keys = np.concatenate(
        (_padded(_heaviest(front, background(front), front_ends), front_ends, KEYS_OF_HEAD), rare), axis=1
    )
    return GramLists(
        lists=np.concatenate((rare, topic, first, _first(names, reports, NAME)), axis=1),
        placed=_among(first | number, np.sort(told(part >= 2))),
        keys=_first((keys | number)[keys > 0], reports, KEYS),
        whole=np.split(whole, ends[:-1]),
    )


def _by_weight(texts: Sequence[Grams], background: GramWeights) -> tuple[Grams, NDArray[np.int64], NDArray[np.int64]]:
    """(distinct buckets of texts, the weightiest of each first; where those stand that tell what it is about; where
    each text's end)."""
    filled = [text[text > 0] for text in texts]
    for some in filled:
        some.sort()  # one by one: the cache holds it
    ordered = np.concatenate(filled)
    begins = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=begins[1:])
    sizes = np.array([len(some) for some in filled])
    last = sizes.cumsum()
    begins[(last - sizes)[sizes > 0]] = True
    at = np.flatnonzero(begins)
    buckets, repeats = ordered[at], np.diff(at, append=len(ordered))
    ends = np.searchsorted(at, last)
    weight = background(buckets)
    about = (weight > ABOUT_FROM) & (weight < NAMES_FROM)
    # what is said twice counts more: the rarest grams of all are chance, while a name comes back
    weight *= 1 + np.log(repeats, dtype=np.float32)
    ranked = _heaviest(buckets << _FLAG | about, weight, ends)
    return ranked >> _FLAG, np.flatnonzero(ranked & _FLAG), ends


def _heaviest(grams: Grams, weight: NDArray[np.float32], ends: NDArray[np.int64]) -> Grams:
    """By report, the heaviest first, ties by gram; weights at least 0, so that their bits are in their order."""
    ranks = (~weight.view(np.uint32)).astype(np.uint64) << _WORD | grams
    begin = 0
    for end in ends.tolist():
        ranks[begin:end].sort()
        begin = end
    return ranks.astype(np.uint32)


def _first(grams: Grams, reports: int, width: int) -> Grams:
    """The first distinct buckets of each report in the order they came, padded."""
    ordered = np.sort(grams.astype(np.uint64) << _WORD | np.arange(len(grams), dtype=np.uint64))
    came = ordered[starts(ordered >> _WORD)] & _LOW
    # by report, then as they came
    grams = grams[np.sort((grams[came] >> _BITS).astype(np.uint64) << _WORD | came) & _LOW]
    return _padded(grams & _BUCKET, np.searchsorted(grams >> _BITS, np.arange(reports), side="right"), width)


def _among(grams: Grams, ordered: Grams) -> NDArray[np.bool_]:
    """Which grams stand among others, which are in order."""
    if not len(ordered):
        return np.zeros(grams.shape, np.bool_)
    return np.equal(ordered.take(ordered.searchsorted(grams), mode="clip"), grams)


def _padded(buckets: Grams, ends: NDArray[np.int64], width: int) -> Grams:
    """The first buckets of each report, (reports, width)."""
    at = np.concatenate(([0], ends[:-1]))[:, None] + np.arange(width)
    there = at < ends[:, None]
    result = np.zeros((len(ends), width), np.uint32)
    result[there] = buckets[at[there]]
    return result
