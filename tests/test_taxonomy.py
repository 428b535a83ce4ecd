"""The taxonomy file and its reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpora import default_taxonomy, read_taxonomy, top


def test_the_shipped_taxonomy_has_every_level() -> None:
    taxonomy = default_taxonomy()
    assert taxonomy.tops == ("fraud", "drugs", "gambling", "dispute", "hazard", "crime", "service", "other")
    assert sum("." in i for i in taxonomy.ids) == 50
    assert taxonomy["fraud.brushing"].name == "刷单返利"
    assert top("fraud.brushing") == "fraud"
    assert "fraud.nothing" not in taxonomy


def test_an_unknown_id_is_named() -> None:
    with pytest.raises(KeyError, match=r"fraud\.nothing"):
        default_taxonomy()["fraud.nothing"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [(["a", "a"], "'a' stands twice"), (["a.b"], "'a.b' has no parent 'a'")],
)
def test_a_broken_file_is_refused(tmp_path: Path, rows: list[str], message: str) -> None:
    path = tmp_path / "t.toml"
    path.write_text('version = "9"\n' + "".join(f'[[category]]\nid="{i}"\nname="n"\ncovers="c"\n' for i in rows))
    with pytest.raises(ValueError, match=message):
        read_taxonomy(path)
