"""Vehicle plates (GA 36-2018): province, office letter, five characters, six for new energy, or a closing 警学挂港澳….

楚 stands for a province in texts made anonymous. Normal form: upper case without the parting mark.
"""

from __future__ import annotations

import re

from nlp.recognise.recogniser import Rank, Recogniser, Table

_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼楚"
_CLOSING = "警学挂港澳领试超"
#: 最新, 全新 … before a model's name.
_OPEN = rf"(?<![全最更创翻崭])[{_PROVINCE}]"
_GAP = r"[ ·.—-]{0,2}"


def _plain(text: str) -> str:
    return re.sub(r"[ ·.—-]", "", text).upper()


def _body(text: str) -> str:
    return _plain(text)[2:]


def _is_plate(text: str) -> bool:
    """At least two digits in five places; six places are two letters at most, one of them at an end."""
    body = _body(text)
    count = sum(character.isdigit() for character in body)
    if len(body) == 6:
        return re.fullmatch(r"[A-HJ-NP-Z][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[A-HJ-NP-Z]", body) is not None
    return count >= 2


def _is_hidden(text: str) -> bool:
    """Hidden by * or ×; by X only where there are three, for X is a letter of plates."""
    body = _body(text)
    return re.search("[*×●]", body) is not None or body.count("X") >= 3


def _hidden(text: str) -> str:
    return re.sub("[×●]|X(?=X|$)", "*", _plain(text))


_TABLE = (
    # 湘A12345, 湘A·D12345, 京A1234警
    Recogniser(
        "plate",
        re.compile(rf"{_OPEN} ?[A-Za-z]{_GAP}(?:[A-Za-z0-9]{{5,6}}|[A-Za-z0-9]{{4}}[{_CLOSING}])(?![A-Za-z0-9*×])"),
        Rank.SHAPE,
        _plain,
        _is_plate,
        is_number=False,
    ),
    # WJ湘12345, 使014·578
    Recogniser(
        "plate",
        re.compile(
            rf"(?<![A-Za-z0-9])WJ{_GAP}[{_PROVINCE}]?{_GAP}[0-9]{{4}}[0-9A-Z](?![A-Za-z0-9])|使[0-9]{{3}}·[0-9]{{3}}(?![0-9])"
        ),
        Rank.SHAPE,
        _plain,
        is_number=False,
    ),
    # 苏A****W, 楚a17f**
    Recogniser(
        "plate",
        re.compile(rf"{_OPEN} ?[A-Za-z]{_GAP}[A-Za-z0-9*×●]{{4,6}}(?![A-Za-z0-9*×●])"),
        Rank.SHAPE,
        _hidden,
        _is_hidden,
        is_number=False,
    ),
)

TABLE = Table(re.compile(rf"[{_PROVINCE}使W] ?[A-Za-z0-9][A-Za-z0-9{_PROVINCE} ·.—*×●-]{{3,}}[{_CLOSING}]?"), _TABLE)
