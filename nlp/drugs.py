"""Drugs by name and by slang, with their standard names; the words are in `drugs.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Standard names by word, in upper case where Latin, and the patterns that find the words, longest first."""

    standard: Mapping[str, str]
    names: re.Pattern[str]
    slang: re.Pattern[str]


@cache
def lexicon() -> Lexicon:
    """The words of `drugs.toml`, read at first use."""
    drugs = tomllib.loads(files("nlp").joinpath("drugs.toml").read_text("utf-8"))["drug"]
    names = {word.upper(): drug["standard"] for drug in drugs for word in drug["names"]}
    slang = {word.upper(): drug["standard"] for drug in reversed(drugs) for word in drug.get("slang", ())}
    return Lexicon(slang | names, _any_of(names), _any_of(slang))


def _any_of(words: Mapping[str, str]) -> re.Pattern[str]:
    """One branch a word, Latin in either case and not inside a longer word."""
    forms = {form for word in words for form in (word, word.lower())}
    branches = (
        rf"{re.escape(form)}(?![A-Za-z0-9])" if form[-1].isascii() and form[-1].isalpha() else re.escape(form)
        for form in sorted(forms, key=lambda form: (-len(form), form))
    )
    return re.compile("|".join(branches))


#: A cheap search: every name has one of these characters (a test holds the table to it).
MARK = re.compile(
    "[丁丸仔克冰卡咔咖咪咳哌唑啡待恰敏曲林枝柯毒氟氮水泮洛烟犬神笑筋粉粒罂胺芬药莎菇酮酯阿非鸦麻飞DHLdhl]"
)


def standard_name(text: str) -> str | None:
    """The standard name of a drug by any of its names, quoted or not, or None; context is the caller's."""
    word = re.sub(r"[（(].*?[）)]|[“”\"'‘’《》\s]", "", text).upper()
    standard = lexicon().standard
    for form in (word, re.sub("(?:类|类毒品|毒品|片|晶体|粉末|颗粒)+$", "", word)):
        if form in standard:
            return standard[form]
    return None
