"""Apps, websites and platforms that everybody knows by name; what is less known is left to the tagger.

A name that is also a company's or a common word (京东, 转转, 电报) counts only where it is the platform's beyond doubt.
"""

from __future__ import annotations

import re

from nlp.recognise.recogniser import Rank, Recogniser, Table

_NAMES = (
    *(
        "微信支付",
        "微信",
        "支付宝",
        "淘宝网",
        "淘宝",
        "天猫",
        "京东商城",
        "京东白条",
        "京东金条",
        "拼多多",
        "闲鱼",
        "唯品会",
    ),
    *(
        "苏宁易购",
        "美团外卖",
        "美团",
        "饿了么",
        "滴滴出行",
        "滴滴打车",
        "抖音",
        "快手",
        "西瓜视频",
        "小红书",
        "微博",
        "知乎",
    ),
    *(
        "豆瓣",
        "百度贴吧",
        "百度地图",
        "陌陌",
        "探探",
        "珍爱网",
        "世纪佳缘",
        "百合网",
        "伊对",
        "钉钉",
        "飞书",
        "腾讯会议",
    ),
    *(
        "腾讯视频",
        "爱奇艺",
        "优酷",
        "哔哩哔哩",
        "B站",
        "今日头条",
        "58同城",
        "赶集网",
        "高德地图",
        "携程",
        "去哪儿网",
        "铁路12306",
    ),
    *(
        "云闪付",
        "余额宝",
        "花呗",
        "借呗",
        "微粒贷",
        "度小满",
        "交管12123",
        "国家反诈中心APP",
        "纸飞机",
        "虎牙直播",
        "斗鱼直播",
    ),
)
_LATIN = (
    *("QQ", "qq", "Telegram", "telegram", "WhatsApp", "whatsapp", "Skype", "skype", "Facebook", "facebook", "Twitter"),
    *("Instagram", "YouTube", "iMessage", "Soul", "soul", "TikTok"),
)


_SUFFIX = "(?: ?(?:APP|App|app|客户端))?(?![A-Za-z])"


def _branch(name: str) -> str:
    """A branch that opens with its first character, by which `re` passes over places where none can begin."""
    before = rf"(?<![A-Za-z@./]{name[0]})" if name in _LATIN else ""
    after = "(?![A-Za-z@.])" if name in _LATIN else ""
    return f"{name[0]}{before}{name[1:]}{after}{_SUFFIX}"


_NAME = re.compile("|".join(map(_branch, sorted((*_NAMES, *_LATIN), key=len, reverse=True))))


def _nothing(name: str) -> None:
    """An app has no normal form."""


TABLE = Table(_NAME, (Recogniser("app", _NAME, Rank.SHAPE, _nothing, is_number=False),))
