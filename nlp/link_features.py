"""Two reports compared: the numbers that a pair score is learned on and computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.fingerprint import ROWS
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
#: Where each list of grams stands, and the mark of its grams.
_LISTS = ((RARE_AT, 1), (TOPIC_AT, 2), (HEAD_AT, 4), (NAME_AT, 8))
_OWN_MARK = np.concatenate([np.full(at.stop - at.start, mark, np.uint8) for at, mark in _LISTS])
#: Sums each list: 1 where a column is of it.
_OF_LIST = (_OWN_MARK[:, None] == [mark for _, mark in _LISTS]).astype(np.float32)
#: Marks of grams that stand in the text (a name may be the tagger's), and the headline's where a column is of the text.
_IN_TEXT = np.uint8(7)
_IN_HEAD = np.where(_OWN_MARK <= 4, 4, 0).astype(np.uint8)
_OF_SKETCH = np.full(ROWS, 1 / ROWS, np.float32)


@dataclass(frozen=True, slots=True)
class Comparer:
    """Compares one row with many."""

    weights: GramWeights

    def compare(self, columns: Columns, row: int, others: NDArray[np.int64]) -> Floats:
        """Features of `row` against `others`, shape (len(others), len(FEATURES)); symmetric in the two."""
        own, grams = columns.grams[row], columns.grams.take(others, axis=0)
        own_weight = self.weights(own)
        weight, hits = self.weights.meet([(own[at], mark) for at, mark in _LISTS], grams)
        result = np.zeros((len(others), len(FEATURES)), np.float32)

        def put(name: str, values: NDArray[np.generic]) -> None:
            result[:, _COLUMN[name]] = values

        squares, own_squares = weight * weight, own_weight * own_weight
        same_list = (hits & _OWN_MARK != 0).astype(np.float32)
        norms = np.sqrt(np.maximum((squares @ _OF_LIST) * (own_squares @ _OF_LIST), 1e-6))
        at = _COLUMN["text_cosine"]
        result[:, at : at + 3] = ((squares * same_list) @ _OF_LIST / norms)[:, :3]
        head, own_head = weight[:, HEAD_AT], own_weight[HEAD_AT]
        about, own_about = _is_about(head), _is_about(own_head)
        in_heads, own_head_about = same_list[:, HEAD_AT], own_squares[HEAD_AT] * own_about
        put("head_about_cosine", _cosine(own_head_about, squares[:, HEAD_AT] * about, in_heads))
        unplaced, own_unplaced = ~columns.placed.take(others, axis=0), ~columns.placed[row]
        at = _COLUMN["name_cover_low"]
        result[:, at : at + 6] = _covers(
            (own_head * _is_name(own_head), own_head * own_about, own_head * own_unplaced),
            np.stack((head * _is_name(head), head * about, head * unplaced)),
            _held(own[HEAD_AT], grams, hits),
            (hits[:, HEAD_AT] & _IN_TEXT != 0).astype(np.float32),
        )
        rare = weight[:, RARE_AT]
        put("shared_names", np.log1p(_dot(rare, (hits[:, RARE_AT] & _IN_TEXT != 0) & _is_name(rare))))
        put("copied", (columns.sketch.take(others, axis=0) == columns.sketch[row]).astype(np.float32) @ _OF_SKETCH)
        vectors = columns.vector.take(others, axis=0).astype(np.float32)
        put("vector_cosine", vectors @ columns.vector[row].astype(np.float32) * VECTOR_STEP**2)
        codes, own_codes = columns.codes.take(others, axis=0), columns.codes[row]
        at = _COLUMN["same_category"]
        result[:, at : at + 2] = (codes[:, 1:] == own_codes[1:]) & (own_codes[1:] >= 0)
        numbers, (own_day, own_length) = columns.numbers.take(others, axis=0), columns.numbers[row]
        days = np.abs(numbers[:, 0] - own_day)
        put("days_apart", np.log1p(np.where(np.isnan(days), np.float32(USUAL_DAYS), days)))
        places, own_places = columns.places.take(others, axis=0), columns.places[row]
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
        put("length_ratio", np.abs(np.log(np.maximum(numbers[:, 1], 1) / max(own_length, 1))))
        return result


def _covers(mine: tuple[Floats, ...], theirs: Floats, own_held: Floats, held: Floats) -> Floats:
    """How much of each headline the other report holds anywhere, lower and higher of both ways for each part.

    mine, theirs: weights of the own headline's grams, (HEAD,) a part, and of the others', (parts, others, HEAD), 0
    outside the part; own_held, held: which of them the other report holds, 0 or 1, (others, HEAD).
    """
    result = np.empty((len(held), 2 * len(mine)), np.float32)
    two = np.einsum("pij,ij->pi", theirs, held) / np.maximum(theirs.sum(axis=2), 1e-6)
    one = np.stack([own_held @ part / max(float(part.sum()), 1e-6) for part in mine])
    result[:, ::2], result[:, 1::2] = np.minimum(one, two).T, np.maximum(one, two).T
    return result


def _held(head: NDArray[np.uint32], grams: NDArray[np.uint32], hits: NDArray[np.uint8]) -> Floats:
    """Which of a headline's grams each other report holds in its text, 0 or 1, (others, HEAD).

    There are few hits, so each one's place is looked up.
    """
    at = np.flatnonzero(hits & _IN_HEAD)
    order = np.argsort(head)
    place = order[np.searchsorted(head[order], grams.take(at))]
    held = np.zeros((len(grams), len(head)), np.float32)
    held[at // grams.shape[1], place] = 1
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
