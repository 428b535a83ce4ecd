"""A small monotone network over pair features: what speaks for one problem never counts against it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

#: Hidden units of one network, networks that are averaged, and steps of the optimiser.
HIDDEN, NETWORKS, STEPS = 10, 3, 200
#: Ridge penalty on standardised weights.
RIDGE = 3.0


@dataclass(frozen=True, slots=True)
class PairNetwork:
    """log-odds = base + features · linear + sigmoid(features · hidden + bias) · out; all float32.

    Shapes: linear (features,), hidden (features, units), bias and out (units,).
    """

    base: float
    linear: NDArray[np.float32]
    hidden: NDArray[np.float32]
    bias: NDArray[np.float32]
    out: NDArray[np.float32]

    def log_odds(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Natural log-odds of `same problem`, shape (pairs,)."""
        units = 1 / (1 + np.exp(-(features @ self.hidden + self.bias)))
        return np.asarray(features @ self.linear + units @ self.out + np.float32(self.base), np.float32)

    @classmethod
    def fit(
        cls,
        features: NDArray[np.float32],
        same: NDArray[np.bool_],
        weight: NDArray[np.float32],
        *,
        signs: NDArray[np.int8],
        seed: int,
    ) -> PairNetwork:
        """Least weighted log-loss with ridge, by L-BFGS-B; needs scipy.

        signs (features,): 1 where a feature may only speak for one problem, -1 only against, 0 either way.
        """
        mean, deviation = features.mean(axis=0, dtype=np.float64), features.std(axis=0, dtype=np.float64) + 1e-6
        turn = np.where(signs < 0, -1.0, 1.0)
        x = (features - mean) / deviation * turn
        rng = np.random.default_rng(seed)
        parts = [_descend(x, same, weight, free=signs == 0, rng=rng) for _ in range(NETWORKS)]
        scale = turn / deviation
        linear = np.mean([part[0] for part in parts], axis=0) * scale
        hidden = np.concatenate([part[1] for part in parts], axis=1) * scale[:, None]
        bias = np.concatenate([part[2] for part in parts]) - mean @ hidden
        out = np.concatenate([part[3] for part in parts]) / NETWORKS
        base = float(np.mean([part[4] for part in parts]) - mean @ linear)
        return cls(base, *(np.asarray(each, np.float32) for each in (linear, hidden, bias, out)))


def _descend(
    x: Doubles,
    same: NDArray[np.bool_],
    weight: NDArray[np.float32],
    *,
    free: NDArray[np.bool_],
    rng: np.random.Generator,
) -> tuple[Doubles, Doubles, Doubles, Doubles, float]:
    """(linear, hidden, bias, out, base) on standardised features that all speak for one problem but the free ones."""
    from scipy.optimize import minimize  # for training only

    wide = x.shape[1]
    cuts = np.cumsum([wide, wide * HIDDEN, HIDDEN, HIDDEN])

    def loss(beta: Doubles) -> tuple[float, Doubles]:
        linear, hidden, bias, out, base = np.split(beta, cuts)
        hidden = hidden.reshape(wide, HIDDEN)
        units = 1 / (1 + np.exp(-(x @ hidden + bias)))
        z = x @ linear + units @ out + base
        error = weight * (1 / (1 + np.exp(-z)) - same)
        back = error[:, None] * out * units * (1 - units)
        shrunk = np.concatenate((linear, hidden.ravel(), out))
        value = float((weight * (np.logaddexp(0, z) - same * z)).sum() + RIDGE / 2 * np.square(shrunk).sum())
        return value, np.concatenate(
            (
                x.T @ error + RIDGE * linear,
                (x.T @ back + RIDGE * hidden).ravel(),
                back.sum(axis=0),
                units.T @ error + RIDGE * out,
                [error.sum()],
            )
        )

    floor = np.where(free, -np.inf, 0.0)
    lower = np.concatenate((floor, np.repeat(floor, HIDDEN), np.full(HIDDEN, -np.inf), np.zeros(HIDDEN), [-np.inf]))
    start = np.concatenate(
        (np.zeros(wide), rng.uniform(0, 0.6, wide * HIDDEN), rng.uniform(-3, 0, HIDDEN), np.ones(HIDDEN), [-4.0])
    )
    bounds = [(low, None) for low in lower.tolist()]
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": STEPS}).x
    linear, hidden, bias, out, base = np.split(found, cuts)
    return linear, hidden.reshape(wide, HIDDEN), bias, out, float(base[0])
