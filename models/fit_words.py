"""Fit the linear models of n-grams: for the categories, and for departments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from corpora import Example
from models.words import Words, grams

#: Texts a gram must occur in at least, and the share of them that it may occur in at most.
FEWEST = 6
MOST = 0.5
#: How much of a say words have in categories and in departments, beside the encoder's logits: measured in LOG.md.
SAY = 6.0
SAY_OF_DEPARTMENTS = 12.0
#: Penalty of errors: of categories, of departments.
_STRICT = 1.0
_STRICT_OF_DEPARTMENTS = 2.0


def fit_categories(examples: Sequence[Example], ids: Sequence[str], *, seed: int) -> Words:
    """Columns as the encoder's logits (2 × ids): being the primary among all, then applying at all."""
    primary = np.array([[e.primary == i for i in ids] for e in examples])
    applies = np.array([[i in e.labels or i == e.primary for i in ids] for e in examples])
    truth = np.concatenate([primary, applies], 1)
    return _fit([e.text for e in examples], truth, (*ids, *ids), SAY, shortest=1, strict=_STRICT, seed=seed)


def fit_departments(texts: Sequence[Example], *, seed: int) -> Words:
    """From texts of which each one's service is known."""
    services = tuple(sorted({text.primary for text in texts}))
    truth = np.array([[text.primary == s for s in services] for text in texts])
    strict = _STRICT_OF_DEPARTMENTS
    return _fit(
        [text.text for text in texts], truth, services, SAY_OF_DEPARTMENTS, shortest=2, strict=strict, seed=seed
    )


def _fit(
    texts: Sequence[str],
    truth: NDArray[np.bool_],
    ids: tuple[str, ...],
    say: float,
    *,
    shortest: int,
    strict: float,
    seed: int,
) -> Words:
    """One machine a column of truth (texts, ids), on grams of `shortest` to 3 characters.

    Where a column is never true, its score is that of what never is.
    """
    counted = [np.unique(np.concatenate(grams(text)[shortest - 1 :]), return_counts=True) for text in texts]
    occurs = Counter(key for keys, _ in counted for key in keys.tolist())
    known = sorted(key for key, count in occurs.items() if FEWEST <= count <= MOST * len(texts))
    keys = np.array(known, np.uint64)
    rarity = np.log((1 + len(texts)) / (1 + np.array([occurs[key] for key in known]))) + 1
    seen = normalize(_table(counted, keys).multiply(rarity).tocsr())

    weights, offset = np.zeros((len(ids), len(keys))), np.full(len(ids), -1.5)
    for column in np.flatnonzero(truth.any(0)):
        machine = LinearSVC(C=strict, random_state=seed).fit(seen, truth[:, column])
        weights[column], offset[column] = machine.coef_[0], machine.intercept_[0]
    scale = (np.abs(weights).max(1) / 127).clip(1e-12)
    return Words(
        ids=ids,
        keys=keys,
        rarity=rarity.astype(np.float32),
        weights=np.ascontiguousarray(np.rint(weights / scale[:, None]).astype(np.int8).T),
        scale=(say * scale).astype(np.float32),
        offset=(say * offset).astype(np.float32),
    )


def _table(counted: Sequence[tuple[NDArray[np.uint64], NDArray[np.int64]]], keys: NDArray[np.uint64]) -> csr_array:
    """1 + log of how often each text has each of the keys, (texts, keys)."""
    columns, values = [], []
    for found, counts in counted:
        inside = np.isin(found, keys, assume_unique=True)
        columns.append(np.searchsorted(keys, found[inside]).astype(np.int32))
        values.append(1 + np.log(counts[inside], dtype=np.float64))
    ends = np.cumsum([0, *map(len, columns)], dtype=np.int32)
    return csr_array((np.concatenate(values), np.concatenate(columns), ends), shape=(len(counted), len(keys)))
