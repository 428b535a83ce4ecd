"""Train the pair score that linking uses: `python -m models.train_links --data FOLDER`. Reads top to bottom.

A small monotone network: a few hundred judged pairs do not carry more (see LOG.md).
"""

from __future__ import annotations

import argparse
import logging
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.artefact import CARD
from models.assemble import ENCODER, load_pipeline
from models.link_pairs import (
    Pairs,
    background_texts,
    count_background,
    draw_pairs,
    read_judged,
)
from models.pair_network import PairNetwork
from models.pair_scorer import TrainedPairScorer
from models.pair_trees import PairTrees
from nlp.link_features import FEATURES

LOG = logging.getLogger(__name__)
OUT = Path(__file__).parent / "artefacts" / "links"

SEED = 5
#: Evidence from which on a report joins; chosen on dev.
JOIN_ABOVE = -1.0
#: Deviation of what is added by chance to vectors' likeness: they have seen these issues and are too sure of them.
NOISE = 0.1
#: Features that may only speak against one problem; all others but the length's may only speak for it.
AGAINST = frozenset({"days_apart", "other_district", "names_clash", "other_number"})


def signs() -> NDArray[np.int8]:
    """Which way each feature may speak; without, likeness of words came to speak against one problem."""
    return np.array([0 if f == "length_ratio" else -1 if f in AGAINST else 1 for f in FEATURES], np.int8)


def train(data: Path, out: Path, encoder: Path, *, join_above: float) -> TrainedPairScorer:
    pipeline = load_pipeline(encoder)
    background = count_background(list(background_texts(data)))
    LOG.info("background: %d texts", background.documents)
    judged = read_judged(data)
    analyses = dict(zip(judged.known, pipeline.stream(judged.reports[row] for row in judged.known), strict=True))
    width = len(next(iter(analyses.values())).vector)
    pairs = draw_pairs(judged, analyses, background, width=width)
    LOG.info("%d reports, %d pairs, %d the same", len(analyses), len(pairs.same), pairs.same.sum())
    chance = np.random.default_rng(SEED).normal(0, NOISE, len(pairs.same))
    pairs.features[:, FEATURES.index("vector_cosine")] += chance.astype(np.float32)
    network = PairNetwork.fit(pairs.features, pairs.same, pairs.weight, signs=signs(), seed=SEED)
    trees = PairTrees.grow(pairs.features, pairs.same, pairs.weight, seed=SEED)
    scorer = TrainedPairScorer(
        version=version(network, trees),
        width=width,
        join_above=join_above,
        network=network,
        trees=trees,
        background=background,
    )
    scorer.save(out)
    (out / CARD).write_text(card(scorer, pairs, reports=len(analyses)), "utf-8")
    return scorer


def version(network: PairNetwork, trees: PairTrees) -> str:
    """Name of a score: the day, and a part that no two scores share, as one day may see several."""
    numbers = (network.linear, network.hidden, network.out, trees.threshold, trees.leaf)
    digest = sha256(b"".join(array.tobytes() for array in numbers)).hexdigest()
    return f"links-{date.today().isoformat()}-{digest[:6]}"


def card(scorer: TrainedPairScorer, pairs: Pairs, *, reports: int) -> str:
    """Markdown: what it is, what it was made from, and its limits."""
    return f"""# {scorer.version}

Log-odds that two citizens' reports in Chinese tell of one concrete problem, from {len(FEATURES)} features of the pair
and the encoder's sentence vectors ({scorer.width} wide): the mean of a small monotone network and of boosted trees.
Runs with numpy alone.

- Made by `python -m models.train_links --data FOLDER`, seed {SEED}, from {len(pairs.same):,} pairs among {reports:,}
  real messages of a public board: {int(pairs.same.sum())} tell of one problem, {int((pairs.weight > 1).sum())} were
  judged not to, the others are taken not to. How common grams are was counted over {scorer.background.documents:,}
  other texts. The texts come from public contests that state no licence; none is part of the project.
- Joins from {scorer.join_above:g} on; chosen on issues that it was not made from. Figures: `models/LOG.md`.
- It must be made anew for other vectors. These have seen the judged issues; chance was added to their likeness, so
  that it is trusted less.
- It says nothing about any person.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds links/ and reports/")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--encoder", type=Path, default=ENCODER)
    parser.add_argument("--join-above", type=float, default=JOIN_ABOVE, help="evidence from which on a report joins")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    train(arguments.data, arguments.out, arguments.encoder, join_above=arguments.join_above)


if __name__ == "__main__":
    main()
