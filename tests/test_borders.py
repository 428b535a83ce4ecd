"""Borders of tagged names: where words end, which word tells a place, and that nothing is lost or overlaps."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora import Span
from nlp.borders import settle_borders

MARK = re.compile(r"⟦(\w+)\|(.*?)⟧")


def read_marked(marked: str) -> tuple[str, list[Span]]:
    raw, spans, done = "", [], 0
    for mark in MARK.finditer(marked):
        raw += marked[done : mark.start()]
        spans.append(Span(mark[1], len(raw), len(raw) + len(mark[2])))
        raw += mark[2]
        done = mark.end()
    return raw + marked[done:], spans


@pytest.mark.parametrize(
    ("tagged", "settled"),
    [
        ("请⟦org|B市教育⟧局处理", "请⟦org|B市教育局⟧处理"),
        ("网页里有<⟦org|s⟧cript>⟦app|ale⟧rt", "网页里有<script>alert"),
        ("加⟦app|QQ⟧群", "加⟦app|QQ⟧群"),
        ("⟦org|某某置业有限公⟧司拖欠", "⟦org|某某置业有限公司⟧拖欠"),
        ("⟦org|海州公安局获⟧悉此事", "⟦org|海州公安局⟧获悉此事"),
        ("⟦org|滨江小学门口⟧太堵", "⟦org|滨江小学⟧门口太堵"),
        ("⟦org|明远驾校（城东⟧）收费", "⟦org|明远驾校（城东）⟧收费"),
        ("住⟦place|望月小⟧区的", "住⟦place|望月小区⟧的"),
        ("在⟦place|桂花路口附近⟧等", "在⟦place|桂花路口⟧附近等"),
        ("⟦place|望月小区3栋⟧2单元401室漏水", "⟦place|望月小区3栋2单元401室⟧漏水"),
        ("⟦place|望月小区与⟧物业", "⟦place|望月小区⟧与物业"),
        ("⟦place|B市⟧⟦org|第五中学⟧补课", "⟦org|B市第五中学⟧补课"),
        ("⟦place|B市⟧的⟦org|第五中学⟧补课", "⟦place|B市⟧的⟦org|第五中学⟧补课"),
        ("⟦org|望月小区⟧停水", "⟦place|望月小区⟧停水"),
        ("尊敬的⟦person|周书⟧记", "尊敬的⟦person|周书记⟧"),
        ("问过⟦person|周⟧县长", "问过⟦person|周县长⟧"),
        ("找⟦person|李红梅局⟧长", "找⟦person|李红梅⟧局长"),
        ("⟦person|王小林明⟧知是假", "⟦person|王小林⟧明知是假"),
        ("⟦person|王小林⟧说他", "⟦person|王小林⟧说他"),
        ("用⟦app|某宝⟧付", "用⟦app|某宝⟧付"),
        ("给⟦person|汤某某20⟧0元", "给⟦person|汤某某⟧200元"),
        ("与⟦person|陈某1⟧同住", "与⟦person|陈某1⟧同住"),
        ("中华人民共和国⟦org|最高人民法院⟧令", "⟦org|中华人民共和国最高人民法院⟧令"),
        ("⟦place|海州县⟧教育局回复", "⟦org|海州县教育局⟧回复"),
        ("⟦place|海州县⟧高中生很多", "⟦place|海州县⟧高中生很多"),
        # The other tellings of a name settle its end.
        (
            "⟦person|李平⟧到场，⟦person|李平⟧走了，⟦person|李平胞⟧弟",
            "⟦person|李平⟧到场，⟦person|李平⟧走了，⟦person|李平⟧胞弟",
        ),
        (
            "⟦person|王梓⟧骁哭，⟦person|王梓⟧骁走，⟦person|王梓⟧骁来",
            "⟦person|王梓骁⟧哭，⟦person|王梓骁⟧走，⟦person|王梓骁⟧来",
        ),
        # Two persons of one hidden name are two; what follows twice may be chance.
        ("⟦person|叶某⟧、⟦person|叶某⟧、⟦person|叶某4⟧", "⟦person|叶某⟧、⟦person|叶某⟧、⟦person|叶某4⟧"),
        ("⟦person|曹仙⟧贪，⟦person|曹仙⟧贪", "⟦person|曹仙⟧贪，⟦person|曹仙⟧贪"),
        # What is told whole once completes its parts, also where these were taken for something else.
        (
            "⟦org|永和建筑公司⟧欠薪，永⟦org|和建⟧筑公司跑了，⟦place|永和⟧建筑公⟦org|司⟧赔",
            "⟦org|永和建筑公司⟧欠薪，⟦org|永和建筑公司⟧跑了，⟦org|永和建筑公司⟧赔",
        ),
        ("⟦place|桔园小区南门⟧吵，在⟦place|桔园⟧小区南", "⟦place|桔园小区南门⟧吵，在⟦place|桔园⟧小区南"),
        ("⟦org|大堂⟧在修，⟦org|大⟧堂里", "⟦org|大堂⟧在修，⟦org|大⟧堂里"),
    ],
)
def test_border(tagged: str, settled: str) -> None:
    text, spans = read_marked(tagged)
    assert (text, settle_borders(text, spans)) == read_marked(settled)


KINDS = st.sampled_from(["person", "place", "org", "app", "drug"])
TEXT = st.text(
    st.sampled_from("王李周书记局长教育公司（）()小区路口附近门口3栋2单元A市县的与曾 "), min_size=1, max_size=40
)


@given(TEXT, st.lists(st.tuples(KINDS, st.integers(0, 39), st.integers(1, 8)), max_size=6))
@settings(max_examples=300, deadline=None)
def test_spans_stay_in_the_text_and_apart(text: str, drawn: list[tuple[str, int, int]]) -> None:
    spans = [Span(k, a, min(len(text), a + n)) for k, a, n in drawn if a < len(text)]
    settled = settle_borders(text, spans)
    assert all(0 <= span.start < span.end <= len(text) for span in settled)
    assert all(left.end <= right.start for left, right in pairwise(settled))
