"""What linking asks of a learned pair score: behaviour, not a class."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nlp.gram_weights import GramWeights
from nlp.link_features import FEATURES


class PairScorer(Protocol):
    """Says of pairs of reports, told by their features, how likely they speak of one concrete problem."""

    @property
    def version(self) -> str:
        """Name and date of the artefact."""

    @property
    def width(self) -> int:
        """Width of the sentence vectors it was learned with."""

    @property
    def join_above(self) -> float:
        """Mean log-odds over an issue's members from which on a report joins it."""

    @property
    def background(self) -> GramWeights:
        """How common grams are in general; never changed, a store counts on in a copy."""

    def log_odds(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Calibrated natural log-odds of `same problem`; features (pairs, len(FEATURES)), as of `Comparer`."""


class PlainScorer:
    """A hand-set score, for tests and for a store without a trained artefact; says so in its version."""

    version = "plain"
    join_above = 0.0

    def __init__(self, width: int = 384) -> None:
        self.width = width
        self.background = GramWeights()
        weights = {
            "vector_cosine": 3.0,
            "about_cover_low": 3.0,
            "name_cover_high": 2.0,
            "text_cosine": 4.0,
            "copied": 4.0,
            "names_alike": 1.5,
            "names_clash": -5.0,
            "other_district": -4.0,
            "other_number": -2.0,
        }
        self._weights = np.array([weights.get(name, 0.0) for name in FEATURES], np.float32)

    def log_odds(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(features @ self._weights - np.float32(3.5), np.float32)
