"""The corpus written for this project: labelled reports in citizens' own registers, and problems told by several."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from corpora.importers.dates import parse_received_at
from corpora.report import Example, Report

FOLDER = Path(str(files("corpora") / "written"))
ISSUES = FOLDER / "issues.jsonl"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem told several ways, and reports that only seem to tell it."""

    name: str
    place: str
    category: str
    tellings: tuple[Report, ...]
    hard_negatives: tuple[Report, ...]


def read_written() -> Iterator[Example]:
    """Every labelled text, by category file, in order."""
    for path in sorted(FOLDER.glob("*.jsonl")):
        if path != ISSUES:
            for line in path.read_text("utf-8").splitlines():
                row = json.loads(line)
                yield Example(row["text"], row["primary"], tuple(row["labels"]), tuple(row["acceptable"]))


def read_written_issues() -> Iterator[Problem]:
    """Every problem; reports' ids are `w<problem>-<telling>`."""
    for number, line in enumerate(ISSUES.read_text("utf-8").splitlines(), 1):
        row = json.loads(line)
        yield Problem(
            name=row["name"],
            place=row["place"],
            category=row["category"],
            tellings=tuple(_report(f"w{number}-{k}", t) for k, t in enumerate(row["tellings"], 1)),
            hard_negatives=tuple(_report(f"w{number}-n{k}", t) for k, t in enumerate(row["hard_negatives"], 1)),
        )


def _report(report_id: str, row: dict[str, str]) -> Report:
    return Report(report_id, row["text"], row["title"], parse_received_at(row["received_at"]), source="written")
