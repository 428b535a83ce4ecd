"""E-mail addresses (RFC 5321 in its common form), with 艾特, [at] and 点 too. Normal form: lower case."""

from __future__ import annotations

import re

from nlp.recognise.recogniser import Rank, Recogniser, Table

_LOCAL = r"(?<![A-Za-z0-9._%+*-])[A-Za-z0-9*][A-Za-z0-9._%+*-]{0,63}"
_LABEL = r"[A-Za-z0-9*](?:[A-Za-z0-9*-]{0,62})"
#: One case throughout, so that a word set close behind (126.comTel) is no part of it.
_TOP = r"(?:[A-Z]?[a-z]{2,10}(?![a-z-])|[A-Z]{2,10}(?![A-Za-z-]))"
_AT = r"(?: ?@ ?| ?[\[(（【] ?(?:at|AT|艾特|圈a) ?[\])）】] ?| at | ?[#*]?艾特[#*]? ?| ?圈a ?)"
_DOT = r"(?: ?[.。] ?| ?点 ?| dot | ?[\[(（【](?:dot|点|\.)[\])）】] ?)"


def _plain(text: str) -> str:
    text = re.sub(_AT, "@", text, count=1)
    return re.sub(_DOT, ".", text).lower()


TABLE = Table(
    re.compile(rf"[A-Za-z0-9*](?<![A-Za-z0-9._%+*-].)[A-Za-z0-9._%+*-]*+{_AT}[A-Za-z0-9.。点*()（）\[\]【】 -]+"),
    (
        Recogniser(
            "email",
            re.compile(rf"{_LOCAL}{_AT}(?:{_LABEL}{_DOT}){{1,4}}{_TOP}"),
            Rank.SHAPE,
            _plain,
            is_number=False,
        ),
    ),
)
