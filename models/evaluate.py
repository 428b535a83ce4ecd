"""Measure categories against a gold file; the rules are those of the task's score sheet.

A primary is right where it equals the gold primary or one of `acceptable`; an accepted level-1 id accepts all below it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpora import Report, top
from models.metrics import expected_calibration_error
from nlp import Analysis, Pipeline


@dataclass(frozen=True, slots=True)
class Gold:
    """A labelled report."""

    report: Report
    primary: str
    labels: tuple[str, ...]
    acceptable: tuple[str, ...]

    @property
    def accepted(self) -> tuple[str, ...]:
        return (self.primary, *self.acceptable)

    def accepts(self, category_id: str) -> bool:
        """Whether this primary would be right on level 2."""
        return category_id in self.accepted or any("." not in a and top(category_id) == a for a in self.accepted)


def read_gold(path: Path) -> list[Gold]:
    """Rows `{text, title, primary, labels, acceptable}`; `ids` stands in where primary and labels are missing."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    gold = []
    for number, row in enumerate(rows, 1):
        labels = row.get("labels") or row.get("ids") or [row["primary"]]
        report = Report(str(row.get("id", number)), row["text"], row.get("title", ""))
        gold.append(Gold(report, row.get("primary") or labels[0], tuple(labels), tuple(row.get("acceptable", ()))))
    return gold


def evaluate(pipeline: Pipeline, gold: Sequence[Gold]) -> dict[str, Any]:
    """Accuracy on both levels, multi-label F1, what the decided share is right in, calibration, detectors."""
    return score(gold, list(pipeline.stream(g.report for g in gold)))


def score(gold: Sequence[Gold], analyses: Sequence[Analysis]) -> dict[str, Any]:
    """The figures of analyses that stand in the order of `gold`."""
    right2 = np.array([g.accepts(a.primary[0]) for g, a in zip(gold, analyses, strict=True)])
    right1 = np.array([top(a.primary[0]) in {top(x) for x in g.accepted} for g, a in zip(gold, analyses, strict=True)])
    decided = np.array([a.decided for a in analyses])
    confidence = np.array([a.primary[1] for a in analyses])
    return {
        "n": len(gold),
        "level1_accuracy": _figure(right1.mean()),
        "level2_accuracy": _figure(right2.mean()),
        "multilabel_level1_micro_f1": _figure(multilabel_f1(gold, [{i for i, _ in a.categories} for a in analyses])),
        "decided_share": _figure(decided.mean()),
        "decided_level2_accuracy": _figure(right2[decided].mean() if decided.any() else 0.0),
        "expected_calibration_error": _figure(expected_calibration_error(confidence, right2)),
        "recall_at_precision_0.90": {t: _figure(_detector(gold, analyses, t)) for t in ("fraud", "drugs", "gambling")},
        "macro_f1_within_service": _figure(_macro_f1_within(gold, analyses, "service")),
    }


def multilabel_f1(gold: Sequence[Gold], given: Sequence[Collection[str]]) -> float:
    """Micro-F1 of level-1 labels; what only `acceptable` names counts neither way."""
    hits = wanted = wrong = 0
    for g, ids in zip(gold, given, strict=True):
        want, have = {top(x) for x in g.labels}, {top(i) for i in ids}
        hits += len(want & have)
        wanted += len(want)
        wrong += len(have - want - {top(x) for x in g.accepted})
    return 2 * hits / max(1, wanted + hits + wrong)


def _macro_f1_within(gold: Sequence[Gold], analyses: Sequence[Analysis], kind: str) -> float:
    """Macro-F1 over the sub-types of a level-1 id, among the reports that have one: which of them scores best?"""
    rows = [(g.primary, a) for g, a in zip(gold, analyses, strict=True) if top(g.primary) == kind and "." in g.primary]
    ids = sorted({primary for primary, _ in rows})
    chosen = [max(ids, key=lambda i: a.scores[i]) for _, a in rows]
    f1 = []
    for i in ids:
        hits = sum(primary == i == choice for (primary, _), choice in zip(rows, chosen, strict=True))
        f1.append(2 * hits / (sum(primary == i for primary, _ in rows) + chosen.count(i)))
    return sum(f1) / max(1, len(f1))


def _detector(gold: Sequence[Gold], analyses: Sequence[Analysis], kind: str) -> float:
    """Best recall of a level-1 id at precision 0.90 or better, ranking by its largest probability."""
    scores = np.array([max(s for i, s in a.scores.items() if top(i) == kind) for a in analyses])
    truth = np.array([kind in {top(x) for x in g.labels} for g in gold])
    ignored = np.array([kind in {top(x) for x in g.acceptable} for g in gold]) & ~truth
    order = np.argsort(-scores[~ignored])
    hits = np.cumsum(truth[~ignored][order])
    precise = hits / np.arange(1, len(order) + 1) >= 0.9
    return float(hits[precise].max() / truth.sum()) if precise.any() else 0.0


def _figure(value: Any) -> float:
    return round(float(value), 4)
