"""The threshold of linking, tuned on pairs that a person judged."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.cli_tune import Scored, best_threshold, precision_recall

TEXTS = {
    "1": "阳光花园三期捆绑销售车位，不买车位就不给签购房合同，二十万一个太离谱了",
    "2": "河西中学门口晚上路灯全坏了，学生放学看不清路",
    "3": "阳光花园三期开发商捆绑销售车位，不买车位不给签购房合同，请有关部门查处",
    "4": "城北菜市场门口的污水井盖坏了好几天，臭气熏天没人修",
}


def test_the_threshold_stands_where_f1_is_highest() -> None:
    judged = [
        Scored("service", odds, same) for odds, same in [(2, True), (1, True), (0, False), (-1, True), (-2, False)]
    ]
    cut = best_threshold(judged)
    assert -2 < cut < -1 or 0 < cut < 1
    assert precision_recall(judged, 0.5) == (1.0, pytest.approx(2 / 3))
    assert precision_recall(judged, 9) == (1.0, 0.0)


@pytest.fixture
def stored(minqing: Callable[..., Any], tmp_path: Path) -> Path:
    rows = "".join(json.dumps({"id": i, "text": t}, ensure_ascii=False) + "\n" for i, t in TEXTS.items())
    (tmp_path / "a.jsonl").write_text(rows, "utf-8")
    assert minqing("ingest", "a.jsonl").code == 0
    return tmp_path


def test_judged_pairs_give_precision_and_recall_by_category(minqing: Callable[..., Any], stored: Path) -> None:
    (stored / "pairs.csv").write_text("a,b,same\n1,3,1\n1,2,0\n2,4,否\n", "utf-8-sig")
    ran = minqing("tune-links", "pairs.csv")
    assert ran.code == 0, ran.err
    line = next(line for line in ran.out.splitlines() if " all " in line)
    assert [cell.strip() for cell in line.strip("│┃ ").split("│")] == ["all", "3", "1", "1.00", "1.00"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [("1,3,1\n1,2,maybe\n", "row 3"), ("1,3,1\n", "some of both"), ("1,3,1\n1,99,0\n", "no report 99")],
)
def test_what_is_wrong_with_the_pairs_is_told(
    minqing: Callable[..., Any], stored: Path, rows: str, message: str
) -> None:
    (stored / "pairs.csv").write_text("a,b,same\n" + rows, "utf-8")
    ran = minqing("tune-links", "pairs.csv")
    assert ran.code == 2
    assert message in ran.err
