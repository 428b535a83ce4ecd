"""Resident identity numbers: 18 with the check character of GB 11643-1999, or the older 15 with a real date."""

from __future__ import annotations

import re

from nlp.recognise.digits import GAP, HIDDEN, hidden, is_province, is_resident_number
from nlp.recognise.recogniser import Rank, Recogniser

_X = re.escape(HIDDEN)


def _plain(text: str) -> str:
    return re.sub("[^0-9X]", "", text.upper())


def _is_hidden(text: str) -> bool:
    """18 or 15 places, at least four of them hidden, and the digits of a province in front."""
    number = hidden(text)
    return len(number) in (15, 18) and number.count("*") >= 4 and is_province(number[:2]) and number[:2] != "62"


PLAIN = (
    # 11010519491231002X, 110105 19491231 002X
    Recogniser(
        "id_card",
        re.compile(rf"(?<![0-9])(?<![0-9][.-])[1-8](?:{GAP}?[0-9]){{16}}{GAP}?[0-9Xx](?![0-9A-Za-z])"),
        Rank.CHECKED,
        _plain,
        lambda text: is_resident_number(_plain(text)),
        refuses=frozenset({"other"}),
    ),
    Recogniser(
        "id_card",
        re.compile(r"(?<![0-9])(?<![0-9][.-])[1-8][0-9]{14}(?![0-9A-Za-z])"),
        Rank.SHAPE,
        _plain,
        is_resident_number,
        refuses=frozenset({"other", "card", "bank_account", "phone"}),
    ),
    # 430102********1234
    Recogniser(
        "id_card",
        re.compile(rf"(?<![0-9*])[1-8][0-9]{{2}}[0-9{_X}]{{11,14}}[0-9{_X}](?![0-9A-Za-z*])"),
        Rank.SHAPE,
        hidden,
        _is_hidden,
        refuses=frozenset({"other", "card", "bank_account", "phone"}),
    ),
    # 身份证号4301************, 身份证号0000-00000000******
    Recogniser(
        "id_card",
        re.compile(rf"(?<![0-9*])[0-9]{{3}}(?:-?[0-9{_X}]){{7,20}}(?![0-9A-Za-z*])"),
        Rank.LABELLED,
        hidden,
        lambda text: hidden(text).count("*") >= 4,
        requires=frozenset({"id"}),
    ),
)
