"""Train the pair score that linking uses: `python -m models.train_links --data FOLDER`. Reads top to bottom.

A logistic regression: few hundred judged pairs do not carry more (see LOG.md), and its weights can be read.
The vectors saw the judged issues in their own training, so there they flatter; `TRUST` takes that back.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.assemble import ENCODER, load_pipeline
from models.link_pairs import (
    Pairs,
    analyse,
    background_texts,
    count_background,
    draw_pairs,
    read_judged,
    read_written_judged,
)
from models.pair_scorer import LogisticPairScorer
from nlp.link_features import FEATURES

LOG = logging.getLogger(__name__)
OUT = Path(__file__).parent / "artefacts" / "links"

#: Ridge penalty on standardised weights.
RIDGE = 3.0
#: How much a written pair counts beside a real one: written tellings share fewer words than real ones do.
WRITTEN = 0.1
#: Mean log-odds from which on a report joins; chosen on dev, where 0 joins too little.
JOIN_ABOVE = -1.5
#: Features that may only speak against one problem; all others but the length's may only speak for it.
AGAINST = frozenset({"days_apart", "other_district", "names_clash", "other_number"})


def logistic(pairs: Pairs) -> tuple[NDArray[np.float32], float]:
    """(weights, intercept) on raw features. Signs are bound: without, likeness of words came to speak against."""
    mean, deviation = pairs.features.mean(axis=0), pairs.features.std(axis=0) + 1e-6
    x = ((pairs.features - mean) / deviation).astype(np.float64)

    def loss(beta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        z = x @ beta[:-1] + beta[-1]
        error = pairs.weight * (1 / (1 + np.exp(-z)) - pairs.same)
        likelihood = pairs.weight * (np.logaddexp(0, z) - pairs.same * z)
        gradient = np.append(x.T @ error + RIDGE * beta[:-1], error.sum())
        return float(likelihood.sum() + RIDGE / 2 * np.square(beta[:-1]).sum()), gradient

    bounds = [*(_bounds(name) for name in FEATURES), (None, None)]
    beta = minimize(loss, np.zeros(len(FEATURES) + 1), jac=True, bounds=bounds, method="L-BFGS-B").x
    weights = beta[:-1] / deviation
    return weights.astype(np.float32), float(beta[-1] - weights @ mean)


def _bounds(feature: str) -> tuple[float | None, float | None]:
    if feature == "length_ratio":
        return None, None
    return (None, 0.0) if feature in AGAINST else (0.0, None)


def together(parts: Sequence[Pairs]) -> Pairs:
    return Pairs(
        np.concatenate([p.features for p in parts]),
        np.concatenate([p.same for p in parts]),
        np.concatenate([p.weight for p in parts]),
    )


def train(data: Path, out: Path, encoder: Path) -> LogisticPairScorer:
    pipeline = load_pipeline(encoder)
    background = count_background(list(background_texts(data)))
    LOG.info("background: %d texts", background.documents)
    parts = []
    for judged, counts in ((read_judged(data), 1.0), (read_written_judged(), WRITTEN)):
        analyses = analyse(pipeline, judged.reports)
        drawn = draw_pairs(judged, analyses, background, width=len(analyses[0].vector))
        parts.append(replace(drawn, weight=drawn.weight * counts))
        LOG.info("%d reports, %d pairs, %d the same", len(judged.reports), len(parts[-1].same), parts[-1].same.sum())
    pairs = together(parts)
    weights, intercept = logistic(pairs)
    scorer = LogisticPairScorer(
        version=f"links-{date.today().isoformat()}",
        width=len(analyses[0].vector),
        join_above=JOIN_ABOVE,
        intercept=intercept,
        weights=weights,
        background=background,
    )
    scorer.save(out)
    LOG.info("weights %s", json.dumps(dict(zip(FEATURES, np.round(weights, 2).tolist(), strict=True))))
    return scorer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds links/ and reports/")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--encoder", type=Path, default=ENCODER)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    train(arguments.data, arguments.out, arguments.encoder)


if __name__ == "__main__":
    main()
