"""Boosted trees as plain arrays: what scikit-learn grew, run by numpy alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Questions from a tree's root to its leaves; trees are filled up to this depth, so that all are run at once.
DEPTH = 3
_INNER = 2**DEPTH - 1
#: Questions as they are answered: of the lowest, first those that a left answer leads to, then the others.
_SIDES = [0, 1, 2, 3, 5, 4, 6]


@dataclass(frozen=True, slots=True)
class PairTrees:
    """Log-odds = base + the sum of one leaf a tree.

    feature (int16), threshold (float32): shape (trees, 7), the children of question k being 2k + 1, where the feature
    is at most the threshold, and 2k + 2; leaf: float32 (trees, 8), from left to right.
    """

    base: float
    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    leaf: NDArray[np.float32]
    #: The distinct questions, and which of them is asked where, (7, trees), in the order of _SIDES.
    _feature: NDArray[np.int64] = field(init=False, repr=False)
    _threshold: NDArray[np.float32] = field(init=False, repr=False)
    _asked: NDArray[np.int64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        questions = np.stack((self.feature, self.threshold), axis=-1, dtype=np.float64).reshape(-1, 2)
        distinct, asked = np.unique(questions, axis=0, return_inverse=True)
        object.__setattr__(self, "_feature", distinct[:, 0].astype(np.int64))
        object.__setattr__(self, "_threshold", distinct[:, 1:].astype(np.float32))
        object.__setattr__(self, "_asked", asked.reshape(self.feature.shape).T[_SIDES])

    def log_odds(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Natural log-odds of `same problem`, shape (pairs,)."""
        # each distinct question once; pairs last, so that every step runs along them: (7, trees, pairs)
        answers = features.T.take(self._feature, axis=0) > self._threshold
        right = answers.view(np.uint8).take(self._asked, axis=0)
        one = right[0]
        two = _choose(right[1], right[2], one)
        lower = _choose(right[3:5], right[5:7], two)
        three = _choose(lower[0], lower[1], one)
        at = np.arange(0, self.leaf.size, _INNER + 1)[:, None] + (one << 2 | two << 1 | three)
        return np.asarray(self.leaf.take(at).sum(axis=0) + np.float32(self.base))

    @classmethod
    def grow(
        cls, features: NDArray[np.float32], same: NDArray[np.bool_], weight: NDArray[np.float32], *, seed: int
    ) -> PairTrees:
        """Gradient boosting of shallow trees (Friedman 2001); needs scikit-learn."""
        from sklearn.ensemble import HistGradientBoostingClassifier  # for training only

        model = HistGradientBoostingClassifier(
            max_iter=150,
            max_depth=DEPTH,
            learning_rate=0.08,
            min_samples_leaf=40,
            l2_regularization=5,
            early_stopping=False,
            random_state=seed,
        ).fit(features, same, sample_weight=weight)
        trees = [stage[0].nodes for stage in model._predictors]
        feature = np.zeros((len(trees), _INNER), np.int16)
        threshold = np.full((len(trees), _INNER), np.inf, np.float32)
        leaf = np.zeros((len(trees), _INNER + 1), np.float32)
        for number, nodes in enumerate(trees):
            _fill(nodes, 0, 0, feature[number], threshold[number], leaf[number])
        return cls(float(model._baseline_prediction.ravel()[0]), feature, threshold, leaf)


def _choose(left: NDArray[np.uint8], right: NDArray[np.uint8], which: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """All 0 or 1: `right` where `which` is 1; some times faster than numpy's `where`."""
    return left ^ (left ^ right) & which


def _fill(
    nodes: Any,
    node: int,
    at: int,
    feature: NDArray[np.int16],
    threshold: NDArray[np.float32],
    leaf: NDArray[np.float32],
) -> None:
    """Copy a node and all under it to place `at`; a leaf that comes early is asked nothing and always goes left."""
    if at >= _INNER:
        leaf[at - _INNER] = nodes[node]["value"]
        return
    if nodes[node]["is_leaf"]:
        _fill(nodes, node, 2 * at + 1, feature, threshold, leaf)
        return
    feature[at], threshold[at] = nodes[node]["feature_idx"], nodes[node]["num_threshold"]
    _fill(nodes, int(nodes[node]["left"]), 2 * at + 1, feature, threshold, leaf)
    _fill(nodes, int(nodes[node]["right"]), 2 * at + 2, feature, threshold, leaf)
