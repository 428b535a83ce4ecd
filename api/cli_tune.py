"""`minqing tune-links`: where the threshold of linking stands best for one town, told by a few pairs judged by hand."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from api.cli_issues import DEFAULT_STORE, StoreUrl
from api.errors import UsageError
from api.linking import LinkedStore
from api.store import Store
from corpora import top
from models import load_scorer
from nlp import Linker

_SAME = {"1": True, "true": True, "yes": True, "是": True, "0": False, "false": False, "no": False, "否": False}


@dataclass(frozen=True, slots=True)
class Scored:
    """A judged pair with the log-odds that linking gives it, and the level-1 category of its first report."""

    category: str
    odds: float
    same: bool


def tune_links(
    pairs: Annotated[Path, typer.Argument(metavar="PAIRS.csv", help="Columns a, b (report ids) and same (1 or 0).")],
    store: StoreUrl = DEFAULT_STORE,
) -> None:
    """Precision and recall of joining on 50 to 200 judged pairs, at the threshold that suits them best."""
    with LinkedStore(Store(store), load_scorer()).writing() as (_, session, linker):
        ids = {stored.report.id: stored.report.key for stored in Store(store).reports(session)}
        categories = {s.report.key: top(s.analysis["primary"]["id"]) for s in Store(store).reports(session)}
        judged = [_scored(linker, ids, categories, *pair) for pair in read_pairs(pairs)]
    chosen = best_threshold(judged)
    now = linker.scorer.join_above
    table = Table("category", "pairs", "same", "precision", "recall", title=f"threshold {chosen:.2f} (now {now:.2f})")
    for category in [*sorted({one.category for one in judged}), "all"]:
        part = [one for one in judged if category in (one.category, "all")]
        precision, recall = precision_recall(part, chosen)
        same = sum(one.same for one in part)
        table.add_row(category, str(len(part)), str(same), f"{precision:.2f}", f"{recall:.2f}")
    Console().print(table)
    at_now = precision_recall(judged, now)
    print(f"at {now:.2f}, as it is now: precision {at_now[0]:.2f}, recall {at_now[1]:.2f}")


def read_pairs(path: Path) -> list[tuple[str, str, bool]]:
    """(a, b, same) of every row. Raises UsageError where a column or a verdict is missing."""
    try:
        rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}); check the path") from error
    pairs = []
    for number, row in enumerate(rows, 2):
        same = _SAME.get((row.get("same") or "").strip().lower())
        if same is None or not row.get("a") or not row.get("b"):
            raise UsageError(f"{path}, row {number}: needs a, b and same (1 or 0), has {dict(row)}")
        pairs.append((row["a"].strip(), row["b"].strip(), same))
    if len({same for *_, same in pairs}) < 2:
        raise UsageError(f"{path}: has no pair that is the same or none that is not; judge some of both, 50 or more")
    return pairs


def best_threshold(judged: Sequence[Scored]) -> float:
    """The middle between two neighbouring log-odds where F1 is highest; the higher threshold of equals."""
    values = sorted({one.odds for one in judged})
    cuts = [values[0] - 0.5, *((a + b) / 2 for a, b in pairwise(values)), values[-1] + 0.5]
    return max(cuts, key=lambda cut: (_f1(*precision_recall(judged, cut)), cut))


def precision_recall(judged: Sequence[Scored], threshold: float) -> tuple[float, float]:
    """Of the pairs above the threshold the share that is the same; of the same ones the share above it; 1 of none."""
    joined = [one.same for one in judged if one.odds > threshold]
    same = sum(one.same for one in judged)
    return (sum(joined) / len(joined) if joined else 1.0), (sum(joined) / same if same else 1.0)


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / max(precision + recall, 1e-9)


def _scored(linker: Linker, ids: dict[str, str], categories: dict[str, str], a: str, b: str, same: bool) -> Scored:
    keys = [ids.get(report, report) for report in (a, b)]
    missing = [key for key in keys if key not in linker.partition.row_of]
    if missing:
        raise UsageError(f"there is no report {missing[0]} in the store; pairs name reports by the ids they came with")
    one, other = (linker.partition.row_of[key] for key in keys)
    odds = linker.odds(one, np.array([other]))
    return Scored(categories[keys[0]], float(odds[0]), same)
