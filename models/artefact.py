"""An artefact's layout: what a trained encoder's folder holds."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

#: Of these files and of `ArtefactConfig`; weights and code of different layouts do not go together.
LAYOUT = 3

GRAPH = "encoder.onnx"
TOKENIZER = "tokenizer.json"
CHARACTERS = "characters.txt"
WORDS = "words.npz"
DEPARTMENTS = "departments.npz"
CONFIG = "config.json"
CARD = "CARD.md"


class ArtefactError(Exception):
    """An artefact is missing or incomplete; the message says which file and how to get it."""


@dataclass(frozen=True, slots=True)
class ArtefactConfig:
    """What the artefact's numbers mean.

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
    temperature: float = 1.0
    label_curve: tuple[float, float, float] = (1.0, 0.0, 0.0)
    decided_above: float = 1.0
    applies_above: float = 0.5
    layout: int = LAYOUT

    def save(self, folder: Path) -> None:
        text = json.dumps(asdict(self), ensure_ascii=False, indent=2)
        (folder / CONFIG).write_text(text + "\n", "utf-8")

    @classmethod
    def load(cls, folder: Path) -> ArtefactConfig:
        """Read the folder's config; ArtefactError where a file of the artefact is missing or of another layout."""
        if not (folder / CONFIG).is_file():
            raise ArtefactError(f"{folder / CONFIG} is missing; reinstall minqing or train with `minqing train`")
        fields: dict[str, Any] = json.loads((folder / CONFIG).read_text("utf-8"))
        if fields.get("layout") != LAYOUT:
            raise ArtefactError(
                f"{folder} has layout {fields.get('layout', 1)}, this minqing reads {LAYOUT}; train anew"
            )
        for name in (GRAPH, TOKENIZER, CHARACTERS, WORDS, DEPARTMENTS):
            if not (folder / name).is_file():
                raise ArtefactError(f"{folder / name} is missing; reinstall minqing or train with `minqing train`")
        for name in ("ids", "tags", "label_curve"):
            fields[name] = tuple(fields[name])
        return cls(**fields)
