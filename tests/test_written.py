"""The corpus written for this project keeps its promises: size, labels, variety, hardly a near-duplicate."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import combinations

import pytest

from corpora import Example, default_taxonomy, read_written, read_written_issues


@pytest.fixture(scope="module")
def written() -> list[Example]:
    return list(read_written())


def shingles(text: str) -> frozenset[str]:
    letters = re.sub(r"\W", "", text)
    return frozenset(letters[i : i + 4] for i in range(max(1, len(letters) - 3)))


def test_every_category_is_written_of(written: list[Example]) -> None:
    assert len(written) >= 4000
    counts = Counter(label for example in written for label in example.labels)
    taxonomy = default_taxonomy()
    assert not [i for i in taxonomy.ids if "." in i and counts[i] < 50]
    assert all(i in taxonomy for e in written for i in (e.primary, *e.labels, *e.acceptable))
    assert all(e.primary == e.labels[0] for e in written)
    assert sum(len(e.labels) > 1 for e in written) > 0.05 * len(written)


def test_lengths_vary(written: list[Example]) -> None:
    lengths = sorted(len(e.text) for e in written)
    assert lengths[0] >= 8
    assert lengths[len(lengths) // 10] < 30
    assert lengths[len(lengths) * 9 // 10] > 120
    assert lengths[-1] <= 900


def test_near_duplicates_are_rare(written: list[Example]) -> None:
    """At most 2 % of texts share half their character 4-grams with another one."""
    sets = [shingles(e.text) for e in written]
    frequency = Counter(s for each in sets for s in each)
    postings: dict[str, list[int]] = defaultdict(list)
    for i, each in enumerate(sets):
        # Two sets that overlap by half share one of their rarest half.
        for shingle in sorted(each, key=lambda s: (frequency[s], s))[: len(each) // 2 + 1]:
            if 1 < frequency[shingle] <= 60:
                postings[shingle].append(i)
    near = set()
    for found in postings.values():
        for a, b in combinations(found, 2):
            if len(sets[a] & sets[b]) > 0.5 * min(len(sets[a]), len(sets[b])):
                near |= {a, b}
    assert len(near) < 0.02 * len(written), [written[i].text[:30] for i in sorted(near)[:20]]


def test_problems_are_told_several_ways() -> None:
    problems = list(read_written_issues())
    assert len(problems) >= 300
    for problem in problems:
        assert len(problem.tellings) >= 3, problem.name
        assert problem.hard_negatives, problem.name
        assert problem.category in default_taxonomy(), problem.name
        texts = [r.text for r in (*problem.tellings, *problem.hard_negatives)]
        assert len(set(texts)) == len(texts), problem.name
