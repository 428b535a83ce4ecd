"""What the pairs between two groups of reports say together: the rule that the stream and the repair both go by."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

#: Pairs that speak, by the root of how many there are: two or three for each member of groups of one size. A report
#: need not be like all of fifty others, only like several; but groups that grow must not hang together by ever fewer.
SPEAKING, MOST_SPEAKING = 2.5, 64
#: Log-odds of a pair that nobody compared.
UNSEEN = -3.0
#: What many pairs that agree add, in log-odds, beside a lone one.
AGREEING = 1.0


def speaking(pairs: int) -> int:
    """How many of so many pairs between two groups speak: the most alike ones."""
    return min(pairs, round(SPEAKING * sqrt(pairs)), MOST_SPEAKING)


def evidence(best: Sequence[float], pairs: int) -> float:
    """Log-odds that two groups tell of one problem.

    best: log-odds of the compared pairs, the highest first; pairs: how many there are, compared or not.
    """
    count = speaking(pairs)
    heard = best[:count]
    total = sum(heard) + UNSEEN * (count - len(heard))
    return total / count + AGREEING * (1 - 1 / count)
