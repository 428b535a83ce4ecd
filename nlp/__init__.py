"""The mining: pure functions over Protocols, from a report to its analysis and its issue."""

from nlp.analysis import Analysis, Urgency
from nlp.encoder import Encoder, Encoding
from nlp.entity import PERSONAL, TYPES, Entity
from nlp.link import Link, Linker
from nlp.mask import mask, mask_entities
from nlp.normalise import Normal, normalise
from nlp.pipeline import BATCH, Pipeline

__all__ = [
    "BATCH",
    "PERSONAL",
    "TYPES",
    "Analysis",
    "Encoder",
    "Encoding",
    "Entity",
    "Link",
    "Linker",
    "Normal",
    "Pipeline",
    "Urgency",
    "mask",
    "mask_entities",
    "normalise",
]
