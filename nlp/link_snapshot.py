"""A linker as files, so that a large store opens in seconds: reading a million reports anew would take half an hour."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from nlp.link import Linker
from nlp.link_score import PairScorer
from nlp.verdicts import Verdicts

_FACTS, _INDEX, _PARTITION = "snapshot.json", "nearest.usearch", "partition.txt"
#: Raised where a file's meaning changes.
FORMAT = 1


class SnapshotError(ValueError):
    """A snapshot cannot be used; the linker is to be restored from its reports."""


def save_linker(linker: Linker, folder: Path) -> None:
    """Write all but the verdicts and the texts, which the store keeps. Not to be read before it has returned."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _FACTS).unlink(missing_ok=True)
    size = linker.columns.size
    for name, column in linker.columns.arrays().items():
        np.save(folder / f"{name}.npy", column[:size])
    for name, chains in linker.candidates.chains().items():
        np.save(folder / f"{name}-heads.npy", chains.heads)
        np.save(folder / f"{name}-before.npy", chains.before[:size])
    np.save(folder / "counts.npy", linker.weights.counts)
    linker.candidates.nearest.save(folder / _INDEX)
    partition = linker.partition
    rows = zip(partition.keys, partition.opens, partition.issue_of, strict=True)
    (folder / _PARTITION).write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), "utf-8")
    facts = {
        "format": FORMAT,
        "scorer": linker.scorer.version,
        "width": linker.columns.width,
        "size": size,
        "documents": linker.weights.documents,
    }
    (folder / _FACTS).write_text(json.dumps(facts, indent=2) + "\n", "utf-8")


def load_linker(folder: Path, *, scorer: PairScorer, verdicts: Verdicts, text_of: Callable[[str], str]) -> Linker:
    """The linker as it was saved. Raises SnapshotError where there is none or it was made with another scorer."""
    if not (folder / _FACTS).is_file():
        raise SnapshotError(f"{folder} holds no finished snapshot")
    facts = json.loads((folder / _FACTS).read_text("utf-8"))
    if (facts["format"], facts["scorer"], facts["width"]) != (FORMAT, scorer.version, scorer.width):
        raise SnapshotError(f"{folder} was made by {facts['scorer']}, not {scorer.version}")
    linker = Linker(scorer=scorer, text_of=text_of, verdicts=verdicts)
    linker.columns.size = facts["size"]
    for name in linker.columns.arrays():
        setattr(linker.columns, name, np.load(folder / f"{name}.npy"))
    for name, chains in linker.candidates.chains().items():
        chains.heads = np.load(folder / f"{name}-heads.npy")
        chains.before = np.load(folder / f"{name}-before.npy")
    linker.candidates.nearest.load(folder / _INDEX)
    linker.weights.set(np.load(folder / "counts.npy"), facts["documents"])
    with (folder / _PARTITION).open(encoding="utf-8") as lines:
        for line in lines:
            linker.partition.add(*json.loads(line))
    return linker
