"""Drugs in a text: names wherever they stand, slang only where its clause speaks of drugs.

Slang that is also an everyday word (冰, 叶子, 邮票) needs talk of taking, selling or testing beside it. Normal form:
the standard name. Offsets are those of the normalised text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from nlp.drugs import MARK, Lexicon, lexicon
from nlp.normalise import Normal
from nlp.recognise.recogniser import Found, Rank

#: A cheap search without which no clause speaks of drugs.
_TALK = re.compile("[毒吸贩嗨瘾溜幻飞克嗑戒尿迷]")

#: Everyday words that slang opens or closes: 冰箱, 草地, 茶叶子.
_EVERYDAY = re.compile(r"[箱棍淋糕激雪冻水冷鲜场岛川山柜毯茶面镇糖球壶垫川川灯刀鞋车咖啡厅粉厂]")
_BEFORE_EVERYDAY = re.compile(r"[树茶菜落花滑结冷破]\Z")
_OF_DRUGS = re.compile(
    r"毒(?!蛇|蘑|性)|吸食|贩卖|贩运|吸了|复吸|戒(?:毒|断)|溜了|嗑药|嗨|尿检|注射|静脉|上瘾|成瘾|瘾君子|拿货|散冰|散货"
    r"|贩子|吸粉|开飞|飞了|飞叶|飞大|抽大"
    r"|致幻|上头|迷奸|迷药|精神药品|麻醉药品|[0-9一二两三四五六七八九十几]+个?克|溜冰壶|冰壶|锡纸"
)
_CLAUSE_END = re.compile("[，。；！？,;!?\n]")
_REACH = 30


class Drugs:
    """The family of drugs; what a family does is said in `nlp/recognise/recogniser.py`."""

    def find(self, normal: Normal, received_at: datetime | None) -> Iterator[Found]:
        """Names, and slang in a clause of its kind, in order within each."""
        words, text = lexicon(), normal.text
        named: set[int] = set()
        if MARK.search(text):
            for found in words.names.finditer(text):
                if _stands_alone(text, found.start()):
                    named.update(range(*found.span()))
                    yield _found(words, found)
        if _TALK.search(text):
            for found in words.slang.finditer(text):
                start, end = found.span()
                if named.isdisjoint(range(start, end)) and _is_slang(text, start, end):
                    yield _found(words, found)


def _found(words: Lexicon, found: re.Match[str]) -> Found:
    return Found("drug", *found.span(), Rank.SHAPE, words.standard[found[0].upper()])


def _stands_alone(text: str, start: int) -> bool:
    """Whether a Latin name is not the end of a longer word."""
    before = text[start - 1] if start else ""
    return not (text[start].isascii() and before.isascii() and before.isalnum())


def _is_slang(text: str, start: int, end: int) -> bool:
    if not _stands_alone(text, start) or _EVERYDAY.match(text, end):
        return False
    if _BEFORE_EVERYDAY.search(text, max(0, start - 1), start):
        return False
    first = max(0, start - _REACH)
    for border in _CLAUSE_END.finditer(text, first, start):
        first = border.end()
    close = _CLAUSE_END.search(text, end, end + _REACH)
    last = close.start() if close else min(len(text), end + _REACH)
    # The slang itself is no context for itself: 溜冰 alone is skating.
    return any(word.end() <= start or word.start() >= end for word in _OF_DRUGS.finditer(text, first, last)) or text[
        max(0, start - 1) : start
    ] in ("溜", "吸", "贩")


DRUGS = Drugs()
