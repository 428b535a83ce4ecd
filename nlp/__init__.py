"""The mining: pure functions over Protocols, from a report to its analysis and its issue."""

from nlp.analysis import Analysis
from nlp.consolidate import consolidate
from nlp.decide import UnknownError
from nlp.encoder import Encoder, Encoding
from nlp.entity import PERSONAL, TYPES, Entity
from nlp.link import Link, Linker
from nlp.link_score import PairScorer
from nlp.link_traits import Incoming
from nlp.mask import mask, mask_entities
from nlp.normalise import Normal, normalise
from nlp.partition import Change, Lineage
from nlp.pipeline import BATCH, Pipeline
from nlp.region import LocalNames, local_names, locate, read_path
from nlp.route import Look, Route, Routing, default_routing, load_routing
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
    "LocalNames",
    "Look",
    "Normal",
    "PairScorer",
    "Pipeline",
    "Route",
    "Routing",
    "UnknownError",
    "Urgency",
    "Verdict",
    "consolidate",
    "default_routing",
    "load_routing",
    "local_names",
    "locate",
    "mask",
    "mask_entities",
    "normalise",
    "read_path",
]
