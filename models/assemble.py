"""Put a ready pipeline together: the only place that knows which artefact is used."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from corpora import default_taxonomy
from models.artefact import ArtefactError
from models.onnx_encoder import OnnxEncoder
from models.pair_scorer import TrainedPairScorer
from nlp import PairScorer, Pipeline, Routing, default_routing

#: The encoder shipped with the project.
ENCODER = Path(str(files("models") / "artefacts" / "encoder"))
#: The pair score shipped with it, learned on that encoder's vectors.
LINKS = Path(str(files("models") / "artefacts" / "links"))


def load_pipeline(encoder: Path = ENCODER, *, threads: int | None = None, routing: Routing | None = None) -> Pipeline:
    """The pipeline over an encoder's artefact, with the routing shipped where none is given.

    Raises ArtefactError where the artefact is missing or of another taxonomy.
    """
    taxonomy = default_taxonomy()
    loaded = OnnxEncoder(encoder, threads=threads)
    unknown = [i for i in loaded.ids if i not in taxonomy]
    if unknown:
        raise ArtefactError(f"{encoder}: knows ids that the taxonomy lacks ({', '.join(unknown[:5])}); train it anew")
    return Pipeline(loaded, taxonomy, routing or default_routing())


def load_scorer(links: Path = LINKS) -> PairScorer:
    """The learned pair score that decides which reports speak of one problem; ArtefactError where it is missing."""
    return TrainedPairScorer.load(links)
