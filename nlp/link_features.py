"""Two reports compared: the numbers that a pair score is learned on and computed from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.fingerprint import ROWS
from nlp.gram_weights import GramWeights
from nlp.link_traits import ABOUT_FROM, HEAD, NAME, NAMES_FROM, PLACES, RARE, TOPIC, Traits
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


_COLUMNS = ("grams", "name", "sketch", "cities", "inner", "units", "numbered", "numbers", "codes", "vector")


@dataclass(slots=True)
class Columns:
    """Traits of many reports as columns; grows by doubling. Row numbers are given by `add` in order, from 0."""

    width: int
    size: int
    grams: NDArray[np.uint32]
    name: NDArray[np.uint32]
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
        self.grams[row, :RARE] = traits.rare
        self.grams[row, RARE : RARE + TOPIC] = traits.topic
        self.grams[row, RARE + TOPIC :] = traits.head
        self.name[row] = traits.name
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
            rare=grams[:RARE],
            topic=grams[RARE : RARE + TOPIC],
            head=grams[RARE + TOPIC :],
            name=self.name[row],
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
    _place: NDArray[np.int16]

    @classmethod
    def of(cls, weights: GramWeights) -> Comparer:
        return cls(weights, np.zeros(BUCKETS, np.int16))

    def compare(self, columns: Columns, row: int, others: NDArray[np.int64]) -> Floats:
        """Features of `row` against `others`, shape (len(others), len(FEATURES)); symmetric in the two."""
        own, grams = columns.grams[row], columns.grams[others]
        own_weight, weight = self.weights(own), self.weights(grams)
        rare, topic, head = slice(0, RARE), slice(RARE, RARE + TOPIC), slice(RARE + TOPIC, None)
        result = np.zeros((len(others), len(FEATURES)), np.float32)
        result[:, 0] = self._cosine(own[rare], own_weight[rare], grams[:, rare], weight[:, rare])
        result[:, 1] = self._cosine(own[topic], own_weight[topic], grams[:, topic], weight[:, topic])
        result[:, 2] = self._cosine(own[head], own_weight[head], grams[:, head], weight[:, head])
        mid, other_mid = _about(own_weight[head]), _about(weight[:, head])
        result[:, 3] = self._cosine(own[head], mid, grams[:, head], other_mid)
        self._covers(result, own, own_weight, grams, weight)
        result[:, 9] = (columns.sketch[others] == columns.sketch[row]).mean(axis=1)
        result[:, 10] = columns.vector[others].astype(np.float32) @ columns.vector[row].astype(np.float32)
        codes, own_codes = columns.codes[others], columns.codes[row]
        result[:, 11:13] = (codes[:, 1:] == own_codes[1:]) & (own_codes[1:] >= 0)
        days = np.abs(columns.numbers[others, 0] - columns.numbers[row, 0])
        result[:, 13] = np.log1p(np.where(np.isnan(days), USUAL_DAYS, days))
        same, clash = _places(columns.inner[row], columns.inner[others])
        _, city_clash = _places(columns.cities[row], columns.cities[others])
        result[:, 14], result[:, 15] = same, clash | city_clash
        alike, both = self._names(columns.name[row], columns.name[others])
        result[:, 16], result[:, 17] = alike, both & (alike < 0.15)
        same_unit, _ = _places(columns.units[row], columns.units[others])
        same_number, _ = _places(columns.numbered[row], columns.numbered[others])
        result[:, 18], result[:, 19] = same_number, same_unit & ~same_number
        lengths = np.maximum(columns.numbers[others, 1], 1)
        result[:, 20] = np.abs(np.log(lengths / max(columns.numbers[row, 1], 1)))
        return result

    def _mark(self, buckets: NDArray[np.uint32]) -> None:
        self._place[buckets] = np.arange(1, len(buckets) + 1)
        self._place[0] = 0

    def _cosine(self, own: NDArray[np.uint32], own_weight: Floats, grams: NDArray[np.uint32], weight: Floats) -> Floats:
        self._mark(own)
        squares = weight * weight
        shared = (squares * (self._place[grams] > 0)).sum(axis=1)
        self._place[own] = 0
        norms = np.sqrt(float(own_weight @ own_weight) * squares.sum(axis=1))
        return np.asarray(shared / np.maximum(norms, 1e-6), np.float32)

    def _covers(
        self, result: Floats, own: NDArray[np.uint32], own_weight: Floats, grams: NDArray[np.uint32], weight: Floats
    ) -> None:
        """Columns 4 to 8: how much of each headline the other report holds anywhere, and the rare grams of both."""
        self._mark(own)
        hits = self._place[grams]
        self._place[own] = 0
        start = RARE + TOPIC
        held = hits[:, start:] > 0
        head, other = own_weight[start:], weight[:, start:]
        # which of the own grams the other holds: scatter the places of its grams
        found = np.zeros((len(grams), len(own) + 1), bool)
        np.put_along_axis(found, hits.astype(np.int64), True, axis=1)
        # a gram may stand in several of the own lists and is marked at the last, which is the headline's
        own_held = found[:, 1 + start :]
        for column, part in ((4, _named), (6, _about)):
            mine, theirs = part(head), part(other)
            one = (own_held * mine).sum(axis=1) / max(float(mine.sum()), 1e-6)
            two = (held * theirs).sum(axis=1) / np.maximum(theirs.sum(axis=1), 1e-6)
            result[:, column], result[:, column + 1] = np.minimum(one, two), np.maximum(one, two)
        result[:, 8] = np.log1p((_named(weight[:, :RARE]) * (hits[:, :RARE] > 0)).sum(axis=1))

    def _names(self, own: NDArray[np.uint32], names: NDArray[np.uint32]) -> tuple[Floats, NDArray[np.bool_]]:
        self._mark(own)
        own_weight, weight = self.weights(own), self.weights(names)
        shared = (weight * (self._place[names] > 0)).sum(axis=1)
        self._place[own] = 0
        smaller = np.minimum(own_weight.sum(), weight.sum(axis=1))
        return np.asarray(shared / np.maximum(smaller, 1e-6), np.float32), smaller > 0


def _about(weight: Floats) -> Floats:
    return np.where((weight > ABOUT_FROM) & (weight < NAMES_FROM), weight, np.float32(0))


def _named(weight: Floats) -> Floats:
    return np.where(weight >= NAMES_FROM, weight, np.float32(0))


def _places(own: NDArray[np.int32], others: NDArray[np.int32]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(a place in common, both name places and none in common)."""
    kept = own[own != 0]
    common = np.isin(others, kept).any(axis=1) if len(kept) else np.zeros(len(others), bool)
    named = (others != 0).any(axis=1) if len(kept) else np.zeros(len(others), bool)
    return np.asarray(common), np.asarray(named & ~common)
