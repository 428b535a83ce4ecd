"""Two reports compared: the numbers that a pair score is learned on and computed from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.gram_weights import GramWeights
from nlp.link_columns import (
    CITIES_AT,
    HEAD_AT,
    INNER_AT,
    NAME_AT,
    NUMBERED_AT,
    RARE_AT,
    TOPIC_AT,
    UNITS_AT,
    VECTOR_STEP,
    Columns,
)
from nlp.link_traits import ABOUT_FROM, NAMES_FROM
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
_COLUMN = {name: column for column, name in enumerate(FEATURES)}
#: Where each list of grams stands, and the flag of its grams.
_LISTS = ((RARE_AT, 1), (TOPIC_AT, 2), (HEAD_AT, 4), (NAME_AT, 8))
_OWN_FLAG = np.concatenate([np.full(at.stop - at.start, flag, np.uint8) for at, flag in _LISTS])
#: Sums each list: 1 where a column is of it.
_OF_LIST = (_OWN_FLAG[:, None] == [flag for _, flag in _LISTS]).astype(np.float32)
_TEXT = HEAD_AT.stop


@dataclass(slots=True)
class Comparer:
    """Compares one row with many; holds scratch tables so that no call allocates them."""

    weights: GramWeights
    _flags: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(BUCKETS, np.uint8))
    _place: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(BUCKETS, np.uint8))

    def compare(self, columns: Columns, row: int, others: NDArray[np.int64]) -> Floats:
        """Features of `row` against `others`, shape (len(others), len(FEATURES)); symmetric in the two."""
        own, grams = columns.grams[row], columns.grams[others]
        own_weight, weight = self.weights(own), self.weights(grams)
        for lists, flag in _LISTS:
            self._flags[own[lists]] |= flag
        self._flags[0] = 0
        hits = self._flags[grams]
        self._flags[own] = 0
        result = np.zeros((len(others), len(FEATURES)), np.float32)

        def put(name: str, values: NDArray[np.generic]) -> None:
            result[:, _COLUMN[name]] = values

        squares, own_squares = weight * weight, own_weight * own_weight
        same_list = (hits & _OWN_FLAG != 0).astype(np.float32)
        norms = np.sqrt(np.maximum((squares @ _OF_LIST) * (own_squares @ _OF_LIST), 1e-6))
        at = _COLUMN["text_cosine"]
        result[:, at : at + 3] = ((squares * same_list) @ _OF_LIST / norms)[:, :3]
        about, own_about = _is_about(weight[:, HEAD_AT]), _is_about(own_weight[HEAD_AT])
        in_heads, own_head = same_list[:, HEAD_AT], own_squares[HEAD_AT]
        put("head_about_cosine", _cosine(own_head * own_about, squares[:, HEAD_AT] * about, in_heads))
        placed, own_placed = columns.placed[others], columns.placed[row]
        covers = self._covers(
            own[HEAD_AT],
            grams[:, :_TEXT],
            hits[:, :_TEXT],
            (
                (
                    own_weight[HEAD_AT] * _is_name(own_weight[HEAD_AT]),
                    weight[:, HEAD_AT] * _is_name(weight[:, HEAD_AT]),
                ),
                (own_weight[HEAD_AT] * own_about, weight[:, HEAD_AT] * about),
                (own_weight[HEAD_AT] * ~own_placed, weight[:, HEAD_AT] * ~placed),
            ),
        )
        at = _COLUMN["name_cover_low"]
        result[:, at : at + 6] = covers
        rare = weight[:, RARE_AT]
        put("shared_names", np.log1p(_dot(rare, (hits[:, RARE_AT] & 7 > 0) & _is_name(rare))))
        put("copied", (columns.sketch[others] == columns.sketch[row]).mean(axis=1))
        put("vector_cosine", columns.vector[others].astype(np.float32) @ columns.vector[row] * VECTOR_STEP**2)
        codes, own_codes = columns.codes[others], columns.codes[row]
        at = _COLUMN["same_category"]
        result[:, at : at + 2] = (codes[:, 1:] == own_codes[1:]) & (own_codes[1:] >= 0)
        days = np.abs(columns.numbers[others, 0] - columns.numbers[row, 0])
        put("days_apart", np.log1p(np.where(np.isnan(days), np.float32(USUAL_DAYS), days)))
        places, own_places = columns.places[others], columns.places[row]
        same, clash = _places(own_places[INNER_AT], places[:, INNER_AT])
        _, city_clash = _places(own_places[CITIES_AT], places[:, CITIES_AT])
        put("same_district", same)
        put("other_district", clash | city_clash)
        alike, both = _names(own_weight[NAME_AT], weight[:, NAME_AT], same_list[:, NAME_AT])
        put("names_alike", alike)
        put("names_clash", both & (alike < 0.15))
        same_unit, _ = _places(own_places[UNITS_AT], places[:, UNITS_AT])
        same_number, _ = _places(own_places[NUMBERED_AT], places[:, NUMBERED_AT])
        put("same_number", same_number)
        put("other_number", same_unit & ~same_number)
        put("length_ratio", np.abs(np.log(np.maximum(columns.numbers[others, 1], 1) / max(columns.numbers[row, 1], 1))))
        return result

    def _covers(
        self,
        head: NDArray[np.uint32],
        grams: NDArray[np.uint32],
        hits: NDArray[np.uint8],
        parts: tuple[tuple[Floats, Floats], ...],
    ) -> Floats:
        """How much of each headline the other report holds anywhere, lower and higher of both ways for each part.

        parts: weights of the own headline's grams (HEAD,) and of the others' (others, HEAD), 0 outside the part.
        """
        held = hits[:, HEAD_AT] & 7 > 0
        own_held = self._held(head, grams, hits & 4)
        result = np.empty((len(grams), 2 * len(parts)), np.float32)
        for number, (mine, theirs) in enumerate(parts):
            one = own_held @ mine / max(float(mine.sum()), 1e-6)
            two = _dot(theirs, held) / np.maximum(theirs.sum(axis=1), 1e-6)
            result[:, 2 * number], result[:, 2 * number + 1] = np.minimum(one, two), np.maximum(one, two)
        return result

    def _held(self, own: NDArray[np.uint32], grams: NDArray[np.uint32], hits: NDArray[Any]) -> Floats:
        """Which of own grams each other report holds, 0 or 1; hits: where among the others' grams one of them stands.

        There are few hits, so each one's place is looked up.
        """
        at, list_at = np.nonzero(hits)
        self._place[own] = np.arange(len(own))
        held = np.zeros((len(grams), len(own)), np.float32)
        held[at, self._place[grams[at, list_at]]] = 1
        return held


def _dot(one: Floats, other: NDArray[Any]) -> Floats:
    """Of each row."""
    return np.asarray(np.einsum("ij,ij->i", one, other.astype(np.float32)), np.float32)


def _cosine(own_squares: Floats, squares: Floats, common: NDArray[Any]) -> Floats:
    both = np.sqrt(np.maximum(own_squares.sum() * squares.sum(axis=1), 1e-6))
    return np.asarray(_dot(squares, common) / both, np.float32)


def _names(own_weight: Floats, weight: Floats, common: Floats) -> tuple[Floats, Flags]:
    """(overlap over the smaller, whether both name anything)."""
    smaller = np.minimum(own_weight.sum(), weight.sum(axis=1))
    return np.minimum(_dot(weight, common) / np.maximum(smaller, 1e-6), np.float32(1)), smaller > 0


def _is_about(weight: Floats) -> Flags:
    return (weight > ABOUT_FROM) & (weight < NAMES_FROM)


def _is_name(weight: Floats) -> Flags:
    return np.asarray(weight >= NAMES_FROM)


def _places(own: NDArray[np.int32], others: NDArray[np.int32]) -> tuple[Flags, Flags]:
    """(a place in common, both name places and none in common)."""
    kept = own[own != 0]
    if not len(kept):
        nothing = np.zeros(len(others), np.bool_)
        return nothing, nothing
    common = (others[:, :, None] == kept).any(axis=(1, 2))
    return common, (others[:, 0] != 0) & ~common
