"""Real texts whose labels say more than our categories ask, or less: taken only where they leave no doubt."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

from corpora import Example
from models.rows import read_rows
from nlp import normalise

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
    "毒品原植物": "drugs.making",
    "合同诈骗": "fraud.contract_housing",
    "拒不支付劳动报酬": "dispute.labour",
}

#: Of each category, facts taken at most from one file; more where real texts are rare.
_FACTS = 60
_RARE_FACTS = 150

#: Labels of short messages whose category is beyond doubt, where a word stands in them: category, how many at most.
_MESSAGES = {
    ("AD:Retail", ""): ("other", 250),
    ("AD:Network_service", ""): ("other", 150),
    ("AD:Other", ""): ("other", 120),
    ("AD:Real_estate", ""): ("other", 80),
    ("AD:Loan", ""): ("other", 100),
    ("Other", ""): ("other", 60),
    ("IL:Gambling", ""): ("gambling.online", 400),
    ("FR:Phishing(Bank)", ""): ("fraud.black_industry", 200),
    ("FR:Other", "URL"): ("fraud.black_industry", 200),
    ("FR:Financial", "群"): ("fraud.investment", 60),
    ("IL:Fake_ID_and_invoice", ""): ("crime.other", 120),
    ("IL:Escort_service", ""): ("crime.vice", 90),
}


def court_facts(folder: Path, rng: random.Random) -> Iterator[Example]:
    """Criminal facts whose charges leave no doubt, so many of a category and file; several charges, several labels."""
    for name in ("lawbench_charges", "judge_articles", "cail2018_charges"):
        by_categories: dict[tuple[str, ...], list[str]] = {}
        for row in read_rows(folder / f"classify/{name}.jsonl"):
            label = row["label"]
            charges = label["charges_in_doc"] if isinstance(label, dict) else label
            found = {_charged(charge, row["text"]) for charge in charges}
            if name == "judge_articles":
                # Articles name what a law speaks of besides what was done: only a single charge is beyond doubt.
                found = found - {None} if len(found - {None}) == 1 else {None}
            if None not in found:
                by_categories.setdefault(tuple(sorted(c for c in found if c)), []).append(row["text"])
        for categories, texts in sorted(by_categories.items()):
            rare = any(c.startswith(("gambling", "drugs")) for c in categories)
            for text in rng.sample(texts, min(_RARE_FACTS if rare else _FACTS, len(texts))):
                yield Example(normalise(text).text, categories[0], categories, categories[1:], sure=False)


def _charged(charge: str, text: str) -> str | None:
    """The category of a charge, by the means told in the text where the charge leaves them open; None where unknown."""
    if "赌" in charge:
        return _gambling(text)
    if "毒品" in charge and "贩卖" in charge:
        return "drugs.making" if re.search("制造毒品|制毒|制成|提炼|合成", text) else "drugs.trafficking"
    return next((category for part, category in _CHARGES.items() if part in charge), None)


def _gambling(text: str) -> str:
    """Which kind of gambling a fact tells of, by its means."""
    if re.search("老虎机|捕鱼机|赌博机|游戏机|单人机", text):
        return "gambling.machine"
    return "gambling.online" if re.search("微信|网站|网络|平台|APP|手机", text) else "gambling.gathering"


def short_messages(folder: Path, rng: random.Random) -> Iterator[Example]:
    by_label: dict[str, set[str]] = {}
    for row in read_rows(folder / "classify/fbs_sms.jsonl"):
        by_label.setdefault(row["label"], set()).add(row["text"])
    for (label, word), (category, count) in _MESSAGES.items():
        texts = sorted(text for text in by_label.get(label, ()) if word in text)
        for text in rng.sample(texts, min(count, len(texts))):
            yield Example(normalise(text).text, category, (category,), sure=False)
