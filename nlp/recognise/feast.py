"""Public holidays and other days with a name, by year: those of the sun, those of the moon, and 清明."""

from __future__ import annotations

from datetime import date, timedelta

from nlp.recognise.lunar import lunar_date

_BY_SUN = {
    **{"元旦": (1, 1), "三八": (3, 8), "妇女节": (3, 8), "3·15": (3, 15), "3.15": (3, 15)},
    **{"五一": (5, 1), "劳动节": (5, 1)},
    **{"六一": (6, 1), "儿童节": (6, 1), "618": (6, 18), "八一": (8, 1), "建军节": (8, 1), "教师节": (9, 10)},
    **{"十一": (10, 1), "国庆": (10, 1), "双11": (11, 11), "双十一": (11, 11), "双12": (12, 12), "双十二": (12, 12)},
    **{"平安夜": (12, 24), "圣诞": (12, 25)},
}
_BY_MOON = {
    **{"春节": (1, 1), "过年": (1, 1), "元宵": (1, 15), "端午": (5, 5), "七夕": (7, 7)},
    **{"中秋": (8, 15), "重阳": (9, 9)},
}

#: Longest first, so that 双十一 is not read as 十一.
_NAMES = sorted((*_BY_SUN, *_BY_MOON, "清明", "除夕"), key=len, reverse=True)

#: Days off by law since 2008: from the eve of the feast, and how many days.
_HOLIDAYS = {"国庆": (0, 7), "十一": (0, 7), "春节": (-1, 7), "过年": (-1, 7)}


def feast(written: str, year: int) -> tuple[date, date] | None:
    """First and last day of the feast that is named in a text; one day unless a holiday (期间, 长假) is meant."""
    name = next((name for name in _NAMES if name in written), None)
    day = _day(name, year) if name else None
    if day is None or name is None or written.endswith(("前", "后")):
        return None
    if name in _HOLIDAYS and any(word in written for word in ("期间", "长假", "假期", "放假", "黄金周")):
        before, length = _HOLIDAYS[name]
        first = day + timedelta(before)
        return first, first + timedelta(length - 1)
    return day, day


def _day(name: str, year: int) -> date | None:
    if name in _BY_SUN:
        return date(year, *_BY_SUN[name])
    if name == "清明":  # the approximation of the solar term by its mean length, checked for 1950 to 2059
        century = 5.59 if year < 2000 else 4.81
        short = year % 100
        return date(year, 4, int(short * 0.2422 + century) - short // 4)
    if name == "除夕":  # the eve of the new year that begins in `year`
        new_year = lunar_date(year, 1, 1)
        return new_year and new_year - timedelta(1)
    return lunar_date(year, *_BY_MOON[name])
