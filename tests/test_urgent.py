"""Urgency: a table of alarms and of near misses, the payee, offsets of the raw text, worst cases."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from nlp.normalise import normalise
from nlp.recognise import recognise
from nlp.urgent import Urgency, find_urgent

RECEIVED = datetime(2019, 8, 19, 11, 34, tzinfo=timezone(timedelta(hours=8)))
ROWS = [
    tuple(line.split("\t"))
    for line in Path(__file__).with_name("urgent_cases.tsv").read_text(encoding="utf-8").splitlines()[1:]
]


def found(raw: str, received: datetime | None = RECEIVED) -> tuple[Urgency, ...]:
    normal = normalise(raw)
    return find_urgent(normal, recognise(normal, received), received)


def test_the_table_covers_every_reason() -> None:
    counts = Counter(reason for reason, _ in ROWS)
    assert set(counts) == {"stop_payment", "danger", "minor", "fire_gas", "none"}
    assert len(ROWS) - counts["none"] >= 25
    assert counts["none"] >= 40


@pytest.mark.parametrize(("reason", "marked"), ROWS)
def test_case(reason: str, marked: str) -> None:
    raw = marked.replace("⟦", "").replace("⟧", "")
    said = [(urgency.reason, raw[urgency.start : urgency.end]) for urgency in found(raw)]
    assert said == ([] if reason == "none" else [(reason, marked[marked.index("⟦") + 1 : marked.index("⟧")])])


def test_the_payee_is_given_where_it_is_told() -> None:
    raw = "我被骗了，今天上午转给对方2万元，收款卡号6222021001116245702，请帮忙止付"
    (urgency,) = found(raw)
    assert urgency.payee is not None
    assert raw[slice(*urgency.payee)] == "6222021001116245702"
    assert urgency.to_json()["payee"] == {"start": urgency.payee[0], "end": urgency.payee[1]}


def test_no_payee_no_key() -> None:
    (urgency,) = found("刚刚被骗转了3万元出去")
    assert set(urgency.to_json()) == {"reason", "start", "end"}


def test_a_day_counts_from_the_report() -> None:
    raw = "8月18日被骗走3万元"
    assert [urgency.reason for urgency in found(raw)] == ["stop_payment"]
    assert found(raw, RECEIVED + timedelta(days=5)) == ()


def test_without_a_date_only_words_of_the_moment_count() -> None:
    assert found("8月18日被骗走3万元", None) == ()
    assert [urgency.reason for urgency in found("刚刚被骗走3万元", None)] == ["stop_payment"]


def test_offsets_are_those_of_the_raw_text() -> None:
    raw = "\u200b三楼\u200b着火了，快来人！！！！"
    (urgency,) = found(raw)
    assert raw[urgency.start : urgency.end] == "着火了"


@pytest.mark.parametrize("unit", ["被关在", "我12岁", "刚转了", "持刀", "骗走3万", "站在楼顶", "学生，", "煤气"])
def test_the_worst_cases_are_read_however_long(unit: str) -> None:
    # Work that grows with the square of the length would not come to its end here.
    assert find_urgent(normalise(unit * (300_000 // len(unit))), [], RECEIVED) == ()


def test_many_entities_are_read_however_long() -> None:
    raw = "我2018年3月5日被骗走3万，" * 8_000
    normal = normalise(raw)
    entities = recognise(normal, RECEIVED)
    assert find_urgent(normal, entities, RECEIVED) == ()
