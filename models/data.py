"""Training data: the texts written for this project, and real labelled texts from a folder that stays outside it."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpora import Example, Span, read_written, read_written_issues
from nlp import TYPES, normalise

TAGS = ("O", *(f"{part}-{kind}" for kind in TYPES for part in "BI"))

#: Charges of criminal facts whose category is beyond doubt, by a part of the charge's name.
_CHARGES = {
    "盗窃": "crime.theft_robbery",
    "抢劫": "crime.theft_robbery",
    "抢夺": "crime.theft_robbery",
    "故意伤害": "crime.violence",
    "敲诈勒索": "crime.violence",
    "非法拘禁": "crime.violence",
    "寻衅滋事": "crime.violence",
    "聚众斗殴": "crime.violence",
    "强奸": "crime.violence",
    "卖淫": "crime.vice",
    "淫秽": "crime.vice",
    "枪支": "crime.weapon",
    "受贿": "crime.other",
    "行贿": "crime.other",
    "贪污": "crime.other",
    "挪用": "crime.other",
    "职务侵占": "crime.other",
    "发票": "crime.other",
    "危险驾驶": "crime.other",
    "印章": "crime.other",
    "滥用职权": "crime.other",
    "窝藏": "crime.other",
    "林木": "crime.other",
    "假冒注册商标": "crime.other",
    "容留他人吸毒": "drugs.venue",
    "非法持有毒品": "drugs.venue",
    "制造毒品": "drugs.trafficking",
    "毒品原植物": "drugs.making",
    "合同诈骗": "fraud.contract_housing",
    "拒不支付劳动报酬": "dispute.labour",
}

#: Of each category, facts taken at most from one file.
_FACTS = 60

#: Labels of short messages whose category is beyond doubt, and how many of each are taken.
_MESSAGES = {
    "AD:Retail": ("other", 250),
    "AD:Network_service": ("other", 150),
    "AD:Other": ("other", 120),
    "AD:Real_estate": ("other", 80),
    "AD:Loan": ("other", 100),
    "Other": ("other", 60),
    "IL:Gambling": ("gambling.online", 400),
    "FR:Phishing(Bank)": ("fraud.black_industry", 200),
    "IL:Fake_ID_and_invoice": ("crime.other", 120),
    "IL:Escort_service": ("crime.vice", 90),
}


@dataclass(frozen=True, slots=True)
class TaggedText:
    """A text with its entities; spans are characters of `text`."""

    text: str
    spans: tuple[Span, ...]


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
    """Read everything, texts normalised; one in ten of the real labelled texts is held out.

    What stands in `dev/` serves to choose and to report, so its texts are left out wherever else they occur.
    """
    rng = random.Random(seed)
    kept_apart = {_key(row["text"]) for path in sorted(folder.glob("dev/*.jsonl")) for row in _rows(path)}
    real = [_example(row) for row in _rows(folder / "classify/labelled_real_train.jsonl")]
    rng.shuffle(real)
    cut = len(real) // 10
    weak = [e for e in (*_facts(folder, rng), *_messages(folder, rng)) if _key(e.text) not in kept_apart]
    boards = [
        row
        for name in ("reports/tipdm_replied_2816.jsonl", "links/train_messages.jsonl")
        for row in _rows(folder / name)
        if _key(_join(row)) not in kept_apart
    ]
    tagged = [_tagged(row) for row in _rows(folder / "ner/labelled_real_train.jsonl")]
    questions = [
        row["text"]
        for row in _rows(folder / "classify/lay_legal_questions_unlabelled.jsonl")
        if _key(row["text"]) not in kept_apart
    ]
    unlabelled = [_join(row) for row in boards] + questions + [e.text for e in real]
    return TrainingData(
        examples=[*real[cut:], *(_normal(e) for e in read_written()), *weak],
        held_out=real[:cut],
        departments=list(_departments(folder)),
        tagged=tagged,
        pairs=[*_issue_pairs(folder, rng), *_written_pairs(rng), *_title_pairs(boards)],
        unlabelled=[normalise(text).text for text in unlabelled],
    )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _example(row: dict[str, Any]) -> Example:
    example = Example(row["text"], row["primary"], tuple(row["ids"]), tuple(row["acceptable"]), row["sure"])
    return _normal(example)


def _normal(example: Example) -> Example:
    return Example(normalise(example.text).text, example.primary, example.labels, example.acceptable, example.sure)


def _departments(folder: Path) -> Iterator[Example]:
    for row in _rows(folder / "classify/tipdm_segmented_train.jsonl"):
        (category,) = row["ids"]
        yield Example(normalise(row["text"]).text, category, (category,), sure=False)


def _facts(folder: Path, rng: random.Random) -> Iterator[Example]:
    """Criminal facts whose charge leaves no doubt, so many of each category and file."""
    for name in ("lawbench_charges", "judge_articles", "cail2018_charges"):
        by_category: dict[str, list[str]] = {}
        for row in _rows(folder / f"classify/{name}.jsonl"):
            label = row["label"]
            charges = label["charges_in_doc"] if isinstance(label, dict) else label
            found = {c for charge in charges for part, c in _CHARGES.items() if part in charge}
            if any("赌" in charge for charge in charges):
                found.add(_gambling(row["text"]))
            if len(found) == 1:
                by_category.setdefault(found.pop(), []).append(row["text"])
        for category, texts in sorted(by_category.items()):
            for text in rng.sample(texts, min(_FACTS, len(texts))):
                yield Example(normalise(text).text, category, (category,), sure=False)


def _gambling(text: str) -> str:
    """Which kind of gambling a fact tells of, by its means."""
    if re.search("老虎机|捕鱼机|赌博机|游戏机|单人机", text):
        return "gambling.machine"
    return "gambling.online" if re.search("微信|网站|网络|平台|APP|手机", text) else "gambling.gathering"


def _key(text: str) -> str:
    """What tells whether two texts are the same text: its first letters, normalised."""
    return re.sub(r"\W", "", normalise(text[:400]).text)[:80]


def _messages(folder: Path, rng: random.Random) -> Iterator[Example]:
    by_label: dict[str, list[str]] = {}
    for row in _rows(folder / "classify/fbs_sms.jsonl"):
        by_label.setdefault(row["label"], []).append(row["text"])
    for label, (category, count) in _MESSAGES.items():
        texts = sorted(set(by_label.get(label, ())))
        for text in rng.sample(texts, min(count, len(texts))):
            yield Example(normalise(text).text, category, (category,), sure=False)


def _tagged(row: dict[str, Any]) -> TaggedText:
    """Labels are kept where they fall in the normalised text."""
    normal = normalise(row["text"])
    at: dict[int, int] = {}
    for i, (start, end) in enumerate(zip(normal.starts, normal.ends, strict=True)):
        for c in range(start, end):
            at.setdefault(c, i)
    spans = []
    for kind, start, end in row["entities"]:
        covered = [at[c] for c in range(start, end) if c in at]
        if covered:
            spans.append(Span(kind, covered[0], covered[-1] + 1))
    return TaggedText(normal.text, tuple(spans))


def _join(row: dict[str, Any]) -> str:
    return f"{row['title']}。{row['text']}" if row.get("title") else str(row["text"])


def _issue_pairs(folder: Path, rng: random.Random) -> list[Pair]:
    texts = {row["id"]: normalise(_join(row)).text for row in _rows(folder / "links/train_messages.jsonl")}
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
