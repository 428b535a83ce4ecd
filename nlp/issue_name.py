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
    r"^(?:尊敬的[^，,：:！!]{0,8}[，,：:！!]?|您好|你好|[再多]次|[关对]于|就|有关|强烈|实名|恳[请求]|[请恳]求|希望|建议|呼吁|投诉|举报|反[映应]|咨询|"
    r"请问|求助|质疑|反对|[，,：:！!。\s])+"
)
_ENDING = re.compile(
    r"(?:的?(?:问题|情况|现象|事宜|诉求|反映|投诉|咨询|请求|建议|举报|求助|公开信)|[，,：:！!。？?~\s])+$"
)
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

    The problem is the headline that shares most of its letter pairs with the other members' headlines, without
    polite openings; the place that most members name goes before it unless it stands in it. Copies do not vote.
    """
    voices = [member for member in members if not member.copy] or list(members)
    problems = [problem_of(member.headline) for member in voices]
    votes = Counter(pair for problem in problems for pair in set(_pairs(problem)))
    problem = max(problems, key=lambda problem: (_agreement(problem, votes), -abs(len(problem) - 16)), default="")
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
    """Up to EXEMPLARS positions in `vectors`: the member nearest to the middle, then those that tell it otherwise.

    vectors: unit vectors, shape (members, width), in the order of the members; copies: which of them repeat another's
    letters and are passed over where others are left.
    """
    left = [at for at in range(len(vectors)) if copies is None or not copies[at]] or list(range(len(vectors)))
    if not left:
        return []
    likeness = vectors @ vectors.T
    middle = vectors[left].mean(axis=0)
    chosen = [max(left, key=lambda at: (float(vectors[at] @ middle), -at))]
    while len(chosen) < min(EXEMPLARS, len(left)):
        rest = [at for at in left if at not in chosen]
        # near the middle, so that it is the issue's own story, and yet unlike those already told
        chosen.append(max(rest, key=lambda at: (float(vectors[at] @ middle - likeness[at, chosen].max()), -at)))
    return chosen


def _bare(sentence: str) -> str:
    return _ENDING.sub("", _OPENING.sub("", sentence.strip()))


def _pairs(problem: str) -> list[str]:
    return [problem[at : at + 2] for at in range(len(problem) - 1)]


def _agreement(problem: str, votes: Counter[str]) -> float:
    """Mean count of members that share a pair of letters, a little less for long headlines; masked ones last."""
    pairs = set(_pairs(problem))
    if not pairs or "*" in problem:
        return 0.0
    return sum(votes[pair] for pair in pairs) / (len(pairs) + 6)


def _stands_in(place: str, problem: str) -> bool:
    """Whether the problem names the place already, or most of it."""
    pairs = set(_pairs(place)) or {place}
    return sum(pair in problem for pair in pairs) >= 0.5 * len(pairs)
