"""Pairs of reports to learn the pair score from: what was judged, and what was only seen beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpora import Report, read_judged_pairs
from corpora.importers.dates import parse_received_at
from nlp import Analysis
from nlp.candidates import Candidates
from nlp.gram_weights import GramWeights
from nlp.link_columns import Columns
from nlp.link_features import Comparer
from nlp.link_traits import read_traits
from nlp.ngrams import letters, ngrams

#: How much each kind of pair counts. A pair that nobody judged is different far more often than not, yet not always.
SAME, JUDGED_DIFFERENT, BESIDE_GOLD, UNJUDGED = 1.0, 2.0, 1.0, 0.7


@dataclass(frozen=True, slots=True)
class Judged:
    """Reports in order of time, groups of row numbers that are one problem, and pairs of rows that are not."""

    reports: tuple[Report, ...]
    groups: tuple[tuple[int, ...], ...]
    different: frozenset[tuple[int, int]]

    @property
    def known(self) -> list[int]:
        """Rows that a verdict names, ascending: only among them it is known, nearly, which pairs are the same."""
        return sorted({row for rows in (*self.groups, *self.different) for row in rows})


@dataclass(frozen=True, slots=True)
class Pairs:
    """features (pairs, len(FEATURES)), same (pairs,), weight (pairs,)."""

    features: NDArray[np.float32]
    same: NDArray[np.bool_]
    weight: NDArray[np.float32]


def read_judged(folder: Path) -> Judged:
    """Messages of a board with issues judged by hand, and with our own verdicts on tempting pairs of them.

    Raises ValueError where a message is of the board that designs are chosen on.
    """
    rows = [json.loads(line) for line in (folder / "links/train_messages.jsonl").read_text("utf-8").splitlines()]
    reports = [Report(str(r["id"]), r["text"], r["title"] or "", parse_received_at(r["received_at"])) for r in rows]
    reports.sort(key=lambda r: (r.received_at.timestamp() if r.received_at else 0.0, r.id))
    at = {report.id: row for row, report in enumerate(reports)}
    kept_apart = (folder / "reports/tipdm_board_4326.jsonl").read_text("utf-8").splitlines()
    shared = at.keys() & {str(json.loads(line)["id"]) for line in kept_apart}
    if shared:
        raise ValueError(f"messages to train on are in the board that is kept apart: {', '.join(sorted(shared)[:5])}")
    gold = json.loads((folder / "links/train_issues.json").read_text("utf-8"))
    pairs = list(read_judged_pairs())
    groups = [{at[i] for i in issue["ids"]} for issue in gold["issues"]]
    for same in ({at[pair.a], at[pair.b]} for pair in pairs if pair.same):
        touched = [group for group in groups if group & same]
        groups = [group for group in groups if not group & same] + [same.union(*touched)]
    different = {_pair(at[a], at[b]) for a, b, *_ in gold["hard_negatives"]}
    different |= {_pair(at[pair.a], at[pair.b]) for pair in pairs if not pair.same}
    return Judged(tuple(reports), tuple(tuple(sorted(g)) for g in groups), frozenset(different))


def count_background(texts: Sequence[str]) -> GramWeights:
    """How common grams are over texts that are not linked here."""
    weights = GramWeights()
    for text in texts:
        weights.add(_grams(text))
    return weights


def _grams(text: str) -> NDArray[np.uint32]:
    return np.unique(np.concatenate(ngrams(letters(text))))


def background_texts(folder: Path) -> Iterator[str]:
    """Real texts of the same registers, but for those of the messages that pairs are drawn from."""
    for row in map(json.loads, (folder / "reports/tipdm_replied_2816.jsonl").read_text("utf-8").splitlines()):
        yield f"{row['title']}\n{row['text']}"
    known = set()
    for name in ("links/train_messages.jsonl", "reports/tipdm_board_4326.jsonl"):
        for row in map(json.loads, (folder / name).read_text("utf-8").splitlines()):
            known.add(f"{row['title']}。{row['text']}"[:60])
    for row in map(json.loads, (folder / "classify/labelled_real_train.jsonl").read_text("utf-8").splitlines()):
        if row["text"][:60] not in known:
            yield row["text"]


def draw_pairs(judged: Judged, analyses: Mapping[int, Analysis], background: GramWeights, *, width: int) -> Pairs:
    """Stream the reports as a linker that makes no mistake would, and take the pairs of known ones it would compare.

    analyses: of each known row; the others only tell how common grams are.
    """
    group_of = {row: number for number, group in enumerate(judged.groups) for row in group}
    apart: dict[int, list[int]] = {}
    for a, b in judged.different:
        apart.setdefault(max(a, b), []).append(min(a, b))
    weights = background.copy()
    columns, comparer = Columns.empty(width), Comparer(weights)
    candidates = Candidates(width, weights)
    features, same, weight = [], [], []
    place: dict[int, int] = {}
    founded: set[int] = set()
    for row, report in enumerate(judged.reports):
        group = group_of.get(row)
        if row in analyses:
            analysis = analyses[row]
            traits, buckets = read_traits(
                report,
                background=background,
                vector=analysis.vector,
                category=analysis.primary[0],
                entities=analysis.entities,
            )
            copies = candidates.copies(traits.bands)
            found = candidates.find(keys=traits.keys, rare=traits.rare, vector=traits.vector, copies=copies)
            kin = [] if group is None else [member for member in judged.groups[group] if member < row]
            place[row] = at = columns.add(traits)
            rows = list(place)
            chosen = sorted({*(rows[near] for near in found.tolist()), *kin, *apart.get(row, ())})
            if chosen:
                features.append(comparer.compare(columns, at, np.array([place[other] for other in chosen])))
                same += [group is not None and group_of.get(other) == group for other in chosen]
                weight += [_weight(judged, group_of, row, other) for other in chosen]
            candidates.add(at, keys=traits.keys, bands=traits.bands, vector=traits.vector)
        else:
            buckets = _grams(f"{report.title}\n{report.text}")
        if group is None or group not in founded:
            weights.add(buckets)
            founded.add(-1 if group is None else group)
    return Pairs(np.concatenate(features), np.array(same), np.array(weight, np.float32))


def _weight(judged: Judged, group_of: dict[int, int], row: int, other: int) -> float:
    if row in group_of and group_of[row] == group_of.get(other):
        return SAME
    if _pair(row, other) in judged.different:
        return JUDGED_DIFFERENT
    return BESIDE_GOLD if row in group_of or other in group_of else UNJUDGED


def _pair(a: int, b: int) -> tuple[int, int]:
    return min(a, b), max(a, b)
