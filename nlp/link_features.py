"""Two reports compared: the numbers that a pair score is learned on and computed from."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nlp.fingerprint import ROWS
from nlp.gram_weights import GramWeights
from nlp.link_columns import VECTOR_STEP, Columns
from nlp.link_grams import ABOUT_FROM, HEAD, HEAD_AT, NAME, NAME_AT, NAMES_FROM, RARE, RARE_AT, TOPIC
from nlp.link_traits import CITIES_AT, INNER_AT, NUMBERED_AT, PLACES, UNITS_AT
from nlp.ngrams import BUCKETS

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

#: The columns of `Comparer.compare`, in order.
FEATURES = (
    "text_cosine",  # weightiest grams of the whole texts
    "about_cosine",  # grams of middling weight: what the texts are about, names aside
    "head_cosine",
    "head_about_cosine",
    "name_cover_low",  # share of one headline's rare grams that the other report holds, the lower of the two ways
    "name_cover_high",
    "about_cover_low",  # the same for grams of middling weight
    "about_cover_high",
    "problem_cover_low",  # the same for grams of no name and no district: what is wrong, wherever it is
    "problem_cover_high",
    "shared_names",  # log of the weight of rare grams in both texts
    "copied",  # estimated Jaccard of 4-grams
    "vector_cosine",
    "same_category",
    "same_top",
    "days_apart",  # log(1 + days)
    "same_district",
    "other_district",
    "names_alike",  # grams of names, overlap over the smaller
    "names_clash",
    "same_number",  # a number with its unit in both headlines: 7号线, 三期
    "other_number",  # both count by one unit, and no number in common
    "length_ratio",  # log of the longer over the shorter
)
#: Taken where one of the two times is unknown.
USUAL_DAYS = 90.0
_AT = {name: row for row, name in enumerate(FEATURES)}
#: The mark of each list of grams, by column.
_MARK = np.repeat(np.array([1, 2, 4, 8], np.uint8), [RARE, TOPIC, HEAD, NAME])
_MARKS = _MARK.astype(np.uint32)
#: Sums each list: 1 where a column is of it.
_OF_LIST = (_MARK[:, None] == [1, 2, 4, 8]).astype(np.float32)
#: Marks of grams that stand in the text (a name may be the tagger's), and the headline's where a column is of the text.
_IN_TEXT = np.uint8(7)
_IN_HEAD = np.where(_MARK <= 4, 4, 0).astype(np.uint8)
_CITIES, _INNER, _UNITS, _NUMBERED = (at.start // PLACES for at in (CITIES_AT, INNER_AT, UNITS_AT, NUMBERED_AT))
#: The columns of places, each kind turned by one, two and three: so each place of a report meets each of another.
_TURNED = [
    np.arange(NUMBERED_AT.stop).reshape(-1, PLACES)[:, np.roll(range(PLACES), turn)].ravel() for turn in (1, 2, 3)
]
_PLACES_OF_HEAD = np.arange(HEAD, dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Comparer:
    """Compares one row with many.

    _place: where a gram of the headline that is compared stands in it, by bucket; of other grams what was left there.
    """

    weights: GramWeights
    _place: NDArray[np.uint8] = field(init=False, repr=False, default_factory=lambda: np.zeros(BUCKETS, np.uint8))

    def compare(self, columns: Columns, row: int, others: NDArray[np.int64]) -> Floats:
        """Features of `row` against `others`, shape (len(others), len(FEATURES)); symmetric in the two."""
        # the row itself stands first, so that what is asked of both is asked once
        rows = np.empty(len(others) + 1, np.int64)
        rows[0], rows[1:] = row, others
        # a feature's values stand together, as they are made
        result = np.empty((len(FEATURES), len(rows)), np.float32)
        grams = columns.grams.take(rows, axis=0)
        weight, hits = self.weights.meet(grams[0], _MARKS, grams)
        same, in_text = hits & _MARK != 0, hits & _IN_TEXT != 0
        _put_cosines(result, weight, same)
        placed = columns.placed.take(rows, axis=0)
        _put_headlines(
            result,
            weight[:, HEAD_AT],
            placed,
            self._held(grams, hits),
            in_text=in_text[:, HEAD_AT],
            same=same[:, HEAD_AT],
        )
        rare = weight[:, RARE_AT]
        shared = np.vecdot(rare, (in_text[:, RARE_AT] & (rare >= NAMES_FROM)).astype(np.float32))
        np.log1p(shared, out=result[_AT["shared_names"]])
        _put_names(result, weight[:, NAME_AT], same[:, NAME_AT])
        _put_places(result, columns.places.take(rows, axis=0))
        sketch = columns.sketch.take(rows, axis=0)
        alike = np.bitwise_count(np.packbits(sketch == sketch[0]).view(np.uint32))
        np.multiply(alike, np.float32(1 / ROWS), out=result[_AT["copied"]])
        vectors = columns.vector.take(rows, axis=0).astype(np.float32)
        np.multiply(vectors @ vectors[0], VECTOR_STEP**2, out=result[_AT["vector_cosine"]])
        codes = columns.codes.take(rows, axis=0)[:, 1:]
        at = _AT["same_category"]
        result[at : at + 2] = (codes == np.where(codes[0] < 0, -2, codes[0])).T
        days, lengths = columns.numbers.take(rows, axis=0).T
        apart = np.abs(days - days[0])
        apart[np.isnan(apart)] = USUAL_DAYS
        np.log1p(apart, out=result[_AT["days_apart"]])
        lengths = np.maximum(lengths, 1)
        np.abs(np.log(lengths / lengths[0]), out=result[_AT["length_ratio"]])
        return result[:, 1:].T

    def _held(self, grams: NDArray[np.uint32], hits: NDArray[np.uint8]) -> Floats:
        """Which of the first headline's grams each report holds in its text, 0 or 1, (reports, HEAD).

        There are few hits, so each one's place is looked up.
        """
        self._place[grams[0, HEAD_AT]] = _PLACES_OF_HEAD
        at = (hits & _IN_HEAD != 0).ravel().nonzero()[0]
        held = np.zeros((len(grams), HEAD), np.float32)
        held[at // grams.shape[1], self._place.take(grams.take(at))] = 1
        return held


def _put_cosines(result: Floats, weight: Floats, same: Flags) -> None:
    squares = weight * weight
    whole, common = squares @ _OF_LIST, (squares * same) @ _OF_LIST
    common /= np.sqrt(np.maximum(whole * whole[0], 1e-6))
    at = _AT["text_cosine"]
    result[at : at + 3] = common.T[:3]


def _put_headlines(result: Floats, head: Floats, placed: Flags, held: Floats, *, in_text: Flags, same: Flags) -> None:
    """head: weights of headlines' grams; held: which of the first headline's grams each report holds in its text;
    in_text, same: which of its own the first report holds in its text and in its headline."""
    # weights of names, of what it is about, of what stands in no name or district, squares of what it is about
    parts = np.empty((4, *head.shape), np.float32)
    np.multiply(head, head >= NAMES_FROM, out=parts[0])
    np.multiply(head, (head > ABOUT_FROM) & (head < NAMES_FROM), out=parts[1])
    np.multiply(head, ~placed, out=parts[2])
    np.multiply(head, parts[1], out=parts[3])
    whole, other_way = parts.sum(axis=2), parts[:3, 0] @ held.T
    parts[:3] *= in_text
    parts[3] *= same
    met = parts.sum(axis=2)
    result[_AT["head_about_cosine"]] = met[3] / np.sqrt(np.maximum(whole[3] * whole[3, 0], 1e-6))
    whole = np.maximum(whole[:3], 1e-6)
    one_way, other_way = met[:3] / whole, other_way / whole[:, :1]
    at = _AT["name_cover_low"]
    np.minimum(one_way, other_way, out=result[at : at + 6 : 2])
    np.maximum(one_way, other_way, out=result[at + 1 : at + 6 : 2])


def _put_names(result: Floats, weight: Floats, same: Flags) -> None:
    whole = weight.sum(axis=1)
    smaller = np.minimum(whole, whole[0])
    alike = np.minimum(np.vecdot(weight, same.astype(np.float32)) / np.maximum(smaller, 1e-6), np.float32(1))
    result[_AT["names_alike"]] = alike
    result[_AT["names_clash"]] = (smaller > 0) & (alike < 0.15)


def _put_places(result: Floats, places: NDArray[np.int32]) -> None:
    own = np.where(places[0] == 0, -1, places[0])
    met = places == own
    for turned in _TURNED:
        met |= places == own[turned]
    # four flags are read as one number
    common = (met.view(np.uint32) != 0).T
    there = (places[:, ::PLACES] != 0).T
    clash = there & there[:, :1] & ~common
    result[_AT["same_district"]] = common[_INNER]
    result[_AT["other_district"]] = clash[_INNER] | clash[_CITIES]
    result[_AT["same_number"]] = common[_NUMBERED]
    result[_AT["other_number"]] = common[_UNITS] & ~common[_NUMBERED]
