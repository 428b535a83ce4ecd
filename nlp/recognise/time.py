"""Dates, times of day, periods and durations; their values are read by `time_value`.

Outside a span stay 许, 左右, 以来, 期间, 内, 起, 间, 约, 近, 每天, and 前, 后 after a date; inside are 前 and 后 after
a duration (三个月前). A range is one span (2018年3月至5月). Ages and other counts are no time.
Offsets here are those of the normalised text; `recognise` turns them into offsets of the raw one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from nlp.normalise import Normal
from nlp.recognise import time_pattern as p
from nlp.recognise.recogniser import Found, Rank
from nlp.recognise.time_date import Known
from nlp.recognise.time_value import time_value

_CHINA = timezone(timedelta(hours=8))

_WITH_TIME = (
    rf"(?:的?[ ，]?{p.PART}(?: ?(?:大概|大约|约)?{p.CLOCK}|(?![餐饭]))|[ ，]?{p.CLOCK}(?![建要意问])"
    rf"|的一天{p.PART}? ?{p.CLOCK})?"
)
_DATE = (
    rf"{p.DECADE}|{p.NUMERIC}|{p.YEAR} ?(?:{p.MONTHLY}|{p.SEASON}|{p.FEAST}|{p.VACATION})?|(?:{p.DAY_SAID}"
    rf"|{p.WEEKDAY}) ?{p.MONTHLY}|{p.SHORT_YEAR}(?:{p.MONTHLY}|{p.SEASON}(?!期))"
    rf"|{p.MONTHLY}|(?:{p.MONTH_SAID})(?:{p.THIRD}|{p.DAY})?|(?P<day>{p.DAY})|(?P<said>{p.DAY_SAID})|{p.WEEKDAY}"
    rf"|{p.FEAST}"
    r"|(?<![0-9])年[初底末中]|月[初底末]|[上下]半年"
)
_POINT = rf"(?:(?P<date>{_DATE}){_WITH_TIME}|(?P<clock>{p.PART} ?(?:大概|大约|约)?{p.CLOCK}|(?P<hour>{p.CLOCK})))"
_TIME = re.compile(rf"(?<![0-9第几数{p.HAN}百千])(?:(?<!\.)|(?={p.YEAR4} ?年))(?:{_POINT}|(?P<duration>{p.DURATION}))")

#: Where a time may begin: cheap searches, so that the pattern above is tried at a handful of places only.
_N = f"0-9{p.HAN}"
_AT_NUMBER = re.compile(
    rf"[{_N}百半元正冬腊](?<![0-9][0-9])(?<![{p.HAN}][{p.HAN}百])(?=(?<=[元正冬腊])[月旦宵]"
    rf"|[{_N}百]{{0,4}}(?:[年月日号曰如时点天周分秒世]|(?<=[半五六七八十])[年月天小夕一八]| ?个?[多半]?(?:月|星期"
    rf"|礼拜"
    rf"|小时|季度|学期|世纪|工作|年头|昼夜|天)|[多余来半][年月天个小周日分]"
    rf"|(?<=[0-9]) ?(?:[-~—一至到、，,./:·] ?[{_N}]|[0-9]{{3}} ?[年月个天小分秒周])"
    rf"|(?<=[0-9]) [年月日号天个小分秒周点时]"
    rf"|[、，至到-][{_N}]{{1,3}}[年月日号天个小分秒周点时季]|个半|[节妇])|(?<=6)18(?![0-9.元号万]))"
)
_CLOCK_AHEAD = rf"(?: ?(?:大概|大约|约)?[{_N}])"
_AT_WORD = re.compile(
    "今[年天日晚早夜晨]|昨[天日晚夜早]|明[年天日晚早]|后[年天]|前[年天晚夜]|去年|大[前半]|当[年月天日晚早夜]"
    "|同[年月日]|次[年月日]|翌[年日]|本[年月周]|本星期"
    "|上(?:年|月|上?个?(?:月|周|星期|礼拜)|半年|世纪)|下(?:月|个?(?:月|周|星期|礼拜)|半年)|这(?:周|星期|礼拜|个(?:月"
    "|周|星期|礼拜))"
    "|周[一二三四五六日天]|星期[一二三四五六日天]|礼拜[一二三四五六日天]"
    rf"|凌晨{_CLOCK_AHEAD}|零晨{_CLOCK_AHEAD}|清(?:晨{_CLOCK_AHEAD}|明)|早[晨上间]?{_CLOCK_AHEAD}|上午{_CLOCK_AHEAD}"
    rf"|中(?:午{_CLOCK_AHEAD}|秋)|正午{_CLOCK_AHEAD}"
    rf"|午[间后夜]{_CLOCK_AHEAD}|下午{_CLOCK_AHEAD}|傍晚{_CLOCK_AHEAD}|晚[上间]?{_CLOCK_AHEAD}"
    rf"|夜[间里晚]?{_CLOCK_AHEAD}|深夜{_CLOCK_AHEAD}|半夜{_CLOCK_AHEAD}"
    "|国庆|春节|端午|除夕|重阳|圣诞|教师节|劳动节|儿童节|妇女节|建军节|平安夜|双[1十]|年[初底末中]|月[初底末]"
    rf"|最近[{_N}半大]|过去[{_N}半大]|近[{_N}半大]|农历|老历|旧历|阴历|个多"
)
_TO = re.compile(r" ?(?:至|到|--?|~|—{1,2}|直至|或) ?")
_NOW = re.compile(r" ?(?:至|到)(?:今(?![天日年晚早])|现在|目前)")


_DAY_BEFORE = re.compile(r"(?:[月于在到至从，。、是自天（(:,]|[年月日]的?|\A)\s?\Z")
_RECURRENT = re.compile(r"每(?:个?[年月周天日晚]|逢)?的?\Z")
_SMALL_HOURS = frozenset(["一", "二", "两", "三", "四", "1", "2", "3", "4"])

#: After these 一年 and 一个月 are no period but a rate or a comparison: 5万一年, 每一个月, 一年比一年.
_RATE = frozenset("每元万比块")


def _is_time(text: str, match: re.Match[str]) -> bool:
    """Whether a match is a time in its place; offsets of the normalised text."""
    start, end = match.span()
    written = match[0]
    if match["day"] and match["day"].endswith("号"):
        return match["day"] != "一号" and _DAY_BEFORE.search(text, max(0, start - 3), start) is not None
    if written in ("一日", "一时", "一点", "一天"):
        return False
    if match["duration"] and written[0] == "一":
        return text[max(0, start - 1) : start] not in _RATE
    if match["said"] == written:
        return written not in ("当天", "当日") and text[max(0, start - 2) : start] != "时至"
    if match["hour"]:
        before = text[max(0, start - 2) : start]
        if ":" in written:
            return not before.strip().endswith(("/", "长", "播", "停")) and " /" not in text[end : end + 2]
        if written.endswith("点") and (written[:-1] in _SMALL_HOURS or before[-1:] in "这第有下以之"):
            return False
    return True


def _matches(text: str) -> Iterator[re.Match[str]]:
    """Times in order, none overlapping."""
    places = {found.start() for found in _AT_NUMBER.finditer(text)}
    places.update(found.start() for found in _AT_WORD.finditer(text))
    done = 0
    for place in sorted(places):
        if place >= done and (match := _TIME.match(text, place)):
            done = match.end()
            if _is_time(text, match):
                yield match


class Time:
    """The family of times; what a family does is said in `nlp/recognise/recogniser.py`."""

    def find(self, normal: Normal, received_at: datetime | None) -> Iterator[Found]:
        text = normal.text
        spans: list[tuple[int, int]] = []
        is_range = False
        for match in _matches(text):
            start, end = match.span()
            is_range = bool(spans) and not is_range and _TO.fullmatch(text, spans[-1][1], start) is not None
            spans.append((spans.pop()[0] if is_range else start, end))
            if match["date"] and (now := _NOW.match(text, end)):
                spans[-1] = (spans[-1][0], now.end())
        if not spans:
            return
        known = Known(received_at and _local(received_at))
        for start, end in spans:
            value, after = time_value(text[start:end], known)
            if value and _RECURRENT.search(text, max(0, start - 3), start):
                value = None  # 每年5月
            else:
                known = after
            yield Found("time", start, end, Rank.SHAPE, value)


def _local(moment: datetime) -> datetime:
    """Wall-clock time in China; a moment without a zone is taken as such."""
    return moment.astimezone(_CHINA).replace(tzinfo=None) if moment.tzinfo else moment


TIME = Time()
