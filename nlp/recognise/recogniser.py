"""What a recogniser is: a pattern, the labels it may stand under, one check, and the normal form of what it finds.

Offsets here are those of the normalised text; `recognise` turns them into offsets of the raw one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Protocol

from nlp.normalise import Normal
from nlp.recognise.labels import label_before, stands_alone


class Rank(IntEnum):
    """How much a find rests on; the higher outranks the lower wherever they overlap."""

    SHAPE = 1  # it looks like one
    LABELLED = 2  # and the text says so
    CHECKED = 3  # and its check digit agrees


@dataclass(frozen=True, slots=True)
class Found:
    """A find in the normalised text, not yet weighed against others."""

    type: str
    start: int
    end: int
    rank: Rank
    value: Any = None


class Finder(Protocol):
    """A family of recognisers. `received_at` is what relative times refer to; most have no use for it."""

    def find(self, normal: Normal, received_at: datetime | None) -> Iterator[Found]: ...


def anything(found: str) -> bool:
    """The check of a recogniser whose pattern says all."""
    return True


@dataclass(frozen=True, slots=True)
class Recogniser:
    """One kind of a type.

    `pattern` is bounded; its group `it`, where there is one, is the entity and the rest is context.
    `requires` and `refuses` speak of the nearest label before the find; a recogniser with neither, whose
    `is_number` is false, brings all of its context in its pattern.
    """

    type: str
    pattern: re.Pattern[str]
    rank: Rank
    value: Callable[[str], Any]
    check: Callable[[str], bool] = anything
    requires: frozenset[str] = frozenset()
    refuses: frozenset[str] = frozenset()
    is_number: bool = True

    def find(self, text: str, first: int, last: int) -> Iterator[Found]:
        """Every place in `text[first:last]` where pattern, check and context agree."""
        group = "it" if "it" in self.pattern.groupindex else 0
        for match in self.pattern.finditer(text, first, last):
            it = match[group]
            if self.check(it) and self._in_place(text, *match.span(group)):
                yield Found(self.type, *match.span(group), self.rank, self.value(it))

    def _in_place(self, text: str, start: int, end: int) -> bool:
        if not self.is_number:
            return True
        label = label_before(text, start)
        name = label.name if label else ""
        if self.requires and name not in self.requires:
            return False
        return name not in self.refuses and stands_alone(text, start, end, label)


@dataclass(frozen=True, slots=True)
class Table:
    """A family as data: its recognisers read only the regions of a text in which one of them can match.

    A region is a whole run of the characters that its patterns may meet, so that no pattern sees a number cut in two:
    patterns see all that stands before a region and one character after it. That makes a family cheap, for most texts
    have no region.
    """

    region: re.Pattern[str]
    recognisers: tuple[Recogniser, ...]

    def find(self, normal: Normal, received_at: datetime | None) -> Iterator[Found]:
        """All finds of all recognisers, overlapping ones too."""
        for region in self.region.finditer(normal.text):
            for recogniser in self.recognisers:
                yield from recogniser.find(normal.text, region.start(), region.end() + 1)
