"""From the text as it came in to the text that rules and models read, with a way back.

Offsets are characters (code points) of Python strings, half open: character `i` of `Normal.text` was read from
`raw[starts[i]:ends[i]]`. Everything that is found in `text` is told in offsets of `raw` by `raw_span`.

Two stages, both linear. *Folding* replaces one character by one (full width, traditional, styled letters), so
offsets stay as they are. *Mending* (`nlp/mend.py`) shortens or rewrites pieces and runs only where a mark of such a
piece is present. Clean text passes both by a handful of character-class searches.

Chinese sentence punctuation （，。！？；、“”） stays full width: it carries the borders that later steps need.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC

from nlp.mend import Draft, mend


@dataclass(frozen=True, slots=True)
class Normal:
    """A text and its normal form; `dropped` are raw ranges of site furniture, `damaged` counts unreadable pieces."""

    raw: str
    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    dropped: tuple[tuple[int, int], ...] = ()
    damaged: int = 0

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """The raw range that `text[start:end]` was read from."""
        if start < end:
            return self.starts[start], self.ends[end - 1]
        here = self.starts[start] if start < len(self.text) else len(self.raw)
        return here, here


def normalise(raw: str) -> Normal:
    """Fold and mend; any string is welcome, lone surrogates and control characters too."""
    pattern, table = _folding()
    draft = mend(Draft(raw, pattern.sub(lambda found: table.get(found[0], found[0]), raw)))
    return Normal(raw, draft.text, draft.starts, draft.ends, tuple(draft.dropped), draft.damaged)


#: Forms of one mark, folded to the first of each row.
_MARKS = (
    "::：﹕∶",
    ".．﹒․",
    "·・•‧∙⋅●",
    "-－﹣‐‑‒–−",
    "@＠﹫",
    "*＊﹡∗✱",
    "❤♥♡💗💕💖💓💞🖤💙💚💛💜",
    " \u3000\u00a0\u2002\u2003\u2009\u202f",
    *(half + chr(ord(half) + 0xFEE0) for half in "#$%&'+/<=>[\\]^_`{|}~\""),
)

#: Letters and digits in other dress whose compatibility form is one ASCII character.
_DRESSED = (
    *((0x2460 + 0x56, 0x2460 + 0x8A), (0x1D400, 0x1D800), (0x1FBF0, 0x1FBFA), (0xFF10, 0xFF1A), (0xFF21, 0xFF3B)),
    *((0xFF41, 0xFF5B), (0x2160, 0x2180)),
)

#: First code points of A to Z squared, circled on black, squared on black.
_BADGES = (0x1F130, 0x1F150, 0x1F170)

#: First code points of the digits of scripts that are met as look-alikes (Arabic, Persian, Devanagari, Thai).
_DIGITS = (0x0660, 0x06F0, 0x0966, 0x0E50)

#: Traditional in one word, simplified in another (乾隆, 哪吒): left as they are.
_BOTH = frozenset("乾吒徵拚捱摺榘袷薹醣麴")


@lru_cache(maxsize=1)
def _folding() -> tuple[re.Pattern[str], dict[str, str]]:
    """The one-to-one table and the class of all its characters, made at first use.

    `re` looks a character up in one step only below U+10000; above, one range stands for all, emoji included.
    """
    table = {form: row[0] for row in _MARKS for form in row[1:] if form != row[0]}
    table.update(_dressed())
    table.update(_simplified())
    plane = "".join(form for form in table if form < "\U00010000")
    return re.compile(f"[{re.escape(plane)}\U0001d400-\U0001fbff]"), table


def _dressed() -> Iterator[tuple[str, str]]:
    for first, last in _DRESSED:
        for code in range(first, last):
            plain = unicodedata.normalize("NFKC", chr(code))
            if len(plain) == 1 and plain.isascii() and plain.isalnum():
                yield chr(code), plain
    for badge in _BADGES:
        yield from ((chr(badge + index), chr(65 + index)) for index in range(26))
    for zero in _DIGITS:
        yield from ((chr(zero + digit), str(digit)) for digit in range(10))


def _simplified() -> Iterator[tuple[str, str]]:
    """Traditional characters by opencc's own table; each converted alone, so length never changes."""
    blocks = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00))
    characters = [chr(code) for first, last in blocks for code in range(first, last)]
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    for traditional, simplified in zip(characters, converted, strict=True):
        if traditional != simplified and len(simplified) == 1 and traditional not in _BOTH:
            yield traditional, simplified
