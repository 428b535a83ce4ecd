"""A linker as files, so that a large store opens in seconds: reading a million reports anew would take half an hour."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from nlp.link import Linker
from nlp.link_columns import Columns
from nlp.link_score import PairScorer
from nlp.verdicts import Verdicts

_CURRENT, _INDEX, _PARTITION = "current.json", "nearest.usearch", "partition.txt"
#: Raised where a file's meaning changes, or what is read of a report.
FORMAT = 2


class SnapshotError(ValueError):
    """A snapshot cannot be used; the linker is to be restored from its reports."""


def save_linker(linker: Linker, folder: Path) -> None:
    """Write all but the verdicts and the texts, which the store keeps, in place of an earlier snapshot.

    Whoever reads meanwhile finds the earlier one, this one, or a SnapshotError; so does one after a crash.
    """
    part, before = folder / uuid4().hex, _facts(folder).get("part")
    part.mkdir(parents=True)
    size = linker.columns.size
    for name, column in linker.columns.arrays().items():
        np.save(part / f"{name}.npy", column[:size])
    for name, chains in linker.candidates.chains().items():
        np.save(part / f"{name}-heads.npy", chains.heads)
        np.save(part / f"{name}-before.npy", chains.before[:size])
    np.save(part / "counts.npy", linker.weights.counts)
    linker.candidates.nearest.save(part / _INDEX)
    partition = linker.partition
    rows = zip(partition.keys, partition.opens, partition.issue_of, strict=True)
    (part / _PARTITION).write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), "utf-8")
    facts = {
        "format": FORMAT,
        "scorer": linker.scorer.version,
        "width": linker.columns.width,
        "size": size,
        "documents": linker.weights.documents,
        "part": part.name,
    }
    written = part / _CURRENT
    written.write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
    written.replace(folder / _CURRENT)
    if before is not None:
        rmtree(folder / before, ignore_errors=True)


def load_linker(
    folder: Path, *, scorer: PairScorer, verdicts: Verdicts, text_of: Callable[[str], str] | None
) -> Linker:
    """The linker as it was saved. Raises SnapshotError where there is none, or it cannot be read or was made otherwise.

    Its issues are those of then: what was decided or mended since has to be told to it.
    """
    facts = _facts(folder)
    if not facts:
        raise SnapshotError(f"{folder} holds no finished snapshot")
    if (facts["format"], facts["scorer"], facts["width"]) != (FORMAT, scorer.version, scorer.width):
        raise SnapshotError(f"{folder} was made by {facts['scorer']}, not {scorer.version}")
    try:
        return _loaded(folder / facts["part"], facts, Linker(scorer=scorer, text_of=text_of, verdicts=verdicts))
    except (OSError, EOFError, KeyError, RuntimeError, ValueError) as error:
        raise SnapshotError(f"{folder} cannot be read ({error})") from error


def _facts(folder: Path) -> dict[str, Any]:
    """What the latest finished snapshot is; empty where there is none."""
    current = folder / _CURRENT
    return dict(json.loads(current.read_text("utf-8"))) if current.is_file() else {}


def _loaded(part: Path, facts: dict[str, Any], linker: Linker) -> Linker:
    size = facts["size"]
    linker.columns = Columns.empty(facts["width"], room=size + 1024)
    linker.columns.size = size
    for name, column in linker.columns.arrays().items():
        _read_into(column[:size], part / f"{name}.npy")
    for name, chains in linker.candidates.chains().items():
        _read_into(chains.heads, part / f"{name}-heads.npy")
        chains.make_room(size + 1)
        _read_into(chains.before[:size], part / f"{name}-before.npy")
    linker.candidates.nearest.load(part / _INDEX)
    linker.weights.set(np.load(part / "counts.npy"), facts["documents"])
    with (part / _PARTITION).open(encoding="utf-8") as lines:
        for line in lines:
            linker.partition.add(*json.loads(line))
    return linker


def _read_into(rows: NDArray[Any], path: Path) -> None:
    """Fill `rows`, which lie in one piece, from a file of such an array: a second copy would take the memory twice."""
    with path.open("rb") as file:
        npy.read_magic(file)
        shape, _, dtype = npy.read_array_header_1_0(file)
        if (shape, dtype) != (rows.shape, rows.dtype):
            raise ValueError(f"{path.name} holds {dtype} {shape}, not {rows.dtype} {rows.shape}")
        if file.readinto(rows.reshape(-1).view(np.uint8).data) < rows.nbytes:
            raise EOFError(f"{path.name} ends early")
