"""Money and time: a table of expressions with their values, what is neither, property tests, worst cases."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.normalise import normalise
from nlp.recognise.feast import feast
from nlp.recognise.lunar import lunar_date
from nlp.recognise.money import MONEY
from nlp.recognise.numerals import Quantity, quantity
from nlp.recognise.time import TIME

FAMILIES = {"money": MONEY, "time": TIME}
RECEIVED = datetime(2019, 8, 19, 11, 34, tzinfo=timezone(timedelta(hours=8)))
ROWS = [
    tuple(line.split("\t"))
    for line in Path(__file__).with_name("values.tsv").read_text(encoding="utf-8").splitlines()[1:]
]


def found(kind: str, raw: str, received: datetime | None = RECEIVED) -> list[tuple[str, Any]]:
    normal = normalise(raw)
    spans = ((find, normal.raw_span(find.start, find.end)) for find in FAMILIES[kind].find(normal, received))
    return [(raw[start:end], find.value) for find, (start, end) in spans]


def test_the_table_is_large() -> None:
    assert len(ROWS) >= 400


@pytest.mark.parametrize(("kind", "marked", "value"), ROWS)
def test_value(kind: str, marked: str, value: str) -> None:
    raw = marked.replace("⟦", "").replace("⟧", "")
    wanted = marked[marked.index("⟦") + 1 : marked.index("⟧")]
    assert found(kind, raw) == [(wanted, json.loads(value))]


@pytest.mark.parametrize(
    "raw",
    [
        *("李四人民币", "3万人", "2万平方米", "5万份", "10万公里", "千万别上当", "几万师生", "一块去看看", "三块地"),
        *("五角大楼", "电话13800138000", "身高180", "考了98分", "两分地", "十分感谢", "万分感谢", "220万伏高压线"),
        *("上万户居民", "3单元", "元旦", "一分钱没给", "一毛钱都没有", "6万多条笔记", "0000元", "A5元"),
    ],
)
def test_no_money(raw: str) -> None:
    assert found("money", raw) == []


@pytest.mark.parametrize(
    "raw",
    [
        *("5岁了", "一年级", "三年级", "第三天", "九年义务教育", "一点小事", "有点吵", "3号楼", "1号线", "2号出口"),
        *("以下三点", "这两点意见", "一时兴起", "有一天", "劳动合同", "教师资格", "妇女主任", "八一路", "五一路"),
        *("地铁2号线", "十一中", "00:04 / 03:41", "上年轻人的当", "曙光路21号", "3.5万元", "12.5公斤"),
        "百分之十九点五",
    ],
)
def test_no_time(raw: str) -> None:
    assert found("time", raw) == []


@pytest.mark.parametrize(
    "raw", ["昨天", "上周五", "三个月前", "去年腊月", "今早8点", "近三年", "月底", "5月", "国庆期间", "25号"]
)
def test_relative_times_have_no_value_without_a_report_date(raw: str) -> None:
    assert found("time", raw, None) == [(raw, None)]


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        ("2018年3月5日发生，同日15时报警", ["2018-03-05", "2018-03-05T15:00"]),
        ("2018年3月5日晚9点付款，次日被拉黑", ["2018-03-05T21:00", "2018-03-06"]),
        ("2018年3月签合同，同年6月开工，次年5月交房", ["2018-03", "2018-06", "2019-05"]),
        ("2018年11月2日投诉，12月10日回复", ["2018-11-02", "2018-12-10"]),
        ("2018年3月5日到，8日走", ["2018-03-05", "2018-03-08"]),
        ("每年5月都要停水", [None]),
        ("每天晚上8点放音乐", [None]),
    ],
)
def test_what_stands_before_counts(raw: str, values: list[str | None]) -> None:
    assert [value for _, value in found("time", raw)] == values


def test_the_day_is_that_of_china() -> None:
    assert found("time", "今天", datetime(2019, 8, 18, 20, tzinfo=UTC)) == [("今天", "2019-08-19")]


def test_spans_are_those_of_the_raw_text() -> None:
    assert found("money", "交了\u200b３\u200b万元整") == [("３\u200b万元", 3000000)]
    assert found("time", "２０１８年５月\u200b１８日") == [("２０１８年５月\u200b１８日", "2018-05-18")]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        *(("3万1", 31000, 31000), ("一百零五", 105, 105), ("十几", 11, 19), ("三十几万", 310000, 390000)),
        *(("2000余", 2000, 3000), ("1.5万余", 15000, 16000), ("上百万", 1000000, None), ("五六百", 500, 600)),
    ],
)
def test_quantity(text: str, low: int, high: int | None) -> None:
    assert quantity(text) == Quantity(Decimal(low), None if high is None else Decimal(high))


def test_lunar_new_years_are_the_known_ones() -> None:
    known = {1950: (2, 17), 1985: (2, 20), 2000: (2, 5), 2012: (1, 23), 2019: (2, 5), 2020: (1, 25), 2024: (2, 10)}
    assert {year: lunar_date(year, 1, 1) for year in known} == {y: date(y, *day) for y, day in known.items()}
    assert lunar_date(2020, 8, 15) == date(2020, 10, 1)  # past the leap month
    assert lunar_date(1929, 1, 1) is None


@pytest.mark.parametrize(("year", "day"), [(1976, 4), (2008, 4), (2017, 4), (2019, 5), (2023, 5), (2024, 4)])
def test_qingming(year: int, day: int) -> None:
    assert feast("清明节", year) == (date(year, 4, day), date(year, 4, day))


PIECES = st.sampled_from(
    [
        *"0123456789一二三十百千万亿元块角分年月日号时点半上下前后今昨周至到、，.:-多余来几数个天 \n",
        *("人民币", "小时", "国庆", "正月", "期间", "￥", "被骗", "凌晨"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=60))
def test_any_text_is_read_in_order_and_without_overlap(raw: str) -> None:
    normal = normalise(raw)
    for family in FAMILIES.values():
        for received in (RECEIVED, None):
            done = 0
            for find in family.find(normal, received):
                assert done <= find.start < find.end <= len(normal.text)
                done = find.end
                json.dumps(find.value)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**12 - 1))
def test_an_amount_in_figures_is_its_number(yuan: int) -> None:
    if yuan:
        assert found("money", f"付了{yuan}元") == [(f"{yuan}元", yuan * 100)]


@settings(max_examples=300, deadline=None)
@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_date_in_figures_is_its_day(day: date) -> None:
    assert found("time", f"于{day.year}年{day.month}月{day.day}日") == [
        (f"{day.year}年{day.month}月{day.day}日", day.isoformat())
    ]


@pytest.mark.parametrize("kind", ["money", "time"])
@pytest.mark.parametrize(
    "unit",
    [
        *("1", "一", "1万", "万", "，1", "年", "2018年", "5月至", "3-", "上", "元", "几", "两三", "10点", "1,", "8."),
        *("至5日", "周一", "人民币1", "￥"),
    ],
)
def test_the_worst_cases_are_read_however_long(kind: str, unit: str) -> None:
    # Work that grows with the square of the length would not come to its end here.
    long, short = (
        list(FAMILIES[kind].find(normalise(unit * (size // len(unit))), RECEIVED)) for size in (200_000, 2_000)
    )
    assert [found for found in long if found.end <= 1_000] == [found for found in short if found.end <= 1_000]
    assert len(long) >= 50 * len(short)
