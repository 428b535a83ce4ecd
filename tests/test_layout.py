"""Vectors are laid out so that what is alike lies together, the same way every time."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from nlp.layout import group_points, lay_out


def clusters(each: int, centres: int = 4) -> NDArray[np.float32]:
    random = np.random.default_rng(7)
    middle = random.normal(size=(centres, 32))
    vectors = np.repeat(middle, each, axis=0) + random.normal(0, 0.15, (each * centres, 32))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_clusters_stay_together_and_apart() -> None:
    points = lay_out(clusters(60)).reshape(4, 60, 2)
    middles = points.mean(1)
    within = max(
        float(np.linalg.norm(group - middle, axis=1).mean()) for group, middle in zip(points, middles, strict=True)
    )
    between = min(float(np.linalg.norm(middles[i] - middles[j])) for i in range(4) for j in range(i))
    assert between > 2 * within


def test_the_same_vectors_lie_at_the_same_places() -> None:
    vectors = clusters(30)
    assert np.array_equal(lay_out(vectors), lay_out(vectors))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 9, 40])
def test_any_number_of_vectors_is_laid_out_within_the_plane(count: int) -> None:
    points = lay_out(clusters(10)[:count])
    assert points.shape == (count, 2)
    assert np.isfinite(points).all()
    assert (np.abs(points) <= 1).all()


def test_equal_vectors_are_no_trouble() -> None:
    assert np.isfinite(lay_out(np.repeat(clusters(1)[:1], 50, axis=0))).all()


def test_groups_of_points_are_found() -> None:
    points = np.array([[0, 0], [0, 0.1], [1, 1], [1, 0.9]], np.float32)
    first, second, third, fourth = group_points(points, 2)
    assert first == second
    assert third == fourth
