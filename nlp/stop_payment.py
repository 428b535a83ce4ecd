"""Money that has just gone to a fraudster and may yet be stopped: which words say so, and to whom it went.

All three must stand together: that money went (转给, 汇了, 被转走), that it was fraud, and that it was within 48
hours of the report. What is told of others (court files, news, warnings), what was only feared and what came back is
no alarm.
Offsets are those of the normalised text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

#: How long a bank or a payment service may still hold a transfer.
WINDOW = timedelta(hours=48)
_AHEAD = timedelta(hours=24)  # a part of today (今晚) may end after the report came

_SENT = re.compile(
    r"(?:转账|转帐|转款|汇款|打款|充值|付款|支付|转|汇|打|付|充|存|投|刷)(?:了|过去|给了?|到|至|出去?|走|入|进去?|完)"
    r"|被[^，。；！？\n]{0,6}(?:转走|划走|刷走|骗走|骗取|骗去|扣走|盗刷"
    r"|骗了?(?=[^，。；]{0,5}[0-9一二两三四五六七八九十几百千万]))(?![^，。]{0,3}(?:感情|局))"
    r"|(?:转账|转帐|汇款|打款|充值|付款"
    r"|支付)[^，。；！？\n]{0,4}[0-9一二三四五六七八九十两几][0-9.,千百万余多]{0,8}[元块万千百wW]"
    r"|转[账帐] ?[0-9]{3,7}(?![0-9])|卡里[^，。；！？\n]{0,10}(?:没有?了|不见了)"
    r"|骗(?:走|了)我|(?:转|汇|打|付)[0-9一二三四五六七八九十两几][0-9.,千百万余多]{0,8}[元块万]"
)
_FRAUD = re.compile(
    r"(?<!欺)骗(?!人的|钱的|子?公司|子?商家)|诈|冒充|假冒|刷单|杀猪盘|拉黑|提不了现|无法提现|不能提现|提不出来|提现不了|联系不上(?!客服|物业|商家|老板)|不对劲|钓鱼|安全账户"
    r"|盗刷|木马|裸聊|上当|垫付"
)
_JUST_NOW = re.compile(
    r"刚刚|刚才|刚(?=[把给被转打汇付充存投刷在才])|(?:[半0-9一二两三四五六七八九十几]{1,3}个?多?(?:半)?(?:小时|分钟"
    r"|钟头))(?:之?前|以前)"
    r"|今[天早晚晨日](?:上午|早上|中午|下午|晚上|凌晨)?|(?:昨[天晚夜日])(?:上午|早上|中午|下午|晚上|夜里)?"
)
_OTHERS = re.compile(
    r"被告人?|公诉|检察院|检方|经审理|审理查明|民警|警方|警官|公安局[^，。]{0,6}(?:抓获|破获|侦破|通报)|记者|报道"
    r"|案例|被害人|受害人|事主|犯罪嫌疑人"
    r"|近日，|据[悉了]|谨防|警惕|提醒|防范|反诈(?:宣传|提示|小)|市民[^，。]{0,4}[女先]|有人被骗|刑"
)
_NOT_SENT = re.compile(
    r"如果|要是|假如|万一|差点|险些|幸好|幸亏|还好|没有?转|没有?汇|没有?付|未转|未汇|未付|没有?损失|没有?(?:被骗"
    r"|上当)|已追回|追回了|成功追回|退回|退还|返还"
    r"|拦截|止付成功|会不会|要不要|不敢转|还没|准备转|打算转|已经?解决|怎么(?:防|避免)|会被骗|容易被骗"
)
#: What is bought every day is a matter of trade, however hard the words, unless fraud is told by its name.
_EVERYDAY = re.compile(
    r"停车费|话费|流量费|物业费|水费|电费|学费|培训费|餐费|门票|车票|公交|地铁|菜市场|超市|饭店|餐厅|工商(?!银)|市场监管"
)
_NAMED = re.compile("诈骗|冒充|假冒|被骗|盗刷|刷单|安全账户|木马|钓鱼|裸聊")
_ASKED = re.compile("[让叫要]我?(?:把钱)?[转汇打付充]")
_DONE = re.compile(r"(?:已经?|就|才)[^，。]{0,6}[转汇打付充]|[转汇打付充][^，。]{0,4}了")
#: Transfers looked at in one text, so that time stays linear.
_MOST = 100
_REACH = 40


@dataclass(frozen=True, slots=True)
class Told:
    """An entity that is weighed here: `[start, end)`, its type and value."""

    type: str
    start: int
    end: int
    value: object


def recent_transfers(
    text: str, entities: Sequence[Told], received: datetime | None
) -> Iterator[tuple[int, int, tuple[int, int] | None]]:
    """The words that say so, and the payee's account, card or platform where one is given; at most one a text."""
    if not _FRAUD.search(text) or _OTHERS.search(text):
        return
    is_named = _NAMED.search(text) is not None
    for sent in islice(_SENT.finditer(text), _MOST):
        first, last = _sentence(text, sent.start(), sent.end())
        if _NOT_SENT.search(text, first, last) or (not is_named and _EVERYDAY.search(text, first, last)):
            continue
        if _ASKED.search(text, first, last) and not _DONE.search(text, sent.end() - 2, last):
            continue
        when = _when(text, entities, received, first, sent.start(), sent.end(), last)
        if when is None:
            continue
        amounts = [e for e in entities if e.type == "money" and sent.start() - 8 <= e.start <= sent.end() + 12]
        start = min(when[0], sent.start(), *(e.start for e in amounts))
        end = max(when[1], sent.end(), *(e.end for e in amounts))
        yield start, end, _payee(entities, sent.end(), last)
        return


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    first = max(text.rfind(mark, 0, start) for mark in "。！？\n!?") + 1
    lasts = [place for mark in "。！？\n!?" if (place := text.find(mark, end)) >= 0]
    return max(first, start - 4 * _REACH), min(min(lasts, default=len(text)), end + 4 * _REACH)


