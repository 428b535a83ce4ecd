"""The grams and traits that linking keeps: many reports at once are as each alone, and as plain Python counts them."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from corpora import Report
from nlp import Entity, Incoming
from nlp.gram_weights import GramWeights
from nlp.link_grams import (
    ABOUT_FROM,
    HEAD,
    HEAD_AT,
    KEYS,
    KEYS_OF_HEAD,
    MOST,
    NAME,
    NAME_AT,
    NAMES_FROM,
    RARE,
    TOPIC,
    TOPIC_AT,
    gram_lists,
)
from nlp.link_traits import CITIES_AT, INNER_AT, NUMBERED_AT, UNITS_AT, code, read_all
from nlp.ngrams import codes, grams, letters, ngrams, spelled

TEXT = st.text(st.sampled_from("停水电路灯坏小区花园A3B市，。\n 的x7号线"), max_size=90)


def background() -> GramWeights:
    """A thousand reports: nearly all have polite words, a tenth of them a topic, and none a name."""
    weights = GramWeights()
    polite, topic = (np.concatenate(ngrams(letters(text))) for text in ("小区的路灯", "停水，花园的水电"))
    for number in range(1000):
        weights.add(np.unique(topic if number % 10 == 0 else polite))
    return weights


def told(key: str, title: str, text: str, *entities: Entity, region: str = "") -> Incoming:
    report = Report(key, text, title, datetime(2024, 3, 1, tzinfo=UTC), region=region)
    return Incoming("i" + key, report, np.zeros(4, np.float32), "service.environment", entities)


def of_parts(parts: Sequence[str], weights: GramWeights) -> tuple[NDArray[np.uint32], list[int], list[int], set[int]]:
    """What `gram_lists` makes of one report, in plain Python: (lists, placed, keys, whole)."""
    text, head, names, codes_ = ([row.tolist() for row in grams(letters(part))] for part in parts)
    counted = Counter(bucket for row in text for bucket in row if bucket)
    weight = {bucket: weights(np.array([bucket], np.uint32))[0] for bucket in counted}
    told_often = {b: weight[b] * (1 + np.log(np.float32(n))) for b, n in counted.items()}
    rare = sorted(counted, key=lambda b: (-told_often[b], b))
    topic = [b for b in rare if ABOUT_FROM < weight[b] < NAMES_FROM]
    first = list(dict.fromkeys(b for row in head for b in row if b))
    named = list(dict.fromkeys(b for row in names[:2] for b in row if b))
    placed = {b for row in (*names, *codes_) for b in row}
    front = sorted({*first, *named}, key=lambda b: (-weights(np.array([b], np.uint32))[0], b))
    keys = list(dict.fromkeys(front[:KEYS_OF_HEAD] + rare[:RARE]))
    lists = [
        some[:width] + [0] * (width - len(some))
        for some, width in ((rare, RARE), (topic, TOPIC), (first, HEAD), (named, NAME))
    ]
    return (
        np.array([bucket for some in lists for bucket in some], np.uint32),
        [at for at, bucket in enumerate(first[:HEAD]) if bucket in placed],
        keys[:KEYS],
        set(counted),
    )


@given(st.lists(st.tuples(TEXT, TEXT, TEXT, TEXT), min_size=1, max_size=6))
@settings(deadline=None, max_examples=60)
def test_lists_of_many_are_what_plain_python_makes_of_each(reports: list[tuple[str, str, str, str]]) -> None:
    weights = background()
    spellings = [spelled(part) for parts in reports for part in parts]
    sizes = np.array([len(spelling) + 1 for spelling in spellings]).reshape(-1, 4)
    made = gram_lists(grams(codes("\n".join((*spellings, "")))), sizes, weights)
    for at, parts in enumerate(reports):
        lists, placed, keys, whole = of_parts(parts, weights)
        assert made.lists[at].tolist() == lists.tolist()
        assert np.flatnonzero(made.placed[at]).tolist() == placed
        assert made.keys[at][made.keys[at] > 0].tolist() == keys
        assert set(made.whole[at].tolist()) == whole
        assert len(made.whole[at]) == len(whole)


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=40)), min_size=1, max_size=8))
@settings(deadline=None, max_examples=40)
def test_neighbours_do_not_show_in_traits(reports: list[tuple[str, str]]) -> None:
    all_told = [told(str(at), title, text) for at, (title, text) in enumerate(reports)]
    together = read_all(all_told, GramWeights())
    for one, beside in zip(all_told, together, strict=True):
        (alone,) = read_all([one], GramWeights())
        for name in alone.__slots__:
            np.testing.assert_array_equal(getattr(alone, name), getattr(beside, name), name)


def test_more_reports_than_have_a_number_are_refused() -> None:
    with pytest.raises(ValueError, match="1025 reports"):
        read_all([told("a", "", "停水")] * (MOST + 1), GramWeights())


def test_traits_of_a_report() -> None:
    name = Entity("org", 0, 4, "东能华府")
    (traits,) = read_all([told("a", "A市A3区7号线三期停水", "东能华府停水。东能华府没有水。", name)], background())
    two = {int(bucket) for bucket in ngrams(letters("东能华府"))[0]}
    assert two <= set(traits.grams[NAME_AT].tolist())
    assert two <= set(traits.rare.tolist()[:12])  # said twice, and nobody else says it
    assert two <= set(traits.keys.tolist())
    assert not set(traits.grams[HEAD_AT].tolist()) & two
    assert set(ngrams(letters("停水"))[0].tolist()) <= set(traits.grams[TOPIC_AT].tolist())
    assert traits.places[CITIES_AT].tolist() == [code("A市"), 0, 0, 0]
    assert traits.places[INNER_AT].tolist() == [code("A3"), 0, 0, 0]
    assert traits.places[UNITS_AT].tolist() == [*sorted((code("号线"), code("期"))), 0, 0]
    assert traits.places[NUMBERED_AT].tolist() == [*sorted((code("7号线"), code("3期"))), 0, 0]
    assert (traits.category, traits.top) == (code("service.environment"), code("service"))
    assert (traits.day, traits.length) == (19783, len(spelled("A市A3区7号线三期停水\n东能华府停水。东能华府没有水。")))


def test_places_are_read_from_the_text_where_the_headline_names_none() -> None:
    (traits,) = read_all([told("a", "路灯坏了", "B市C2区的路灯坏了")], GramWeights())
    assert traits.places[INNER_AT][0] == code("C2")
    assert code("") == -1
