"""Training data: the texts written for this project, and real labelled texts from a folder that stays outside it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from corpora import (
    Example,
    Span,
    judged_categories,
    judged_spans,
    read_written,
    read_written_issues,
    text_hash,
)
from models.reprints import Reprints
from models.rows import read_rows
from models.weak import court_facts, short_messages
from nlp import TYPES, normalise

TAGS = ("O", *(f"{part}-{kind}" for kind in TYPES for part in "BI"))

#: Where the texts stand that `corpora.judged` speaks of.
_JUDGED = (
    "links/train_messages.jsonl",
    "reports/tipdm_replied_2816.jsonl",
    "classify/lay_legal_questions_unlabelled.jsonl",
    "classify/fbs_sms.jsonl",
    "classify/cail2018_charges.jsonl",
    "classify/lawbench_charges.jsonl",
    "classify/judge_articles.jsonl",
    "classify/fraud_news_weak.jsonl",
)


@dataclass(frozen=True, slots=True)
class TaggedText:
    """A text with its entities; spans are characters of `text`; agreed: two people label such texts alike."""

    text: str
    spans: tuple[Span, ...]
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts that speak of the same thing, and one that only seems to ("" where none is known)."""

    first: str
    second: str
    unlike: str = ""


@dataclass(frozen=True, slots=True)
class TrainingData:
    """All that training reads.

    held_out: real texts kept for calibration, never trained on; departments: texts of which only is known which of the
    public services they went to, not whether they tell of a service or of a dispute.
    """

    examples: list[Example]
    held_out: list[Example]
    departments: list[Example]
    tagged: list[TaggedText]
    pairs: list[Pair]
    unlabelled: list[str]


def read_training_data(folder: Path, *, seed: int) -> TrainingData:
    """Read everything, texts normalised; one in ten of the real labelled texts is held out, and those judged for it.

    What stands in `dev/` serves to choose and to report, so its texts, and others' reprints of them, are left out
    wherever else they occur.
    """
    rng = random.Random(seed)
    kept_apart = Reprints(row["text"] for path in sorted(folder.glob("dev/*.jsonl")) for row in read_rows(path))
    real = [
        _example(row)
        for row in read_rows(folder / "classify/labelled_real_train.jsonl")
        if row["text"] not in kept_apart
    ]
    rng.shuffle(real)
    cut = len(real) // 10
    judged, judged_held_out, judged_tags = _judged(folder, kept_apart)
    judged_texts = Reprints(e.text for e in (*judged, *judged_held_out))
    weak = [
        e
        for e in (*court_facts(folder, rng), *short_messages(folder, rng))
        if e.text not in kept_apart and e.text not in judged_texts
    ]
    boards = [
        row
        for name in ("reports/tipdm_replied_2816.jsonl", "links/train_messages.jsonl")
        for row in read_rows(folder / name)
        if _join(row) not in kept_apart
    ]
    tagged = [
        replace(_tagged(row["text"], tuple(Span(*entity) for entity in row["entities"])), agreed=True)
        for row in read_rows(folder / "ner/labelled_real_train.jsonl")
        if row["text"] not in kept_apart
    ]
    questions = [
        row["text"]
        for row in read_rows(folder / "classify/lay_legal_questions_unlabelled.jsonl")
        if row["text"] not in kept_apart
    ]
    unlabelled = [_join(row) for row in boards] + questions + [e.text for e in real]
    examples = [*real[cut:], *judged, *(_normal(e) for e in read_written()), *weak]
    trained = Reprints(e.text for e in examples)
    return TrainingData(
        examples=examples,
        held_out=[e for e in (*real[:cut], *judged_held_out) if e.text not in trained],
        departments=list(_departments(folder)),
        tagged=[*tagged, *judged_tags],
        pairs=[*_issue_pairs(folder, rng), *_written_pairs(rng), *_title_pairs(boards)],
        unlabelled=[normalise(text).text for text in unlabelled],
    )


