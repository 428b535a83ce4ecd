"""The mending stage of `nlp/normalise.py`: pieces that change length or need their neighbours to be read.

Each repair is a pattern and a function from its match to the new text, applied by `Draft.edit`, which keeps the
offset maps. A repair is tried only where a mark of it is present, and every pattern is bounded, so time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

Rewrite = Callable[[re.Match[str]], str]


class Draft:
    """A text under repair: character `i` was read from `raw[starts[i]:ends[i]]`."""

    __slots__ = ("damaged", "dropped", "ends", "raw", "starts", "text")

    def __init__(self, raw: str, text: str) -> None:
        self.raw = raw
        self.text = text
        self.starts: Sequence[int] = range(len(text))
        self.ends: Sequence[int] = range(1, len(text) + 1)
        self.dropped: list[tuple[int, int]] = []
        self.damaged = 0

    def edit(self, pattern: re.Pattern[str], rewrite: Rewrite) -> None:
        """Rewrite every match; new characters keep the places of the old ones that they repeat, in order."""
        pieces: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        done = 0
        for found in pattern.finditer(self.text):
            old, new = found[0], rewrite(found)
            if new == old:
                continue
            first, last = found.span()
            pieces += (self.text[done:first], new)
            starts += self.starts[done:first]
            ends += self.ends[done:first]
            for place in _places(old, new):
                starts.append(self.starts[first + place])
                ends.append(self.ends[first + place])
            if new:
                ends[-1] = self.ends[last - 1]
            done = last
        if done:
            self.text = "".join((*pieces, self.text[done:]))
            self.starts = [*starts, *self.starts[done:]]
            self.ends = [*ends, *self.ends[done:]]

    def drop(self, found: re.Match[str]) -> str:
        """A rewrite that cuts furniture, unless it may hold something personal: what is cut is never masked."""
        if _MAYBE_PERSONAL.search(found[0]):
            return found[0]
        self.dropped.append((self.starts[found.start()], self.ends[found.end() - 1]))
        return ""

    def damage(self, found: re.Match[str]) -> str:
        """A rewrite that puts U+FFFD for a piece that a wrong decoding broke; what it was is not guessed."""
        if found["shifted"]:
            first, last = found.span("shifted")
            if not _is_shifted(self.raw[self.starts[first] : self.ends[last - 1]]):
                return found[0]
        self.damaged += 1
        return "\ufffd"


def mend(draft: Draft) -> Draft:
    """Apply the repairs in the order in which they build on one another."""
    rare = _RARE.search(draft.text) is not None
    if rare:
        draft.edit(_KEYCAP, lambda found: chr(ord("①") + int(found[1]) - 1) if found[1] != "0" else "⓪")
        draft.edit(_INVISIBLE, lambda found: "")
        draft.edit(_LATIN_RUN, _latin)
        draft.edit(_PINYIN, lambda found: "")
    if "|" in draft.text:
        draft.edit(_LINK_TAIL, draft.drop)
    if ">" in draft.text or "»" in draft.text:
        draft.edit(_BREADCRUMB, draft.drop)
    if _BROKEN_MARK.search(draft.text):
        draft.edit(_BROKEN, draft.damage)
    if _DISGUISED_DIGIT.search(draft.text):
        draft.edit(_DIGIT_RUN, _plain_digits)
    if _PARTED_MARK.search(draft.text):
        draft.edit(_PARTED, _joined)
    if rare:
        draft.edit(_WEIXIN, _weixin)
    if _REPEATED_MARK.search(draft.text):
        draft.edit(_REPEATED, _collapsed)
    if "." in draft.text and _CAPITAL.search(draft.text):
        draft.edit(_CAPITAL_HOST, lambda found: found[0].lower())
    return draft


# Characters that show nothing: zero-width, joiners, direction marks, variation selectors, soft hyphen, BOM.
_NOTHING = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\u20e3"
_INVISIBLE = re.compile(f"[{_NOTHING}]+")
_KEYCAP = re.compile("([0-9])\ufe0f?\u20e3")

# Cyrillic and Greek letters that pass for Latin ones inside a Latin word.
_LOOKALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТХУаеѕіјорсхуԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαν",
    "ABESIJKMHOPCTXYaesijopcxydqwABEZHIKMNOPTYXoav",
)
_LATIN_RUN = re.compile("[A-Za-z0-9Ͱ-ԯ]+")

# 區(qū): a reader's aid, known by its tone mark.
_TONES = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹ"
_PINYIN = re.compile(rf"(?<=[一-鿿])[(（] ?[a-zü]{{0,5}}[{_TONES}][a-zü]{{0,4}} ?[)）]")

# 薇❤信, 微.信, 薇信 → 微信; a heart that stands for 信 itself (薇❤, v❤) → 心.
_WEIXIN = re.compile(r"([微薇溦][ .·*_❤-]{0,3}信)|([微薇溦威vV]) ?❤")

#: One search tells whether any of the repairs above can apply.
_RARE = re.compile(f"[{_NOTHING}Ͱ-ԯ{_TONES}❤微薇溦]")

# Site furniture. A tail of links has a heading of its own or is long; both end with the text.
_MAYBE_PERSONAL = re.compile(r"[0-9](?:[ -]?[0-9]){6}|@")
_LINK_TAIL = re.compile(
    r"(?:主站蜘蛛池模板|友情链接|热门链接|相关链接|站长推荐) ?:(?:[^|\n。]{0,40}\|){3}[\s\S]*\Z"
    r"|(?<=[\n。！？])(?:[^|\n。！？]{1,30}\|){12,}[^|\n。！？]{0,30}\s{0,9}\Z"
)
_BREADCRUMB = re.compile(
    r"(?:[您你])?(?:现在|当前|目前)?(?:所在)?的?位置 ?: ?(?:[^>»\n。，]{1,20}[>»] ?){1,10}"
    r"(?:(?:正文|内容|详情)(?=\s|\Z))?"
)

# Wrong decoding. GBK text read one byte late shows rare characters and, before the next good one, an ASCII letter.
_BROKEN_MARK = re.compile(r"[?\ufffd锟烫ï]")
_BROKEN = re.compile(r"\ufffd+|(?:锟斤拷)+|烫烫烫烫+|ï¿½|\?(?P<shifted>[一-鿿]{1,4}[@-~])(?=[一-鿿])")

# Digits in circles, with a full stop or in brackets: a list's numbers (①500元 ②300元) unless they stand in a run.
_CIRCLED = {
    **{chr(one + step): str(1 + step) for one in (0x2460, 0x2474, 0x2488, 0x2776, 0x2780, 0x278A) for step in range(9)},
    **dict.fromkeys("⓪⓿", "0"),
}
_DISGUISES = "OoIl" + "".join(_CIRCLED)
_DISGUISED_DIGIT = re.compile(f"[{_DISGUISES}]")
_DIGIT_RUN = re.compile(
    rf"(?:(?<![A-Za-z0-9./@_])[0-9OoIl]|[{''.join(_CIRCLED)}])(?:[ -]?[0-9{_DISGUISES}]){{4,}}"
    r"(?![A-Za-z0-9@_]|\.[A-Za-z])"
)

# 银.行.卡.号: single characters parted by one mark. Two or three are joined only where they make a known word.
_PARTED_MARK = re.compile(r"[一-鿿Qq][ .·_][一-鿿Qq ]")
_WORDS = (
    "手机号",
    "微信号",
    "支付宝",
    "银行",
    "卡号",
    "账号",
    "帐号",
    "手机",
    "电话",
    "扣扣",
    "企鹅",
    "转账",
    "密码",
    "网址",
)
_PARTED = re.compile(
    r"[一-鿿]([ .·_])[一-鿿](?:\1[一-鿿]){2,}"
    rf"|{'|'.join('[ .·_]'.join(word) for word in _WORDS)}"
    r"|(?<![A-Za-z])[Qq][ .·_]{1,3}[Qq](?![A-Za-z])"
)
_PARTING = str.maketrans("", "", " .·_")

# ！！！！！ and 哈哈哈哈哈哈.
_REPEATED_MARK = re.compile("[！!？?。，、~…哈呵嘿嘻呜啊\U0001f300-\U0001faff]{2}")
_REPEATED = re.compile(r"([！!？?。，、~])\1+|(…)…{2,}|([哈呵嘿嘻呜啊\U0001f300-\U0001faff])\3{2,}")

# Hosts are the same in either case (RFC 4343).
_CAPITAL = re.compile("[A-Z]")
_CAPITAL_HOST = re.compile(r"(?<![A-Za-z0-9@.-])(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,10}(?![A-Za-z0-9.-])")


def _places(old: str, new: str) -> Iterator[int]:
    """For each character of `new`, the place in `old` that it was read from: its own, or the next where it is none."""
    if len(old) == len(new):
        yield from range(len(old))
        return
    cursor = 0
    for character in new:
        own = old.find(character, cursor)
        place = own if own >= 0 else min(cursor, len(old) - 1)
        yield place
        cursor = place + 1


def _is_shifted(piece: str) -> bool:
    """Whether the piece is rare as it stands and common one byte further: the sign of a decoding out of step."""
    try:
        moved = piece.encode("gbk")[1:].decode("gbk")
    except UnicodeError:
        return False
    return not all(map(_is_common, piece[:-1])) and all(_is_common(character) for character in moved)


def _is_common(character: str) -> bool:
    """Everyday use: level 1 of GB 2312 (3,755 simplified characters) or of Big5 (5,401 traditional ones)."""
    for charset, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6)):
        try:
            code = character.encode(charset)
        except UnicodeError:
            continue
        if len(code) == 2 and first <= code[0] <= last:
            return True
    return False


def _plain_digits(found: re.Match[str]) -> str:
    """Digits for a run that is a number in disguise; two disguises at least, or one past the beginning."""
    run = found[0]
    disguised = [place for place, character in enumerate(run) if character in _CIRCLED or character in "OoIl"]
    plain = sum(character in "0123456789" or character in _CIRCLED for character in run)
    if not disguised or disguised == [0] or plain < 5:
        return run
    return "".join(_CIRCLED.get(c, "0" if c in "Oo" else "1" if c in "Il" else c) for c in run)


def _latin(found: re.Match[str]) -> str:
    word = found[0]
    return word.translate(_LOOKALIKE) if any("A" <= c <= "Z" or "a" <= c <= "z" for c in word) else word


def _weixin(found: re.Match[str]) -> str:
    return "微信" if found[1] else ("微心" if found[2] in "微薇溦威" else found[2] + "心")


def _joined(found: re.Match[str]) -> str:
    return found[0].translate(_PARTING)


def _collapsed(found: re.Match[str]) -> str:
    mark, ellipsis, noise = found.groups()
    return str(mark or (ellipsis and "……") or noise * (2 if "一" <= noise <= "鿿" else 1))
