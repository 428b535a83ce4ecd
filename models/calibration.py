"""How raw logits become probabilities; the numbers that it takes were fitted on held-out texts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def softmax(logits: Floats) -> Floats:
    """Probabilities over the last axis."""
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(powers / powers.sum(-1, keepdims=True), np.float32)


def label_features(labels: Floats, primary: Floats) -> Floats:
    """What tells whether a label applies: its own logit, and its log probability as the primary; (…, ids, 2)."""
    top = primary.max(-1, keepdims=True)
    log_sum = top + np.log(np.exp(primary - top).sum(-1, keepdims=True))
    return np.stack([labels, primary - log_sum], -1)


def label_probabilities(labels: Floats, primary: Floats, curve: tuple[float, float, float]) -> Floats:
    """Probability that each label applies (…, ids), from label and primary logits (…, ids)."""
    odds = label_features(labels, primary) @ np.array(curve[:2], np.float32) + np.float32(curve[2])
    return np.asarray(1 / (1 + np.exp(-odds)), np.float32)
