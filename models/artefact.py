"""An artefact's layout: what a trained encoder's folder holds."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

GRAPH = "encoder.onnx"
TOKENIZER = "tokenizer.json"
CHARACTERS = "characters.txt"
CONFIG = "config.json"
CARD = "CARD.md"


class ArtefactError(Exception):
    """An artefact is missing or incomplete; the message says which file and how to get it."""


@dataclass(frozen=True, slots=True)
class ArtefactConfig:
    """What the graph's numbers mean.

    ids: categories in the order of the logits; tags: BIO tags in the order of the tag logits;
    temperature: divides the primary's logits before the softmax (Guo et al. 2017);
    label_curve: weights of a label's own logit and of its log probability as the primary, and an offset: the log-odds
    that the label applies;
    decided_above, applies_above: thresholds on the calibrated probabilities, chosen on held-out training texts.
    """

    version: str
    taxonomy: str
    ids: tuple[str, ...]
    tags: tuple[str, ...]
    temperature: float
    label_curve: tuple[float, float, float]
    decided_above: float
    applies_above: float

    def save(self, folder: Path) -> None:
        text = json.dumps(asdict(self), ensure_ascii=False, indent=2)
        (folder / CONFIG).write_text(text + "\n", "utf-8")

    @classmethod
    def load(cls, folder: Path) -> ArtefactConfig:
        """Read the folder's config. Raises ArtefactError where a file of the artefact is missing."""
        for name in (CONFIG, GRAPH, TOKENIZER, CHARACTERS):
            if not (folder / name).is_file():
                raise ArtefactError(f"{folder / name} is missing; reinstall minqing or train with `minqing train`")
        data = json.loads((folder / CONFIG).read_text("utf-8"))
        fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        return cls(**fields)
