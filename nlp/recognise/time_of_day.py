"""Times of day: parts (凌晨, 下午) and clocks (七点半, 21:30) as minutes from the midnight that opens the day.

A part alone stands for its hours as below. 晚上1点 belongs to the night that the day opens, so it is past midnight.
许, 多 and 左右 do not change a value; of 两三点 both hours are kept.
"""

from __future__ import annotations

import re

from nlp.recognise.numerals import number

#: The hours from and to of a part of the day; past 24 is the next day.
_PARTS = {
    **{"凌晨": (0, 6), "零晨": (0, 6), "清晨": (5, 8), "晨": (5, 8), "早晨": (6, 9), "早上": (6, 9)},
    **{"早间": (6, 9), "早": (6, 9)},
    **{"上午": (8, 12), "中午": (11, 13), "正午": (11, 13), "午间": (11, 13), "午后": (12, 18), "下午": (12, 18)},
    **{"傍晚": (17, 19), "晚上": (18, 24), "晚间": (18, 24), "夜晚": (18, 24), "晚": (18, 24), "夜间": (18, 30)},
    **{"夜里": (18, 30), "夜": (18, 30), "深夜": (22, 26), "半夜": (22, 28), "午夜": (23, 25)},
}
_NIGHT = frozenset(["傍晚", "晚上", "晚间", "夜晚", "晚", "夜间", "夜里", "夜", "深夜", "半夜", "午夜"])
_H = "零一二两三四五六七八九十"
_CLOCK = re.compile(
    rf"(?P<hour>[0-9]{{1,2}}|[{_H}]+?)(?:[、，.]?(?P<second>[0-9]{{1,2}}|[{_H}]))?"
    rf"(?: ?: ?(?P<minutes>[0-9]{{2}})(?: ?: ?[0-9]{{2}})?分?"
    rf"|[时点](?P<half>半)?(?P<quarter>[一三]刻)?(?:(?P<minute>[0-9]{{1,2}}"
    rf"|[{_H}]+)(?:分钟?)?(?:[0-9{_H}]+秒)?)?(?:钟|整|多钟?)?)"
)


def part_of_day(part: str) -> tuple[int, int]:
    """First and last minute of a part."""
    first, last = _PARTS[part]
    return first * 60, last * 60


def minutes_of_clock(part: str, clock: str) -> tuple[int, int] | None:
    """First and last minute that a clock may mean (equal but for 两三点), or None where it is no time of day."""
    found = _CLOCK.fullmatch(clock.replace("十点十一", "十、十一"))
    if not found:
        return None
    minute = 30 if found["half"] else 0
    if found["quarter"]:
        minute = 15 if found["quarter"][0] == "一" else 45
    if said := found["minutes"] or found["minute"]:
        minute = int(number(said) or 0)
    hours = [_hour(part, number(hour)) for hour in (found["hour"], found["second"]) if hour]
    if minute > 59 or any(hour is None for hour in hours):
        return None
    known = [hour * 60 + minute for hour in hours if hour is not None]
    return known[0], max(known)


def _hour(part: str, said: object) -> int | None:
    hour = int(str(said)) if said is not None else 99
    if hour > 24:
        return None
    if part in ("下午", "午后") and hour < 12:
        return hour + 12
    if part in ("中午", "正午", "午间") and hour < 4:
        return hour + 12
    if part in _NIGHT and hour <= 12:
        return hour + 24 if hour < 5 else 24 if hour == 12 else hour + 12
    return 0 if part in ("凌晨", "零晨") and hour == 12 else hour
