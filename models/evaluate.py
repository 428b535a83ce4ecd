"""Measure categories against a gold file; the rules are those of the task's score sheet.

A primary is right where it equals the gold primary or one of `acceptable`; an accepted level-1 id accepts all below it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpora import InputError, Report, Taxonomy, default_taxonomy, top
from models.metrics import expected_calibration_error, reliability, tallies
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
    """Rows `{text, title, primary, labels, acceptable}`; `ids` stands in where primary and labels are missing.

    Raises InputError where the file has no row, a row is not such an object, or an id is in no taxonomy of ours.
    """
    taxonomy = default_taxonomy()
    gold = [
        _gold(line, f"{path}:{number}", number, taxonomy)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if line.strip()
    ]
    if not gold:
        raise InputError(f"{path}: has no labelled report; give rows {{text, primary}} as JSONL")
    return gold


def _gold(line: str, place: str, number: int, taxonomy: Taxonomy) -> Gold:
    try:
        row = json.loads(line)
        labels = row.get("labels") or row.get("ids") or [row["primary"]]
        report = Report(str(row.get("id", number)), row["text"], row.get("title", ""))
    except (ValueError, AttributeError) as error:
        raise InputError(f"{place}: {line[:40]!r} is not a JSON object; give rows {{text, primary}}") from error
    except KeyError as error:
        raise InputError(f"{place}: the row has no {error}; give rows {{text, primary}}") from error
    gold = Gold(report, row.get("primary") or labels[0], tuple(labels), tuple(row.get("acceptable", ())))
    for category_id in (*gold.accepted, *gold.labels):
        if category_id not in taxonomy:
            raise InputError(f"{place}: {category_id!r} is no category; its ids are in corpora/taxonomy.toml")
    return gold


def evaluate(pipeline: Pipeline, gold: Sequence[Gold]) -> dict[str, Any]:
    """All that is measured on labelled reports: `score`, and the tables behind it, `breakdown`."""
    analyses = list(pipeline.stream(g.report for g in gold))
    return score(gold, analyses) | breakdown(gold, analyses, pipeline.taxonomy)


def breakdown(gold: Sequence[Gold], analyses: Sequence[Analysis], taxonomy: Taxonomy) -> dict[str, Any]:
    """Tables of analyses that stand in the order of `gold`, categories in the order of the taxonomy.

    level1, level2: `{id, precision, recall, f1, support}` of each primary, null where there is nothing to measure on;
    an accepted answer counts as the truth of its text. level1_confusion: `counts[truth][given]` over `ids`.
    calibration: bins of the primary's confidence, accuracy on level 2.
    """
    truth1, given1 = _level1(gold, analyses)
    truth2, given2 = _level2(gold, analyses)
    pairs = Counter(zip(truth1, given1, strict=True))
    ids = [i for i in taxonomy.tops if i in {*truth1, *given1}]
    right = np.array([t == i for t, i in zip(truth2, given2, strict=True)])
    bins = reliability(np.array([a.primary[1] for a in analyses]), right)
    return {
        "level1": _rows(truth1, given1, taxonomy),
        "level2": _rows(truth2, given2, taxonomy),
        "level1_confusion": {"ids": ids, "counts": [[pairs[t, i] for i in ids] for t in ids]},
        "calibration": [{name: _figure(value) for name, value in asdict(b).items()} for b in bins],
    }


def _rows(truth: Sequence[str], given: Sequence[str], taxonomy: Taxonomy) -> list[dict[str, Any]]:
    counted = tallies(truth, given)
    names = ("precision", "recall", "f1", "support")
    return [
        {"id": i} | {name: _figure(getattr(counted[i], name)) for name in names} for i in taxonomy.ids if i in counted
    ]


def score(gold: Sequence[Gold], analyses: Sequence[Analysis]) -> dict[str, Any]:
    """The figures of analyses that stand in the order of `gold`."""
    right2 = np.array([g.accepts(a.primary[0]) for g, a in zip(gold, analyses, strict=True)])
    truth1, given1 = _level1(gold, analyses)
    right1 = np.array([t == i for t, i in zip(truth1, given1, strict=True)])
    level1_f1 = [t.f1 for t in tallies(truth1, given1).values() if t.f1 is not None]
    decided = np.array([a.decided for a in analyses])
    confidence = np.array([a.primary[1] for a in analyses])
    return {
        "n": len(gold),
        "level1_accuracy": _figure(right1.mean()),
        "level1_macro_f1": _figure(sum(level1_f1) / len(level1_f1)),
        "level1_lowest_f1": _figure(min(level1_f1)),
        "level2_accuracy": _figure(right2.mean()),
        "multilabel_level1_micro_f1": _figure(multilabel_f1(gold, [{i for i, _ in a.categories} for a in analyses])),
        "decided_share": _figure(decided.mean()),
        "decided_level2_accuracy": _figure(right2[decided].mean() if decided.any() else 0.0),
        "expected_calibration_error": _figure(expected_calibration_error(confidence, right2)),
        "recall_at_precision_0.90": {t: _figure(_detector(gold, analyses, t)) for t in ("fraud", "drugs", "gambling")},
        "macro_f1_within_service": _figure(_macro_f1_within(gold, analyses, "service")),
    }


def _level1(gold: Sequence[Gold], analyses: Sequence[Analysis]) -> tuple[list[str], list[str]]:
    """The truth and the answer of each text; an accepted answer counts as the truth."""
    given = [top(a.primary[0]) for a in analyses]
    return [i if i in {top(x) for x in g.accepted} else top(g.primary) for g, i in zip(gold, given, strict=True)], given


def _level2(gold: Sequence[Gold], analyses: Sequence[Analysis]) -> tuple[list[str], list[str]]:
    given = [a.primary[0] for a in analyses]
    return [i if g.accepts(i) else g.primary for g, i in zip(gold, given, strict=True)], given


def multilabel_f1(gold: Sequence[Gold], given: Sequence[Collection[str]]) -> float:
    """Micro-F1 of level-1 labels; what only `acceptable` names counts neither way."""
    hits = wanted = wrong = 0
    for g, ids in zip(gold, given, strict=True):
        want, have = {top(x) for x in g.labels}, {top(i) for i in ids}
        hits += len(want & have)
        wanted += len(want)
        wrong += len(have - want - {top(x) for x in g.accepted})
    return 2 * hits / max(1, wanted + hits + wrong)


def _macro_f1_within(gold: Sequence[Gold], analyses: Sequence[Analysis], kind: str) -> float | None:
    """Macro-F1 over the sub-types of a level-1 id, among the reports that have one: which of them scores best?

    None where no report has one.
    """
    rows = [(g.primary, a) for g, a in zip(gold, analyses, strict=True) if top(g.primary) == kind and "." in g.primary]
    ids = sorted({primary for primary, _ in rows})
    chosen = [max(ids, key=lambda i: a.scores[i]) for _, a in rows]
    f1 = []
    for i in ids:
        hits = sum(primary == i == choice for (primary, _), choice in zip(rows, chosen, strict=True))
        f1.append(2 * hits / (sum(primary == i for primary, _ in rows) + chosen.count(i)))
    return sum(f1) / len(f1) if f1 else None


def _detector(gold: Sequence[Gold], analyses: Sequence[Analysis], kind: str) -> float | None:
    """Best recall of a level-1 id at precision 0.90 or better, ranking by its largest probability.

    None where no report has it.
    """
    scores = np.array([max(s for i, s in a.scores.items() if top(i) == kind) for a in analyses])
    truth = np.array([kind in {top(x) for x in g.labels} for g in gold])
    if not truth.any():
        return None
    ignored = np.array([kind in {top(x) for x in g.acceptable} for g in gold]) & ~truth
    order = np.argsort(-scores[~ignored])
    hits = np.cumsum(truth[~ignored][order])
    precise = hits / np.arange(1, len(order) + 1) >= 0.9
    return float(hits[precise].max() / truth.sum()) if precise.any() else 0.0


def _figure(value: float | None) -> float | int | None:
    """Four digits of a measure; a count and what could not be measured as they are."""
    return value if value is None or isinstance(value, int) else round(float(value), 4)