def _when(
    text: str, entities: Sequence[Told], received: datetime | None, first: int, start: int, end: int, last: int
) -> tuple[int, int] | None:
    """Words for a time within the window, the nearest to the transfer; None where an older time stands nearer."""
    near: list[tuple[int, int, int, bool]] = []
    for entity in entities:
        if entity.type == "time" and max(first, start - _REACH) <= entity.start <= min(last, end + 12):
            recent = is_recent(entity.value, received)
            if recent is not None:
                near.append((abs(entity.start - start), entity.start, entity.end, recent))
    for word in _JUST_NOW.finditer(text, max(first, start - _REACH), min(last, end + 12)):
        if not any(a <= word.start() < b for _, a, b, _ in near):
            near.append((abs(word.start() - start), word.start(), word.end(), True))
    if not near:
        return None
    _, a, b, recent = min(near)
    return (a, b) if recent else None


def is_recent(value: object, received: datetime | None) -> bool | None:
    """Whether an ISO 8601 time lies in the window before the report; None where it tells no time of the calendar."""
    if not isinstance(value, str) or received is None or value.startswith("P"):
        return None
    opening, _, closing = value.partition("/")
    try:
        low = datetime.fromisoformat(opening) if len(opening) >= 10 else None
        high = datetime.fromisoformat(closing) if len(closing) >= 10 else low
    except ValueError:
        return None
    if low is None or high is None or high - low > WINDOW:  # a week, a month, a year
        return False
    if len(opening) == 10:
        high += timedelta(hours=24)
    return high >= received - WINDOW and low <= received + _AHEAD


def _payee(entities: Sequence[Told], start: int, end: int) -> tuple[int, int] | None:
    """The first card, account or platform after the transfer in its sentence, cards before the rest."""
    after = [e for e in entities if start <= e.start < end + _REACH and e.type in ("bank_card", "account", "app")]
    after.sort(key=lambda entity: (entity.type != "bank_card", entity.type != "account", entity.start))
    return (after[0].start, after[0].end) if after else None
