"""What linking keeps of a report: small arrays of fixed width, made once and compared by thousands."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpora import Report
from nlp.anchors import district_codes, districts, names, numbered
from nlp.entity import Entity
from nlp.fingerprint import band_keys, exact, sketch
from nlp.gram_weights import GramWeights
from nlp.ngrams import distinct, letters, ngrams

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
    codes = letters(f"{title}\n{text}")
    buckets, repeats = np.unique(np.concatenate(ngrams(codes)), return_counts=True)
    weight = background(buckets)
    about = (weight > ABOUT_FROM) & (weight < NAMES_FROM)
    # what is said twice counts more: the rarest grams of all are chance, while a name comes back
    weight *= 1 + np.log(repeats, dtype=np.float32)
    head = letters(headline)
    cities, inner = districts(f"{report.region}\n{headline}")
    if not inner:
        more_cities, inner = districts(text[:120])
        cities = cities or more_cities
    units, numbers = numbered(headline)
    name_grams, name_triples = ngrams(letters("\n".join(names(headline, entities))))
    head_grams = np.concatenate(ngrams(head))
    first, rare = _first(head_grams, HEAD), _top(buckets, weight, RARE)
    placed = np.concatenate((name_grams, name_triples, *ngrams(letters("\n".join(district_codes(headline))))))
    shingles = sketch(codes)
    return Traits(
        rare=rare,
        topic=_top(buckets[about], weight[about], TOPIC),
        head=first,
        name=_first(name_grams, NAME),
        placed=(first[:, None] == placed).any(axis=1),
        keys=_keys(np.concatenate((head_grams, name_grams)), rare, background),
        sketch=shingles,
        bands=band_keys(shingles),
        copy=exact(codes),
        cities=_codes(cities),
        inner=_codes(inner),
        units=_codes(units),
        numbered=_codes(numbers),
        category=code(category),
        top=code(category.partition(".")[0]),
        day=report.received_at.timestamp() / 86400 if report.received_at else float("nan"),
        length=len(codes),
        vector=vector,
    ), buckets


def _keys(front: NDArray[np.uint32], rare: NDArray[np.uint32], background: GramWeights) -> NDArray[np.uint32]:
    front = distinct(front)
    front = front[np.argsort(-background(front), kind="stable")[:KEYS_OF_HEAD]]
    rest = rare[: KEYS + KEYS_OF_HEAD]
    rest = rest[(rest > 0) & ~(rest[:, None] == front).any(axis=1)]
    return _padded(np.concatenate((front, rest))[:KEYS], KEYS)


def _top(buckets: NDArray[np.uint32], weight: NDArray[np.float32], width: int) -> NDArray[np.uint32]:
    """The weightiest of ascending buckets, heaviest first, ties by bucket; padded."""
    if len(buckets) > width:
        kept = np.flatnonzero(weight >= -np.partition(-weight, width - 1)[width - 1])
        buckets, weight = buckets[kept], weight[kept]
    return _padded(buckets[np.argsort(-weight, kind="stable")[:width]], width)


def _first(buckets: NDArray[np.uint32], width: int) -> NDArray[np.uint32]:
    """Distinct buckets in the order they came; padded."""
    _, at = np.unique(buckets, return_index=True)
    return _padded(buckets[np.sort(at)[:width]], width)


def _padded(buckets: NDArray[np.uint32], width: int) -> NDArray[np.uint32]:
    result = np.zeros(width, np.uint32)
    result[: len(buckets)] = buckets
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
