"""Make scores mean what they say, on texts that were never trained on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.calibration import label_features, softmax

Floats = NDArray[np.float32]


def temperature(logits: Floats, right: NDArray[np.bool_]) -> float:
    """The temperature that makes most likely what was right; logits (texts, ids), right (texts,) of the best id."""

    def surprise(t: float) -> float:
        sure = softmax(logits / np.float32(t)).max(1)
        return -float(np.log(np.where(right, sure, 1 - sure).clip(1e-6)).mean())

    return float(min(np.geomspace(0.5, 4.0, 61).tolist(), key=surprise))


def label_curve(labels: Floats, primary: Floats, truth: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Logistic curve over all (texts, ids) from both heads' logits (after Platt 1999)."""
    features = label_features(labels, primary)

    def loss(curve: NDArray[np.float64]) -> float:
        odds = features @ curve[:2] + curve[2]
        return float((np.logaddexp(0, odds) - truth * odds).mean())

    a, b, c = minimize(loss, np.array([1.0, 0.0, 0.0]), method="Nelder-Mead").x
    return round(float(a), 4), round(float(b), 4), round(float(c), 4)


def threshold_for_accuracy(confidence: Floats, right: NDArray[np.bool_], goal: float) -> float:
    """The lowest confidence above which the share of right texts is at least `goal`; both (texts,)."""
    order = np.argsort(-confidence)
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(share >= goal)
    return float(confidence[order][enough[-1]]) if len(enough) else 1.0
