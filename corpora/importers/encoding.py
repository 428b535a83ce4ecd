"""Which encoding a file is in."""

from __future__ import annotations

import codecs

from charset_normalizer import from_bytes

#: Bytes looked at; enough to tell, and a large file is not read twice.
SAMPLE = 1 << 18


def detect_encoding(head: bytes, *, whole: bool) -> str | None:
    """The codec to read a text file with, told from its first bytes, or None where it is no text.

    A byte-order mark decides; then UTF-8, UTF-16 by its zero bytes, GB18030, each accepted only if the sample decodes.
    `whole` says that `head` is the entire file, so that a cut character at its end is an error.
    """
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return name
    if _decodes(head, "utf-8", whole=whole) or _nearly_utf8(head):
        return "utf-8"
    for name, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        # ASCII punctuation, digits and line ends in UTF-16 leave zeros on one side only.
        if zeros.count(0) > len(head) / 200 and zeros.count(0) > 4 * head.count(0) / 5:
            return name if _decodes(head, name, whole=whole) else None
    if b"\x00" not in head and _decodes(head, "gb18030", whole=whole):
        text = head.decode("gb18030", "replace")
        if sum(c.isprintable() or c.isspace() for c in text) > 0.95 * len(text) and _looks_written(text):
            return "gb18030"
    if b"\x00" in head:
        return None
    best = from_bytes(head).best()
    return best.encoding if best is not None and best.percent_chaos < 10 else None


def _decodes(head: bytes, encoding: str, *, whole: bool) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        decoder.decode(head, final=whole)
    except UnicodeDecodeError:
        return False
    return True


def _nearly_utf8(head: bytes) -> bool:
    """A few broken bytes in UTF-8 must not turn the file into GB18030 gibberish."""
    text = head.decode("utf-8", "replace")
    beyond_ascii = sum(c > "\x7f" for c in text)
    return 0 < text.count("\ufffd") < 0.02 * beyond_ascii


def _looks_written(text: str) -> bool:
    """GB18030 decodes nearly any bytes; written Chinese is mostly common Han, ASCII and CJK punctuation."""
    common = sum(
        "\u4e00" <= c <= "\u9fff"
        or " " <= c <= "~"
        or c in "\r\n\t"
        or "\u3000" <= c <= "\u303f"
        or "\uff00" <= c <= "\uffef"
        or "\u2010" <= c <= "\u2026"
        for c in text
    )
    return common > 0.85 * len(text)
