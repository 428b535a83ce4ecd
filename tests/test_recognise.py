"""Recognisers: the adversarial table, values, the rule for overlaps, properties over any text, worst cases."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.entity import Entity
from nlp.normalise import normalise
from nlp.recognise import recognise
from nlp.recognise.digits import digits, is_luhn, is_resident_number

TABLE = Path(__file__).with_name("adversarial.tsv")
MARK = re.compile(r"⟦(\w+)\|(.*?)⟧")
CHECKED = {"phone", "id_card", "bank_card", "account", "email", "plate", "url"}

Place = tuple[str, int, int]


def found(raw: str) -> list[Entity]:
    return [entity for entity in recognise(normalise(raw)) if entity.type in CHECKED]


def read_marked(marked: str) -> tuple[str, set[Place]]:
    """A marked text as raw text and the places that its marks name."""
    raw, places, done = "", set(), 0
    for mark in MARK.finditer(marked):
        raw += marked[done : mark.start()]
        places.add((mark[1], len(raw), len(raw) + len(mark[2])))
        raw += mark[2]
        done = mark.end()
    return raw + marked[done:], places


def test_adversarial_table() -> None:
    rows = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]]
    assert len(rows) >= 400
    right = wrong = missed = 0
    errors = []
    for family, marked in rows:
        raw, wanted = read_marked(marked)
        got = {(entity.type, entity.start, entity.end) for entity in found(raw)}
        right += len(got & wanted)
        wrong += len(got - wanted)
        missed += len(wanted - got)
        if got != wanted:
            errors.append(f"{family}: {marked} → {sorted((kind, raw[a:b]) for kind, a, b in got)}")
    recall, precision = right / (right + missed), right / (right + wrong)
    report = f"recall {recall:.4f}, precision {precision:.4f} on {len(rows)} cases\n" + "\n".join(errors)
    assert recall == 1.0, report
    assert precision >= 0.98, report


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("+86 139-1204-5678", "13912045678"),
        ("008613912045678", "13912045678"),
        ("壹叁玖壹贰零肆伍陆柒捌", "13912045678"),
        ("幺三九 幺二零四 五六七八", "13912045678"),
        ("【④OO-8②0-①2③4】", "4008201234"),
        ("0731-85551234转801", "073185551234"),
        ("139＊＊＊＊5678", "139****5678"),
        ("身份证11010519491231002x", "11010519491231002X"),
        ("卡号6222 **** **** 3457", "6222********3457"),
        ("ＱＱ：３１７ ９２３ ９", "3179239"),
        ("微信号Rachel-21", "Rachel-21"),
        ("Zhang[at]Example点COM", "zhang@example.com"),
        ("粤b·d12345", "粤BD12345"),
        ("苏A****W", "苏A****W"),
        ("hxxps://Bad.Example[.]net/A?b=C", "https://bad.example.net/A?b=C"),
        ("w w w . g a m e 4 . c o m", "www.game4.com"),
    ],
)
def test_value_is_the_normal_form(raw: str, value: str) -> None:
    assert [entity.value for entity in found(raw)] == [value]


@pytest.mark.parametrize(
    ("raw", "kind", "texts"),
    [
        ("向县教育局和A市住建局反映", "org", ["县教育局", "A市住建局"]),
        ("浙江省杭州市公安局通报", "org", ["浙江省杭州市公安局"]),
        ("镇政府不管，派出所、法院、物业、政府也不管", "org", ["镇政府"]),
        ("局面很难看，政府办公室", "org", []),
        ("加微信转支付宝，QQ也行，qqq不算", "app", ["微信", "支付宝", "QQ"]),
        ("下载国家反诈中心APP，发邮件a@qq.com", "app", ["国家反诈中心APP"]),
    ],
)
def test_departments_and_well_known_apps(raw: str, kind: str, texts: list[str]) -> None:
    assert [e.text for e in recognise(normalise(raw)) if e.type == kind] == texts


def test_check_digits_follow_their_standards() -> None:
    assert is_resident_number("11010519491231002X")  # the example of GB 11643-1999
    assert not is_resident_number("110105194912310021")
    assert is_luhn("79927398713")  # the classic example
    assert not is_luhn("79927398714")
    assert not is_luhn("0000000000000000")


def test_the_better_founded_find_wins() -> None:
    [entity] = found("卡号11010519491231002X")
    assert entity.type == "id_card"
    [entity] = found("邮箱13912045678@139.com")
    assert entity.type == "email"
    assert {entity.type for entity in found("http://example.com/13912045678")} >= {"phone"}


def test_a_name_told_once_is_found_again_in_quotes() -> None:
    assert [entity.text for entity in found("微信名为“小清风”的人，后来“小清风”消失")] == ["小清风", "小清风"]


NOISY = [
    *(
        "电话",
        "卡号",
        "身份证",
        "订单号",
        "QQ",
        "微信",
        "加v",
        "账号",
        "：",
        "，",
        "。",
        " ",
        "-",
        "@",
        ".",
        "com",
        "点",
        "艾特",
        "转",
    ),
    *(
        "13912045678",
        "139",
        "1204",
        "6212260000000000000",
        "11010519491231002X",
        "0731",
        "400",
        "一三九",
        "①",
        "*",
        "×",
        "\u200b",
    ),
    *("湘A", "12345", "http://", "www.", "“", "”", "昵称", "\ud800", "\x00", "\u202e", "１", "+86", "(", ")", "x"),
]
ANYTHING = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(NOISY), max_size=30).map("".join))


@given(ANYTHING)
@settings(max_examples=400, deadline=None)
def test_entities_are_slices_in_order(raw: str) -> None:
    entities = recognise(normalise(raw))
    assert all(entity.text == raw[entity.start : entity.end] and entity.text for entity in entities)
    assert all(left.end <= right.start for left, right in pairwise(entities))


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["电话{}请回", "手机：{}。", "{}", "找{}王"]))
@settings(max_examples=100, deadline=None)
def test_every_mobile_number_is_found(number: str, frame: str) -> None:
    assert [entity.value for entity in found(frame.format(number)) if entity.type == "phone"] == [number]


@given(st.from_regex(r"62[0-9]{13,16}", fullmatch=True), st.sampled_from(["", " ", "-"]))
@settings(max_examples=100, deadline=None)
def test_every_union_pay_card_is_found(start: str, gap: str) -> None:
    number = next(start + digit for digit in "0123456789" if is_luhn(start + digit))
    written = gap.join(number[at : at + 4] for at in range(0, len(number), 4))
    entities = found(f"打到卡{written}上")
    assert [digits(entity.text) for entity in entities] == [number]


@pytest.mark.parametrize(
    "unit",
    [
        *("1", "a", "a.", "a-", "a b ", "a@", "0-", "1.", "*", "1*", "一", "一三八", "www.", "http://", "点", "a dot "),
        *(
            "微信",
            "微信号:a",
            "加v",
            "昵称“",
            "+86",
            "(1",
            "卡号1",
            "订单号",
            "湘A1",
            "6222 0212 ",
            "13912045678 ",
            "139转1204",
        ),
        *("教育局", "A市", "北京市", "委", "QQ", "微信APP"),
    ],
)
def test_the_worst_cases_are_read_however_long(unit: str) -> None:
    # Work that grows with the square of the length would not come to its end here.
    long, short = (unit * (size // len(unit)) for size in (100_000, 2_000))
    entities = recognise(normalise(long))
    assert all(entity.text == long[entity.start : entity.end] for entity in entities)
    front = len(short) // 2
    assert [e for e in entities if e.end <= front] == [e for e in recognise(normalise(short)) if e.end <= front]
