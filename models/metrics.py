"""Figures that say how well answers hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Tally:
    """How one category fares: texts rightly given it, texts that lack it, texts that wrongly have it.

    What has no text to be measured on is None: precision where it was never given, recall where it is never the truth.
    """

    right: int
    missed: int
    wrong: int

    @property
    def support(self) -> int:
        """Texts of which it is the truth."""
        return self.right + self.missed

    @property
    def precision(self) -> float | None:
        given = self.right + self.wrong
        return self.right / given if given else None

    @property
    def recall(self) -> float | None:
        return self.right / self.support if self.support else None

    @property
    def f1(self) -> float | None:
        return 2 * self.right / (self.support + self.right + self.wrong) if self.support else None


def tallies(truth: Sequence[str], given: Sequence[str]) -> dict[str, Tally]:
    """Of each category that stands in either, by its id; one truth and one answer a text."""
    right = Counter(t for t, g in zip(truth, given, strict=True) if t == g)
    wanted, had = Counter(truth), Counter(given)
    return {i: Tally(right[i], wanted[i] - right[i], had[i] - right[i]) for i in sorted(wanted | had)}


@dataclass(frozen=True, slots=True)
class Bin:
    """Texts whose confidence lies in `[low, high)`; the last bin holds 1 too. Confidence and accuracy are means."""

    low: float
    high: float
    texts: int
    confidence: float
    accuracy: float


def reliability(confidence: NDArray[np.floating], right: NDArray[np.bool_], bins: int = 10) -> list[Bin]:
    """Bins of equal width, those that hold a text, in order; confidence and right are (texts,)."""
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    return [
        Bin(
            b / bins,
            (b + 1) / bins,
            int((which == b).sum()),
            float(confidence[which == b].mean()),
            float(right[which == b].mean()),
        )
        for b in np.unique(which).tolist()
    ]


def expected_calibration_error(confidence: NDArray[np.floating], right: NDArray[np.bool_], bins: int = 10) -> float:
    """Mean gap between confidence and accuracy over bins of equal width, weighted by their texts; both (texts,)."""
    gaps = [b.texts * abs(b.confidence - b.accuracy) for b in reliability(confidence, right, bins)]
    return sum(gaps) / len(confidence)
