"""Train the pair score that linking uses: `python -m models.train_links --data FOLDER`. Reads top to bottom.

A small monotone network: a few hundred judged pairs do not carry more (see LOG.md).
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from dataclasses import replace
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
from models.pair_network import PairNetwork
from models.pair_scorer import TrainedPairScorer
from models.pair_trees import PairTrees
from nlp.link_features import FEATURES

LOG = logging.getLogger(__name__)
OUT = Path(__file__).parent / "artefacts" / "links"

SEED = 5
#: How much a written pair counts beside a real one: written tellings share fewer words than real ones do.
WRITTEN = 0.1
#: Evidence from which on a report joins; chosen on dev.
JOIN_ABOVE = -1.0
#: Features that may only speak against one problem; all others but the length's may only speak for it.
AGAINST = frozenset({"days_apart", "other_district", "names_clash", "other_number"})


def signs() -> NDArray[np.int8]:
    """Which way each feature may speak; without, likeness of words came to speak against one problem."""
    return np.array([0 if f == "length_ratio" else -1 if f in AGAINST else 1 for f in FEATURES], np.int8)


def together(parts: Sequence[Pairs]) -> Pairs:
    return Pairs(
        np.concatenate([p.features for p in parts]),
        np.concatenate([p.same for p in parts]),
        np.concatenate([p.weight for p in parts]),
    )


def train(data: Path, out: Path, encoder: Path) -> TrainedPairScorer:
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
    network = PairNetwork.fit(pairs.features, pairs.same, pairs.weight, signs=signs(), seed=SEED)
    scorer = TrainedPairScorer(
        version=f"links-{date.today().isoformat()}",
        width=len(analyses[0].vector),
        join_above=JOIN_ABOVE,
        network=network,
        trees=PairTrees.grow(parts[0].features, parts[0].same, parts[0].weight, seed=SEED),
        background=background,
    )
    scorer.save(out)
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
