"""The mining: pure functions over Protocols, from a report to its analysis and its issue."""

from nlp.analysis import Analysis
from nlp.consolidate import consolidate
from nlp.decide import UnknownError
from nlp.encoder import Encoder, Encoding
from nlp.entity import PERSONAL, TYPES, Entity
from nlp.link import Incoming, Link, Linker
from nlp.link_score import PairScorer
from nlp.mask import mask, mask_entities
from nlp.normalise import Normal, normalise
from nlp.partition import Change, Lineage
from nlp.pipeline import BATCH, Pipeline
from nlp.urgent import Urgency
from nlp.verdicts import Verdict

__all__ = [
    "BATCH",
    "PERSONAL",
    "TYPES",
    "Analysis",
    "Change",
    "Encoder",
    "Encoding",
    "Entity",
    "Incoming",
    "Lineage",
    "Link",
    "Linker",
    "Normal",
    "PairScorer",
    "Pipeline",
    "UnknownError",
    "Urgency",
    "Verdict",
    "consolidate",
    "mask",
    "mask_entities",
    "normalise",
]
