"""What an issue is called, and which members tell it best: place and problem, in its members' own words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Longest name, in characters: one line on a screen.
LONGEST = 40
#: Members that are told of an issue in full.
EXEMPLARS = 3

#: How people begin and end, which names nothing.
_OPENING = re.compile(
    r"^(?:尊敬的[^，,：:！!]{0,8}[，,：:！!]?|您好|你好|[再多]次|[关对]于|就|有关|强烈|实名|恳[请求]|[请恳]求|希望|建议|呼吁|投诉|举报|反[映应馈]|咨询|"
    r"请问|请|求助|质疑|反对|关注|想问(?:一下)?|我[要想]|为什么|为何|[，,：:！!。\s])+"
)
_ENDING = re.compile(
    r"(?:的?(?:一些|种种|各种|若干|[相有]关)?(?:问题|情况|现象|事宜|诉求|反映|投诉|咨询|请求|建议|举报|求助|公开信)|的(?:一些|种种)|"
    r"[，,：:！!。？?~\s]|[吗呢啊呀]|谢谢|该?怎么办|有?谁来?管|是否合[理法]|(?<!不)合[理法]吗|"
    r"(?:请|[求望盼]|尽快|何时能?|什么时候能?|[急亟][需待])(?:解决|处理))+$"
)
#: Headlines that are longer give way to one of their clauses, of so many letters at least; not to who is writing.
_LONG, _SHORT = 24, 6
_CLAUSE = re.compile(r"[，,：:\s]+")
_WRITER = re.compile(r"(?:我们?|本人)[是系]|作为|本人")
_OURS = re.compile(r"^(?:(?:我们?|本)(?:小区|单位|公司|学校|村)|我们)的?")
#: A clause that names something in words; an address of a site, a number names nothing.
_IN_WORDS = re.compile(r"[\u4e00-\u9fff]{2}")
_FIRST_SENTENCE = re.compile(r"[。！？!?；;\n]")


@dataclass(frozen=True, slots=True)
class Member:
    """A member as its issue's name needs it. `headline` and `places` must be masked already.

    headline: the title, else the text; places: names in the report, as written, in any order.
    """

    headline: str
    places: tuple[str, ...] = ()
    copy: bool = False


def issue_name(members: Sequence[Member]) -> str:
    """Place and problem as a person would write them; at most LONGEST characters; "" where no member says anything.

    The problem is the headline, or the clause of a long one, that shares most of its letter pairs with the other
    members' headlines, without polite openings; the place that most members name goes before it unless it stands in it.
    Copies do not vote.
    """
    voices = [member for member in members if not member.copy] or list(members)
    headlines = [problem_of(member.headline) for member in voices]
    votes = Counter(pair for headline in headlines for pair in set(_pairs(headline)))
    problems = [clause for headline in headlines for clause in _clauses(headline)]
    problem = max(problems, key=lambda problem: ("*" not in problem, _agreement(problem, votes)), default="")
    place = common_place(voices)
    if place and problem and not _stands_in(place, problem):
        problem = place + problem
    problem = " ".join((problem or place or "").split())
    return problem if len(problem) <= LONGEST else problem[: LONGEST - 1] + "…"


def problem_of(headline: str) -> str:
    """A headline without what is only said to be polite.

    >>> problem_of("关于A市魅力之城小区油烟扰民的问题")
    'A市魅力之城小区油烟扰民'
    """
    told = next((part for part in map(_bare, _FIRST_SENTENCE.split(headline)) if part), "")
    return told or headline.strip()


def common_place(members: Sequence[Member]) -> str | None:
    """The place that most members name, the longer of equals; None where no two of several agree on one."""
    votes = Counter(place for member in members for place in set(member.places) if "*" not in place)
    if not votes:
        return None
    place = max(votes, key=lambda place: (votes[place], len(place), place))
    return place if votes[place] >= min(2, len(members)) else None


def exemplars(vectors: NDArray[np.float32], *, copies: Sequence[bool] | None = None) -> list[int]:
    """Up to EXEMPLARS positions in `vectors`: the member most like all, then those most like whom it tells badly.

    vectors: unit vectors, shape (members, width), in the order of the members; copies: which of them repeat another's
    letters and are passed over where others are left.
    """
    left = [at for at in range(len(vectors)) if copies is None or not copies[at]] or list(range(len(vectors)))
    if not left:
        return []
    likeness = vectors[left] @ vectors[left].T
    told = np.full(len(left), -1, np.float32)
    chosen: list[int] = []
    while len(chosen) < min(EXEMPLARS, len(left)):
        # whichever tells most members best that the earlier ones tell badly: one odd member counts for one
        gained = np.maximum(likeness, told).sum(axis=1)
        gained[chosen] = -np.inf
        chosen.append(int(gained.argmax()))
        told = np.maximum(told, likeness[chosen[-1]])
    return [left[at] for at in chosen]


def _clauses(headline: str) -> list[str]:
    if len(headline) <= _LONG:
        return [headline]
    clauses = [clause for clause in map(_bare, _CLAUSE.split(headline)) if not _WRITER.match(clause)]
    told = (_OURS.sub("", clause) for clause in clauses)
    return [clause for clause in told if len(clause) >= _SHORT and _IN_WORDS.search(clause)] or [headline]


def _bare(sentence: str) -> str:
    return _ENDING.sub("", _OPENING.sub("", sentence.strip()))


def _pairs(problem: str) -> list[str]:
    return [problem[at : at + 2] for at in range(len(problem) - 1)]


def _agreement(problem: str, votes: Counter[str]) -> float:
    """Mean count of other members that share a pair of letters, a little less for long headlines."""
    pairs = set(_pairs(problem))
    return sum(votes[pair] - 1 for pair in pairs) / (len(pairs) + 6)


def _stands_in(place: str, problem: str) -> bool:
    """Whether the problem names the place already, or most of it."""
    pairs = set(_pairs(place)) or {place}
    return sum(pair in problem for pair in pairs) >= 0.5 * len(pairs)
