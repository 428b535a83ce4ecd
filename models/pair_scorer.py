"""The trained pair score as numbers on disk: a small network and trees over pair features, and how common grams are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.artefact import ArtefactError
from models.pair_network import PairNetwork
from models.pair_trees import PairTrees
from nlp.gram_weights import GramWeights
from nlp.link_features import FEATURES
from nlp.ngrams import BUCKETS

SCORE = "score.json"
TREES = "trees.npz"
GRAMS = "grams.npz"


@dataclass(frozen=True, slots=True)
class TrainedPairScorer:
    """The mean of two log-odds on the features in the order of FEATURES: a small monotone network's and trees'.

    The network is steady where little was judged; the trees see more of what only holds together.
    """

    version: str
    width: int
    join_above: float
    network: PairNetwork
    trees: PairTrees
    background: GramWeights

    def log_odds(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Natural log-odds of `same problem`, shape (pairs,)."""
        return np.asarray((self.network.log_odds(features) + self.trees.log_odds(features)) / 2, np.float32)

    def save(self, folder: Path) -> None:
        """Write the artefact: the score as JSON, a line a feature, and the grams that are not rare."""
        folder.mkdir(parents=True, exist_ok=True)
        network = self.network
        head = {
            "version": self.version,
            "width": self.width,
            "join_above": round(self.join_above, 4),
            "base": round(network.base, 5),
            "bias": _rounded(network.bias),
            "out": _rounded(network.out),
        }
        weights = zip(FEATURES, _rounded(network.linear), map(_rounded, network.hidden), strict=True)
        features = [{"name": name, "linear": linear, "hidden": hidden} for name, linear, hidden in weights]
        lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
        lines.append('"features": [\n    ' + ",\n    ".join(map(json.dumps, features)) + "\n  ]")
        (folder / SCORE).write_text("{\n  " + ",\n  ".join(lines) + "\n}\n", "utf-8")
        trees = self.trees
        np.savez_compressed(
            folder / TREES,
            base=np.float32(trees.base),
            feature=trees.feature,
            threshold=trees.threshold,
            leaf=trees.leaf,
        )
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
    def load(cls, folder: Path) -> TrainedPairScorer:
        """Read the artefact. Raises ArtefactError where it is missing or made for other features."""
        for name in (SCORE, TREES, GRAMS):
            if not (folder / name).is_file():
                raise ArtefactError(f"{folder / name} is missing; reinstall minqing or run models.train_links")
        score = json.loads((folder / SCORE).read_text("utf-8"))
        features = score.get("features", [])
        if [feature["name"] for feature in features] != list(FEATURES):
            raise ArtefactError(f"{folder / SCORE} was made for other features; run models.train_links")
        with np.load(folder / TREES) as saved:
            trees = PairTrees(float(saved["base"]), saved["feature"], saved["threshold"], saved["leaf"])
        with np.load(folder / GRAMS) as grams:
            counts = np.zeros(BUCKETS, np.int32)
            counts[np.cumsum(grams["steps"].astype(np.int64))] = grams["counts"]
            background = GramWeights(counts, int(grams["documents"]))
        return cls(
            version=score["version"],
            width=score["width"],
            join_above=score["join_above"],
            network=PairNetwork(
                base=score["base"],
                linear=np.array([feature["linear"] for feature in features], np.float32),
                hidden=np.array([feature["hidden"] for feature in features], np.float32),
                bias=np.array(score["bias"], np.float32),
                out=np.array(score["out"], np.float32),
            ),
            trees=trees,
            background=background,
        )


def _rounded(values: NDArray[np.float32]) -> list[float]:
    return [round(float(value), 5) for value in values]
