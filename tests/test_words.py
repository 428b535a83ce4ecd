"""What a text's words speak for is told exactly, by the text and by its characters."""

from __future__ import annotations

from math import log, sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import ENCODER
from models.artefact import DEPARTMENTS, WORDS, ArtefactConfig
from models.departments import refile
from models.words import Words, grams


def of(*texts: str) -> list[int]:
    """The key of each text, a gram."""
    return [int(grams(text)[len(text) - 1][0]) for text in texts]


@pytest.fixture
def small() -> Words:
    """Of two columns and three grams, 水 and 水管 and 公交车, each as rare as the next."""
    return Words(
        ids=("water", "buses"),
        keys=np.array(of("水", "水管", "公交车"), np.uint64),
        rarity=np.ones(3, np.float32),
        weights=np.array([[10, -10], [20, 0], [0, 100]], np.int8),
        scale=np.array([0.1, 0.02], np.float32),
        offset=np.array([-1, -2], np.float32),
    )


@pytest.fixture(scope="module")
def shipped() -> Words:
    return Words.load(ENCODER / WORDS)


def test_scores_are_sums_over_the_grams_of_a_text_of_length_one(small: Words) -> None:
    assert np.allclose(small.scores("公交车"), [-1, -2 + 2])
    assert np.allclose(small.scores("水管"), [-1 + (1 + 2) / sqrt(2), -2 - 0.2 / sqrt(2)])
    # Twice 水, once 水管: a second occurrence adds the log of its count.
    twice = 1 + log(2)
    length = sqrt(twice**2 + 1)
    assert np.allclose(small.scores("水管水"), [-1 + (twice * 1 + 2) / length, -2 - twice * 0.2 / length])
    assert np.allclose(small.scores("没有"), [-1, -2])
    assert np.allclose(small.scores(""), [-1, -2])


def test_a_grams_part_is_shared_by_its_characters(small: Words) -> None:
    water, pipe = 1.2 / sqrt(2), 2 / sqrt(2)
    assert np.allclose(small.parts("换水管", 0, 1), [0, water + pipe / 2, pipe / 2])
    assert np.allclose(small.parts("公交车", 1, 0), [2 / 3, 2 / 3, 2 / 3])


@given(st.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_parts_add_up_to_what_the_scores_differ_by(text: str) -> None:
    words = Words.load(ENCODER / DEPARTMENTS)
    scores, nothing = words.scores(text), words.offset
    parts = words.parts(text, 3, 1)
    assert parts.shape == (len(text),)
    assert float(parts.sum()) == pytest.approx(float(scores[3] - scores[1] - nothing[3] + nothing[1]), abs=1e-3)


def test_what_is_saved_is_read_again(small: Words, tmp_path: Path) -> None:
    small.save(tmp_path / WORDS)
    read = Words.load(tmp_path / WORDS)
    assert read.ids == small.ids
    assert np.array_equal(read.scores("水管"), small.scores("水管"))


def test_the_shipped_columns_are_the_encoders_logits(shipped: Words) -> None:
    ids = ArtefactConfig.load(ENCODER).ids
    assert shipped.ids == (*ids, *ids)
    assert (shipped.keys[1:] > shipped.keys[:-1]).all()
    best = int(shipped.scores("骗子让我刷单，垫付两万不给提现")[: len(ids)].argmax())
    assert ids[best] == "fraud.brushing"


def test_services_are_shared_out_anew_and_their_odds_stay() -> None:
    labels = np.array([0.5, 0.2, 0.9, 0.1], np.float32)
    refiled = refile(labels, [1, 3], np.array([0.0, log(3)], np.float32))
    # Odds of 1/4 and 1/9 together, a quarter of them to the first and three to the second.
    odds = 1 / 4 + 1 / 9
    assert refiled[0] == labels[0]
    assert refiled[2] == labels[2]
    assert refiled[1] == pytest.approx(odds / 4 / (1 + odds / 4), abs=1e-6)
    assert refiled[3] == pytest.approx(odds * 3 / 4 / (1 + odds * 3 / 4), abs=1e-6)
