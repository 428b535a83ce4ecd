"""From a trained network to a shipped artefact: calibrate on held-out texts, export, measure, write the card."""

from __future__ import annotations

import logging
import random
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
from models.artefact import CARD, CHARACTERS, TOKENIZER, ArtefactConfig, Calibration
from models.calibrate import label_curve, temperature, threshold_for_accuracy
from models.calibration import label_probabilities, softmax
from models.card import card
from models.data import TAGS, TrainingData
from models.evaluate import Gold, multilabel_f1, read_gold, score
from models.export import export
from models.onnx_encoder import OnnxEncoder
from models.train import BEGUN_FROM, Recipe, train_network
from nlp import Pipeline, default_routing
from nlp.classify import applying

log = logging.getLogger(__name__)

#: Share of decided reports that is to be right on level 2, with a margin for other texts than the held-out ones.
DECIDED_RIGHT = 0.945
#: Share of the lower storey's answers that stand which both storeys together would give, too.
SETTLED_SAME = 0.995
#: Unlabelled texts on which that is measured.
UNLABELLED = 1500

Floats = NDArray[np.float32]


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
    config = ArtefactConfig(f"encoder-{datetime.now(UTC):%Y%m%d}", taxonomy.version, taxonomy.ids, TAGS)
    config.save(out)
    calibrated(out, data).save(out)
    texts = {"held-out real texts": [_gold(i, e) for i, e in enumerate(data.held_out)]}
    figures = measured(out, texts | {path.name: read_gold(path) for path in gold})
    origin = (work / BEGUN_FROM).read_text("utf-8")
    storeys = (
        f"{len(network.lower.encoder.layer)} and {len(network.upper)} layers, {network.lower.config.hidden_size} wide"
    )
    text = card(ArtefactConfig.load(out), recipe, data, figures, origin=origin, storeys=storeys)
    (out / CARD).write_text(text, "utf-8")


def calibrated(folder: Path, data: TrainingData) -> ArtefactConfig:
    """The artefact's config with all that is fitted on the shipped graphs' own answers.

    Curves and thresholds are fitted on held-out texts; which answers of the lower storey stand, on unlabelled ones.
    """
    config = ArtefactConfig.load(folder)
    encoder = OnnxEncoder(folder)
    ids = config.ids
    gold = [_gold(i, e) for i, e in enumerate(data.held_out)]
    truth = np.array([[i in e.labels or i == e.primary for i in ids] for e in data.held_out])
    early, late = map(np.stack, zip(*encoder.logits([e.text for e in data.held_out]), strict=True))
    config = replace(config, early=_calibration(early, gold, ids, truth), late=_calibration(late, gold, ids, truth))
    config = replace(config, settled_above=_settled_above(config, encoder, data))

    low, high = (_probabilities(*storey) for storey in ((early, config.early), (late, config.late)))
    settled = (low[0].max(1) >= config.settled_above)[:, None]
    primary, labels = (np.where(settled, a, b) for a, b in zip(low, high, strict=True))
    best = primary.argmax(1)
    return replace(
        config,
        decided_above=round(threshold_for_accuracy(primary.max(1), _right(gold, ids, best), DECIDED_RIGHT), 4),
        applies_above=_applies_above(gold, ids, best, labels),
    )


def measured(folder: Path, gold: dict[str, list[Gold]]) -> dict[str, dict[str, Any]]:
    """Figures of an artefact on each gold set: as it is, by its lower storey alone, by both always."""
    config = ArtefactConfig.load(folder)
    ways = {"": config.settled_above, ", the lower storey alone": 0.0, ", both storeys always": 1.1}
    figures = {}
    for way, settled_above in ways.items():
        encoder = OnnxEncoder(folder, config=replace(config, settled_above=settled_above))
        pipeline = Pipeline(encoder, default_taxonomy(), default_routing())
        for name, rows in gold.items():
            figures[name + way] = score(rows, list(pipeline.stream(g.report for g in rows)))
            log.info("%s%s: %s", name, way, figures[name + way])
    return figures


def _calibration(logits: Floats, gold: Sequence[Gold], ids: Sequence[str], truth: NDArray[np.bool_]) -> Calibration:
    primary, labels = logits[:, : len(ids)], logits[:, len(ids) :]
    heat = temperature(primary, _right(gold, ids, primary.argmax(1)))
    return Calibration(round(heat, 4), label_curve(labels, primary, truth))


def _probabilities(logits: Floats, calibration: Calibration) -> tuple[Floats, Floats]:
    """Of being the primary, and of applying; both (texts, ids)."""
    n = logits.shape[1] // 2
    primary = softmax(logits[:, :n] / np.float32(calibration.temperature))
    return primary, label_probabilities(logits[:, n:], logits[:, :n], calibration.label_curve)


def _settled_above(config: ArtefactConfig, encoder: OnnxEncoder, data: TrainingData) -> float:
    """The lowest confidence of the lower storey above which both would say the same, nearly always."""
    known = {e.text for e in (*data.examples, *data.held_out)}
    texts = [text for text in data.unlabelled if text not in known]
    sample = random.Random(1).sample(texts, min(len(texts), UNLABELLED))
    early, late = map(np.stack, zip(*encoder.logits(sample), strict=True))
    primary, _ = _probabilities(early, config.early)
    same = primary.argmax(1) == _probabilities(late, config.late)[0].argmax(1)
    return round(threshold_for_accuracy(primary.max(1), same, SETTLED_SAME), 4)


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
