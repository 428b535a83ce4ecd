"""Numbers as people write them, read to what they mean: 1万2千5, 三十几, 五六百, 两千余, 壹万伍仟, 3.5w, 7,200.

A vague number is a range. Conventions, where usage leaves room:
- 几 and 数 before a unit are 2 to 9 (几百: 200–900), 几 after one is 1 to 9 (十几: 11–19, 三十几万: 31–39万);
- 多 and 余 reach from the number to the next step of its last written place (2000余: 2000–3000, 10多万: 10–20万,
  10万多: 10–11万, 1.5万余: 1.5–1.6万);
- 来 and 把 are a tenth to either side (十来万: 9–11万); 上 is open above (上百万: from 100万);
- two digits side by side are from the one to the other (五六百, 三、四千, 十七八).
A last digit without its unit counts in the next lower one (3万1: 31,000; 一百二: 120), unless 零 parts them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_DIGITS = {
    **{character: value for value, character in enumerate("零一二三四五六七八九")},
    **{character: value for value, character in enumerate("零壹贰叁肆伍陆柒捌玖")},
    **{"〇": 0, "两": 2, "俩": 2, "仨": 3, "幺": 1, "弍": 2},
}
_SMALL = {"十": 10, "拾": 10, "廿": 20, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "k": 1000, "K": 1000}
_LARGE = {"万": 10**4, "w": 10**4, "W": 10**4, "亿": 10**8}

#: Members of character classes: Han digits, the units that they count, the large units that count whole numbers.
HAN_DIGITS = "".join(_DIGITS)
UNITS = "十拾廿百佰千仟"
LARGE_UNITS = "万亿"

#: A number in Arabic digits, bounded, with or without thousands separators.
ARABIC = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,4}(?![0-9])|[0-9]{1,12})(?:\.[0-9]{1,6}(?![0-9]))?"

_TOKEN = re.compile(r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?|.", re.DOTALL)
_PAIR = re.compile(rf"(?<![{HAN_DIGITS}])([{HAN_DIGITS}])、?([{HAN_DIGITS}])(?![{HAN_DIGITS}])")
_MORE = re.compile(r"(.*[^多余])[多余](.*)", re.DOTALL)
_ABOUT = re.compile(r"(.+)[来把](.*)", re.DOTALL)
_SEVERAL_LATER = re.compile(r"(?<=[十拾廿百佰千仟万亿])几")
_ONE = Decimal(1)

#: Rows of units (万亿亿亿) are no numbers that anyone means.
_LIMIT = Decimal(10) ** 16


@dataclass(frozen=True, slots=True)
class Quantity:
    """From `low` to `high`, both included; equal where the number is exact, `high` None where it is open above."""

    low: Decimal
    high: Decimal | None

    def times(self, factor: Decimal | int) -> Quantity:
        return Quantity(self.low * factor, None if self.high is None else self.high * factor)


def quantity(text: str) -> Quantity | None:
    """What a number means, or None where it is not well formed."""
    if text.isdigit() and text.isascii():
        exact = Decimal(text)
        return Quantity(exact, exact)
    text = text.replace("个", "").replace("好几", "几")
    if "上" in text:
        return _at_least(text)
    if found := _MORE.fullmatch(text):
        return _more(found[1], found[2])
    if found := _ABOUT.fullmatch(text):
        middle = number(found[1])
        rest = _factor(found[2])
        return None if middle is None or rest is None else Quantity(middle * rest * 9 / 10, middle * rest * 11 / 10)
    if "几" in text or "数" in text:
        return _several(text)
    if found := _PAIR.search(text):
        return _pair(text, found)
    exact_or_none = number(text)
    return None if exact_or_none is None else Quantity(exact_or_none, exact_or_none)


def number(text: str) -> Decimal | None:
    """The value of an exact number, or None. Digits of a row (二〇一九) are read by place."""
    total = section = Decimal(0)
    pending: Decimal | None = None
    last_unit, after_zero, by_place = 1, False, False
    for token, value in _tokens(text):
        if value is None:
            return None
        if token in _LARGE:
            amount = section + (pending or 0)
            if token == "亿":
                total = (total + amount or _ONE) * value
            else:
                total += (amount or _ONE) * value
            section, pending, last_unit, after_zero = Decimal(0), None, int(value), False
        elif token in _SMALL:
            section += value if token == "廿" else (_ONE if pending is None else pending) * value
            pending, last_unit, after_zero = None, 10 if token == "廿" else int(value), False
        elif pending is not None:
            if token[0] not in _DIGITS:
                return None
            pending, by_place = pending * 10 + value, True
        else:
            pending = value
            after_zero = after_zero or (value == 0 and token in "零〇")
    if pending is not None:
        colloquial = last_unit > 1 and not after_zero and not by_place and pending < 10 and pending == int(pending)
        section += pending * (last_unit // 10) if colloquial else pending
    return total + section if text and total + section < _LIMIT else None


def _tokens(text: str) -> Iterator[tuple[str, Decimal | None]]:
    zero = False
    for token in _TOKEN.findall(text):
        if token[0] in "0123456789":
            yield token, Decimal(token.replace(",", ""))
        elif token in "零〇" and not zero and len(text) > 1:
            zero = True
            yield token, Decimal(0)
        else:
            zero = False
            value = _DIGITS.get(token, _SMALL.get(token, _LARGE.get(token)))
            yield token, None if value is None else Decimal(value)


def _factor(text: str) -> Decimal | None:
    """What follows 多, 余, 来: units only (万 in 十来万), or nothing."""
    return _ONE if not text else number(text) if all(c in _LARGE or c in _SMALL for c in text) else None


def _at_least(text: str) -> Quantity | None:
    """上百万; 几百上千万, where the unit of the second serves the first."""
    first, _, second = text.partition("上")
    least = number(second.rstrip("多余"))
    if least is None:
        return None
    if first:
        unit = "".join(c for c in second if c in _LARGE) if not any(c in _LARGE for c in first) else ""
        lower = quantity(first + unit)
        return None if lower is None else Quantity(lower.low, None)
    return Quantity(least, None)


def _more(head: str, tail: str) -> Quantity | None:
    base = quantity(head)
    rest = _factor(tail)
    if base is None or base.high is None or rest is None:
        return None
    return Quantity(base.low * rest, (base.high + _step(head)) * rest)


def _step(head: str) -> Decimal:
    """One in the last written place of a number: 2000 → 1000, 10万 → 1万, 1.5万 → 0.1万, 三十 → 10."""
    mantissa = head.rstrip("".join((*_SMALL, *_LARGE)))
    unit = number(head[len(mantissa) :] or "1") or _ONE
    if "." in mantissa:
        return unit.scaleb(mantissa.index(".") - len(mantissa) + 1)
    if head == mantissa and mantissa[-1] == "0":
        digits = mantissa.replace(",", "")
        return Decimal(10) ** (len(digits) - len(digits.rstrip("0")))
    return unit


def _several(text: str) -> Quantity | None:
    """几百, 数十万, 十几, 三十几万, 几百几千."""
    if text[0] in "几数":
        parts = re.split("[几数]", text[1:])
        ends = number("2" + parts[0]), number("9" + parts[-1])
    else:
        tens = text[text.index("几") - 1] in "百千万亿佰仟" if "几" in text[1:] else False  # 一百几: 110 to 190
        ends = (
            number(_SEVERAL_LATER.sub("一十" if tens else "一", text)),
            number(_SEVERAL_LATER.sub("九十" if tens else "九", text)),
        )
    return None if ends[0] is None or ends[1] is None else Quantity(ends[0], ends[1])


def _pair(text: str, found: re.Match[str]) -> Quantity | None:
    first, second = _DIGITS[found[1]], _DIGITS[found[2]]
    if not (first and second == first + 1) and (first, second) != (3, 5):
        exact = number(text)
        return None if exact is None else Quantity(exact, exact)
    low, high = (number(text[: found.start()] + digit + text[found.end() :]) for digit in found.groups())
    return None if low is None or high is None else Quantity(low, high)
