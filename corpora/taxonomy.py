"""The taxonomy as data, and its only reader."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Category:
    """A node: `id` is `level1.level2` or `level1`, `name` is shown to people, `covers` says what belongs here."""

    id: str
    name: str
    covers: str


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """An ordered set of categories with a version."""

    version: str
    categories: tuple[Category, ...]

    def __iter__(self) -> Iterator[Category]:
        return iter(self.categories)

    def __contains__(self, category_id: object) -> bool:
        return any(c.id == category_id for c in self.categories)

    def __getitem__(self, category_id: str) -> Category:
        for category in self.categories:
            if category.id == category_id:
                return category
        raise KeyError(f"{category_id!r} is not in the taxonomy (version {self.version})")

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(c.id for c in self.categories)

    @property
    def tops(self) -> tuple[str, ...]:
        """The level-1 ids, in order."""
        return tuple(dict.fromkeys(top(c.id) for c in self.categories))


def top(category_id: str) -> str:
    """The level-1 part of an id: `top("fraud.loan") == "fraud"`."""
    return category_id.partition(".")[0]


def read_taxonomy(path: Path) -> Taxonomy:
    """Read a taxonomy file. Raises ValueError where an id stands twice or a level-1 parent is missing."""
    data = tomllib.loads(path.read_text("utf-8"))
    categories = tuple(Category(c["id"], c["name"], c["covers"]) for c in data["category"])
    ids = [c.id for c in categories]
    for category_id in ids:
        if ids.count(category_id) > 1:
            raise ValueError(f"{path}: category id {category_id!r} stands twice; keep one")
        if top(category_id) not in ids:
            raise ValueError(f"{path}: {category_id!r} has no parent {top(category_id)!r}; add it as a category")
    return Taxonomy(version=str(data["version"]), categories=categories)


@cache
def default_taxonomy() -> Taxonomy:
    """The taxonomy shipped with the project."""
    return read_taxonomy(Path(str(files("corpora") / "taxonomy.toml")))
