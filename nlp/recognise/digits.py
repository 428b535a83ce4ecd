"""Digits as people write them, and the check digits of the standards that numbers follow."""

from __future__ import annotations

import re
from datetime import date

_SPOKEN = {"〇": "0", "零": "0", "幺": "1", **dict(zip("一二三四五六七八九", "123456789", strict=True))}
_FORMAL = dict(zip("壹贰叁肆伍陆柒捌玖", "123456789", strict=True))
_VALUES = str.maketrans(_SPOKEN | _FORMAL)

#: Members of a character class: Han numerals that stand for a single digit, marks that hide one.
HAN = "".join(_SPOKEN | _FORMAL)
HIDDEN = "*×●█■xX"

#: What parts the groups of one number.
GAP = r"[ .·_/~-]"

#: Words that part them: 138转0013转8000. A word that makes quantities of the groups (年, 元, 到) is none.
WORD_GAP = r"[^0-9\n，。,；;、！？年月日时分秒点元角万亿千百个号楼栋层室单米人户岁天次条名块到至比和或与及]{1,6}"

#: Where numbers are looked for: runs of digits with their gaps, brackets, hidden digits and extension …
PLAIN = re.compile(rf"[0-9+(（][0-9 .·_/~()（）+—{HIDDEN}-]{{4,}}(?:(?:转|[Ee]xt\.?) ?[0-9]{{1,6}})?")
#: … runs of Han numerals …
SPOKEN = re.compile(rf"[{HAN}0-9][{HAN}0-9 -]{{9,}}")
#: … and groups parted by words.
WORDED = re.compile(rf"[0-9]{{3,4}}{WORD_GAP}[0-9]{{4}}(?:{WORD_GAP}[0-9]{{1,4}})+")

_MARK = re.compile(f"[^0-9{re.escape(HIDDEN)}]")


def digits(text: str) -> str:
    """The digits of a number, Han numerals read one by one, all else left out."""
    return "".join(character for character in text.translate(_VALUES) if character in "0123456789")


def groups(text: str) -> tuple[int, ...]:
    """How many digits stand together: 138 0013 8000 → (3, 4, 4)."""
    return tuple(len(run) for run in re.findall("[0-9]+", text.translate(_VALUES)))


def hidden(text: str) -> str:
    """The normal form of a number of which parts are hidden: digits and `*`."""
    return re.sub(f"[{re.escape(HIDDEN)}]", "*", _MARK.sub("", text.translate(_VALUES)))


def is_luhn(number: str) -> bool:
    """The check digit of ISO/IEC 7812-1, annex B. A row of one digit passes the sum but is no number."""
    total = 0
    for place, digit in enumerate(map(int, reversed(number))):
        total += digit if place % 2 == 0 else digit * 2 - 9 * (digit > 4)
    return total % 10 == 0 and len(set(number)) > 1


#: GB/T 2260: the first two digits of an administrative division.
_PROVINCES = frozenset(
    (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83)
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def is_resident_number(number: str) -> bool:
    """GB 11643-1999: division, date of birth, order, check character; or the 15 digits that it replaced."""
    if not is_province(number[:2]):
        return False
    if len(number) == 15:
        return is_date(f"19{number[6:12]}")
    if len(number) != 18 or not is_date(number[6:14]) or not "1850" < number[6:10] < "2100":
        return False
    remainder = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11
    return "10X98765432"[remainder] == number[17].upper()


def is_province(code: str) -> bool:
    """Whether two digits open the codes of a province."""
    return int(code) in _PROVINCES


def is_date(number: str) -> bool:
    """YYYYMMDD of a day that was or will be."""
    try:
        date(int(number[:4]), int(number[4:6]), int(number[6:8]))
    except ValueError:
        return False
    return True
