"""Telephone numbers: mobile (1[3-9], 11 digits), landline with area code, 400/800, 95xxx, abroad.

Hotlines (110, 12345, 96110) name an office, not a person, and are no phones. A local number without its area code
and a service number need a label. Normal form: digits of the national number, `*` where the text hides some.
"""

from __future__ import annotations

import re

from nlp.recognise.digits import GAP, HAN, HIDDEN, WORD_GAP, digits, groups, hidden, is_date
from nlp.recognise.recogniser import Rank, Recogniser

_X = re.escape(HIDDEN)
_CHINA = r"(?:(?:\+|00)?86[ -]?|\+86[ -]?|[(（](?:\+|00)?86[)）] ?)?"
#: Country codes of ITU-T E.164 that are met, China's own left out.
_COUNTRY = r"(?:1|7|20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[124]|9[0-58]|85[2356]|886|97[0-9])"
#: Area codes without their 0: of three digits in the largest cities, of four elsewhere.
_AREA = "(?:10|2[0-9]|[3-9][0-9]{2})"
_NOT = frozenset({"other", "id", "card", "plate"})
_PHONE = frozenset({"phone"})

#: How people group the eleven digits of a mobile number; other groups need a label.
_GROUPED = frozenset({(3, 4, 4), (3, 3, 5), (4, 3, 4), (4, 4, 3), (3, 8), (7, 4), (1,) * 11})


def _national(text: str) -> str:
    number = digits(re.split("转|[Ee]xt", text)[0])
    return re.sub(r"\A(?:00)?86(?=1[3-9][0-9]{9}\Z|0?[1-9][0-9]{8,11}\Z)", "", number)


def _is_mobile(text: str) -> bool:
    return re.fullmatch(r"1[3-9][0-9]{9}", _national(text)) is not None


def _is_grouped_mobile(text: str) -> bool:
    shape = groups(text)
    return _is_mobile(text) and (shape in _GROUPED or shape[1:] in _GROUPED)


def _is_worded_mobile(text: str) -> bool:
    gaps = [gap for gap in re.split("[0-9]+", text) if gap]
    return len({gap.strip() for gap in gaps}) == 1


def _is_landline(text: str) -> bool:
    """Area codes of three digits (010, 02x) take eight more; those of four take seven or eight."""
    number = re.split("转|[Ee]xt|-(?=[0-9]{1,3}$)", text)[0]
    national = "0" + _national(number).removeprefix("0")
    wanted = (11,) if re.match("010|02", national) else (11, 12)
    return len(national) in wanted


def _is_spoken(text: str) -> bool:
    """Han numerals: a mobile number, a landline, 400."""
    return re.search(f"[{HAN}]", text) is not None and (
        re.fullmatch(
            r"1[3-9][0-9]{9}|0(?:10|2[0-9])[2-9][0-9]{7}|0[3-9][0-9]{2}[2-9][0-9]{6,7}|400[0-9]{7}", digits(text)
        )
        is not None
    )


def _is_hidden_mobile(text: str) -> bool:
    return len(hidden(text)) == 11 and re.search(r"\*{3}", hidden(text)) is not None and len(digits(text)) >= 3


