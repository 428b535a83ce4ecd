"""The card that lies beside the weights, written from what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from corpora import judged_categories
from models.artefact import ArtefactConfig
from models.data import TrainingData
from models.fine_tune import Round
from models.tag_on import TagRound
from models.train import Recipe


def card(
    config: ArtefactConfig,
    recipe: Recipe,
    data: TrainingData,
    figures: dict[str, dict[str, Any]],
    *,
    origin: str,
    shape: str,
) -> str:
    """Markdown: what it is, what it was made from, how, how well it does, and its limits.

    origin: the weights it began from; shape: how high and wide the encoder is.
    """
    tables = []
    for name, figure in figures.items():
        rows = "\n".join(f"| {key.replace('_', ' ')} | {value} |" for key, value in figure.items())
        tables.append(f"### {name}\n\n| figure | value |\n|---|---|\n{rows}\n")
    choices = "\n".join(f"| {name} | {choice} |" for name, choice in _choices(recipe))
    return f"""# {config.version}

One encoder for citizens' reports in Chinese ({shape}): category logits, a tag for each character, and a
sentence vector, in one forward pass; and linear models of a text's 1- to 3-grams, whose logits are added to the
encoder's: of categories, and of the departments that services are filed under. Weights are int8. Runs with
onnxruntime and tokenizers alone.

## Made from

- Weights: {origin};
  every second layer kept and taught to answer as the whole did, and of those the lower half; trained, slimmed and
  trained again (`models/slim.py`). Words: from nothing (`models/fit_words.py`).
- Texts: {len(set(data.examples))} labelled reports: `corpora/written` (ours, MIT), real texts labelled by hand
  ({len(judged_categories())} by us, known by a hash in `corpora/judged`), criminal facts and short messages whose label
  is beyond doubt; {len(data.tagged)} real texts with entities; {len(data.pairs)} pairs. The real texts come from
  public contests and data sets, are not part of the project, and
  several state no licence at their source.

## Recipe

`minqing train --data FOLDER --out models/artefacts/encoder`, seed {recipe.seed}.

| choice | value |
|---|---|
{choices}

## Figures

Measured by `minqing eval`. The labelled dev texts, and reprints of them, were kept out of all that training read;
what was tried was chosen by them (LOG.md), so texts of the future will do a little worse.
Of either part alone, accuracies tell what a smaller artefact would lose; thresholds and calibration are those of both.

{chr(10).join(tables)}
## Limits

- Thin categories decide: few real texts tell of gambling machines, drug dens and most manners of fraud.
- Court and news language is read less well than citizens' own.
- A score says how sure the model is of a category. It says nothing about any person.
"""


def _choices(recipe: Recipe) -> Iterator[tuple[str, object]]:
    """Name and value of every choice; those of a round of training under its name."""
    for f in fields(recipe):
        choice = getattr(recipe, f.name)
        if isinstance(choice, Round | TagRound):
            yield from ((f"{f.name}: {part.name}", getattr(choice, part.name)) for part in fields(choice))
        else:
            yield f.name, choice
