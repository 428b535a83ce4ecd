"""From a trained network to a shipped artefact: calibrate on held-out texts, export, measure, write the card."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from corpora import Example, Report, default_taxonomy
from models.artefact import CARD, CHARACTERS, GRAPH, TOKENIZER, ArtefactConfig
from models.assemble import load_pipeline
from models.calibrate import label_curve, temperature, threshold_for_accuracy
from models.calibration import label_probabilities, softmax
from models.card import card
from models.data import TAGS
from models.evaluate import Gold, evaluate, multilabel_f1, read_gold
from models.export import export
from models.onnx_encoder import OnnxEncoder
from models.train import Recipe, train_network
from nlp.classify import applying

log = logging.getLogger(__name__)

#: Share of decided reports that is to be right on level 2, with a margin for other texts than the held-out ones.
DECIDED_RIGHT = 0.945


def build(data_folder: Path, out: Path, work: Path, recipe: Recipe, gold: Path | None = None) -> None:
    """Train, and write the artefact to `out`; `gold` is measured for the card and never trained on."""
    network, _, data = train_network(data_folder, work, recipe)
    with torch.no_grad():
        out.mkdir(parents=True, exist_ok=True)
        export(network, out / GRAPH)
    for name in (TOKENIZER, CHARACTERS):
        shutil.copy(work / name, out / name)
    config = ArtefactConfig(
        version=f"encoder-{datetime.now(UTC):%Y%m%d}",
        taxonomy=default_taxonomy().version,
        ids=default_taxonomy().ids,
        tags=TAGS,
        temperature=1.0,
        label_curve=(1.0, 0.0, 0.0),
        decided_above=1.0,
        applies_above=0.5,
    )
    config.save(out)
    calibrated(out, data.held_out).save(out)
    figures = {"held-out real texts": evaluate(load_pipeline(out), [_gold(i, e) for i, e in enumerate(data.held_out)])}
    if gold is not None:
        figures[gold.name] = evaluate(load_pipeline(out), read_gold(gold))
    for name, figure in figures.items():
        log.info("%s: %s", name, figure)
    (out / CARD).write_text(card(ArtefactConfig.load(out), recipe, data, figures), "utf-8")


def calibrated(folder: Path, held_out: Sequence[Example]) -> ArtefactConfig:
    """The artefact's config with temperature, label curve and thresholds fitted on the shipped graph's own answers."""
    config = ArtefactConfig.load(folder)
    ids = config.ids
    logits = np.stack(OnnxEncoder(folder).logits([e.text for e in held_out]))
    primary, labels = logits[:, : len(ids)], logits[:, len(ids) :]
    gold = [_gold(i, e) for i, e in enumerate(held_out)]
    best = primary.argmax(1)
    right = np.array([g.accepts(ids[k]) for g, k in zip(gold, best, strict=True)])
    truth = np.array([[i in e.labels or i == e.primary for i in ids] for e in held_out])
    heat = round(temperature(primary, right), 4)
    curve = label_curve(labels, primary, truth)
    return replace(
        config,
        temperature=heat,
        label_curve=curve,
        decided_above=round(threshold_for_accuracy(softmax(primary / heat).max(1), right, DECIDED_RIGHT), 4),
        applies_above=_applies_above(gold, ids, best, label_probabilities(labels, primary, curve)),
    )


def _applies_above(
    gold: Sequence[Gold], ids: Sequence[str], best: NDArray[np.int64], labels: NDArray[np.float32]
) -> float:
    """The threshold on label probabilities (texts, ids) with the best level-1 F1, the primary always listed."""

    def given(threshold: float) -> list[set[str]]:
        return [
            {ids[k], *(ids[other] for other in applying(ids, row, k, threshold))}
            for k, row in zip(best.tolist(), labels, strict=True)
        ]

    grid = [k / 50 for k in range(10, 45)]
    return max(grid, key=lambda t: multilabel_f1(gold, given(t)))


def _gold(number: int, example: Example) -> Gold:
    return Gold(Report(f"h{number}", example.text), example.primary, example.labels, example.acceptable)
