"""Make scores mean what they say, on texts that were never trained on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

Floats = NDArray[np.floating]


def temperature(logits: Floats, right: NDArray[np.bool_]) -> float:
    """The temperature that best explains which ids were right (Guo et al. 2017).

    logits: (texts, ids); right: (texts, ids), True where the id would have been accepted.
    """

    def loss(log_t: float) -> float:
        powers = logits / np.exp(log_t)
        powers = powers - powers.max(1, keepdims=True)
        probabilities = np.exp(powers) / np.exp(powers).sum(1, keepdims=True)
        return float(-np.log((probabilities * right).sum(1).clip(1e-9)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def platt(logits: Floats, truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset of a logistic curve over all (texts, ids) label logits (Platt 1999)."""

    def loss(parameters: Floats) -> float:
        z = parameters[0] * logits + parameters[1]
        return float((np.logaddexp(0, z) - truth * z).mean())

    slope, offset = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    return float(slope), float(offset)


def threshold_for_accuracy(confidence: Floats, right: NDArray[np.bool_], goal: float) -> float:
    """The lowest confidence above which the share of right texts is at least `goal`; both (texts,)."""
    order = np.argsort(-confidence)
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(share >= goal)
    return float(confidence[order][enough[-1]]) if len(enough) else 1.0
