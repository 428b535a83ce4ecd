"""What the pairs between two groups of reports say together: the rule that the stream and the repair both go by."""

from __future__ import annotations

from collections.abc import Sequence

#: Pairs that speak, the most alike ones: a report need not be like all of fifty others, only like several.
SPEAKING = 8
#: Log-odds of a pair that nobody compared.
UNSEEN = -3.0
#: What many pairs that agree add, in log-odds, beside a lone one.
AGREEING = 1.0


def evidence(best: Sequence[float], pairs: int) -> float:
    """Log-odds that two groups tell of one problem.

    best: log-odds of the compared pairs, SPEAKING at most, the highest first; pairs: how many there are, compared or
    not.
    """
    speaking = min(SPEAKING, pairs)
    total = sum(best) + UNSEEN * (speaking - len(best))
    return total / speaking + AGREEING * (1 - 1 / speaking)
