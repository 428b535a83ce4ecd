"""Masking: what stays visible, lengths, repeats, and that nothing checked can be read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.entity import PERSONAL, Entity
from nlp.mask import mask, mask_entities
from nlp.normalise import normalise
from nlp.recognise import recognise


def entity(kind: str, raw: str, text: str, value: object = None) -> Entity:
    start = raw.index(text)
    return Entity(kind, start, start + len(text), text, value)


@pytest.mark.parametrize(
    ("kind", "text", "masked"),
    [
        ("person", "李小四", "李**"),
        ("person", "李", "*"),
        ("phone", "13912045678", "139****5678"),
        ("phone", "139-1204-5678", "139-****-5678"),
        ("phone", "+86 13912045678", "+86 1******5678"),
        ("phone", "一三九一二零四五六七八", "一三九****五六七八"),
        ("phone", "139转1204转5678", "139转****转5678"),
        ("phone", "2234567", "2****67"),
        ("phone", "95588", "****8"),
        ("phone", "139****5678", "139****5678"),
        ("phone", "④OO-8②0-①2③4", "④OO-***-*2③4"),
        ("bank_card", "6222021234567890123", "6222***********0123"),
        ("bank_card", "6222 0212 3456 7890", "6222 **** **** 7890"),
        ("bank_card", "62×××04", "6****04"),
        ("id_card", "11010519491231002X", "110*************2X"),
        ("id_card", "430102870314123", "430**********23"),
        ("plate", "湘A12345", "湘A*****"),
        ("plate", "湘A·D12345", "湘A·******"),
        ("account", "rachel-21", "r*****-**"),
        ("account", "a", "*"),
        ("email", "zhang@example.com", "z****@*******.***"),
        ("place", "长沙市", "长沙市"),
    ],
)
def test_what_stays_visible(kind: str, text: str, masked: str) -> None:
    raw = f"前{text}后"
    assert mask(raw, [entity(kind, raw, text)]) == f"前{masked}后"


def test_repeats_are_hidden_too() -> None:
    raw = "李小四说，李小四的店叫李小四餐馆"
    assert mask(raw, [entity("person", raw, "李小四")]) == "李**说，李**的店叫李**餐馆"


def test_a_number_known_in_one_form_is_hidden_in_the_other() -> None:
    raw = "电话139 1204 5678，网页上写13912045678号"
    known = entity("phone", raw, "139 1204 5678", "13912045678")
    assert mask(raw, [known]) == "电话139 **** 5678，网页上写139****5678号"


@pytest.mark.parametrize(
    ("raw", "masked"),
    [
        ("身份证430102198703140665", "身份证430*************65"),  # a wrong check digit
        ("身份证号是：4301021987031406", "身份证号是：430***********06"),  # two digits lost
        ("他的号码430102198703140665。", "他的号码430*************65。"),
        ("见http://a.cn/430102198703140665", "见http://a.cn/430*************65"),
        ("订单3373918871517350559", "订单3373918871517350559"),
    ],
)
def test_a_mistyped_identity_number_is_hidden_though_it_is_no_entity(raw: str, masked: str) -> None:
    entities = recognise(normalise(raw))
    assert "id_card" not in {e.type for e in entities}
    assert mask(raw, entities) == masked
    assert "19870314" not in str([e.value for e in mask_entities(raw, entities)])


def test_entities_for_output() -> None:
    raw = "李小四（13912045678）在李小四餐馆打开http://a.cn/13912045678转3万元"
    entities = [
        entity("person", raw, "李小四"),
        entity("phone", raw, "13912045678", "13912045678"),
        entity("org", raw, "李小四餐馆"),
        entity("url", raw, "http://a.cn/13912045678", "http://a.cn/13912045678"),
        entity("money", raw, "3万元", 3_000_000),
        Entity("place", 0, 0, "", {"path": ["某省", "李小四村"]}),
    ]
    hidden = mask_entities(raw, entities)
    text = mask(raw, entities)
    assert [(e.start, e.end) for e in hidden] == [(e.start, e.end) for e in entities]
    assert all(e.text == text[e.start : e.end] for e in hidden)
    assert hidden[1].value == "139****5678"
    assert hidden[2].text == "李**餐馆"
    assert hidden[3].value == "http://a.cn/139****5678"
    assert hidden[4].value == 3_000_000
    shown = json.dumps([[e.text, e.value] for e in hidden], ensure_ascii=False)
    assert "李小四" not in shown
    assert "13912045678" not in shown


ALPHABET = st.sampled_from("0123456789一二三零*×xX -.@转abcZ李小四湘A①\u200b\ud800😀\x00")


@st.composite
def texts_with_entities(draw: st.DrawFn) -> tuple[str, list[Entity]]:
    raw = draw(st.text(ALPHABET, min_size=1, max_size=60))
    entities = []
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(raw) - 1))
        end = draw(st.integers(start + 1, len(raw)))
        kind = draw(st.sampled_from([*sorted(PERSONAL), "place"]))
        entities.append(Entity(kind, start, end, raw[start:end], raw[start:end]))
    return raw, entities


@given(texts_with_entities())
@settings(max_examples=300, deadline=None)
def test_masks_keep_length_and_write_only_stars(case: tuple[str, list[Entity]]) -> None:
    raw, entities = case
    hidden = mask(raw, entities)
    assert len(hidden) == len(raw)
    assert all(new in (old, "*") for old, new in zip(raw, hidden, strict=True))
    for shown in mask_entities(raw, entities):
        assert shown.text == hidden[shown.start : shown.end]


VISIBLE = {"phone": 7, "bank_card": 8, "id_card": 5, "plate": 2, "account": 1, "email": 1}
NUMBERS = {
    "phone": ("1[3-9][0-9]{9}|0731-[2-9][0-9]{7}|400[0-9]{7}", "电话{}。"),
    "bank_card": ("62[0-9]{14,17}", "卡号{}。"),
    "plate": ("湘[A-H][0-9]{5}", "车牌{}。"),
    "account": ("[a-z]{3,9}_[0-9]{3}", "微信号{}。"),
    "email": (r"[a-z]{2,9}[0-9]{2}@[a-z]{3,6}\.com", "邮箱{}。"),
}


@given(
    st.sampled_from(sorted(NUMBERS)).flatmap(
        lambda kind: st.tuples(st.just(kind), st.from_regex(NUMBERS[kind][0], fullmatch=True))
    )
)
@settings(max_examples=300, deadline=None)
def test_what_is_recognised_cannot_be_read(case: tuple[str, str]) -> None:
    kind, text = case
    raw = NUMBERS[kind][1].format(text) * 2
    entities = [e for e in recognise(normalise(raw)) if e.type in PERSONAL]
    assert [e.type for e in entities] == [kind, kind]
    hidden = mask(raw, entities)
    assert text not in hidden
    for e in entities:
        left = hidden[e.start : e.end]
        payload = [character for character in left if character.isalnum()]
        assert len(payload) <= VISIBLE[kind], left
        assert left.count("*") >= 4, left
        assert text not in str([shown.value for shown in mask_entities(raw, entities)])


def test_many_secrets_in_a_long_text_take_linear_time() -> None:
    raw = "".join(f"李{index}号电话139{index:08d}。" for index in range(4000))
    entities = [entity for entity in recognise(normalise(raw)) if entity.type in PERSONAL]
    assert len(entities) == 4000
    hidden = mask(raw, entities)
    assert len(hidden) == len(raw)
    assert hidden.count("*") == 4000 * 4
