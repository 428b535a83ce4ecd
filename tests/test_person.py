"""Names that the text itself labels must be found whatever the tagger says, and roles must not be taken for names."""

from __future__ import annotations

import pytest

from nlp import Entity, normalise
from nlp.merge import merge_entities
from nlp.recognise import recognise


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("姓名：李四，电话见下", ["李四"]),
        ("户名王小明 开户行农行", ["王小明"]),
        ("联系人欧阳芳女士", ["欧阳芳"]),
        ("我叫张三丰在城北住", ["张三丰"]),
        ("被告人赵某某伙同李某1盗窃", ["赵某某", "李某1"]),
        ("证人王×1的证言", ["王×1"]),
        ("法人是陈大文。", ["陈大文"]),
        ("负责人：刘洋电话", ["刘洋"]),
        ("我是业主何波军，联系电话见后", ["何波军"]),
        ("共三千万元整，电话联系", []),
        ("业主和开发商谈不拢", []),
        ("业主车位被占，负责人不在", []),
        ("投诉人要求退款，受害人家属来了", []),
        ("共计14.04万某某款", []),
        ("原告方认为合同有效", []),
    ],
)
def test_labelled_names(text: str, names: list[str]) -> None:
    assert [e.text for e in recognise(normalise(text)) if e.type == "person"] == names


def test_a_tag_that_holds_a_find_whole_outranks_it() -> None:
    find = Entity("person", 3, 5, "董某")
    assert merge_entities([find], [Entity("person", 3, 6, "董某华")]) == [Entity("person", 3, 6, "董某华")]
    assert merge_entities([find], [Entity("org", 0, 5, "被告人董某")]) == [find]
    assert merge_entities([find], [Entity("person", 4, 6, "某华")]) == [find]


def test_a_tag_does_not_stretch_what_a_recogniser_measures() -> None:
    find = Entity("time", 0, 9, "2018年5月8日", "2018-05-08")
    assert merge_entities([find], [Entity("time", 0, 11, "2018年5月8日上午")]) == [find]


def test_a_number_that_failed_its_check_is_no_card_because_a_tag_says_so() -> None:
    assert merge_entities([], [Entity("bank_card", 0, 4, "1234"), Entity("app", 5, 7, "抖音")]) == [
        Entity("app", 5, 7, "抖音")
    ]
