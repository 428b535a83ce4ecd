"""Drugs: standard names, slang only where drugs are spoken of, the cheap search that lets no name pass."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from nlp.drugs import MARK, standard_name
from nlp.normalise import normalise
from nlp.recognise.drug import DRUGS


def found(raw: str) -> list[tuple[str, str]]:
    return [(raw[find.start : find.end], find.value) for find in DRUGS.find(normalise(raw), None)]


@pytest.mark.parametrize(
    ("name", "standard"),
    [
        *(("冰毒", "甲基苯丙胺"), ("冰", "甲基苯丙胺"), ("溜冰", "甲基苯丙胺"), ("“冰毒”", "甲基苯丙胺")),
        *(("麻古", "甲基苯丙胺片剂"), ("麻果", "甲基苯丙胺片剂"), ("K粉", "氯胺酮"), ("k粉", "氯胺酮")),
        *(("叶子", "大麻"), ("飞行员", "大麻"), ("上头电子烟", "依托咪酯"), ("笑气", "氧化亚氮")),
        *(("蓝精灵", "氟硝西泮"), ("神仙水", "γ-羟丁酸"), ("止咳水", "可待因"), ("邮票", "麦角酸二乙酰胺")),
        *(("白粉", "海洛因"), ("四号", "海洛因"), ("四仔", "海洛因"), ("开心水", "开心水"), ("浴盐", "卡西酮")),
        *(("曲马多", "曲马多"), ("芬太尼", "芬太尼"), ("咔哇潮饮", "γ-丁内酯"), ("罂粟壳", "罂粟")),
        *(("甲基苯丙胺类毒品", "甲基苯丙胺"), ("lsd", "麦角酸二乙酰胺"), ("白糖", None), ("", None)),
    ],
)
def test_standard_name(name: str, standard: str | None) -> None:
    assert standard_name(name) == standard


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("有人在出租屋吸食冰毒", ["冰毒"]),
        ("从身上查获甲基苯丙胺（冰毒）和麻古", ["甲基苯丙胺", "冰毒", "麻古"]),
        ("他说卖叶子，两百一克", []),
        ("他在楼道里飞叶子", ["飞叶子"]),
        ("几个人在楼道里吸毒抽叶子", ["叶子"]),
        ("酒吧里有人贩卖邮票和蓝精灵", ["邮票", "蓝精灵"]),
        ("给我拿货，一克冰三百", ["冰"]),
        ("火锅店用罂粟壳做底料", ["罂粟壳"]),
        ("冰箱坏了找谁修", []),
        ("吸毒人员把冰箱偷走了", []),
        ("树叶子掉了一地没人扫", []),
        ("邮票涨价，集邮市场混乱", []),
        ("路面结冰太滑", []),
        ("孩子学溜冰，教练不退费", []),
        ("小区里有麻将馆扰民", []),
    ],
)
def test_names_in_a_text(raw: str, names: list[str]) -> None:
    assert [name for name, _ in found(raw)] == names


def test_every_name_has_a_mark() -> None:
    drugs = tomllib.loads(files("nlp").joinpath("drugs.toml").read_text("utf-8"))["drug"]
    assert [name for drug in drugs for name in drug["names"] if not MARK.search(name)] == []


def test_the_worst_case_is_read_however_long() -> None:
    # Work that grows with the square of the length would not come to its end here.
    normal = normalise("吸冰叶子邮票" * 50_000)
    assert [found.start for found in DRUGS.find(normal, None)] == list(range(1, 300_000, 6))
