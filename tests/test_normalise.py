"""Normalising: the noise met in real documents, offsets that lead back, any Unicode, worst cases."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlp.normalise import Normal, normalise

NOISE = [
    ("市區(qū)居民到醫(yī)院體檢", "市区居民到医院体检"),
    ("增強(qiáng)防騙意識,一天2000余次。", "增强防骗意识,一天2000余次。"),
    ("開(kāi)展“五防”宣傳", "开展“五防”宣传"),
    ("追回財(cái)物160余萬(wàn)元", "追回财物160余万元"),
    ("Ｑ　Ｑ：３１７９２３９ 加薇❤信", "QQ:3179239 加微信"),
    ("薇信、微.信、薇❤", "微信、微信、微心"),
    ("139\u200c1204\u200c5678", "13912045678"),
    ("壹叁玖壹贰零肆伍陆柒捌", "壹叁玖壹贰零肆伍陆柒捌"),
    ("【④OO-8②0-①2③4】", "【400-820-1234】"),
    ("1\ufe0f\u20e33\ufe0f\u20e39\ufe0f\u20e312045678", "13912045678"),
    ("银.行.卡.号", "银行卡号"),
    ("銀 行 卡 號", "银行卡号"),
    ("网址wWw．ＧａＭｅ４５６．ｃOm", "网址www.game456.com"),
    ("𝟏𝟑𝟗 🅰🅱 Ⓒ", "139 AB C"),
    ("pаypаl和Тelegram", "paypal和Telegram"),
    ("太过分了！！！！！哈哈哈哈哈哈", "太过分了！哈哈"),
    ("等等…………", "等等……"),
    ("😀😀😀😀", "😀"),
    # what only looks like noise
    ("如下：①500元②300元", "如下:①500元②300元"),
    ("面积89m²", "面积89m²"),
    ("乾隆年间，哪吒", "乾隆年间，哪吒"),
    ("教、科、文、卫", "教、科、文、卫"),
    ("张*和李*", "张*和李*"),
    ("型号A1O2", "型号A1O2"),
    ("Привет", "Привет"),
]


@pytest.mark.parametrize(("raw", "text"), NOISE)
def test_noise(raw: str, text: str) -> None:
    normal = normalise(raw)
    assert normal.text == text
    assert not normal.damaged
    assert not normal.dropped


@pytest.mark.parametrize(
    ("raw", "text", "dropped"),
    [
        ("您的位置:首頁 > 要聞 > 昨天", "昨天", "您的位置:首頁 > 要聞 > "),
        ("当前位置：首页>新闻>正文\n昨天", "\n昨天", "当前位置：首页>新闻>正文"),
        ("昨天的事。主站蜘蛛池模板: 甲市 | 乙站 | 丙网 | 丁", "昨天的事。", "主站蜘蛛池模板: 甲市 | 乙站 | 丙网 | 丁"),
    ],
)
def test_furniture_is_cut_and_kept_as_a_range(raw: str, text: str, dropped: str) -> None:
    normal = normalise(raw)
    assert normal.text == text
    assert [raw[start:end] for start, end in normal.dropped] == [dropped]


def test_furniture_that_may_hold_something_personal_is_not_cut() -> None:
    raw = "昨天的事。友情链接: 甲 | 乙 | 丙 | 电话13912045678"
    assert normalise(raw).text.endswith("13912045678")


def test_broken_pieces_are_counted_and_not_guessed() -> None:
    normal = normalise("最終“杯水也能‘滅火’”?蔽錆h市公安局")
    assert normal.text == "最终“杯水也能‘灭火’”\ufffd市公安局"
    assert normal.damaged == 1
    assert normalise("乱码锟斤拷锟斤拷和\ufffd\ufffd\ufffd").damaged == 2
    assert normalise("什么?我在b市").damaged == 0


def test_spans_lead_back_to_the_raw_text() -> None:
    raw = "轄區(qū)的電話139\u200b1204\u200b5678！！！"
    normal = normalise(raw)
    start = normal.text.index("139")
    assert raw[slice(*normal.raw_span(start, start + 11))] == "139\u200b1204\u200b5678"
    assert normal.raw_span(0, 2) == (0, 2)
    assert normal.raw_span(len(normal.text), len(normal.text)) == (len(raw), len(raw))


def _is_sound(normal: Normal) -> bool:
    sizes = len(normal.text) == len(normal.starts) == len(normal.ends)
    inside = all(0 <= a < b <= len(normal.raw) for a, b in zip(normal.starts, normal.ends, strict=True))
    forward = all(a <= b for a, b in zip(normal.ends, list(normal.starts)[1:], strict=False))
    return sizes and inside and forward


SCRAPS = [
    *(
        "\ud800",
        "\x00",
        "\u202e",
        "\u200b",
        "😀" * 3,
        "①",
        "②",
        "O",
        "薇",
        "❤",
        "信",
        "區",
        "(qū)",
        "?蔽錆h市",
        "锟斤拷",
        "\ufffd",
    ),
    *(
        "位置:",
        "首页",
        ">",
        "|",
        "银",
        ".",
        "行",
        " ",
        "QQ",
        "Q Q",
        "а",
        "www",
        ".Com",
        "！！",
        "哈哈哈",
        "1\ufe0f\u20e3",
        "友情链接:",
    ),
]


@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(SCRAPS), max_size=40).map("".join)))
@example("\ud800\udfff\x00\u202e" * 20)
@example("😀" * 10_000)
@settings(max_examples=300, deadline=None)
def test_any_text_keeps_its_way_back(raw: str) -> None:
    assert _is_sound(normalise(raw))


@pytest.mark.parametrize(
    "unit",
    ["a", "1", "a.", "①3", "區", "(ā", "！", "?锟", "位置:>", "abc|", "a>", "1\u200b", "аa", "银.", "微❤", "Q ", "aA."],
)
def test_the_worst_cases_are_read_however_long(unit: str) -> None:
    # Work that grows with the square of the length would not come to its end here.
    assert _is_sound(normalise(unit * (400_000 // len(unit))))
