"""Ids, lineage, and what people decide."""

import numpy as np
import pytest

from corpora import Report
from nlp import Incoming, Linker
from nlp.agglomerate import agglomerate
from nlp.consolidate import consolidate
from nlp.decide import UnknownError, merge, move, split, undo
from nlp.partition import Partition

SMOKE = "魅力之城小区楼下烧烤摊油烟扰民，每天营业到凌晨，请城管处理。"
CLASS = "第九中学高三年级强制学生寒假补课并收费，请教育局查处。"


def state(linker: Linker) -> dict[str, str]:
    return dict(zip(linker.partition.keys, linker.partition.issue_of, strict=True))


def filled(*texts: str) -> Linker:
    linker = Linker()
    for number, text in enumerate(texts):
        linker.link([incoming(f"r{number}", text)])
    return linker


def incoming(key: str, text: str) -> Incoming:
    return Incoming("i" + key, Report(key, text), np.zeros(384, np.float32))


@pytest.fixture
def linker() -> Linker:
    return filled(SMOKE, SMOKE + "急！", CLASS, CLASS + "谢谢。")


def test_like_reports_join_and_others_do_not(linker: Linker) -> None:
    assert state(linker) == {"r0": "ir0", "r1": "ir0", "r2": "ir2", "r3": "ir2"}


def test_a_persons_merge_outlives_consolidation_and_undo_restores(linker: Linker) -> None:
    before = state(linker)
    verdict, change = merge(linker, "ir2", "ir0", by="li")
    assert set(state(linker).values()) == {"ir0"}
    assert {(e.kind, e.issue, e.other, e.by) for e in change.events} == {("merged_into", "ir2", "ir0", "li")}
    assert consolidate(linker).moves == ()
    assert set(state(linker).values()) == {"ir0"}
    undo(linker, verdict.id, by="li")
    assert state(linker) == before
    consolidate(linker)
    assert state(linker) == before


def test_a_persons_split_outlives_consolidation_and_later_reports(linker: Linker) -> None:
    before = state(linker)
    verdict, change = split(linker, "ir0", ["r1"], by="li")
    assert state(linker)["r1"] == "ir1"
    assert change.events[0].kind == "split_from"
    consolidate(linker)
    assert state(linker)["r0"] != state(linker)["r1"]
    linker.link([incoming("r9", SMOKE)])
    assert state(linker)["r0"] != state(linker)["r1"]
    undo(linker, verdict.id, by="li")
    assert {key: state(linker)[key] for key in before} == before


def test_a_moved_report_stays_where_it_was_moved(linker: Linker) -> None:
    before = state(linker)
    verdict, change = move(linker, "r1", "ir2", by="li")
    assert change.moves == (("r1", "ir2"),)
    consolidate(linker)
    assert state(linker)["r1"] == "ir2"
    undo(linker, verdict.id, by="li")
    assert state(linker) == before


def test_a_later_merge_outranks_an_earlier_split_until_undone(linker: Linker) -> None:
    split(linker, "ir0", ["r1"], by="li")
    apart = state(linker)
    verdict, _ = merge(linker, "ir0", "ir1", by="wang")
    consolidate(linker)
    assert state(linker)["r0"] == state(linker)["r1"]
    undo(linker, verdict.id, by="wang")
    assert state(linker) == apart
    consolidate(linker)
    assert state(linker) == apart


def test_decisions_hold_when_the_store_is_linked_anew(linker: Linker) -> None:
    split(linker, "ir0", ["r1"], by="li")
    merge(linker, "ir0", "ir2", by="li")
    again = Linker(verdicts=linker.verdicts)
    for key, text in (("r3", CLASS), ("r1", SMOKE), ("r2", CLASS), ("r0", SMOKE)):
        again.link([incoming(key, text)])
    consolidate(again)
    found = state(again)
    assert found["r0"] == found["r2"] == found["r3"] != found["r1"]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda linker: merge(linker, "ir0", "nowhere", by="li"),
        lambda linker: merge(linker, "ir0", "ir0", by="li"),
        lambda linker: split(linker, "ir0", ["r0", "r1"], by="li"),
        lambda linker: split(linker, "ir0", ["r2"], by="li"),
        lambda linker: split(linker, "ir0", [], by="li"),
        lambda linker: move(linker, "r0", "ir0", by="li"),
        lambda linker: undo(linker, 99, by="li"),
    ],
)
def test_what_is_not_there_is_named_and_nothing_changes(linker: Linker, wrong) -> None:  # type: ignore[no-untyped-def]
    before = state(linker)
    with pytest.raises(UnknownError):
        wrong(linker)
    assert state(linker) == before
    assert len(linker.verdicts) == 0


def partition(*issues: str) -> Partition:
    made = Partition()
    for row, issue in enumerate(issues):
        made.add(f"r{row}", f"o{row}", issue)
    return made


def test_the_larger_part_keeps_the_id_and_the_rest_gets_its_own() -> None:
    made = partition("a", "a", "a")
    change = made.assign([[0], [1, 2]], by="x")
    assert made.issue_of == ["o0", "a", "a"]
    assert [(e.kind, e.issue, e.other) for e in change.events] == [("split_from", "o0", "a")]


def test_equals_merge_into_the_older() -> None:
    made = partition("a", "b")
    assert [e.kind for e in made.assign([[1, 0]], by="x").events] == ["merged_into"]
    assert made.issue_of == ["a", "a"]


def test_a_report_that_changes_sides_is_moved() -> None:
    made = partition("a", "a", "b", "b")
    change = made.assign([[0], [1, 2, 3]], by="x")
    assert change.moves == (("r1", "b"),)
    assert [(e.kind, e.issue, e.other, e.reports) for e in change.events] == [("moved", "a", "b", 1)]


def test_groups_by_hand() -> None:
    pairs = np.array([[0, 1], [1, 2], [0, 2], [2, 3]])
    odds = np.array([4.0, 1.0, -3.0, 2.0], np.float32)
    # 0-1 join first, then 2-3; of the 4 pairs between them 1 and -3 were compared, two count -3: -8/4 + 3/4 < 0
    assert agglomerate(4, pairs, odds, 0.0) == [[0, 1], [2, 3]]
    # 0 and 3 bound, then 1: (4 - 3)/2 + 1/2 > 0; then 2: (2 + 1 - 3)/3 + 2/3 > 0
    assert agglomerate(4, pairs, odds, 0.0, bound=[[0, 3]]) == [[0, 1, 2, 3]]
    apart = {0: frozenset({7}), 1: frozenset({-7})}
    # 0-1 never; 2-3 by 2; then 1 to them: (1 - 3)/2 + 1/2 < 0
    assert agglomerate(4, pairs, odds, 0.0, marks=apart) == [[0], [1], [2, 3]]
