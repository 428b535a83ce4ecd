"""The trained pair score as numbers on disk: a logistic regression over pair features, and how common grams are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.artefact import ArtefactError
from nlp.gram_weights import GramWeights
from nlp.link_features import FEATURES
from nlp.ngrams import BUCKETS

SCORE = "score.json"
GRAMS = "grams.npz"


@dataclass(frozen=True, slots=True)
class LogisticPairScorer:
    """log-odds = intercept + features · weights; `weights` is float32 (len(FEATURES),) in the order of FEATURES."""

    version: str
    width: int
    join_above: float
    intercept: float
    weights: NDArray[np.float32]
    background: GramWeights

    def log_odds(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Natural log-odds of `same problem`, shape (pairs,)."""
        return np.asarray(features @ self.weights + np.float32(self.intercept), np.float32)

    def save(self, folder: Path) -> None:
        """Write the artefact: the score as JSON, one readable line a feature, and the grams that are not rare."""
        folder.mkdir(parents=True, exist_ok=True)
        score = {
            "version": self.version,
            "width": self.width,
            "join_above": round(self.join_above, 4),
            "intercept": round(self.intercept, 5),
            "weights": {name: round(float(w), 5) for name, w in zip(FEATURES, self.weights, strict=True)},
        }
        (folder / SCORE).write_text(json.dumps(score, indent=2) + "\n", "utf-8")
        counts = self.background.counts
        # grams of one report only are left out: most of the space, and unseen ones weigh nearly the same
        buckets = np.flatnonzero(counts > 1)
        np.savez_compressed(
            folder / GRAMS,
            steps=np.diff(buckets, prepend=0).astype(np.uint32),
            counts=np.minimum(counts[buckets], 65535).astype(np.uint16),
            documents=np.int64(self.background.documents),
        )

    @classmethod
    def load(cls, folder: Path) -> LogisticPairScorer:
        """Read the artefact. Raises ArtefactError where it is missing or made for other features."""
        for name in (SCORE, GRAMS):
            if not (folder / name).is_file():
                raise ArtefactError(f"{folder / name} is missing; reinstall minqing or run models.train_links")
        score = json.loads((folder / SCORE).read_text("utf-8"))
        if set(score["weights"]) != set(FEATURES):
            raise ArtefactError(f"{folder / SCORE} was made for other features; run models.train_links")
        with np.load(folder / GRAMS) as grams:
            counts = np.zeros(BUCKETS, np.int32)
            counts[np.cumsum(grams["steps"].astype(np.int64))] = grams["counts"]
            background = GramWeights(counts, int(grams["documents"]))
        return cls(
            version=score["version"],
            width=score["width"],
            join_above=score["join_above"],
            intercept=score["intercept"],
            weights=np.array([score["weights"][name] for name in FEATURES], np.float32),
            background=background,
        )
