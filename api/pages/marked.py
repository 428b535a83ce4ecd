"""A report's text cut where facts, evidence and alarms begin and end, so that it can be shown with them marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from api.stored import Stored
from nlp import Analysis, mask

#: Marks that steer how text runs, or are not seen: shown by their number, so that they steer nothing.
_CONTROL = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text. `entity`: type of the fact it is in, `ends`: the fact ends here; `control`: not letters, but the
    name of a control character."""

    text: str
    entity: str | None = None
    ends: bool = False
    evidence: bool = False
    urgent: bool = False
    title: bool = False
    control: bool = False


def marked(report: Stored, *, unmasked: bool = False) -> list[Piece]:
    """The content of a stored report in pieces, personal data hidden unless `unmasked`."""
    return cut(
        report.report.content if unmasked else report.masked,
        entities=[(e.start, e.end, e.type) for e in report.entities],
        evidence=[(e["start"], e["end"]) for e in report.analysis["evidence"]],
        urgent=[(u["start"], u["end"]) for u in report.analysis["urgent"]],
        title=len(report.report.title),
    )


def marked_analysis(analysis: Analysis) -> list[Piece]:
    """The same of a report that was analysed only, personal data hidden."""
    return cut(
        mask(analysis.report.content, analysis.entities),
        entities=[(e.start, e.end, e.type) for e in analysis.entities],
        evidence=analysis.evidence,
        urgent=[(u.start, u.end) for u in analysis.urgent],
        title=len(analysis.report.title),
    )


def cut(
    text: str,
    *,
    entities: Sequence[tuple[int, int, str]],
    evidence: Sequence[tuple[int, int]],
    urgent: Sequence[tuple[int, int]],
    title: int,
) -> list[Piece]:
    """A text in pieces, together the whole of it; spans are `[start, end)`, its first `title` letters are a heading."""
    spans = [*((start, end) for start, end, _ in entities), *evidence, *urgent]
    edges = {0, title, len(text), *(edge for span in spans for edge in span)}
    cuts = sorted(edge for edge in edges if 0 <= edge <= len(text))
    pieces: list[Piece] = []
    for start, end in pairwise(cuts):
        inside = next(((a, b, kind) for a, b, kind in entities if a <= start and end <= b), None)
        for part, control in _split(text[start:end]):
            pieces.append(
                Piece(
                    text=part,
                    entity=inside[2] if inside else None,
                    evidence=_covered(start, end, evidence),
                    urgent=_covered(start, end, urgent),
                    title=end <= title,
                    control=control,
                )
            )
        if inside and inside[1] == end:
            pieces[-1] = replace(pieces[-1], ends=True)
    return pieces


def _covered(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(a <= start and end <= b for a, b in spans)


def one_line(text: str) -> str:
    """Text for a line of a list: without line ends and without marks that steer."""
    return " ".join(_CONTROL.sub("", text).split())


def _split(text: str) -> Iterator[tuple[str, bool]]:
    at = 0
    for mark in _CONTROL.finditer(text):
        if mark.start() > at:
            yield text[at : mark.start()], False
        yield f"U+{ord(mark[0]):04X}", True
        at = mark.end()
    if at < len(text):
        yield text[at:], False
