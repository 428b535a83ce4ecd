"""Accounts of services: WeChat, QQ, Alipay, short video, messengers, and the names that their users go by.

The label is part of the pattern and often disguised (薇信, 威信, v心, wx, 扣扣, 企鹅, 加V). Normal form: as written,
in half width, without the gaps of a parted number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from nlp.normalise import Normal
from nlp.recognise.digits import HAN, is_date
from nlp.recognise.recogniser import Found, Rank, Recogniser, Table, anything

#: Labels as literals: a search for them starts from their first characters and costs little where there are none.
_WECHAT_WORDS = (
    "微信|微心|微芯|v信|V信|v心|V心|v芯|V芯|威信|维信|徽信|威芯|wx|vx|WX|VX|Wx|Vx"
    "|weixin|Weixin|WeiXin|wechat|Wechat|WeChat|WECHAT"
    "|加[vV](?![xX信心])|加薇|加威|加微(?!信|心)|\\+[vV](?![xX信心])|➕[vV](?![xX信心])|v:|V:|薇:|微:|威:|薇号"
)
_QQ_WORDS = "QQ|qq|Qq|qQ|扣扣|企鹅|秋秋|球球|抠抠|加[qQ](?![qQ])|q号|Q号|q群|Q群|q:|Q:"
_OTHER_WORDS = (
    "支付宝|抖音|快手|陌陌|探探|小红书|微博|淘宝|闲鱼|旺旺|钉钉|飞书|易信|蝙蝠|电报|纸飞机|飞机号|飞机:|B站|脸书|推特"
    "|Telegram|telegram|TELEGRAM|TG|tg|WhatsApp|whatsapp|Whatsapp|Skype|skype|LINE|Line|Soul|soul|YY|Potato|potato"
    "|Facebook|facebook|Twitter|twitter|Instagram|MSN|msn"
)
_BARE = "账号|帐号|用户名|登录名"


def _words(words: str) -> str:
    """One of the words; a Latin one must not be the end of a longer word."""
    return f"(?:(?<![A-Za-z])(?=[A-Za-z])|(?![A-Za-z]))(?:{words})"


_WECHAT = _words(_WECHAT_WORDS)
_QQ = _words(_QQ_WORDS)
_OTHER = _words(_OTHER_WORDS)
_KIND = r"(?!同号)(?:好友|客服|公众号|交流群|群|小号|大号)?(?:[账帐][号户]|号码|号|用户名|[iI][dD])?"
_LINK = r"(?:[ :=是为叫“\"'‘「『(（【\[<《→@/—-]|联系|添加|加|搜索|搜|我|名){0,6}"
_EXPLICIT = (
    r"(?:(?:[账帐][号户]|号码?|群|好友|[iI][dD]|用户名)" + _LINK + r"|[ ]?[:=][ “\"'(（【@]{0,3}|是[:： “\"]{0,2})"
)
_NOT_PHONE = r"(?<!手机/)(?<!手机)(?<!电话/)(?<!电话)(?<!手机、)(?<!电话、)(?<!手机号/)(?<!手机和)"
_END = r"(?![A-Za-z0-9_]|[A-Za-z0-9_.-]{0,40}@|[元万亿%％块年]|\.[0-9])"
#: Words of the trade that follow a label without being an account.
_TRADE = re.compile("(?i:wechat|weixin|iphone|ipad|android|windows|official|group|video|online|vip|app|pay)")


def _plain(text: str) -> str:
    return re.sub(r"[ .·-]", "", text) if re.fullmatch(r"[0-9 .·-]+", text) else text.strip()


def _is_number(text: str) -> bool:
    number = _plain(text)
    return not (len(number) == 8 and number[:2] in ("19", "20") and is_date(number)) and not number.startswith("0")


def _is_spoken(text: str) -> bool:
    return re.search(f"[{HAN}]", text) is not None


def _is_name(text: str) -> bool:
    return _TRADE.fullmatch(text) is None and re.search("[^xX*×]", text) is not None


def _has_digit(text: str) -> bool:
    return _is_name(text) and re.search("[0-9_]", text) is not None


def _is_hidden(text: str) -> bool:
    return re.search(r"[*×●]{2}|[xX]{3}|0000-00000000", text) is not None and re.search("[0-9]", text) is not None


def _account(pattern: str, check: Callable[[str], bool] = anything) -> Recogniser:
    return Recogniser("account", re.compile(pattern), Rank.LABELLED, _plain, check, is_number=False)


_NUMBER = r"(?P<it>[0-9](?:[ .·-]?[0-9]){4,11})"
_NAME = r"(?P<it>[A-Za-z](?:[A-Za-z0-9_*×]|-(?=[A-Za-z0-9])|\.(?=[0-9_])){4,29})"

_NUMBERED = (
    # QQ 317923, 微信13800138000, 扣扣：3 1 7 9 2 3
    _account(rf"{_NOT_PHONE}(?:{_QQ}|{_WECHAT}){_KIND}{_LINK}{_NUMBER}{_END}", _is_number),
    # 支付宝账号13800138000
    _account(rf"(?:{_OTHER}){_KIND}{_EXPLICIT}{_NUMBER}{_END}", _is_number),
    # 微信号wwj-show, QQ: some_one
    _account(rf"(?:{_WECHAT}|{_QQ}|{_OTHER}){_KIND}{_EXPLICIT}{_NAME}{_END}", _is_name),
    _account(rf"(?:{_WECHAT}|{_QQ}|{_OTHER}|{_BARE}){_KIND}{_LINK}{_NAME}{_END}", _has_digit),
    # QQ三一七九二三
    _account(rf"(?:{_QQ}|{_WECHAT}){_KIND}{_LINK}(?P<it>[{HAN}0-9]{{5,12}}){_END}(?![{HAN}])", _is_spoken),
    # QQ好友4935****
    _account(
        rf"(?:{_QQ}|{_WECHAT}|{_OTHER}){_KIND}{_LINK}(?P<it>[0-9A-Za-z](?:-?[0-9A-Za-z*×●]){{4,25}}){_END}", _is_hidden
    ),
)

_NAMED = (
    # 微信名为“清风”, 网名“清风”, 昵称【清风】
    _account(
        "(?:昵称|网名|网友|微信名|微博名|抖音名|快手名|用户名|微信号|QQ号|QQ名|公众号|微博号|抖音号|头条号|(?:微信|微博|抖音|快手)账号)"
        "(?:[为叫是:]|名为|名叫|名称|称为){0,2} ?"
        r"[“\"‘「『【](?P<it>[^“”\"‘’「」『』【】（(\n，。]{1,20})(?:[（(]化名[）)])?[”\"’」』】]",
    ),
    # 微信名叫清风的女子
    _account(
        "(?:昵称|网名|微信名|微博名)(?:[为叫是]|名为|名叫)"
        r"(?P<it>[^“”\"‘’「」『』【】（(\n，。的]{1,10})的(?=[男女网微人好])"
    ),
    # “清风”微信公众号
    _account(r"“(?P<it>[^“”\n，。]{1,20})”(?:官方)?(?:微信|微博)?(?:公众号|订阅号)"),
)

#: A label and what may link it to the account, with the account.
_REGION = re.compile(
    rf"(?:{'|'.join((_WECHAT_WORDS, _QQ_WORDS, _OTHER_WORDS))}|{_BARE})"
    rf"[A-Za-z0-9_*×●{HAN} .·:=是为叫“\"'‘「『(（【\[<《→@/—联系添加搜索我名号码账帐户用群好友客服公众交流小大同-]+"
)
_QUOTED = re.compile(r"[“【]([^“”【】\n，。]{1,20})(?:[（(]化名[）)])?[”】]")


@dataclass(frozen=True, slots=True)
class Retold:
    """Names that are told once to be an account's, and their repeats in quotation marks."""

    table: Table

    def find(self, normal: Normal, received_at: datetime | None) -> Iterator[Found]:
        """Overlaps with the first telling are left to the merging."""
        told = list(self.table.find(normal, received_at))
        yield from told
        names = {normal.text[found.start : found.end] for found in told}
        for quoted in _QUOTED.finditer(normal.text) if names else ():
            if quoted[1] in names:
                yield Found("account", *quoted.span(1), Rank.SHAPE, quoted[1])


NUMBERED = Table(_REGION, _NUMBERED)
NAMED = Retold(Table(re.compile(r"(?:昵称|网名|网友|微信|微博|抖音|快手|用户名|QQ|公众号|头条|“)[^\n]+"), _NAMED))
