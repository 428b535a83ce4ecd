"""Where a report belongs: the path of divisions that its places, the names known locally and its region lead to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from corpora import Report
from nlp.entity import Entity
from nlp.places import Path, division_path

_BETWEEN = re.compile(r"[/\s>·,，、-]+")


@dataclass(frozen=True, slots=True)
class LocalNames:
    """Names that people here use (estates, villages, roads), each with the path it lies in; made by `local_names`."""

    paths: Mapping[str, Path]
    pattern: re.Pattern[str] | None

    def find(self, text: str) -> Iterator[Path]:
        """The paths of the names in a text, in order; of names that overlap the longest counts."""
        if self.pattern is not None:
            for name in self.pattern.finditer(text):
                yield self.paths[name[0]]


def local_names(paths: Mapping[str, Path]) -> LocalNames:
    """Prepare a table of local names for finding."""
    longest = sorted(map(re.escape, paths), key=len, reverse=True)
    return LocalNames(paths, re.compile("|".join(longest)) if longest else None)


NO_NAMES = local_names({})


def locate(report: Report, entities: Iterable[Entity], local: LocalNames = NO_NAMES) -> Path:
    """The division path of a report, province first; () where nothing tells it.

    The report's `region` binds: what its text tells may only go deeper. A region that no table knows stands as written,
    split at `/` and spaces. Without a region the path counts that most places of the text lie on, then the deepest.
    """
    region = read_path(report.region, local)
    told = list(local.find(report.content))
    told += [tuple(e.value) for e in entities if e.type == "place" and e.value]
    within = [path for path in told if path[: len(region)] == region]
    return max(within, key=lambda path: (_support(path, within), len(path)), default=region)


def read_path(region: str, local: LocalNames = NO_NAMES) -> Path:
    """A region as people write it, as a path; () for an empty one."""
    known = next(local.find(region), None) or division_path(region)
    return known or tuple(filter(None, _BETWEEN.split(region)))


def _support(path: Path, told: Iterable[Path]) -> int:
    """How many of the places lie on the way to a path."""
    return sum(path[: len(other)] == other for other in told)
