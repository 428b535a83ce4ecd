"""What a daily series leads one to expect: a rate, a rhythm of weekdays and holidays, and how much days scatter.

The model is the one of public-health surveillance (Farrington et al. 1996, doi:10.2307/2983331; Noufaily et al. 2013,
doi:10.1002/sim.5595): counts are negative binomial, fitted to the series' own past with unusual days held down. Two
things differ, for series of few reports: the rhythm and the scatter lean on a prior that many reports overcome, and
what is not known of the rate widens the prediction (a gamma posterior on it) instead of being left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.holidays import HOLIDAY, KINDS, MAKE_UP, Calendar
from nlp.series import Series

#: Reports' worth of belief that a weekday is like any other, and a holiday like a Sunday.
_RHYTHM_PRIOR = 8.0
#: The scatter believed in before any is seen: variance = mean + mean², with the weight of 5 units of mean².
_SCATTER, _SCATTER_PRIOR = 1.0, 5.0
#: Days above the mean plus so many standard deviations, and above so many reports, count as no more than that: past
#: surges must not hide new ones. In a series of few reports the second keeps its ordinary scatter from being cut off.
_HELD_DOWN, _NOT_BELOW, _ROUNDS = 5.0, 3.0, 10
#: Terms of a tail that are summed at once: most need no more.
_TERMS = 16


@dataclass(frozen=True, slots=True)
class Baseline:
    """A fitted past: `rate` is reports on a day of weight 1, `weights` one number a kind of day (`Calendar.kind`).

    `scatter` is c in variance = mean + c·mean² of a day; `seen` how many reports the rate rests on.
    """

    rate: float
    weights: tuple[float, ...]
    scatter: float
    seen: float


@dataclass(frozen=True, slots=True)
class Baselines:
    """Fitted pasts of many series over the same days: the fields of `Baseline`, with a row a series."""

    rates: NDArray[np.float64]
    weights: NDArray[np.float64]
    scatters: NDArray[np.float64]
    seen: NDArray[np.float64]

    def spread(self, days: NDArray[np.int_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(mean, size) of the negative binomial of each series (rows) on `days[kind, window]` days of each kind.

        Days scatter each for itself, the rate's error is common to all: their variances add, and the sum is taken as
        the negative binomial of that mean and variance.
        """
        means = self.rates[:, None] * (self.weights @ days)
        squares = self.rates[:, None] ** 2 * (self.weights**2 @ days)
        return means, 1 / (self.scatters[:, None] * squares / means**2 + 1 / self.seen[:, None])

    def __getitem__(self, row: int) -> Baseline:
        weights = tuple(map(float, self.weights[row]))
        return Baseline(float(self.rates[row]), weights, float(self.scatters[row]), float(self.seen[row]))


def kinds_of(series: Series, calendar: Calendar) -> NDArray[np.int_]:
    """The kind of each day of a daily series. Raises ValueError for a series of hours or weeks."""
    if series.period != "day":
        raise ValueError(f"a baseline is made from counts a day, not a {series.period}; count with period='day'")
    return np.array([calendar.kind(series.day(i)) for i in range(len(series.counts))], dtype=np.int_)


def fit_baseline(counts: NDArray[np.int_], kinds: NDArray[np.int_]) -> Baseline:
    """Fit one past: `counts[i]` reports on a day of kind `kinds[i]`; at least one day."""
    return fit_baselines(counts[None], kinds)[0]


def fit_baselines(counts: NDArray[np.int_], kinds: NDArray[np.int_]) -> Baselines:
    """Fit the past of each series: `counts[series, i]` reports on a day of kind `kinds[i]`; at least one day."""
    held, of_kind = counts.astype(np.float64), np.eye(KINDS)[kinds]
    fitted = _fit(held, of_kind)
    open_ = np.arange(len(held))
    # Each round the surges weigh less on the scatter that decides how far they are held down.
    for _ in range(_ROUNDS):
        means = fitted.rates[open_, None] * fitted.weights[open_]
        limits = means + _HELD_DOWN * np.sqrt(means + fitted.scatters[open_, None] * means**2)
        limit = np.maximum(limits, _NOT_BELOW)[:, kinds]
        above = (held[open_] > limit).any(axis=1)
        open_ = open_[above]
        if not len(open_):
            break
        held[open_] = np.minimum(held[open_], limit[above])
        again = _fit(held[open_], of_kind)
        for name in Baselines.__slots__:
            getattr(fitted, name)[open_] = getattr(again, name)
    return fitted


def upper_tails(
    counts: NDArray[np.int_], means: NDArray[np.float64], sizes: NDArray[np.float64], *, enough: float = 1.0
) -> NDArray[np.float64]:
    """P(X >= count) for negative binomials, each of its mean > 0 and size > 0 (variance mean + mean²/size).

    Summed from `count` upwards, so small tails keep their digits: relative error below 1e-9 for sizes up to 10,000.
    enough: a tail above it is told only in part, which is above it too.
    """
    ratios = means / (means + sizes)
    odds = counts * np.log(ratios) - sizes * np.log1p(means / sizes)
    terms = np.exp(_lgammas(counts + sizes) - _lgammas(sizes) - _lgammas(counts + 1) + odds)
    tails = np.where(counts > 0, 0.0, 1.0)
    open_ = np.flatnonzero(counts > 0)
    terms, k = terms[open_], counts[open_, None] + np.arange(_TERMS)
    while len(open_):
        steps = (k + sizes[open_, None]) / (k + 1) * ratios[open_, None]
        following = terms[:, None] * steps.cumprod(axis=1)
        tails[open_] += terms + following[:, :-1].sum(axis=1)
        # Beyond the mean each step is smaller than the last by a factor that falls towards the ratio: what is left is
        # at most the next term / (1 - step).
        total, step, terms = tails[open_], steps[:, -1], following[:, -1]
        more = (total <= enough) & ((step >= 1) | (terms > 1e-12 * (1 - step) * total))
        open_, terms, k = open_[more], terms[more], k[more] + _TERMS
    return np.minimum(tails, 1.0)


def _lgammas(values: NDArray[Any]) -> NDArray[np.float64]:
    return np.fromiter(map(lgamma, values.tolist()), np.float64, len(values))


def _fit(counts: NDArray[np.float64], of_kind: NDArray[np.float64]) -> Baselines:
    """Of counts (series, day) on days of which each is of one kind (day, kind)."""
    reports, days = counts @ of_kind, of_kind.sum(axis=0)
    total = reports.sum(axis=1, keepdims=True)
    mean = total / len(of_kind)
    prior = np.ones((len(counts), KINDS))
    weekdays = (reports[:, :7] + _RHYTHM_PRIOR) / (mean * days[:7] + _RHYTHM_PRIOR)
    prior[:, HOLIDAY], prior[:, MAKE_UP] = weekdays[:, 6], weekdays[:, :5].mean(axis=1)
    weights = (reports + _RHYTHM_PRIOR * prior) / (mean * days + _RHYTHM_PRIOR)
    seen = total + 0.5  # Jeffreys' prior for a Poisson rate: a past without a report still leaves one possible
    rates = seen / (weights @ days)[:, None]
    means = rates * weights
    squares = (means**2) @ days
    # the sum of (count - mean)² - mean over the days, each kind's at once
    beyond = np.einsum("sd,sd->s", counts, counts) - (means * (2 * reports + days)).sum(axis=1) + squares
    scatters = (beyond + _SCATTER * _SCATTER_PRIOR) / (squares + _SCATTER_PRIOR)
    return Baselines(rates[:, 0], weights, np.maximum(scatters, 0.01), seen[:, 0])
