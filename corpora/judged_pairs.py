"""Pairs of reports that a person judged: ids and verdicts, no text. The texts stay where they came from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

_FOLDER = Path(str(files("corpora"))) / "judged"
#: Drawn among messages of a board where a score was tempted, outside of its known issues; to learn from.
TEMPTING = _FOLDER / "pairs.jsonl"
#: To measure by: pairs that linking joined and no gold names, drawn at random, and one from each of a hundred issues.
JOINED = _FOLDER / "joined.jsonl"
JOINED_BY_ISSUE = _FOLDER / "joined_by_issue.jsonl"


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """Two reports by id, and whether they tell of one concrete problem."""

    a: str
    b: str
    same: bool


def read_judged_pairs(path: Path = TEMPTING) -> Iterator[JudgedPair]:
    """Every pair, `a` before `b`."""
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        yield JudgedPair(row["a"], row["b"], row["same"])