def _example(row: dict[str, Any]) -> Example:
    example = Example(row["text"], row["primary"], tuple(row["ids"]), tuple(row["acceptable"]), row["sure"])
    return _normal(example)


def _normal(example: Example) -> Example:
    return Example(normalise(example.text).text, example.primary, example.labels, example.acceptable, example.sure)


def _departments(folder: Path) -> Iterator[Example]:
    for row in read_rows(folder / "classify/tipdm_segmented_train.jsonl"):
        (category,) = row["ids"]
        yield Example(normalise(row["text"]).text, category, (category,), sure=False)


def _judged(folder: Path, kept_apart: Reprints) -> tuple[list[Example], list[Example], list[TaggedText]]:
    """The texts under `folder` that we judged, with what we said of them: to train on, to hold out, and entities."""
    categories, set_aside, spans = judged_categories(), judged_categories(held_out=True), judged_spans()
    examples: dict[str, Example] = {}
    held_out: dict[str, Example] = {}
    tagged: dict[str, TaggedText] = {}
    for name in _JUDGED:
        for row in read_rows(folder / name):
            text = _join(row)
            known = text_hash(text)
            if known in categories and text not in kept_apart:
                examples[known] = _normal(replace(categories[known], text=text))
            if known in set_aside and text not in kept_apart:
                held_out[known] = _normal(replace(set_aside[known], text=text))
            if known in spans and text not in kept_apart:
                tagged[known] = _tagged(text, spans[known])
    return list(examples.values()), list(held_out.values()), list(tagged.values())


def _tagged(text: str, entities: tuple[Span, ...]) -> TaggedText:
    """Labels are kept where they fall in the normalised text."""
    normal = normalise(text)
    at: dict[int, int] = {}
    for i, (start, end) in enumerate(zip(normal.starts, normal.ends, strict=True)):
        for c in range(start, end):
            at.setdefault(c, i)
    spans = []
    for entity in entities:
        covered = [at[c] for c in range(entity.start, entity.end) if c in at]
        if covered:
            spans.append(Span(entity.type, covered[0], covered[-1] + 1))
    return TaggedText(normal.text, tuple(spans))


def _join(row: dict[str, Any]) -> str:
    return f"{row['title']}。{row['text']}" if row.get("title") else str(row["text"])


def _issue_pairs(folder: Path, rng: random.Random) -> list[Pair]:
    texts = {row["id"]: normalise(_join(row)).text for row in read_rows(folder / "links/train_messages.jsonl")}
    gold = json.loads((folder / "links/train_issues.json").read_text("utf-8"))
    unlike: dict[str, list[str]] = {}
    for a, b, *_ in gold["hard_negatives"]:
        unlike.setdefault(a, []).append(b)
        unlike.setdefault(b, []).append(a)
    pairs = []
    for issue in gold["issues"]:
        ids = [i for i in issue["ids"] if i in texts]
        rng.shuffle(ids)
        for a, b in zip(ids, ids[1:] + ids[:1], strict=True):
            if a != b:
                wrong = [w for w in unlike.get(a, ()) if w in texts]
                pairs.append(Pair(texts[a], texts[b], texts[rng.choice(wrong)] if wrong else ""))
    return pairs


def _written_pairs(rng: random.Random) -> list[Pair]:
    pairs = []
    for problem in read_written_issues():
        told = [normalise(report.content).text for report in problem.tellings]
        wrong = [normalise(report.content).text for report in problem.hard_negatives]
        rng.shuffle(told)
        pairs += [
            Pair(a, b, rng.choice(wrong) if wrong else "") for a, b in zip(told, told[1:] + told[:1], strict=True)
        ]
    return pairs


def _title_pairs(rows: list[dict[str, Any]]) -> list[Pair]:
    """A title and its text speak of the same thing."""
    return [
        Pair(normalise(row["title"]).text, normalise(row["text"]).text)
        for row in rows
        if row.get("title") and len(row["title"]) > 5
    ]
