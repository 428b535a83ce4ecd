"""Accounts of services: WeChat, QQ, Alipay, short video, messengers, and the names that their users go by.

The label is part of the pattern and often disguised (薇信, 威信, v心, wx, 扣扣, 企鹅, 加V). Normal form: as written,
in half width, without the gaps of a parted number.
"""

from __future__ import annotations

import re

from nlp.recognise.digits import HAN, HIDDEN, is_date
from nlp.recognise.recogniser import Rank, Recogniser, Table

_X = re.escape(HIDDEN)
_WECHAT = (
    r"微信|微心|[vV][信心芯]|[威维徽][信芯](?=[号: ]|[A-Za-z0-9])|微芯|(?<![A-Za-z0-9])(?:[vw]x|[VW]X|[VW]x|[Ww]ei[Xx]in|[Ww]e[Cc]hat|WECHAT)"
    r"|[加+➕][vV薇威微](?![A-Za-z\u4e00-\u9fff])|(?<![A-Za-z0-9])[vV](?=:)"
)
_QQ = r"(?<![A-Za-z0-9])(?:QQ|qq|Qq|qQ)|扣扣|企鹅|秋秋|球球|抠抠|[加+][qQ](?![A-Za-z])|(?<![A-Za-z])[qQ](?=[号群:])"
_OTHER = (
    r"支付宝|抖音|快手|陌陌|探探|小红书|微博|淘宝|闲鱼|旺旺|钉钉|飞书|易信|蝙蝠|电报|纸飞机|飞机(?=号)|游戏(?=[账帐]号)|B站|脸书|推特"
    r"|(?<![A-Za-z0-9])(?:[Tt]elegram|TELEGRAM|TG|tg|[Ww]hats ?[Aa]pp|[Ss]kype|[Ll]ine|LINE|Soul|soul|YY|[Pp]otato|Facebook|facebook"
    r"|Twitter|twitter|Instagram|MSN|msn)"
)
_BARE = r"(?:登录|用户|会员|游戏)?[账帐]号|用户名|登录名"
_NUMBERED = r"(?:同号|好友|客服|公众号|交流群|群|小号|大号)?(?:[账帐][号户]|号码|号|用户名|[iI][dD])?"
_LINK = r"(?:[ :=是为叫“\"'‘「『(（【\[<《→@—-]|联系|添加|加|搜索|搜|我|名){0,6}"
_EXPLICIT = r"(?:(?:[账帐][号户]|号码?|群|好友|[iI][dD]|用户名)" + _LINK + r"|[ ]?[:=][ “\"'(（【@]{0,3}|是[:： “\"]{0,2})"
_NOT_PHONE = r"(?<!手机/)(?<!手机)(?<!电话/)(?<!电话)(?<!手机、)(?<!电话、)(?<!手机号/)(?<!手机和)"
_END = r"(?![A-Za-z0-9_]|[A-Za-z0-9_.-]{0,40}@|[元万亿%％块年]|\.[0-9])"
#: Words of the trade that follow a label without being an account.
_WORDS = frozenset("wechat weixin iphone ipad android windows official group video online vip app pay".split())


def _plain(text: str) -> str:
    return re.sub(r"[ .·-]", "", text) if re.fullmatch(r"[0-9 .·-]+", text) else text.strip()


def _is_number(text: str) -> bool:
    number = _plain(text)
    return not (len(number) == 8 and number[:2] in ("19", "20") and is_date(number)) and not number.startswith("0")


def _is_name(text: str) -> bool:
    return text.lower() not in _WORDS


def _has_digit(text: str) -> bool:
    return _is_name(text) and re.search("[0-9_]", text) is not None


def _is_hidden(text: str) -> bool:
    return re.search(r"[*×●]{2}|[xX]{3}|0000-00000000", text) is not None and re.search("[0-9]", text) is not None


def _account(pattern: str, check: object) -> Recogniser:
    return Recogniser("account", re.compile(pattern), Rank.LABELLED, _plain, check, is_number=False)  # type: ignore[arg-type]


_NUMBER = r"(?P<it>[0-9](?:[ .·-]?[0-9]){4,11})"
_NAME = rf"(?P<it>[A-Za-z](?:[A-Za-z0-9_*×]|-(?=[A-Za-z0-9])){{4,29}})"

_TABLE = (
    # QQ 317923, 微信13800138000, 扣扣：3 1 7 9 2 3
    _account(rf"{_NOT_PHONE}(?:{_QQ}|{_WECHAT}){_NUMBERED}{_LINK}{_NUMBER}{_END}", _is_number),
    # 支付宝账号13800138000
    _account(rf"(?:{_OTHER}){_NUMBERED}{_EXPLICIT}{_NUMBER}{_END}", _is_number),
    # 微信号wwj-show, QQ: some_one
    _account(rf"(?:{_WECHAT}|{_QQ}|{_OTHER}){_NUMBERED}{_EXPLICIT}{_NAME}{_END}", _is_name),
    _account(rf"(?:{_WECHAT}|{_QQ}|{_OTHER}|{_BARE}){_NUMBERED}{_LINK}{_NAME}{_END}", _has_digit),
    # QQ三一七九二三
    _account(rf"(?:{_QQ}|{_WECHAT}){_NUMBERED}{_LINK}(?P<it>[{HAN}0-9]{{5,12}}(?=[^{HAN}0-9]|$))", lambda text: True),
    # QQ好友4935****
    _account(rf"(?:{_QQ}|{_WECHAT}|{_OTHER}){_NUMBERED}{_LINK}(?P<it>[0-9A-Za-z](?:-?[0-9A-Za-z*×●]){{4,25}}){_END}", _is_hidden),
    # 微信名为“清风”, 网名“清风”, 昵称【清风】
    _account(
        r"(?:昵称|网名|网友|微信名|微博名|抖音名|快手名|用户名|微信号|QQ号|QQ名|公众号|微博号|抖音号|头条号)(?:[为叫是:]|名为|名叫|名称|称为){0,2} ?"
        r"[“\"‘「『【](?P<it>[^“”\"‘’「」『』【】\n，。]{1,20})[”\"’」』】]",
        lambda text: True,
    ),
    _account(r"“(?P<it>[^“”\n，。]{1,20})”(?:官方)?(?:微信|微博)?(?:公众号|订阅号)", lambda text: True),
)

TABLE = Table(
    re.compile(rf"{_WECHAT}|{_QQ}|{_OTHER}|{_BARE}|昵称|网名|网友|公众号"),
    _TABLE,
)
