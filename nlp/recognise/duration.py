"""Durations (十年, 一年半, 两个多月) by ISO 8601: P10Y, P1Y6M, P2M; and what 前 and 近 make of them.

多 and 余 do not change a value. A vague count (三四个月), working days and terms have none. 半个月 is P15D.
三个月前 is the month, 三天前 the day, 两小时前 the minute that was so long before the report; 后 counts from an event
that the text tells, not from the report, and has no value.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

from nlp.recognise.numerals import number

_UNITS = (
    *(("年头", "Y"), ("年", "Y"), ("世纪", "C"), ("季度", "Q"), ("月", "M"), ("星期", "W"), ("礼拜", "W"), ("周", "W")),
    *(("昼夜", "D"), ("天", "D"), ("日", "D"), ("小时", "h"), ("分钟", "m"), ("分", "m"), ("秒", "s")),
)
_COUNT = r"[0-9]+(?:\.[0-9])?|[零〇一二两三四五六七八九十百]+|"
_NAMES = "|".join(name for name, _ in _UNITS)
_READ = re.compile(
    rf"(?P<near>最近|过去|近)?(?:(?P<count>{_COUNT})[多余来]?(?P<half>半)?个?[多]?(?P<between>半)?(?P<more>多)?"
    rf"(?P<unit>{_NAMES})[钟]?(?P<after>半|(?P<months>{_COUNT})个月)?多?)(?P<side>[前后])?"
)
_PAIR = re.compile("[一二两三四五六七八九][二两三四五六七八九](?!十)")
_DIGIT_OF = dict(_UNITS)


def duration(text: str, received: datetime | None) -> str | None:
    """The value of a duration as written; `received` is local time."""
    found = _parsed(text.replace(" ", ""))
    if not found or found["side"] == "后" or text.startswith("大半") or _PAIR.search(text):
        return None
    halved = bool(found["half"] or found["between"] or found["after"] == "半")
    count = number(found["count"]) if found["count"] else None
    if found["unit"] == "月" and "个" not in text and not halved:  # 5月 is a month of the year
        return None
    if count is None and not halved and "个" not in found[0]:
        return None
    whole, fraction = divmod(float(count) if count is not None else (0.0 if halved else 1.0), 1)
    parts = _parts(_DIGIT_OF[found["unit"]], int(whole), halved or fraction == 0.5)
    if parts is None or fraction not in (0.0, 0.5):
        return None
    if found["months"]:
        months = number(found["months"])
        parts["M"] = parts.get("M", 0) + int(months or 0)
    if not found["side"] and not found["near"]:
        return _iso(parts)
    if received is None:
        return None
    then = _before(received, parts)
    if found["near"]:
        return f"{then:%Y-%m-%d}/{received:%Y-%m-%d}"
    return then.strftime(_precision(parts))


@lru_cache(maxsize=1024)
def _parsed(text: str) -> re.Match[str] | None:
    return _READ.fullmatch(text)


def _parts(unit: str, whole: int, halved: bool) -> dict[str, int] | None:
    """Counts by designator: Y, M, W, D and h, m, s for the units of time of day."""
    if unit in "CQ":
        return {"Y": whole * 100 + 50 * halved} if unit == "C" else None if halved else {"M": whole * 3}
    parts = {unit: whole} if whole else {}
    if halved:
        smaller = {"Y": ("M", 6), "M": ("D", 15), "D": ("h", 12), "h": ("m", 30), "m": ("s", 30)}.get(unit)
        if smaller is None:
            return None
        parts[smaller[0]] = smaller[1]
    return parts or None


def _iso(parts: dict[str, int]) -> str:
    days = "".join(f"{parts[unit]}{unit}" for unit in "YMWD" if unit in parts)
    hours = "".join(f"{parts[unit]}{unit.upper()}" for unit in "hms" if unit in parts)
    return f"P{days}" + (f"T{hours}" if hours else "")


def _before(received: datetime, parts: dict[str, int]) -> datetime:
    months = received.year * 12 + received.month - 1 - parts.get("Y", 0) * 12 - parts.get("M", 0)
    year, month = divmod(months, 12)
    if year < 1:
        return received
    then = received.replace(year=year, month=month + 1, day=min(received.day, _days_in(year, month + 1)))
    return then - timedelta(
        days=parts.get("D", 0) + 7 * parts.get("W", 0),
        hours=parts.get("h", 0),
        minutes=parts.get("m", 0),
        seconds=parts.get("s", 0),
    )


def _days_in(year: int, month: int) -> int:
    following = datetime(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(1)).day


def _precision(parts: dict[str, int]) -> str:
    if any(unit in parts for unit in "hms"):
        return "%Y-%m-%dT%H:%M"
    if any(unit in parts for unit in "WD"):
        return "%Y-%m-%d"
    return "%Y-%m" if "M" in parts else "%Y"
