"""How figures are put into Chinese words."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from math import floor, log10

from nlp.series import SHANGHAI
from nlp.trends import Change, Span, Unit

THIS = {"day": "今日", "week": "本周", "month": "本月"}
BEFORE = {"day": "前一日", "week": "上周", "month": "上月"}
KIND = {"day": "日报", "week": "周报", "month": "月报"}
NOWHERE = "地区不明"

_MISSING = {
    "no record": "{then}没有记录，不作比较",
    "base is zero": "{then}为 0 条",
    "no such date": "{then}没有这一天，不作比较",
}


def division(path: str, *, within: str = "") -> str:
    """A division path for reading, what stands above it left out: `A市A3区`."""
    if path == within:
        return f"{path.replace('/', '')}（未细分）" if path else NOWHERE
    return path.removeprefix(f"{within}/").replace("/", "")


def days(span: Span) -> str:
    """`2019年11月11日至11月17日`."""
    last = span.end - timedelta(days=1)
    first = f"{span.start.year}年{day(span.start)}"
    if last == span.start:
        return first
    return f"{first}至{'' if last.year == span.start.year else f'{last.year}年'}{day(last)}"


def day(value: date) -> str:
    """`11月11日`."""
    return f"{value.month}月{value.day}日"


def moment(value: datetime) -> str:
    """`2019年11月18日 08:00`, local time."""
    local = value.astimezone(SHANGHAI)
    return f"{local.year}年{day(local.date())} {local:%H:%M}"


def compared(change: Change, then: str) -> str:
    """`较上周（67 条）上升 6.0%，剔除星期和节假日影响后上升 4.2%`, or why there is no comparison."""
    if change.ratio is None or change.corrected is None:
        return _MISSING[change.missing].format(then=then)
    plain, corrected = _moved(change.ratio), _moved(change.corrected)
    same = "" if plain == corrected else f"，剔除星期和节假日影响后{corrected}"
    return f"较{then}（{change.then} 条）{plain}{same}"


def percent(change: Change, *, corrected: bool = False) -> str:
    """`+6.0%` for a table; `—` where there is none."""
    ratio = change.corrected if corrected else change.ratio
    return "—" if ratio is None else f"{ratio:+.1%}"


def share(part: int, whole: int) -> str:
    """`42.3%`."""
    return f"{part / whole:.1%}" if whole else "—"


def money(fen: int) -> str:
    """`5003 万元`, `1.5 亿元`, `800 元`; rounded to what is written."""
    for unit, size in (("亿元", 10_000_000_000), ("万元", 1_000_000), ("元", 100)):
        if fen >= size or unit == "元":
            return f"{fen / size:,.2f}".rstrip("0").rstrip(".") + f" {unit}"
    raise AssertionError("unreachable")


def odds(tail: float) -> str:
    """A small probability: `约 1.1×10⁻⁷`."""
    power = floor(log10(tail))
    digits = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"约 {tail / 10**power:.1f}×10{digits}"


def title(unit: Unit) -> str:
    """`民情周报`."""
    return f"民情{KIND[unit]}"


def subtitle(span: Span, region: str, now: datetime) -> str:
    """`全部地区　2019年11月11日至11月17日　制表时间 2019年11月18日 08:00`."""
    return f"{division(region) if region else '全部地区'}　{days(span)}　制表时间 {moment(now)}"


def _moved(ratio: float) -> str:
    if abs(ratio) < 0.0005:
        return "持平"
    return f"{'上升' if ratio > 0 else '下降'} {abs(ratio):.1%}"
