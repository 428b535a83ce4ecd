"""Places on a plane for many vectors, so that what is alike lies together; light enough for 50,000 on one core.

A few hundred landmarks (spherical k-means) are laid out by exact t-SNE (van der Maaten, Hinton 2008); every vector then
lies between its nearest landmarks, and a little off in the direction in which it differs from them (the two main
components of all differences). Distances within a group mean something, those between groups little, axes nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: Landmarks at most, vectors they are learned from, and rounds of learning.
LANDMARKS, SAMPLE, ROUNDS = 320, 8000, 8
#: Landmarks between which a vector lies, and how sharply the nearest prevails (per unit of cosine).
BETWEEN, SHARPNESS = 4, 24.0
#: t-SNE: neighbours that count, steps, steps of early exaggeration.
NEIGHBOURS, STEPS, EARLY = 12.0, 400, 100
#: How far off its landmarks a vector may lie, as a part of the plane's width.
SPREAD = 0.05

_SLICE = 8192


def lay_out(vectors: Floats, *, seed: int = 0) -> Floats:
    """Positions (n, 2) in [-1, 1] of unit vectors (n, width); the same for the same vectors and seed."""
    count = len(vectors)
    if count < 3:
        return np.zeros((count, 2), np.float32) + np.linspace(-0.5, 0.5, count, dtype=np.float32)[:, None]
    random = np.random.default_rng(seed)
    sample = vectors[np.sort(random.choice(count, min(count, SAMPLE), replace=False))]
    landmarks = _landmarks(sample, max(2, min(LANDMARKS, count // 4)), random)
    plane = _tsne(landmarks, random) if len(landmarks) > 3 else _components(landmarks) @ np.eye(2, dtype=np.float32)
    plane = (plane / max(float(np.abs(plane).max()), 1e-9)).astype(np.float32)
    return _between(vectors, landmarks, plane)


def group_points(points: Floats, groups: int, *, seed: int = 0) -> NDArray[np.int64]:
    """Which of up to `groups` groups each point (n, 2) is in: plain k-means."""
    random = np.random.default_rng(seed)
    centres = points[random.choice(len(points), min(groups, len(points)), replace=False)]
    nearest = np.zeros(len(points), np.int64)
    for _ in range(12):
        nearest = np.asarray(((centres**2).sum(1) - 2 * points @ centres.T).argmin(1), np.int64)
        for index in range(len(centres)):
            if (nearest == index).any():
                centres[index] = points[nearest == index].mean(0)
    return nearest


def _landmarks(sample: Floats, count: int, random: np.random.Generator) -> Floats:
    centres = sample[random.choice(len(sample), min(count, len(sample)), replace=False)].copy()
    for _ in range(ROUNDS):
        nearest = (sample @ centres.T).argmax(1)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, sample)
        full = np.bincount(nearest, minlength=len(centres)) > 0
        centres[full] = sums[full]
        centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
    return np.unique(centres, axis=0)


def _tsne(vectors: Floats, random: np.random.Generator) -> Floats:
    near = _affinities(2 - 2 * np.clip(vectors @ vectors.T, -1, 1).astype(np.float64))
    places = random.normal(0, 1e-4, (len(vectors), 2))
    speed = np.zeros_like(places)
    rate = max(10.0, len(vectors) / 4)
    for step in range(STEPS):
        x, y = (places[:, axis, None] - places[:, axis] for axis in (0, 1))
        heavy = 1 / (1 + x * x + y * y)
        np.fill_diagonal(heavy, 0)
        pull = (near * (12.0 if step < EARLY else 1.0) - heavy / heavy.sum()) * heavy
        slope = 4 * np.stack([(pull * x).sum(1), (pull * y).sum(1)], axis=1)
        speed = (0.5 if step < EARLY else 0.8) * speed - rate * slope
        places = places + speed
        places -= places.mean(0)
    return np.asarray(places, np.float32)


def _affinities(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    """How near each is to each, both ways, summing to 1: about NEIGHBOURS count for each."""
    count = len(distances)
    wanted = np.log(min(NEIGHBOURS, (count - 1) / 3))
    near = np.zeros_like(distances)
    for row in range(count):
        others = np.delete(distances[row], row)
        others = others - others.min()
        low, high, width = 0.0, np.inf, 1.0
        for _ in range(50):
            weights = np.exp(-others * width)
            total = weights.sum()
            entropy = np.log(total) + width * float(others @ weights) / total
            if entropy > wanted:
                low, width = width, width * 2 if high == np.inf else (width + high) / 2
            else:
                high, width = width, (low + width) / 2
        near[row, np.arange(count) != row] = weights / total
    return (near + near.T) / (2 * count)


def _between(vectors: Floats, landmarks: Floats, plane: Floats) -> Floats:
    between = min(BETWEEN, len(landmarks))
    places = np.empty((len(vectors), 2), np.float32)
    off = np.empty((len(vectors), vectors.shape[1]), np.float32)
    for start in range(0, len(vectors), _SLICE):
        part = vectors[start : start + _SLICE]
        alike = part @ landmarks.T
        nearest = np.argpartition(alike, -between, axis=1)[:, -between:]
        weights = np.exp(SHARPNESS * (np.take_along_axis(alike, nearest, 1) - alike.max(1, keepdims=True)))
        weights /= weights.sum(1, keepdims=True)
        places[start : start + len(part)] = (weights[:, :, None] * plane[nearest]).sum(1)
        off[start : start + len(part)] = part - landmarks[alike.argmax(1)]
    directions = off @ _components(off[:: max(1, len(off) // SAMPLE)])
    scale = np.percentile(np.abs(directions), 98) or 1.0
    return np.clip(places + np.clip(directions / scale, -1, 1) * np.float32(SPREAD), -1, 1).astype(np.float32)


def _components(rows: Floats) -> Floats:
    """The two directions (width, 2) along which rows differ most."""
    centred = rows - rows.mean(0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    return np.asarray(vectors[:, -2:], np.float32)
