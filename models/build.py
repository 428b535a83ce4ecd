"""From a trained network to a shipped artefact: calibrate on held-out texts, export, measure, write the card."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from corpora import Example, Report, default_taxonomy
from models.artefact import CARD, CHARACTERS, DEPARTMENTS, TOKENIZER, WORDS, ArtefactConfig
from models.calibrate import label_curve, temperature, threshold_for_accuracy
from models.card import card
from models.data import TAGS, TrainingData
from models.evaluate import Gold, multilabel_f1, read_gold, score
from models.export import export
from models.fit_words import fit_categories, fit_departments
from models.onnx_encoder import OnnxEncoder
from models.train import BEGUN_FROM, Recipe, train_network
from nlp import Pipeline, default_routing
from nlp.classify import applying

log = logging.getLogger(__name__)

#: Share of decided reports that is to be right on level 2, with a margin for other texts than the held-out ones.
DECIDED_RIGHT = 0.955


def build(
    data_folder: Path,
    out: Path,
    work: Path,
    recipe: Recipe,
    gold: Sequence[Path] = (),
    *,
    encoder: Path | None = None,
) -> None:
    """Train, and write the artefact to `out`; texts under `gold` are measured for the card and never trained on.

    `encoder` is a folder to start from instead of the default; see `train_network`.
    """
    network, _, data = train_network(data_folder, work, recipe, encoder=encoder)
    with torch.no_grad():
        out.mkdir(parents=True, exist_ok=True)
        export(network, out)
    for name in (TOKENIZER, CHARACTERS):
        shutil.copy(work / name, out / name)
    taxonomy = default_taxonomy()
    fit_categories(data.examples, taxonomy.ids, seed=recipe.seed).save(out / WORDS)
    fit_departments(data.departments, seed=recipe.seed).save(out / DEPARTMENTS)
    config = ArtefactConfig(f"encoder-{datetime.now(UTC):%Y%m%d}", taxonomy.version, taxonomy.ids, TAGS)
    config.save(out)
    calibrated(out, data).save(out)
    texts = {"held-out real texts": [_gold(i, e) for i, e in enumerate(data.held_out)]}
    figures = measured(out, texts | {path.name: read_gold(path) for path in gold})
    origin = (work / BEGUN_FROM).read_text("utf-8")
    shape = f"{len(network.trunk.encoder.layer)} layers, {network.trunk.config.hidden_size} wide"
    text = card(ArtefactConfig.load(out), recipe, data, figures, origin=origin, shape=shape)
    (out / CARD).write_text(text, "utf-8")


def calibrated(folder: Path, data: TrainingData) -> ArtefactConfig:
    """The artefact's config with all that is fitted on its own answers to held-out texts."""
    config = ArtefactConfig.load(folder)
    ids, n = config.ids, len(config.ids)
    texts = [e.text for e in data.held_out]
    gold = [_gold(i, e) for i, e in enumerate(data.held_out)]
    truth = np.array([[i in e.labels or i == e.primary for i in ids] for e in data.held_out])
    logits = np.stack(list(OnnxEncoder(folder).logits(texts)))
    right = _right(gold, ids, logits[:, :n].argmax(1))
    config = replace(
        config,
        temperature=round(temperature(logits[:, :n], right), 4),
        label_curve=label_curve(logits[:, n:], logits[:, :n], truth),
    )
    config.save(folder)
    encodings = list(OnnxEncoder(folder).encode(texts))
    primary, labels = (np.stack(rows) for rows in zip(*((e.primary, e.labels) for e in encodings), strict=True))
    return replace(
        config,
        decided_above=round(threshold_for_accuracy(primary.max(1), right, DECIDED_RIGHT), 4),
        applies_above=_applies_above(gold, ids, primary.argmax(1), labels),
    )


def measured(folder: Path, gold: dict[str, list[Gold]]) -> dict[str, dict[str, Any]]:
    """Figures of an artefact on each gold set: as it is, and of either of its two parts alone."""
    figures = {}
    ways = {"": (1.0, 1.0), ", the encoder without the words": (1.0, 0.0), ", the words alone": (0.0, 1.0)}
    for way, says in ways.items():
        pipeline = Pipeline(OnnxEncoder(folder, says=says), default_taxonomy(), default_routing())
        for name, rows in gold.items():
            figures[name + way] = score(rows, list(pipeline.stream(g.report for g in rows)))
            log.info("%s%s: %s", name, way, figures[name + way])
    return figures


def _right(gold: Sequence[Gold], ids: Sequence[str], best: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.array([g.accepts(ids[k]) for g, k in zip(gold, best, strict=True)])


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
