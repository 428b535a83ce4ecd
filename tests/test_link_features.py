"""The features of pairs: what the arrays say is what plain Python says of two reports."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora import Report
from nlp import Incoming
from nlp.gram_weights import GramWeights
from nlp.link_columns import VECTOR_STEP, Columns
from nlp.link_features import FEATURES, USUAL_DAYS, Comparer
from nlp.link_grams import ABOUT_FROM, HEAD_AT, NAME_AT, NAMES_FROM, RARE_AT, TOPIC_AT
from nlp.link_traits import CITIES_AT, INNER_AT, NUMBERED_AT, UNITS_AT, Traits, read_all

WIDTH = 8
#: Bits of what is told: places, troubles, politeness; so that two reports share some.
PIECES = (
    "A市A3区",
    "B市B2区",
    "东能华府",
    "紫金苑二期",
    "7号线",
    "七号线",
    "5栋12号楼",
    "路灯坏了",
    "停水三天",
    "请尽快处理，",
)


def incoming(number: int, title: str, text: str, *, days: int | None, category: str) -> Incoming:
    toward = np.random.default_rng(number).normal(size=WIDTH)
    when = None if days is None else datetime(2024, 3, 1, tzinfo=UTC) + timedelta(days=days)
    unit = (toward / np.linalg.norm(toward) / 2).astype(np.float32)
    return Incoming(f"i{number}", Report(str(number), text, title, when), unit, category)


def features(one: Traits, other: Traits, weights: GramWeights) -> dict[str, float]:
    """In plain Python."""
    weight = {int(b): float(weights(np.array([b], np.uint32))[0]) for t in (one, other) for b in t.grams if b}

    def grams(traits: Traits, at: slice) -> list[int]:
        return [bucket for bucket in traits.grams[at].tolist() if bucket]

    def cosine(at: slice, counts: Callable[[float], bool] = lambda w: True) -> float:
        mine, theirs = ({b: weight[b] for b in grams(t, at) if counts(weight[b])} for t in (one, other))
        norm = sum(w * w for w in mine.values()) * sum(w * w for w in theirs.values())
        return float(sum(weight[b] ** 2 for b in mine.keys() & theirs.keys()) / np.sqrt(max(norm, 1e-6)))

    def about(w: float) -> bool:
        return ABOUT_FROM < w < NAMES_FROM

    def text(traits: Traits) -> set[int]:
        return {b for at in (RARE_AT, TOPIC_AT, HEAD_AT) for b in grams(traits, at)}

    def covers(kind: str) -> list[float]:
        ways = []
        for mine, theirs in ((one, other), (other, one)):
            placed = dict(zip(mine.grams[HEAD_AT].tolist(), mine.placed.tolist(), strict=True))
            counts = {"name": lambda b: weight[b] >= NAMES_FROM, "about": lambda b: about(weight[b])}
            chosen = [b for b in grams(mine, HEAD_AT) if counts.get(kind, lambda b, p=placed: not p[b])(b)]
            met = sum(weight[b] for b in chosen if b in text(theirs))
            ways.append(met / max(sum(weight[b] for b in chosen), 1e-6))
        return sorted(ways)

    def places(at: slice) -> tuple[bool, bool]:
        mine, theirs = ({p for p in t.places[at].tolist() if p} for t in (one, other))
        return bool(mine & theirs), bool(mine and theirs and not mine & theirs)

    names, theirs = grams(one, NAME_AT), grams(other, NAME_AT)
    smaller = min(sum(weight[b] for b in names), sum(weight[b] for b in theirs))
    alike = min(sum(weight[b] for b in names if b in theirs) / max(smaller, 1e-6), 1)
    rare = [b for b in grams(other, RARE_AT) if weight[b] >= NAMES_FROM and b in text(one)]
    vectors = [np.rint(t.vector / VECTOR_STEP) * VECTOR_STEP for t in (one, other)]
    apart = abs(one.day - other.day)
    want = [
        cosine(RARE_AT),
        cosine(TOPIC_AT),
        cosine(HEAD_AT),
        cosine(HEAD_AT, about),
        *covers("name"),
        *covers("about"),
        *covers("problem"),
        np.log1p(sum(weight[b] for b in rare)),
        (one.sketch == other.sketch).mean(),
        vectors[0] @ vectors[1],
        one.category == other.category != -1,
        one.top == other.top != -1,
        np.log1p(USUAL_DAYS if np.isnan(apart) else apart),
        places(INNER_AT)[0],
        places(INNER_AT)[1] or places(CITIES_AT)[1],
        alike,
        smaller > 0 and alike < 0.15,
        places(NUMBERED_AT)[0],
        places(UNITS_AT)[0] and not places(NUMBERED_AT)[0],
        abs(np.log(max(one.length, 1) / max(other.length, 1))),
    ]
    return dict(zip(FEATURES, map(float, want), strict=True))


PHRASE = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)


@given(
    st.lists(
        st.tuples(PHRASE, PHRASE, st.sampled_from([None, 0, 40]), st.sampled_from(["", "hazard.road", "hazard.fire"])),
        min_size=2,
        max_size=6,
    )
)
@settings(deadline=None, max_examples=60)
def test_features_are_what_plain_python_makes_of_a_pair(told: list[tuple[str, str, int | None, str]]) -> None:
    weights, background = GramWeights(), GramWeights()
    polite, topic = (
        read_all([incoming(0, "", text, days=0, category="")], background)[0].whole
        for text in ("请尽快处理，谢谢。", "路灯坏了停水三天")
    )
    for number in range(1000):
        for counted in (weights, background):
            counted.add(topic if number % 10 == 0 else polite)
    reports = [
        incoming(at, title, text, days=days, category=category) for at, (title, text, days, category) in enumerate(told)
    ]
    columns, traits = Columns.empty(WIDTH, room=2), read_all(reports, background)
    for one in traits:
        columns.add(one)
    others = np.arange(len(traits))
    made = Comparer(weights).compare(columns, 0, others)
    for row, other in zip(made.tolist(), traits, strict=True):
        assert dict(zip(FEATURES, row, strict=True)) == pytest.approx(features(traits[0], other, weights), abs=2e-3)
    assert weights.counts[traits[0].whole].tolist() == background.counts[traits[0].whole].tolist()
