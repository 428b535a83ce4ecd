"""The promise to users: no author, no profile or score of a person, no watch-list, nothing about opinions."""

from __future__ import annotations

import dataclasses
import re

import pytest

from api.schema import Base
from corpora import Example, Report, default_taxonomy
from nlp import Analysis, Entity

FORBIDDEN = re.compile(
    r"author|writer|sender|user_?name|profile|watch|black_?list|reputation|risk|sentiment|opinion|politic|religio"
    r"|protest|petition|ethnic|person_"
)


def test_the_store_has_no_such_column() -> None:
    names = [f"{t.name}.{c.name}" for t in Base.metadata.tables.values() for c in t.columns]
    assert len(names) > 10
    assert not [name for name in names if FORBIDDEN.search(name)]


@pytest.mark.parametrize("shape", [Report, Example, Entity, Analysis])
def test_no_shape_has_such_a_field(shape: type) -> None:
    assert not [f.name for f in dataclasses.fields(shape) if FORBIDDEN.search(f.name)]


def test_no_category_is_about_opinions() -> None:
    words = re.compile("政治|宗教|信访|上访|抗议|言论|舆论|opinion|politic|religio|protest|petition", re.I)
    assert not [c.id for c in default_taxonomy() if words.search(f"{c.id} {c.name} {c.covers}")]
