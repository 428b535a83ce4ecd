"""Analyses as Parquet: what a backfill has tagged and has yet to link."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import pyarrow
from pyarrow import dataset, parquet
from pydantic import BaseModel

from corpora import Report
from nlp import Analysis, Entity, Route, Urgency

#: `analysis` is the JSON form of all but the vector, unmasked; `vector` is float32, little-endian; the rest is for
#: whoever looks for something. `place` is the region that linking is divided by.
_SCHEMA = pyarrow.schema(
    [
        ("key", pyarrow.string()),
        ("received_at", pyarrow.timestamp("us", tz="UTC")),
        ("place", pyarrow.string()),
        ("primary", pyarrow.string()),
        ("decided", pyarrow.bool_()),
        ("analysis", pyarrow.string()),
        ("vector", pyarrow.binary()),
    ]
)


class _Told(BaseModel):
    """All of an analysis that JSON can hold."""

    report: Report
    primary: tuple[str, float]
    categories: tuple[tuple[str, float], ...]
    decided: bool
    evidence: tuple[tuple[int, int], ...]
    entities: tuple[Entity, ...]
    urgent: tuple[Urgency, ...]
    division: tuple[str, ...]
    scores: dict[str, float]
    versions: dict[str, str]
    route: Route


_TOLD = [field.name for field in fields(Analysis) if field.name != "vector"]


def write_tagged(path: Path, analyses: Sequence[Analysis]) -> None:
    """Write a file, whole or not at all; each place is a row group, so that one place is read without the others."""
    groups: dict[str, list[dict[str, object]]] = {}
    for analysis in analyses:
        place = place_of(analysis.report, "/".join(analysis.division))
        row: dict[str, object] = {
            "key": analysis.report.key,
            "received_at": analysis.report.received_at,
            "place": place,
            "primary": analysis.primary[0],
            "decided": analysis.decided,
            "analysis": _Told(**{name: getattr(analysis, name) for name in _TOLD}).model_dump_json(),
            "vector": analysis.vector.astype("<f4").tobytes(),
        }
        groups.setdefault(place, []).append(row)
    # Two workers may write the same part where one was thought dead: each has a file of its own until it is whole.
    unfinished = path.with_suffix(f".{os.getpid()}.unfinished")
    with parquet.ParquetWriter(unfinished, _SCHEMA, compression="zstd") as writer:
        for _, rows in sorted(groups.items()):
            writer.write_table(pyarrow.Table.from_pylist(rows, schema=_SCHEMA))
    unfinished.replace(path)


def read_places(folder: Path) -> dict[str, int]:
    """Places of a folder of such files, and how many reports each has, the largest first."""
    counts = Counter(_tagged(folder).to_table(columns=["place"])["place"].to_pylist())
    return dict(counts.most_common())


def read_place(folder: Path, place: str) -> Iterator[Analysis]:
    """The analyses of a place in the order of time, the undated last; a report that comes twice comes once."""
    asked = dataset.field("place") == place
    table = _tagged(folder).to_table(columns=["key", "received_at", "analysis", "vector"], filter=asked)
    table = table.sort_by([("received_at", "ascending"), ("key", "ascending")])
    seen = set()
    for rows in table.to_batches(max_chunksize=1000):
        for row in rows.to_pylist():
            if row["key"] not in seen:
                seen.add(row["key"])
                told = _Told.model_validate_json(row["analysis"])
                vector = np.frombuffer(row["vector"], "<f4")
                yield Analysis(**{name: getattr(told, name) for name in _TOLD}, vector=vector)


def read_keys(folder: Path, place: str) -> list[str]:
    """The keys of a place's reports, each once."""
    table = _tagged(folder).to_table(columns=["key"], filter=dataset.field("place") == place)
    return sorted(set(table["key"].to_pylist()))


def place_of(report: Report, division: str) -> str:
    """Province and city of a report, or the region it came with: what linking is divided by."""
    return "/".join(division.split("/")[:2]) or report.region


def _tagged(folder: Path) -> dataset.Dataset:
    return dataset.dataset([str(path) for path in sorted(folder.glob("*.parquet"))], schema=_SCHEMA)
