"""What linking keeps of a report: small arrays of fixed width, made once and compared by thousands."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from corpora import Report
from nlp.anchors import district_codes, districts, names, numbered
from nlp.entity import Entity
from nlp.fingerprint import band_keys, exact, sketch
from nlp.gram_weights import GramWeights
from nlp.ngrams import codes, distinct, grams, spelled, starts

#: Widths of the lists of grams, padded with bucket 0.
RARE, TOPIC, HEAD, NAME = 64, 48, 40, 24
#: Grams by which a report can be found: the rarest of its headline and names, then some of its text.
KEYS, KEYS_OF_HEAD = 32, 24
#: Weights (natural logs) between which a gram tells what a report is about; below stands politeness, above names.
ABOUT_FROM, NAMES_FROM = 2.0, 6.5
#: Characters of a text without a title that stand for one.
HEADLINE = 40
#: Districts kept of a report.
PLACES = 4

#: Room for one flag behind a bucket.
_FLAG = np.uint32(1)
_SENTENCE = re.compile(r"[。！？!?；;\n]")


@dataclass(frozen=True, slots=True)
class Traits:
    """One report as linking sees it.

    rare, topic, head, name: gram buckets, uint32, of (RARE, TOPIC, HEAD, NAME), distinct, padded with 0: the weightiest
    of the whole text; those that tell what it is about, the most repeated first; those of the headline; those of names.
    placed: which of `head` stand in a name or a district, bool (HEAD,).
    bands: distinct keys under which near copies meet.
    keys: distinct grams by which the report can be found, uint32 (KEYS,), padded with 0.
    units, numbered: hashes of the units the headline counts by and of its numbers with their units, int32 (PLACES,).
    cities, inner: hashes of the cities and of the districts the headline names (else the text), int32 (PLACES,).
    category: index of the primary category as the caller counts them, top: of its level 1; -1 where unknown.
    day: days since 1970, nan where unknown. length: letters. vector: unit, float32, (width,).
    """

    rare: NDArray[np.uint32]
    topic: NDArray[np.uint32]
    head: NDArray[np.uint32]
    name: NDArray[np.uint32]
    placed: NDArray[np.bool_]
    keys: NDArray[np.uint32]
    sketch: NDArray[np.uint32]
    bands: NDArray[np.int64]
    copy: int
    cities: NDArray[np.int32]
    inner: NDArray[np.int32]
    units: NDArray[np.int32]
    numbered: NDArray[np.int32]
    category: int
    top: int
    day: float
    length: int
    vector: NDArray[np.float32]


def read_traits(
    report: Report,
    *,
    background: GramWeights,
    vector: NDArray[np.float32],
    category: str = "",
    entities: Iterable[Entity] = (),
) -> tuple[Traits, NDArray[np.uint32]]:
    """Traits of a report, and all its distinct gram buckets, for whoever counts them.

    A pure function of the report: `background` never changes, so neither order nor neighbours show in the traits.
    """
    title, text = report.title, report.text
    headline = title if len(title) >= 4 else _SENTENCE.split(text.strip(), maxsplit=1)[0][:HEADLINE]
    cities, inner = districts(f"{report.region}\n{headline}")
    if not inner:
        more_cities, inner = districts(text[:120])
        cities = cities or more_cities
    units, numbers = numbered(headline)
    # all of it hashed at once; a break stands between the parts
    told = (f"{title}\n{text}", headline, "\n".join(names(headline, entities)), "\n".join(district_codes(headline)))
    spellings = [spelled(part) for part in told]
    whole, (end, head_end, name_end, _) = codes("\n".join(spellings)), accumulate(len(part) + 1 for part in spellings)
    letters, table = whole[: end - 1], grams(whole)
    head_grams, name_grams = _some(table[:, end:head_end]), _some(table[:2, head_end:name_end])
    ordered = np.sort(_some(table[:, :end]))
    at = starts(ordered)
    buckets, repeats = ordered[at], np.diff(at, append=len(ordered))
    weight = background(buckets)
    about = (weight > ABOUT_FROM) & (weight < NAMES_FROM)
    # what is said twice counts more: the rarest grams of all are chance, while a name comes back
    ranked = _heaviest(buckets << _FLAG | about, weight * (1 + np.log(repeats, dtype=np.float32)))
    rare, topic = _padded(ranked >> _FLAG, RARE), _padded(ranked[ranked & _FLAG > 0] >> _FLAG, TOPIC)
    first, shingles = _first(head_grams, HEAD), sketch(letters)
    return Traits(
        rare=rare,
        topic=topic,
        head=first,
        name=_first(name_grams, NAME),
        placed=(first[:, None] == _some(table[:, head_end:])).any(axis=1),
        keys=_keys(np.concatenate((head_grams, name_grams)), rare, background),
        sketch=shingles,
        bands=band_keys(shingles),
        copy=exact(letters),
        cities=_codes(cities),
        inner=_codes(inner),
        units=_codes(units),
        numbered=_codes(numbers),
        category=code(category),
        top=code(category.partition(".")[0]),
        day=report.received_at.timestamp() / 86400 if report.received_at else float("nan"),
        length=len(letters),
        vector=vector,
    ), buckets


def _some(table: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """What is there of a table of grams, in order."""
    return table[table > 0]


def _keys(front: NDArray[np.uint32], rare: NDArray[np.uint32], background: GramWeights) -> NDArray[np.uint32]:
    front = distinct(front)
    front = _heaviest(front, background(front))[:KEYS_OF_HEAD]
    return _first(np.concatenate((front, rare[rare > 0])), KEYS)


def _heaviest(buckets: NDArray[np.uint32], weight: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Heaviest first, ties by bucket; weights at least 0, so that their bits are in the order of their values."""
    ranks = (~weight.view(np.uint32)).astype(np.uint64) << 32 | buckets
    return np.sort(ranks).astype(np.uint32)


def _first(buckets: NDArray[np.uint32], width: int) -> NDArray[np.uint32]:
    """Distinct buckets in the order they came; padded."""
    return _padded(np.array(list(dict.fromkeys(buckets.tolist())), np.uint32), width)


def _padded(buckets: NDArray[np.uint32], width: int) -> NDArray[np.uint32]:
    result = np.zeros(width, np.uint32)
    result[: min(len(buckets), width)] = buckets[:width]
    return result


def _codes(labels: Iterable[str]) -> NDArray[np.int32]:
    result = np.zeros(PLACES, np.int32)
    kept = sorted(code(label) for label in labels)[:PLACES]
    result[: len(kept)] = kept
    return result


def code(label: str) -> int:
    """A positive 31-bit number for a label, the same in every run; -1 for none."""
    if not label:
        return -1
    return (int.from_bytes(hashlib.blake2b(label.encode(), digest_size=4).digest(), "little") >> 1) or 1
