"""Two reports compared: the numbers that a pair score is learned on and computed from."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nlp.fingerprint import ROWS
from nlp.gram_weights import GramWeights
from nlp.link_traits import ABOUT_FROM, HEAD, KEYS, NAME, NAMES_FROM, PLACES, RARE, TOPIC, Traits
from nlp.ngrams import BUCKETS

Floats = NDArray[np.float32]

#: The columns of `Columns.compare`, in order.
FEATURES = (
    "text_cosine",  # weightiest grams of the whole texts
    "about_cosine",  # grams of middling weight: what the texts are about, names aside
    "head_cosine",
    "head_about_cosine",
    "name_cover_low",  # share of one headline's rare grams that the other report holds, the lower of the two ways
    "name_cover_high",
    "about_cover_low",  # the same for grams of middling weight
    "about_cover_high",
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
_LISTS = RARE + TOPIC + HEAD
_RARE, _TOPIC, _HEAD = slice(0, RARE), slice(RARE, RARE + TOPIC), slice(RARE + TOPIC, _LISTS)


_COLUMNS = ("grams", "name", "keys", "sketch", "cities", "inner", "units", "numbered", "numbers", "codes", "vector")


@dataclass(slots=True)
class Columns:
    """Traits of many reports as columns; grows by doubling. Row numbers are given by `add` in order, from 0."""

    width: int
    size: int
    grams: NDArray[np.uint32]
    name: NDArray[np.uint32]
    keys: NDArray[np.uint32]
    sketch: NDArray[np.uint32]
    cities: NDArray[np.int32]
    inner: NDArray[np.int32]
    units: NDArray[np.int32]
    numbered: NDArray[np.int32]
    numbers: Floats
    codes: NDArray[np.int64]
    vector: NDArray[np.float16]

    @classmethod
    def empty(cls, width: int, room: int = 1024) -> Columns:
        """No rows, vectors of `width`."""
        return cls(
            width=width,
            size=0,
            grams=np.zeros((room, _LISTS), np.uint32),
            name=np.zeros((room, NAME), np.uint32),
            keys=np.zeros((room, KEYS), np.uint32),
            sketch=np.zeros((room, ROWS), np.uint32),
            cities=np.zeros((room, PLACES), np.int32),
            inner=np.zeros((room, PLACES), np.int32),
            units=np.zeros((room, PLACES), np.int32),
            numbered=np.zeros((room, PLACES), np.int32),
            numbers=np.zeros((room, 2), np.float32),
            codes=np.zeros((room, 3), np.int64),
            vector=np.zeros((room, width), np.float16),
        )

    def add(self, traits: Traits) -> int:
        """Append a report; gives its row."""
        row = self.size
        if row == len(self.grams):
            for name in _COLUMNS:
                column = getattr(self, name)
                setattr(self, name, np.concatenate((column, np.zeros_like(column))))
        self.grams[row, _RARE] = traits.rare
        self.grams[row, _TOPIC] = traits.topic
        self.grams[row, _HEAD] = traits.head
        self.name[row] = traits.name
        self.keys[row] = traits.keys
        self.sketch[row] = traits.sketch
        self.cities[row] = traits.cities
        self.inner[row] = traits.inner
        self.units[row] = traits.units
        self.numbered[row] = traits.numbered
        self.numbers[row] = traits.day, traits.length
        self.codes[row] = traits.copy, traits.category, traits.top
        self.vector[row] = traits.vector
        self.size += 1
        return row

    def traits(self, row: int) -> Traits:
        """A report as it was added, but for the vector's rounding."""
        grams, (day, length) = self.grams[row], self.numbers[row].tolist()
        copy, category, top = self.codes[row].tolist()
        return Traits(
            rare=grams[_RARE],
            topic=grams[_TOPIC],
            head=grams[_HEAD],
            name=self.name[row],
            keys=self.keys[row],
            sketch=self.sketch[row],
            copy=copy,
            cities=self.cities[row],
            inner=self.inner[row],
            units=self.units[row],
            numbered=self.numbered[row],
            category=category,
            top=top,
            day=day,
            length=int(length),
            vector=self.vector[row].astype(np.float32),
        )


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
        for lists, flag in ((_RARE, 1), (_TOPIC, 2), (_HEAD, 4)):
            self._flags[own[lists]] |= flag
        self._flags[0] = 0
        hits = self._flags[grams]
        self._flags[own] = 0
        squares, own_squares = weight * weight, own_weight * own_weight
        result = np.zeros((len(others), len(FEATURES)), np.float32)
        for column, (lists, flag) in enumerate(((_RARE, 1), (_TOPIC, 2), (_HEAD, 4))):
            common = (hits[:, lists] & flag) > 0
            result[:, column] = _cosine(own_squares[lists], squares[:, lists], common)
        mid = _is_about(weight[:, _HEAD])
        common = ((hits[:, _HEAD] & 4) > 0) & mid
        own_mid = own_squares[_HEAD] * _is_about(own_weight[_HEAD])
        result[:, 3] = _cosine(own_mid, squares[:, _HEAD] * mid, common)
        self._covers(result, own[_HEAD], own_weight[_HEAD], grams, weight[:, _HEAD], hits)
        common = (hits[:, _RARE] > 0) & (weight[:, _RARE] >= NAMES_FROM)
        result[:, 8] = np.log1p((weight[:, _RARE] * common).sum(axis=1))
        result[:, 9] = (columns.sketch[others] == columns.sketch[row]).mean(axis=1)
        result[:, 10] = columns.vector[others].astype(np.float32) @ columns.vector[row].astype(np.float32)
        codes, own_codes = columns.codes[others], columns.codes[row]
        result[:, 11:13] = (codes[:, 1:] == own_codes[1:]) & (own_codes[1:] >= 0)
        days = np.abs(columns.numbers[others, 0] - columns.numbers[row, 0])
        result[:, 13] = np.log1p(np.where(np.isnan(days), np.float32(USUAL_DAYS), days))
        result[:, 14], clash = _places(columns.inner[row], columns.inner[others])
        _, city_clash = _places(columns.cities[row], columns.cities[others])
        result[:, 15] = clash | city_clash
        result[:, 16], both = self._names(columns.name[row], columns.name[others])
        result[:, 17] = both & (result[:, 16] < 0.15)
        same_unit, _ = _places(columns.units[row], columns.units[others])
        same_number, _ = _places(columns.numbered[row], columns.numbered[others])
        result[:, 18], result[:, 19] = same_number, same_unit & ~same_number
        lengths = np.maximum(columns.numbers[others, 1], 1)
        result[:, 20] = np.abs(np.log(lengths / max(columns.numbers[row, 1], 1)))
        return result

    def _covers(
        self,
        result: Floats,
        head: NDArray[np.uint32],
        head_weight: Floats,
        grams: NDArray[np.uint32],
        weight: Floats,
        hits: NDArray[np.uint8],
    ) -> None:
        """Columns 4 to 7: how much of each headline the other report holds anywhere; lower and higher of both ways."""
        held = hits[:, _HEAD] > 0
        # which of the own headline's grams the other report holds: few hits, so look each one's place up
        at, list_at = np.nonzero(hits & 4)
        self._place[head] = np.arange(len(head))
        own_held = np.zeros((len(grams), len(head)), bool)
        own_held[at, self._place[grams[at, list_at]]] = True
        for column, part in ((4, _is_name), (6, _is_about)):
            mine, theirs = head_weight * part(head_weight), weight * part(weight)
            one = (own_held @ mine) / max(float(mine.sum()), 1e-6)
            two = (held * theirs).sum(axis=1) / np.maximum(theirs.sum(axis=1), 1e-6)
            result[:, column], result[:, column + 1] = np.minimum(one, two), np.maximum(one, two)

    def _names(self, own: NDArray[np.uint32], names: NDArray[np.uint32]) -> tuple[Floats, NDArray[np.bool_]]:
        self._flags[own] = 1
        self._flags[0] = 0
        common = self._flags[names] > 0
        self._flags[own] = 0
        weight = self.weights(names)
        smaller = np.minimum(self.weights(own).sum(), weight.sum(axis=1))
        alike = (weight * common).sum(axis=1) / np.maximum(smaller, 1e-6)
        return np.minimum(alike, np.float32(1)), smaller > 0


def _cosine(own_squares: Floats, squares: Floats, common: NDArray[np.bool_]) -> Floats:
    shared = (squares * common).sum(axis=1)
    return np.asarray(shared / np.sqrt(np.maximum(own_squares.sum() * squares.sum(axis=1), 1e-6)), np.float32)


def _is_about(weight: Floats) -> NDArray[np.bool_]:
    return (weight > ABOUT_FROM) & (weight < NAMES_FROM)


def _is_name(weight: Floats) -> NDArray[np.bool_]:
    return np.asarray(weight >= NAMES_FROM)


def _places(own: NDArray[np.int32], others: NDArray[np.int32]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(a place in common, both name places and none in common)."""
    kept = own[own != 0]
    common = np.isin(others, kept).any(axis=1) if len(kept) else np.zeros(len(others), bool)
    named = (others != 0).any(axis=1) if len(kept) else np.zeros(len(others), bool)
    return np.asarray(common), np.asarray(named & ~common)
