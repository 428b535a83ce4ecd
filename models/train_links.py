"""Train the pair score that linking uses: `python -m models.train_links --data FOLDER`. Reads top to bottom.

A logistic regression: few hundred judged pairs do not carry more (see LOG.md), and its weights can be read.
The vectors saw the judged issues in their own training, so there they flatter; `TRUST` takes that back.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

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
#: Mean log-odds from which on a report joins; chosen on judged issues of other messages.
JOIN_ABOVE = -2.0


def logistic(pairs: Pairs, *, steps: int = 30) -> tuple[NDArray[np.float32], float]:
    """(weights, intercept) by Newton's method on standardised features, folded back to raw ones."""
    mean, deviation = pairs.features.mean(axis=0), pairs.features.std(axis=0) + 1e-6
    x = np.column_stack((np.ones(len(pairs.features)), (pairs.features - mean) / deviation)).astype(np.float64)
    penalty = RIDGE * np.eye(x.shape[1])
    penalty[0, 0] = 1e-6
    beta = np.zeros(x.shape[1])
    for _ in range(steps):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        gradient = x.T @ (pairs.weight * (pairs.same - p)) - penalty @ beta
        step = np.linalg.solve((x * (pairs.weight * p * (1 - p))[:, None]).T @ x + penalty, gradient)
        beta += step
        if np.abs(step).max() < 1e-6:
            break
    weights = beta[1:] / deviation
    return weights.astype(np.float32), float(beta[0] - weights @ mean)


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
    for judged in (read_judged(data), read_written_judged()):
        analyses = analyse(pipeline, judged.reports)
        parts.append(draw_pairs(judged, analyses, background, width=len(analyses[0].vector)))
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
