"""`minqing eval`: how well the categories do on labelled reports, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from api.errors import UsageError
from models import evaluate, load_pipeline, read_gold

#: Below it an F1 is marked.
_WEAK = 0.8

_HEADLINE = {
    "level1_accuracy": "level 1: right",
    "level1_macro_f1": "level 1: mean F1 of categories",
    "level1_lowest_f1": "level 1: lowest F1 of a category",
    "multilabel_level1_micro_f1": "level 1: micro-F1 of all labels",
    "level2_accuracy": "level 2: right",
    "decided_share": "decided without a person",
    "decided_level2_accuracy": "level 2: right where decided",
    "expected_calibration_error": "expected calibration error",
    "macro_f1_within_service": "mean F1 among the services",
}


def evaluate_(
    gold: Annotated[Path, typer.Argument(metavar="GOLD.jsonl", help="Rows {id, text, primary, labels, acceptable}.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
) -> None:
    """Measure the categories against labelled reports: each category, what is taken for what, calibration."""
    if not gold.is_file():
        raise UsageError(f"{gold}: no such file; give labelled reports as JSONL")
    measured = evaluate(load_pipeline(), read_gold(gold))
    if as_json:
        print(json.dumps(measured, ensure_ascii=False, indent=2))
    else:
        Console().print(*tables(measured))


def tables(measured: dict[str, Any]) -> Iterator[Table]:
    """What `evaluate` measured, for people; categories with an F1 under 0.80 are marked."""
    yield _categories("level 2", measured["level2"])
    yield _confusion(**measured["level1_confusion"])
    yield _calibration(measured)
    yield _categories("level 1", measured["level1"])
    yield _headline(measured)


def _categories(title: str, rows: Iterable[dict[str, Any]]) -> Table:
    table = _table(f"{title} (!: F1 under {_WEAK:.2f})", "category")
    for column in ("precision", "recall", "F1", "", "texts"):
        table.add_column(column, justify="right")
    for row in rows:
        weak = row["f1"] is not None and row["f1"] < _WEAK
        shares = (_share(row[name]) for name in ("precision", "recall", "f1"))
        table.add_row(row["id"], *shares, "!" if weak else "", str(row["support"]), style="bold red" if weak else None)
    return table


def _confusion(ids: list[str], counts: list[list[int]]) -> Table:
    table = _table("level 1: truth by row, answer by column", "truth")
    for column in (*ids, "all"):
        table.add_column(column, justify="right")
    for i, row in zip(ids, counts, strict=True):
        table.add_row(i, *(str(count) if count else "·" for count in row), str(sum(row)))
    return table


def _calibration(measured: dict[str, Any]) -> Table:
    error = measured["expected_calibration_error"]
    table = _table(f"calibration on level 2 (ECE {error:.3f})", "confidence")
    for column in ("texts", "mean", "right", "gap"):
        table.add_column(column, justify="right")
    for b in measured["calibration"]:
        shares = _share(b["confidence"]), _share(b["accuracy"]), f"{b['accuracy'] - b['confidence']:+.2f}"
        table.add_row(f"{b['low']:.1f} to {b['high']:.1f}", str(b["texts"]), *shares)
    return table


def _headline(measured: dict[str, Any]) -> Table:
    table = _table("all reports", "figure")
    table.add_column("value", justify="right")
    table.add_row("reports", str(measured["n"]))
    for key, words in _HEADLINE.items():
        table.add_row(words, _share(measured[key]))
    for kind, recall in measured["recall_at_precision_0.90"].items():
        table.add_row(f"{kind} as a detector: recall at precision 0.90", _share(recall))
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column, no_wrap=True)
    return table


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