PLAIN = (
    # 13800138000, +86 13800138000
    Recogniser(
        "phone", re.compile(rf"(?<![0-9+]){_CHINA}1[3-9][0-9]{{9}}(?![0-9])"), Rank.SHAPE, _national, refuses=_NOT
    ),
    # 138-0013-8000, 1 3 8 0 0 1 3 8 0 0 0
    Recogniser(
        "phone",
        re.compile(rf"(?<![0-9+])(?<![0-9]{GAP}){_CHINA}1{GAP}?[3-9](?:{GAP}{{0,2}}[0-9]){{9}}(?!{GAP}?[0-9])"),
        Rank.SHAPE,
        _national,
        _is_grouped_mobile,
        refuses=_NOT,
    ),
    # 电话13 8001 38000: any grouping, where a label says what it is
    Recogniser(
        "phone",
        re.compile(rf"(?<![0-9+]){_CHINA}1{GAP}?[3-9](?:{GAP}{{0,2}}[0-9]){{9}}(?!{GAP}?[0-9])"),
        Rank.LABELLED,
        _national,
        _is_mobile,
        requires=_PHONE,
    ),
    # 0731-88881234转801, (010)62345678, +86 10 62345678
    Recogniser(
        "phone",
        re.compile(
            rf"(?<![0-9])(?<![0-9][.-])(?:{_CHINA}[(（]?0{_AREA}|(?:\+|00)86[ -]?{_AREA})"
            r"[)）]?[ /—-]{0,3}[2-9][0-9]{2,3}[ -]?[0-9]{4}(?:[ -]?(?:转|[Ee]xt\.?) ?[0-9]{1,6}|-[0-9]{1,4})?(?![0-9])"
        ),
        Rank.SHAPE,
        _national,
        _is_landline,
        refuses=_NOT,
    ),
    # 电话028-12122转3: a hotline's own number is none, an extension behind it is
    Recogniser(
        "phone",
        re.compile(rf"(?<![0-9])0{_AREA}-?1[0-9]{{4}} ?转 ?[0-9]{{1,6}}(?![0-9])"),
        Rank.LABELLED,
        _national,
        requires=_PHONE,
    ),
    # 电话8888123, 8888-1234
    Recogniser(
        "phone",
        re.compile(
            r"(?<![0-9])(?<![0-9][ .)）—-])(?<!0[0-9]{2}/)(?<!0[0-9]{3}/)"
            r"[2-9][0-9]{2,3}[ -]?[0-9]{4}(?:转[0-9]{1,6})?(?![0-9]|[ -][0-9])"
        ),
        Rank.LABELLED,
        _national,
        lambda text: not (text.startswith("20") and is_date(digits(text))),
        requires=_PHONE,
    ),
    # 400-820-8880, 800 820 8820
    Recogniser(
        "phone",
        re.compile(r"(?<![0-9])(?<![0-9][.-])[48]00[ -]?(?:[0-9]{3}[ -]?[0-9]{4}|[0-9]{4}[ -]?[0-9]{3})(?![0-9])"),
        Rank.SHAPE,
        digits,
        refuses=_NOT,
    ),
    # 95588, 客服9510xxxx: numbers of banks, insurers, couriers
    Recogniser(
        "phone", re.compile(r"(?<![0-9])95[0-9]{3}(?:[0-9]{1,3})?(?![0-9])"), Rank.LABELLED, digits, requires=_PHONE
    ),
    # +852 2335 2113, 00853(27)17245278
    Recogniser(
        "phone",
        re.compile(rf"(?<![0-9])\+{_COUNTRY}(?:[ ()（）-]{{0,2}}[0-9{_X}]){{7,12}}(?![0-9])"),
        Rank.SHAPE,
        hidden,
        refuses=_NOT,
    ),
    Recogniser(
        "phone",
        re.compile(rf"(?<![0-9])00(?:{_COUNTRY}|(?=[0-9]{{2,4}}\*))(?:[ ()（）-]{{0,2}}[0-9{_X}]){{7,13}}(?![0-9])"),
        Rank.SHAPE,
        hidden,
        refuses=_NOT,
    ),
    # 138****5678
    Recogniser(
        "phone",
        re.compile(rf"(?<![0-9{_X}])1[3-9][0-9](?:[ -]?[0-9{_X}]){{8}}(?![0-9{_X}])"),
        Rank.SHAPE,
        hidden,
        _is_hidden_mobile,
        refuses=_NOT,
    ),
    # 0731-8888****
    Recogniser(
        "phone",
        re.compile(rf"(?<![0-9{_X}])0{_AREA}-[2-9][0-9{_X}]{{6,7}}(?![0-9{_X}])"),
        Rank.SHAPE,
        hidden,
        lambda text: hidden(text).count("*") >= 3,
        refuses=_NOT,
    ),
    # 电话13xxxxxxxxx; and what stands for a number in text made anonymous (0000-00000000)
    Recogniser(
        "phone",
        re.compile(rf"(?<![0-9{_X}])[0-9](?:-?[0-9{_X}]){{2,15}}[{_X}]{{3,9}}(?:-?[0-9]){{0,8}}(?![0-9{_X}])"),
        Rank.LABELLED,
        hidden,
        lambda text: len(digits(text)) >= 2,
        requires=_PHONE,
    ),
    Recogniser(
        "phone", re.compile(r"(?<![0-9])(?:[0-9]{3,4}-)?0000-00000000(?![0-9])"), Rank.LABELLED, digits, requires=_PHONE
    ),
)

SPOKEN = (
    # 一三八零零一三八零零零, 幺三八 零零幺三 8000
    Recogniser(
        "phone",
        re.compile(rf"(?<![0-9{HAN}])[0-9{HAN}](?:[ -]?[0-9{HAN}]){{9,11}}(?![0-9{HAN}])"),
        Rank.SHAPE,
        digits,
        _is_spoken,
        refuses=_NOT,
    ),
)

WORDED = (
    # 138转0013转8000
    Recogniser(
        "phone",
        re.compile(rf"(?<![0-9])1[3-9][0-9]{WORD_GAP}[0-9]{{4}}{WORD_GAP}[0-9]{{4}}(?![0-9])"),
        Rank.SHAPE,
        digits,
        _is_worded_mobile,
        refuses=_NOT,
    ),
)
