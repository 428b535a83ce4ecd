"""What two texts have in common, for a person to see why they were joined."""

from __future__ import annotations

#: Shortest phrase shown, longest, and how many.
SHORTEST, LONGEST, SHOWN = 3, 24, 3


def shared_phrases(text: str, other: str) -> tuple[str, ...]:
    """Up to SHOWN longest runs of letters that both texts hold, longest first.

    >>> shared_phrases("魅力之城油烟扰民", "万科魅力之城小区油烟扰民严重")
    ('魅力之城', '油烟扰民')
    """
    beginnings = {other[at : at + SHORTEST] for at in range(len(other) - SHORTEST + 1)}
    found: dict[str, None] = {}
    past = 0
    for start in [at for at in range(len(text) - SHORTEST + 1) if text[at : at + SHORTEST] in beginnings]:
        end = start + SHORTEST
        if start < past or not text[start:end].isalnum():
            continue
        while end < min(len(text), start + LONGEST) and text[end].isalnum() and text[start : end + 1] in other:
            end += 1
        found[text[start:end]] = None
        past = end
    return tuple(sorted(found, key=len, reverse=True)[:SHOWN])
