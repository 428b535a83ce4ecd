"""A name that is told twice ends where its tellings differ: each telling is held against the others of the same text.

A tagger judges every telling by itself; where it is sure of most, those settle the rest. Offsets are those of the text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from corpora import Span
from nlp.recognise.person import SURNAMES

#: Characters that follow names in a sentence, twice by chance.
_AFTER = frozenset(
    "的了是在与和及跟同对被把将让向给从到去来又也都还就曾已便即则因以并或说称讲问答找打骂要想会能有没不说家等上下进出受犯某于为"
)

#: What tells apart two persons of one surname in a text without names, and no character at all.
_HIDDEN = "某0123456789"
#: Tellings from which on a third character that follows all of them is no chance.
_OFTEN = 3


#: Characters of a place or an organisation whose telling completes the parts that are told of it elsewhere.
_WHOLE, _LONGEST = 4, 40
#: Names that are looked up by one of their parts, the longest.
_LOOKED_UP = 8


def agree_on_names(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans, where the other tellings of their names put them; in order, none overlapping.

    Persons end where most of their tellings end; what stands inside of a telling of a place or an organisation is it.
    """
    return _made_whole(text, _ended_alike(text, spans))


def _ended_alike(text: str, spans: Sequence[Span]) -> list[Span]:
    tellings = Counter(text[span.start : span.end] for span in spans if span.type == "person")
    longer = {name: _completed(text, spans, name) for name, count in tellings.items() if count >= _OFTEN}
    agreed = []
    for k, span in enumerate(spans):
        end = span.end
        if span.type == "person":
            name = text[span.start : span.end]
            shorter = [
                name[:size]
                for size in (2, 3)
                if tellings[name[:size]] > tellings[name] and name[size : size + 1] not in _HIDDEN
            ]
            end = span.start + len(shorter[0]) if shorter else span.end + longer.get(name, 0)
            if k + 1 < len(spans) and end > spans[k + 1].start:
                end = span.end
        agreed.append(replace(span, end=end))
    return agreed


def _completed(text: str, spans: Sequence[Span], name: str) -> int:
    """1 where a surname with one character is followed by the same third character in all its tellings, else 0."""
    if len(name) != 2 or name[0] not in SURNAMES or name[1] in "某姓女先老":
        return 0
    after = {text[s.end : s.end + 1] for s in spans if s.type == "person" and text[s.start : s.end] == name}
    (third,) = after if len(after) == 1 else ("",)
    return int("一" <= third <= "龥" and third not in _AFTER)


def _made_whole(text: str, spans: Sequence[Span]) -> list[Span]:
    names = {
        (text[span.start : span.end], span.type)
        for span in spans
        if span.type in ("place", "org") and _WHOLE <= span.end - span.start <= _LONGEST
    }
    by_part: dict[str, list[tuple[int, str, str]]] = {}
    for name, kind in sorted(names, key=lambda told: (-len(told[0]), told)):
        for start in range(len(name)):
            for end in range(start + 1, len(name) + 1):
                known = by_part.setdefault(name[start:end], [])
                if len(known) < _LOOKED_UP and end - start < len(name):
                    known.append((start, name, kind))
    whole: list[Span] = []
    k = 0
    while k < len(spans):
        span, after = spans[k], k + 1
        for before, name, kind in by_part.get(text[span.start : span.end], ()):
            start, end = span.start - before, span.start - before + len(name)
            if start < (whole[-1].end if whole else 0) or not text.startswith(name, start):
                continue
            inside = k + sum(1 for other in spans[k : k + len(name)] if other.start < end)
            if spans[inside - 1].end <= end:
                span, after = Span(kind, start, end), inside
                break
        whole.append(span)
        k = after
    return whole
