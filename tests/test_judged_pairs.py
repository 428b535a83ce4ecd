"""Pairs that a person judged: ids and verdicts, no text."""

import json
from pathlib import Path

import pytest

from corpora import JOINED, JOINED_BY_ISSUE, TEMPTING, read_judged_pairs


@pytest.mark.parametrize("path", [TEMPTING, JOINED, JOINED_BY_ISSUE])
def test_each_pair_is_judged_once_and_holds_no_text(path: Path) -> None:
    pairs = list(read_judged_pairs(path))
    assert len({(pair.a, pair.b) for pair in pairs}) == len(pairs) >= 100
    assert all(pair.a < pair.b for pair in pairs)
    assert {pair.same for pair in pairs} == {True, False}
    assert all(json.loads(line).keys() == {"a", "b", "same"} for line in path.read_text("utf-8").splitlines())


def test_nothing_to_measure_by_is_learned_from() -> None:
    learned = {report for pair in read_judged_pairs(TEMPTING) for report in (pair.a, pair.b)}
    measured = [pair for path in (JOINED, JOINED_BY_ISSUE) for pair in read_judged_pairs(path)]
    assert not learned & {report for pair in measured for report in (pair.a, pair.b)}
