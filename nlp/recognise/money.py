"""Amounts of money, in figures and words, exact, vague and as ranges.

Normal form: integer fen; `{"min": fen, "max": fen}` for a range, an end that is open is None (上百万); for another
currency `{"amount": number or range, "currency": code}` in its whole units, the code by ISO 4217 (USDT by its ticker).
None where the words cannot be read.

A span reaches from the number to its unit. Outside it stay 人民币 before or after, 左右, 以上, 整, 约, 近, and 钱
after 元 (块钱 is one unit). A bare number is no money; an amount in 万 or 亿 without 元 may be (`money_context`).
Offsets here are those of the normalised text; `recognise` turns them into offsets of the raw one.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from nlp.normalise import Normal
from nlp.recognise.money_context import is_money
from nlp.recognise.numerals import HAN_DIGITS, UNITS, Quantity, number, quantity
from nlp.recognise.recogniser import Found, Rank

_CURRENCIES = {
    **dict.fromkeys(("美元", "美金", "美刀", "USD", "$"), "USD"),
    **dict.fromkeys(("港元", "港币", "HKD"), "HKD"),
    **dict.fromkeys(("欧元", "EUR", "€"), "EUR"),
    **dict.fromkeys(("英镑", "GBP", "£"), "GBP"),
    **dict.fromkeys(("日元", "日币", "日圆"), "JPY"),
    **dict.fromkeys(("新台币", "台币"), "TWD"),
    **dict.fromkeys(("韩元", "韩币"), "KRW"),
    **dict.fromkeys(("新加坡元", "新元"), "SGD"),
    **dict.fromkeys(("USDT", "泰达币"), "USDT"),
    **{"澳元": "AUD", "加元": "CAD", "泰铢": "THB", "卢布": "RUB", "越南盾": "VND", "比特币": "BTC"},
}
_FOREIGN = "|".join(sorted((name for name in _CURRENCIES if len(name) > 1), key=len, reverse=True))

_H = HAN_DIGITS
_COUNTING = f"{UNITS}万亿"
_RUN = (
    # Never from inside a longer number, so that time stays linear on rows of digits.
    rf"[0-9{_H}{UNITS}几万亿](?<![0-9.][0-9])(?<!第.)"
    rf"(?:[0-9{_H}{UNITS}几万亿多余来把]|[.,](?=[0-9])|，(?=[0-9]{{3}} ?元)|[wWkK](?![A-Za-z])"
    rf"|、(?=[{_H}][{_COUNTING}])|[数上](?=[{_COUNTING}])"
    r"|个(?=[万亿])| (?=[万亿])){0,24}"
)
_SMALL = (
    rf"(?<=块)[{_H}0-9](?=[，。；！？、,;!?）)的左每钱]|\s|\Z)"
    rf"|(?:[{_H}0-9]{{1,2}}[角毛])?(?:零?[{_H}0-9]{{1,2}}分(?![钟之局公]))?"
)

#: 3000元, 三千多块钱, 3块5, 9块多, 16元5角, 5480余万USDT; 500人民币; 5毛钱; 82万, 3万多, 一万五, 3.5w.
_AMOUNT = re.compile(
    rf"(?P<number>{_RUN})(?: ?(?:"
    r"(?P<yuan>元(?![旦月宵素件老首朝化音]|代(?!理))|圆(?![形圈弧])|块钱"
    r"|块(?![地田牌砖石板玻布木肉废夹绿水屏表电空区手钢铁墓墙糖姜饼豆煤玉骨]))"
    rf"(?P<after>[多余](?!额))?(?P<small>{_SMALL})"
    rf"|(?P<renminbi>(?<![万亿余多wW])(?:人民币|RMB|rmb))|(?P<foreign>{_FOREIGN})"
    rf"|(?P<coins>[角毛]钱|角[{_H}0-9]分|分钱)(?!包)"
    rf"|(?P<bare>(?<=[万亿wW])|(?<=[万亿wW][多余来])|(?<=[万亿wW][{_H}0-9])(?![{_H}0-9几])|(?<=[万亿][0-9{_H}][千百])"
    rf"|(?<=[万亿][0-9{_H}][千百][0-9{_H}])(?![{_H}0-9十]))))"
)

#: ¥500, RMB 500, $3,000: the sign stands for the unit.
_SIGNED = re.compile(
    rf"(?P<sign>[¥￥$€£]|人民币|(?<![A-Za-z])(?:RMB|USD|HKD|CNY))[: ]{{0,2}}(?P<number>{_RUN})(?![0-9年月日号]"
    rf"|多?[个名张次])"
)
_LETTER = re.compile(r"[A-Za-z]\Z")
_SIGNS = re.compile("[¥￥$€£]|人民币|RMB|USD|HKD|CNY")
_TRIGGER = re.compile("[元块圆角毛万亿wW¥￥$€£币镑铢盾]|分钱|卢布|美刀|USD|RMB|CNY|HKD|rmb")

_TO = r" ?(?:--|——|[-~至到—]) ?"
_DASH = re.compile(" ?(?:--|——|[-~—]) ?")
_BETWEEN = re.compile(_TO)
_FROM = re.compile(rf"(?P<number>{_RUN})(?P<unit>元|块|圆)?(?:{_TO}|一)\Z")
_REACH = 32

_ONE_EACH = re.compile(r"[万亿]一\Z")
_EACH = re.compile("[年个根台条月天次只套位名户人张间栋亩平米]")
_MANY = re.compile(r"(?<![晚早网线路手身加以])上\Z|(?<![总金参户份件])数\Z")
_PRICED = re.compile(r"[骗花付交收价费要赚给卖买才欠借退补罚扣转][^，。；,;]{0,4}\Z")


@dataclass(frozen=True, slots=True)
class _Amount:
    """`[start, end)`, the quantity in whole units of the currency, None where it cannot be read."""

    start: int
    end: int
    quantity: Quantity | None
    currency: str


class Money:
    """The family of amounts; what a family does is said in `nlp/recognise/recogniser.py`."""

    def find(self, normal: Normal, received_at: datetime | None) -> Iterator[Found]:
        """Amounts in order; two that are parted by a dash, or by 至 where the first is without 元, are one range."""
        text = normal.text
        if not _TRIGGER.search(text):
            return
        held: _Amount | None = None
        for amount in _amounts(text):
            if held and held.currency == amount.currency and _is_one_range(text, held.end, amount.start):
                held = _Amount(held.start, amount.end, _range(held.quantity, amount.quantity), held.currency)
                continue
            if held:
                yield _found(held)
            held = amount
        if held:
            yield _found(held)


def _amounts(text: str) -> list[_Amount]:
    amounts: list[_Amount] = []
    for match in _AMOUNT.finditer(text):
        before = amounts[-1].end if amounts else 0
        if amount := _amount(text, match, before):
            amounts.append(amount)
    if _SIGNS.search(text):
        starts, ends = [amount.start for amount in amounts], [amount.end for amount in amounts]
        for match in _SIGNED.finditer(text):
            place = bisect_left(starts, match.end())
            if not place or ends[place - 1] <= match.start():
                currency = _CURRENCIES.get(match["sign"], "CNY")
                amounts.append(_Amount(match.start(), match.end(), quantity(match["number"]), currency))
        amounts.sort(key=lambda amount: amount.start)
    return amounts


def _amount(text: str, match: re.Match[str], before: int) -> _Amount | None:
    """What a match means in its place, or None where it is no money; `before` is where the last amount ended."""
    start, end, written = match.start(), match.end(), match["number"]
    if _LETTER.search(text, max(0, start - 1), start) and not _SIGNS.search(text, max(0, start - 3), start):
        return None  # A5元, G2万
    read = quantity(written.replace(" ", "").replace("，", ","))
    if read is None:
        start, written = _ending(start, written)
        read = quantity(written)
    if written[0] in _COUNTING and _MANY.search(text, max(0, start - 2), start):
        start, written = start - 1, text[start - 1] + written
        read = quantity(written)
    if match["bare"] is not None:
        if _ONE_EACH.search(text, start, end) and _EACH.match(text, end):  # 五万一年
            end, written = end - 1, written[:-1]
            read = quantity(written)
        if not is_money(text, start, end) and not (before and _BETWEEN.fullmatch(text, before, start)):
            return None
    elif match["coins"]:
        if written == "一":  # 一分钱没给: not one fen
            return None
        coins = match["coins"]
        cents = (number(coins[1]) or 0) if "分" in coins[1:] else 0
        read = read and read.times(Decimal("0.01") if coins[0] == "分" else Decimal("0.1"))
        read = read and _plus(read, Decimal(cents) / 100)
    elif match["yuan"] == "块" and not (match["after"] or match["small"]):
        few = read is None or read.low < 100
        if few and (written == "一" or not _PRICED.search(text, max(0, start - 6), start)):
            return None  # 三块: also three pieces
    elif match["renminbi"] and len(written) == 1 and written in _H:
        return None  # 李四人民币
    if read and match["after"]:
        read = quantity(written + "多") or read
    if read and match["small"]:
        read = _plus(read, _cents(match["small"]))
    if read and read.high == 0:  # a mask (0000元)
        return None
    amount = _Amount(start, end, read, _CURRENCIES.get(match["foreign"] or "", "CNY"))
    return _with_start(text, amount, written, max(before, start - _REACH))


def _ending(start: int, written: str) -> tuple[int, str]:
    """Of a run that is no number (统一200元), the longest ending that is one."""
    for cut in range(1, len(written)):
        if written[cut] not in ".,、" and quantity(written[cut:]) is not None:
            return start + cut, written[cut:]
    return start, written


def _with_start(text: str, amount: _Amount, written: str, first: int) -> _Amount:
    """6-8万元, 二至三百元: a bare number before the dash, in the units of the second where that makes it the lesser."""
    found = _FROM.search(text, first, amount.start)
    if not found or amount.quantity is None:
        return amount
    start, bare = found.start(), found["number"]
    lower = quantity(bare)
    if lower is None:
        start, bare = _ending(start, bare)
        lower = quantity(bare)
    units = written.rstrip("多余来")
    units = units[len(units.rstrip(_COUNTING + "wW")) :]
    highest = amount.quantity.high or amount.quantity.low
    if not found["unit"] and bare[-1] not in _COUNTING + "wW":
        scaled = quantity(bare + units)
        lower = scaled if scaled and scaled.low <= highest else lower
    if lower is None or lower.low > highest:
        return amount
    return _Amount(start, amount.end, _range(lower, amount.quantity), amount.currency)


def _is_one_range(text: str, start: int, end: int) -> bool:
    """3万-5万元, 3万至5万元, 100元-500元 are one range; 100元至500元 is two amounts, each with its own unit."""
    joint = _DASH if text[start - 1] == "元" else _BETWEEN
    return joint.fullmatch(text, start, end) is not None


def _range(first: Quantity | None, second: Quantity | None) -> Quantity | None:
    if first is None or second is None:
        return None
    low, high = sorted((first, second), key=lambda quantity: quantity.low)
    return Quantity(low.low, high.high)


def _cents(small: str) -> Decimal:
    """What follows 元 or 块: 1角1分, 零5分, 5毛, or a single digit of 角."""
    dimes = re.search(rf"([{_H}0-9]+)(?:[角毛]|\Z)", small)
    cents = re.search(rf"([{_H}0-9]+)分", small)
    tenths = number(dimes[1]) if dimes else None
    hundredths = number(cents[1].lstrip("零")) if cents else None
    return (tenths or Decimal(0)) / 10 + (hundredths or Decimal(0)) / 100


def _plus(read: Quantity, more: Decimal) -> Quantity:
    return Quantity(read.low + more, None if read.high is None else read.high + more)


def _found(amount: _Amount) -> Found:
    return Found("money", amount.start, amount.end, Rank.SHAPE, _value(amount))


def _value(amount: _Amount) -> Any:
    read = amount.quantity
    if read is None:
        return None
    if amount.currency == "CNY":
        low, high = _integer(read.low * 100), None if read.high is None else _integer(read.high * 100)
        return low if low == high else {"min": low, "max": high}
    least, most = _plain(read.low), None if read.high is None else _plain(read.high)
    return {"amount": least if least == most else {"min": least, "max": most}, "currency": amount.currency}


def _integer(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_HALF_UP))


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


MONEY = Money()
