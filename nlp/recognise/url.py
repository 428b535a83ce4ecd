"""Links, domains and IPv4 addresses, also disguised: hxxp, 点, dot, 。com, spaces inside.

Normal form: the link as a browser would take it, scheme and host in lower case (RFC 3986, 6.2.2.1).
"""

from __future__ import annotations

import re

from nlp.recognise.recogniser import Rank, Recogniser, Table

#: Top-level domains that are met; a bare domain must end in one. Those that are English words (to, in, it, my) are out.
_TOP = (
    "com|cn|net|org|gov|edu|cc|me|top|xyz|vip|club|info|biz|tv|io|co|hk|tw|app|site|online|shop|store|live|fun|pw|icu|win|bet"
    "|ltd|link|tech|ink|wang|mobi|asia|pro|red|us|uk|jp|kr|ru|la|ws|gg|im|ly|xin|ren|cloud|space|website|press|host|today"
    "|fit|cyou|sbs|buzz|vin|kim|loan|click|dev|gd|tk|ml|ga|cf|gq|su|eu|ca|au|sg|th|vn|ph|dev"
)
_LABEL = r"[A-Za-z0-9*](?:[A-Za-z0-9*_-]{0,62})"
_DOT = r"(?:\.|[。·] ?| ?点 ?| ?[\[(（【](?:dot|点|\.)[\])）】] ?| dot |\. | \. ?)"
_PATH = r"(?::[0-9]{2,5}(?![0-9]))?(?:[/?#][A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%|]{0,2000})?"
_START = r"(?<![A-Za-z0-9@._*-])"
_CLOSING = ".,;:!?'\"|"


def _plain(text: str) -> str:
    """Undisguised: dots for 点 and dot, no spaces, http for hxxp, host in lower case."""
    text = re.sub(r"(?i)\Ahxxp", "http", text.replace("\\", "/"))
    scheme, mark, rest = text.partition("://") if "://" in text else ("", "", text)
    host, slash, path = re.match(r"([^/?#]*)([/?#]?)([\s\S]*)", rest).groups()  # type: ignore[union-attr]
    host = re.sub(r"[。·点]| dot |[\[(（【](?:dot|点|\.)[\])）】]", ".", host).replace(" ", "")
    return f"{scheme}{mark}{host}".replace(" ", "").lower() + slash + path


def _has_letter(text: str) -> bool:
    """A number before 点 is a time of day (8点cc), two figures and a dot a decimal."""
    host = re.split(rf"{_DOT}(?=(?:{_TOP})\b)", text)[0]
    return re.search("[A-Za-z]", host) is not None or re.fullmatch(r"[0-9]{3,}", host) is not None


def _is_address(text: str) -> bool:
    """Four octets; short ones (1.2.3.4) are numbers of sections more often."""
    octets = re.match(r"[0-9.]+", text)
    parts = octets[0].split(".") if octets else []
    return all(int(part) <= 255 for part in parts) and (sum(map(len, parts)) >= 9 or text != octets[0])  # type: ignore[index]


_TABLE = (
    Recogniser(
        "url",
        re.compile(r"(?<![A-Za-z])(?P<it>(?i:h[tx]{2}ps?|ftp) ?: ?[/\\]{2} ?[A-Za-z0-9*\[][A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%|]{1,2000}(?<![.,;:!?'\"|(]))"),
        Rank.SHAPE,
        _plain,
        is_number=False,
    ),
    Recogniser(
        "url",
        re.compile(rf"{_START}(?:(?i:h[tx]{{2}}ps?) ?: ?// ?)?(?:{_LABEL}{_DOT}){{1,6}}(?i:{_TOP})(?![A-Za-z0-9_@-]|\.[A-Za-z0-9]){_PATH}(?<![.,;:!?'\"|(])"),
        Rank.SHAPE,
        _plain,
        _has_letter,
        is_number=False,
    ),
    Recogniser(
        "url",
        re.compile(rf"{_START}(?i:www){_DOT}(?:{_LABEL}{_DOT}){{1,5}}[A-Za-z]{{2,10}}(?![A-Za-z0-9@-]){_PATH}(?<![.,;:!?'\"|(])"),
        Rank.SHAPE,
        _plain,
        is_number=False,
    ),
    # w w w . g a m e 4 5 6 . c o m
    Recogniser(
        "url",
        re.compile(rf"{_START}[wW] ?[wW] ?[wW] ?[.。点] ?(?:[A-Za-z0-9-] ?){{1,40}}[.。点] ?(?i:c ?o ?m|n ?e ?t|c ?n|o ?r ?g|c ?c|v ?i ?p|t ?o ?p)(?![A-Za-z0-9])"),
        Rank.SHAPE,
        _plain,
        is_number=False,
    ),
    Recogniser(
        "url",
        re.compile(rf"(?<![0-9.A-Za-z])(?:[0-9]{{1,3}}\.){{3}}[0-9]{{1,3}}(?![0-9]|\.[0-9]){_PATH}(?<![.,;:!?'\"|(])"),
        Rank.SHAPE,
        _plain,
        _is_address,
        is_number=False,
    ),
)

TABLE = Table(re.compile(r"[.。·点] ?[A-Za-z]|://|dot|[0-9]\.[0-9]{1,3}\."), _TABLE)
