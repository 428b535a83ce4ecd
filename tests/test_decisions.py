"""What people decide about issues holds: against the machine, a repair, and a replay; and it can be taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Minqing = Callable[..., Any]

ROWS = {
    "1": "阳光花园三期捆绑销售车位，不买车位就不给签购房合同，二十万一个太离谱了",
    "2": "河西中学门口晚上路灯全坏了，学生放学看不清路",
    "3": "阳光花园三期开发商捆绑销售车位，不买车位不给签购房合同，请有关部门查处",
    "4": "城北菜市场门口的污水井盖坏了好几天，臭气熏天没人修",
}


@pytest.fixture
def issues(minqing: Minqing, tmp_path: Path) -> Callable[[], dict[str, str]]:
    """Ingest the rows; a call tells the issue of each report."""
    (tmp_path / "a.jsonl").write_text(
        "".join(json.dumps({"id": i, "text": t}, ensure_ascii=False) + "\n" for i, t in ROWS.items()), "utf-8"
    )
    assert minqing("ingest", "a.jsonl").code == 0

    def tell() -> dict[str, str]:
        return {r: row["issue"] for row in minqing("issues", "export").rows for r in row["reports"]}

    return tell


def test_a_merge_holds_through_repair_and_replay_and_can_be_taken_back(
    minqing: Minqing, issues: Callable[[], dict[str, str]]
) -> None:
    before = issues()
    assert before["1"] == before["3"] != before["2"]
    assert "decision 1" in minqing("issues", "merge", before["2"], before["4"], "--by", "甲").out
    merged = issues()
    assert merged["2"] == merged["4"]
    minqing("issues", "consolidate")
    minqing("ingest", "a.jsonl")
    assert issues() == merged
    assert "taken back" in minqing("issues", "undo", "1", "--by", "乙").out
    assert issues() == before


def test_a_split_holds_through_repair(minqing: Minqing, issues: Callable[[], dict[str, str]]) -> None:
    before = issues()
    minqing("issues", "split", before["1"], "3", "--by", "甲")
    parted = issues()
    assert parted["1"] == before["1"] != parted["3"]
    minqing("issues", "consolidate")
    assert issues() == parted
    minqing("issues", "undo", "1")
    assert issues() == before


def test_a_moved_report_stays_away(minqing: Minqing, issues: Callable[[], dict[str, str]]) -> None:
    before = issues()
    minqing("issues", "move", "3", before["2"])
    minqing("issues", "consolidate")
    moved = issues()
    assert moved["3"] == before["2"]
    assert moved["1"] == before["1"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("merge", "i0", "i1"), "there is no issue i0"),
        (("undo", "7"), "there is no decision 7"),
        (("move", "99", "i1"), "there is no report 99"),
    ],
)
def test_what_is_unknown_is_named(
    minqing: Minqing, issues: Callable[[], dict[str, str]], args: tuple[str, ...], message: str
) -> None:
    before = issues()
    ran = minqing("issues", *args)
    assert ran.code == 2
    assert message in ran.err
    assert issues() == before
