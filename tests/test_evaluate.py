"""What `minqing eval` says of answers that a test tells, worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from conftest import Ran

from corpora import default_taxonomy
from nlp import Encoding, Pipeline, default_routing

Minqing = Callable[..., Ran]

#: Gold rows and the answer to each, with its probability.
ROWS = [
    ({"text": "甲", "primary": "fraud.loan"}, ("fraud.loan", 0.95)),
    ({"text": "乙", "primary": "fraud.loan"}, ("fraud.brushing", 0.85)),
    ({"text": "丙", "primary": "drugs.use"}, ("drugs.use", 0.95)),
    ({"text": "丁", "primary": "drugs.use"}, ("crime.other", 0.45)),
    ({"text": "戊", "primary": "crime.other", "acceptable": ["drugs.use"]}, ("drugs.use", 0.55)),
    ({"text": "己", "primary": "dispute.debt", "acceptable": ["fraud"]}, ("fraud.loan", 0.95)),
    ({"text": "庚", "primary": "crime.other"}, ("crime.other", 0.35)),
    ({"text": "辛", "primary": "other"}, ("drugs.trafficking", 0.65)),
]


@dataclass(frozen=True, slots=True)
class ToldEncoder:
    """Answers what a test says of each text."""

    answers: Mapping[str, tuple[str, float]]
    ids: tuple[str, ...] = default_taxonomy().ids
    decided_above: float = 0.9
    applies_above: float = 0.5
    version: str = "told"

    def encode(self, texts: Sequence[str]) -> Iterator[Encoding]:
        for text in texts:
            category, probability = self.answers[text]
            primary = np.full(len(self.ids), (1 - probability) / (len(self.ids) - 1), np.float32)
            primary[self.ids.index(category)] = probability
            yield Encoding(primary, primary, np.ones(1, np.float32), (), ())


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Path]:
    """Make the command answer as told; the path of the gold rows."""

    def tell(rows: Sequence[tuple[dict[str, object], tuple[str, float]]]) -> Path:
        encoder = ToldEncoder({str(gold["text"]): answer for gold, answer in rows})
        pipeline = Pipeline(encoder, default_taxonomy(), default_routing())
        monkeypatch.setattr("api.cli_eval.load_pipeline", lambda: pipeline)
        path = tmp_path / "gold.jsonl"
        path.write_text("".join(json.dumps(gold, ensure_ascii=False) + "\n" for gold, _ in rows), "utf-8")
        return path

    return tell


def test_json_holds_every_table(minqing: Minqing, told: Callable[..., Path]) -> None:
    ran = minqing("eval", told(ROWS), "--json")
    assert ran.code == 0
    measured = json.loads(ran.out)
    # An accepted answer counts as the truth of its text: 戊 as drugs, 己 as fraud.
    assert [tuple(row.values()) for row in measured["level1"]] == [
        ("fraud", 1.0, 1.0, 1.0, 3),
        ("drugs", 0.6667, 0.6667, 0.6667, 3),
        ("crime", 0.5, 1.0, 0.6667, 1),
        ("other", None, 0.0, 0.0, 1),
    ]
    assert list(measured["level1"][0]) == ["id", "precision", "recall", "f1", "support"]
    assert [tuple(row.values()) for row in measured["level2"]] == [
        ("fraud.brushing", 0.0, None, None, 0),
        ("fraud.loan", 1.0, 0.6667, 0.8, 3),
        ("drugs.use", 1.0, 0.6667, 0.8, 3),
        ("drugs.trafficking", 0.0, None, None, 0),
        ("crime.other", 0.5, 1.0, 0.6667, 1),
        ("other", None, 0.0, 0.0, 1),
    ]
    assert measured["level1_confusion"] == {
        "ids": ["fraud", "drugs", "crime", "other"],
        "counts": [[3, 0, 0, 0], [0, 2, 1, 0], [0, 0, 1, 0], [0, 1, 0, 0]],
    }
    assert [tuple(b.values()) for b in measured["calibration"]] == [
        (0.3, 0.4, 1, 0.35, 1.0),
        (0.4, 0.5, 1, 0.45, 0.0),
        (0.5, 0.6, 1, 0.55, 1.0),
        (0.6, 0.7, 1, 0.65, 0.0),
        (0.8, 0.9, 1, 0.85, 0.0),
        (0.9, 1.0, 3, 0.95, 1.0),
    ]
    headline = {
        "n": 8,
        "level1_accuracy": 0.75,
        "level1_macro_f1": 0.5833,
        "level1_lowest_f1": 0.0,
        "level2_accuracy": 0.625,
        "multilabel_level1_micro_f1": 0.5714,
        "decided_share": 0.375,
        "decided_level2_accuracy": 1.0,
        "expected_calibration_error": 0.4,
        # What is only acceptable (己, 戊) is not counted; of drugs, 辛 stands between 丙 and 丁.
        "recall_at_precision_0.90": {"fraud": 1.0, "drugs": 0.5, "gambling": None},
        "macro_f1_within_service": None,
    }
    assert {key: measured[key] for key in headline} == headline


def test_tables_are_for_people(minqing: Minqing, told: Callable[..., Path]) -> None:
    ran = minqing("eval", told(ROWS))
    assert ran.code == 0
    lines = [line.split() for line in ran.out.splitlines()]
    assert ["fraud", "1.00", "1.00", "1.00", "3"] in lines
    assert ["drugs", "0.67", "0.67", "0.67", "!", "3"] in lines
    assert ["fraud.loan", "1.00", "0.67", "0.80", "3"] in lines
    assert ["fraud.brushing", "0.00", "–", "–", "0"] in lines
    assert ["truth", "fraud", "drugs", "crime", "other", "all"] in lines
    assert ["drugs", "·", "2", "1", "·", "3"] in lines
    assert ["0.9", "to", "1.0", "3", "0.95", "1.00", "+0.05"] in lines
    assert "calibration on level 2 (ECE 0.400)" in ran.out
    assert ["level", "1:", "lowest", "F1", "of", "a", "category", "0.00"] in lines


def test_all_categories_fit_a_terminal(minqing: Minqing, told: Callable[..., Path]) -> None:
    ids = default_taxonomy().ids
    ran = minqing("eval", told([({"text": f"第{k}条", "primary": i}, (i, 0.9)) for k, i in enumerate(ids)]))
    assert ran.code == 0
    assert "…" not in ran.out
    assert {line.split()[0] for line in ran.out.splitlines() if line.strip()} >= set(ids)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "has no labelled report"),
        ("路灯坏了", "gold.jsonl:1: '路灯坏了' is not a JSON object"),
        ('"路灯"', "is not a JSON object"),
        ('{"text": "路灯坏了"}', "gold.jsonl:1: the row has no 'primary'"),
        ('{"primary": "other"}', "gold.jsonl:1: the row has no 'text'"),
        ('{"text": "路灯坏了", "primary": "lamps"}', "gold.jsonl:1: 'lamps' is no category"),
    ],
)
def test_a_row_that_is_no_label_is_told(minqing: Minqing, told: Callable[..., Path], line: str, reason: str) -> None:
    path = told(ROWS)
    path.write_text(line + "\n", "utf-8")
    ran = minqing("eval", path)
    assert ran.code == 2
    assert reason in ran.err
