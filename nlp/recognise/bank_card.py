"""Bank cards and accounts: ISO/IEC 7812 numbers of 12 to 19 digits with their Luhn digit, grouped or not.

UnionPay cards have up to 19 digits. Without a label the first digits must be those of an issuer; with one (卡号, 账号)
any length from 12, and an account that carries no check digit counts where the label is explicit.
"""

from __future__ import annotations

import re

from nlp.recognise.digits import GAP, HAN, HIDDEN, WORD_GAP, digits, groups, hidden, is_luhn, is_resident_number
from nlp.recognise.recogniser import Rank, Recogniser

_X = re.escape(HIDDEN)
_NOT = frozenset({"other", "id", "phone", "account"})
_EXPLICIT = frozenset({"card", "bank_account"})
_SAID = frozenset({"card", "bank_account", "pay"})

#: Issuer numbers and the lengths of their cards: UnionPay, Visa and CCB, Mastercard, JCB, American Express, Bank of
#: China and Maestro, ICBC, ABC, PSBC, ABC's older cards.
_ISSUER = re.compile(
    r"62[0-9]{14,17}|4[0-9]{15}(?:[0-9]{3})?|5[1-5][0-9]{14}|35(?:2[89]|[3-8][0-9])[0-9]{12}|3[47][0-9]{13}"
    r"|6(?:01[0-9]|[89][0-9]{2})[0-9]{12,15}|95(?:58|59|10)[0-9]{12}(?:[0-9]{3})?|103[0-9]{16}"
)


def _is_issued(text: str) -> bool:
    number = digits(text)
    return _ISSUER.fullmatch(number) is not None and is_luhn(number)


def _is_grouped(text: str) -> bool:
    """Fours, or the six of the issuer and the rest, or digit by digit."""
    shape = groups(text)
    fours = set(shape[:-1]) == {4} and shape[-1] <= 4
    return (fours or (shape[0] == 6 and len(shape) <= 3) or set(shape) == {1}) and _is_issued(text)


def _is_card(text: str) -> bool:
    number = digits(text)
    return 12 <= len(number) <= 19 and is_luhn(number)


def _is_account(text: str) -> bool:
    number = digits(text)
    return not is_resident_number(number) and not re.fullmatch(r"0+|1[3-9][0-9]{9}", number)


def _is_hidden(text: str) -> bool:
    """Shows at least four digits of an issuer in front and hides at least four."""
    number = hidden(text)
    return (
        12 <= len(number) <= 19 and number.count("*") >= 4 and re.match(r"62|4[0-9]|5[1-5]|95[59]", number) is not None
    )


PLAIN = (
    # 6222021234567890123, alone in the text
    Recogniser(
        "bank_card",
        re.compile(r"(?<![0-9])(?<![0-9][.-])[3-9][0-9]{14,18}(?![0-9])"),
        Rank.CHECKED,
        digits,
        _is_issued,
        refuses=_NOT,
    ),
    # 6222 0212 3456 7890 123
    Recogniser(
        "bank_card",
        re.compile(rf"(?<![0-9])(?<![0-9]{GAP})[3-9](?:{GAP}?[0-9]){{14,18}}(?![0-9])"),
        Rank.CHECKED,
        digits,
        _is_grouped,
        refuses=_NOT,
    ),
    Recogniser(
        "bank_card",
        re.compile(rf"(?<![0-9])(?<![0-9]{GAP})[0-9]{{4}}(?:{GAP}{{1,2}}[0-9]{{4}}){{3}}(?![0-9])"),
        Rank.CHECKED,
        digits,
        _is_grouped,
        refuses=_NOT,
    ),
    # 卡号 and any number that passes Luhn
    Recogniser(
        "bank_card",
        re.compile(rf"(?<![0-9])[0-9](?:{GAP}{{0,2}}[0-9]){{11,18}}(?![0-9])"),
        Rank.CHECKED,
        digits,
        _is_card,
        requires=_SAID,
    ),
    # 账号 of a bank, without a check digit
    Recogniser(
        "bank_card",
        re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){10,29}(?![0-9])"),
        Rank.LABELLED,
        digits,
        _is_account,
        requires=_EXPLICIT,
    ),
    # 6222****1234, 6222 **** **** 1234
    Recogniser(
        "bank_card",
        re.compile(rf"(?<![0-9{_X}])[4-9][0-9]{{3}}(?: ?[0-9{_X}]){{8,15}}(?![0-9{_X}])"),
        Rank.SHAPE,
        hidden,
        _is_hidden,
        refuses=_NOT,
    ),
    # 卡号62×××04, 账号0410**********413
    Recogniser(
        "bank_card",
        re.compile(rf"(?<![0-9{_X}])[0-9]{{2}}(?:[ -]?[0-9{_X}]){{3,28}}(?![0-9{_X}])"),
        Rank.LABELLED,
        hidden,
        lambda text: hidden(text).count("*") >= 3,
        requires=_EXPLICIT,
    ),
)

SPOKEN = (
    # 卡号六二二二零二……
    Recogniser(
        "bank_card",
        re.compile(rf"(?<![0-9{HAN}])[0-9{HAN}](?:[ -]?[0-9{HAN}]){{14,18}}(?![0-9{HAN}])"),
        Rank.CHECKED,
        digits,
        _is_issued,
        refuses=_NOT,
    ),
)

WORDED = (
    # 6222转0212转3456转7890
    Recogniser(
        "bank_card",
        re.compile(rf"(?<![0-9])[3-9][0-9]{{3}}(?:{WORD_GAP}[0-9]{{4}}){{3}}(?:{WORD_GAP}[0-9]{{1,3}})?(?![0-9])"),
        Rank.CHECKED,
        digits,
        _is_issued,
        refuses=_NOT,
    ),
)
