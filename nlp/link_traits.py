"""What linking keeps of a report: small arrays of fixed width, made once and compared by thousands."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from corpora import Report
from nlp.anchors import district_codes, districts, names, numbered
from nlp.entity import Entity
from nlp.fingerprint import band_keys, exact, sketches
from nlp.gram_weights import GramWeights
from nlp.link_grams import RARE_AT, gram_lists
from nlp.ngrams import codes, grams, spelled

#: Characters of a text without a title that stand for one.
HEADLINE = 40
#: Places kept of a report, of each kind, and where each kind stands in its row.
PLACES = 4
CITIES_AT, INNER_AT, UNITS_AT, NUMBERED_AT = (slice(at * PLACES, (at + 1) * PLACES) for at in range(4))

_SENTENCE = re.compile(r"[。！？!?；;\n]")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A report to link, with what analysis made of it; `opens` is the id of the issue it would found."""

    opens: str
    report: Report
    vector: NDArray[np.float32]
    category: str = ""
    entities: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class Traits:
    """One report as linking sees it.

    grams, placed, keys: a row of `GramLists` each; whole: its distinct gram buckets, for whoever counts them.
    bands: distinct keys under which near copies meet.
    places: hashes of the cities and of the districts that the headline names (else the text), of the units that it
    counts by and of its numbers with their units; int32 (NUMBERED_AT.stop,), PLACES of each, padded with 0.
    category: index of the primary category as the caller counts them, top: of its level 1; -1 where unknown.
    day: days since 1970, nan where unknown. length: letters. vector: unit, float32, (width,).
    """

    grams: NDArray[np.uint32]
    placed: NDArray[np.bool_]
    keys: NDArray[np.uint32]
    whole: NDArray[np.uint32]
    sketch: NDArray[np.uint32]
    bands: NDArray[np.int64]
    copy: int
    places: NDArray[np.int32]
    category: int
    top: int
    day: float
    length: int
    vector: NDArray[np.float32]

    @property
    def rare(self) -> NDArray[np.uint32]:
        """The weightiest grams of the whole text."""
        return self.grams[RARE_AT]


def read_traits(
    report: Report,
    *,
    background: GramWeights,
    vector: NDArray[np.float32],
    category: str = "",
    entities: Iterable[Entity] = (),
) -> tuple[Traits, NDArray[np.uint32]]:
    """Traits of a report, and all its distinct gram buckets."""
    (traits,) = read_all([Incoming("", report, vector, category, tuple(entities))], background)
    return traits, traits.whole


def read_all(told: Sequence[Incoming], background: GramWeights) -> list[Traits]:
    """Traits of up to `link_grams.MOST` reports.

    A pure function of each report: `background` never changes, so neither order nor neighbours show in the traits.
    """
    headlines = [_headline(one.report) for one in told]
    spellings = [
        spelling
        for one, headline in zip(told, headlines, strict=True)
        for spelling in (
            spelled(f"{one.report.title}\n{one.report.text}"),
            spelled(headline),
            spelled("\n".join(names(headline, one.entities))),
            spelled("\n".join(district_codes(headline))),
        )
    ]
    # all of it hashed at once; a break stands behind each part
    parts = np.array([len(spelling) + 1 for spelling in spellings]).reshape(-1, 4)
    whole = codes("\n".join((*spellings, "")))
    lists = gram_lists(grams(whole), parts, background)
    ends = parts.cumsum().reshape(-1, 4)[:, 0]
    sketched = sketches(whole, ends - parts[:, 0], ends - 1)
    bands = band_keys(sketched)
    places = np.array([_places(one.report, headline) for one, headline in zip(told, headlines, strict=True)], np.int32)
    return [
        Traits(
            grams=lists.lists[at],
            placed=lists.placed[at],
            keys=lists.keys[at],
            whole=lists.whole[at],
            sketch=sketched[at],
            bands=bands[at],
            copy=exact(spellings[4 * at]),
            places=places[at],
            category=code(one.category),
            top=code(one.category.partition(".")[0]),
            day=one.report.received_at.timestamp() / 86400 if one.report.received_at else float("nan"),
            length=len(spellings[4 * at]),
            vector=one.vector,
        )
        for at, one in enumerate(told)
    ]


def _headline(report: Report) -> str:
    if len(report.title) >= 4:
        return report.title
    return _SENTENCE.split(report.text.strip(), maxsplit=1)[0][:HEADLINE]


def _places(report: Report, headline: str) -> list[int]:
    """The row of places of a report."""
    cities, inner = districts(f"{report.region}\n{headline}")
    if not inner:
        more_cities, inner = districts(report.text[:120])
        cities = cities or more_cities
    row = []
    for labels in (cities, inner, *numbered(headline)):
        kept = sorted(map(code, labels))[:PLACES]
        row += kept + [0] * (PLACES - len(kept))
    return row


@lru_cache(maxsize=4096)
def code(label: str) -> int:
    """A positive 31-bit number for a label, the same in every run; -1 for none."""
    if not label:
        return -1
    return (int.from_bytes(hashlib.blake2b(label.encode(), digest_size=4).digest(), "little") >> 1) or 1
