"""Two reports compared: the numbers that a pair score is learned on and computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.fingerprint import ROWS
from nlp.gram_weights import GramWeights
from nlp.link_columns import VECTOR_STEP, Columns
from nlp.link_grams import ABOUT_FROM, HEAD_AT, NAME_AT, NAMES_FROM, RARE_AT, TOPIC_AT
from nlp.link_traits import CITIES_AT, INNER_AT, NUMBERED_AT, PLACES, UNITS_AT

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
_CITIES, _INNER, _UNITS, _NUMBERED = (at.start // PLACES for at in (CITIES_AT, INNER_AT, UNITS_AT, NUMBERED_AT))
_OF_SKETCH = np.full(ROWS, 1 / ROWS, np.float32)


@dataclass(frozen=True, slots=True)
class Comparer:
    """Compares one row with many."""

    weights: GramWeights

    def compare(self, columns: Columns, row: int, others: NDArray[np.int64]) -> Floats:
        """Features of `row` against `others`, shape (len(others), len(FEATURES)); symmetric in the two."""
        # the row itself stands first, so that what is asked of both is asked once
        rows = np.concatenate(([row], others))
        grams = columns.grams.take(rows, axis=0)
        own = grams[0]
        weight, hits = self.weights.meet([(own[at], mark) for at, mark in _LISTS], grams)
        result = np.zeros((len(rows), len(FEATURES)), np.float32)

        def put(name: str, values: NDArray[np.generic]) -> None:
            result[:, _COLUMN[name]] = values

        squares = weight * weight
        same_list = (hits & _OWN_MARK != 0).astype(np.float32)
        of_lists = squares @ _OF_LIST
        at = _COLUMN["text_cosine"]
        cosines = ((squares * same_list) @ _OF_LIST) / np.sqrt(np.maximum(of_lists * of_lists[0], 1e-6))
        result[:, at : at + 3] = cosines[:, :3]
        head = weight[:, HEAD_AT]
        about, unplaced = _is_about(head), ~columns.placed.take(rows, axis=0)
        in_text = hits & _IN_TEXT != 0
        parts = np.stack((head * _is_name(head), head * about, head * unplaced, squares[:, HEAD_AT] * about))
        held = np.stack((*[in_text[:, HEAD_AT]] * 3, same_list[:, HEAD_AT]), dtype=np.float32)
        whole, met = parts.sum(axis=2), np.einsum("pij,pij->pi", parts, held)
        put("head_about_cosine", met[3] / np.sqrt(np.maximum(whole[3, 0] * whole[3], 1e-6)))
        at = _COLUMN["name_cover_low"]
        own_met = _held(own[HEAD_AT], grams, hits) @ parts[:3, 0].T
        low, high = met[:3].T / np.maximum(whole[:3].T, 1e-6), own_met / np.maximum(whole[:3, 0], 1e-6)
        result[:, at : at + 6 : 2], result[:, at + 1 : at + 6 : 2] = np.minimum(low, high), np.maximum(low, high)
        rare = weight[:, RARE_AT]
        put("shared_names", np.log1p(_dot(rare, in_text[:, RARE_AT] & _is_name(rare))))
        sketch = columns.sketch.take(rows, axis=0)
        put("copied", (sketch == sketch[0]).astype(np.float32) @ _OF_SKETCH)
        vectors = columns.vector.take(rows, axis=0).astype(np.float32)
        put("vector_cosine", vectors @ vectors[0] * VECTOR_STEP**2)
        codes = columns.codes.take(rows, axis=0)[:, 1:]
        at = _COLUMN["same_category"]
        result[:, at : at + 2] = (codes == codes[0]) & (codes[0] >= 0)
        days, lengths = columns.numbers.take(rows, axis=0).T
        apart = np.abs(days - days[0])
        put("days_apart", np.log1p(np.where(np.isnan(apart), np.float32(USUAL_DAYS), apart)))
        put("length_ratio", np.abs(np.log(np.maximum(lengths, 1) / max(lengths[0], 1))))
        common, clash = _places(columns.places.take(rows, axis=0))
        put("same_district", common[:, _INNER])
        put("other_district", clash[:, _INNER] | clash[:, _CITIES])
        put("same_number", common[:, _NUMBERED])
        put("other_number", common[:, _UNITS] & ~common[:, _NUMBERED])
        alike, both = _names(weight[:, NAME_AT], same_list[:, NAME_AT])
        put("names_alike", alike)
        put("names_clash", both & (alike < 0.15))
        return result[1:]


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


def _names(weight: Floats, common: Floats) -> tuple[Floats, Flags]:
    """(overlap with the first over the smaller, whether both name anything)."""
    whole = weight.sum(axis=1)
    smaller = np.minimum(whole[0], whole)
    return np.minimum(_dot(weight, common) / np.maximum(smaller, 1e-6), np.float32(1)), smaller > 0


def _is_about(weight: Floats) -> Flags:
    return (weight > ABOUT_FROM) & (weight < NAMES_FROM)


def _is_name(weight: Floats) -> Flags:
    return np.asarray(weight >= NAMES_FROM)


def _places(places: NDArray[np.int32]) -> tuple[Flags, Flags]:
    """(a place in common with the first, both name places and none in common), by report and kind of place."""
    kinds = places.reshape(len(places), -1, PLACES)
    own = np.where(kinds[0] == 0, -1, kinds[0])
    common = (kinds[:, :, :, None] == own[:, None, :]).any(axis=(2, 3))
    return common, (kinds[:, :, 0] != 0) & (kinds[0, :, 0] != 0) & ~common
