"""The networks: how they are made, and the one way to get a ready pipeline."""

from models.artefact import ArtefactConfig, ArtefactError
from models.assemble import ENCODER, load_pipeline, load_scorer
from models.evaluate import evaluate, read_gold
from models.onnx_encoder import OnnxEncoder

__all__ = [
    "ENCODER",
    "ArtefactConfig",
    "ArtefactError",
    "OnnxEncoder",
    "evaluate",
    "load_pipeline",
    "load_scorer",
    "read_gold",
]
