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
    "|fit|cyou|sbs|buzz|vin|kim|loan|click|dev|gd|tk|ml|ga|cf|gq|su|eu|ca|au|sg|th|vn|ph"
)
_LABEL = r"[A-Za-z0-9*](?:[A-Za-z0-9*_-]{0,62})"
_DOT = r"(?:\.|[。·] ?| ?点 ?| ?[\[(（【](?:dot|点|\.)[\])）】] ?| dot |\. | \. ?)"
_PATH = (
    r"(?::[0-9]{2,5}(?![0-9]))?"
    r"(?:[/?#](?:(?![.%,;:-])(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'*+,;=%|]|\([A-Za-z0-9_]{0,40}\)){1,2000})?(?<![.,;:!?'|]))?"
)
_START = r"(?<![A-Za-z0-9@._*-])"


def _plain(text: str) -> str:
    """Undisguised: dots for 点 and dot, no spaces, http for hxxp, scheme and host in lower case."""
    text = re.sub(r"(?i)\Ah[tx]{2}p(s?) ?: ?[/\\]{2} ?", r"http\1://", text)
    scheme = re.match(r"https?://|(?i:ftp) ?: ?[/\\]{2} ?", text)
    border = scheme.end() if scheme else 0
    rest = re.split(r"([/?#])", text[border:], maxsplit=1)
    host = re.sub(r" dot |[\[(（【](?:dot|点|\.)[\])）】]|[。·点]", ".", rest[0]).replace(" ", "")
    return text[:border].lower() + host.lower() + "".join(rest[1:])


def _has_letter(text: str) -> bool:
    """A number before 点 is a time of day (8点cc), two figures and a dot a decimal."""
    host = re.split(rf"{_DOT}(?=(?:{_TOP})\b)", text)[0]
    return re.search("[A-Za-z]", host) is not None or re.fullmatch(r"[0-9]{3,}", host) is not None


def _is_address(text: str) -> bool:
    """Four octets; short ones (1.2.3.4) are numbers of sections more often, unless a port or path follows."""
    octets = re.split("[:/?#]", text)[0].split(".")
    return all(int(octet) <= 255 for octet in octets) and (sum(map(len, octets)) >= 9 or text != ".".join(octets))


_TABLE = (
    Recogniser(
        "url",
        re.compile(
            r"(?<![A-Za-z])(?i:h[tx]{2}ps?|ftp) ?: ?[/\\]{2} ?"
            rf"[A-Za-z0-9*](?:[A-Za-z0-9*_-]|[.:@](?=[A-Za-z0-9*])){{1,253}}{_PATH}"
        ),
        Rank.SHAPE,
        _plain,
        is_number=False,
    ),
    Recogniser(
        "url",
        re.compile(
            rf"{_START}(?:(?i:h[tx]{{2}}ps?) ?: ?// ?)?(?:{_LABEL}{_DOT}){{1,6}}(?i:{_TOP})"
            rf"(?![A-Za-z0-9_@-]|\.[A-Za-z0-9]){_PATH}"
        ),
        Rank.SHAPE,
        _plain,
        _has_letter,
        is_number=False,
    ),
    Recogniser(
        "url",
        re.compile(rf"{_START}(?i:www){_DOT}(?:{_LABEL}{_DOT}){{1,5}}[A-Za-z]{{2,10}}(?![A-Za-z0-9@-]){_PATH}"),
        Rank.SHAPE,
        _plain,
        is_number=False,
    ),
    # w w w . g a m e 4 5 6 . c o m
    Recogniser(
        "url",
        re.compile(
            rf"{_START}[wW] ?[wW] ?[wW] ?[.。点] ?(?:[A-Za-z0-9-] ?){{1,40}}[.。点] ?"
            r"(?i:c ?o ?m|n ?e ?t|c ?n|o ?r ?g|c ?c|v ?i ?p|t ?o ?p)(?![A-Za-z0-9])"
        ),
        Rank.SHAPE,
        _plain,
        is_number=False,
    ),
    Recogniser(
        "url",
        re.compile(rf"(?<![0-9.A-Za-z])(?:[0-9]{{1,3}}\.){{3}}[0-9]{{1,3}}(?![0-9]|\.[0-9]){_PATH}"),
        Rank.SHAPE,
        _plain,
        _is_address,
        is_number=False,
    ),
)

#: A word or spaced letters, something that may be a dot, and all that may follow in a link.
_REGION = re.compile(
    r"[A-Za-z0-9*](?<![A-Za-z0-9*_].)(?<![A-Za-z0-9*_]-.)(?<![A-Za-z0-9*_-] .)"
    r"(?:[A-Za-z0-9*_-]| (?!dot )(?=[A-Za-z0-9]))*+"
    r" ?(?:[.。·点:\[(（【]|dot )[A-Za-z0-9\-._~:/?#\[\]@!$&'()（）【】。点·*+,;=%|\\ ]+"
)

TABLE = Table(_REGION, _TABLE)
