"""A text is cut where marks begin and end; nothing is lost, nothing that steers text is let through."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.pages.marked import Piece, cut, one_line


def test_a_text_is_cut_at_entities_evidence_and_title() -> None:
    text = "被骗。转给13800138000五万元"
    pieces = cut(text, entities=[(5, 16, "phone"), (16, 19, "money")], evidence=[(3, 19)], urgent=[(16, 19)], title=2)
    assert pieces == [
        Piece("被骗", title=True),
        Piece("。"),
        Piece("转给", evidence=True),
        Piece("13800138000", entity="phone", ends=True, evidence=True),
        Piece("五万元", entity="money", ends=True, evidence=True, urgent=True),
    ]


def test_an_entity_that_evidence_crosses_bears_its_name_once() -> None:
    pieces = cut("长沙市雨花区", entities=[(0, 6, "place")], evidence=[(3, 6)], urgent=[], title=0)
    assert [(p.text, p.entity, p.ends) for p in pieces] == [("长沙市", "place", False), ("雨花区", "place", True)]


def test_marks_that_steer_text_are_told_by_number() -> None:
    pieces = cut("甲\u202e乙\x07", entities=[], evidence=[], urgent=[], title=0)
    assert [(p.text, p.control) for p in pieces] == [("甲", False), ("U+202E", True), ("乙", False), ("U+0007", True)]
    assert one_line("甲\u202e\n乙\u2066  丙") == "甲 乙 丙"


spans = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted).map(tuple)


@given(
    text=st.text(max_size=40),
    entities=st.lists(spans, max_size=4),
    evidence=st.lists(spans, max_size=3),
    title=st.integers(0, 40),
)
def test_nothing_is_lost_whatever_the_spans(
    text: str, entities: list[tuple[int, int]], evidence: list[tuple[int, int]], title: int
) -> None:
    pieces = cut(text, entities=[(a, b, "place") for a, b in entities], evidence=evidence, urgent=[], title=title)
    back = "".join(chr(int(p.text[2:], 16)) if p.control else p.text for p in pieces)
    assert back == text
