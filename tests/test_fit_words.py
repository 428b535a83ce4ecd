"""Linear models of words are fitted from texts, and say what the texts said."""

from __future__ import annotations

import numpy as np
import pytest

from corpora import Example

reason = "needs the train extra: pip install 'minqing[train]'"
pytest.importorskip("sklearn", reason=reason)
pytest.importorskip("scipy", reason=reason)

from models.fit_words import FEWEST, fit_categories, fit_departments  # noqa: E402
from models.words import grams  # noqa: E402

IDS = ("hazard", "service.environment", "service.transport")
BUS, WATER = ("公交车又不来", "service.transport"), ("河水发臭冒泡", "service.environment")
TEXTS = [Example(f"{text}{k % 3}", category, (category,)) for k in range(12) for text, category in (BUS, WATER)]


def test_words_speak_for_what_they_were_seen_with() -> None:
    words = fit_categories(TEXTS, IDS, seed=1)
    assert words.ids == IDS * 2
    assert words.weights.dtype == np.int8
    primary, applies = np.split(words.scores("公交车没来"), 2)
    assert primary.argmax() == applies.argmax() == IDS.index("service.transport")
    # Nothing was said of hazards: no word speaks for them or against.
    assert not words.weights[:, 0].any()
    assert words.scores("河水")[0] < words.scores("河水")[1]


def test_rare_grams_and_those_of_most_texts_are_left_out() -> None:
    texts = [*TEXTS, Example("公交车罕见", BUS[1], (BUS[1],))] + [Example("公交车", BUS[1], (BUS[1],))] * 3
    words = fit_departments(texts, seed=1)
    keys = set(words.keys.tolist())
    assert words.ids == ("service.environment", "service.transport")
    assert int(grams("河水")[1][0]) in keys
    assert int(grams("罕见")[1][0]) not in keys  # in fewer texts than FEWEST
    assert int(grams("公交")[1][0]) not in keys  # in more than half of them
    assert FEWEST > 1
